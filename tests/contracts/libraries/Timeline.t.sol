// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {Clocked} from "@rota/contracts/libraries/Clocked.sol";
import {Timeline} from "@rota/contracts/libraries/Timeline.sol";
import {Clock} from "@rota/contracts/types/Types.sol";

contract ClockedHarness is Clocked {
    constructor(Clock memory clock_) Clocked(clock_) {}

    function requireBeforeGenesis() external view {
        Timeline.requireBeforeGenesis(_clock());
    }

    function position() external view returns (uint64 epoch, uint256 index, uint256 offset) {
        return _now();
    }

    function commitWindow(uint64 epoch) external view returns (uint256 opens, uint256 closes) {
        return Timeline.commitWindow(_clock(), epoch);
    }
}

contract TimelineTest is Test {
    using Timeline for Clock;

    function setUp() public {
        vm.warp(1_000_000);
    }

    /* SLOTS AND EPOCHS */
    function test_slotAt_CountsFromGenesis() public pure {
        Clock memory c = _mainnet();
        assertEq(c.slotAt(0), 0, "before genesis");
        assertEq(c.slotAt(2_000_000), 0);
        assertEq(c.slotAt(2_001_799), 0);
        assertEq(c.slotAt(2_001_800), 1);
        assertEq(c.epochAt(2_021_599), 0);
        assertEq(c.epochAt(2_021_600), 1, "12 slots an epoch");
        assertEq(c.startOfEpoch(2), 2_043_200);
        assertEq(c.endOfEpoch(1), 2_043_200);
        assertEq(c.indexOf(25), 1);
        assertEq(c.firstSlotOf(2), 24);
    }

    function testFuzz_slotAt_AgreesWithItsBounds(Clock memory c, uint256 timestamp) public pure {
        c = _bound(c);
        timestamp = bound(timestamp, c.genesis, 1e12);
        uint64 slot = c.slotAt(timestamp);
        assertLe(c.startOfSlot(slot), timestamp);
        assertGt(c.endOfSlot(slot), timestamp);
        assertEq(c.endOfSlot(slot), c.startOfSlot(slot + 1));

        uint64 epoch = c.epochAt(timestamp);
        assertEq(c.epochOf(slot), epoch);
        assertLe(c.startOfEpoch(epoch), timestamp);
        assertGt(c.endOfEpoch(epoch), timestamp);
        assertEq(c.firstSlotOf(epoch) + c.indexOf(slot), slot);
        assertEq(c.startOfSlot(c.firstSlotOf(epoch)), c.startOfEpoch(epoch));
    }

    /// @dev The struct-free twin of the hot path says the same.
    function testFuzz_now_AgreesWithTimeline(Clock memory c, uint256 timestamp) public {
        c = _bound(c);
        ClockedHarness harness = new ClockedHarness(c);
        vm.warp(bound(timestamp, 1_000_000, 1e12));
        (uint64 epoch, uint256 index, uint256 offset) = harness.position();
        uint64 slot = c.slotAt(block.timestamp);
        assertEq(epoch, c.epochOf(slot));
        assertEq(index, c.indexOf(slot));
        assertEq(offset, block.timestamp < c.genesis ? 0 : block.timestamp - c.startOfSlot(slot));
        assertEq(abi.encode(harness.clock()), abi.encode(c));
    }

    /* EPOCH PIPELINE */
    function test_windows_SplitTheEpochBeforeLast() public pure {
        Clock memory c = _mainnet();
        (uint256 opens, uint256 closes) = c.commitWindow(2);
        assertEq(opens, 2_000_000);
        assertEq(closes, 2_012_960, "60 % of 21,600 s");
        (opens, closes) = c.revealWindow(2);
        assertEq(opens, 2_012_960);
        assertEq(closes, 2_021_600);
        (opens, closes) = c.freezeWindow(2);
        assertEq(opens, 2_021_600);
        assertEq(closes, 2_043_200);
    }

    function testFuzz_windows_FollowEachOther(Clock memory c, uint64 epoch) public pure {
        c = _bound(c);
        epoch = uint64(bound(epoch, 2, 1e9));
        (uint256 commitOpens, uint256 commitCloses) = c.commitWindow(epoch);
        (uint256 revealOpens, uint256 revealCloses) = c.revealWindow(epoch);
        (uint256 freezeOpens, uint256 freezeCloses) = c.freezeWindow(epoch);
        assertEq(commitOpens, c.startOfEpoch(epoch - 2));
        assertEq(commitCloses, revealOpens);
        assertEq(revealCloses, freezeOpens);
        assertEq(freezeCloses, c.startOfEpoch(epoch));
        assertLt(commitOpens, commitCloses);
        assertLt(revealOpens, revealCloses);
    }

    function test_commitWindow_RevertWhen_EpochHasNoPredecessor() public {
        ClockedHarness harness = new ClockedHarness(_mainnet());
        vm.expectRevert(abi.encodeWithSelector(Timeline.Timeline_EpochUnscheduled.selector, 1));
        harness.commitWindow(1);
    }

    function test_l2Timestamp_CountsFromL2Genesis() public pure {
        assertEq(_mainnet().l2Timestamp(0), 1_500_000);
        assertEq(_mainnet().l2Timestamp(7), 1_500_014);
    }

    /* VALIDATION */
    /// @dev What governance adds to a deployment has its clock, which has begun.
    function test_validate_AcceptsAClockThatHasBegun() public {
        Clock memory c = _mainnet();
        ClockedHarness harness = new ClockedHarness(c);
        vm.warp(c.genesis - 1);
        harness.requireBeforeGenesis();
        vm.warp(c.genesis);
        new ClockedHarness(c);
        vm.expectRevert(abi.encodeWithSelector(Timeline.Timeline_GenesisNotInFuture.selector, c.genesis, c.genesis));
        harness.requireBeforeGenesis();
    }

    function test_validate_AcceptsMainnetAndDevnet() public {
        new ClockedHarness(_mainnet());
        new ClockedHarness(Clock(1_000_001, 16, 4, 2, 0, 1));
    }

    function test_validate_RefusesAClockThatCannotRun() public {
        Clock memory c = _mainnet();
        c.slotSeconds = 95;
        _expect(c, abi.encodeWithSelector(Timeline.Timeline_SlotTooShort.selector, 95, 96));
        c = _mainnet();
        c.slotSeconds = 65_536;
        _expect(c, abi.encodeWithSelector(Timeline.Timeline_SlotTooLong.selector, 65_536, 65_535));
        c = _mainnet();
        c.slotsPerEpoch = 0;
        _expect(c, abi.encodeWithSelector(Timeline.Timeline_SlotsPerEpochOutOfRange.selector, 0, 45));
        c.slotsPerEpoch = 46;
        _expect(c, abi.encodeWithSelector(Timeline.Timeline_SlotsPerEpochOutOfRange.selector, 46, 45));
        c = _mainnet();
        c.l2BlockSeconds = 13;
        _expect(c, abi.encodeWithSelector(Timeline.Timeline_L2BlockTooLong.selector, 13, 12));
        c.l2BlockSeconds = 0;
        _expect(c, abi.encodeWithSelector(Timeline.Timeline_ZeroBlockTime.selector, 12, 0));
        c = _mainnet();
        c.genesis = 1_800_000_000_000;
        _expect(
            c, abi.encodeWithSelector(Timeline.Timeline_GenesisTooFar.selector, 1_800_000_000_000, type(uint40).max)
        );
    }

    function _expect(Clock memory c, bytes memory reason) internal {
        vm.expectRevert(reason);
        new ClockedHarness(c);
    }

    function _mainnet() internal pure returns (Clock memory) {
        return Clock({
            genesis: 2_000_000,
            slotSeconds: 1800,
            slotsPerEpoch: 12,
            l1BlockSeconds: 12,
            l2GenesisTime: 1_500_000,
            l2BlockSeconds: 2
        });
    }

    function _bound(Clock memory c) internal pure returns (Clock memory) {
        c.genesis = uint64(bound(c.genesis, 1_000_001, 1e10));
        c.l1BlockSeconds = uint16(bound(c.l1BlockSeconds, 1, 60));
        c.l2BlockSeconds = uint16(bound(c.l2BlockSeconds, 1, c.l1BlockSeconds));
        c.slotSeconds = uint32(bound(c.slotSeconds, 8 * uint256(c.l1BlockSeconds), 65_535));
        c.slotsPerEpoch = uint16(bound(c.slotsPerEpoch, 1, 45));
        return c;
    }
}
