// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Status} from "../types/Types.sol";
import {IBondVault} from "./IBondVault.sol";
import {IClusterKeys} from "./IClusterKeys.sol";

/// @title Operator registry
/// @notice Who may sequence: operators, their keys and standing, the whitelist and the stage ratchet.
/// @dev Whatever can change an assignment (keys, standing, entity, stage) takes effect from `currentEpoch + 2` on. So the answer
/// of every view with an epoch E is fixed from the start of E - 1 on, and stays the same for ever: no frozen epoch and no epoch
/// whose set is closed is touched.
///
/// What an address can do: an operator's owner changes its keys, payee, endpoint and standing; the sequencer key acts for the
/// operator elsewhere (`isController`) but changes nothing here; governance admits owners, takes them out again, and opens
/// stages; the slasher jails and tombstones, the court evicts. Nobody can move a key from one operator to another, end a jail
/// early, bring back who is tombstoned or close a stage.
interface IOperatorRegistry {
    /* STRUCTS */
    /// @param stage Stage at deployment, 0 to 2.
    /// @param maxOperators Most members of the eligible set, 1 to 64: it bounds the gas of `eligibleSet` and of every policy.
    /// @param stageMinOperators Members the eligible set must have for the stage to advance; from stage 0 on, 8 at most, as one entity
    /// has all of them there.
    /// @param stageDwell Least time that a stage is in effect, seconds.
    /// @param jailDelay Time in jail, seconds.
    struct Params {
        uint8 stage;
        uint8 maxOperators;
        uint16 stageMinOperators;
        uint64 stageDwell;
        uint64 jailDelay;
    }

    /// @param owner Owner of operator 1.
    /// @param entity Its entity, not 0: the foundation's.
    /// @param sequencerKey Without proof: the deployer vouches for it.
    /// @param batcherKey First batcher key.
    /// @param payee Receives withdrawn bond and balances.
    /// @param endpoint Base URL of the relay.
    struct Reserve {
        address owner;
        uint32 entity;
        address sequencerKey;
        address batcherKey;
        address payee;
        string endpoint;
    }

    /* ERRORS */
    /// @notice A constructor value outside of its range: `parameter` names it.
    error OperatorRegistry_OutOfRange(string parameter, uint256 value);
    /// @notice Only `governance()` may do this.
    error OperatorRegistry_NotGovernance(address caller);
    /// @notice Only the slasher jails and tombstones.
    error OperatorRegistry_NotSlasher(address caller);
    /// @notice Only the court evicts.
    error OperatorRegistry_NotCourt(address caller);
    /// @notice Only the operator's owner may do this; an unknown operator has none.
    error OperatorRegistry_NotOwner(uint16 operator, address caller);
    /// @notice It was offered to somebody else (to nobody: zero).
    error OperatorRegistry_NotOffered(address offeredTo, address caller);
    /// @notice Governance has to whitelist the owner first.
    error OperatorRegistry_NotWhitelisted(address owner);
    /// @notice In stage 0 only owners of the reserve's entity are admitted.
    error OperatorRegistry_NotFoundation(address owner, uint32 entity, uint32 foundation);
    /// @notice A key, payee or owner is the zero address.
    error OperatorRegistry_ZeroAddress();
    /// @notice The key was bound to another operator once, and a key belongs to one operator for ever. Use a fresh key.
    error OperatorRegistry_KeyTaken(address key, uint16 operator);
    /// @notice The proof is not `key`'s signature of `KeyBinding(owner)`; `recovered` signed it (zero: malformed).
    error OperatorRegistry_BadKeyProof(address key, address recovered);
    /// @notice Batcher keys are replaced at 0 to count - 1 and added at count, up to 4.
    error OperatorRegistry_BatcherIndexOutOfRange(uint8 index, uint8 count);
    /// @notice The operator's status does not allow this.
    error OperatorRegistry_WrongStatus(uint16 operator, Status status);
    /// @notice The reserve always stands by: it neither leaves nor is jailed.
    error OperatorRegistry_ReserveStays();
    /// @notice The eligible set has no room: wait until an operator leaves.
    error OperatorRegistry_SetFull(uint256 maximum);
    /// @notice The entity has as many operators in the set as one may: wait until one of them leaves.
    error OperatorRegistry_EntityFull(uint32 entity, uint256 maximum);
    /// @notice The bond is too small to be in the set, wei: deposit the difference.
    error OperatorRegistry_Underbonded(uint16 operator, uint256 bonded, uint256 required);
    /// @notice More was given to the operator's bond than nine times its own: it adds to its own, wei.
    error OperatorRegistry_DelegatedTooMuch(uint16 operator, uint256 delegated, uint256 most);
    /// @notice The bond covers the minimum, wei: there is no reason to jail.
    error OperatorRegistry_StillBonded(uint16 operator, uint256 bonded, uint256 required);
    /// @notice The operator is in jail until `until`, L1 seconds.
    error OperatorRegistry_StillJailed(uint16 operator, uint256 until);
    /// @notice The whitelist has fallen in epoch `epoch`, or falls there.
    error OperatorRegistry_Open(uint64 epoch);
    /// @notice The operator has a seat in the set, or, as the reserve, needs none.
    error OperatorRegistry_HasSeat(uint16 operator);
    /// @notice Ossified earlier, the whitelist would stay as it is for ever: advance to the last stage first.
    error OperatorRegistry_NotLastStage(uint8 stage, uint8 last);
    /// @notice There is no stage after this one.
    error OperatorRegistry_LastStage(uint8 stage);
    /// @notice The stage lasts at least until `earliest`, L1 seconds.
    error OperatorRegistry_StageTooYoung(uint256 timestamp, uint256 earliest);
    /// @notice The eligible set is too small for the next stage.
    error OperatorRegistry_TooFewOperators(uint256 active, uint256 required);

