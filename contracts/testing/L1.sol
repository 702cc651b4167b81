// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";
import {Test} from "forge-std/Test.sol";

/// @title The L1 of a test
/// @notice Moves block number and time together, a block every `_l1BlockSeconds`, and makes the headers that {ISchedule-recordSeed}
/// wants to see.
/// @dev A header is a function of the block's number, so nothing is stored and time can jump over a million blocks. Its parent hash
/// is right in the headers asked for by {_l1Headers}; those in between exist for nobody.
abstract contract L1 is Test {
    using RLP for RLP.Encoder;

    uint256 internal _l1BlockSeconds;
    /// @dev A block whose number and time are known: the block times between two gaps are counted from it.
    uint256 private _anchorNumber;
    uint256 private _anchorTime;

    /// @notice Starts the count at the current block.
    function _startL1(uint256 blockSeconds) internal {
        _l1BlockSeconds = blockSeconds;
        // The first blocks of a chain have no 256 predecessors, which would make a difference to BLOCKHASH.
        if (vm.getBlockNumber() < 1000) vm.roll(1000);
        _anchor();
    }

    /// @notice Ends the current block and begins the next one.
    function _mine() internal {
        _mine(1);
    }

    function _mine(uint256 blocks) internal {
        // Asked of the cheatcode: the compiler takes block.timestamp for constant within a call.
        vm.roll(vm.getBlockNumber() + blocks);
        vm.warp(vm.getBlockTimestamp() + blocks * _l1BlockSeconds);
    }

    /// @notice Mines until the current block is the first one at or after `timestamp`, L1 seconds.
    function _warpTo(uint256 timestamp) internal {
        uint256 now_ = vm.getBlockTimestamp();
        require(timestamp >= now_, "L1: the time asked for is over");
        _mine((timestamp - now_ + _l1BlockSeconds - 1) / _l1BlockSeconds);
    }

    /// @notice As {_warpTo}, but stays where it is when `timestamp` is over.
    function _warpPast(uint256 timestamp) internal {
        if (vm.getBlockTimestamp() < timestamp) _warpTo(timestamp);
    }

    /// @notice The next block comes late: as if its L1 had missed slots.
    function _mineAfterGap(uint256 gapSeconds) internal {
        vm.roll(vm.getBlockNumber() + 1);
        vm.warp(vm.getBlockTimestamp() + gapSeconds);
        _anchor();
    }

    /// @notice The headers of the first block at or after `timestamp` and of its parent, whose hash the chain then knows.
    /// @dev The block must be mined, not more than 256 blocks ago, and after the last gap.
    function _l1Headers(uint256 timestamp) internal returns (bytes memory header, bytes memory parent) {
        require(timestamp > _anchorTime, "L1: the block asked for lies before the last gap");
        uint256 number = _anchorNumber + (timestamp - _anchorTime + _l1BlockSeconds - 1) / _l1BlockSeconds;
        parent = _header(number - 1, keccak256(abi.encode("L1 block", number - 2)));
        header = _header(number, keccak256(parent));
        vm.setBlockhash(number - 1, keccak256(parent));
        vm.setBlockhash(number, keccak256(header));
    }

    /// @notice The randomness in a block's header.
    function _mixHash(uint256 number) internal pure returns (bytes32) {
        return keccak256(abi.encode("L1 randomness", number));
    }

    function _anchor() private {
        (_anchorNumber, _anchorTime) = (vm.getBlockNumber(), vm.getBlockTimestamp());
    }

    /// @dev The fields of a prague header in their order; those that the protocol does not read are empty or zero.
    function _header(uint256 number, bytes32 parentHash) private view returns (bytes memory) {
        uint256 timestamp = number < _anchorNumber
            ? _anchorTime - (_anchorNumber - number) * _l1BlockSeconds
            : _anchorTime + (number - _anchorNumber) * _l1BlockSeconds;
        RLP.Encoder memory fields = RLP.encoder();
        fields.push(parentHash).push(bytes32(0)).push(address(0)); // parent, ommers, coinbase
        fields.push(bytes32(0)).push(bytes32(0)).push(bytes32(0)); // state, transactions, receipts
        fields.push(new bytes(256)).push(uint256(0)).push(number); // bloom, difficulty, number
        fields.push(uint256(30_000_000)).push(uint256(0)).push(timestamp); // gas limit, gas used, time
        fields.push(bytes("")).push(_mixHash(number)).push(new bytes(8)); // extra data, randomness, nonce
        fields.push(uint256(7)).push(bytes32(0)).push(uint256(0)).push(uint256(0)); // base fee, withdrawals, blob gas
        fields.push(bytes32(0)).push(bytes32(0)); // beacon root, requests
        return fields.encode();
    }
}
