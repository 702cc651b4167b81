// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {Curve} from "@rota/contracts/types/Curve.sol";

contract CurveTest is Test {
    struct Step {
        uint256 price;
        uint256 quantity;
    }

    function test_isWellFormed_AcceptsOneToFourFallingSteps() public pure {
        assertTrue(_curve([Step(5, 1), Step(0, 0), Step(0, 0), Step(0, 0)]).isWellFormed());
        assertTrue(_curve([Step(5, 1), Step(4, 255), Step(3, 1), Step(2, 1)]).isWellFormed());
        assertTrue(_curve([Step(type(uint48).max, 255), Step(1, 1), Step(0, 0), Step(0, 0)]).isWellFormed());
    }

    function test_isWellFormed_RefusesEverythingElse() public pure {
        assertFalse(Curve.wrap(0).isWellFormed(), "empty");
        assertFalse(Curve.wrap(1 << 224 | 5 << 8 | 1).isWellFormed(), "upper bits");
        assertFalse(_curve([Step(5, 1), Step(5, 1), Step(0, 0), Step(0, 0)]).isWellFormed(), "level");
        assertFalse(_curve([Step(5, 1), Step(6, 1), Step(0, 0), Step(0, 0)]).isWellFormed(), "rising");
        assertFalse(_curve([Step(5, 0), Step(4, 1), Step(0, 0), Step(0, 0)]).isWellFormed(), "no quantity");
        assertFalse(_curve([Step(0, 1), Step(0, 0), Step(0, 0), Step(0, 0)]).isWellFormed(), "no price");
        assertFalse(_curve([Step(5, 1), Step(0, 0), Step(4, 1), Step(0, 0)]).isWellFormed(), "gap");
    }

    function testFuzz_clip_KeepsTheFirstUnits(uint8[4] memory quantities, uint8 cap) public pure {
        Step[4] memory steps;
        uint256 expected;
        for (uint256 i; i < 4; ++i) {
            steps[i] = Step(100 - i, uint256(quantities[i]) + 1 > 255 ? 255 : uint256(quantities[i]) + 1);
            expected += steps[i].quantity;
        }
        Curve clipped = _curve(steps).clip(cap);
        uint256 total;
        for (uint256 i; i < 4; ++i) {
            (uint256 price, uint256 quantity) = clipped.step(i);
            if (quantity == 0) assertEq(price, 0, "an unused step is zero");
            else assertEq(price, steps[i].price);
            assertLe(quantity, steps[i].quantity);
            total += quantity;
        }
        assertEq(total, expected < cap ? expected : cap);
        assertEq(clipped.isWellFormed(), cap != 0);
    }

    function test_maxCost_IsTheLargestPriceTimesCumulativeQuantity() public pure {
        assertEq(_curve([Step(100, 1), Step(90, 1), Step(10, 3), Step(0, 0)]).maxCost(), 180);
        assertEq(_curve([Step(100, 1), Step(40, 1), Step(0, 0), Step(0, 0)]).maxCost(), 100);
    }

    function _curve(Step[4] memory steps) internal pure returns (Curve) {
        uint256 word;
        for (uint256 i; i < 4; ++i) {
            word |= (steps[i].price << 8 | steps[i].quantity) << (i * 56);
        }
        return Curve.wrap(word);
    }
}
