// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Committee
/// @notice What policies with seats have in common: an entity's cap of them, and how they take turns.
library Committee {
    uint256 internal constant BPS = 10_000;

    /// @notice Lets the seats take the free slots in turn, so that each has as many as any other, or one more.
    /// @param slots Operator id of each slot so far; 0 is free. Changed in place.
    /// @param seats Operator id of each seat; the slots of a seat that is 0 stay free: nobody gets more for want of others.
    function rotate(uint16[] memory slots, uint16[] memory seats) internal pure {
        uint256 next;
        for (uint256 i; i < slots.length; ++i) {
            if (slots[i] != 0) continue;
            slots[i] = seats[next];
            next = next + 1 == seats.length ? 0 : next + 1;
        }
    }

    /// @return Most seats that one entity can have; at least one.
    function capOf(uint256 seats, uint256 capBps) internal pure returns (uint256) {
        uint256 cap = seats * capBps / BPS;
        return cap == 0 ? 1 : cap;
    }

    /// @notice Whether an entity has room for another seat.
    /// @param entities Entity of each of the first `taken` seats; 0 is an entity of its own.
    function hasRoom(uint32[] memory entities, uint256 taken, uint32 entity, uint256 cap) internal pure returns (bool) {
        if (entity == 0) return true;
        uint256 count;
        // for (uint256 i; i < taken; ++i) if (entities[i] == entity) ++count;
        assembly ("memory-safe") {
            let end := add(add(entities, 0x20), shl(5, taken))
            for { let at_ := add(entities, 0x20) } lt(at_, end) { at_ := add(at_, 0x20) } {
                count := add(count, eq(mload(at_), entity))
            }
        }
        return count < cap;
    }
}
