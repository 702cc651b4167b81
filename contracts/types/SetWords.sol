// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @dev A member of an operator set, lowest bits first: 16 bits id | 32 bits entity. A word holds 5, lowest first.
type Member is uint48;

/// @dev One version of an operator set, lowest bits first: 16 bits number of members | 32 bits first epoch, under which its
/// words stand | 176 bits zero.
type SetVersion is uint224;

using {id, entity} for Member global;
using {size, from} for SetVersion global;

uint256 constant MEMBERS_PER_WORD = 5;

function toMember(uint16 id_, uint32 entity_) pure returns (Member) {
    return Member.wrap(uint48(entity_) << 16 | id_);
}

function id(Member self) pure returns (uint16) {
    return uint16(Member.unwrap(self));
}

function entity(Member self) pure returns (uint32) {
    return uint32(Member.unwrap(self) >> 16);
}

/// @return The member in `lane` (0 to 4) of a word.
function memberOf(uint256 word, uint256 lane) pure returns (Member) {
    return Member.wrap(uint48(word >> lane * 48));
}

/// @return A word with `member` in a lane that was empty.
function withMember(uint256 word, uint256 lane, Member member) pure returns (uint256) {
    return word | uint256(Member.unwrap(member)) << lane * 48;
}

/// @dev Reverts with OpenZeppelin's `SafeCastOverflowedUintDowncast` above 16 bits of members.
function toSetVersion(uint256 size_, uint32 from_) pure returns (SetVersion) {
    return SetVersion.wrap(uint224(from_) << 16 | SafeCast.toUint16(size_));
}

function size(SetVersion self) pure returns (uint256) {
    return uint16(SetVersion.unwrap(self));
}

function from(SetVersion self) pure returns (uint32) {
    return uint32(SetVersion.unwrap(self) >> 16);
}
