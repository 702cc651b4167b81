// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BatonTest} from "../BatonTest.sol";

import {IBaton} from "@rota/contracts/interfaces/IBaton.sol";
import {ISchedule} from "@rota/contracts/interfaces/ISchedule.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";

/// @notice Attacks on who is assigned and who holds, on a whole system. Alice has epoch 2, bob and carol bought epoch 3.
contract ScheduleAttacksTest is BatonTest {
    function setUp() public {
        _deployWithBaton();
        _sellTurns();
    }

    /* WHO LEAVES */
    /// @dev Elsewhere the list of operators was the schedule: one entry less, and another one sequenced at once.
    function test_attack_RemovalOfAnOperator_ChangesNeitherTheCurrentNorAFrozenOne() public {
        _claim(alice, FIRST);
        _warpToSlot(FIRST);
        _prepare(3);
        bytes32 frozen = _frozenSlots();
        for (uint256 i; i < OPERATORS; ++i) {
            vm.prank(governance);
            registry.setWhitelisted(operators[i].owner, 0);
            assertEq(schedule.currentHolder(), alice.id);
            assertEq(_frozenSlots(), frozen);
        }
        // It is still the one that acts, to the end of its turn.
        _callOut(reserve);
        _heartbeat(alice);
        _warpTo(_start(END) - 2);
        assertEq(schedule.currentHolder(), alice.id);
        _claim(_operatorAt(END), END);
    }

    /// @dev Nor does a key that is changed in the turn: the old one goes on, the new one does not yet count.
    function test_attack_KeyChangedInTheTurn_IsNotTheTurnsKey() public {
        (address key, uint256 privateKey) = makeAddrAndKey("another key of alice");
        bytes memory proof = _keyProof(alice.owner, privateKey);
        vm.prank(alice.owner);
        registry.setSequencerKey(alice.id, key, proof);
        vm.prank(key);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_NotYourTurn.selector, FIRST, alice.id, key));
        baton.claim(FIRST);
        _claim(alice, FIRST);
    }

    /* WHO TIMES THE FREEZE */
    /// @dev The first second in which it can be frozen and the last one give the same slots, whatever its caller does meanwhile.
    function test_attack_WhoeverTimesFreeze_ChoosesNeitherSetNorSeed() public {
        _warpToSlot(FIRST);
        _recordSeed(3);
        _settle(3);
        _assertTimingChoosesNothing(3);
    }

    function test_attack_WhoeverTimesFreeze_GivenNobodyBid_ChoosesNothingEither() public {
        _warpToSlot(FIRST);
        _prepare(3);
        _warpToSlot(END);
        _recordSeed(4);
        _assertTimingChoosesNothing(4);
    }

    /// @dev Before its first block there is no seed, after its last one there is nothing left to choose: the slots are the reserve's.
    function test_attack_FreezeOutsideOfItsEpoch_IsRefused() public {
        uint256 opens = schedule.startOfEpoch(3);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TooEarly.selector, uint64(4), opens));
        schedule.freeze(4);
        _warpTo(opens - 2);
        _recordSeed(3);
        _settle(3);
        _warpTo(opens);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TooLate.selector, uint64(3), opens));
        schedule.freeze(3);
        assertEq(schedule.currentHolder(), reserve.id);
    }

    /* FIRST AND LAST BLOCKS */
    /// @dev The boundary is a second of the clock: no claim, early or late, moves it.
    function test_attack_FirstAndLastBlockOfATurn_AreOneOperatorsEach() public {
        assertEq(schedule.holderAt(FIRST - 1, _start(FIRST) - 1), reserve.id);
        assertEq(schedule.holderAt(FIRST, _start(FIRST)), alice.id);
        _claim(alice, FIRST);
        assertEq(schedule.currentHolder(), reserve.id, "claimed is not begun");
        _warpTo(_start(FIRST) - 2);
        assertEq(schedule.currentHolder(), reserve.id);
        _mine();
        assertEq(schedule.currentHolder(), alice.id);
        _prepare(3);
        _warpTo(_start(END) - 2);
        Operator memory next = _operatorAt(END);
        _claim(next, END);
        assertEq(schedule.currentHolder(), alice.id);
        _mine();
        assertEq(schedule.currentHolder(), next.id);
    }

    /// @dev In the last blocks of a turn a take-over would begin after it: it could only reach into the next operator's.
    function test_attack_TakeOverInTheLastBlockOfATurn_ReachesNobodyElse() public {
        _prepare(3);
        uint256 end = _start(END);
        _warpTo(end - 4);
        vm.prank(reserve.sequencer);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TurnEnding.selector, end, end));
        baton.takeOver();
    }

    /* LATE WINNERS */
    /// @dev It paid for the turn. Until its grace is over nobody else gets it, a stranger never, and whoever takes over an idle
    /// turn gives it back with the winner's next claim.
    function test_attack_LateWinner_DoesNotPayForAStrangersTurn() public {
        uint256 grace = _start(FIRST) + baton.CLAIM_GRACE();
        address[3] memory others = [stranger, bob.sequencer, reserve.sequencer];
        _warpTo(_start(FIRST));
        for (; vm.getBlockTimestamp() < grace; _mine()) {
            for (uint256 i; i < 3; ++i) {
                vm.prank(others[i]);
                vm.expectRevert();
                baton.takeOver();
            }
        }
        uint256 snapshot = vm.snapshotState();

        // Late, and there before the reserve: all of the turn.
        _claim(alice, FIRST);
        vm.prank(reserve.sequencer);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_HolderNotSilent.selector, alice.id));
        baton.takeOver();
        vm.revertToState(snapshot);

        // Later than the reserve: the rest of it.
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_NotActive.selector, stranger));
        baton.takeOver();
        _takeOver(reserve);
        _claim(alice, FIRST + 1);
        _warpToSlot(FIRST + 1);
        assertEq(schedule.currentHolder(), alice.id);
        assertEq(schedule.holderAt(END - 1, _start(END) - 1), alice.id);
    }

    /* INTERNAL */
    /// @dev Of an epoch that is ready to be frozen.
    function _assertTimingChoosesNothing(uint64 epoch) internal {
        bytes32 seed = schedule.seedOf(epoch);
        uint256 snapshot = vm.snapshotState();
        _freeze(epoch);
        uint16[] memory early = schedule.slotsOf(epoch);
        vm.revertToState(snapshot);

        Operator memory late = _register("late operator", 200);
        _bond(late.id, 10 ether);
        _activate(late);
        vm.prank(bob.owner);
        registry.deactivate(bob.id);
        vm.prank(governance);
        registry.setWhitelisted(carol.owner, 0);
        _warpTo(schedule.startOfEpoch(epoch) - 2);
        (bytes memory header, bytes memory parent) = _l1Headers(vm.getBlockTimestamp() - 4);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_SeedAlreadyRecorded.selector, epoch));
        schedule.recordSeed(epoch, header, parent);
        assertEq(schedule.seedOf(epoch), seed);
        _freeze(epoch);
        assertEq(abi.encode(schedule.slotsOf(epoch)), abi.encode(early));
    }

    function _frozenSlots() internal view returns (bytes32) {
        return keccak256(abi.encode(schedule.slotsOf(2), schedule.slotsOf(3)));
    }
}
