// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Policy
/// @notice Fills the free slots of an epoch. Deterministic in (epoch, seed, set at the closing of the set), bounded in gas.
interface IPolicy {
    /// @notice Fills slots that are 0 and leaves the others alone; those it can't fill stay 0.
    /// @param slots Frozen ids so far; 0 is free. @return The same slots, filled.
    function fill(uint64 epoch, bytes32 seed, uint16[] memory slots) external view returns (uint16[] memory);
    /// @notice Whether the policy is ready to fill `epoch` (an auction: settled, or without bids).
    function isReady(uint64 epoch) external view returns (bool);
}
