// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Committee} from "@rota/contracts/libraries/Committee.sol";
import {Test} from "forge-std/Test.sol";

contract CommitteeTest is Test {
    /// @dev Free slots go to the seats in turn; a seat that is 0 passes, and nobody gets its slots.
    function testFuzz_rotate_MatchesPlainReference(uint16[] memory slots, uint16[] memory seats) public pure {
        vm.assume(seats.length != 0);
        uint16[] memory before = new uint16[](slots.length);
        for (uint256 i; i < slots.length; ++i) {
            slots[i] = slots[i] % 3 == 0 ? slots[i] : 0;
            before[i] = slots[i];
        }
        Committee.rotate(slots, seats);
        uint256 free;
        for (uint256 i; i < slots.length; ++i) {
            assertEq(slots[i], before[i] != 0 ? before[i] : seats[free % seats.length]);
            if (before[i] == 0) ++free;
        }
    }

    function testFuzz_rotate_SharesEvenly(uint8 slotCount, uint8 seatCount) public pure {
        uint16[] memory slots = new uint16[](bound(slotCount, 1, 45));
        uint16[] memory seats = new uint16[](bound(seatCount, 1, 45));
        for (uint256 i; i < seats.length; ++i) {
            seats[i] = uint16(i + 2);
        }
        Committee.rotate(slots, seats);
        for (uint256 seat; seat < seats.length; ++seat) {
            uint256 count;
            for (uint256 i; i < slots.length; ++i) {
                if (slots[i] == seats[seat]) ++count;
            }
            assertTrue(count == slots.length / seats.length || count == slots.length / seats.length + 1);
        }
    }

    function test_capOf_IsAtLeastOneSeat() public pure {
        assertEq(Committee.capOf(1, 5000), 1);
        assertEq(Committee.capOf(4, 5000), 2);
        assertEq(Committee.capOf(5, 5000), 2);
        assertEq(Committee.capOf(45, 1), 1);
        assertEq(Committee.capOf(45, 10_000), 45);
    }

    function test_hasRoom_CountsTheEntityAlone() public pure {
        uint32[] memory entities = new uint32[](4);
        (entities[0], entities[1], entities[2]) = (7, 8, 7);
        assertFalse(Committee.hasRoom(entities, 3, 7, 2));
        assertTrue(Committee.hasRoom(entities, 2, 7, 2));
        assertTrue(Committee.hasRoom(entities, 3, 8, 2));
        // Those without an entity are one each.
        assertTrue(Committee.hasRoom(entities, 4, 0, 1));
    }
}
