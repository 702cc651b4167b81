// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Pledges
/// @notice What the schedule asks of the vault: the penalty for a pledge that is not held.
interface IPledges {
    /// @notice Takes the penalty for an operator that does not hold its pledge for `epoch`. Reverts if it does.
    /// @dev The schedule's call alone.
    /// @param slots Slots of the epoch that it loses.
    /// @return shortfall What it lacks of the pledge, wei. @return taken Value taken, wei.
    function takeDefault(uint16 operator, uint64 epoch, uint256 slots)
        external
        returns (uint256 shortfall, uint256 taken);
}
