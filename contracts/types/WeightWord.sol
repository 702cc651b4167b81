// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @dev The ERC-20's weight before and after its last change, in wei of ETH for 1e18 of its smallest unit, lowest bits first:
/// 96 bits before | 96 bits after | 64 bits first epoch of the latter.
type WeightWord is uint256;

using {weightAt, lowestFrom, changesAt} for WeightWord global;

/// @dev Reverts with OpenZeppelin's `SafeCastOverflowedUintDowncast` for a weight above 96 bits.
function toWeightWord(uint256 before, uint256 after_, uint64 from) pure returns (WeightWord) {
    return WeightWord.wrap(uint256(from) << 192 | uint256(SafeCast.toUint96(after_)) << 96 | SafeCast.toUint96(before));
}

function weightAt(WeightWord self, uint64 epoch) pure returns (uint256) {
    return uint96(WeightWord.unwrap(self) >> (epoch < self.changesAt() ? 0 : 96));
}

/// @notice The lowest weight in `epoch` or any later epoch, as far as it is decided.
function lowestFrom(WeightWord self, uint64 epoch) pure returns (uint256) {
    (uint256 now_, uint256 last) = (self.weightAt(epoch), self.weightAt(type(uint64).max));
    return now_ < last ? now_ : last;
}

function changesAt(WeightWord self) pure returns (uint64) {
    return uint64(WeightWord.unwrap(self) >> 192);
}
