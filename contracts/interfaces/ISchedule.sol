// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {EpochPhase} from "../types/Types.sol";

/// @title Schedule
/// @notice Seeds, frozen slots, voids, take-overs and returns; answers who holds a slot.
/// @dev The answer for a past slot never changes; a slot older than the ring reverts.
interface ISchedule {
    /* ERRORS */
    error Schedule_NotBaton(address caller);
    error Schedule_SlotForgotten(uint64 slot, uint64 oldest);
    error Schedule_SlotTooFar(uint64 slot, uint64 newest);
    error Schedule_BeforeGenesis(uint256 timestamp, uint256 genesis);
    error Schedule_EpochUnscheduled(uint64 epoch);
    error Schedule_TooEarly(uint64 epoch, uint256 opens);
    error Schedule_TooLate(uint64 epoch, uint256 closed);
    error Schedule_SeedAlreadyRecorded(uint64 epoch);
    error Schedule_SeedNotRecorded(uint64 epoch);
    error Schedule_HeaderUnknown(uint256 number, bytes32 computed, bytes32 canonical);
    error Schedule_HeaderMalformed();
    error Schedule_NotTheParent(bytes32 parentHash, bytes32 computed);
    error Schedule_NotTheSeedBlock(uint256 timestamp, uint256 parentTimestamp, uint256 seedTime);
    error Schedule_AlreadyFrozen(uint64 epoch);
    error Schedule_AlreadyCancelled(uint64 epoch);
    error Schedule_AuctionUnsettled(uint64 epoch);
    error Schedule_PolicyBroke(address policy);
    error Schedule_TooManyChanges(uint64 slot);

    /* EVENTS */
    event SeedRecorded(uint64 indexed epoch, uint256 l1Block, bytes32 seed);
    /// @param slots The frozen id of each slot; 0 is the reserve's.
    event EpochFrozen(uint64 indexed epoch, uint16[] slots);
    event EpochCancelled(uint64 indexed epoch);
    /// @notice The slots of `operator` from `fromSlot` to the end of its epoch are the reserve's.
    event SlotsVoided(uint16 indexed operator, uint64 fromSlot);
    /// @notice `operator` holds from `timestamp` to the end of the turn that `slot` belongs to.
    event HolderChanged(uint64 indexed slot, uint16 indexed operator, uint64 timestamp);

    /* EPOCH PIPELINE */
    /// @notice Records epoch's seed from the first L1 block with timestamp >= start(epoch - 1) + SEED_DELAY. By anyone.
    /// @param header RLP of that block's header. @param parent RLP of its parent's header.
    function recordSeed(uint64 epoch, bytes calldata header, bytes calldata parent) external;
    /// @notice Assigns the slots of `epoch` for good, in epoch - 1, after the auction (if any) is settled. By anyone.
    function freeze(uint64 epoch) external;
    /// @notice Gives every slot of an epoch that began without being frozen to the reserve. By anyone.
    function cancel(uint64 epoch) external;

    /* BATON ONLY */
    /// @notice Notes that `slot` (first of a turn, or the slot of a return) was claimed; tells who the assigned operator is.
    /// @return assigned The operator (the reserve's id for 0 or void).
    function recordClaim(uint64 slot) external returns (uint16 assigned);
    function recordTakeOver(uint16 taker, uint64 timestamp) external;
    function recordMiss(uint64 slot) external returns (uint16 assigned, uint8 missesInEpoch);
    function voidRemaining(uint16 operator, uint64 fromSlot) external;

    /* VIEWS */
    function holderAt(uint64 slot, uint256 timestamp) external view returns (uint16);
    /// @notice Who sequences now.
    function currentHolder() external view returns (uint16);
    /// @notice The operator a slot is assigned to after voids, before take-overs; the reserve's id for nobody.
    function assignedTo(uint64 slot) external view returns (uint16);
    /// @return first First slot of the turn `slot` belongs to. @return end First slot after it. @return assigned Frozen id.
    function turnOf(uint64 slot) external view returns (uint64 first, uint64 end, uint16 assigned);
    function isClaimed(uint64 slot) external view returns (bool);
    function isMissed(uint64 slot) external view returns (bool);
    function isVoided(uint64 slot) external view returns (bool);
    /// @notice Slots of epochs whose dispute period has not lapsed that are frozen to `operator`, voids included.
    function liveSlotsOf(uint16 operator) external view returns (uint256);
    /// @return The last second at which a slot frozen to `operator` can be disputed; 0 if none is live.
    function lastDisputeEnd(uint16 operator) external view returns (uint256);
    function slotsOf(uint64 epoch) external view returns (uint16[] memory);
    function phaseOf(uint64 epoch) external view returns (EpochPhase);
    function seedOf(uint64 epoch) external view returns (bytes32);
    function currentSlot() external view returns (uint64);
    function currentEpoch() external view returns (uint64);
    function startOfSlot(uint64 slot) external view returns (uint256);
    function startOfEpoch(uint64 epoch) external view returns (uint256);
}
