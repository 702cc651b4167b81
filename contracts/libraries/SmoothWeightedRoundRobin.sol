// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Smooth weighted round robin
/// @notice Interleaves parties in proportion to their weights, each spread as evenly as the others allow (nginx's algorithm).
/// @dev Each pick raises every party's credit by its weight, takes the one with the most credit (the first of equals) and
/// lowers its credit by the total. Over `total` picks each party is picked exactly `weight` times.
library SmoothWeightedRoundRobin {
    /// @param weights Weight of each party; 0 is never picked, unless all are 0.
    /// @param picks How many to make.
    /// @return order Index of the picked party, pick by pick.
    function sequence(uint256[] memory weights, uint256 picks) internal pure returns (uint256[] memory order) {
        order = new uint256[](picks);
        int256[] memory credits = new int256[](weights.length);
        int256 total;
        for (uint256 i; i < weights.length; ++i) {
            total += int256(weights[i]);
        }
        for (uint256 pick; pick < picks; ++pick) {
            uint256 best;
            for (uint256 i; i < weights.length; ++i) {
                credits[i] += int256(weights[i]);
                if (credits[i] > credits[best]) best = i;
            }
            credits[best] -= total;
            order[pick] = best;
        }
    }
}
