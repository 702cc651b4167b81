// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SlasherTest} from "./SlasherTest.sol";
import {Slasher} from "@rota/contracts/Slasher.sol";
import {IBaton} from "@rota/contracts/interfaces/IBaton.sol";
import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {ISlasher} from "@rota/contracts/interfaces/ISlasher.sol";
import {BlockCommitment, Status} from "@rota/contracts/types/Types.sol";

contract Slasher_Equivocation_Test is SlasherTest {
    function setUp() public {
        _deployWithBaton();
        _sellTurns();
        _givenAliceHolds();
    }

    /* CONSTRUCTION */
    function test_constructor_RevertWhen_NothingCouldBeProven() public {
        ISlasher.Params memory params = config.evidence;
        // Shorter than what L1's hashes reach: 8,191 blocks of 2 s.
        uint256 reach = schedule.DISPUTE_PERIOD();
        params.evidenceWindow = uint64(reach + 1);
        vm.expectRevert(
            abi.encodeWithSelector(ISlasher.Slasher_OutOfRange.selector, "evidenceWindow", reach + 1, reach)
        );
        new Slasher(baton, params);
        (params.evidenceWindow, params.settleBlocks) = (16, 8);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.Slasher_OutOfRange.selector, "settleBlocks", 8, 7));
        new Slasher(baton, params);
    }

    /* WHAT IT COSTS */
    function test_proveEquivocation_TakesLocksAndHalfOfTheCore() public {
        uint256 lock = pledges.lockOf(alice.id);
        uint256 core = vault.coreOf(alice.id);
        assertEq(lock, 8 * pledges.lockPerSlotAt(2), "all of its live slots");
        (uint256 ofCore, uint256 locks) = slasher.penaltyOf(alice.id);
        assertEq(ofCore, core / 2);
        assertEq(locks, lock);
        uint256 reach = vault.slashableOf(alice.id);
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();

        vm.expectEmit(address(slasher));
        emit ISlasher.Equivocated(alice.id, a.number, REPORTER, 2);
        _report(alice, a, b);
        assertEq(reach - vault.slashableOf(alice.id), core / 2);

        vm.expectEmit(address(slasher));
        emit ISlasher.Expelled(alice.id, REPORTER, lock);
        _expel(alice);
        assertEq(reach - vault.slashableOf(alice.id), lock + core / 2);
        uint256 reward = vault.rewardOf(REPORTER)[0];
        uint256 burned = vault.burnable()[0];
        assertEq(reward, (lock + core / 2) / 10);
        assertEq(reward + burned, lock + core / 2);
    }

    function test_proveEquivocation_TombstonesAndVoidsFromTheNextSlot() public {
        _equivocate(alice);
        assertTrue(_status(alice) == Status.Tombstoned);
        assertEq(schedule.currentHolder(), alice.id, "not the slot in progress");
        for (uint64 slot = FIRST + 2; slot < END; ++slot) {
            assertEq(schedule.holderAt(slot, 0), reserve.id);
        }
        _mine(4);
        _claim(reserve, FIRST + 2);
    }

    function test_proveEquivocation_VoidsTheNextEpochToo() public {
        _prepare(3);
        (uint64 slot,) = _slotsOf(bob.id, 3);
        assertEq(schedule.holderAt(slot, 0), bob.id);
        _equivocate(bob);
        for (slot = 24; slot < 32; ++slot) {
            assertTrue(schedule.holderAt(slot, 0) != bob.id);
        }
    }

    /// @dev The set of the next epoch is closed: it is frozen into it all the same, and loses that by a call of anybody's.
    function test_expel_GivenFrozenAfterTheTombstone_VoidsThemToo() public {
        _equivocate(bob);
        _prepare(3);
        (uint64 slot, uint256 count) = _slotsOf(bob.id, 3);
        assertEq(count, 4);
        assertEq(schedule.holderAt(slot, 0), bob.id);
        uint256 reach = vault.slashableOf(bob.id);
        _expel(bob);
        assertEq(schedule.holderAt(slot, 0), reserve.id);
        assertEq(reach - vault.slashableOf(bob.id), count * pledges.lockPerSlotAt(3), "the locks of what it got since");
        assertGt(vault.rewardOf(REPORTER)[0], 0, "and its reporter is paid");
        reach = vault.slashableOf(bob.id);
        _expel(bob);
        assertEq(vault.slashableOf(bob.id), reach, "each lock is taken once");
    }

    function test_expel_RevertWhen_NotTombstonedHere() public {
        vm.expectRevert(abi.encodeWithSelector(ISlasher.Slasher_NotTombstoned.selector, bob.id));
        slasher.expel(bob.id);
        vm.prank(address(court));
        registry.evict(bob.id);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.Slasher_NotTombstoned.selector, bob.id));
        slasher.expel(bob.id);
        _equivocate(reserve);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.Slasher_NotTombstoned.selector, reserve.id));
        slasher.expel(reserve.id);
    }

    /// @dev Half of the core, three quarters, all of it; a week later half again.
    function test_proveEquivocation_GivenEarlierOffenders_CostsMore() public {
        uint256[3] memory quarters = [uint256(2), 3, 4];
        for (uint256 i; i < 3; ++i) {
            uint256 asked = pledges.lockOf(operators[i].id) + vault.coreOf(operators[i].id) * quarters[i] / 4;
            assertEq(slasher.coreShare(), quarters[i]);
            assertEq(_equivocate(operators[i]), asked);
        }
        assertEq(slasher.coreShare(), 4);
        skip(slasher.CORRELATION_WINDOW() + 1);
        assertEq(slasher.coreShare(), 2);
    }

    function test_proveEquivocation_GivenTombstoned_TakesOverNothing() public {
        _equivocate(bob);
        uint64 slot = schedule.currentSlot();
        assertTrue(registry.isEligible(bob.id, _epochOf(slot)), "the set is closed");
        uint256 bond = baton.CALLOUT_BOND();
        deal(bob.sequencer, bond);
        vm.startPrank(bob.sequencer);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_NotActive.selector, bob.sequencer));
        baton.callOut{value: bond}(slot);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_NotActive.selector, bob.sequencer));
        baton.takeOver();
    }

    function test_proveEquivocation_GivenReserve_PaysOnceForAnEpoch() public {
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        (uint256 penalty,) = slasher.penaltyOf(reserve.id);
        uint256 bond = vault.bondOf(reserve.id);
        _report(reserve, a, b);
        assertEq(vault.bondOf(reserve.id), bond - penalty);
        assertTrue(_status(reserve) == Status.Active, "it stands by");
        bytes memory again = abi.encodeWithSelector(ISlasher.Slasher_AlreadyJudged.selector, reserve.id, 2);
        _expectRefused(again, reserve, b, a);
        (a.number, b.number) = (a.number + 1, b.number + 1);
        _expectRefused(again, reserve, a, b);

        // What it paid for stays paid for.
        vm.warp(schedule.startOfEpoch(3));
        _expectRefused(again, reserve, a, b);
        (a.slot, b.slot) = (schedule.currentSlot(), schedule.currentSlot());
        bond = vault.bondOf(reserve.id);
        uint256 core = vault.coreOf(reserve.id);
        _report(reserve, a, b);
        assertApproxEqAbs(bond - vault.bondOf(reserve.id), core / 2, 2 gwei, "no dearer for its own past");
        assertEq(slasher.coreShare(), 3, "but for others");
        (penalty,) = slasher.penaltyOf(reserve.id);
        assertEq(penalty, vault.coreOf(reserve.id) / 2);
        uint64 beyond = 5 * config.clock.slotsPerEpoch;
        a.slot = beyond;
        _expectRefused(abi.encodeWithSelector(ISlasher.Slasher_SlotUndecided.selector, beyond, beyond), reserve, a, b);
        a.slot = beyond - 1;
        _report(reserve, a, b);
    }

    /* WHAT IS EVIDENCE */
    function test_proveEquivocation_GivenOriginsDifferAndAreCanonical() public {
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        (a.l1OriginNumber, a.l1OriginHash) = _canonical(3);
        (b.l1OriginNumber, b.l1OriginHash) = _canonical(4);
        _report(alice, a, b);
        assertTrue(_status(alice) == Status.Tombstoned);
    }

    /// @dev By EIP-2935, where BLOCKHASH ends.
    function test_proveEquivocation_GivenOriginsAreOld() public {
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        (address history, uint256 number) = (0x0000F90827F1C53a10cb7A02335B175320002935, vm.getBlockNumber() - 400);
        // EIP-2935's own code, as the L1 has it.
        vm.etch(
            history,
            hex"3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500"
        );
        vm.store(history, bytes32(number % 8191), keccak256("an old block"));
        (a.l1OriginNumber, a.l1OriginHash) = (uint64(number), keccak256("an old block"));
        (b.l1OriginNumber, b.l1OriginHash) = _canonical(4);
        _report(alice, a, b);
    }

    function test_proveEquivocation_RevertWhen_NoConflict() public {
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        bytes32 hash = b.blockHash;
        b.blockHash = a.blockHash;
        _expectRefused(abi.encodeWithSelector(ISlasher.Slasher_SameBlock.selector, a.blockHash), alice, a, b);
        (b.blockHash, b.number) = (hash, a.number + 1);
        _expectRefused(_otherPlace(a, b), alice, a, b);
        (b.number, b.parentHash) = (a.number, keccak256("another parent"));
        _expectRefused(_otherPlace(a, b), alice, a, b);
    }

    function test_proveEquivocation_RevertWhen_OfAnotherL2() public {
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        a.l2ChainId = 902;
        _expectRefused(abi.encodeWithSelector(ISlasher.Slasher_WrongChain.selector, 902, 901), alice, a, b);
        _expectRefused(abi.encodeWithSelector(ISlasher.Slasher_WrongChain.selector, 902, 901), alice, b, a);
    }

    function test_proveEquivocation_RevertWhen_OneSignatureIsAnothers() public {
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        (bytes memory ours, bytes memory theirs) = (_sign(alice, a), _sign(bob, b));
        vm.expectRevert(
            abi.encodeWithSelector(ISlasher.Slasher_WrongSigner.selector, alice.id, bob.sequencer, alice.sequencer)
        );
        slasher.proveEquivocation(alice.id, a, ours, b, theirs);
        vm.expectRevert(
            abi.encodeWithSelector(ISlasher.Slasher_WrongSigner.selector, bob.id, alice.sequencer, bob.sequencer)
        );
        slasher.proveEquivocation(bob.id, a, ours, b, theirs);
    }

    function test_proveEquivocation_RevertWhen_SignatureIsMalformed() public {
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        bytes memory signature = _sign(alice, b);
        vm.expectRevert(
            abi.encodeWithSelector(ISlasher.Slasher_WrongSigner.selector, alice.id, address(0), alice.sequencer)
        );
        slasher.proveEquivocation(alice.id, a, "", b, signature);
        // Nobody's key is zero, and what recovers to zero proves nothing against who has no key.
        vm.expectRevert(abi.encodeWithSelector(ISlasher.Slasher_WrongSigner.selector, 99, address(0), address(0)));
        slasher.proveEquivocation(99, a, "", b, "");
    }

    function test_proveEquivocation_UntilTheWindowOfTheSlotEnds() public {
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        uint256 closed = _start(a.slot + 1) + slasher.EVIDENCE_WINDOW();
        vm.warp(closed + 1);
        _expectRefused(abi.encodeWithSelector(ISlasher.Slasher_TooLate.selector, closed), alice, a, b);
        vm.warp(closed);
        _report(alice, a, b);
    }

    /// @dev Whatever is signed: at most what there is, one tombstone, and the reporter never gets more than a tenth.
    function testFuzz_proveEquivocation_TakesWhatIsThereAtMost(uint256 bond, uint8 share) public {
        bond = bound(bond, 0, vault.bondOf(alice.id));
        vm.prank(address(slasher));
        vault.slash(alice.id, bond, address(0));
        for (uint256 i; i < share % 3; ++i) {
            _equivocate(operators[1 + i]);
        }
        uint256 reach = vault.slashableOf(alice.id);
        (uint256 asked, uint256 locks) = slasher.penaltyOf(alice.id);
        asked += locks;
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        _report(alice, a, b);
        _expel(alice);
        uint256 taken = reach - vault.slashableOf(alice.id);
        // In whole gwei, rounded up twice.
        assertApproxEqAbs(taken, asked < reach ? asked : reach, 2 gwei);
        uint256 reward = vault.rewardOf(REPORTER)[0];
        assertLe(reward, taken / 10);
    }

    /* INTERNAL */
    /// @dev A past L1 block that the chain knows.
    function _canonical(uint256 back) private returns (uint64 number, bytes32 hash) {
        number = uint64(vm.getBlockNumber() - back);
        hash = keccak256(abi.encode("a block of L1", number));
        vm.setBlockhash(number, hash);
    }

    function _otherPlace(BlockCommitment memory a, BlockCommitment memory b) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(ISlasher.Slasher_OtherPlace.selector, a.number, b.number, a.parentHash, b.parentHash);
    }

    function _slotsOf(uint16 id, uint64 epoch) private view returns (uint64 first, uint256 count) {
        uint16[] memory slots = schedule.slotsOf(epoch);
        for (uint256 i = slots.length; i > 0; --i) {
            if (slots[i - 1] != id) continue;
            first = uint64(epoch * slots.length + i - 1);
            ++count;
        }
    }
}

