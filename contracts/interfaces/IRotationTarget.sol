// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Rotation target
/// @notice What Baton moves when the holder changes. Untrusted: its calls are capped in gas, and may revert.
interface IRotationTarget {
    /// @notice Makes `batcher` the only account whose batches the rollup accepts. Baton only. Reverts unless it took effect.
    function rotate(address batcher) external;
    /// @notice The account whose batches the rollup accepts now.
    function batcher() external view returns (address);
}
