// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IClocked} from "../interfaces/IClocked.sol";
import {Clock} from "../types/Types.sol";
import {Timeline} from "./Timeline.sol";

/// @title Clocked
/// @notice Gives a contract the deployment's clock in immutables: the time is never asked of another contract.
abstract contract Clocked is IClocked {
    /* CONSTANTS AND IMMUTABLES */
    // Whole words: narrower ones would be masked wherever they are used.
    uint256 internal immutable GENESIS;
    uint256 internal immutable SLOT_SECONDS;
    uint256 internal immutable SLOTS_PER_EPOCH;
    uint256 internal immutable EPOCH_SECONDS;
    uint256 internal immutable L1_BLOCK_SECONDS;
    uint256 internal immutable L2_GENESIS_TIME;
    uint256 internal immutable L2_BLOCK_SECONDS;

    /* CONSTRUCTOR */
    constructor(Clock memory clock_) {
        Timeline.validate(clock_);
        GENESIS = clock_.genesis;
        SLOT_SECONDS = clock_.slotSeconds;
        SLOTS_PER_EPOCH = clock_.slotsPerEpoch;
        EPOCH_SECONDS = Timeline.epochSeconds(clock_);
        L1_BLOCK_SECONDS = clock_.l1BlockSeconds;
        L2_GENESIS_TIME = clock_.l2GenesisTime;
        L2_BLOCK_SECONDS = clock_.l2BlockSeconds;
    }

    /* VIEWS */
    /// @inheritdoc IClocked
    function clock() external view returns (Clock memory) {
        return _clock();
    }

    /* INTERNAL */
    function _clock() internal view returns (Clock memory) {
        // The constructor took them from a clock.
        // forge-lint: disable-start(unsafe-typecast)
        return Clock({
            genesis: uint64(GENESIS),
            slotSeconds: uint32(SLOT_SECONDS),
            slotsPerEpoch: uint16(SLOTS_PER_EPOCH),
            l1BlockSeconds: uint16(L1_BLOCK_SECONDS),
            l2GenesisTime: uint64(L2_GENESIS_TIME),
            l2BlockSeconds: uint16(L2_BLOCK_SECONDS)
        });
        // forge-lint: disable-end(unsafe-typecast)
    }

    // The rest says what `Timeline` says, without a struct in memory, for what is asked most often. Nothing of it can overflow:
    // times have 64 bits, slots 64 x 32, and `Timeline.validate` saw to it that no divisor is 0.

    /// @dev Epoch and position in it of the slot in progress, and seconds since its start; before genesis all 0.
    function _now() internal view returns (uint64 epoch, uint256 index, uint256 offset) {
        if (block.timestamp < GENESIS) return (0, 0, 0);
        unchecked {
            uint256 elapsed = block.timestamp - GENESIS;
            uint256 slot = elapsed / SLOT_SECONDS;
            // A time of 64 bits at most, divided.
            // forge-lint: disable-next-line(unsafe-typecast)
            return (uint64(slot / SLOTS_PER_EPOCH), slot % SLOTS_PER_EPOCH, elapsed % SLOT_SECONDS);
        }
    }

    /// @dev The epoch in progress; before genesis 0.
    function _epochNow() internal view returns (uint256) {
        if (block.timestamp < GENESIS) return 0;
        unchecked {
            return (block.timestamp - GENESIS) / EPOCH_SECONDS;
        }
    }

    /// @dev Epoch of a slot, and its position in it.
    function _split(uint256 slot) internal view returns (uint256 epoch, uint256 index) {
        unchecked {
            epoch = slot / SLOTS_PER_EPOCH;
            // The remainder, for half the gas of another division.
            index = slot - epoch * SLOTS_PER_EPOCH;
        }
    }

    /// @dev First second of the `index`-th slot from the beginning of `epoch`.
    function _startOf(uint256 epoch, uint256 index) internal view returns (uint256) {
        unchecked {
            return GENESIS + epoch * EPOCH_SECONDS + index * SLOT_SECONDS;
        }
    }

    /// @dev First second of a slot.
    function _startOf(uint256 slot) internal view returns (uint256) {
        unchecked {
            return GENESIS + slot * SLOT_SECONDS;
        }
    }
}