    /* EVENTS */
    /// @notice A new operator; events for its keys, payee and endpoint follow.
    event OperatorRegistered(uint16 indexed operator, address indexed owner, uint32 indexed entity);
    event EndpointSet(uint16 indexed operator, string endpoint);
    /// @param activeFrom First epoch of the key.
    event SequencerKeySet(uint16 indexed operator, address key, uint64 activeFrom);
    /// @param activeFrom First epoch of the key.
    event BatcherKeySet(uint16 indexed operator, uint8 index, address key, uint64 activeFrom);
    /// @param activeFrom First epoch of the key.
    event GossipKeySet(uint16 indexed operator, address key, uint64 activeFrom);
    event PayeeSet(uint16 indexed operator, address payee);
    /// @param newOwner Zero: the offer is withdrawn.
    event OwnershipOffered(uint16 indexed operator, address indexed newOwner);
    event OwnershipAccepted(uint16 indexed operator, address indexed newOwner);
    /// @param fromEpoch First epoch for which the operator is (Active) or is not (else) eligible.
    event StatusChanged(uint16 indexed operator, Status status, uint64 fromEpoch);
    /// @param entity 0: taken off the whitelist.
    event Whitelisted(address indexed owner, uint32 entity);
    /// @param fromEpoch First epoch of the stage.
    event StageAdvanced(uint8 stage, uint64 fromEpoch);
    /// @param newGovernance Zero: the offer is withdrawn.
    event GovernanceOffered(address indexed newGovernance);
    event GovernanceAccepted(address indexed newGovernance);
    /// @notice Nobody governs any more.
    event CoreOssified();
    /// @notice The enumerable set was full; follows {StatusChanged}.
    event ActivatedWithoutSeat(uint16 indexed operator);
    /// @param fromEpoch First epoch in whose enumerable set the operator is.
    event SeatTaken(uint16 indexed operator, uint64 fromEpoch);

    /* OPERATORS */
    /// @notice Registers the caller as the owner of a new operator, with status None until `activate`.
    /// @dev Its first keys are valid at once: no epoch was assigned to it yet.
    ///
    /// Emits {OperatorRegistered}, {SequencerKeySet}, {BatcherKeySet}, {PayeeSet}, {EndpointSet}.
    ///
    /// Requirements:
    /// - before stage 3, the caller is whitelisted, else {OperatorRegistry_NotWhitelisted}
    /// - in stage 0, of the reserve's entity, else {OperatorRegistry_NotFoundation}
    /// - `keyProof` is the sequencer key's and `batcherProof` the batcher key's, else {OperatorRegistry_BadKeyProof}
    /// - no other operator ever had one of the keys, else {OperatorRegistry_KeyTaken}
    /// - keys and payee are not zero, else {OperatorRegistry_ZeroAddress}
    /// @param sequencerKey Signs commitments and sends the keeper's transactions.
    /// @param keyProof EIP-712 `KeyBinding(address owner)` with the caller as owner, 65 bytes r, s, v: nobody can take another's key.
    /// A cluster's key is the contract that {CLUSTERS} made of it, and its proof of possession the cluster's signature, 96 bytes.
    /// @param batcherKey First batcher key, the one that posts batches to L1.
    /// @param batcherProof The same by the batcher key: a key is bound for ever, so nobody binds one that it does not have.
    /// @param payee Receives withdrawn bond and balances.
    /// @param endpoint Base URL of the operator's relay, only announced.
    /// @return operator The new id, counted from 1.
    function register(
        address sequencerKey,
        bytes calldata keyProof,
        address batcherKey,
        bytes calldata batcherProof,
        address payee,
        string calldata endpoint
    ) external returns (uint16 operator);

