// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ChangeRecord, ChangeRecordLib} from "@rota/contracts/types/ChangeRecord.sol";
import {EpochState} from "@rota/contracts/types/EpochState.sol";
import {FrozenWord, FrozenWordLib} from "@rota/contracts/types/FrozenWord.sol";
import {Offenders, OffendersLib} from "@rota/contracts/types/Offenders.sol";
import {PolicyPlan} from "@rota/contracts/types/PolicyPlan.sol";

import {ProofTest} from "./ProofTest.sol";

/// @notice The schedule's packed words: what is put in a lane is got from it, and no other lane is touched.
contract ScheduleWordsProof is ProofTest {
    /* CHANGE RECORD */
    function testFuzz_prove_ChangeRecord_Start(uint16 initial, uint8 end) public pure {
        ChangeRecord record = ChangeRecordLib.start(initial, end);
        assertEq(record.initialId(), initial);
        assertEq(record.end(), end);
        assertEq(ChangeRecord.unwrap(record) >> 32, 0);
    }

    /// @dev For each number of changes that leaves room.
    function testFuzz_prove_ChangeRecord_Push(uint256 raw, uint16 id, uint16 offset) public pure {
        vm.assume(id != 0);
        for (uint256 n; n < ChangeRecordLib.CAPACITY; ++n) {
            // Every lane below the n-th is in use, none above.
            uint256 before = raw & ((1 << (32 + 32 * n)) - 1);
            for (uint256 i; i < n; ++i) {
                before |= 1 << (32 + 32 * i);
            }
            ChangeRecord record = ChangeRecord.wrap(before).push(id, offset);
            assertEq(record.idAt(n), id);
            assertEq(record.offsetAt(n), offset);
            _assertOnly(before, ChangeRecord.unwrap(record), 32 + 32 * n, 32);
        }
    }

    /* EPOCH STATE */
    function testFuzz_prove_EpochState_Claimed(uint256 raw, uint8 index) public pure {
        index %= 45;
        EpochState word = EpochState.wrap(raw).setClaimed(index);
        assertTrue(word.isClaimed(index));
        _assertOnly(raw, EpochState.unwrap(word), 16 + uint256(index), 1);
    }

    function testFuzz_prove_EpochState_Changed(uint256 raw, uint8 index) public pure {
        index %= 45;
        EpochState word = EpochState.wrap(raw).setChanged(index);
        assertTrue(word.isChanged(index));
        _assertOnly(raw, EpochState.unwrap(word), 61 + uint256(index), 1);
        EpochState cleared = word.clearChanged(index);
        assertFalse(cleared.isChanged(index));
        _assertOnly(raw, EpochState.unwrap(cleared), 61 + uint256(index), 1);
    }

    function testFuzz_prove_EpochState_Missed(uint256 raw, uint8 index) public pure {
        index %= 45;
        EpochState word = EpochState.wrap(raw).setMissed(index);
        assertTrue(word.isMissed(index));
        assertEq(word.missed() >> index & 1, 1);
        _assertOnly(raw, EpochState.unwrap(word), 151 + uint256(index), 1);
    }

    /// @dev A void forgets the claim of the same slot, and nothing else.
    function testFuzz_prove_EpochState_Voided(uint256 raw, uint8 index) public pure {
        index %= 45;
        EpochState word = EpochState.wrap(raw).setVoided(index);
        assertTrue(word.isVoided(index));
        assertFalse(word.isClaimed(index));
        uint256 others = ~(uint256(1) << (106 + uint256(index)) | uint256(1) << (16 + uint256(index)));
        assertEq((raw ^ EpochState.unwrap(word)) & others, 0);
    }

    /// @dev Within 2^23 seconds of the epoch's start on both sides, which every claim and take-over is.
    function testFuzz_prove_EpochState_Anchor(uint256 raw, uint32 l1Block, uint24 distance, uint40 start) public pure {
        vm.assume(distance != 0 && start >= 1 << 23);
        uint256 timestamp = uint256(start) - (1 << 23) + distance;
        EpochState word = EpochState.wrap(raw).setAnchor(l1Block, timestamp, start);
        (uint256 anchorBlock, uint256 anchorTime) = word.anchor(start);
        assertEq(anchorBlock, l1Block);
        assertEq(anchorTime, timestamp);
        _assertOnly(raw, EpochState.unwrap(word), 196, 56);
    }

    /* FROZEN WORDS */
    /// @dev Seventeen slots: a word, and two lanes of the next one.
    function testFuzz_prove_FrozenWord_RoundTrip(uint16[17] memory ids, uint64 epoch) public pure {
        uint16[] memory slots = new uint16[](17);
        for (uint256 i; i < 17; ++i) {
            slots[i] = ids[i];
        }
        bytes memory packed = FrozenWordLib.toBytes(slots);
        FrozenWord first = FrozenWordLib.fromBytes(packed, 0, epoch);
        FrozenWord second = FrozenWordLib.fromBytes(packed, 1, epoch);
        assertTrue(first.isOf(epoch) && second.isOf(epoch));
        for (uint256 i; i < 30; ++i) {
            assertEq((i < 15 ? first : second).idAt(i % 15), i < 17 ? ids[i] : 0);
        }
    }

    /* OFFENDERS */
    function testFuzz_prove_Offenders_Push(uint256 raw, uint16 id, uint40 timestamp) public pure {
        Offenders word = Offenders.wrap(raw).push(id, timestamp);
        assertEq(word.idAt(0), id);
        assertEq(word.timeAt(0), timestamp);
        // The others move up by a lane; the mark stays.
        for (uint256 i = 1; i < OffendersLib.CAPACITY; ++i) {
            assertEq(word.idAt(i), Offenders.wrap(raw).idAt(i - 1));
            assertEq(word.timeAt(i), Offenders.wrap(raw).timeAt(i - 1));
        }
        assertEq(Offenders.unwrap(word) >> 224, 1 << 31);
    }

    /* POLICY PLAN */
    function testFuzz_prove_PolicyPlan_Stage(uint256 raw, uint32 from) public pure {
        for (uint8 stage = 1; stage <= 3; ++stage) {
            PolicyPlan plan = PolicyPlan.wrap(raw).withStage(stage, from);
            assertEq(plan.stageFrom(stage), from);
            _assertOnly(raw, PolicyPlan.unwrap(plan), 32 * (uint256(stage) - 1), 32);
        }
    }

    /// @dev The list that was the latest stays as it was, and counts until the new one does.
    function testFuzz_prove_PolicyPlan_List(uint256 raw, uint8 count, uint32 from) public pure {
        vm.assume(from != 0);
        count &= 7;
        for (uint8 stage; stage <= 3; ++stage) {
            PolicyPlan before = PolicyPlan.wrap(raw);
            (PolicyPlan plan, uint256 list) = before.withList(stage, count, from);
            (uint256 latest, uint256 latestCount) = before.listAt(stage, type(uint64).max);
            (uint256 now_, uint256 nowCount) = plan.listAt(stage, from);
            (uint256 until, uint256 untilCount) = plan.listAt(stage, from - 1);
            assertEq(now_, list);
            assertEq(nowCount, count);
            assertEq(until, latest);
            assertEq(untilCount, latestCount);
            assertEq(list, latest ^ 1);
            _assertOnly(raw, PolicyPlan.unwrap(plan), 96 + 40 * uint256(stage), 40);
        }
    }
}
