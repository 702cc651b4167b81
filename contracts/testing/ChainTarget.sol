// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRotationTarget} from "../interfaces/IRotationTarget.sol";

/// @title Chain target
/// @notice The smallest thing that can rotate: for chains without a SystemConfig, and for tests that have none at hand.
contract ChainTarget is IRotationTarget {
    /// @notice Only the Baton rotates.
    error ChainTarget_NotBaton(address caller);

    address public immutable BATON;

    /// @inheritdoc IRotationTarget
    address public batcher;

    constructor(address baton) {
        BATON = baton;
    }

    /// @inheritdoc IRotationTarget
    function rotate(address batcher_) external {
        if (msg.sender != BATON) revert ChainTarget_NotBaton(msg.sender);
        batcher = batcher_;
    }
}
