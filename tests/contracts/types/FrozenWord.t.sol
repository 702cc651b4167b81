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

    function test_countOf_CountsLanes() public pure {
        uint16[] memory slots = new uint16[](15);
        (slots[0], slots[3], slots[14]) = (7, 7, 7);
        assertEq(FrozenWordLib.fromBytes(FrozenWordLib.toBytes(slots), 0, 9).countOf(7), 3);
    }
}
