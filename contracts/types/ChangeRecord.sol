// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev The changes of holder that take effect within one slot, in one word; layout, low bits first:
/// 8 bits end (position in the epoch of the first slot after the turn) | 8 bits zero | 16 bits initial id (holder at the
/// slot's start) | 7 x (16 bits id of the next holder, 0: unused | 16 bits offset from the slot's start, L1 seconds).
///
/// Changes are in order of time. The last one holds on in the later slots of the turn, which `end` bounds: a reader of a later
/// slot so needs no other word to know whether the record concerns it. It carries no epoch tag: only a bit of the tagged
/// `EpochState` leads to it.
type ChangeRecord is uint256;

using ChangeRecordLib for ChangeRecord global;

library ChangeRecordLib {
    uint256 internal constant CAPACITY = 7;

    /// @param initial Holder at the slot's start.

    /// @param end_ Position in the epoch of the first slot after the turn.
    function start(uint16 initial, uint256 end_) internal pure returns (ChangeRecord) {
        return ChangeRecord.wrap(uint256(uint8(end_)) | (uint256(initial) << 16));
    }

    /* GETTERS */
    function end(ChangeRecord record) internal pure returns (uint256) {
        return uint8(ChangeRecord.unwrap(record));
    }

    function initialId(ChangeRecord record) internal pure returns (uint16) {
        return uint16(ChangeRecord.unwrap(record) >> 16);
    }

    function idAt(ChangeRecord record, uint256 i) internal pure returns (uint16) {
        return uint16(ChangeRecord.unwrap(record) >> (32 + 32 * i));
    }

    function offsetAt(ChangeRecord record, uint256 i) internal pure returns (uint256) {
        return uint16(ChangeRecord.unwrap(record) >> (48 + 32 * i));
    }

    /// @notice Changes in the record, 0 to 7.
    function count(ChangeRecord record) internal pure returns (uint256 n) {
        while (n < CAPACITY && record.idAt(n) != 0) ++n;
    }

    /// @notice Who holds `offset` seconds into the slot; with `type(uint256).max`, at its end and in later slots.
    function holderAt(ChangeRecord record, uint256 offset) internal pure returns (uint16 id) {
        id = record.initialId();
        for (uint256 i; i < CAPACITY && record.idAt(i) != 0 && record.offsetAt(i) <= offset; ++i) {
            id = record.idAt(i);
        }
    }

    /// @notice Whether all changes in the record are to `id`.
    function isOnlyTo(ChangeRecord record, uint16 id) internal pure returns (bool) {
        for (uint256 i; i < CAPACITY && record.idAt(i) != 0; ++i) {
            if (record.idAt(i) != id) return false;
        }
        return true;
    }

    /* SETTERS */
    /// @notice Adds a change. The caller sees to it that there is room and that no change in it is later.
    function push(ChangeRecord record, uint16 id, uint256 offset) internal pure returns (ChangeRecord) {
        uint256 change = uint256(id) | (uint256(uint16(offset)) << 16);
        return ChangeRecord.wrap(ChangeRecord.unwrap(record) | (change << (32 + 32 * record.count())));
    }

    /// @notice The record without the changes to `id`.
    function without(ChangeRecord record, uint16 id) internal pure returns (ChangeRecord kept) {
        kept = start(record.initialId(), record.end());
        for (uint256 i; i < CAPACITY && record.idAt(i) != 0; ++i) {
            if (record.idAt(i) != id) kept = kept.push(record.idAt(i), record.offsetAt(i));
        }
    }
}
