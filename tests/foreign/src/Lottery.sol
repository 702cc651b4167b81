// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";

/// @title Lottery
/// @notice A policy of somebody else's: draws an operator for each free slot.
contract Lottery is IPolicy {
    IOperatorRegistry public immutable REGISTRY;

    constructor(IOperatorRegistry registry) {
        REGISTRY = registry;
    }

    /// @inheritdoc IPolicy
    function fill(uint64 epoch, bytes32 seed, uint16[] memory slots) external view returns (uint16[] memory) {
        (uint16[] memory operators,) = REGISTRY.eligibleSet(epoch);
        if (operators.length == 0) return slots;
        for (uint256 i; i < slots.length; ++i) {
            if (slots[i] == 0) slots[i] = operators[uint256(keccak256(abi.encode(seed, i))) % operators.length];
        }
        return slots;
    }

    /// @inheritdoc IPolicy
    function isReady(uint64) external pure returns (bool) {
        return true;
    }
}
