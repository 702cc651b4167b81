// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @dev What an operator promises, lowest bits first: 16 bits commission before its last change, basis points | 16 bits after it | 32 bits
/// first epoch of the latter | 72 bits pledge before its last change, gwei | 72 bits after it | 32 bits first epoch of the latter |
/// 16 bits zero.
type PledgeWord is uint256;

using {commissionAt, commissionFrom, withCommission, pledgeGweiAt, pledgeFrom, withPledge} for PledgeWord global;

uint256 constant COMMISSION_MASK = uint256(type(uint64).max);
uint256 constant PLEDGE_MASK = uint256(type(uint176).max) << 64;

/// @return Basis points.
function commissionAt(PledgeWord self, uint64 epoch) pure returns (uint256) {
    return uint16(PledgeWord.unwrap(self) >> (epoch < self.commissionFrom() ? 0 : 16));
}

function commissionFrom(PledgeWord self) pure returns (uint64) {
    return uint32(PledgeWord.unwrap(self) >> 32);
}

/// @dev Reverts with OpenZeppelin's `SafeCastOverflowedUintDowncast` for epochs above 32 bits.
function withCommission(PledgeWord self, uint256 before, uint256 after_, uint64 from) pure returns (PledgeWord) {
    uint256 lanes =
        uint256(SafeCast.toUint32(from)) << 32 | uint256(SafeCast.toUint16(after_)) << 16 | SafeCast.toUint16(before);
    return PledgeWord.wrap(PledgeWord.unwrap(self) & ~COMMISSION_MASK | lanes);
}

function pledgeGweiAt(PledgeWord self, uint64 epoch) pure returns (uint256) {
    return uint72(PledgeWord.unwrap(self) >> (epoch < self.pledgeFrom() ? 64 : 136));
}

function pledgeFrom(PledgeWord self) pure returns (uint64) {
    return uint32(PledgeWord.unwrap(self) >> 208);
}

/// @dev Reverts with OpenZeppelin's `SafeCastOverflowedUintDowncast` for epochs above 32 bits, pledges above 72.
function withPledge(PledgeWord self, uint256 before, uint256 after_, uint64 from) pure returns (PledgeWord) {
    uint256 lanes =
        uint256(SafeCast.toUint32(from)) << 144 | uint256(SafeCast.toUint72(after_)) << 72 | SafeCast.toUint72(before);
    return PledgeWord.wrap(PledgeWord.unwrap(self) & ~PLEDGE_MASK | lanes << 64);
}
