// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {SmoothWeightedRoundRobin} from "@rota/contracts/libraries/SmoothWeightedRoundRobin.sol";

contract SmoothWeightedRoundRobinTest is Test {
    /// @dev The example of nginx's own commit: {5, 1, 1} gives a a b a c a a.
    function test_sequence_InterleavesAsNginxDoes() public pure {
        _check(_weights(5, 1, 1), [uint256(0), 0, 1, 0, 2, 0, 0]);
    }

    function test_sequence_AlternatesEquals() public pure {
        _check(_weights(2, 2, 3), [uint256(2), 0, 1, 2, 0, 1, 2]);
    }

    function test_sequence_NeverPicksWeightZero() public pure {
        _check(_weights(0, 1, 0), [uint256(1), 1, 1, 1, 1, 1, 1]);
    }

    function testFuzz_sequence_IsProportional(uint8[6] memory raw) public pure {
        uint256[] memory weights = new uint256[](6);
        uint256 total;
        for (uint256 i; i < 6; ++i) {
            weights[i] = raw[i] % 10;
            total += weights[i];
        }
        if (total == 0) return;

        uint256[] memory order = SmoothWeightedRoundRobin.sequence(weights, total);
        uint256[] memory picked = new uint256[](6);
        for (uint256 n; n < total; ++n) {
            ++picked[order[n]];
            // Spread: after each pick no party is further from its share than the rest of them could push it.
            for (uint256 i; i < 6; ++i) {
                assertApproxEqAbs(picked[i] * total, weights[i] * (n + 1), 6 * total, "drifted");
            }
        }
        for (uint256 i; i < 6; ++i) {
            assertEq(picked[i], weights[i], "exact over a whole period");
        }
    }

    function testFuzz_sequence_MatchesPlainReference(uint8[4] memory raw, uint256 picks) public pure {
        uint256[] memory weights = new uint256[](4);
        for (uint256 i; i < 4; ++i) {
            weights[i] = raw[i];
        }
        picks = bound(picks, 0, 45);
        assertEq(SmoothWeightedRoundRobin.sequence(weights, picks), _reference(weights, picks));
    }

    /// @dev The credit of party i before pick n is weight x (n + 1) - total x (picks of i so far): no running sums.
    function _reference(uint256[] memory weights, uint256 picks) internal pure returns (uint256[] memory order) {
        int256 total;
        for (uint256 i; i < weights.length; ++i) {
            total += int256(weights[i]);
        }
        order = new uint256[](picks);
        for (uint256 n; n < picks; ++n) {
            int256 most = type(int256).min;
            for (uint256 i; i < weights.length; ++i) {
                int256 picked;
                for (uint256 k; k < n; ++k) {
                    if (order[k] == i) ++picked;
                }
                int256 credit = int256(weights[i] * (n + 1)) - total * picked;
                if (credit > most) (most, order[n]) = (credit, i);
            }
        }
    }

    function _weights(uint256 a, uint256 b, uint256 c) internal pure returns (uint256[] memory weights) {
        weights = new uint256[](3);
        (weights[0], weights[1], weights[2]) = (a, b, c);
    }

    function _check(uint256[] memory weights, uint256[7] memory expected) internal pure {
        uint256[] memory order = SmoothWeightedRoundRobin.sequence(weights, 7);
        for (uint256 i; i < 7; ++i) {
            assertEq(order[i], expected[i]);
        }
    }
}
