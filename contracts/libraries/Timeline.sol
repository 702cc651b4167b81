// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Clock} from "../types/Types.sol";

/// @title Timeline
/// @notice Every instant of the protocol, as a function of the clock alone.
/// @dev All instants are L1 seconds (block.timestamp) unless said otherwise. Windows are half open: `opens <= now < closes`.
/// Before genesis everything reads as at genesis: slot 0 of epoch 0.
library Timeline {
    /* ERRORS */
    /// @notice The slot is shorter than 8 L1 blocks: a call-out, its answer and a take-over would not fit. Lengthen the slot.
    error Timeline_SlotTooShort(uint256 slotSeconds, uint256 minimum);
    /// @notice Offsets in a slot are stored in 16 bits. Shorten the slot.
    error Timeline_SlotTooLong(uint256 slotSeconds, uint256 maximum);
    /// @notice An epoch's bitmaps hold 45 slots. Choose 1 to 45.
    error Timeline_SlotsPerEpochOutOfRange(uint256 slotsPerEpoch, uint256 maximum);
    /// @notice A block time of zero seconds.
    error Timeline_ZeroBlockTime(uint256 l1BlockSeconds, uint256 l2BlockSeconds);
    /// @notice The L1 origin advances at most one L1 block per L2 block, so with longer L2 blocks the drift would grow for ever.
    error Timeline_L2BlockTooLong(uint256 l2BlockSeconds, uint256 l1BlockSeconds);
    /// @notice Genesis must lie in the future, else slots would be over before anybody could hold them.
    error Timeline_GenesisNotInFuture(uint256 genesis, uint256 timestamp);
    /// @notice Genesis does not fit the 40 bits that times are stored in. It is in seconds, not in milliseconds.
    error Timeline_GenesisTooFar(uint256 genesis, uint256 maximum);
    /// @notice Epochs 0 and 1 have no predecessor to be prepared in: they have no pipeline.
    error Timeline_EpochUnscheduled(uint64 epoch);

    /* CONSTANTS */
    uint256 internal constant MIN_SLOT_BLOCKS = 8;
    uint256 internal constant MAX_SLOT_SECONDS = type(uint16).max;
    uint256 internal constant MAX_SLOTS_PER_EPOCH = 45;
    /// @dev A taker begins to hold this many L1 blocks after its take-over, so that whom it displaces can see it coming.
    uint256 internal constant NOTICE_BLOCKS = 2;
    /// @dev First epoch that bids, a seed and a freeze can be for.
    uint64 internal constant FIRST_SCHEDULED_EPOCH = 2;
    /// @dev Part of epoch - 2 in which bids are committed, percent; they are revealed in the rest.
    uint256 internal constant COMMIT_PERCENT = 60;

    /* VALIDATION */
    /// @notice Reverts unless the clock can drive a deployment.
    function validate(Clock memory clock) internal pure {
        if (clock.l1BlockSeconds == 0 || clock.l2BlockSeconds == 0) {
            revert Timeline_ZeroBlockTime(clock.l1BlockSeconds, clock.l2BlockSeconds);
        }
        if (clock.l2BlockSeconds > clock.l1BlockSeconds) {
            revert Timeline_L2BlockTooLong(clock.l2BlockSeconds, clock.l1BlockSeconds);
        }
        uint256 minimum = MIN_SLOT_BLOCKS * clock.l1BlockSeconds;
        if (clock.slotSeconds < minimum) revert Timeline_SlotTooShort(clock.slotSeconds, minimum);
        if (clock.slotSeconds > MAX_SLOT_SECONDS) revert Timeline_SlotTooLong(clock.slotSeconds, MAX_SLOT_SECONDS);
        if (clock.slotsPerEpoch == 0 || clock.slotsPerEpoch > MAX_SLOTS_PER_EPOCH) {
            revert Timeline_SlotsPerEpochOutOfRange(clock.slotsPerEpoch, MAX_SLOTS_PER_EPOCH);
        }
        if (clock.genesis > type(uint40).max) revert Timeline_GenesisTooFar(clock.genesis, type(uint40).max);
    }

    /// @notice Reverts from genesis on. For the schedule's constructor: what governance adds later, a policy for one, has the same clock.
    function requireBeforeGenesis(Clock memory clock) internal view {
        if (clock.genesis <= block.timestamp) revert Timeline_GenesisNotInFuture(clock.genesis, block.timestamp);
    }

    /* SLOTS AND EPOCHS */
    /// @notice The slot in progress at `timestamp`; 0 before genesis.
    function slotAt(Clock memory clock, uint256 timestamp) internal pure returns (uint64) {
        if (timestamp < clock.genesis) return 0;
        return uint64((timestamp - clock.genesis) / clock.slotSeconds);
    }

    /// @notice The epoch in progress at `timestamp`; 0 before genesis.
    function epochAt(Clock memory clock, uint256 timestamp) internal pure returns (uint64) {
        return epochOf(clock, slotAt(clock, timestamp));
    }

    /// @notice The epoch that `slot` belongs to.
    function epochOf(Clock memory clock, uint64 slot) internal pure returns (uint64) {
        return slot / clock.slotsPerEpoch;
    }

    /// @notice Position of `slot` in its epoch, from 0.
    function indexOf(Clock memory clock, uint64 slot) internal pure returns (uint256) {
        return slot % clock.slotsPerEpoch;
    }

    /// @notice First slot of `epoch`.
    function firstSlotOf(Clock memory clock, uint64 epoch) internal pure returns (uint64) {
        return epoch * clock.slotsPerEpoch;
    }

    /// @notice First second of `slot`.
    function startOfSlot(Clock memory clock, uint64 slot) internal pure returns (uint256) {
        // No overflow: 64 bits + 64 x 32 bits.
        unchecked {
            return clock.genesis + uint256(slot) * clock.slotSeconds;
        }
    }

    /// @notice First second after `slot`.
    function endOfSlot(Clock memory clock, uint64 slot) internal pure returns (uint256) {
        return startOfSlot(clock, slot) + clock.slotSeconds;
    }

    /// @notice Length of an epoch, seconds.
    function epochSeconds(Clock memory clock) internal pure returns (uint256) {
        // No overflow: 32 x 16 bits.
        unchecked {
            return uint256(clock.slotSeconds) * clock.slotsPerEpoch;
        }
    }

    /// @notice First second of `epoch`.
    function startOfEpoch(Clock memory clock, uint64 epoch) internal pure returns (uint256) {
        // No overflow: 64 bits + 64 x 32 x 16 bits.
        unchecked {
            return clock.genesis + epoch * epochSeconds(clock);
        }
    }

    /// @notice First second after `epoch`.
    function endOfEpoch(Clock memory clock, uint64 epoch) internal pure returns (uint256) {
        return startOfEpoch(clock, epoch) + epochSeconds(clock);
    }

    /* EPOCH PIPELINE */
    /// @notice When bids for `epoch` are committed: the first 60 % of epoch - 2, rounded down to a second.
    function commitWindow(Clock memory clock, uint64 epoch) internal pure returns (uint256 opens, uint256 closes) {
        if (epoch < FIRST_SCHEDULED_EPOCH) revert Timeline_EpochUnscheduled(epoch);
        opens = startOfEpoch(clock, epoch - 2);
        closes = opens + epochSeconds(clock) * COMMIT_PERCENT / 100;
    }

    /// @notice When bids for `epoch` are revealed: the rest of epoch - 2.
    function revealWindow(Clock memory clock, uint64 epoch) internal pure returns (uint256 opens, uint256 closes) {
        (, opens) = commitWindow(clock, epoch);
        closes = startOfEpoch(clock, epoch - 1);
    }

    /// @notice When `epoch` is seeded, settled and frozen: epoch - 1. Its set is closed from `opens` on.
    function freezeWindow(Clock memory clock, uint64 epoch) internal pure returns (uint256 opens, uint256 closes) {
        if (epoch < FIRST_SCHEDULED_EPOCH) revert Timeline_EpochUnscheduled(epoch);
        opens = startOfEpoch(clock, epoch - 1);
        closes = startOfEpoch(clock, epoch);
    }

    /* L2 */
    /// @notice The only timestamp an L2 block of this number can have, L2 seconds.
    function l2Timestamp(Clock memory clock, uint64 number) internal pure returns (uint256) {
        return clock.l2GenesisTime + uint256(number) * clock.l2BlockSeconds;
    }
}
