// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {RoundRobin} from "@rota/contracts/policies/RoundRobin.sol";

/// @notice As much of a registry as the policy asks for: the eligible set.
contract SetRegistry {
    uint16[] internal _operators;
    uint32[] internal _entities;

    function set(uint16[] memory operators, uint32[] memory entities) external {
        (_operators, _entities) = (operators, entities);
    }

    function eligibleSet(uint64) external view returns (uint16[] memory, uint32[] memory) {
        return (_operators, _entities);
    }
}

contract RoundRobinTest is Test {
    SetRegistry internal registry = new SetRegistry();
    RoundRobin internal policy = new RoundRobin(IOperatorRegistry(address(registry)), 5000);

    /* UNIT */
    function test_fill_TakesTurns() public {
        _set([uint16(2), 3, 4, 5], [uint32(2), 3, 4, 5]);
        _check(0, [uint16(0), 0, 0, 0, 0, 0], [uint16(2), 3, 4, 5, 2, 3]);
    }

    function test_fill_StartMovesWithTheEpoch() public {
        _set([uint16(2), 3, 4, 5], [uint32(2), 3, 4, 5]);
        _check(1, [uint16(0), 0, 0, 0, 0, 0], [uint16(3), 4, 5, 2, 3, 4]);
        _check(7, [uint16(0), 0, 0, 0, 0, 0], [uint16(5), 2, 3, 4, 5, 2]);
    }

    function test_fill_LeavesFilledSlotsAlone() public {
        _set([uint16(2), 3, 4, 5], [uint32(2), 3, 4, 5]);
        _check(0, [uint16(9), 0, 5, 0, 0, 9], [uint16(9), 2, 5, 3, 4, 9]);
    }

    /// @dev 50 % of 6 slots are 3, whoever filled them and under whichever id.
    function test_fill_CapsEntities() public {
        _set([uint16(2), 3, 4, 5], [uint32(7), 7, 7, 8]);
        _check(0, [uint16(0), 0, 0, 0, 0, 0], [uint16(2), 3, 4, 5, 5, 5]);
        _check(0, [uint16(2), 2, 0, 0, 0, 0], [uint16(2), 2, 2, 5, 5, 5]);
    }

    function test_fill_LeavesTheRestFree() public {
        _set([uint16(2), 3, 4, 5], [uint32(7), 7, 7, 7]);
        _check(0, [uint16(0), 0, 0, 0, 0, 0], [uint16(2), 3, 4, 0, 0, 0]);
    }

    function test_fill_CapIsAtLeastOneSlot() public {
        policy = new RoundRobin(IOperatorRegistry(address(registry)), 1);
        _set([uint16(2), 3, 4, 5], [uint32(2), 3, 4, 5]);
        _check(0, [uint16(0), 0, 0, 0, 0, 0], [uint16(2), 3, 4, 5, 0, 0]);
    }

    function test_fill_WithoutOperators_FillsNothing() public view {
        uint16[] memory slots = policy.fill(5, 0, new uint16[](6));
        for (uint256 i; i < 6; ++i) {
            assertEq(slots[i], 0);
        }
        assertTrue(policy.isReady(5));
    }

    function test_constructor_RevertWhen_CapIsNoShare() public {
        vm.expectRevert(abi.encodeWithSelector(RoundRobin.RoundRobin_CapOutOfRange.selector, 0, 10_000));
        new RoundRobin(IOperatorRegistry(address(registry)), 0);
        vm.expectRevert(abi.encodeWithSelector(RoundRobin.RoundRobin_CapOutOfRange.selector, 10_001, 10_000));
        new RoundRobin(IOperatorRegistry(address(registry)), 10_001);
    }

    /// @dev The largest set and the longest epoch, with every way to search as long as it can be.
    function test_fill_IsBounded() public {
        uint16[] memory operators = new uint16[](64);
        uint32[] memory entities = new uint32[](64);
        uint16[] memory slots = new uint16[](45);
        for (uint256 i; i < 64; ++i) {
            operators[i] = uint16(2 + i);
            entities[i] = uint32(100 + i);
            if (i < 44) slots[i] = 65;
        }
        registry.set(operators, entities);
        uint256 before = gasleft();
        policy.fill(63, 0, slots);
        assertLt(before - gasleft(), 2_000_000);
    }

    /* FUZZ */
    function testFuzz_fill_MatchesPlainReference(
        uint64 epoch,
        bytes32 seed,
        uint256 random,
        uint256 slotCount,
        uint256 n,
        uint256 capBps
    ) public {
        slotCount = bound(slotCount, 1, 45);
        n = bound(n, 0, 12);
        policy = new RoundRobin(IOperatorRegistry(address(registry)), bound(capBps, 1, 10_000));
        uint16[] memory operators = new uint16[](n);
        uint32[] memory entities = new uint32[](n);
        for (uint256 i; i < n; ++i) {
            operators[i] = uint16(2 + 3 * i);
            entities[i] = uint32(uint256(keccak256(abi.encode(random, "entity", i))) % 6);
        }
        uint16[] memory slots = new uint16[](slotCount);
        for (uint256 i; i < slotCount; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(random, "slot", i)));
            if (draw % 3 == 0) slots[i] = n == 0 || draw % 2 == 0 ? 999 : operators[draw / 8 % n];
        }
        registry.set(operators, entities);

        uint16[] memory filled = policy.fill(epoch, seed, slots);
        uint16[] memory expected = _reference(epoch, slots, operators, entities);
        for (uint256 i; i < slotCount; ++i) {
            assertEq(filled[i], expected[i]);
        }
        uint16[] memory again = policy.fill(epoch, keccak256(abi.encode(seed)), slots);
        assertEq(keccak256(abi.encode(again)), keccak256(abi.encode(filled)), "deterministic");
    }

    /// @dev Counts an entity's slots anew for every slot.
    function _reference(uint64 epoch, uint16[] memory given, uint16[] memory operators, uint32[] memory entities)
        internal
        view
        returns (uint16[] memory slots)
    {
        slots = abi.decode(abi.encode(given), (uint16[]));
        uint256 cap = slots.length * policy.CAP_BPS() / 10_000;
        if (cap == 0) cap = 1;
        uint256 next = operators.length == 0 ? 0 : epoch % operators.length;
        for (uint256 i; i < slots.length; ++i) {
            for (uint256 k; slots[i] == 0 && k < operators.length; ++k) {
                uint256 candidate = (next + k) % operators.length;
                if (_slotsOf(entities[candidate], slots, operators, entities) >= cap) continue;
                slots[i] = operators[candidate];
                next = candidate + 1;
                break;
            }
        }
    }

    function _slotsOf(uint32 entity, uint16[] memory slots, uint16[] memory operators, uint32[] memory entities)
        internal
        pure
        returns (uint256 count)
    {
        for (uint256 i; i < slots.length; ++i) {
            for (uint256 j; j < operators.length; ++j) {
                if (slots[i] == operators[j] && entities[j] == entity) ++count;
            }
        }
    }

    /* HELPERS */
    function _set(uint16[4] memory operators, uint32[4] memory entities) internal {
        uint16[] memory o = new uint16[](4);
        uint32[] memory e = new uint32[](4);
        for (uint256 i; i < 4; ++i) {
            (o[i], e[i]) = (operators[i], entities[i]);
        }
        registry.set(o, e);
    }

    function _check(uint64 epoch, uint16[6] memory given, uint16[6] memory expected) internal view {
        uint16[] memory slots = new uint16[](6);
        for (uint256 i; i < 6; ++i) {
            slots[i] = given[i];
        }
        slots = policy.fill(epoch, 0, slots);
        for (uint256 i; i < 6; ++i) {
            assertEq(slots[i], expected[i]);
        }
    }
}
