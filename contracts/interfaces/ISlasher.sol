// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BlockCommitment, HandoffReceipt} from "../types/Types.sol";
import {IBaton} from "./IBaton.sol";
import {IBondVault} from "./IBondVault.sol";
import {IOperatorRegistry} from "./IOperatorRegistry.sol";
import {ISchedule} from "./ISchedule.sol";

/// @title Slasher
/// @notice Punishes what an operator's own signatures prove: equivocation, blocks out of turn, broken receipts. Anybody may report,
/// and earns what the vault gives a reporter.
/// @dev What each offence costs:
///
/// | offence | bond | standing |
/// |---|---|---|
/// | equivocation, by commitments, by OP gossip, or by one of each | half of the core; three quarters, then all of it, for the second and the third operator within `CORRELATION_WINDOW`; and all live slot locks | tombstoned, slots voided |
/// | a block out of turn | one slot lock, once for each slot | jailed |
/// | a broken receipt | one slot lock, once for each boundary | jailed |
///
/// A tombstone is final, so that no evidence of an equivocation counts twice. Locks and voids follow by `expel`, by anyone and in the same
/// block if its caller wants: what they cost grows with the epochs under dispute, and evidence must stay cheap to bring. The
/// reserve is neither jailed nor tombstoned: it pays once for each epoch that it equivocated in. Eviction by vote spares nobody the
/// punishment. For the later offenders only those count that had half of the minimum bond at stake, the reserve by its first
/// offence: else ids without bond could make an honest operator's accident dearer for no more than gas.
///
/// The reporter earns a tenth of what the operator's own bond lost, not of what was delegated: else whoever owns less than a tenth of
/// its pool would be paid for destroying the rest of it. What a stolen key can cost is bounded: a slot and a boundary are judged once
/// each, no slot beyond the next epoch is, and a countersignature only binds who held the slot after it. Who left the set and took its
/// own out, so that less than a tenth of the pool is its own, is charged ten times that part of a lock: nothing at none. Its own
/// exits that wait count as the pool's there; as its own only what waits of its core.
///
/// What must not be punished, and why it is not. After an L1 reorg an honest holder seals a height again: the first block's L1
/// origin is not canonical then, so the origins are neither equal nor both canonical. A gap fill is dated before its slot and is
/// signed in it: no rule of turn forbids an earlier date. Around a take-over L1 tells the two holders at different moments:
/// nothing dated within 3 L1 blocks of one is out of turn, nor in the first 3 of a slot that its operator lost by a void.
/// Lateness is not provable and not punished. What a keeper must do in turn stands in `crates/core/src/fence.rs`.
///
/// Signatures are bound to L1's chain id as it is now, the Baton and the L2 chain (op-node's to the L2 chain alone, and to a key that
/// the operator named here): a commitment or a receipt for another deployment or on a fork proves nothing here.
interface ISlasher {
    /* TYPES */
    /// @param evidenceWindow How long after the end of the slot, or after the gossiped block's date, an offence can be proven, seconds;
    /// within the 8,191 L1 blocks whose hashes L1 keeps, and the dispute period, whose end releases locks.
    /// @param correlationWindow How long an earlier tombstone makes a later one dearer, seconds.
    /// @param settleBlocks L1 blocks after the end of a slot from which on it is certain who held it (T2).
    /// @param earlyLead How long before its slot a commitment may be seen on L1, seconds (T3): L1's clock may be that far behind.
    struct Params {
        uint64 evidenceWindow;
        uint64 correlationWindow;
        uint32 settleBlocks;
        uint32 earlyLead;
    }

    /// @notice The rules of turn.
    enum Rule {
        AfterItsSlot, // T1: dated at or after the end of its slot
        NeverHeld, // T2: of a slot that the signer never held
        BeforeItsSlot // T3: signed long before its slot
    }