    /// @notice Enters the eligible set from `currentEpoch + 2` on: for the first time, again, or out of jail.
    /// @dev Emits {StatusChanged}.
    ///
    /// Requirements:
    /// - the caller is the owner, else {OperatorRegistry_NotOwner}
    /// - the status is None, Exited or Jailed, else {OperatorRegistry_WrongStatus}
    /// - if jailed: the time is over, else {OperatorRegistry_StillJailed}
    /// - the owner is admitted, as for `register`
    /// - the bond is the vault's minimum or more, else {OperatorRegistry_Underbonded}; what is delegated is nine times it or less, else
    /// {OperatorRegistry_DelegatedTooMuch}
    /// - before stage 3, the set has room, else {OperatorRegistry_SetFull}; for the owner's entity, else {OperatorRegistry_EntityFull}.
    /// From then on who finds it full is active without a seat, with {ActivatedWithoutSeat}: eligible for bids and for policies that
    /// keep members of their own, and not in `eligibleSet`
    function activate(uint16 operator) external;

    /// @notice Gives an active operator without a seat one that came free, from `currentEpoch + 2` on. By anyone.
    /// @dev Emits {SeatTaken}.
    ///
    /// Requirements:
    /// - the status is Active, else {OperatorRegistry_WrongStatus}
    /// - it has no seat and is not the reserve, else {OperatorRegistry_HasSeat}
    /// - the set has room, else {OperatorRegistry_SetFull}
    function takeSeat(uint16 operator) external;

    /// @notice Leaves the eligible set from `currentEpoch + 2` on, so that the whole bond can exit afterwards.
    /// @dev Emits {StatusChanged}.
    ///
    /// Requirements:
    /// - the caller is the owner, else {OperatorRegistry_NotOwner}
    /// - the status is Active, else {OperatorRegistry_WrongStatus}
    /// - it is not the reserve, else {OperatorRegistry_ReserveStays}
    function deactivate(uint16 operator) external;

    /// @notice Jails an active operator whose bond fell below the minimum: out of the set from `currentEpoch + 2` on. By anyone.
    /// @dev Emits {StatusChanged}.
    ///
    /// Requirements:
    /// - it is not the reserve, else {OperatorRegistry_ReserveStays}
    /// - the status is Active, else {OperatorRegistry_WrongStatus}
    /// - the bond is below the vault's minimum, else {OperatorRegistry_StillBonded}
    function jailUnderbonded(uint16 operator) external;

    /// @notice Announces where the operator's relay is.
    /// @dev Emits {EndpointSet}. Requires the owner as caller, else {OperatorRegistry_NotOwner}.
    function setEndpoint(uint16 operator, string calldata endpoint) external;

    /// @notice Changes the sequencer key from `currentEpoch + 2` on; a change made earlier in this epoch is replaced.
    /// @dev Emits {SequencerKeySet}. The operator may go back to any key that it ever had.
    ///
    /// Requirements:
    /// - the caller is the owner, else {OperatorRegistry_NotOwner}
    /// - `keyProof` is the key's, else {OperatorRegistry_BadKeyProof}
    /// - no other operator ever had the key, else {OperatorRegistry_KeyTaken}
    /// - the key is not zero, else {OperatorRegistry_ZeroAddress}
    /// @param keyProof As for `register`.
    function setSequencerKey(uint16 operator, address key, bytes calldata keyProof) external;

    /// @notice Changes or adds a batcher key from `currentEpoch + 2` on; a change made earlier in this epoch is replaced.
    /// @dev Emits {BatcherKeySet}. The operator may go back to any key that it ever had.
    ///
    /// Requirements:
    /// - the caller is the owner, else {OperatorRegistry_NotOwner}
    /// - `keyProof` is the key's, else {OperatorRegistry_BadKeyProof}
    /// - `index` is at most the number of keys, and below 4, else {OperatorRegistry_BatcherIndexOutOfRange}
    /// - no other operator ever had the key, else {OperatorRegistry_KeyTaken}
    /// @param index 0 to 3; equal to the number of keys to add one. Key 0 is the one a claim rotates to.
    /// @param keyProof As for `register`.
    function setBatcherKey(uint16 operator, uint8 index, address key, bytes calldata keyProof) external;

