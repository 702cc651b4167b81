// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev A weight that waits in the queue, lowest bits first: 16 bits operator | 16 bits weight, units | 32 bits first epoch it
/// counts in. Four of them make a word, the first one lowest.
type QueueEntry is uint64;

using {operator, weight, activeFrom} for QueueEntry global;

/// @param weight_ At most 65,535. @param activeFrom_ Below 2^32: over a thousand years of epochs.
function toQueueEntry(uint16 operator_, uint256 weight_, uint64 activeFrom_) pure returns (QueueEntry) {
    return QueueEntry.wrap(uint64(uint32(activeFrom_)) << 32 | uint64(uint16(weight_)) << 16 | operator_);
}

function operator(QueueEntry self) pure returns (uint16) {
    return uint16(QueueEntry.unwrap(self));
}

function weight(QueueEntry self) pure returns (uint256) {
    return uint16(QueueEntry.unwrap(self) >> 16);
}

function activeFrom(QueueEntry self) pure returns (uint64) {
    return QueueEntry.unwrap(self) >> 32;
}

library QueueWordLib {
    /// @param lane 0 to 3.
    function entryAt(uint256 word, uint256 lane) internal pure returns (QueueEntry) {
        return QueueEntry.wrap(uint64(word >> (64 * lane)));
    }

    /// @return The word with another entry in one of its lanes.
    function withEntry(uint256 word, uint256 lane, QueueEntry entry) internal pure returns (uint256) {
        uint256 shift = 64 * lane;
        return (word & ~(uint256(type(uint64).max) << shift)) | uint256(QueueEntry.unwrap(entry)) << shift;
    }
}
