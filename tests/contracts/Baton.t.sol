// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BatonTest} from "./BatonTest.sol";

import {IBaton} from "@rota/contracts/interfaces/IBaton.sol";
import {ISchedule} from "@rota/contracts/interfaces/ISchedule.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";

/// @notice Take-overs and misses.
contract BatonTakeOverTest is BatonTest {
    function setUp() public {
        _deployWithBaton();
        _sellTurns();
    }

    /* SILENT HOLDER */
    function test_takeOver_OfASilentHolder_HoldsTwoBlocksLater() public {
        _givenAliceIsSilent();
        uint64 from = uint64(vm.getBlockTimestamp() + 4);
        uint256 bonded = vault.bondOf(alice.id);

        vm.expectEmit(address(baton));
        emit IBaton.CallOutClosed(FIRST + 1, reserve.id);
        vm.expectEmit(address(baton));
        emit IBaton.TakenOver(FIRST + 1, alice.id, reserve.id, from);
        vm.expectEmit(address(baton));
        emit IBaton.Missed(FIRST + 1, alice.id, 1, baton.LEAK_PER_MISS());
        vm.expectEmit(address(baton));
        emit IBaton.Rotated(FIRST + 1, reserve.id, reserve.batcher);
        assertEq(_takeOver(reserve), from);

        assertEq(adapter.batcher(), reserve.batcher);
        assertEq(bonded - vault.bondOf(alice.id), baton.LEAK_PER_MISS());
        assertTrue(schedule.isMissed(FIRST + 1));
        (bool open,,,,,) = baton.openCallOut();
        assertFalse(open);
        assertEq(baton.collectable(reserve.id), baton.CALLOUT_BOND());

        _mine(1);
        assertEq(schedule.currentHolder(), alice.id);
        _mine(1);
        assertEq(schedule.currentHolder(), reserve.id);
        _warpTo(_start(END) - 2);
        assertEq(schedule.currentHolder(), reserve.id);
    }

    function test_takeOver_RevertGiven_HolderIsAlive() public {
        _givenAliceHolds();
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_HolderNotSilent.selector, alice.id));
        _takeOver(reserve);

        // Answered: nothing is open any more.
        _callOut(reserve);
        _heartbeat(alice);
        _mine(10);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_HolderNotSilent.selector, alice.id));
        _takeOver(reserve);
    }

    function test_takeOver_RevertWhen_CallerIsNotActive() public {
        _givenAliceIsSilent();
        _mine(4);
        address[3] memory callers = [stranger, bob.owner, bob.batcher];
        for (uint256 i; i < callers.length; ++i) {
            vm.prank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_NotActive.selector, callers[i]));
            baton.takeOver();
        }
    }

    function test_takeOver_RevertWhen_CallerIsTheSilentOne() public {
        _givenAliceIsSilent();
        _mine(4);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_CannotTakeOver.selector, FIRST + 2, alice.id));
        _takeOver(alice);
    }

    /// @dev The reserve at once, the next of the schedule two blocks later, any other four.
    function test_takeOver_RanksStepInOneAfterTheOther() public {
        _givenAliceHolds();
        _prepare(3);
        Operator memory next = _operatorAt(END);
        Operator memory other = next.id == bob.id ? carol : bob;
        _warpToSlot(FIRST + 2);
        _callOut(bob);
        uint256 deadline = vm.getBlockNumber() + baton.CALLOUT_GRACE_BLOCKS();

        _mine(baton.CALLOUT_GRACE_BLOCKS());
        _expectNotYourRank(reserve, deadline + 1);
        _mine(1);
        uint256 snapshot = vm.snapshotState();
        _takeOver(reserve);
        vm.revertToState(snapshot);

        _mine(1);
        _expectNotYourRank(next, deadline + 3);
        _mine(1);
        snapshot = vm.snapshotState();
        _takeOver(next);
        vm.revertToState(snapshot);

        _expectNotYourRank(other, deadline + 5);
        _mine(1);
        _expectNotYourRank(other, deadline + 5);
        _mine(1);
        _takeOver(other);
        _mine(2);
        assertEq(schedule.currentHolder(), other.id);
    }

    function test_takeOver_GivenTheReserveIsSilent_RanksMoveUp() public {
        _givenReserveTookOver();
        _prepare(3);
        Operator memory next = _operatorAt(END);
        Operator memory other = next.id == bob.id ? carol : bob;
        _warpToSlot(FIRST + 3);
        _callOut(other);
        uint256 deadline = vm.getBlockNumber() + baton.CALLOUT_GRACE_BLOCKS();
        _mine(baton.CALLOUT_GRACE_BLOCKS() + 1);
        _expectNotYourRank(other, deadline + 3);
        uint256 snapshot = vm.snapshotState();
        _takeOver(next);
        _mine(2);
        assertEq(schedule.currentHolder(), next.id);

        vm.revertToState(snapshot);
        _mine(2);
        _takeOver(other);
        _mine(2);
        assertEq(schedule.currentHolder(), other.id);
    }

    /// @dev The reserve's own turns are protected in the same way.
    function test_takeOver_OfTheReservesTurn() public {
        _warpToEpoch(4);
        assertEq(schedule.currentHolder(), reserve.id);
        _mine(5);
        _takeOver(bob);
        _mine(2);
        assertEq(schedule.currentHolder(), bob.id);
        assertEq(adapter.batcher(), bob.batcher);
        assertTrue(schedule.isMissed(32));

        // And it returns as any other operator does.
        _claim(reserve, 35);
        _warpToSlot(35);
        assertEq(schedule.currentHolder(), reserve.id);
    }

    function test_takeOver_RevertWhen_AnotherIsPending() public {
        _givenAliceIsSilent();
        _mine(4);
        uint64 from = _takeOver(bob);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_TakeOverPending.selector, bob.id, from));
        _takeOver(reserve);
    }

    function test_takeOver_RevertGiven_TheTurnEndsFirst() public {
        _givenAliceHolds();
        _warpTo(_start(END) - 12);
        _callOut(reserve);
        _mine(baton.CALLOUT_GRACE_BLOCKS() + 1);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TurnEnding.selector, _start(END), _start(END)));
        _takeOver(reserve);
    }

    /// @dev A question to Alice says nothing about who holds after her.
    function test_takeOver_RevertGiven_TheCallOutWasToAnEarlierTurn() public {
        _givenAliceHolds();
        _warpTo(_start(END) - 2);
        _callOut(reserve);
        _prepare(3);
        Operator memory next = _operatorAt(END);
        _claim(next, END);
        _mine(6);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_HolderNotSilent.selector, next.id));
        _takeOver(reserve);
    }

    /// @dev Nor of the same holder: it has claimed its new turn since. Epochs 4 and 5 are the reserve's, one turn each.
    function test_takeOver_RevertGiven_TheCallOutWasToTheHoldersEarlierTurn() public {
        _warpToEpoch(4);
        _claim(reserve, 32);
        _warpTo(_start(40) - 2);
        _callOut(bob);
        _mine(1);
        _claim(reserve, 40);
        _mine(baton.CALLOUT_GRACE_BLOCKS() + 4);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_HolderNotSilent.selector, reserve.id));
        _takeOver(bob);
    }

    function test_takeOver_OfASilentTaker() public {
        _givenReserveTookOver();
        _callOut(bob);
        _mine(baton.CALLOUT_GRACE_BLOCKS() + 1 + 2);
        _takeOver(bob);
        _mine(2);
        assertEq(schedule.currentHolder(), bob.id);
        assertEq(adapter.batcher(), bob.batcher);
        // The second miss took Alice's other slots, which stay the taker's.
        assertTrue(schedule.isVoided(FIRST + 5));
        _warpToSlot(FIRST + 5);
        assertEq(schedule.currentHolder(), bob.id);
    }

    /// @dev The taker begins in the next slot: Alice held this one to its end, and misses that one once it begins.
    function test_takeOver_AcrossABoundary_MissIsRecordedLater() public {
        _givenAliceHolds();
        _warpTo(_start(FIRST + 2) - 10);
        _callOut(reserve);
        _mine(baton.CALLOUT_GRACE_BLOCKS() + 1);
        uint256 bonded = vault.bondOf(alice.id);
        assertEq(_takeOver(reserve), _start(FIRST + 2) + 2);
        assertEq(vault.bondOf(alice.id), bonded);
        assertEq(adapter.batcher(), reserve.batcher);

        _warpToSlot(FIRST + 2);
        assertEq(schedule.currentHolder(), alice.id);
        vm.expectEmit(address(baton));
        emit IBaton.Missed(FIRST + 2, alice.id, 1, baton.LEAK_PER_MISS());
        baton.recordMiss(FIRST + 2);
        assertEq(bonded - vault.bondOf(alice.id), baton.LEAK_PER_MISS());
        _mine(1);
        assertEq(schedule.currentHolder(), reserve.id);
    }

    /* UNCLAIMED TURN */
    function test_takeOver_OfAnUnclaimedTurn_AtTheGrace() public {
        uint256 grace = _start(FIRST) + baton.CLAIM_GRACE();
        _warpTo(grace - 2);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_GraceRunning.selector, reserve.id, grace));
        _takeOver(reserve);
        _mine(1);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_GraceRunning.selector, bob.id, grace + 8));
        _takeOver(bob);
        assertEq(_takeOver(reserve), grace + 4);
        assertEq(adapter.batcher(), reserve.batcher);
        assertTrue(schedule.isMissed(FIRST));

        // From now on, not from when it takes effect: the batcher would move back.
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TakenOver.selector, FIRST, reserve.id));
        _claim(alice, FIRST);
    }

    function test_takeOver_RevertGiven_TheTurnWasClaimedLate() public {
        _warpTo(_start(FIRST) + baton.CLAIM_GRACE() + 2);
        _claim(alice, FIRST);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_HolderNotSilent.selector, alice.id));
        _takeOver(reserve);
    }

    function test_takeOver_AfterAReturn_NeedsACallOutAgain() public {
        _givenReserveTookOver();
        _claim(alice, FIRST + 4);
        _warpToSlot(FIRST + 5);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_HolderNotSilent.selector, alice.id));
        _takeOver(reserve);
        _callOut(reserve);
        _mine(baton.CALLOUT_GRACE_BLOCKS() + 1);
        _takeOver(reserve);
        _mine(2);
        assertEq(schedule.currentHolder(), reserve.id);
    }

    /// @dev Alice's return at `FIRST + 3` stands when its predecessor is replaced before.
    function test_takeOver_BeforeAPendingReturn_EndsThere() public {
        _givenReserveTookOver();
        _claim(alice, FIRST + 4);
        _warpToSlot(FIRST + 2);
        _callOut(bob);
        _mine(baton.CALLOUT_GRACE_BLOCKS() + 1 + 2);
        _takeOver(bob);
        _warpTo(_start(FIRST + 4) - 2);
        assertEq(schedule.currentHolder(), bob.id);
        _mine(1);
        assertEq(schedule.currentHolder(), alice.id);
        // Bob's tail has its time, then anybody moves the batcher.
        vm.expectRevert(
            abi.encodeWithSelector(IBaton.Baton_RotateTooEarly.selector, _start(FIRST + 4) + baton.TAIL_WINDOW())
        );
        baton.rotate();
        _mine(1);
        baton.rotate();
        assertEq(adapter.batcher(), alice.batcher);
    }

    /* MISSES */
    function test_recordMiss_OfALaterSlotWithoutAReturn() public {
        _givenReserveTookOver();
        uint256 leak = baton.LEAK_PER_MISS();
        uint256 bonded = vault.bondOf(alice.id);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_SlotNotBegun.selector, FIRST + 2, _start(FIRST + 2)));
        baton.recordMiss(FIRST + 2);

        _warpToSlot(FIRST + 2);
        vm.expectEmit(address(baton));
        emit IBaton.Missed(FIRST + 2, alice.id, 2, leak);
        vm.prank(stranger);
        baton.recordMiss(FIRST + 2);
        assertEq(bonded - vault.bondOf(alice.id), leak);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_AlreadyMissed.selector, FIRST + 2));
        baton.recordMiss(FIRST + 2);
    }

    function test_recordMiss_TheReserveEarnsAThirdAtMost() public {
        _givenAliceIsSilent();
        uint256 bonded = vault.bondOf(reserve.id);
        _takeOver(reserve);
        uint256 earned = vault.bondOf(reserve.id) - bonded;
        assertGt(earned, 0);
        assertLe(earned * 3, baton.LEAK_PER_MISS());
    }

    function test_recordMiss_TheSecondOne_VoidsTheRest() public {
        _givenReserveTookOver();
        _warpToSlot(FIRST + 2);
        baton.recordMiss(FIRST + 2);
        assertFalse(schedule.isVoided(FIRST + 2));
        for (uint64 slot = FIRST + 3; slot < END; ++slot) {
            assertTrue(schedule.isVoided(slot));
            assertEq(schedule.assignedTo(slot), reserve.id);
        }
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_SlotVoided.selector, FIRST + 4));
        _claim(alice, FIRST + 4);
        _warpToSlot(FIRST + 3);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_NotMissed.selector, FIRST + 3, alice.id));
        baton.recordMiss(FIRST + 3);
    }

    function test_recordMiss_RevertGiven_TheOperatorReturned() public {
        _givenReserveTookOver();
        _claim(alice, FIRST + 2);
        _warpToSlot(FIRST + 2);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_NotMissed.selector, FIRST + 2, alice.id));
        baton.recordMiss(FIRST + 2);
    }

    /// @dev Who took over before the void keeps the voided slots; nobody has to claim them.
    function test_takeOver_TheTakerKeepsVoidedSlots() public {
        _givenAliceIsSilent();
        _mine(4);
        _takeOver(bob);
        _warpToSlot(FIRST + 3);
        baton.recordMiss(FIRST + 3);
        _warpToSlot(FIRST + 5);
        assertTrue(schedule.isVoided(FIRST + 5));
        assertEq(schedule.currentHolder(), bob.id);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_HolderNotSilent.selector, bob.id));
        _takeOver(reserve);
    }

    /// @dev A void in mid-turn gives the rest to the reserve, which has to claim it like a turn.
    function test_takeOver_OfVoidedSlotsThatTheReserveDoesNotClaim() public {
        _givenReserveTookOver();
        _claim(alice, FIRST + 3);
        _warpToSlot(FIRST + 3);
        assertEq(schedule.currentHolder(), alice.id);
        baton.recordMiss(FIRST + 2);
        assertTrue(schedule.isVoided(FIRST + 4));
        assertFalse(schedule.isVoided(FIRST + 3));

        _warpToSlot(FIRST + 4);
        assertEq(schedule.currentHolder(), reserve.id);
        uint256 grace = _start(FIRST + 4) + baton.CLAIM_GRACE();
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_GraceRunning.selector, bob.id, grace + 4));
        _takeOver(bob);

        uint256 snapshot = vm.snapshotState();
        vm.expectEmit(address(baton));
        emit IBaton.Claimed(FIRST + 4, reserve.id, address(0));
        _claim(reserve, FIRST + 4);
        // Claimed once for all voided slots.
        for (uint64 slot = FIRST + 4; slot < FIRST + 7; ++slot) {
            _warpTo(_start(slot) + baton.CLAIM_GRACE() + 4);
            vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_HolderNotSilent.selector, reserve.id));
            _takeOver(bob);
        }

        vm.revertToState(snapshot);
        _warpTo(grace + 4);
        _takeOver(bob);
        _mine(2);
        assertEq(schedule.currentHolder(), bob.id);
        // Nobody's to miss: the slots were taken from Alice, and the reserve stood in for nothing.
        assertFalse(schedule.isMissed(FIRST + 4));
    }

    /// @dev Alice is silent in the last slot before her void: the reserve begins there anyway.
    function test_takeOver_RevertGiven_TheVoidComesFirst() public {
        _givenReserveTookOver();
        _claim(alice, FIRST + 3);
        _warpToSlot(FIRST + 3);
        baton.recordMiss(FIRST + 2);
        _callOut(bob);
        _warpTo(_start(FIRST + 4) - 4);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_StayEnding.selector, _start(FIRST + 4), _start(FIRST + 4)));
        _takeOver(reserve);
    }

    /* WAIVED LEAKS */
    function test_takeOver_GivenTheReserveFailsToo_LeaksNothing() public {
        _givenAliceIsSilent();
        _mine(4);
        uint256 bonded = vault.bondOf(alice.id);
        vm.expectEmit(address(baton));
        emit IBaton.Missed(FIRST + 2, alice.id, 1, 0);
        _takeOver(bob);
        assertEq(vault.bondOf(alice.id), bonded);

        // Nor in the rest of the turn.
        _warpToSlot(FIRST + 3);
        vm.expectEmit(address(baton));
        emit IBaton.Missed(FIRST + 3, alice.id, 2, 0);
        baton.recordMiss(FIRST + 3);
        assertEq(vault.bondOf(alice.id), bonded);
    }

    /// @dev The reserve failed in this turn: that it steps in later does not bring the leaks back.
    function test_takeOver_ByTheReserveAfterAnother_LeaksNothing() public {
        _givenAliceIsSilent();
        _mine(4);
        _takeOver(bob);
        _warpToSlot(FIRST + 3);
        _callOut(reserve);
        _mine(baton.CALLOUT_GRACE_BLOCKS() + 1);
        vm.expectEmit(address(baton));
        emit IBaton.Missed(FIRST + 3, alice.id, 2, 0);
        _takeOver(reserve);
    }

    function test_takeOver_GivenTheReserveMissesItsOwnTurn_Leaks() public {
        _warpToEpoch(4);
        _mine(5);
        uint256 bonded = vault.bondOf(reserve.id);
        _takeOver(bob);
        assertEq(bonded - vault.bondOf(reserve.id), baton.LEAK_PER_MISS());
    }

    /// @dev Who takes its own turn back earns no part of what it leaks.
    function test_takeOver_ByTheReserveOfItsOwnTurn_EarnsNothing() public {
        _warpToEpoch(4);
        _mine(5);
        _takeOver(bob);
        _warpToSlot(33);
        _callOut(reserve);
        _mine(baton.CALLOUT_GRACE_BLOCKS() + 1);
        uint256 bonded = vault.bondOf(reserve.id);
        _takeOver(reserve);
        assertEq(bonded - vault.bondOf(reserve.id), baton.LEAK_PER_MISS());
    }

    /* INTERNAL */
    function _expectNotYourRank(Operator memory operator, uint256 earliestBlock) internal {
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_NotYourRank.selector, operator.id, earliestBlock));
        _takeOver(operator);
    }
}
