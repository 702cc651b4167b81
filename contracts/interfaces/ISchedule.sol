// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {EpochPhase} from "../types/Types.sol";
import {IPolicyTable} from "./IPolicyTable.sol";

/// @title Schedule
/// @notice Seeds epochs, freezes who is assigned each slot, notes voids, take-overs and returns; answers who holds a slot.
/// @dev The answer for a past (slot, timestamp) never changes. The ring keeps the epochs {current - R + 2 .. current + 1}:
/// a slot of an older epoch reverts, so that nothing is judged on what was overwritten; a slot of an epoch in the ring that was
/// not frozen is the reserve's. Epochs 0 and 1 are always the reserve's. All times are L1 seconds (block.timestamp).
interface ISchedule is IPolicyTable {
    /* TYPES */
    /// @param seedDelay From the closing of the set to the seed's block, seconds; below an epoch.
    /// @param disputePeriod After the end of an epoch, while its slots can be disputed and its locks hold, seconds.
    /// @param ring Epochs kept (R): R x epoch covers the dispute period and two epochs.
    struct Params {
        uint32 seedDelay;
        uint32 disputePeriod;
        uint16 ring;
    }

    /* ERRORS */
    /// @notice Only the Baton records what happens in a slot.
    error Schedule_NotBaton(address caller);
    /// @notice Only the slasher voids all that an operator has.
    error Schedule_NotSlasher(address caller);
    /// @notice The ring is too small for the dispute period, or larger than what `liveSlotsOf` may loop over.
    error Schedule_RingOutOfRange(uint256 ring, uint256 minimum, uint256 maximum);
    /// @notice The seed's block would come after its epoch's pipeline. Choose a delay below an epoch.
    error Schedule_SeedDelayTooLong(uint256 seedDelay, uint256 epochSeconds);
    /// @notice The hash of the seed's block could be out of reach before the epoch begins. Shorten the epoch.
    error Schedule_EpochTooLong(uint256 epochSeconds, uint256 maximum);
    /// @notice The slot left the ring; `oldest` is the first one still known.
    error Schedule_SlotForgotten(uint64 slot, uint64 oldest);
    /// @notice The slot's epoch is not open yet; `newest` is the last slot that can be asked for.
    error Schedule_SlotTooFar(uint64 slot, uint64 newest);
    /// @notice Nobody sequences before genesis.
    error Schedule_BeforeGenesis(uint256 timestamp, uint256 genesis);
    /// @notice Epochs 0 and 1 are the reserve's: they are neither seeded, frozen nor cancelled.
    error Schedule_EpochUnscheduled(uint64 epoch);
    error Schedule_TooEarly(uint64 epoch, uint256 opens);
    error Schedule_TooLate(uint64 epoch, uint256 closed);
    error Schedule_SeedAlreadyRecorded(uint64 epoch);
    error Schedule_SeedNotRecorded(uint64 epoch);
    /// @notice The header is not the canonical one of its number (`canonical` 0: out of reach). Send the RLP the L1 hashed.
    error Schedule_HeaderUnknown(uint256 number, bytes32 computed, bytes32 canonical);
    /// @notice The second header is not the first one's parent.
    error Schedule_NotTheParent(bytes32 parentHash, bytes32 computed);
    /// @notice The seed's block is the first one at or after `seedTime`.
    error Schedule_NotTheSeedBlock(uint256 timestamp, uint256 parentTimestamp, uint256 seedTime);
    error Schedule_AlreadyFrozen(uint64 epoch);
    error Schedule_AlreadyCancelled(uint64 epoch);
    /// @notice The policy waits for something, as the auction for `settle`. Do that first.
    error Schedule_PolicyNotReady(address policy, uint64 epoch);
    /// @notice The policy changed the number of slots or one that was filled before it.
    error Schedule_PolicyBroke(address policy);
    /// @notice The epoch is neither frozen nor begun: who will be assigned its slots is still open.
    error Schedule_EpochUndecided(uint64 epoch);
    error Schedule_AlreadyClaimed(uint64 slot);
    /// @notice The turn that the slot opens is over.
    error Schedule_TurnOver(uint64 slot);
    /// @notice Another operator took the turn over. Return at a later slot of it.
    error Schedule_TakenOver(uint64 slot, uint16 holder);
    /// @notice Neither the first slot of a turn nor one to return at: the assigned operator holds it without a claim.
    error Schedule_NothingToClaim(uint64 slot, uint16 assigned);
    error Schedule_SlotVoided(uint64 slot);
    /// @notice None of the epoch's slots is the operator's, or all of those are void already.
    error Schedule_NothingToVoid(uint64 epoch, uint16 operator);
    /// @notice Only slots that have not begun can be returned at or voided.
    error Schedule_SlotBegun(uint64 slot, uint256 start);
    error Schedule_SlotNotBegun(uint64 slot, uint256 start);
    error Schedule_AlreadyMissed(uint64 slot);
    /// @notice The assigned operator held the slot at its start and at its end, or lost it by a void.
    error Schedule_NotMissed(uint64 slot, uint16 assigned);
    /// @notice The take-over would begin only when the turn is over. Claim or take over the next one.
    error Schedule_TurnEnding(uint256 timestamp, uint256 end);
    /// @notice Another change of holder takes effect before this one would: `holder` holds by then.
    error Schedule_HolderChanges(uint256 timestamp, uint16 holder);
    /// @notice The operator holds already, or the turn is its own: it returns by a claim.
    error Schedule_CannotTakeOver(uint64 slot, uint16 taker);
    /// @notice A slot has room for 7 changes of holder.
    error Schedule_TooManyChanges(uint64 slot);

