// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {WeightWord, toWeightWord} from "@rota/contracts/types/WeightWord.sol";
import {Test} from "forge-std/Test.sol";

contract WeightWord_Test is Test {
    function testFuzz_weightAt_ChangesInItsEpoch(uint96 before, uint96 later, uint64 from, uint64 epoch) public pure {
        WeightWord word = toWeightWord(before, later, from);
        assertEq(word.changesAt(), from);
        assertEq(word.weightAt(epoch), epoch < from ? before : later);
        uint256 lowest = epoch < from && before < later ? before : later;
        assertEq(word.lowestFrom(epoch), lowest);
    }
}
