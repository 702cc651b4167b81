// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BlockHeader} from "@openzeppelin/contracts/utils/BlockHeader.sol";
import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";
import {Test} from "forge-std/Test.sol";

import {Headers} from "../utils/Headers.sol";
import {L1Header} from "@rota/contracts/libraries/L1Header.sol";

contract L1HeaderTest is Test {
    using RLP for RLP.Encoder;

    function read(bytes calldata header)
        external
        pure
        returns (uint256 number, bytes32 parentHash, uint256 timestamp, bytes32 mixHash)
    {
        (timestamp, mixHash) = L1Header.timestampAndMixHash(header);
        return (L1Header.number(header), L1Header.parentHash(header), timestamp, mixHash);
    }

    function testFuzz_read_MatchesOpenZeppelin(uint64 number, uint64 timestamp, bytes32 parent, bytes32 mix)
        public
        view
    {
        _check(Headers.encode(number, timestamp, parent, mix));
    }

    /// @dev Numbers of every length and an extraData of up to 255 bytes, which some L1s have.
    function testFuzz_read_FieldsOfAnyLength(uint256[4] memory numbers, uint8[4] memory shifts, bytes memory extra)
        public
        view
    {
        if (extra.length > 255) return;
        RLP.Encoder memory header = RLP.encoder();
        header.push(keccak256("parent"));
        header.push(keccak256("ommers"));
        header.push(address(0xc0));
        for (uint256 i; i < 3; ++i) {
            header.push(keccak256("root"));
        }
        header.push(new bytes(256));
        header.push(uint256(0));
        for (uint256 i; i < 4; ++i) {
            header.push(numbers[i] >> shifts[i]);
        }
        header.push(extra);
        header.push(keccak256("mix"));
        header.push(bytes(hex"0000000000000000"));
        _check(header.encode());
    }

    /// @dev Bytes that are no header get arbitrary answers, and the hash of no block.
    function testFuzz_read_NeverRevertsOnGarbage(bytes memory garbage) public view {
        this.read(garbage);
    }

    function _check(bytes memory header) internal view {
        (uint256 number, bytes32 parentHash, uint256 timestamp, bytes32 mixHash) = this.read(header);
        assertEq(number, BlockHeader.getNumber(header));
        assertEq(parentHash, BlockHeader.getParentHash(header));
        assertEq(timestamp, BlockHeader.getTimestamp(header));
        assertEq(mixHash, BlockHeader.getPrevRandao(header));
    }
}
