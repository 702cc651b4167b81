// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IComposite} from "@rota/contracts/interfaces/IComposite.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";
import {SmoothWeightedRoundRobin} from "@rota/contracts/libraries/SmoothWeightedRoundRobin.sol";
import {Composite} from "@rota/contracts/policies/Composite.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Writes one id over every slot that is free, or over every slot there is.
contract StampPolicy is IPolicy {
    uint16 public immutable ID;
    bool public greedy;
    bool public notReady;
    uint256 public cut;

    constructor(uint16 id) {
        ID = id;
    }

    function set(bool greedy_, bool notReady_, uint256 cut_) external {
        (greedy, notReady, cut) = (greedy_, notReady_, cut_);
    }

    function fill(uint64, bytes32, uint16[] memory slots) external view returns (uint16[] memory filled) {
        filled = new uint16[](slots.length - cut);
        for (uint256 i; i < filled.length; ++i) {
            filled[i] = greedy || slots[i] == 0 ? ID : slots[i];
        }
    }

    function isReady(uint64) external view returns (bool) {
        return !notReady;
    }
}

contract CompositeTest is Test {
    StampPolicy[4] internal parts;

    function setUp() public {
        for (uint16 i; i < 4; ++i) {
            parts[i] = new StampPolicy(10 + i);
        }
    }

    /// @dev Over any hundred slots in a row, whatever an epoch's length, each part has its share exactly.
    function testFuzz_fill_SharesAreExact(uint8[4] memory raw, uint8 count, uint8 length, uint32 epoch) public {
        uint8[] memory percents = _percents(raw, bound(count, 2, 4));
        Composite policy = _composite(percents);
        uint256 slots = bound(length, 1, 45);
        uint256[4] memory counts;
        for (uint256 n; n < 100; ++n) {
            uint256 number = uint256(epoch) * slots + n;
            ++counts[policy.partOf(uint64(number / slots), number % slots, slots)];
        }
        for (uint256 i; i < percents.length; ++i) {
            assertEq(counts[i], percents[i]);
        }
    }

    /// @dev The pattern is smooth weighted round robin's, slot by slot.
    function testFuzz_fill_MatchesPlainReference(uint8[4] memory raw, uint8 count, uint32 epoch, uint256 taken) public {
        uint8[] memory percents = _percents(raw, bound(count, 2, 4));
        Composite policy = _composite(percents);
        uint256[] memory weights = new uint256[](percents.length);
        for (uint256 i; i < weights.length; ++i) {
            weights[i] = percents[i];
        }
        uint256[] memory order = SmoothWeightedRoundRobin.sequence(weights, 100);

        uint16[] memory slots = new uint16[](12);
        for (uint256 i; i < 12; ++i) {
            slots[i] = taken >> i & 1 == 1 ? 9 : 0;
        }
        uint16[] memory filled = policy.fill(epoch, 0, slots);
        for (uint256 i; i < 12; ++i) {
            uint256 part = order[(uint256(epoch) * 12 + i) % 100];
            assertEq(filled[i], taken >> i & 1 == 1 ? 9 : 10 + part);
        }
    }

    /// @dev What a part writes outside of its own slots is not read.
    function test_fill_GivenAGreedyPart_KeepsTheOthersSlots() public {
        Composite policy = _composite(_percents([uint8(50), 30, 20, 0], 3));
        uint16[] memory slots = new uint16[](20);
        slots[3] = 9;
        uint16[] memory expected = policy.fill(7, 0, slots);
        parts[1].set(true, false, 0);
        assertEq(abi.encode(policy.fill(7, 0, slots)), abi.encode(expected));
    }

    function test_fill_RevertWhen_APartAnswersAnotherLength() public {
        Composite policy = _composite(_percents([uint8(50), 50, 0, 0], 2));
        parts[1].set(false, false, 1);
        vm.expectRevert(abi.encodeWithSelector(IComposite.Composite_PartBroke.selector, parts[1], 12, 11));
        policy.fill(7, 0, new uint16[](12));
    }

    function test_isReady_WhenAllPartsAre() public {
        Composite policy = _composite(_percents([uint8(50), 50, 0, 0], 2));
        assertTrue(policy.isReady(3));
        parts[1].set(false, true, 0);
        assertFalse(policy.isReady(3));
    }

    function test_policyOf_BeyondItsParts_IsNone() public {
        Composite policy = _composite(_percents([uint8(25), 25, 25, 25], 4));
        for (uint256 i; i < 4; ++i) {
            assertEq(address(policy.policyOf(i)), address(parts[i]));
        }
        assertEq(address(policy.policyOf(4)), address(0));
    }

    function test_constructor_RevertWhen_PartsDoNotFit() public {
        _expectRefused(1, _list(100, 0), abi.encodeWithSelector(IComposite.Composite_PartsOutOfRange.selector, 1, 2));
        _expectRefused(3, _list(50, 50), abi.encodeWithSelector(IComposite.Composite_PartsOutOfRange.selector, 3, 2));
        _expectRefused(5, _list(50, 50), abi.encodeWithSelector(IComposite.Composite_PartsOutOfRange.selector, 5, 2));
        _expectRefused(2, _list(50, 49), abi.encodeWithSelector(IComposite.Composite_SharesOutOfRange.selector, 99, 50));
        _expectRefused(2, _list(100, 0), abi.encodeWithSelector(IComposite.Composite_SharesOutOfRange.selector, 100, 0));
        _expectRefused(
            2, _list(200, 200), abi.encodeWithSelector(IComposite.Composite_SharesOutOfRange.selector, 400, 200)
        );
    }

    /* INTERNAL */
    function _expectRefused(uint256 policies, uint8[] memory percents, bytes memory reason) private {
        IPolicy[] memory list = new IPolicy[](policies);
        vm.expectRevert(reason);
        new Composite(list, percents);
    }

    function _list(uint8 a, uint8 b) private pure returns (uint8[] memory list) {
        list = new uint8[](2);
        (list[0], list[1]) = (a, b);
    }

    function _composite(uint8[] memory percents) private returns (Composite) {
        IPolicy[] memory list = new IPolicy[](percents.length);
        for (uint256 i; i < list.length; ++i) {
            list[i] = parts[i];
        }
        return new Composite(list, percents);
    }

    /// @dev Shares of `count` parts that make a hundred; those of a sum of a hundred stay as they are.
    function _percents(uint8[4] memory raw, uint256 count) private pure returns (uint8[] memory percents) {
        percents = new uint8[](count);
        uint256 left = 100;
        for (uint256 i; i < count; ++i) {
            uint256 most = left - (count - 1 - i);
            uint256 share = i == count - 1 ? left : bound(raw[i], 1, most);
            percents[i] = uint8(share);
            left -= share;
        }
    }
}
