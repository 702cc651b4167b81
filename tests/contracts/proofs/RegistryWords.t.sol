// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ClaimWord, toClaimWord} from "@rota/contracts/types/ClaimWord.sol";
import {KeyWord, toKeyWord} from "@rota/contracts/types/KeyWord.sol";
import {OperatorRecord} from "@rota/contracts/types/OperatorRecord.sol";
import {Member, SetVersion, memberOf, toMember, toSetVersion, withMember} from "@rota/contracts/types/SetWords.sol";
import {Status} from "@rota/contracts/types/Types.sol";

import {ProofTest} from "./ProofTest.sol";

/// @notice The registry's packed words: what is put in a lane is got from it, and no other lane is touched.
contract RegistryWordsProof is ProofTest {
    /* OPERATOR RECORD */
    function testFuzz_prove_OperatorRecord_Owner(uint256 raw, address owner) public pure {
        OperatorRecord record = OperatorRecord.wrap(raw).withOwner(owner);
        assertEq(record.owner(), owner);
        _assertOnly(raw, OperatorRecord.unwrap(record), 0, 160);
    }

    /// @dev And of the two epochs before the change the record still tells whether the operator was active.
    function testFuzz_prove_OperatorRecord_Status(uint256 raw, uint8 old, uint8 status, uint32 from) public pure {
        (old, status) = (old % 5, status % 5);
        vm.assume(from >= 2);
        raw = raw & ~(uint256(0xff) << 160) | uint256(old) << 160;
        OperatorRecord before = OperatorRecord.wrap(raw);
        vm.assume(before.statusFrom() <= from);
        OperatorRecord record = before.withStatus(Status(status), from);
        assertEq(uint8(record.status()), status);
        assertEq(record.statusFrom(), from);
        assertEq(record.activeAt(from), status == uint8(Status.Active));
        assertEq(record.activeAt(from - 1), before.activeAt(from - 1));
        assertEq(record.activeAt(from - 2), before.activeAt(from - 2));
        uint256 lanes = uint256(type(uint40).max) << 160 | uint256(3) << 249;
        assertEq((raw ^ OperatorRecord.unwrap(record)) & ~lanes, 0);
    }

    function testFuzz_prove_OperatorRecord_Jail(uint256 raw, uint40 until) public pure {
        OperatorRecord record = OperatorRecord.wrap(raw).withJailedUntil(until);
        assertEq(record.jailedUntil(), until);
        _assertOnly(raw, OperatorRecord.unwrap(record), 200, 40);
    }

    function testFuzz_prove_OperatorRecord_Batchers(uint256 raw, uint8 count) public pure {
        OperatorRecord record = OperatorRecord.wrap(raw).withBatcherCount(count);
        assertEq(record.batcherCount(), count);
        _assertOnly(raw, OperatorRecord.unwrap(record), 240, 8);
    }

    function testFuzz_prove_OperatorRecord_Seat(uint256 raw, bool seated) public pure {
        OperatorRecord record = OperatorRecord.wrap(raw).withSeat(seated);
        assertEq(record.isSeated(), seated);
        _assertOnly(raw, OperatorRecord.unwrap(record), 248, 1);
    }

    function testFuzz_prove_OperatorRecord_Conviction(uint256 raw) public pure {
        OperatorRecord record = OperatorRecord.wrap(raw).withConviction();
        assertTrue(record.isConvicted());
        _assertOnly(raw, OperatorRecord.unwrap(record), 251, 1);
    }

    /* KEYS */
    function testFuzz_prove_KeyWord_RoundTrip(address key, uint32 from) public pure {
        KeyWord word = toKeyWord(key, from);
        assertEq(word.key(), key);
        assertEq(word.activeFrom(), from);
    }

    function testFuzz_prove_ClaimWord_RoundTrip(uint16 operator, uint40 from, address batcher, uint40 slot)
        public
        pure
    {
        vm.assume(slot != type(uint40).max);
        ClaimWord word = toClaimWord(operator, from, batcher);
        assertEq(word.batcher(), batcher);
        assertEq(word.covers(operator, slot), slot >= from);
        assertFalse(word.covers(operator ^ 1, slot));
    }

    function testFuzz_prove_ClaimWord_Cut(uint256 raw, uint40 end, uint16 operator, uint40 slot) public pure {
        ClaimWord word = ClaimWord.wrap(raw).cutAt(end);
        assertEq(word.covers(operator, slot), ClaimWord.wrap(raw).covers(operator, slot) && slot < end);
        _assertOnly(raw, ClaimWord.unwrap(word), 216, 40);
    }

    /* SETS */
    function testFuzz_prove_SetWords_Members(uint256 raw, uint16 id, uint32 entity) public pure {
        Member member = toMember(id, entity);
        assertEq(member.id(), id);
        assertEq(member.entity(), entity);
        for (uint256 lane; lane < 5; ++lane) {
            uint256 empty = raw & ~(uint256(type(uint48).max) << 48 * lane);
            uint256 word = withMember(empty, lane, member);
            assertEq(Member.unwrap(memberOf(word, lane)), Member.unwrap(member));
            _assertOnly(empty, word, 48 * lane, 48);
        }
    }

    function testFuzz_prove_SetVersion_RoundTrip(uint16 size, uint32 from) public pure {
        SetVersion version = toSetVersion(size, from);
        assertEq(version.size(), size);
        assertEq(version.from(), from);
    }
}
