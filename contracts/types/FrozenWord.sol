// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev The frozen ids of 15 slots and the epoch they belong to, in one word; layout, low bits first:
/// 16 bits epoch tag (low bits of the epoch) | 15 x 16 bits operator id, first slot lowest (0: nobody, the reserve serves).
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
        return uint16(FrozenWord.unwrap(word) >> (16 * (lane + 1)));
    }

    /// @notice How many of the word's slots are frozen to `id`, which is not 0: unused lanes are.
    function countOf(FrozenWord word, uint16 id) internal pure returns (uint256 count) {
        for (uint256 lane; lane < IDS; ++lane) {
            if (word.idAt(lane) == id) ++count;
        }
    }

    /// @notice Packs `slots[from..]`, at most 15 of them.
    function pack(uint64 epoch, uint16[] memory slots, uint256 from) internal pure returns (FrozenWord) {
        uint256 word = uint16(epoch);
        uint256 count = slots.length - from;
        if (count > IDS) count = IDS;
        unchecked {
            // No overflow: `from + lane` is below the array's length.
            for (uint256 lane; lane < count; ++lane) {
                word |= uint256(slots[from + lane]) << (16 * (lane + 1));
            }
        }
        return FrozenWord.wrap(word);
    }

    /// @notice The ids in order, 2 bytes each, big-endian: what an event carries at a sixteenth of an array's cost.
    function toBytes(uint16[] memory slots) internal pure returns (bytes memory packed) {
        packed = new bytes(2 * slots.length);
        for (uint256 i; i < slots.length; ++i) {
            uint256 id = slots[i];
            // packed[2 * i] = bytes1(uint8(id >> 8)); packed[2 * i + 1] = bytes1(uint8(id));
            assembly ("memory-safe") {
                let at := add(add(packed, 0x20), mul(i, 2))
                mstore8(at, shr(8, id))
                mstore8(add(at, 1), id)
            }
        }
    }
}
