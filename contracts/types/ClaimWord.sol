// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev What a sequencer key may claim, and with what; lowest bits first: 160 bits first batcher key | 16 bits operator |
/// 40 bits first slot | 40 bits first slot after the last, all ones without an end. A word that was never written covers no slot.
/// Slots, not epochs: a claim has no division to do.
type ClaimWord is uint256;

using {batcher, covers, cutAt} for ClaimWord global;

uint256 constant OPERATOR = 160;
uint256 constant FROM = 176;
uint256 constant END = 216;

/// @return A word without an end.
function toClaimWord(uint16 operator, uint40 from, address batcher_) pure returns (ClaimWord) {
    uint256 end = type(uint40).max;
    return ClaimWord.wrap(end << END | uint256(from) << FROM | uint256(operator) << OPERATOR | uint160(batcher_));
}

function batcher(ClaimWord self) pure returns (address) {
    return address(uint160(ClaimWord.unwrap(self)));
}

/// @return Whether in `slot` the key is that operator's sequencer key, and the batcher its first batcher key.
function covers(ClaimWord self, uint16 operator, uint256 slot) pure returns (bool) {
    uint256 word = ClaimWord.unwrap(self);
    return uint16(word >> OPERATOR) == operator && slot >= uint40(word >> FROM) && slot < word >> END;
}

/// @return The word for the slots before `end` alone.
function cutAt(ClaimWord self, uint40 end) pure returns (ClaimWord) {
    uint256 word = ClaimWord.unwrap(self);
    if (word >> END <= end) return self;
    return ClaimWord.wrap(uint256(uint216(word)) | uint256(end) << END);
}