    /// @notice Names the key with which the operator's op-node signs what it gossips, from `currentEpoch + 2` on; a change made
    /// earlier in this epoch is replaced. From then on two payloads of one height signed with it are an offence, and one
    /// beside a commitment to another block.
    /// @dev Emits {GossipKeySet}. Without one, gossip proves nothing: a key that several operators share must not be named.
    ///
    /// Requirements: those of {setSequencerKey}.
    /// @param keyProof As for `register`.
    function setGossipKey(uint16 operator, address key, bytes calldata keyProof) external;

    /// @notice Changes who receives withdrawn bond and balances, at once.
    /// @dev Emits {PayeeSet}. Requires the owner as caller, else {OperatorRegistry_NotOwner}; a payee other than zero, else
    /// {OperatorRegistry_ZeroAddress}.
    function setPayee(uint16 operator, address payee) external;

    /// @notice Offers the operator, with its bond, to a new owner, who has to accept.
    /// @dev Emits {OwnershipOffered}. Requires the owner as caller, else {OperatorRegistry_NotOwner}.
    /// @param newOwner Zero withdraws the offer.
    function offerOwnership(uint16 operator, address newOwner) external;

    /// @notice Takes an offered operator over. Its entity becomes the caller's, in the eligible set from `currentEpoch + 2` on.
    /// @dev Emits {OwnershipAccepted}. Keys and payee stay until the new owner changes them.
    ///
    /// Requirements:
    /// - the operator was offered to the caller, else {OperatorRegistry_NotOffered}
    /// - the caller is admitted, as for `register`
    /// - if it is active: the caller's entity has room in the set, else {OperatorRegistry_EntityFull}
    function acceptOwnership(uint16 operator) external;

    /* SLASHER AND COURT ONLY */
    /// @notice Jails an operator for an offence: out of the set from `currentEpoch + 2` on, and not back before `JAIL_DELAY`. One that
    /// is out already has to wait, too.
    /// @dev Emits {StatusChanged}.
    ///
    /// Requirements:
    /// - the slasher calls, else {OperatorRegistry_NotSlasher}
    /// - it is not the reserve, else {OperatorRegistry_ReserveStays}
    /// - the status is Active, Jailed or Exited, else {OperatorRegistry_WrongStatus}
    function jail(uint16 operator) external;

    /// @notice Takes an operator out of the set from `currentEpoch + 2` on, for ever.
    /// @dev Emits {StatusChanged}.
    ///
    /// Requirements:
    /// - the slasher calls, else {OperatorRegistry_NotSlasher}
    /// - it is not the reserve, else {OperatorRegistry_ReserveStays}
    /// - it is registered, else {OperatorRegistry_NotOwner}
    /// - the slasher did not tombstone it before, else {OperatorRegistry_WrongStatus}; that the court evicted it spares it nothing
    function tombstone(uint16 operator) external;

    /// @notice As {tombstone}, by vote: what is frozen stays the operator's.
    /// @dev Requirements: those of {tombstone}, with the court as caller, else {OperatorRegistry_NotCourt}; and it is not tombstoned at
    /// all, else {OperatorRegistry_WrongStatus}.
    function evict(uint16 operator) external;

    /* GOVERNANCE */
    /// @notice Admits an owner, or changes its entity, or (0) takes it off the whitelist. In the set, all of it takes effect from
    /// `currentEpoch + 2` on.
    /// @dev Emits {Whitelisted}; for each active operator of an owner taken off, {StatusChanged} with Exited. The reserve stays.
    /// Requires governance as caller, else {OperatorRegistry_NotGovernance}, and a stage before 3 in that epoch, else
    /// {OperatorRegistry_Open}.
    /// @param entity Tag by which policies cap ids of one party together; 0 for none.
    function setWhitelisted(address owner, uint32 entity) external;

    /// @notice Advances the stage by one, from `currentEpoch + 3` on: bids for `currentEpoch + 2` are open already. There is no way back.
    /// @dev Emits {StageAdvanced}.
    ///
    /// Requirements:
    /// - the caller is governance, else {OperatorRegistry_NotGovernance}
    /// - there is a next stage, else {OperatorRegistry_LastStage}
    /// - the stage has been in effect for `STAGE_DWELL`, the first one since deployment, else {OperatorRegistry_StageTooYoung}
    /// - the set has `STAGE_MIN_OPERATORS` members, else {OperatorRegistry_TooFewOperators}
    function advanceStage() external;

    /// @notice Offers governance to another address, which has to accept.
    /// @dev Emits {GovernanceOffered}. Requires governance as caller, else {OperatorRegistry_NotGovernance}.
    /// @param newGovernance Zero withdraws the offer.
    function offerGovernance(address newGovernance) external;

