// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Basket, Basket_Overflow} from "@rota/contracts/types/Basket.sol";
import {Test} from "forge-std/Test.sol";

contract Basket_Test is Test {
    function _basket(uint64[4] memory quanta) internal pure returns (Basket basket) {
        for (uint256 i; i < 4; ++i) {
            basket = basket.plus(i, quanta[i]);
        }
    }

    function testFuzz_plus_ReadsBack(uint64[4] memory quanta) public pure {
        Basket basket = _basket(quanta);
        for (uint256 i; i < 4; ++i) {
            assertEq(basket.quantaOf(i), quanta[i]);
            assertEq(basket.only(i).quantaOf(i), quanta[i]);
            assertEq(basket.minus(basket.only(i)).quantaOf(i), 0);
        }
        assertEq(basket.isZero(), (quanta[0] | quanta[1] | quanta[2] | quanta[3]) == 0);
        assertTrue(basket.minus(basket).isZero());
    }

    function testFuzz_plusAll_OneLaneNeverTouchesAnother(uint64[4] memory a, uint64[4] memory b) public pure {
        for (uint256 i; i < 4; ++i) {
            (a[i], b[i]) = (a[i] / 2, b[i] / 2);
        }
        Basket sum = _basket(a).plusAll(_basket(b));
        for (uint256 i; i < 4; ++i) {
            assertEq(sum.quantaOf(i), uint256(a[i]) + b[i]);
        }
    }

    function testFuzz_plus_RevertWhen_ALaneIsFull(uint64[4] memory quanta, uint256 asset, uint64 added) public {
        asset %= 4;
        uint256 room = type(uint64).max - quanta[asset];
        vm.assume(added > room);
        vm.expectRevert(abi.encodeWithSelector(Basket_Overflow.selector, asset, uint256(quanta[asset]) + added));
        this.plus(_basket(quanta), asset, added);
    }

    function testFuzz_part_RoundsEachDown(uint64[4] memory quanta, uint8 divisor) public pure {
        vm.assume(divisor != 0);
        Basket part = _basket(quanta).part(divisor);
        for (uint256 i; i < 4; ++i) {
            assertEq(part.quantaOf(i), quanta[i] / divisor);
        }
    }

    function plus(Basket basket, uint256 asset, uint256 quanta) external pure returns (Basket) {
        return basket.plus(asset, quanta);
    }
}
