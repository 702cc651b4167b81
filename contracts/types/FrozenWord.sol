// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev The frozen ids of 15 slots and the epoch they belong to, in one word; layout, high bits first:
/// 15 x 16 bits operator id, first slot highest (0: nobody, the reserve serves) | 16 bits epoch tag (low bits of the epoch).
///
/// The words of an epoch are written once, by `freeze`. A word with another tag is another epoch's: it says nothing.
type FrozenWord is uint256;

using FrozenWordLib for FrozenWord global;

library FrozenWordLib {
    uint256 internal constant IDS = 15;

    /// @notice Whether the word was frozen for `epoch`.
    function isOf(FrozenWord word, uint64 epoch) internal pure returns (bool) {
        return uint16(FrozenWord.unwrap(word)) == uint16(epoch);
    }

    /// @notice Frozen id of the `lane`-th of the 15 slots.
    function idAt(FrozenWord word, uint256 lane) internal pure returns (uint16) {
        // No underflow: a lane is below 15.
        unchecked {
            return uint16(FrozenWord.unwrap(word) >> (240 - 16 * lane));
        }
    }

    /// @notice How many of the word's slots are frozen to `id`, which is not 0: unused lanes are.
    function countOf(FrozenWord word, uint16 id) internal pure returns (uint256 count) {
        for (uint256 lane; lane < IDS; ++lane) {
            if (word.idAt(lane) == id) ++count;
        }
    }

    /// @notice The words of an epoch, from the ids of its slots.
    /// @param slots At most 45, the caller sees to it.
    function pack(uint64 epoch, uint16[] memory slots) internal pure returns (FrozenWord[3] memory words) {
        // for (uint256 i; i < 3; ++i) {
        //     uint256 word;
        //     for (uint256 lane; lane < 15; ++lane) {
        //         uint256 slot = 15 * i + lane;
        //         word = word << 16 | (slot < slots.length ? slots[slot] : 0);
        //     }
        //     words[i] = FrozenWord.wrap(word << 16 | uint16(epoch));
        // }
        uint16[45] memory padded;
        assembly ("memory-safe") {
            mcopy(padded, add(slots, 0x20), shl(5, mload(slots)))
            let from := padded
            for { let i := 0 } lt(i, 3) { i := add(i, 1) } {
                let word := 0
                // Five ids at a time: this loop is most of what `freeze` computes.
                for { let end := add(from, 0x1e0) } lt(from, end) { from := add(from, 0xa0) } {
                    word := or(shl(16, word), mload(from))
                    word := or(shl(16, word), mload(add(from, 0x20)))
                    word := or(shl(16, word), mload(add(from, 0x40)))
                    word := or(shl(16, word), mload(add(from, 0x60)))
                    word := or(shl(16, word), mload(add(from, 0x80)))
                }
                mstore(add(words, shl(5, i)), or(shl(16, word), and(epoch, 0xffff)))
            }
        }
    }

    /// @notice The first `slots` ids of an epoch's words in order, 2 bytes each, big-endian: what an event carries at a
    /// sixteenth of an array's cost.
    function toBytes(FrozenWord[3] memory words, uint256 slots) internal pure returns (bytes memory packed) {
        packed = abi.encodePacked(
            bytes30(bytes32(FrozenWord.unwrap(words[0]))),
            bytes30(bytes32(FrozenWord.unwrap(words[1]))),
            bytes30(bytes32(FrozenWord.unwrap(words[2])))
        );
        // Cut behind the last slot: memory is only ever given back here.
        assembly ("memory-safe") {
            mstore(packed, mul(slots, 2))
        }
    }
}
