// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev The last four operators that count as offenders, in one word; layout, low bits first: 4 x (16 bits id, 0: none | 40 bits time
/// of the tombstone, L1 seconds), the latest first | 31 bits zero | 1 bit set. That bit keeps the word from ever being zero, so
/// that the first tombstone writes it for no more than the later ones.
type Offenders is uint256;

using OffendersLib for Offenders global;

library OffendersLib {
    uint256 internal constant CAPACITY = 4;
    uint256 private constant LANE = 56;
    uint256 private constant LANES = (1 << (CAPACITY * LANE)) - 1;
    uint256 private constant MARK = 1 << 255;

    function none() internal pure returns (Offenders) {
        return Offenders.wrap(MARK);
    }

    /* GETTERS */
    function idAt(Offenders word, uint256 i) internal pure returns (uint16) {
        return uint16(Offenders.unwrap(word) >> (LANE * i));
    }

    /// @return When the operator in lane `i` was tombstoned, L1 seconds.
    function timeAt(Offenders word, uint256 i) internal pure returns (uint256) {
        return uint40(Offenders.unwrap(word) >> (LANE * i + 16));
    }

    /// @notice How many others than `id` were noted at or after `timestamp`, 0 to 4.
    function othersSince(Offenders word, uint16 id, uint256 timestamp) internal pure returns (uint256 count) {
        for (uint256 i; i < CAPACITY && word.idAt(i) != 0 && word.timeAt(i) >= timestamp; ++i) {
            if (word.idAt(i) != id) ++count;
        }
    }

    function contains(Offenders word, uint16 id) internal pure returns (bool) {
        for (uint256 i; i < CAPACITY; ++i) {
            if (word.idAt(i) == id) return id != 0;
        }
        return false;
    }

    /* SETTERS */
    /// @notice Adds an operator, and forgets the fourth-last. The caller sees to it that no time in it is later.
    function push(Offenders word, uint16 id, uint256 timestamp) internal pure returns (Offenders) {
        uint256 lane = uint256(uint40(timestamp)) << 16 | id;
        return Offenders.wrap(MARK | (Offenders.unwrap(word) << LANE & LANES) | lane);
    }
}