contract Slasher_Turn_Test is SlasherTest {
    function setUp() public {
        _deployWithBaton();
        _sellTurns();
        _givenAliceHolds();
    }

    /* T1 */
    function test_proveOutOfTurn_GivenDatedAfterItsSlot() public {
        BlockCommitment memory commitment = _dated(FIRST, _start(FIRST + 1));
        uint256 bond = vault.bondOf(alice.id);
        vm.expectEmit(address(slasher));
        emit ISlasher.OutOfTurn(alice.id, FIRST, REPORTER, ISlasher.Rule.AfterItsSlot, commitment.number);
        _reportTurn(alice, commitment);
        assertEq(bond - vault.bondOf(alice.id), pledges.lockPerSlotAt(2), "one slot lock");
        assertTrue(_status(alice) == Status.Jailed);
        assertEq(registry.jailedUntil(alice.id), vm.getBlockTimestamp() + registry.JAIL_DELAY());
        assertEq(schedule.holderAt(FIRST + 2, 0), alice.id, "what is frozen stays");
    }

    function test_proveOutOfTurn_RevertGiven_LastSecondOfItsSlot() public {
        _expectInTurn(_inTurn(alice.id, FIRST), alice, _dated(FIRST, _start(FIRST + 1) - 1));
    }

    /* T2 */
    function test_proveOutOfTurn_GivenNeverHeld_OnceThatIsSettled() public {
        BlockCommitment memory commitment = _dated(FIRST, _start(FIRST) + 8);
        uint256 settled = _start(FIRST + 1) + 16;
        vm.warp(settled - 1);
        _expectInTurn(_inTurn(bob.id, FIRST), bob, commitment);
        vm.warp(settled);
        _reportTurn(bob, commitment);
        assertTrue(_status(bob) == Status.Jailed);
    }

    function test_proveOutOfTurn_RevertGiven_HeldForAPart() public {
        _callOut(reserve);
        _mine(baton.CALLOUT_GRACE_BLOCKS() + 1);
        uint64 from = _takeOver(reserve);
        uint64 slot = uint64((from - config.clock.genesis) / 16);
        vm.warp(_start(slot + 3) + 16);
        // Far from the take-over, in the slot it takes effect in: both held it.
        uint256 far = from >= _start(slot) + 8 ? _start(slot) : _start(slot) + 15;
        _expectInTurn(_inTurn(alice.id, slot), alice, _dated(slot, far));
        _expectInTurn(_inTurn(reserve.id, slot), reserve, _dated(slot, far));
        // Two slots later the reserve alone.
        _reportTurn(alice, _dated(slot + 2, _start(slot + 2)));
        _expectInTurn(_inTurn(reserve.id, slot + 2), reserve, _dated(slot + 2, _start(slot + 2)));
    }

    /* T3 */
    function test_proveOutOfTurn_GivenSignedLongBeforeItsSlot() public {
        BlockCommitment memory commitment = _dated(FIRST + 4, _start(FIRST + 4));
        vm.warp(_start(FIRST + 4) - 4);
        _expectInTurn(_inTurn(alice.id, FIRST + 4), alice, commitment);
        vm.warp(_start(FIRST + 4) - 5);
        _reportTurn(alice, commitment);
    }

    /// @dev The furthest that can be assigned by now, whether it is or not.
    function test_proveOutOfTurn_GivenLastSlotOfTheNextEpoch() public {
        uint64 last = 4 * config.clock.slotsPerEpoch - 1;
        _reportTurn(alice, _dated(last, _start(last)));
        assertTrue(_status(alice) == Status.Jailed);
    }

    /// @dev It is no offence yet; when its time comes, it is.
    function test_proveOutOfTurn_RevertWhen_SlotIsUndecided() public {
        uint64 first = 4 * config.clock.slotsPerEpoch;
        bytes memory early = abi.encodeWithSelector(ISlasher.Slasher_SlotUndecided.selector, first, first);
        _expectInTurn(early, alice, _dated(first, _start(first)));
        // Nor if it is dated after its slot.
        _expectInTurn(early, alice, _dated(first, _start(first + 1)));
        vm.warp(schedule.startOfEpoch(3));
        _reportTurn(alice, _dated(first, _start(first)));
    }

    /* WHAT IT COSTS */
    function test_proveOutOfTurn_OnceASlot() public {
        _reportTurn(alice, _dated(FIRST, _start(FIRST + 1)));
        bytes memory again = abi.encodeWithSelector(ISlasher.Slasher_AlreadyJudged.selector, alice.id, FIRST);
        _expectInTurn(again, alice, _dated(FIRST, _start(FIRST + 1) + 1));
        // Jailed is no excuse in another slot.
        _reportTurn(alice, _dated(FIRST - 1, _start(FIRST + 1)));
    }

    function test_proveOutOfTurn_GivenReserve_TakesTheLockAlone() public {
        uint256 bond = vault.bondOf(reserve.id);
        _reportTurn(reserve, _dated(FIRST, _start(FIRST + 1)));
        assertEq(bond - vault.bondOf(reserve.id), pledges.lockPerSlotAt(2));
        assertTrue(_status(reserve) == Status.Active);
    }

    function test_proveOutOfTurn_GivenTombstoned_StaysSo() public {
        _equivocate(alice);
        _reportTurn(alice, _dated(FIRST, _start(FIRST + 1)));
        assertTrue(_status(alice) == Status.Tombstoned);
    }

    function test_proveOutOfTurn_RevertWhen_NoSuchBlock() public {
        BlockCommitment memory commitment = _dated(FIRST, _start(FIRST + 1));
        commitment.number += 1;
        bytes memory reason = abi.encodeWithSelector(
            ISlasher.Slasher_WrongTimestamp.selector, commitment.timestamp, commitment.timestamp + 1
        );
        _expectInTurn(reason, alice, commitment);
    }

    /// @dev Against a plain reading of the rules: no take-over and no void anywhere.
    function testFuzz_proveOutOfTurn_MatchesTheRules(uint64 slot, uint256 dated, uint256 now_, bool isAlices) public {
        slot = uint64(bound(slot, FIRST, END - 1));
        dated = bound(dated, _start(FIRST) - 30, _start(END) + 30);
        now_ = bound(now_, _start(FIRST), _start(END) + 100);
        BlockCommitment memory commitment = _dated(slot, dated);
        bytes memory signature = _sign(isAlices ? alice : bob, commitment);
        vm.warp(now_);

        (uint256 start, uint256 end) = (_start(slot), _start(slot + 1));
        bool early = now_ + 4 < start;
        bool never = !isAlices && now_ >= end + 16;
        bool expected = (dated >= end || early || never) && now_ <= end + 120;
        (bool ok,) = address(slasher)
            .call(abi.encodeCall(slasher.proveOutOfTurn, (isAlices ? alice.id : bob.id, commitment, signature)));
        assertEq(ok, expected);
    }

    function _inTurn(uint16 id, uint64 slot) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ISlasher.Slasher_InTurn.selector, id, slot);
    }
}

