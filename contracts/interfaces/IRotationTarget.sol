// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Rotation target
/// @notice What the Baton moves when the holder changes.
/// @dev For the Baton to be safe a target must do nothing: its calls are capped in gas, may revert and return any data. For the
/// rollup to be live it must do what it says.
interface IRotationTarget {
    /// @notice Makes `batcher` the only account whose batches the rollup accepts.
    /// @dev Baton only. Reverts unless it took effect.
    function rotate(address batcher) external;

    /// @notice The account whose batches the rollup accepts now.
    function batcher() external view returns (address);
}