    /// @notice Takes governance over.
    /// @dev Emits {GovernanceAccepted}. Requires that it was offered to the caller, else {OperatorRegistry_NotOffered}.
    function acceptGovernance() external;

    /// @notice Gives governance up for ever: every lever of registry, vault, policies, proceeds, rewards and court, as all of them
    /// ask the registry who governs. Changes that were decided take effect; an open case of the court takes its course.
    /// @dev Emits {CoreOssified}.
    ///
    /// Requirements:
    /// - the caller is governance, else {OperatorRegistry_NotGovernance}
    /// - the last stage is in effect, else {OperatorRegistry_NotLastStage}
    function ossifyCore() external;

    /* VIEWS */
    /// @return What operators' bonds are in; fixed.
    function VAULT() external view returns (IBondVault);
    /// @return Who may jail and tombstone; fixed.
    function SLASHER() external view returns (address);
    /// @return Makes the sequencer keys of clusters, and asks them what they signed; created with the registry.
    function CLUSTERS() external view returns (IClusterKeys);
    /// @return Who may evict; fixed.
    function COURT() external view returns (address);
    /// @return Zero once the core is ossified.
    function governance() external view returns (address);
    /// @return The highest operator id.
    function operatorCount() external view returns (uint16);
    /// @return Zero for an unknown operator.
    function ownerOf(uint16 operator) external view returns (address);
    /// @return Zero for an unknown operator.
    function payeeOf(uint16 operator) external view returns (address);
    /// @return The owner's entity as governance set it last, from stage 3 on the operator's id; the one that counts in an epoch is in
    /// `eligibleSet`.
    function entityOf(uint16 operator) external view returns (uint32);
    /// @return entity 0: not whitelisted.
    function entityOfOwner(address owner) external view returns (uint32 entity);
    /// @return status As of the last change.
    /// @return fromEpoch First epoch the change acts on.
    function statusOf(uint16 operator) external view returns (Status status, uint64 fromEpoch);

    /// @return Whether the slasher tombstoned it, upon evidence; the court's eviction is none.
    function isConvicted(uint16 operator) external view returns (bool);
    /// @return When a jailed operator may activate again, L1 seconds; 0 if it was never jailed.
    function jailedUntil(uint16 operator) external view returns (uint256);
    /// @return The key valid in `epoch`; zero for an unknown operator.
    function sequencerKeyAt(uint16 operator, uint64 epoch) external view returns (address);
    /// @return The key valid in `epoch`; zero for an unknown operator, or an index without a key in that epoch.
    function batcherKeyAt(uint16 operator, uint8 index, uint64 epoch) external view returns (address);
    /// @return The key valid in `epoch`; zero for none.
    function gossipKeyAt(uint16 operator, uint64 epoch) external view returns (address);
    /// @notice What a claim has to know, in one call.
    function claimKeysAt(uint16 operator, uint64 epoch) external view returns (address sequencerKey, address batcherKey);
    /// @return Batcher keys, those included that are not valid yet.
    function batcherKeyCount(uint16 operator) external view returns (uint8);
    /// @return The operator a sequencer, batcher or gossip key was ever bound to; 0 if none.
    function operatorOfKey(address key) external view returns (uint16);
    /// @notice Whether `account` may act for the operator: its owner or its sequencer key of the current epoch.
    function isController(uint16 operator, address account) external view returns (bool);
    /// @return Whether the operator is in `eligibleSet(epoch)`.
    function isEligible(uint16 operator, uint64 epoch) external view returns (bool);
    /// @return eligible Whether a policy may assign slots of `epoch` to the operator.
    /// @return entity Its entity in that epoch, in stage 3 its id; 0: none that is known, it counts as one of its own.
    /// @dev Exact for the current epoch and all later ones, and in stage 3 one word whatever the number of operators.
    function memberAt(uint16 operator, uint64 epoch) external view returns (bool eligible, uint32 entity);
    /// @notice The operators a policy may assign slots of `epoch` to: in ascending order, without the reserve, with their entities.
    /// @dev The same answer at any time from the start of `epoch - 1` on. Costs 2 or 3 words plus one for every 5 members.
    function eligibleSet(uint64 epoch) external view returns (uint16[] memory operators, uint32[] memory entities);
    /// @return 0 foundation only, 1 whitelist, 2 whitelisted auction, 3 open.
    function stageAt(uint64 epoch) external view returns (uint8);
    /// @return 0 before genesis.
    function currentEpoch() external view returns (uint64);
}
