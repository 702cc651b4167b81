// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev An amount of each asset in quanta, lowest bits first: 64 bits ETH | 64 bits asset 1 | 64 bits asset 2 | 64 bits asset 3.
type Basket is uint256;

/// @notice More than 64 bits of one asset.
error Basket_Overflow(uint256 asset, uint256 quanta);
using {quantaOf, isZero, plus, plusAll, minus, only, part} for Basket global;

function quantaOf(Basket self, uint256 asset) pure returns (uint256) {
    return uint64(Basket.unwrap(self) >> 64 * asset);
}

function isZero(Basket self) pure returns (bool) {
    return Basket.unwrap(self) == 0;
}

/// @param asset 0 to 3.
function plus(Basket self, uint256 asset, uint256 quanta) pure returns (Basket) {
    uint256 sum = self.quantaOf(asset) + quanta;
    if (sum > type(uint64).max) revert Basket_Overflow(asset, sum);
    // No carry: the lane's sum has 64 bits.
    unchecked {
        return Basket.wrap(Basket.unwrap(self) + (quanta << 64 * asset));
    }
}

function plusAll(Basket self, Basket other) pure returns (Basket sum) {
    sum = self;
    for (uint256 asset; asset < 4; ++asset) {
        sum = sum.plus(asset, other.quantaOf(asset));
    }
}

/// @param less Of no asset more than there is.
function minus(Basket self, Basket less) pure returns (Basket) {
    return Basket.wrap(Basket.unwrap(self) - Basket.unwrap(less));
}

/// @notice All of one asset.
function only(Basket self, uint256 asset) pure returns (Basket) {
    return Basket.wrap(Basket.unwrap(self) & (uint256(type(uint64).max) << 64 * asset));
}

/// @notice One `divisor`-th of each asset, rounded down.
function part(Basket self, uint256 divisor) pure returns (Basket result) {
    for (uint256 asset; asset < 4; ++asset) {
        result = Basket.wrap(Basket.unwrap(result) | self.quantaOf(asset) / divisor << 64 * asset);
    }
}
