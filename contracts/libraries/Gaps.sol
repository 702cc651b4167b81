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
        (uint256[] memory words, uint256 count) = (self.words, self.count);
        // for (uint256 i; i < count && point >= words[i] >> 128; ++i) point += uint128(words[i]);
        assembly ("memory-safe") {
            let end := add(add(words, 0x20), shl(5, count))
            for { let at_ := add(words, 0x20) } lt(at_, end) { at_ := add(at_, 0x20) } {
                let word := mload(at_)
                if lt(point, shr(128, word)) { break }
                point := add(point, shr(128, shl(128, word)))
            }
        }
        return point;
    }

    /// @notice Cuts an interval out. It must touch none that was cut out before but at its ends.
    /// @param start On the whole line. @param length Not 0.
    function cut(Gaps memory self, uint256 start, uint256 length) internal pure {
        uint256[] memory words = self.words;
        uint256 count = self.count;
        // The one check that there is room, for what follows writes without any.
        words[count] = start << 128 | length;
        // Sorted in: start is above that of no word behind it, and lengths never decide.
        // for (uint256 i = count; i != 0 && words[i - 1] > words[i]; --i) (words[i - 1], words[i]) = (words[i], words[i - 1]);
        assembly ("memory-safe") {
            let first := add(words, 0x20)
            let to := add(first, shl(5, count))
            let word := mload(to)
            for {} gt(to, first) { to := sub(to, 0x20) } {
                let before := mload(sub(to, 0x20))
                if lt(before, word) { break }
                mstore(to, before)
            }
            mstore(to, word)
        }
        (self.count, self.left) = (count + 1, self.left - length);
    }
}
