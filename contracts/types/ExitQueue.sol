// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev Numbers of the releases that exits of one pool wait for, ascending, lowest bits first: 10 x 24 bits, 0 for none | 16 bits zero.
type ExitQueue is uint256;

/// @notice Ten releases are waited for. Cannot happen: elastic ones are at most 9 steps ahead, and there is one core exit.
error ExitQueue_Full(ExitQueue self, uint256 release);

using {first, releaseAt, isEmpty, with, withoutFirst} for ExitQueue global;

uint256 constant QUEUE_PLACES = 10;

function first(ExitQueue self) pure returns (uint256) {
    return uint24(ExitQueue.unwrap(self));
}

/// @param place 0 to 9.
function releaseAt(ExitQueue self, uint256 place) pure returns (uint256) {
    return uint24(ExitQueue.unwrap(self) >> 24 * place);
}

function isEmpty(ExitQueue self) pure returns (bool) {
    return ExitQueue.unwrap(self) == 0;
}

/// @notice The queue with `release` in its place; the same if it is in it.
/// @param release 1 to 2^24 - 1.
function with(ExitQueue self, uint256 release) pure returns (ExitQueue) {
    uint256 place;
    while (self.releaseAt(place) != 0 && self.releaseAt(place) < release) ++place;
    if (place == QUEUE_PLACES) revert ExitQueue_Full(self, release);
    if (self.releaseAt(place) == release) return self;
    if (self.releaseAt(QUEUE_PLACES - 1) != 0) revert ExitQueue_Full(self, release);

    uint256 word = ExitQueue.unwrap(self);
    uint256 before = word & ((1 << 24 * place) - 1);
    return ExitQueue.wrap((word ^ before) << 24 | release << 24 * place | before);
}

function withoutFirst(ExitQueue self) pure returns (ExitQueue) {
    return ExitQueue.wrap(ExitQueue.unwrap(self) >> 24);
}
