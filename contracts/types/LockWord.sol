// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @dev Value that a slot locks, lowest bits first: 4 x 48 bits, gwei, of the epoch of the last move, the two after it, and all
/// later ones | 64 bits first epoch in which it can be moved again, so the one after that of the last move.
type LockWord is uint256;

using {gweiAt, movableFrom, highestFrom, moved} for LockWord global;

uint256 constant LAST_LANE = 3;

/// @notice The same lock for ever.
function toLockWord(uint256 gwei_) pure returns (LockWord) {
    uint256 lane = SafeCast.toUint48(gwei_);
    return LockWord.wrap(lane << 144 | lane << 96 | lane << 48 | lane);
}

/// @notice Of an epoch before the last move: as in that of the move.
function gweiAt(LockWord self, uint64 epoch) pure returns (uint256) {
    uint64 next = self.movableFrom();
    uint256 lane = epoch + 1 > next ? epoch + 1 - next : 0;
    return uint48(LockWord.unwrap(self) >> 48 * (lane > LAST_LANE ? LAST_LANE : lane));
}

function movableFrom(LockWord self) pure returns (uint64) {
    return uint64(LockWord.unwrap(self) >> 192);
}

/// @notice The highest lock in `epoch` or any later one, as far as it is decided.
function highestFrom(LockWord self, uint64 epoch) pure returns (uint256 highest) {
    for (uint64 ahead; ahead <= LAST_LANE; ++ahead) {
        uint256 lock = self.gweiAt(epoch + ahead);
        if (lock > highest) highest = lock;
    }
}

/// @notice The lock set to `gwei_` for `epoch + 3` and later ones, in `epoch`.
function moved(LockWord self, uint64 epoch, uint256 gwei_) pure returns (LockWord) {
    return LockWord.wrap(
        uint256(epoch + 1) << 192 | uint256(SafeCast.toUint48(gwei_)) << 144 | self.gweiAt(epoch + 2) << 96
            | self.gweiAt(epoch + 1) << 48 | self.gweiAt(epoch)
    );
}
