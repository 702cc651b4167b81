// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title L1 header
/// @notice Reads fields of an RLP-encoded L1 block header in calldata.
/// @dev Only for headers whose hash is compared with a known one: the preimage of a block hash is a header, encoded in the one
/// canonical way, so nothing about its form is checked here. Of any other bytes the answers are arbitrary, but never revert:
/// `number` can be read first, to look the hash up by. OpenZeppelin's `BlockHeader` reads all 21 fields, with every check, for 45k gas.
library L1Header {
    /// @dev Where the difficulty stands: behind the list's 3 bytes of prefix (a header has 256 to 65,535 bytes) and 7 fields of
    /// fixed size: parentHash, ommersHash, coinbase, stateRoot, transactionsRoot, receiptsRoot, logsBloom.
    uint256 private constant DIFFICULTY = 3 + 33 + 33 + 21 + 33 + 33 + 33 + 259;
    /// @dev Behind the list's prefix and its own.
    uint256 private constant PARENT_HASH = 3 + 1;

    /// @notice Hash of the parent block.
    function parentHash(bytes calldata header) internal pure returns (bytes32) {
        return bytes32(_load(header, PARENT_HASH));
    }

    /// @notice Block number.
    function number(bytes calldata header) internal pure returns (uint256 value) {
        (value,) = _read(header, _skip(header, DIFFICULTY, 1));
    }

    /// @return timestamp Of the block, L1 seconds.
    /// @return mixHash RANDAO of the beacon chain for this block.
    function timestampAndMixHash(bytes calldata header) internal pure returns (uint256 timestamp, bytes32 mixHash) {
        // difficulty, number, gasLimit, gasUsed; timestamp; extraData; mixHash
        uint256 position;
        (timestamp, position) = _read(header, _skip(header, DIFFICULTY, 4));
        mixHash = bytes32(_load(header, _skip(header, position, 1) + 1));
    }

    /// @dev Position behind `count` items.
    function _skip(bytes calldata header, uint256 position, uint256 count) private pure returns (uint256) {
        for (uint256 i; i < count; ++i) {
            (, position) = _read(header, position);
        }
        return position;
    }

    /// @dev The item at `position` as a number, if it has at most 32 bytes, and the position behind it.
    function _read(bytes calldata header, uint256 position) private pure returns (uint256 value, uint256 end) {
        // No overflow: a step is at most 2^8 + 2^8, and there are at most 6.
        unchecked {
            uint256 prefix = _load(header, position) >> 248;
            // One byte that is its own encoding.
            if (prefix < 0x80) return (prefix, position + 1);
            // Up to 55 bytes behind their length; a shift by 256 and more gives 0.
            if (prefix < 0xb8) {
                uint256 size = prefix - 0x80;
                return (_load(header, position + 1) >> (256 - 8 * size), position + 1 + size);
            }
            // Longer: a byte of length is enough for what stands before the mixHash.
            return (0, position + 2 + (_load(header, position + 1) >> 248));
        }
    }

    /// @dev 32 bytes of calldata from `position` of the header on; past the header's end anything.
    function _load(bytes calldata header, uint256 position) private pure returns (uint256 word) {
        // word = uint256(bytes32(header[position:position + 32]));
        assembly ("memory-safe") {
            word := calldataload(add(header.offset, position))
        }
    }
}
