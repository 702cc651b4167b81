// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {FrozenWord, FrozenWordLib} from "@rota/contracts/types/FrozenWord.sol";

contract FrozenWordTest is Test {
    function testFuzz_fromBytes_KeepsEveryId(uint16[45] memory ids, uint256 n, uint64 epoch) public pure {
        n = bound(n, 1, 45);
        uint16[] memory slots = new uint16[](n);
        for (uint256 i; i < n; ++i) {
            slots[i] = ids[i];
        }
        bytes memory packed = FrozenWordLib.toBytes(slots);
        assertEq(packed.length, 2 * n);
        for (uint256 i; i < n; ++i) {
            assertEq(uint16(bytes2(bytes.concat(packed[2 * i], packed[2 * i + 1]))), slots[i], "event");
        }
        for (uint256 i; i < 45; ++i) {
            FrozenWord word = FrozenWordLib.fromBytes(packed, i / 15, epoch);
            assertTrue(word.isOf(epoch));
            assertFalse(word.isOf(epoch ^ 1));
            assertEq(word.idAt(i % 15), i < n ? slots[i] : 0, "word");
        }
    }

    function testFuzz_countOf_MatchesALoop(uint256 raw, uint256 lanes, uint16 id) public pure {
        if (id == 0) id = 1;
        // Ids at random are hardly ever equal: put the wanted one, or one beside it, into some lanes.
        for (uint256 lane; lane < 16; ++lane) {
            uint256 what = (lanes >> (2 * lane)) & 3;
            if (what == 0) continue;
            uint16 value = what == 1 ? id : what == 2 ? id ^ 1 : id ^ 0x8000;
            raw = (raw & ~(uint256(type(uint16).max) << (16 * lane))) | (uint256(value) << (16 * lane));
        }
        FrozenWord word = FrozenWord.wrap(raw);
        uint256 expected;
        for (uint256 lane; lane < 15; ++lane) {
            if (word.idAt(lane) == id) ++expected;
        }
        assertEq(word.countOf(id), expected);
    }

    function test_countOf_CountsLanes() public pure {
        uint16[] memory slots = new uint16[](15);
        (slots[0], slots[3], slots[14]) = (7, 7, 7);
        assertEq(FrozenWordLib.fromBytes(FrozenWordLib.toBytes(slots), 0, 9).countOf(7), 3);
    }
}
