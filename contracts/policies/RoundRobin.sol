// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IPolicy} from "../interfaces/IPolicy.sol";

/// @title Round robin
/// @notice Gives the free slots to the eligible operators in turn, up to a cap for each entity; what is left is the reserve's.
/// @dev The seed is not used: nobody has anything to gain from grinding it. The first operator moves by one each epoch, so that
/// no id is favoured by the slots that don't divide evenly. Slots that an earlier policy filled count towards the cap (INV-06).
///
/// Gas: at most 45 slots, each of which looks at every operator once: under 45 x 64 steps with a registry of 64.
contract RoundRobin is IPolicy {
    /* ERRORS */
    /// @notice A cap is a share of the epoch: 1 to 10,000 basis points.
    error RoundRobin_CapOutOfRange(uint256 capBps, uint256 maximum);

    /* CONSTANTS AND IMMUTABLES */
    uint256 internal constant BPS = 10_000;

    IOperatorRegistry public immutable REGISTRY;
    /// @notice Most of an epoch's slots that one entity can get, basis points; at least one slot.
    uint256 public immutable CAP_BPS;

    /* CONSTRUCTOR */
    constructor(IOperatorRegistry registry, uint256 capBps) {
        if (capBps == 0 || capBps > BPS) revert RoundRobin_CapOutOfRange(capBps, BPS);
        (REGISTRY, CAP_BPS) = (registry, capBps);
    }

    /* POLICY */
    /// @inheritdoc IPolicy
    function fill(uint64 epoch, bytes32, uint16[] memory slots) external view returns (uint16[] memory) {
        (uint16[] memory operators, uint32[] memory entities) = REGISTRY.eligibleSet(epoch);
        uint256 n = operators.length;
        if (n == 0) return slots;

        uint256[] memory group = _groups(entities);
        uint256[] memory room = _room(slots, operators, group);
        uint256 next = epoch % n;
        for (uint256 i; i < slots.length; ++i) {
            if (slots[i] != 0) continue;

            // The next operator whose entity has room; if none has, so it is for all slots that are left.
            uint256 tried;
            while (tried < n && room[group[next]] == 0) {
                next = (next + 1) % n;
                ++tried;
            }
            if (tried == n) break;

            --room[group[next]];
            slots[i] = operators[next];
            next = (next + 1) % n;
        }
        return slots;
    }

    /// @inheritdoc IPolicy
    function isReady(uint64) external pure returns (bool) {
        return true;
    }

    /* INTERNAL */
    /// @dev For each operator the position of the first one of its entity, which stands for the entity.
    function _groups(uint32[] memory entities) internal pure returns (uint256[] memory group) {
        group = new uint256[](entities.length);
        for (uint256 i; i < entities.length; ++i) {
            uint256 first;
            while (entities[first] != entities[i]) ++first;
            group[i] = first;
        }
    }

    /// @dev Slots that each entity can still get, at the position of its first operator.
    function _room(uint16[] memory slots, uint16[] memory operators, uint256[] memory group)
        internal
        view
        returns (uint256[] memory room)
    {
        uint256 cap = slots.length * CAP_BPS / BPS;
        if (cap == 0) cap = 1;
        room = new uint256[](operators.length);
        for (uint256 i; i < operators.length; ++i) {
            room[i] = cap;
        }
        for (uint256 i; i < slots.length; ++i) {
            if (slots[i] == 0) continue;
            for (uint256 j; j < operators.length; ++j) {
                if (operators[j] != slots[i]) continue;
                if (room[group[j]] != 0) --room[group[j]];
                break;
            }
        }
    }
}
