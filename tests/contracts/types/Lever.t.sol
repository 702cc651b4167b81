// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Lever, toLever} from "@rota/contracts/types/Lever.sol";
import {Test} from "forge-std/Test.sol";

contract LeverTest is Test {
    function test_toLever_HoldsFromTheBeginning() public pure {
        Lever lever = toLever(7);
        assertEq(lever.valueAt(0), 7);
        assertEq(lever.valueAt(type(uint64).max), 7);
        assertEq(lever.changesAt(), 0);
    }

    function testFuzz_moved_ChangesFromItsEpochOn(uint96 first, uint96 second, uint96 third, uint64 epoch) public pure {
        epoch = uint64(bound(epoch, 1, type(uint64).max - 5));
        Lever lever = toLever(first).moved(second, epoch);
        assertEq(lever.valueAt(epoch - 1), first);
        assertEq(lever.valueAt(epoch), second);
        assertEq(lever.changesAt(), epoch);
        lever = lever.moved(third, epoch + 3);
        assertEq(lever.valueAt(epoch + 2), second, "the change before is still known");
        assertEq(lever.valueAt(epoch + 3), third);
    }

    /// forge-config: default.allow_internal_expect_revert = true
    function test_moved_RevertWhen_Over96Bits() public {
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 96, uint256(1) << 96));
        toLever(0).moved(uint256(1) << 96, 2);
    }
}
