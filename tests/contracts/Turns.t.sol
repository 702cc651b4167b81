// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BatonTest} from "./BatonTest.sol";

import {Baton} from "@rota/contracts/Baton.sol";
import {IBaton} from "@rota/contracts/interfaces/IBaton.sol";
import {IRotationTarget} from "@rota/contracts/interfaces/IRotationTarget.sol";
import {ISchedule} from "@rota/contracts/interfaces/ISchedule.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";

/// @notice Claims, returns, and the batcher that follows them.
contract TurnsTest is BatonTest {
    function setUp() public {
        _deployWithBaton();
        _sellTurns();
    }

    /* CONSTRUCTOR */
    function test_constructor_RevertWhen_TargetHasNoCode() public {
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_TargetWithoutCode.selector, stranger));
        _newBaton(IRotationTarget(stranger), config.baton);
    }

    function test_constructor_RevertWhen_TailWindowIsASlot() public {
        IBaton.Params memory params = config.baton;
        params.tailWindow = 16;
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_TailWindowTooLong.selector, 16, 16));
        _newBaton(adapter, params);
    }

    function test_constructor_RevertWhen_ClaimsReachIntoAnothersGrace() public {
        IBaton.Params memory params = config.baton;
        params.claimLead = 11;
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_ClaimWindowTooLong.selector, 17, 16));
        _newBaton(adapter, params);
    }

    function test_constructor_RevertWhen_AParameterIsZero() public {
        IBaton.Params memory params = config.baton;
        params.callOutGrace = 0;
        vm.expectRevert(IBaton.Baton_ZeroParameter.selector);
        _newBaton(adapter, params);
        params = config.baton;
        params.missesToVoid = 0;
        vm.expectRevert(IBaton.Baton_ZeroParameter.selector);
        _newBaton(adapter, params);
        params = config.baton;
        params.l2ChainId = 0;
        vm.expectRevert(IBaton.Baton_ZeroParameter.selector);
        _newBaton(adapter, params);
    }

    /* CLAIM */
    function test_claim_RecordsTheTurn() public {
        vm.expectEmit(address(baton));
        emit IBaton.Claimed(FIRST, alice.id, address(0));
        _claim(alice, FIRST);
        assertTrue(schedule.isClaimed(FIRST));
        // Early: the batcher waits for the predecessor's tail.
        assertEq(adapter.batcher(), genesisBatcher);
    }

    function test_claim_RevertWhen_TooEarly() public {
        _prepare(3);
        uint256 opens = _start(END) - baton.CLAIM_LEAD();
        _warpTo(opens - 2);
        Operator memory next = _operatorAt(END);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_ClaimTooEarly.selector, END, opens));
        _claim(next, END);
        _mine(1);
        _claim(next, END);
    }

    function test_claim_RevertWhen_CallerIsNotAssigned() public {
        address[4] memory callers = [bob.sequencer, reserve.sequencer, stranger, alice.owner];
        for (uint256 i; i < callers.length; ++i) {
            vm.prank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_NotYourTurn.selector, FIRST, alice.id, callers[i]));
            baton.claim(FIRST);
        }
        assertFalse(schedule.isClaimed(FIRST));
    }

    function test_claim_RevertWhen_ClaimedBefore() public {
        _claim(alice, FIRST);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_AlreadyClaimed.selector, FIRST));
        _claim(alice, FIRST);
    }

    function test_claim_RevertWhen_SlotIsInsideTheTurn() public {
        _claim(alice, FIRST);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_NothingToClaim.selector, FIRST + 1, alice.id));
        _claim(alice, FIRST + 1);
    }

    function test_claim_RevertGiven_TurnIsOver() public {
        _prepare(3);
        _warpToSlot(END);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TurnOver.selector, FIRST));
        _claim(alice, FIRST);
    }

    /// @dev Better late than never: until somebody takes the turn over, its operator may still claim it.
    function test_claim_LateInTheTurn() public {
        _warpToSlot(FIRST + 3);
        _claim(alice, FIRST);
        assertEq(adapter.batcher(), alice.batcher);
    }

    function test_claim_AfterTheTailWindow_Rotates() public {
        _warpTo(_start(FIRST) + baton.TAIL_WINDOW() - 2);
        assertEq(vm.getBlockTimestamp(), _start(FIRST));
        uint256 snapshot = vm.snapshotState();
        _claim(alice, FIRST);
        assertEq(adapter.batcher(), genesisBatcher);

        vm.revertToState(snapshot);
        _mine(1);
        vm.expectEmit(address(baton));
        emit IBaton.Claimed(FIRST, alice.id, alice.batcher);
        _claim(alice, FIRST);
        assertEq(adapter.batcher(), alice.batcher);
    }

    function test_claim_ByTheReserve_OfTheFirstEpochs() public {
        _deployAgain();
        _warpTo(_start(0) - baton.CLAIM_LEAD());
        vm.expectEmit(address(baton));
        emit IBaton.Claimed(0, reserve.id, address(0));
        _claim(reserve, 0);
        assertTrue(schedule.isClaimed(0));
    }

    /* RETURN */
    function test_claim_AfterATakeOver_ReturnsAtALaterSlot() public {
        _givenReserveTookOver();
        vm.expectEmit(address(baton));
        emit IBaton.Returned(FIRST + 4, alice.id);
        _claim(alice, FIRST + 4);

        _warpTo(_start(FIRST + 4) - 2);
        assertEq(schedule.currentHolder(), reserve.id);
        _mine(1);
        assertEq(schedule.currentHolder(), alice.id);
        _warpToSlot(END - 1);
        assertEq(schedule.currentHolder(), alice.id);
    }

    function test_claim_RevertWhen_ReturnIsLessThanTwoBlocksAhead() public {
        _givenReserveTookOver();
        uint256 closed = _start(FIRST + 3) - 4;
        _warpTo(closed + 2);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_ReturnTooLate.selector, FIRST + 3, closed));
        _claim(alice, FIRST + 3);
    }

    function test_claim_ReturnJustInTime() public {
        _givenReserveTookOver();
        _warpTo(_start(FIRST + 3) - 4);
        _claim(alice, FIRST + 3);
        _mine(2);
        assertEq(schedule.currentHolder(), alice.id);
    }

    function test_claim_RevertWhen_SomebodyElseReturns() public {
        _givenReserveTookOver();
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_NotYourTurn.selector, FIRST + 4, alice.id, bob.sequencer));
        _claim(bob, FIRST + 4);
    }

    /* ROTATE */
    function test_rotate_ByAnyone_AfterTheTailWindow() public {
        _claim(alice, FIRST);
        uint256 opens = _start(FIRST) + baton.TAIL_WINDOW();
        _warpTo(opens - 2);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_RotateTooEarly.selector, opens));
        baton.rotate();

        _mine(1);
        vm.expectEmit(address(baton));
        emit IBaton.Rotated(FIRST, alice.id, alice.batcher);
        vm.prank(stranger);
        baton.rotate();
        assertEq(adapter.batcher(), alice.batcher);
    }

    /// @dev The schedule alone decides: an unclaimed turn has its holder's batcher too.
    function test_rotate_WithoutAClaim() public {
        _warpToSlot(FIRST + 1);
        baton.rotate();
        assertEq(adapter.batcher(), alice.batcher);
    }

    function test_rotate_Twice_DoesNothing() public {
        _warpToSlot(FIRST + 1);
        baton.rotate();
        vm.recordLogs();
        baton.rotate();
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_rotate_GivenAnotherKeyOfTheHolder_DoesNotUndoIt() public {
        address second = _givenASecondBatcher();
        _warpTo(_start(32) + baton.TAIL_WINDOW());
        Operator memory holder = _operatorAt(32);
        assertEq(holder.id, alice.id);
        vm.prank(alice.sequencer);
        baton.useBatcherKey(1);
        assertEq(adapter.batcher(), second);
        baton.rotate();
        assertEq(adapter.batcher(), second);
    }

    function test_rotate_AfterAReturn_WaitsForTheTailOfTheTaker() public {
        _givenReserveTookOver();
        _claim(alice, FIRST + 4);
        _warpToSlot(FIRST + 4);
        uint256 opens = _start(FIRST + 4) + baton.TAIL_WINDOW();
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_RotateTooEarly.selector, opens));
        baton.rotate();
        _mine(1);
        baton.rotate();
        assertEq(adapter.batcher(), alice.batcher);
    }

    function test_rotate_RevertGiven_TargetFails() public {
        vm.prank(chainOwner);
        adapter.announceReturn(chainOwner);
        vm.warp(_start(FIRST) + 15 days);
        // Another configuration of the same chain: epochs nobody froze are the reserve's.
        vm.prank(chainOwner);
        adapter.returnConfig();
        vm.warp(_start(schedule.currentSlot() + 1));
        vm.warp(vm.getBlockTimestamp() + baton.TAIL_WINDOW());
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_RotationFailed.selector, reserve.id, reserve.batcher));
        baton.rotate();
    }

    /* USE BATCHER KEY */
    function test_useBatcherKey_RevertWhen_CallerIsNotTheHolder() public {
        _warpToSlot(FIRST + 1);
        vm.prank(bob.sequencer);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_NotTheHolder.selector, alice.id, bob.sequencer));
        baton.useBatcherKey(0);
    }

    function test_useBatcherKey_RevertWhen_ThereIsNoSuchKey() public {
        _warpToSlot(FIRST + 1);
        vm.prank(alice.sequencer);
        vm.expectRevert();
        baton.useBatcherKey(1);
    }

    function test_useBatcherKey_RevertWhen_TheTailWindowRuns() public {
        _warpToSlot(FIRST);
        vm.prank(alice.sequencer);
        vm.expectRevert(
            abi.encodeWithSelector(IBaton.Baton_RotateTooEarly.selector, _start(FIRST) + baton.TAIL_WINDOW())
        );
        baton.useBatcherKey(0);
    }

    /* INTERNAL */
    function _newBaton(IRotationTarget target, IBaton.Params memory params) internal returns (Baton) {
        // A clock in the future, as at a deployment.
        config.clock.genesis = uint64(vm.getBlockTimestamp() + 100);
        return new Baton(config.clock, IBaton.Addresses(registry, schedule, vault, target), params);
    }

    /// @dev A second deployment, before its genesis.
    function _deployAgain() internal {
        delete operators;
        _deployWithBaton();
    }

    /// @dev Alice has two batcher keys and all of epoch 4; now is in epoch 3.
    function _givenASecondBatcher() internal returns (address second) {
        uint256 key;
        (second, key) = makeAddrAndKey("alice: second batcher");
        bytes memory proof = _keyProof(alice.owner, key);
        vm.prank(alice.owner);
        registry.setBatcherKey(alice.id, 1, second, proof);
        _warpToCommit(4);
        _commit(alice, 4, _curve(20_000_000, 8));
        _warpToReveal(4);
        _reveal(alice, 4, _curve(20_000_000, 8));
        _run(4);
    }
}
