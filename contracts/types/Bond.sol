// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @dev An amount of both assets, lowest bits first: 128 bits ETH, wei | 128 bits ERC-20, its smallest unit.
type Bond is uint256;

using {eth, token, isZero, plus, minus} for Bond global;

/// @dev Reverts with OpenZeppelin's `SafeCastOverflowedUintDowncast` above 128 bits.
function toBond(uint256 eth_, uint256 token_) pure returns (Bond) {
    return Bond.wrap(uint256(SafeCast.toUint128(token_)) << 128 | SafeCast.toUint128(eth_));
}

function eth(Bond self) pure returns (uint256) {
    return uint128(Bond.unwrap(self));
}

function token(Bond self) pure returns (uint256) {
    return Bond.unwrap(self) >> 128;
}

function isZero(Bond self) pure returns (bool) {
    return Bond.unwrap(self) == 0;
}

function plus(Bond self, Bond other) pure returns (Bond) {
    return toBond(self.eth() + other.eth(), self.token() + other.token());
}

function minus(Bond self, Bond other) pure returns (Bond) {
    return toBond(self.eth() - other.eth(), self.token() - other.token());
}
