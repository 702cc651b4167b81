// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice What a gossiped payload says that an offence is judged by.
/// @param timestamp Of the L2 block, L2 seconds.
/// @param originNumber Number of its L1 origin, as its L1 attributes have it.
/// @param originHash Hash of its L1 origin.
struct Gossiped {
    bytes32 parentHash;
    bytes32 blockHash;
    uint64 number;
    uint64 timestamp;
    uint64 originNumber;
    bytes32 originHash;
}

/// @title Gossip payload
/// @notice Reads what op-node gossips and its signer signs: the parent beacon root and the execution payload, in SSZ.
/// @dev Fixed part, from byte 0: parent beacon root 0 | parentHash 32 | feeRecipient 64 | stateRoot 84 | receiptsRoot 116 |
/// logsBloom 148 | prevRandao 404 | number 436 | gasLimit 444 | gasUsed 452 | timestamp 460 | offset of extraData 468 | baseFee
/// 472 | blockHash 504 | offset of transactions 536 | offset of withdrawals 540 | blobGasUsed 544 | excessBlobGas 552 | in V4
/// withdrawalsRoot 560. Numbers are little-endian, offsets count from byte 32. The offset of extraData, which comes right
/// behind the fixed part, tells the version: 528 is V3 (Ecotone), 560 is V4 (Isthmus).
///
/// The L1 origin stands in the first transaction, the L1 attributes. Its reader does not check what it does not need: the accused
/// signed all of it, and what an honest node gossips is well-formed.
library GossipPayload {
    /* ERRORS */
    /// @notice Shorter than its fixed part, or than an offset in it says, bytes.
    error GossipPayload_TooShort(uint256 length, uint256 required);
    /// @notice Neither V3 nor V4: the offset of extraData is neither 528 nor 560.
    error GossipPayload_UnknownVersion(uint256 extraDataOffset);
    /// @notice The first transaction does not set the L1 attributes of Ecotone, Isthmus or Jovian.
    error GossipPayload_NoL1Attributes(uint256 transactionType, bytes4 selector);

    /* CONSTANTS */
    uint256 private constant PAYLOAD = 32;
    uint256 private constant FIXED_V3 = 528;
    uint256 private constant FIXED_V4 = 560;
    /// @dev Type of a deposited transaction; RLP of sourceHash, from, to, mint, value, gas, isSystemTx, data follows.
    uint256 private constant DEPOSIT = 0x7e;
    uint256 private constant FIELDS_BEFORE_DATA = 7;
    bytes4 private constant SET_L1_BLOCK_ECOTONE = bytes4(keccak256("setL1BlockValuesEcotone()"));
    bytes4 private constant SET_L1_BLOCK_ISTHMUS = bytes4(keccak256("setL1BlockValuesIsthmus()"));
    bytes4 private constant SET_L1_BLOCK_JOVIAN = bytes4(keccak256("setL1BlockValuesJovian()"));

    /// @notice keccak256(0^32, L2 chain id, keccak256(raw)): op-node's digest in the domain of blocks.
    function digest(bytes calldata raw, uint256 l2ChainId) internal pure returns (bytes32) {
        return keccak256(abi.encode(bytes32(0), l2ChainId, keccak256(raw)));
    }

    /// @notice Reads the block's place and its L1 origin.
    function read(bytes calldata raw) internal pure returns (Gossiped memory block_) {
        _checkLength(raw, PAYLOAD + FIXED_V3);
        uint256 extraData = _le32(raw, 468);
        if (extraData != FIXED_V3 && extraData != FIXED_V4) revert GossipPayload_UnknownVersion(extraData);

        block_.parentHash = bytes32(_word(raw, 32));
        block_.number = _le64(raw, 436);
        block_.timestamp = _le64(raw, 460);
        block_.blockHash = bytes32(_word(raw, 504));

        // Behind 4 selector | 4 base fee scalar | 4 blob base fee scalar | 8 sequence number | 8 timestamp: 8 number | 32 base
        // fee | 32 blob base fee | 32 hash. Big-endian.
        uint256 attributes = _attributes(raw, PAYLOAD + _le32(raw, 536));
        block_.originNumber = uint64(_word(raw, attributes + 28) >> 192);
        block_.originHash = bytes32(_word(raw, attributes + 100));
    }

    /// @dev Position of the calldata of the first of the transactions, whose list begins at `list`.
    function _attributes(bytes calldata raw, uint256 list) private pure returns (uint256 position) {
        // The first transaction's offset from the list's own beginning; the type, then the list's RLP prefix.
        _checkLength(raw, list + 4);
        position = list + _le32(raw, list);
        _checkLength(raw, position + 2);
        uint256 kind = uint8(raw[position]);
        uint256 prefix = uint8(raw[position + 1]);
        position += prefix < 0xf8 ? 2 : 2 + prefix - 0xf7;
        for (uint256 i; i < FIELDS_BEFORE_DATA; ++i) {
            position = _next(raw, position);
        }

        // The data is longer than 55 bytes: a byte of length or two stand before it.
        _checkLength(raw, position + 1);
        prefix = uint8(raw[position]);
        position += prefix < 0xb8 ? 1 : 1 + prefix - 0xb7;
        _checkLength(raw, position + 132);
        bytes4 selector = bytes4(bytes32(_word(raw, position)));
        bool known =
            selector == SET_L1_BLOCK_ECOTONE || selector == SET_L1_BLOCK_ISTHMUS || selector == SET_L1_BLOCK_JOVIAN;
        if (kind != DEPOSIT || !known) revert GossipPayload_NoL1Attributes(kind, selector);
    }

    /// @dev Position behind an RLP item of at most 55 bytes, which the fields before the data are.
    function _next(bytes calldata raw, uint256 position) private pure returns (uint256) {
        _checkLength(raw, position + 1);
        uint256 prefix = uint8(raw[position]);
        return position + (prefix < 0x80 ? 1 : 1 + (prefix & 0x3f));
    }

    function _checkLength(bytes calldata raw, uint256 required) private pure {
        if (raw.length < required) revert GossipPayload_TooShort(raw.length, required);
    }

    /// @dev 4 bytes, little-endian.
    function _le32(bytes calldata raw, uint256 position) private pure returns (uint256) {
        return uint8(raw[position]) | uint256(uint8(raw[position + 1])) << 8 | uint256(uint8(raw[position + 2])) << 16
            | uint256(uint8(raw[position + 3])) << 24;
    }

    /// @dev 8 bytes, little-endian.
    function _le64(bytes calldata raw, uint256 position) private pure returns (uint64) {
        return uint64(_le32(raw, position) | _le32(raw, position + 4) << 32);
    }

    /// @dev 32 bytes from `position` on, which the caller saw to be there.
    function _word(bytes calldata raw, uint256 position) private pure returns (uint256 word) {
        // word = uint256(bytes32(raw[position:position + 32]));
        assembly ("memory-safe") {
            word := calldataload(add(raw.offset, position))
        }
    }
}