    /* ERRORS */
    /// @notice A constructor value of zero, or out of reach: `parameter` names it.
    error Slasher_OutOfRange(string parameter, uint256 value, uint256 maximum);
    /// @notice It was signed for another L2 chain.
    error Slasher_WrongChain(uint256 l2ChainId, uint256 expected);
    /// @notice `signer` did not sign as this operator: its key was `expected` (zero: none).
    error Slasher_WrongSigner(uint16 operator, address signer, address expected);
    /// @notice The time for evidence ended at `closed`, L1 seconds.
    error Slasher_TooLate(uint256 closed);
    /// @notice Who held what is not certain before `opens`, L1 seconds.
    error Slasher_TooEarly(uint256 opens);
    /// @notice Blocks of two heights, or on two parents, may both be honest.
    error Slasher_OtherPlace(uint64 numberA, uint64 numberB, bytes32 parentA, bytes32 parentB);
    /// @notice It is one block, signed twice.
    error Slasher_SameBlock(bytes32 blockHash);
    /// @notice L1 origins that differ must both be canonical: after an L1 reorg an honest holder seals a height again.
    error Slasher_OriginNotCanonical(uint64 number, bytes32 hash, bytes32 canonical);
    /// @notice No L2 block of this number has this timestamp: it is no block that anybody could take.
    error Slasher_WrongTimestamp(uint256 timestamp, uint256 expected);
    /// @notice The commitment breaks no rule of turn, or none that can be told yet.
    error Slasher_InTurn(uint16 operator, uint64 slot);
    /// @notice The holder changed at `change`, near the block's date, L1 seconds: the signer may not have known.
    error Slasher_NearTakeOver(uint256 timestamp, uint256 change);
    /// @notice The receipts are for two boundaries, or say the same.
    error Slasher_OneReceipt(uint64 boundarySlotA, uint64 boundarySlotB);
    /// @notice Another operator handed over at this boundary, so that what this one signed of it binds it to nothing.
    error Slasher_NotTheOutgoing(uint16 operator, uint64 boundarySlot, uint16 outgoing);
    /// @notice The commitment keeps to the receipt.
    error Slasher_ReceiptKept(uint16 operator, uint64 boundarySlot);
    /// @notice The slot is of a later epoch than the next one, whose slots end before `beyond`: there is nothing yet to break.
    error Slasher_SlotUndecided(uint64 slot, uint64 beyond);
    /// @notice The operator has paid for this slot or boundary, or the reserve for equivocating in this epoch.
    error Slasher_AlreadyJudged(uint16 operator, uint64 number);
    /// @notice The slasher did not tombstone the operator.
    error Slasher_NotTombstoned(uint16 operator);

    /* EVENTS */
    /// @notice Two blocks of one height; the vault and the registry tell what it cost.
    /// @param share Quarters of the core that were asked for, 2 to 4.
    event Equivocated(uint16 indexed operator, uint64 indexed number, address indexed reporter, uint256 share);
    /// @param taken Weighted value of the locks, wei.
    event Expelled(uint16 indexed operator, address indexed reporter, uint256 taken);
    event OutOfTurn(uint16 indexed operator, uint64 indexed slot, address indexed reporter, Rule rule, uint64 number);
    event ReceiptBroken(uint16 indexed operator, uint64 indexed boundarySlot, address indexed reporter);

    /* EQUIVOCATION */
    /// @notice Two commitments by one operator to different blocks on one parent. By anyone.
    /// @dev Emits {Equivocated}. Tombstones the operator and slashes its core; `expel` does the rest.
    ///
    /// Requirements:
    /// - both are of this L2 chain, else {Slasher_WrongChain}
    /// - same number and parent, else {Slasher_OtherPlace}; different blocks, else {Slasher_SameBlock}
    /// - the L1 origins are equal, or both canonical now, else {Slasher_OriginNotCanonical}
    /// - the slot of `a` ended at most `EVIDENCE_WINDOW` ago, if it ended, else {Slasher_TooLate}
    /// - the operator's sequencer key of the epoch of that slot signed both, else {Slasher_WrongSigner}; or `b` by its key of the epoch
    ///   of `b`'s slot, which ended at most `EVIDENCE_WINDOW` ago, too: an operator may change it between two slots that it holds
    /// - the operator was not tombstoned by evidence before, else `OperatorRegistry_WrongStatus`; the reserve did not pay for
    ///   the epoch of that slot, of the older one if two keys signed, else {Slasher_AlreadyJudged}, which is the next one at most,
    ///   else {Slasher_SlotUndecided}
    /// @param a The one whose slot tells key and window, and of `b` if that is by the same key. Signatures: 65 bytes r, s, v or
    ///   64 r, vs; of a cluster 96.
    function proveEquivocation(
        uint16 operator,
        BlockCommitment calldata a,
        bytes calldata signatureA,
        BlockCommitment calldata b,
        bytes calldata signatureB
    ) external;

