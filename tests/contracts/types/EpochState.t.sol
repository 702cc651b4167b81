// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {EpochState} from "@rota/contracts/types/EpochState.sol";

contract EpochStateTest is Test {
    function testFuzz_setters_TouchOneBitEach(uint256 bits, uint256 index, uint256 other) public pure {
        index = bound(index, 0, 44);
        other = bound(other, 0, 44);
        EpochState before = EpochState.wrap(bits);

        EpochState word = before.setClaimed(index);
        assertTrue(word.isClaimed(index));
        _assertOnly(before, word, 16 + index);

        word = before.setChanged(index);
        assertTrue(word.isChanged(index));
        assertTrue(word.changedUpTo(index) >> index == 1, "last one");
        _assertOnly(before, word, 61 + index);
        assertFalse(word.clearChanged(index).isChanged(index));
        _assertOnly(word, word.clearChanged(index), 61 + index);

        word = before.setMissed(index);
        assertTrue(word.isMissed(index));
        assertEq(word.missed() >> index & 1, 1);
        _assertOnly(before, word, 151 + index);

        word = before.setVoided(index);
        assertTrue(word.isVoided(index));
        assertFalse(word.isClaimed(index), "its claim counts for nothing");
        if (other != index) assertEq(word.isClaimed(other), before.isClaimed(other));
    }

    function testFuzz_anchor_RoundTrips(uint256 bits, uint32 l1Block, uint256 start, int256 offset) public pure {
        start = bound(start, 10_000_000, type(uint40).max);
        offset = bound(offset, -45 * 65_535, 45 * 65_535);
        uint256 timestamp = uint256(int256(start) + offset);
        EpochState before = EpochState.wrap(bits);
        EpochState word = before.setAnchor(l1Block, timestamp, start);
        (uint256 block_, uint256 time) = word.anchor(start);
        assertEq(block_, l1Block);
        assertEq(time, timestamp);
        uint256 mask = ((1 << 56) - 1) << 196;
        assertEq(EpochState.unwrap(word) & ~mask, bits & ~mask, "nothing else");
    }

    function test_orBlank_ForgetsAnotherEpoch() public pure {
        EpochState word = EpochState.wrap(0).orBlank(5).setClaimed(3).setAnchor(1, 1e9, 1e9);
        assertTrue(word.orBlank(5).isClaimed(3));
        word = word.orBlank(13);
        assertFalse(word.isClaimed(3));
        (uint256 l1Block, uint256 timestamp) = word.anchor(1e9);
        assertEq(l1Block + timestamp, 0, "no anchor");
        assertEq(EpochState.unwrap(word), 13);
    }

    function _assertOnly(EpochState a, EpochState b, uint256 bit) internal pure {
        assertEq((EpochState.unwrap(a) ^ EpochState.unwrap(b)) & ~(uint256(1) << bit), 0, "nothing else");
    }
}
