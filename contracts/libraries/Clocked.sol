// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Clock} from "../types/Types.sol";
import {Timeline} from "./Timeline.sol";

/// @title Clocked
/// @notice Gives a contract the deployment's clock in immutables: the time is never asked of another contract.
abstract contract Clocked {
    /* CONSTANTS AND IMMUTABLES */
    uint64 private immutable GENESIS;
    uint32 private immutable SLOT_SECONDS;
    uint16 private immutable SLOTS_PER_EPOCH;
    uint16 private immutable L1_BLOCK_SECONDS;
    uint64 private immutable L2_GENESIS_TIME;
    uint16 private immutable L2_BLOCK_SECONDS;

    /* CONSTRUCTOR */
    constructor(Clock memory clock_) {
        Timeline.validate(clock_);
        GENESIS = clock_.genesis;
        SLOT_SECONDS = clock_.slotSeconds;
        SLOTS_PER_EPOCH = clock_.slotsPerEpoch;
        L1_BLOCK_SECONDS = clock_.l1BlockSeconds;
        L2_GENESIS_TIME = clock_.l2GenesisTime;
        L2_BLOCK_SECONDS = clock_.l2BlockSeconds;
    }

    /* VIEWS */
    /// @notice The clock of this deployment, the same in each of its contracts.
    function clock() external view returns (Clock memory) {
        return _clock();
    }

    /* INTERNAL */
    function _clock() internal view returns (Clock memory) {
        return Clock({
            genesis: GENESIS,
            slotSeconds: SLOT_SECONDS,
            slotsPerEpoch: SLOTS_PER_EPOCH,
            l1BlockSeconds: L1_BLOCK_SECONDS,
            l2GenesisTime: L2_GENESIS_TIME,
            l2BlockSeconds: L2_BLOCK_SECONDS
        });
    }
}
