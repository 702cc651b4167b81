// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Headers} from "./utils/Headers.sol";
import {ScheduleBase} from "./utils/ScheduleBase.sol";
import {Schedule} from "@rota/contracts/Schedule.sol";
import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";
import {ISchedule} from "@rota/contracts/interfaces/ISchedule.sol";
import {Timeline} from "@rota/contracts/libraries/Timeline.sol";
import {Clock, EpochPhase, RESERVE} from "@rota/contracts/types/Types.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Seeds, freezes and cancels: slots of 16 s, 4 an epoch, 2 s L1 blocks, a ring of 8 epochs, 160 s of disputes.
contract ScheduleTest is ScheduleBase {
    address internal constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    /// @dev EIP-2935's own code, as the L1 has it.
    bytes internal constant HISTORY_CODE =
        hex"3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";

    function setUp() public {
        _deploy(4, 160, 8);
    }

    /* CONSTRUCTION */
    function test_constructor_RevertWhen_ParametersCannotWork() public {
        Clock memory c = clock;
        _expectRefused(c, 64, 160, 8, abi.encodeWithSelector(ISchedule.Schedule_SeedDelayTooLong.selector, 64, 64));
        // 160 s are 3 epochs of 64 s, rounded up.
        _expectRefused(c, 2, 160, 4, abi.encodeWithSelector(ISchedule.Schedule_RingOutOfRange.selector, 4, 5, 128));
        _expectRefused(c, 2, 160, 129, abi.encodeWithSelector(ISchedule.Schedule_RingOutOfRange.selector, 129, 5, 128));
        uint256 genesis = c.genesis;
        vm.warp(genesis);
        bytes memory begun = abi.encodeWithSelector(Timeline.Timeline_GenesisNotInFuture.selector, genesis, genesis);
        _expectRefused(c, 2, 160, 8, begun);
        vm.warp(genesis - 1);
        (c.slotSeconds, c.slotsPerEpoch) = (16_383, 1);
        _expectRefused(c, 2, 160, 8, abi.encodeWithSelector(ISchedule.Schedule_EpochTooLong.selector, 16_383, 16_382));
    }

    function _expectRefused(Clock memory c, uint32 seedDelay, uint32 disputes, uint16 ring, bytes memory reason)
        internal
    {
        IPolicy[][] memory policies = new IPolicy[][](0);
        vm.expectRevert(reason);
        new Schedule(
            c,
            IOperatorRegistry(address(registry)),
            address(this),
            ISchedule.Params({seedDelay: seedDelay, disputePeriod: disputes, ring: ring}),
            policies
        );
    }

    /* SEED */
    function test_recordSeed_RecordsAndTags() public {
        _to(_seedTime(2) + 2);
        (bytes memory header, bytes memory parent) = _headers(2, keccak256("mix"));
        bytes32 hash = keccak256(
            abi.encode(keccak256("Rota.Seed.v1"), block.chainid, address(schedule), uint64(2), keccak256("mix"))
        );
        bytes32 expected = bytes32(uint256(hash) & ~uint256(0xffff) | 2);
        vm.expectEmit(address(schedule));
        emit ISchedule.SeedRecorded(2, block.number - 1, expected);
        schedule.recordSeed(2, header, parent);
        assertEq(schedule.seedOf(2), expected);
        assertTrue(schedule.phaseOf(2) == EpochPhase.Seeded);
    }

    function testFuzz_recordSeed_DependsOnMixHashAndEpochAlone(bytes32 mix, address caller) public {
        _to(_seedTime(2) + 2);
        (bytes memory header, bytes memory parent) = _headers(2, mix);
        vm.prank(caller);
        schedule.recordSeed(2, header, parent);
        bytes32 hash =
            keccak256(abi.encode(keccak256("Rota.Seed.v1"), block.chainid, address(schedule), uint64(2), mix));
        assertEq(uint256(schedule.seedOf(2)) >> 16, uint256(hash) >> 16);
    }

    function test_recordSeed_ReadsEIP2935BeyondBlockhash() public {
        _to(_seedTime(2) + 2);
        (bytes memory header, bytes memory parent) = _headers(2, keccak256("mix"));
        uint256 number = block.number - 1;
        vm.etch(HISTORY, HISTORY_CODE);
        vm.store(HISTORY, bytes32(number % 8191), keccak256(header));
        vm.roll(number + 300);
        assertEq(blockhash(number), 0, "out of BLOCKHASH's reach");
        schedule.recordSeed(2, header, parent);
        assertTrue(schedule.phaseOf(2) == EpochPhase.Seeded);
    }

    function test_recordSeed_RevertWhen_OutOfTime() public {
        _to(_seedTime(2) - 1);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TooEarly.selector, 2, _seedTime(2)));
        schedule.recordSeed(2, "", "");
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TooEarly.selector, 3, _start(_first(2))));
        schedule.recordSeed(3, "", "");
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_EpochUnscheduled.selector, 1));
        schedule.recordSeed(1, "", "");
        _toSlot(_first(2));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TooLate.selector, 2, _start(_first(2))));
        schedule.recordSeed(2, "", "");
    }

    function test_recordSeed_RevertWhen_RecordedBefore() public {
        _seed(2);
        (bytes memory header, bytes memory parent) = _headers(2, keccak256("another"));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_SeedAlreadyRecorded.selector, 2));
        schedule.recordSeed(2, header, parent);
    }

    function test_recordSeed_RevertWhen_HeaderIsNotTheChains() public {
        _to(_seedTime(2) + 2);
        (bytes memory header, bytes memory parent) = _headers(2, keccak256("mix"));
        (bytes32 known, uint256 number) = (keccak256(header), block.number - 1);
        header = Headers.encode(number, _seedTime(2), keccak256(parent), keccak256("a better mix"));
        vm.expectRevert(
            abi.encodeWithSelector(ISchedule.Schedule_HeaderUnknown.selector, number, keccak256(header), known)
        );
        schedule.recordSeed(2, header, parent);
        vm.expectPartialRevert(ISchedule.Schedule_HeaderUnknown.selector);
        schedule.recordSeed(2, "not RLP", parent);
    }

    function test_recordSeed_RevertWhen_ParentIsAnotherBlock() public {
        _to(_seedTime(2) + 2);
        (bytes memory header, bytes memory parent) = _headers(2, keccak256("mix"));
        bytes memory forged = Headers.encode(block.number - 2, _seedTime(2) - 1, bytes32(0), bytes32(0));
        vm.expectRevert(
            abi.encodeWithSelector(ISchedule.Schedule_NotTheParent.selector, keccak256(parent), keccak256(forged))
        );
        schedule.recordSeed(2, header, forged);
    }

    /// @dev Whoever times `recordSeed` has one block to choose from.
    function test_attack_SeedBlockIsChosen_RevertsForAllButTheFirst() public {
        uint256 time = _seedTime(2);
        _to(time + 10);
        (bytes memory header, bytes memory parent) = _headersAt(time + 2, time, keccak256("later"));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_NotTheSeedBlock.selector, time + 2, time, time));
        schedule.recordSeed(2, header, parent);
        (header, parent) = _headersAt(time - 2, time - 4, keccak256("earlier"));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_NotTheSeedBlock.selector, time - 2, time - 4, time));
        schedule.recordSeed(2, header, parent);
        // L1 missed slots: the first one is late.
        (header, parent) = _headersAt(time + 4, time - 1, keccak256("first"));
        schedule.recordSeed(2, header, parent);
    }

    /* FREEZE */
    function test_freeze_AssignsTheSlots() public {
        _seed(2);
        policy.set(_ids(2, 3, 0, 4));
        vm.expectEmit(address(schedule));
        emit ISchedule.EpochFrozen(2, hex"0002000300000004");
        schedule.freeze(2);
        _assertSlots(2, _ids(2, 3, 0, 4));
        assertTrue(schedule.phaseOf(2) == EpochPhase.Frozen);
        assertEq(schedule.holderAt(8, _start(8)), 2);
        assertEq(schedule.holderAt(10, _start(10)), RESERVE, "nobody's slot");
        assertEq(schedule.assignedTo(10), RESERVE);
    }

    function test_freeze_SecondPolicyFillsWhatTheFirstLeft() public {
        _seed(2);
        policy.set(_ids(2, 0, 0, 4));
        second.set(_ids(9, 9, 0, 9));
        schedule.freeze(2);
        _assertSlots(2, _ids(2, 9, 0, 4));
    }

    function test_freeze_UsesThePoliciesOfTheStage() public {
        registry.setStage(schedule, 1);
        _seed(2);
        policy.set(_ids(2, 0, 0, 4));
        second.set(_ids(9, 9, 9, 9));
        schedule.freeze(2);
        _assertSlots(2, _ids(2, 0, 0, 4));
        registry.setStage(schedule, 2);
        _seed(3);
        schedule.freeze(3);
        _assertSlots(3, _ids(0, 0, 0, 0));
    }

    function test_freeze_RevertWhen_PolicyTakesAnothersSlot() public {
        _seed(2);
        policy.set(_ids(2, 0, 0, 4));
        second.setGreedy(true);
        second.set(_ids(9, 9, 9, 9));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_PolicyBroke.selector, second));
        schedule.freeze(2);
    }

    function test_freeze_RevertWhen_PolicyChangesTheNumberOfSlots() public {
        _seed(2);
        policy.setGreedy(true);
        policy.set(new uint16[](5));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_PolicyBroke.selector, policy));
        schedule.freeze(2);
    }

    function test_freeze_RevertWhen_PolicyIsNotReady() public {
        _seed(2);
        second.setNotReady(true);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_PolicyNotReady.selector, second, 2));
        schedule.freeze(2);
    }

    function test_freeze_RevertWhen_OutOfTimeOrUnseeded() public {
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TooEarly.selector, 2, _start(_first(1))));
        schedule.freeze(2);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_EpochUnscheduled.selector, 0));
        schedule.freeze(0);
        _toSlot(_first(1));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_SeedNotRecorded.selector, 2));
        schedule.freeze(2);
        _seed(2);
        _toSlot(_first(2));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TooLate.selector, 2, _start(_first(2))));
        schedule.freeze(2);
    }

    /// @dev Nobody who times `freeze` can have a second try.
    function test_freeze_RevertWhen_FrozenBefore() public {
        _freeze(2, _ids(2, 3, 4, 5));
        policy.set(_ids(9, 9, 9, 9));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_AlreadyFrozen.selector, 2));
        schedule.freeze(2);
    }

    /// @dev Every number of slots fills its words, and only them.
    function testFuzz_freeze_AnyNumberOfSlots(uint16 n, uint256 seed) public {
        n = uint16(bound(n, 1, 45));
        _deploy(n, 16, 8);
        uint16[] memory ids = new uint16[](n);
        for (uint256 i; i < n; ++i) {
            ids[i] = uint16(uint256(keccak256(abi.encode(seed, i))));
        }
        _freeze(2, ids);
        _assertSlots(2, ids);
        assertTrue(schedule.phaseOf(2) == EpochPhase.Frozen);
    }

    /* CANCEL */
    function test_cancel_EpochThatBeganUnfrozen() public {
        _seed(2);
        _toSlot(_first(2));
        vm.expectEmit(address(schedule));
        emit ISchedule.EpochCancelled(2);
        schedule.cancel(2);
        assertTrue(schedule.phaseOf(2) == EpochPhase.Cancelled);
        assertEq(schedule.currentHolder(), RESERVE);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_AlreadyCancelled.selector, 2));
        schedule.cancel(2);

        _toSlot(_first(100));
        assertTrue(schedule.phaseOf(2) == EpochPhase.Cancelled, "remembered for ever");
    }

    function test_cancel_RevertWhen_ItCouldStillBeOrIsFrozen() public {
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_EpochUnscheduled.selector, 1));
        schedule.cancel(1);
        _freeze(2, _ids(2, 3, 4, 5));
        _to(_start(_first(2)) - 1);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TooEarly.selector, 2, _start(_first(2))));
        schedule.cancel(2);
        _toSlot(_first(2));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_AlreadyFrozen.selector, 2));
        schedule.cancel(2);
    }

    function test_cancel_GivenTheEpochLeftTheRing() public {
        _toSlot(_first(100));
        schedule.cancel(2);
        assertTrue(schedule.phaseOf(2) == EpochPhase.Cancelled);
    }

    /// @dev Epochs 2, 10, 18 and 26 share their words; the first and the last one are frozen.
    function test_freeze_GivenNobodyCancelledTheEpochsBefore_CancelsThem() public {
        _freeze(2, _ids(2, 3, 4, 5));
        _toSlot(_first(10));
        schedule.cancel(10);
        _toSlot(_first(25));
        assertTrue(schedule.phaseOf(2) == EpochPhase.Frozen, "forgotten, its words stand");
        assertTrue(schedule.phaseOf(18) == EpochPhase.Pending);
        vm.recordLogs();
        _freeze(26, _ids(2, 3, 4, 5));
        uint256 cancellations;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != ISchedule.EpochCancelled.selector) continue;
            ++cancellations;
            assertEq(uint256(logs[i].topics[1]), 18);
        }
        assertEq(cancellations, 1);
        assertTrue(schedule.phaseOf(18) == EpochPhase.Cancelled);
        assertTrue(schedule.phaseOf(10) == EpochPhase.Cancelled);
        assertTrue(schedule.phaseOf(2) == EpochPhase.Frozen, "forgotten, its words are taken");
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_AlreadyFrozen.selector, 2));
        schedule.cancel(2);
    }

    function test_freeze_GivenItsWordsWereNeverWritten_CancelsTheEpochBefore() public {
        _toSlot(_first(8));
        _freeze(9, _ids(2, 3, 4, 5));
        assertTrue(schedule.phaseOf(1) == EpochPhase.Pending, "there is nothing to cancel");
        _toSlot(_first(9));
        _freeze(10, _ids(2, 3, 4, 5));
        assertTrue(schedule.phaseOf(2) == EpochPhase.Cancelled);
        assertTrue(schedule.phaseOf(3) == EpochPhase.Pending);
    }

    /* RING */
    /// @dev Epoch 10 shares epoch 2's words. Nobody freezes it: what they still say is epoch 2's.
    function test_attack_StaleRingWord_IsNotReadAsSchedule() public {
        _freeze(2, _ids(2, 3, 3, 5));
        _toSlot(_first(2));
        schedule.recordClaim(_first(2));
        _toSlot(_first(2) + 1);
        schedule.recordTakeOver(9);
        schedule.recordMiss(_first(2) + 1);
        schedule.voidRemaining(5, _first(2) + 3);

        _toSlot(_first(10));
        for (uint64 slot = _first(10); slot < _first(11); ++slot) {
            assertEq(schedule.holderAt(slot, _start(slot)), RESERVE);
            assertFalse(schedule.isClaimed(slot), "claimed");
            assertFalse(schedule.isMissed(slot), "missed");
            assertFalse(schedule.isVoided(slot), "voided");
        }
        (uint256 l1Block, uint256 timestamp) = schedule.anchorOf(10);
        assertEq(l1Block + timestamp, 0, "anchor");
        assertTrue(schedule.phaseOf(10) == EpochPhase.Pending);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_SeedNotRecorded.selector, 10));
        schedule.seedOf(10);
    }

    function test_holderAt_RevertWhen_OutsideTheRing() public {
        _freeze(2, _ids(2, 3, 4, 5));
        _toSlot(_first(8));
        assertEq(schedule.holderAt(_first(2) + 1, 0), 3, "oldest one: 8 - 8 + 2");
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_SlotForgotten.selector, _first(2) - 1, _first(2)));
        schedule.holderAt(_first(2) - 1, 0);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_SlotTooFar.selector, _first(10), _first(10) - 1));
        schedule.holderAt(_first(10), 0);
        assertEq(schedule.holderAt(_first(10) - 1, 0), RESERVE);
        _toSlot(_first(9));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_SlotForgotten.selector, _first(2) + 1, _first(3)));
        schedule.holderAt(_first(2) + 1, 0);
    }

    function test_views_BeforeGenesis_AreTheReserves() public {
        assertEq(schedule.currentSlot(), 0);
        assertEq(schedule.currentEpoch(), 0);
        assertEq(schedule.currentHolder(), RESERVE);
        _toSlot(_first(2) - 1);
        assertEq(schedule.currentHolder(), RESERVE, "epoch 1 too");
    }

    /* LIVE SLOTS */
    function test_liveSlotsOf_LapsesWithTheDisputePeriod() public {
        _freeze(2, _ids(2, 3, 2, 4));
        assertEq(schedule.liveSlotsOf(2), 2, "from the freeze on");
        assertEq(schedule.lastDisputeEnd(2), _start(_first(3)) + 160);
        _freeze(3, _ids(3, 3, 2, 4));
        assertEq(schedule.liveSlotsOf(2), 3);
        assertEq(schedule.liveSlotsOf(3), 3);
        assertEq(schedule.liveSlotsOf(9), 0);
        assertEq(schedule.lastDisputeEnd(9), 0);

        _to(_start(_first(3)) + 159);
        assertEq(schedule.liveSlotsOf(2), 3);
        _to(_start(_first(3)) + 160);
        assertEq(schedule.liveSlotsOf(2), 1);
        assertEq(schedule.lastDisputeEnd(2), _start(_first(4)) + 160);
        _to(_start(_first(4)) + 160);
        assertEq(schedule.liveSlotsOf(2), 0);
        assertEq(schedule.lastDisputeEnd(2), 0);
    }

    function test_liveSlotsOf_IncludesVoidedOnes() public {
        _freeze(2, _ids(2, 3, 2, 4));
        schedule.voidRemaining(2, _first(2));
        assertEq(schedule.liveSlotsOf(2), 2);
    }
}