    /* EVENTS */
    /// @param l1Block Number of the block whose mixHash made the seed.
    /// @param seed See {seedOf}.
    event SeedRecorded(uint64 indexed epoch, uint256 l1Block, bytes32 seed);
    /// @param slots The frozen id of each slot in order, 2 bytes each, big-endian; 0 is the reserve's.
    event EpochFrozen(uint64 indexed epoch, bytes slots);
    event EpochCancelled(uint64 indexed epoch);
    /// @notice The slots frozen to `operator` from `fromSlot` to the end of its epoch are the reserve's, but for what another
    /// operator took over; their claims and returns count for nothing.
    event SlotsVoided(uint16 indexed operator, uint64 fromSlot);
    /// @notice `operator` holds from `timestamp` to the end of the turn that `slot` belongs to, or to its next change.
    /// @param slot The slot that `timestamp` is in.
    event HolderChanged(uint64 indexed slot, uint16 indexed operator, uint64 timestamp);

    /* EPOCH PIPELINE */
    /// @notice Records the seed of `epoch` from the first L1 block with timestamp >= start(epoch - 1) + SEED_DELAY. By anyone.
    /// @dev Emits {SeedRecorded}.
    ///
    /// Requirements:
    /// - epoch 2 or later, else {Schedule_EpochUnscheduled}
    /// - the seed's time has come, else {Schedule_TooEarly}; the epoch has not begun, else {Schedule_TooLate}
    /// - it has no seed yet, else {Schedule_SeedAlreadyRecorded}
    /// - `header` hashes to the block hash of its number, else {Schedule_HeaderUnknown}
    /// - `parent` hashes to the header's parent hash, else {Schedule_NotTheParent}
    /// - no earlier block qualifies, else {Schedule_NotTheSeedBlock}
    /// @param header RLP of that block's header.
    /// @param parent RLP of its parent's header.
    function recordSeed(uint64 epoch, bytes calldata header, bytes calldata parent) external;

    /// @notice Assigns the slots of `epoch` for good. By anyone.
    /// @dev Emits {EpochFrozen}, and {EpochCancelled} for an earlier epoch of the same place in the ring that began unfrozen and that
    /// nobody cancelled. The policies of the epoch's stage fill the slots one after the other.
    ///
    /// Requirements:
    /// - epoch 2 or later, else {Schedule_EpochUnscheduled}
    /// - now is in epoch - 1, else {Schedule_TooEarly} or {Schedule_TooLate}
    /// - it is not frozen, else {Schedule_AlreadyFrozen}; it has its seed, else {Schedule_SeedNotRecorded}
    /// - each policy is ready, else {Schedule_PolicyNotReady}, and only fills free slots, else {Schedule_PolicyBroke}
    function freeze(uint64 epoch) external;

    /// @notice Notes that `epoch` began without being frozen, so that what was paid for it can be given back. By anyone.
    /// @dev Emits {EpochCancelled}. Its slots are the reserve's with or without this call.
    ///
    /// Requirements:
    /// - epoch 2 or later, else {Schedule_EpochUnscheduled}
    /// - it began, else {Schedule_TooEarly}
    /// - it was not frozen, else {Schedule_AlreadyFrozen}; nor cancelled, else {Schedule_AlreadyCancelled}
    function cancel(uint64 epoch) external;

