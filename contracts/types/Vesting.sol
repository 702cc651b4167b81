// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @notice An amount that is released evenly until an end time.
/// @dev Lowest bits first: 128 bits amount still locked, smallest unit | 40 bits time of the last release, L1 seconds | 40 bits
/// end, L1 seconds | 48 bits zero. Blank: nothing locked.
type Vesting is uint256;

using {locked, updated, end, release, add} for Vesting global;

function toVesting(uint256 locked_, uint256 updated_, uint256 end_) pure returns (Vesting) {
    return Vesting.wrap(
        SafeCast.toUint128(locked_) | uint256(SafeCast.toUint40(updated_)) << 128 | uint256(SafeCast.toUint40(end_))
            << 168
    );
}

function locked(Vesting self) pure returns (uint256) {
    return uint128(Vesting.unwrap(self));
}

function updated(Vesting self) pure returns (uint256) {
    return uint40(Vesting.unwrap(self) >> 128);
}

function end(Vesting self) pure returns (uint256) {
    return uint40(Vesting.unwrap(self) >> 168);
}

/// @notice What was released since the last time, rounded down, and the rest.
/// @param now_ L1 seconds, not before the last release.
function release(Vesting self, uint256 now_) pure returns (uint256 released, Vesting rest) {
    (uint256 amount, uint256 last, uint256 end_) = (self.locked(), self.updated(), self.end());
    if (now_ >= end_) return (amount, Vesting.wrap(0));
    released = amount * (now_ - last) / (end_ - last);
    rest = toVesting(amount - released, now_, end_);
}

/// @notice Locks `amount` more for `period`. Together they end at the mean of the two ends, weighted by amount: so what is locked
/// times how long stays the same, and an addition of dust moves nothing.
/// @dev Release up to `now_` first.
/// @param period Seconds.
function add(Vesting self, uint256 amount, uint256 now_, uint256 period) pure returns (Vesting) {
    uint256 before = self.locked();
    if (amount == 0) return self;
    uint256 left = before == 0 ? 0 : self.end() - now_;
    return toVesting(before + amount, now_, now_ + (before * left + amount * period) / (before + amount));
}
