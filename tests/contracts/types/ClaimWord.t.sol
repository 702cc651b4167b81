// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {ClaimWord, toClaimWord} from "@rota/contracts/types/ClaimWord.sol";

contract ClaimWordTest is Test {
    function testFuzz_covers_FromItsFirstSlotOn(uint16 operator, uint40 from, address batcher, uint64 slot)
        public
        pure
    {
        ClaimWord word = toClaimWord(operator, from, batcher);
        assertEq(word.batcher(), batcher);
        assertEq(word.covers(operator, slot), slot >= from && slot < type(uint40).max);
        unchecked {
            assertFalse(word.covers(operator + 1, slot));
        }
    }

    function testFuzz_cutAt_EndsAtTheEarliestCut(
        uint16 operator,
        uint40 from,
        address batcher,
        uint40[2] memory ends,
        uint64 slot
    ) public pure {
        ClaimWord word = toClaimWord(operator, from, batcher).cutAt(ends[0]).cutAt(ends[1]);
        assertEq(word.batcher(), batcher);
        assertEq(word.covers(operator, slot), slot >= from && slot < ends[0] && slot < ends[1]);
    }

    function testFuzz_covers_NothingGivenNothingWasWritten(uint16 operator, uint64 slot, uint40 end) public pure {
        assertFalse(ClaimWord.wrap(0).covers(operator, slot));
        assertFalse(ClaimWord.wrap(0).cutAt(end).covers(operator, slot));
    }
}
