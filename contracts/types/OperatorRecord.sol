// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Status} from "./Types.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @dev An operator's owner and standing, lowest bits first: 160 bits owner (zero: unknown operator) | 8 bits status |
/// 32 bits first epoch the status acts on | 40 bits end of jail, L1 seconds | 8 bits number of batcher keys | 1 bit whether it has
/// a seat in the set | 2 bits whether it was active one and two epochs before the status acts | 1 bit whether it was convicted:
/// tombstoned by evidence | 4 bits zero.
type OperatorRecord is uint256;

using {owner, status, statusFrom, activeAt, jailedUntil, batcherCount, isSeated, isConvicted} for OperatorRecord global;
using {withOwner, withStatus, withJailedUntil, withBatcherCount, withSeat, withConviction} for OperatorRecord global;

function owner(OperatorRecord self) pure returns (address) {
    return address(uint160(OperatorRecord.unwrap(self)));
}

function status(OperatorRecord self) pure returns (Status) {
    return Status(uint8(OperatorRecord.unwrap(self) >> 160));
}

function statusFrom(OperatorRecord self) pure returns (uint32) {
    return uint32(OperatorRecord.unwrap(self) >> 168);
}

/// @notice Whether the operator is active in an epoch. Exact from two epochs before the last change on: changes act two epochs ahead,
/// so that is from the epoch of the last change on.
function activeAt(OperatorRecord self, uint64 epoch) pure returns (bool) {
    uint256 from = self.statusFrom();
    if (epoch >= from) return self.status() == Status.Active;
    uint256 bit = epoch + 1 == from ? 249 : 250;
    return OperatorRecord.unwrap(self) >> bit & 1 == 1;
}

function jailedUntil(OperatorRecord self) pure returns (uint40) {
    return uint40(OperatorRecord.unwrap(self) >> 200);
}

function batcherCount(OperatorRecord self) pure returns (uint8) {
    return uint8(OperatorRecord.unwrap(self) >> 240);
}

function isSeated(OperatorRecord self) pure returns (bool) {
    return OperatorRecord.unwrap(self) >> 248 & 1 == 1;
}

function isConvicted(OperatorRecord self) pure returns (bool) {
    return OperatorRecord.unwrap(self) >> 251 & 1 == 1;
}

function withOwner(OperatorRecord self, address owner_) pure returns (OperatorRecord) {
    return _replace(self, 0, type(uint160).max, uint160(owner_));
}

/// @param from First epoch of the status, never below that of the last change.
function withStatus(OperatorRecord self, Status status_, uint32 from) pure returns (OperatorRecord) {
    uint256 before = from >= 1 && self.activeAt(from - 1) ? 1 : 0;
    if (from >= 2 && self.activeAt(from - 2)) before |= 2;
    return _replace(_replace(self, 160, type(uint40).max, uint256(from) << 8 | uint8(status_)), 249, 3, before);
}

/// @dev Reverts with OpenZeppelin's `SafeCastOverflowedUintDowncast` above 40 bits.
function withJailedUntil(OperatorRecord self, uint256 until) pure returns (OperatorRecord) {
    return _replace(self, 200, type(uint40).max, SafeCast.toUint40(until));
}

function withBatcherCount(OperatorRecord self, uint8 count) pure returns (OperatorRecord) {
    return _replace(self, 240, type(uint8).max, count);
}

function withSeat(OperatorRecord self, bool seated) pure returns (OperatorRecord) {
    return _replace(self, 248, 1, seated ? 1 : 0);
}

function withConviction(OperatorRecord self) pure returns (OperatorRecord) {
    return _replace(self, 251, 1, 1);
}

function _replace(OperatorRecord self, uint256 shift, uint256 mask, uint256 value) pure returns (OperatorRecord) {
    return OperatorRecord.wrap(OperatorRecord.unwrap(self) & ~(mask << shift) | value << shift);
}