    /// @notice Takes the slots of `epoch` from an operator that does not hold what it pledged for it; they are the reserve's. By anyone,
    /// in the last tenth of the epoch before: the only time at which bonds are held against pledges.
    /// @dev Emits {SlotsVoided}. The vault takes the penalty of the default.
    ///
    /// Requirements:
    /// - epoch 2 or later, else {Schedule_EpochUnscheduled}
    /// - now is in the last tenth of epoch - 1, else {Schedule_TooEarly} or {Schedule_TooLate}
    /// - it is frozen, else {Schedule_EpochUndecided}, and the operator has slots of it that are not void, else
    ///   {Schedule_NothingToVoid}
    /// - the vault finds a shortfall, else its error
    /// @return slots How many were taken.
    function voidUnderbonded(uint64 epoch, uint16 operator) external returns (uint256 slots);

    /* BATON ONLY */
    /// @notice Notes that the operator `slot` is assigned to claimed it: it opens its turn there, or returns to it.
    /// @dev Who claims and how early is the Baton's to check. Emits {HolderChanged} for a return. Moves the epoch's anchor.
    ///
    /// Requirements:
    /// - the Baton calls, else {Schedule_NotBaton}
    /// - the slot is in the ring, else {Schedule_SlotForgotten} or {Schedule_SlotTooFar}
    /// - its epoch is frozen or has begun, else {Schedule_EpochUndecided}
    /// - it was not claimed, else {Schedule_AlreadyClaimed}
    /// - to open, it is the first slot of a turn, or its first voided one (which the reserve then opens); the turn is not over,
    ///   else {Schedule_TurnOver}, and nobody else holds it, else {Schedule_TakenOver}
    /// - to return, it is not voided, else {Schedule_SlotVoided}; it has not begun, else {Schedule_SlotBegun}; another operator
    ///   would hold at its start, else {Schedule_NothingToClaim}; its record has room, else {Schedule_TooManyChanges}
    /// @return assigned The operator the slot is assigned to after voids; the reserve's id for nobody.
    /// @return isReturn False if the claim opens the turn.
    function recordClaim(uint64 slot) external returns (uint16 assigned, bool isReturn);

    /// @notice Notes that `taker` holds from 2 L1 blocks after block.timestamp to the end of the turn in progress.
    /// @dev Who may take over from whom and when is the Baton's to check. Emits {HolderChanged}. Moves the epoch's anchor.
    ///
    /// Requirements:
    /// - the Baton calls, else {Schedule_NotBaton}; genesis has come, else {Schedule_BeforeGenesis}
    /// - the turn lasts until then, else {Schedule_TurnEnding}
    /// - whoever holds now would hold then, else {Schedule_HolderChanges}
    /// - `taker` is another operator than that, and than the one the turn is frozen to, else {Schedule_CannotTakeOver}
    /// - the slot's record has room, else {Schedule_TooManyChanges}
    /// @return timestamp When the taker begins to hold, L1 seconds.
    function recordTakeOver(uint16 taker) external returns (uint64 timestamp);

    /// @notice Notes that the operator `slot` is assigned to missed it: somebody else took it over, or holds it since its start.
    ///
    /// Requirements:
    /// - the Baton calls, else {Schedule_NotBaton}
    /// - the slot is in the ring, else {Schedule_SlotForgotten}, and began, else {Schedule_SlotNotBegun}
    /// - it is not noted yet, else {Schedule_AlreadyMissed}
    /// - it was lost and not voided, else {Schedule_NotMissed}
    /// @return assigned The operator that missed it; the reserve's id for nobody.
    /// @return missesInEpoch Slots of the epoch that this operator has missed, this one included.
    function recordMiss(uint64 slot) external returns (uint16 assigned, uint8 missesInEpoch);

    /// @notice Takes the slots frozen to `operator` from `fromSlot` to the end of its epoch; they are the reserve's.
    /// @dev Emits {SlotsVoided} if there is any. What another operator took over stays the taker's.
    ///
    /// Requirements:
    /// - the Baton calls, else {Schedule_NotBaton}
    /// - `fromSlot` has not begun, else {Schedule_SlotBegun}; it is not too far, else {Schedule_SlotTooFar}
    function voidRemaining(uint16 operator, uint64 fromSlot) external;

    /* SLASHER ONLY */
    /// @notice As {voidRemaining}, from the next slot on, and in the whole next epoch if that is frozen.
    /// @dev Emits {SlotsVoided} for each of the two in which there is any.
    ///
    /// Requirements:
    /// - the registry's slasher calls, else {Schedule_NotSlasher}
    /// @return slots How many it voided.
    function voidAll(uint16 operator) external returns (uint256 slots);

