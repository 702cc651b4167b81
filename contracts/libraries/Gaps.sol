// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev Intervals that were cut out of a line, in ascending order, none overlapping.
/// @param words One each: 128 bits start | 128 bits length.
/// @param left Length of what is left of the line.
struct Gaps {
    uint256[] words;
    uint256 count;
    uint256 left;
}

/// @title Gaps
/// @notice Draws without replacement from a line: what was drawn is cut out, and later points fall on what is left.
library GapsLib {
    /// @param length Of the whole line. @param capacity Most intervals to be cut out.
    function create(uint256 length, uint256 capacity) internal pure returns (Gaps memory gaps) {
        (gaps.words, gaps.left) = (new uint256[](capacity), length);
    }

    /// @notice Where a point of what is left lies on the whole line.
    /// @param point Below `left`.
    function onLine(Gaps memory self, uint256 point) internal pure returns (uint256) {
        for (uint256 i; i < self.count; ++i) {
            uint256 word = self.words[i];
            if (point < word >> 128) break;
            point += uint128(word);
        }
        return point;
    }

    /// @notice Cuts an interval out. It must touch none that was cut out before but at its ends.
    /// @param start On the whole line. @param length Not 0.
    function cut(Gaps memory self, uint256 start, uint256 length) internal pure {
        uint256 i = self.count++;
        for (; i != 0 && self.words[i - 1] >> 128 > start; --i) {
            self.words[i] = self.words[i - 1];
        }
        self.words[i] = start << 128 | length;
        self.left -= length;
    }
}