/// @notice Standing, as the registry keeps it for the slasher.
contract Slasher_Standing_Test is SlasherTest {
    function setUp() public {
        _deployWithBaton();
        _sellTurns();
        _givenAliceHolds();
    }

    function test_tombstone_LeavesTheSetTwoEpochsOn() public {
        uint64 epoch = schedule.currentEpoch();
        (uint16[] memory before,) = registry.eligibleSet(epoch + 1);
        _equivocate(bob);
        (uint16[] memory closed,) = registry.eligibleSet(epoch + 1);
        assertEq(keccak256(abi.encode(closed)), keccak256(abi.encode(before)), "the set that is closed");
        (uint16[] memory open, uint32[] memory entities) = registry.eligibleSet(epoch + 2);
        assertEq(open.length, 2);
        assertEq(entities.length, 2);
        assertEq(open[0], alice.id);
        assertEq(open[1], carol.id);
        assertFalse(registry.isEligible(bob.id, epoch + 2));
        (bool member,) = registry.memberAt(bob.id, epoch + 2);
        assertFalse(member);
    }

    /// @dev The set's words are written by the next change: no answer may differ before and after, of any epoch.
    function testFuzz_tombstone_AnswersAreTheSameOnceWritten(uint8 epochsLater) public {
        _equivocate(bob);
        uint64 epoch = schedule.currentEpoch();
        vm.warp(vm.getBlockTimestamp() + uint256(epochsLater % 4) * 128);
        bytes32[8] memory before;
        for (uint64 i; i < 8; ++i) {
            before[i] = _answer(epoch + i);
        }
        _equivocate(carol);
        uint64 changed = schedule.currentEpoch() + 2;
        for (uint64 i; i < 8 && epoch + i < changed; ++i) {
            assertEq(_answer(epoch + i), before[i]);
        }
        (uint16[] memory left,) = registry.eligibleSet(changed);
        assertEq(left.length, 1);
        assertEq(left[0], alice.id);
    }

    function test_tombstone_IsForEver() public {
        _equivocate(bob);
        vm.prank(bob.owner);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_WrongStatus.selector, bob.id, Status.Tombstoned)
        );
        registry.activate(bob.id);
        // Its place is free.
        vm.prank(governance);
        registry.setWhitelisted(bob.owner, 0);
        assertTrue(_status(bob) == Status.Tombstoned, "no change of the whitelist makes it merely exited");
    }

    function test_jail_CanReturnAfterTheDelay() public {
        _reportTurn(bob, _dated(FIRST, _start(FIRST + 1)));
        uint256 until = registry.jailedUntil(bob.id);
        vm.warp(until - 1);
        vm.prank(bob.owner);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_StillJailed.selector, bob.id, until));
        registry.activate(bob.id);
        vm.warp(until);
        _activate(bob);
        assertTrue(_status(bob) == Status.Active);
    }

    /// @dev Who left before the evidence came has to wait all the same.
    function test_jail_GivenExited_KeepsItOut() public {
        vm.prank(bob.owner);
        registry.deactivate(bob.id);
        _reportTurn(bob, _dated(FIRST, _start(FIRST + 1)));
        assertTrue(_status(bob) == Status.Jailed);
    }

    function test_jailAndTombstone_RevertWhen_CallerIsNotTheSlasher() public {
        vm.startPrank(governance);
        bytes memory reason = abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotSlasher.selector, governance);
        vm.expectRevert(reason);
        registry.jail(bob.id);
        vm.expectRevert(reason);
        registry.tombstone(bob.id);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotCourt.selector, governance));
        registry.evict(bob.id);
    }

    function test_tombstone_RevertWhen_ReserveOrUnknown() public {
        vm.startPrank(address(slasher));
        vm.expectRevert(IOperatorRegistry.OperatorRegistry_ReserveStays.selector);
        registry.tombstone(reserve.id);
        vm.expectRevert(IOperatorRegistry.OperatorRegistry_ReserveStays.selector);
        registry.jail(reserve.id);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotOwner.selector, 99, address(0)));
        registry.tombstone(99);
    }

    function _answer(uint64 epoch) private view returns (bytes32) {
        (uint16[] memory ids, uint32[] memory entities) = registry.eligibleSet(epoch);
        bool[4] memory eligible;
        for (uint16 id = 1; id <= 4; ++id) {
            eligible[id - 1] = registry.isEligible(id, epoch);
        }
        return keccak256(abi.encode(ids, entities, eligible));
    }
}
