// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Vesting, toVesting} from "@rota/contracts/types/Vesting.sol";
import {Test} from "forge-std/Test.sol";

contract VestingTest is Test {
    uint256 internal constant T = 1_000_000;
    uint256 internal constant PERIOD = 30 days;

    function test_release_IsEvenAndEndsAtTheEnd() public pure {
        Vesting vesting = Vesting.wrap(0).add(300, T, PERIOD);
        uint256 released;
        (released, vesting) = vesting.release(T + 10 days);
        assertEq(released, 100);
        assertEq(vesting.locked(), 200);
        (released, vesting) = vesting.release(T + 20 days);
        assertEq(released, 100);
        (released, vesting) = vesting.release(T + 90 days);
        assertEq(released, 100);
        assertEq(Vesting.unwrap(vesting), 0, "nothing is left of the word");
    }

    function test_release_GivenBlank_IsNothing() public pure {
        (uint256 released, Vesting rest) = Vesting.wrap(0).release(T);
        assertEq(released, 0);
        assertEq(Vesting.unwrap(rest), 0);
    }

    function test_add_Dust_MovesNothing() public pure {
        Vesting vesting = Vesting.wrap(0).add(1e18, T, PERIOD);
        (, vesting) = vesting.release(T + 29 days);
        uint256 end = vesting.end();
        assertEq(vesting.add(1, T + 29 days, PERIOD).end(), end);
        assertEq(Vesting.unwrap(vesting.add(0, T + 29 days, PERIOD)), Vesting.unwrap(vesting));
    }

    function test_add_EqualAmounts_EndInTheMiddle() public pure {
        Vesting vesting = Vesting.wrap(0).add(200, T, PERIOD);
        (, vesting) = vesting.release(T + 15 days);
        vesting = vesting.add(100, T + 15 days, PERIOD);
        assertEq(vesting.locked(), 200);
        assertEq(vesting.end(), T + 15 days + (15 days + PERIOD) / 2);
    }

    /// @dev Whatever the order of additions and releases: every unit is released once, and none is earlier than now or later than
    /// the period after the last addition.
    function testFuzz_vesting_ReleasesAllAndNoMore(uint128[8] memory amounts, uint32[8] memory steps) public pure {
        Vesting vesting;
        (uint256 now_, uint256 added, uint256 out) = (T, 0, 0);
        for (uint256 i; i < amounts.length; ++i) {
            now_ += steps[i] % (40 days);
            uint256 released;
            (released, vesting) = vesting.release(now_);
            out += released;
            uint256 amount = amounts[i] % 2 ** 120;
            vesting = vesting.add(amount, now_, PERIOD);
            added += amount;
            assertEq(out + vesting.locked(), added);
            assertLe(vesting.end(), now_ + PERIOD);
            assertTrue(vesting.locked() == 0 || vesting.end() > now_ || vesting.end() == now_);
        }
        (uint256 last, Vesting rest) = vesting.release(now_ + PERIOD);
        assertEq(out + last, added);
        assertEq(rest.locked(), 0);
    }

    function testFuzz_word_RoundTrips(uint128 locked, uint40 updated, uint40 end) public pure {
        Vesting vesting = toVesting(locked, updated, end);
        assertEq(vesting.locked(), locked);
        assertEq(vesting.updated(), updated);
        assertEq(vesting.end(), end);
    }
}