    /// @notice As {proveEquivocation}, for a cluster: by the sum of its two signatures, which anybody can add up.
    /// @dev Requirements: those of {proveEquivocation}; the sum is that of signatures by the `ClusterKey` that is the operator's key of the
    /// epoch of `a`'s slot. Across a change of key, {proveEquivocation} takes the two by themselves.
    /// @param aggregated x and y of the sum, 48 bytes each.
    function proveClusterEquivocation(
        uint16 operator,
        BlockCommitment calldata a,
        BlockCommitment calldata b,
        bytes32[3] calldata aggregated
    ) external;

    /// @notice Two payloads of one height on one parent, gossiped by op-node under the operator's gossip key. By anyone.
    /// @dev As {proveEquivocation}; the payload's date takes the place of the slot. V3 and V4 payloads only, and none above what fits a
    /// transaction: about 400 kB both together; above 128 kB geth's pool takes none, and a block builder has to.
    ///
    /// Requirements: those of {proveEquivocation} on blocks, window and operator (a payload of another L2 chain has another signer),
    /// and
    /// - both payloads can be read, else the errors of `GossipPayload`
    /// - the operator's gossip key of the epoch of the first one's date signed both, else {Slasher_WrongSigner}
    /// @param a What op-node signs: parent beacon root and payload, SSZ. Signatures: 65 bytes r, s, v; v may be 0 or 1.
    function proveGossipEquivocation(
        uint16 operator,
        bytes calldata a,
        bytes calldata signatureA,
        bytes calldata b,
        bytes calldata signatureB
    ) external;

    /// @notice One block committed to, and another one of its height and parent gossiped: told to some, and the other to the rest.
    /// @dev As {proveEquivocation}; the payload as in {proveGossipEquivocation}.
    ///
    /// Requirements:
    /// - what {proveEquivocation} asks of the two blocks, and of the operator; the reserve pays for the epoch of the slot or of the date,
    ///   the older one
    /// - the slot of `committed` ended, and the payload is dated, at most `EVIDENCE_WINDOW` ago, else {Slasher_TooLate}
    /// - the operator's sequencer key of the epoch of that slot signed the commitment, and its gossip key of the epoch of that date
    ///   the payload, else {Slasher_WrongSigner}
    /// - the payload can be read, else the errors of `GossipPayload`
    function proveMixedEquivocation(
        uint16 operator,
        BlockCommitment calldata committed,
        bytes calldata signature,
        bytes calldata gossip,
        bytes calldata gossipSignature
    ) external;

    /// @notice Voids what a tombstoned operator still has in this epoch, from the next slot on, and in the next epoch; takes the locks of
    /// all its live slots. By anyone, who is their reporter. Again after another epoch was frozen, for the slots voided then.
    /// @dev Emits {Expelled} if it took locks.
    ///
    /// Requirements:
    /// - it was tombstoned here, else {Slasher_NotTombstoned}
    /// @return taken Weighted value of the locks taken now, wei.
    function expel(uint16 operator) external returns (uint256 taken);

    /* TURNS */
    /// @notice A commitment under the authority of a slot that does not give it. By anyone.
    /// @dev Emits {OutOfTurn}. Jails the operator, and slashes one slot lock.
    ///
    /// Requirements:
    /// - it is of this L2 chain, else {Slasher_WrongChain}, and dated as its number asks, else {Slasher_WrongTimestamp}
    /// - its slot ended at most `EVIDENCE_WINDOW` ago, if it ended, else {Slasher_TooLate}
    /// - the operator's sequencer key of the epoch of its slot signed it, else {Slasher_WrongSigner}
    /// - it breaks one of the rules, else {Slasher_InTurn}: (T1) dated at or after the end of its slot; (T2) the slot ended
    ///   `SETTLE_BLOCKS` ago and its holders never include the operator; (T3) the slot begins more than `EARLY_LEAD` from now
    /// - no take-over or return took effect within 3 L1 blocks of its date, else {Slasher_NearTakeOver}; by T2, it is not dated in
    ///   the first 3 of what the operator lost by a void, else {Slasher_InTurn}
    /// - its slot is of an epoch that is assigned by now or about to be, the next one at most, else {Slasher_SlotUndecided}
    /// - the operator did not pay for this slot, else {Slasher_AlreadyJudged}
    /// @return rule The rule it breaks.
    function proveOutOfTurn(uint16 operator, BlockCommitment calldata commitment, bytes calldata signature)
        external
        returns (Rule rule);

