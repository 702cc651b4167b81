// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @dev A number that governance moves, before and after its last change, lowest bits first: 96 bits before | 96 bits after |
/// 64 bits first epoch of the latter.
type Lever is uint256;

using {valueAt, changesAt, moved} for Lever global;

/// @notice A lever at its first value. Reverts with OpenZeppelin's `SafeCastOverflowedUintDowncast` above 96 bits.
function toLever(uint256 value) pure returns (Lever) {
    return Lever.wrap(uint256(SafeCast.toUint96(value)) << 96 | value);
}

/// @notice The value in `epoch`; exact for every epoch since the last change but one took effect.
function valueAt(Lever self, uint64 epoch) pure returns (uint256) {
    return uint96(Lever.unwrap(self) >> (epoch < self.changesAt() ? 0 : 96));
}

/// @notice First epoch of the value after the last change; 0 if it was never changed.
function changesAt(Lever self) pure returns (uint64) {
    return uint64(Lever.unwrap(self) >> 192);
}

/// @notice The lever with another value from `from` on. The last change must be in effect by then, or it is forgotten.
function moved(Lever self, uint256 value, uint64 from) pure returns (Lever) {
    return Lever.wrap(uint256(from) << 192 | uint256(SafeCast.toUint96(value)) << 96 | uint96(Lever.unwrap(self) >> 96));
}
