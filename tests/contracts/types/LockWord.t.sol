// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {LockWord, toLockWord} from "@rota/contracts/types/LockWord.sol";
import {Test} from "forge-std/Test.sol";

contract LockWord_Test is Test {
    /// Against an array with a lock for each epoch.
    function testFuzz_moved_NeverChangesAnEpochOnceItIsThreeAhead(uint48[16] memory locks, uint16 moves) public pure {
        LockWord word = toLockWord(locks[0]);
        uint48[24] memory wanted;
        for (uint256 i; i < 24; ++i) {
            wanted[i] = locks[0];
        }
        for (uint64 epoch; epoch < 16; ++epoch) {
            if (moves >> epoch & 1 == 1) {
                assertLe(word.movableFrom(), epoch);
                word = word.moved(epoch, locks[epoch]);
                assertEq(word.movableFrom(), epoch + 1);
                for (uint256 i = epoch + 3; i < 24; ++i) {
                    wanted[i] = locks[epoch];
                }
            }
            uint256 highest;
            for (uint64 ahead; ahead < 8; ++ahead) {
                assertEq(word.gweiAt(epoch + ahead), wanted[epoch + ahead]);
                if (wanted[epoch + ahead] > highest) highest = wanted[epoch + ahead];
            }
            assertEq(word.highestFrom(epoch), highest);
        }
    }
}
