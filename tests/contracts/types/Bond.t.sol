// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Bond, Bond_Overflow, toBond} from "@rota/contracts/types/Bond.sol";
import {Test} from "forge-std/Test.sol";

contract Bond_Test is Test {
    function plus(Bond a, Bond b) external pure returns (Bond) {
        return a.plus(b);
    }

    function minus(Bond a, Bond b) external pure returns (Bond) {
        return a.minus(b);
    }

    function testFuzz_plusAndMinus_KeepTheHalvesApart(uint128 eth, uint128 token, uint128 ethMore, uint128 tokenMore)
        public
        view
    {
        (ethMore, tokenMore) =
        (uint128(bound(ethMore, 0, type(uint128).max - eth)), uint128(bound(tokenMore, 0, type(uint128).max - token)));
        Bond sum = this.plus(toBond(eth, token), toBond(ethMore, tokenMore));
        assertEq(sum.eth(), uint256(eth) + ethMore);
        assertEq(sum.token(), uint256(token) + tokenMore);
        Bond back = this.minus(sum, toBond(ethMore, tokenMore));
        assertEq(back.eth(), eth);
        assertEq(back.token(), token);
        assertEq(back.isZero(), eth == 0 && token == 0);
    }

    function test_plus_RevertWhen_AHalfOverflows() public {
        Bond full = toBond(type(uint128).max, type(uint128).max);
        vm.expectRevert(abi.encodeWithSelector(Bond_Overflow.selector, toBond(type(uint128).max, 0), toBond(1, 0)));
        this.plus(toBond(type(uint128).max, 0), toBond(1, 0));
        vm.expectRevert();
        this.plus(full, toBond(0, 1));
    }

    function test_minus_RevertWhen_AHalfUnderflows() public {
        vm.expectRevert();
        this.minus(toBond(0, 1), toBond(1, 0));
        vm.expectRevert();
        this.minus(toBond(1, 0), toBond(0, 1));
    }
}
