// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ScheduleBase} from "./utils/ScheduleBase.sol";
import {ISchedule} from "@rota/contracts/interfaces/ISchedule.sol";
import {RESERVE} from "@rota/contracts/types/Types.sol";

/// @notice Claims, take-overs, returns, misses and voids, with the test as the Baton. Slots of 16 s, 2 s L1 blocks.
/// Epoch 2 has 8 slots: operator 2 has the first two, 3 the next four, then nobody, then 2 again.
contract AssignmentsTest is ScheduleBase {
    function setUp() public {
        _deploy(8, 160, 8);
        uint16[] memory ids = new uint16[](8);
        (ids[0], ids[1], ids[2], ids[3], ids[4], ids[5], ids[6], ids[7]) = (2, 2, 3, 3, 3, 3, 0, 2);
        _freeze(2, ids);
        assertEq(_first(2), 16);
    }

    /// @dev The n-th slot of epoch 2.
    function _s(uint64 n) internal view returns (uint64) {
        return _first(2) + n;
    }

    /// @dev It takes effect 2 L1 blocks later.
    function _takeOver(uint16 taker) internal {
        assertEq(schedule.recordTakeOver(taker), block.timestamp + 4);
    }

    /* BATON ONLY */
    function test_records_RevertWhen_CallerIsNotTheBaton() public {
        address stranger = makeAddr("stranger");
        bytes memory reason = abi.encodeWithSelector(ISchedule.Schedule_NotBaton.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(reason);
        schedule.recordClaim(16);
        vm.expectRevert(reason);
        schedule.recordTakeOver(5);
        vm.expectRevert(reason);
        schedule.recordMiss(16);
        vm.expectRevert(reason);
        schedule.voidRemaining(2, 16);
    }

    /* TURNS */
    function test_turnOf_IsTheMaximalRun() public view {
        _checkTurn(0, 0, 2, 2);
        _checkTurn(1, 0, 2, 2);
        _checkTurn(4, 2, 6, 3);
        _checkTurn(6, 6, 7, RESERVE);
        _checkTurn(7, 7, 8, 2);
        (uint64 first, uint64 end, uint16 assigned) = schedule.turnOf(3);
        assertEq(first, 0, "epoch 0 is one turn of the reserve");
        assertEq(end, 8);
        assertEq(assigned, RESERVE);
    }

    function test_turnOf_IgnoresVoids() public {
        schedule.voidRemaining(3, _s(4));
        _checkTurn(2, 2, 6, 3);
        assertEq(schedule.assignedTo(_s(3)), 3);
        assertEq(schedule.assignedTo(_s(4)), RESERVE);
    }

    function _checkTurn(uint64 n, uint64 first, uint64 end, uint16 assigned) internal view {
        (uint64 f, uint64 e, uint16 a) = schedule.turnOf(_s(n));
        assertEq(f, _s(first));
        assertEq(e, _s(end));
        assertEq(a, assigned);
    }

    /* CLAIMS */
    function test_recordClaim_OpensATurn() public {
        _to(_start(_s(0)) - 8);
        (uint16 assigned, bool isReturn) = schedule.recordClaim(_s(0));
        assertEq(assigned, 2);
        assertFalse(isReturn);
        assertTrue(schedule.isClaimed(_s(0)));
        assertFalse(schedule.isClaimed(_s(1)));
        assertEq(schedule.holderAt(_s(0), _start(_s(0))), 2, "claimed or not");
        (uint256 l1Block, uint256 timestamp) = schedule.anchorOf(2);
        assertEq(l1Block, block.number);
        assertEq(timestamp, block.timestamp);
    }

    function test_recordClaim_LateButInTheTurn() public {
        _toSlot(_s(5));
        (uint16 assigned,) = schedule.recordClaim(_s(2));
        assertEq(assigned, 3);
    }

    function test_recordClaim_OfNobodysTurnIsTheReserves() public {
        _toSlot(_s(6));
        (uint16 assigned,) = schedule.recordClaim(_s(6));
        assertEq(assigned, RESERVE);
        _toSlot(_first(3));
        (assigned,) = schedule.recordClaim(_first(3));
        assertEq(assigned, RESERVE, "epoch 3 began unfrozen");
    }

    function test_recordClaim_ReserveOpensTheVoidedPart() public {
        schedule.voidRemaining(3, _s(4));
        _toSlot(_s(4));
        (uint16 assigned, bool isReturn) = schedule.recordClaim(_s(4));
        assertEq(assigned, RESERVE);
        assertFalse(isReturn);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_SlotVoided.selector, _s(5)));
        schedule.recordClaim(_s(5));
    }

    function test_recordClaim_RevertWhen_ClaimedBefore() public {
        _toSlot(_s(0));
        schedule.recordClaim(_s(0));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_AlreadyClaimed.selector, _s(0)));
        schedule.recordClaim(_s(0));
    }

    function test_recordClaim_RevertWhen_TurnIsOver() public {
        _toSlot(_s(2));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TurnOver.selector, _s(0)));
        schedule.recordClaim(_s(0));
    }

    function test_recordClaim_RevertWhen_TakenOver() public {
        _toSlot(_s(2));
        _takeOver(1);
        // From the transaction on, not only from the effect on.
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TakenOver.selector, _s(2), 1));
        schedule.recordClaim(_s(2));
        _toSlot(_s(5));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TakenOver.selector, _s(2), 1));
        schedule.recordClaim(_s(2));
        _to(_start(_s(6)) - 1);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TakenOver.selector, _s(2), 1));
        schedule.recordClaim(_s(2));
    }

    /// @dev A change in another turn of the epoch is none of this one's.
    function test_recordClaim_GivenAnotherTurnTakenOver_Opens() public {
        _toSlot(_s(2));
        _takeOver(1);
        _toSlot(_s(7));
        (uint16 assigned,) = schedule.recordClaim(_s(7));
        assertEq(assigned, 2);
    }

    function test_recordClaim_RevertWhen_EpochIsUndecided() public {
        _to(_start(_first(3)) - 8);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_EpochUndecided.selector, 3));
        schedule.recordClaim(_first(3));
    }

    function test_recordClaim_RevertWhen_NeitherFirstNorTakenOver() public {
        _toSlot(_s(2));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_NothingToClaim.selector, _s(4), 3));
        schedule.recordClaim(_s(4));
    }

    /* TAKE-OVERS */
    function test_recordTakeOver_HoldsToTheEndOfTheTurn() public {
        _toSlot(_s(3));
        uint256 from = block.timestamp + 4;
        vm.expectEmit(address(schedule));
        emit ISchedule.HolderChanged(_s(3), 1, uint64(from));
        _takeOver(1);
        assertEq(schedule.holderAt(_s(2), from), 3);
        assertEq(schedule.holderAt(_s(3), from - 1), 3, "before");
        assertEq(schedule.holderAt(_s(3), from), 1, "from then on");
        assertEq(schedule.holderAt(_s(5), 0), 1);
        assertEq(schedule.holderAt(_s(6), 0), RESERVE);
        assertEq(schedule.holderAt(_s(7), 0), 2, "not the next turn");
        assertEq(schedule.assignedTo(_s(5)), 3, "the assignment stays");
    }

    function test_recordTakeOver_InTheNextSlotOfTheTurn() public {
        _to(_start(_s(3)) - 2);
        uint256 from = block.timestamp + 4;
        _takeOver(1);
        assertEq(schedule.holderAt(_s(2), from), 3);
        assertEq(schedule.holderAt(_s(3), _start(_s(3))), 3, "2 s of it");
        assertEq(schedule.holderAt(_s(3), from), 1);
    }

    function test_recordTakeOver_OneAfterAnother() public {
        _toSlot(_s(2));
        _takeOver(8);
        _to(block.timestamp + 4);
        _takeOver(9);
        _to(block.timestamp + 4);
        assertEq(schedule.currentHolder(), 9);
        assertEq(schedule.holderAt(_s(2), block.timestamp - 1), 8);
        assertEq(schedule.holderAt(_s(2), block.timestamp - 5), 3);
        assertEq(schedule.holderAt(_s(5), 0), 9);
    }

    /// @dev Slots of 64 s have time for more changes than a record has room.
    function test_recordTakeOver_RevertWhen_SlotHasNoRoom() public {
        _deployClock(64, 4, 160, 8);
        _freeze(2, _ids(3, 3, 3, 3));
        _toSlot(_s(0));
        for (uint16 i; i < 7; ++i) {
            _takeOver(i % 2 == 0 ? 8 : 9);
            _to(block.timestamp + 4);
        }
        assertEq(schedule.currentHolder(), 8);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TooManyChanges.selector, _s(0)));
        schedule.recordTakeOver(9);
        _toSlot(_s(1));
        _takeOver(9);
        assertEq(schedule.holderAt(_s(2), 0), 9, "the next slot has room");
    }

    function test_recordTakeOver_RevertWhen_TurnEnds() public {
        _to(_start(_s(6)) - 5);
        uint256 snapshot = vm.snapshotState();
        _takeOver(1);
        vm.revertToState(snapshot);
        _to(_start(_s(6)) - 4);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TurnEnding.selector, _start(_s(6)), _start(_s(6))));
        schedule.recordTakeOver(1);
    }

    function test_recordTakeOver_RevertWhen_AnotherChangeComesFirst() public {
        _toSlot(_s(2));
        _takeOver(1);
        _to(block.timestamp + 2);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_HolderChanges.selector, block.timestamp + 4, 1));
        schedule.recordTakeOver(9);
        _to(_start(_s(3)));
        schedule.recordClaim(_s(4));
        _to(_start(_s(4)) - 3);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_HolderChanges.selector, _start(_s(4)) + 1, 3));
        schedule.recordTakeOver(9);
    }

    function test_recordTakeOver_RevertWhen_TakerHoldsOrIsAssigned() public {
        _toSlot(_s(2));
        _expectCannotTakeOver(3);
        _expectCannotTakeOver(0);
        _takeOver(5);
        _to(block.timestamp + 4);
        _expectCannotTakeOver(5);
        _expectCannotTakeOver(3); // it returns by a claim
    }

    function _expectCannotTakeOver(uint16 taker) internal {
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_CannotTakeOver.selector, _s(2), taker));
        schedule.recordTakeOver(taker);
    }

    function test_recordTakeOver_RevertWhen_BeforeGenesis() public {
        _deploy(8, 160, 8);
        _to(GENESIS - 1);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_BeforeGenesis.selector, GENESIS - 1, GENESIS));
        schedule.recordTakeOver(5);
    }

    /// @dev The reserve's own turn: another takes over, then the reserve takes it back.
    function test_recordTakeOver_OfTheReservesTurn() public {
        _toSlot(_s(6));
        _takeOver(5);
        _to(block.timestamp + 4);
        assertEq(schedule.currentHolder(), 5);
        _takeOver(RESERVE);
        _to(block.timestamp + 4);
        assertEq(schedule.currentHolder(), RESERVE);
    }

    /* RETURNS */
    function test_recordClaim_Return_FromTheStartOfALaterSlot() public {
        _toSlot(_s(2));
        _takeOver(1);
        _to(_start(_s(4)) - 4);
        vm.expectEmit(address(schedule));
        emit ISchedule.HolderChanged(_s(4), 3, uint64(_start(_s(4))));
        (uint16 assigned, bool isReturn) = schedule.recordClaim(_s(4));
        assertEq(assigned, 3);
        assertTrue(isReturn);
        assertEq(schedule.holderAt(_s(3), type(uint256).max), 1);
        assertEq(schedule.holderAt(_s(4), _start(_s(4))), 3);
        assertEq(schedule.holderAt(_s(5), 0), 3);
        assertEq(schedule.holderAt(_s(2), _start(_s(2)) + 3), 3);
        assertEq(schedule.holderAt(_s(2), _start(_s(2)) + 4), 1, "the past stays");

        // Silent again, and taken over again.
        _toSlot(_s(4));
        _takeOver(5);
        assertEq(schedule.holderAt(_s(4), _start(_s(4)) + 3), 3);
        assertEq(schedule.holderAt(_s(5), 0), 5);
    }

    function test_recordClaim_Return_RevertWhen_SlotBegan() public {
        _toSlot(_s(2));
        _takeOver(1);
        _toSlot(_s(4));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_SlotBegun.selector, _s(4), _start(_s(4))));
        schedule.recordClaim(_s(4));
    }

    function test_recordClaim_Return_RevertWhen_ATakeOverSpillsIntoTheSlot() public {
        _toSlot(_s(2));
        _takeOver(1);
        _to(_start(_s(3)) - 2);
        _takeOver(5);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_HolderChanges.selector, _start(_s(3)), 5));
        schedule.recordClaim(_s(3));
    }

    /* VOIDS */
    function test_voidRemaining_TakesTheRestOfTheEpoch() public {
        _toSlot(_s(0));
        vm.expectEmit(address(schedule));
        emit ISchedule.SlotsVoided(2, _s(1));
        schedule.voidRemaining(2, _s(1));
        assertEq(schedule.holderAt(_s(0), 0), 2);
        assertEq(schedule.holderAt(_s(1), 0), RESERVE);
        assertEq(schedule.holderAt(_s(2), 0), 3);
        assertEq(schedule.holderAt(_s(7), 0), RESERVE);
        assertTrue(schedule.isVoided(_s(7)));
        assertFalse(schedule.isVoided(_s(0)));
    }

    function test_voidRemaining_RevertWhen_SlotBegan() public {
        _toSlot(_s(2));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_SlotBegun.selector, _s(2), _start(_s(2))));
        schedule.voidRemaining(3, _s(2));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_SlotBegun.selector, _s(1), _start(_s(1))));
        schedule.voidRemaining(2, _s(1));
    }

    function test_voidRemaining_GivenTakenOver_TakerKeepsIt() public {
        _toSlot(_s(2));
        _takeOver(5);
        schedule.voidRemaining(3, _s(3));
        assertEq(schedule.holderAt(_s(3), 0), 5);
        assertEq(schedule.holderAt(_s(5), 0), 5);
        _toSlot(_s(4));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_SlotVoided.selector, _s(5)));
        schedule.recordClaim(_s(5));
    }

    function test_voidRemaining_ForgetsClaimsOfTheVoidedSlots() public {
        _to(_start(_s(7)) - 8);
        schedule.recordClaim(_s(7));
        schedule.voidRemaining(2, _s(7));
        assertFalse(schedule.isClaimed(_s(7)));
        (uint16 assigned,) = schedule.recordClaim(_s(7));
        assertEq(assigned, RESERVE, "the reserve claims it anew");
    }

    function test_voidRemaining_ForgetsPendingReturns() public {
        _toSlot(_s(2));
        _takeOver(5);
        _to(_start(_s(3)) - 4);
        schedule.recordClaim(_s(4));
        schedule.recordClaim(_s(3));
        schedule.voidRemaining(3, _s(4));
        assertEq(schedule.holderAt(_s(3), 0), 3, "it returns for a slot");
        assertEq(schedule.holderAt(_s(4), 0), RESERVE, "and loses the rest");
        schedule.voidRemaining(3, _s(3));
        assertEq(schedule.holderAt(_s(3), 0), 5, "no return, so the taker stays");
        assertEq(schedule.holderAt(_s(5), 0), 5);
    }

    function test_voidRemaining_GivenTakeOverSpills_KeepsIt() public {
        _to(_start(_s(3)) - 2);
        _takeOver(5);
        schedule.voidRemaining(3, _s(3));
        assertEq(schedule.holderAt(_s(3), _start(_s(3))), RESERVE, "voided until the taker begins");
        assertEq(schedule.holderAt(_s(3), _start(_s(3)) + 2), 5);
        assertEq(schedule.holderAt(_s(4), 0), 5);
    }

    function test_voidRemaining_OfAnOperatorWithoutSlots_DoesNothing() public {
        vm.recordLogs();
        schedule.voidRemaining(9, _s(1));
        assertEq(vm.getRecordedLogs().length, 0);
    }

    /* MISSES */
    function test_recordMiss_CountsPerOperator() public {
        _toSlot(_s(2));
        _takeOver(1);
        (uint16 assigned, uint8 misses) = schedule.recordMiss(_s(2));
        assertEq(assigned, 3);
        assertEq(misses, 1);
        assertTrue(schedule.isMissed(_s(2)));
        _toSlot(_s(3));
        (, misses) = schedule.recordMiss(_s(3));
        assertEq(misses, 2);
        _toSlot(_s(7));
        _takeOver(1);
        (assigned, misses) = schedule.recordMiss(_s(7));
        assertEq(assigned, 2);
        assertEq(misses, 1, "its own only");
    }

    function test_recordMiss_NotOfASlotReturnedTo() public {
        _toSlot(_s(2));
        _takeOver(1);
        schedule.recordClaim(_s(4));
        _toSlot(_s(4));
        schedule.recordMiss(_s(3));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_NotMissed.selector, _s(4), 3));
        schedule.recordMiss(_s(4));
        _takeOver(5);
        schedule.recordMiss(_s(4));
    }

    function test_recordMiss_RevertWhen_NothingWasLost() public {
        _toSlot(_s(2));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_NotMissed.selector, _s(2), 3));
        schedule.recordMiss(_s(2));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_SlotNotBegun.selector, _s(3), _start(_s(3))));
        schedule.recordMiss(_s(3));
        _takeOver(1);
        schedule.recordMiss(_s(2));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_AlreadyMissed.selector, _s(2)));
        schedule.recordMiss(_s(2));
        schedule.voidRemaining(3, _s(3));
        _toSlot(_s(3));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_NotMissed.selector, _s(3), 3));
        schedule.recordMiss(_s(3));
    }

    /* ANCHOR */
    function test_anchorOf_IsTheLastClaimOrTakeOver() public {
        (uint256 l1Block, uint256 timestamp) = schedule.anchorOf(2);
        assertEq(l1Block + timestamp, 0, "none yet");
        _toSlot(_s(2));
        schedule.recordClaim(_s(2));
        _to(_start(_s(3)) + 6);
        _takeOver(1);
        (l1Block, timestamp) = schedule.anchorOf(2);
        assertEq(l1Block, block.number);
        assertEq(timestamp, block.timestamp);
        schedule.recordMiss(_s(3));
        _to(_start(_s(4)));
        schedule.recordMiss(_s(4));
        (uint256 same,) = schedule.anchorOf(2);
        assertEq(same, l1Block, "a miss is not an anchor");
    }

    /* ASSIGNMENTS STAY */
    /// @dev A stage that moves on, and another policy list, alter nothing that is frozen.
    function test_attack_StageChange_DoesNotMoveFrozenSlots() public {
        uint16[] memory before = schedule.slotsOf(2);
        registry.setStage(schedule, 2);
        policy.set(new uint16[](8));
        _toSlot(_s(4));
        _assertSlots(2, before);
        assertEq(schedule.currentHolder(), 3);
    }
}
