// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @dev An amount of both assets, lowest bits first: 128 bits ETH, wei | 128 bits ERC-20, its smallest unit.
type Bond is uint256;

/// @notice More than 128 bits of one asset.
error Bond_Overflow(Bond self, Bond added);

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

/// @dev Reverts if a half overflows: the upper one by checked addition, the lower one because it must not carry.
function plus(Bond self, Bond other) pure returns (Bond) {
    uint256 sum = Bond.unwrap(self) + Bond.unwrap(other);
    if (uint128(sum) < uint128(Bond.unwrap(self))) revert Bond_Overflow(self, other);
    return Bond.wrap(sum);
}

/// @dev Reverts if a half underflows, by checked subtraction of each.
function minus(Bond self, Bond other) pure returns (Bond) {
    return Bond.wrap(self.token() - other.token() << 128 | self.eth() - other.eth());
}
