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
    /// @dev 1 in each of the 16 lanes.
    uint256 private constant EACH_LANE = type(uint256).max / type(uint16).max;
    /// @dev All bits of each lane but its highest one.
    uint256 private constant LOWER_BITS = EACH_LANE * 0x7fff;

    /// @notice Whether the word was frozen for `epoch`.
    function isOf(FrozenWord word, uint256 epoch) internal pure returns (bool) {
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
        // for (uint256 lane; lane < IDS; ++lane) {
        //     if (word.idAt(lane) == id) ++count;
        // }
        // All lanes at once. No overflow: the sum of a lane's lower 15 bits and 2^15 - 1 stays in the lane, and the product's upper
        // lane is the sum of at most 15 ones.
        unchecked {
            uint256 differs = FrozenWord.unwrap(word) ^ (uint256(id) * EACH_LANE);
            uint256 equal = ~(((differs & LOWER_BITS) + LOWER_BITS) | differs | LOWER_BITS);
            return ((equal >> 31) * EACH_LANE) >> 240;
        }
    }

    /// @notice The ids in order, 2 bytes each, big-endian: what an event carries at a sixteenth of an array's cost, and what
    /// `fromBytes` cuts words from.
    /// @param slots At most 45, the caller sees to it.
    function toBytes(uint16[] memory slots) internal pure returns (bytes memory packed) {
        uint16[45] memory padded;
        packed = new bytes(90);
        // for (uint256 i; i < slots.length; ++i) {
        //     (packed[2 * i], packed[2 * i + 1]) = (bytes1(uint8(slots[i] >> 8)), bytes1(uint8(slots[i])));
        // }
        assembly ("memory-safe") {
            let n := mload(slots)
            mcopy(padded, add(slots, 0x20), shl(5, n))
            // The last one first: each brings 30 zero bytes in front of it, which those before it then overwrite; those of the
            // very first end in the length. Five at a time: this is most of what `freeze` computes.
            for { let i := mul(5, div(add(n, 4), 5)) } i {} {
                i := sub(i, 5)
                let from := add(padded, shl(5, i))
                let to := add(packed, add(2, shl(1, i)))
                mstore(add(to, 8), mload(add(from, 0x80)))
                mstore(add(to, 6), mload(add(from, 0x60)))
                mstore(add(to, 4), mload(add(from, 0x40)))
                mstore(add(to, 2), mload(add(from, 0x20)))
                mstore(to, mload(from))
            }
            mstore(packed, shl(1, n))
        }
    }

    /// @notice The `i`-th word of `epoch`, from the bytes that `toBytes` made; i is at most 2.
    function fromBytes(bytes memory packed, uint256 i, uint256 epoch) internal pure returns (FrozenWord word) {
        // word = bytes32(bytes30(packed[30 * i:30 * i + 30])) | uint16(epoch); behind the last id are zeros.
        assembly ("memory-safe") {
            word := or(shl(16, shr(16, mload(add(add(packed, 0x20), mul(30, i))))), and(epoch, 0xffff))
        }
    }
}