    /* WHO SEQUENCES */
    /// @notice Who sequences now; before genesis who will at its start.
    function currentHolder() external view returns (uint16);

    /// @notice Who holds `slot` at `timestamp`: its frozen operator, or whoever took over; the reserve for nobody and after a void.
    ///
    /// Requirements:
    /// - the slot is in the ring, else {Schedule_SlotForgotten} or {Schedule_SlotTooFar}
    /// @param timestamp Before the slot's start it is taken for the start, after its end for the end.
    function holderAt(uint64 slot, uint256 timestamp) external view returns (uint16);

    /// @notice The operator a slot is assigned to after voids, before take-overs; the reserve's id for nobody.
    /// @dev Requirements as of {holderAt}.
    function assignedTo(uint64 slot) external view returns (uint16);

    /// @notice The turn `slot` belongs to: the maximal run of slots frozen to one operator in its epoch. Voids do not split it.
    /// @dev Requirements as of {holderAt}.
    /// @return first First slot of the turn.
    /// @return end First slot after it.
    /// @return assigned The operator it is frozen to; the reserve's id for nobody.
    function turnOf(uint64 slot) external view returns (uint64 first, uint64 end, uint16 assigned);

    /// @notice The take-overs and returns that take effect in `slot`, in order of time.
    /// @dev Requirements as of {holderAt}.
    /// @return holders Who holds from each on.
    /// @return timestamps When, L1 seconds.
    function changesOf(uint64 slot) external view returns (uint16[] memory holders, uint256[] memory timestamps);

    /* SLOTS */
    /// @dev The views of a slot revert as {holderAt} does.
    function isClaimed(uint64 slot) external view returns (bool);
    function isMissed(uint64 slot) external view returns (bool);
    function isVoided(uint64 slot) external view returns (bool);

    /// @notice Slots frozen to `operator`, voided ones included, in epochs whose dispute period has not lapsed.
    function liveSlotsOf(uint16 operator) external view returns (uint256);

    /// @notice When the last of those can be disputed no more, L1 seconds; 0 if there is none.
    function lastDisputeEnd(uint16 operator) external view returns (uint256);

    /* EPOCHS */
    /// @notice The frozen id of each slot of `epoch`, before voids and take-overs; 0 is the reserve's.
    /// @dev Requirements as of {holderAt}.
    function slotsOf(uint64 epoch) external view returns (uint16[] memory);

    /// @notice Who served each slot of `epoch`: the operator that held it at its end, if it showed life in that turn by a claim, a
    /// take-over or a return; 0 for nobody. For a slot that is not over, as it stands.
    /// @dev Requirements as of {holderAt}.
    function servedIn(uint64 epoch) external view returns (uint16[] memory operators);

    /// @notice How `epoch` stands. Whether it was frozen or cancelled is remembered for ever.
    function phaseOf(uint64 epoch) external view returns (EpochPhase);

    /// @notice keccak256(domain, chain id, this contract, epoch, mixHash), its last 2 bytes replaced by the epoch's low 16 bits.
    ///
    /// Requirements:
    /// - the epoch is in the ring, else {Schedule_SlotForgotten} or {Schedule_SlotTooFar}
    /// - its seed is recorded, else {Schedule_SeedNotRecorded}
    function seedOf(uint64 epoch) external view returns (bytes32);

    /// @notice The L1 block in which a slot of `epoch` was last claimed or taken over; (0, 0) if none was.
    /// @dev Requirements as of {holderAt}.
    /// @return l1Block Its number, low 32 bits.
    /// @return timestamp Its time, L1 seconds.
    function anchorOf(uint64 epoch) external view returns (uint256 l1Block, uint256 timestamp);

    /* CLOCK */
    /// @notice The slot in progress; 0 before genesis.
    function currentSlot() external view returns (uint64);
    /// @notice The epoch in progress; 0 before genesis.
    function currentEpoch() external view returns (uint64);
    /// @return First second of the slot.
    function startOfSlot(uint64 slot) external view returns (uint256);
    /// @return First second of the epoch.
    function startOfEpoch(uint64 epoch) external view returns (uint256);

    /* PARAMETERS */
    /// @return From the closing of an epoch's set to its seed's block, seconds.
    function SEED_DELAY() external view returns (uint256);
    /// @return After the end of an epoch, while its slots can be disputed, seconds.
    function DISPUTE_PERIOD() external view returns (uint256);
    /// @return Epochs kept.
    function RING() external view returns (uint256);
}
