// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Policy
/// @notice Fills the free slots of an epoch.
/// @dev What the schedule relies on. For safety: `fill` is a function of (epoch, seed, slots) and of what was settled when the
/// epoch's set closed, so that whoever times `freeze` chooses nothing (INV-71); it names only operators eligible in `epoch` (INV-72). For
/// liveness: it does not revert once it is ready, and its gas is bounded for 45 slots and a full set. The schedule itself checks
/// that filled slots stay as they were.
interface IPolicy {
    /// @notice Fills slots that are 0 and leaves the others alone; those that it can't fill stay 0, for the next policy or the
    /// reserve.
    /// @param epoch The epoch the slots belong to.
    /// @param seed Its seed, see ISchedule.seedOf.
    /// @param slots Operator id of each slot so far, in slot order; 0 is free.
    /// @return filled The same slots, filled.
    function fill(uint64 epoch, bytes32 seed, uint16[] memory slots) external view returns (uint16[] memory filled);

    /// @notice Whether what `fill` needs for `epoch` is there; asked in epoch - 1, after the seed.
    function isReady(uint64 epoch) external view returns (bool);
}