    /* RECEIPTS */
    /// @notice Two receipts of the outgoing holder for one boundary. By anyone.
    /// @dev Emits {ReceiptBroken}. Jails the operator, and slashes one slot lock.
    ///
    /// Requirements:
    /// - both are of this L2 chain, else {Slasher_WrongChain}; one boundary, two blocks, else {Slasher_OneReceipt}
    /// - the boundary is `SETTLE_BLOCKS` old, else {Slasher_TooEarly}, and at most `EVIDENCE_WINDOW`, else {Slasher_TooLate}
    /// - the operator held the last second before it, else {Slasher_NotTheOutgoing}
    /// - its sequencer key of the epoch of the slot before signed both, else {Slasher_WrongSigner}
    /// - it did not pay for this boundary, else {Slasher_AlreadyJudged}
    function proveTwoReceipts(
        uint16 operator,
        HandoffReceipt calldata a,
        bytes calldata signatureA,
        HandoffReceipt calldata b,
        bytes calldata signatureB
    ) external;

    /// @notice A commitment that breaks a receipt of the same operator's. By anyone. Of the outgoing holder: above the receipt's number,
    /// under a slot before the boundary. Of who countersigned: another block at that number, or one on another parent right above.
    /// @dev Emits {ReceiptBroken}. Jails the operator, and slashes one slot lock. A receipt tells no L1 origin: a keeper countersigns
    /// only what is 8 L1 blocks deep, and signs no receipt below what it once sealed.
    ///
    /// Requirements:
    /// - both are of this L2 chain, else {Slasher_WrongChain}
    /// - the boundary is `SETTLE_BLOCKS` old, else {Slasher_TooEarly}, and at most `EVIDENCE_WINDOW`, else {Slasher_TooLate}
    /// - the operator's keys signed both: of the epoch of the slot before the boundary (outgoing) or of the boundary (countersigner),
    ///   and of the commitment's slot, else {Slasher_WrongSigner}
    /// - a countersigner held no part of the slot before the boundary, and some of the one after it, else {Slasher_NotTheOutgoing}
    /// - the commitment breaks the receipt, else {Slasher_ReceiptKept}
    /// - the operator did not pay for this boundary, else {Slasher_AlreadyJudged}
    function proveReceiptBroken(
        uint16 operator,
        HandoffReceipt calldata receipt,
        bytes calldata receiptSignature,
        BlockCommitment calldata commitment,
        bytes calldata signature
    ) external;

    /* VIEWS */
    /// @return Quarters of the core that an equivocation would cost now, 2 to 4; the reserve, if it is one of the earlier offenders,
    ///   may have to pay less.
    function coreShare() external view returns (uint256);
    /// @notice What an equivocation of the operator would cost now, wei of weighted value.
    /// @return core Its part of the core, taken with the proof.
    /// @return locks All live slot locks, taken by {expel}.
    function penaltyOf(uint16 operator) external view returns (uint256 core, uint256 locks);

    /* REFERENCES AND PARAMETERS */
    function BATON() external view returns (IBaton);
    function REGISTRY() external view returns (IOperatorRegistry);
    function SCHEDULE() external view returns (ISchedule);
    function VAULT() external view returns (IBondVault);
    function L2_CHAIN_ID() external view returns (uint256);
    /// @dev Units of the parameters as in {Params}.
    function EVIDENCE_WINDOW() external view returns (uint256);
    function CORRELATION_WINDOW() external view returns (uint256);
    function SETTLE_BLOCKS() external view returns (uint256);
    function EARLY_LEAD() external view returns (uint256);
}
