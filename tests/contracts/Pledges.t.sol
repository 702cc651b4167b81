// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondedTest} from "./BondedTest.sol";
import {Pledges} from "@rota/contracts/Pledges.sol";
import {IBondVault} from "@rota/contracts/interfaces/IBondVault.sol";
import {IPledges} from "@rota/contracts/interfaces/IPledges.sol";
import {ISchedule} from "@rota/contracts/interfaces/ISchedule.sol";
import {ISealedBidAuction} from "@rota/contracts/interfaces/ISealedBidAuction.sol";

contract Pledges_Test is BondedTest {
    uint16 internal alice;
    address internal owner;

    function setUp() public override {
        super.setUp();
        alice = _register("alice");
        owner = _owner("alice");
        _deposit(alice, 40 ether);
        _warpToEpoch(3);
    }

    function _pledge(uint256 value) internal {
        vm.prank(owner);
        pledges.setPledge(alice, value);
    }

    function _required() internal view returns (uint256 required) {
        (required,) = pledges.requiredOf(alice);
    }

    function _expectOutOfRange(string memory parameter, uint256 value, IPledges.Params memory params) internal {
        vm.expectRevert(abi.encodeWithSelector(IPledges.Pledges_OutOfRange.selector, parameter, value));
        new Pledges(clock, registry, vault, ISchedule(address(schedule)), ISealedBidAuction(address(schedule)), params);
    }

    function test_constructor_RevertWhen_AParameterIsOutOfRange() public {
        vm.warp(clock.genesis - 1);
        IPledges.Params memory params = _pledgesParams();
        params.minLock = 8 gwei - 1;
        _expectOutOfRange("minLock", 8 gwei - 1, params);
        params = _pledgesParams();
        params.maxLock = params.minLock - 1;
        _expectOutOfRange("maxLock", params.maxLock, params);
        params.maxLock = 2 ** 48 * 1 gwei;
        _expectOutOfRange("maxLock", params.maxLock, params);
        params = _pledgesParams();
        params.firstLock = params.maxLock + 1;
        _expectOutOfRange("firstLock", params.firstLock, params);
        params = _pledgesParams();
        params.idleBps = 10_001;
        _expectOutOfRange("idleBps", 10_001, params);
        // Promises that hold nothing while idle would weigh without end.
        params.idleBps = 0;
        _expectOutOfRange("idleBps", 0, params);
        params = _pledgesParams();
        params.defaultBps = 10_001;
        _expectOutOfRange("defaultBps", 10_001, params);
    }

    /* PLEDGES */
    function test_setPledge_ThreeEpochsOn_OneAtATime() public {
        vm.expectEmit();
        emit IPledges.PledgeSet(alice, 30 ether, 6);
        _pledge(30 ether + 1);
        assertEq(pledges.pledgeAt(alice, 5), 0);
        assertEq(pledges.pledgeAt(alice, 6), 30 ether);
        vm.expectRevert(abi.encodeWithSelector(IPledges.Pledges_ChangePending.selector, 6));
        _pledge(1 ether);
        _warpToEpoch(6);
        vm.expectRevert(abi.encodeWithSelector(IPledges.Pledges_PledgeTooLarge.selector, 2 ** 72 * 1 gwei));
        _pledge(2 ** 72 * 1 gwei);
        _pledge(0);
        assertEq(pledges.pledgeAt(alice, 8), 30 ether);
        assertEq(pledges.pledgeAt(alice, 9), 0);
        vm.expectRevert(abi.encodeWithSelector(IPledges.Pledges_NotOwner.selector, alice, address(this)));
        pledges.setPledge(alice, 1);
    }

    /// Idle a part of it, from the freeze to the end of the epoch the whole.
    function test_requiredOf_APledge_APartOfItWhileIdle_TheWholeWithSlotsAhead() public {
        _pledge(40 ether);
        assertEq(_required(), 0);
        _warpToEpoch(4);
        assertEq(_required(), 10 ether, "a quarter, as soon as weights are drawn from it");
        _warpToEpoch(5);
        schedule.set(alice, 2, _startOf(7) + 160);
        assertEq(_required(), 40 ether + 2 * LOCK, "two slots of epoch 6");
        vm.prank(owner);
        vm.expectRevert(
            abi.encodeWithSelector(IBondVault.BondVault_BelowRequirement.selector, alice, 40 ether - 1 gwei, 42 ether)
        );
        vault.requestExit(alice, 0, 1 gwei);
        vm.warp(_startOf(7) - 1);
        assertEq(_required(), 40 ether + 2 * LOCK);
        vm.warp(_startOf(7));
        assertEq(_required(), 10 ether + 2 * LOCK, "the locks hold on");
    }

    function test_checkPledge_CountsWhatStaysThroughTheEpoch() public {
        address dora = _delegate("dora", alice, 20 ether);
        _pledge(60 ether);
        assertEq(pledges.checkPledge(alice, 5), 0);
        assertEq(pledges.checkPledge(alice, 6), 0);
        uint256 id = vault.idOf(alice, 0);
        vm.prank(dora);
        vault.undelegate(id, 20e9);
        assertEq(vault.bondOf(alice), 40 ether);
        (uint256 epoch,) = (0, 0);
        // Released between the end of epoch 7 and that of epoch 8: the operator has until then to find another.
        uint256 release = vault.elasticRelease();
        epoch = (release - clock.genesis) / EPOCH;
        assertEq(pledges.checkPledge(alice, uint64(epoch - 1)), 0);
        assertEq(pledges.checkPledge(alice, uint64(epoch)), 20 ether);
        vm.warp(release);
        assertEq(pledges.checkPledge(alice, uint64(epoch)), 20 ether);
        _deposit(alice, 15 ether);
        assertEq(pledges.checkPledge(alice, uint64(epoch + 1)), 5 ether);
    }

    function test_takeDefault_LocksAndATenthOfTheShortfall_AllBurned() public {
        _pledge(100 ether);
        _warpToEpoch(5);
        vm.prank(address(schedule));
        vm.expectEmit();
        emit IPledges.Defaulted(alice, 6, 3, 60 ether, 3 * LOCK + 6 ether, 9 ether);
        (uint256 shortfall, uint256 taken) = pledges.takeDefault(alice, 6, 3);
        assertEq(shortfall, 60 ether);
        assertEq(taken, 9 ether);
        assertEq(vault.burnable()[0], 9 ether);
        assertEq(vault.bondOf(alice), 31 ether);
    }

    function test_takeDefault_RevertWhen_HeldOrNotTheSchedule() public {
        _pledge(40 ether);
        vm.expectRevert(abi.encodeWithSelector(IPledges.Pledges_NotSchedule.selector, address(this)));
        pledges.takeDefault(alice, 6, 3);
        vm.prank(address(schedule));
        vm.expectRevert(abi.encodeWithSelector(IPledges.Pledges_Held.selector, alice, 6));
        pledges.takeDefault(alice, 6, 3);
    }

    /// Who sees that it was drawn for less than it hoped, and lowers its pledge or leaves, still owes for the epoch that was drawn.
    function test_attack_PledgeExpiresBeforeItsPenalty_DoesNot() public {
        _pledge(100 ether);
        _warpToEpoch(6);
        _pledge(0);
        vm.prank(owner);
        vm.expectPartialRevert(IBondVault.BondVault_BelowRequirement.selector);
        vault.requestExit(alice, 0, 30 ether);
        vm.prank(owner);
        vault.requestExit(alice, 0, 15 ether);
        // Epoch 7 is checked in the last tenth of epoch 6: what waits to be released is still there, and pays as well.
        vm.prank(address(schedule));
        (uint256 shortfall, uint256 taken) = pledges.takeDefault(alice, 7, 4);
        assertEq(shortfall, 60 ether);
        assertEq(taken, 4 * LOCK + 6 ether);
        assertEq(vault.slashableOf(alice), 30 ether);
        assertEq(pledges.checkPledge(alice, 9), 0);
    }

    /* COMMISSION */
    function test_setCommission_RisesSlowly_AndOnlyForThoseWhoStay() public {
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IPledges.Pledges_CommissionTooHigh.selector, 101, 100));
        pledges.setCommission(alice, 101);
        uint256 release = vault.elasticRelease();
        uint64 from = uint64((release - clock.genesis + EPOCH - 1) / EPOCH);
        vm.expectEmit();
        emit IPledges.CommissionSet(alice, 100, from);
        pledges.setCommission(alice, 100);
        assertEq(pledges.commissionAt(alice, from - 1), 0);
        assertEq(pledges.commissionAt(alice, from), 100);
        assertEq(vault.commissionAt(alice, from), 100);
        assertGe(_startOf(from), release, "who asked to leave when it was announced is out");
        // Until the schedule has forgotten the last epoch before it, which rewards may still be due for.
        uint64 forgotten = from + 8 - 2;
        _warpToEpoch(forgotten - 1);
        vm.expectRevert(abi.encodeWithSelector(IPledges.Pledges_ChangePending.selector, forgotten));
        pledges.setCommission(alice, 0);
        _warpToEpoch(forgotten);
        pledges.setCommission(alice, 50);
        assertEq(pledges.commissionAt(alice, forgotten + 1), 100);
        assertEq(pledges.commissionAt(alice, forgotten + 2), 50, "less counts at once");
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IPledges.Pledges_NotOwner.selector, alice, address(this)));
        pledges.setCommission(alice, 0);
    }

    function test_setCommission_ThirtyPercentAtMost() public {
        vm.startPrank(owner);
        for (uint16 bps = 100; bps <= 3000; bps += 100) {
            pledges.setCommission(alice, bps);
            vm.warp(block.timestamp + 20 * EPOCH);
        }
        vm.expectRevert(abi.encodeWithSelector(IPledges.Pledges_CommissionTooHigh.selector, 3001, 3000));
        pledges.setCommission(alice, 3001);
    }

    /* LOCK */
    function test_moveLock_FollowsThePrice_ThreeEpochsOn() public {
        schedule.setPrice(1 ether); // wanted: 1.5 + 0.985
        vm.expectEmit();
        emit IPledges.LockMoved(1.125 ether, 6);
        pledges.moveLock();
        assertEq(pledges.lockPerSlotAt(5), LOCK);
        assertEq(pledges.lockPerSlotAt(6), 1.125 ether);
        vm.expectRevert(abi.encodeWithSelector(IPledges.Pledges_LockMoved.selector, 3));
        pledges.moveLock();
        _warpToEpoch(4);
        pledges.moveLock();
        assertEq(pledges.lockPerSlotAt(7), 1.265_625 ether, "an eighth of the epoch before's");
        schedule.set(alice, 2, 0);
        assertEq(pledges.lockOf(alice), 2 * LOCK);
        assertEq(_required(), 2 * 1.265_625 ether, "an exit leaves the highest that is decided");
    }

    function testFuzz_moveLock_AnEighthAnEpochAtMost_WithinItsRange(uint96[20] memory prices, uint8[20] memory gaps)
        public
    {
        uint64 epoch = 3;
        for (uint256 i; i < prices.length; ++i) {
            schedule.setPrice(prices[i] % 4 == 0 ? prices[i] : prices[i] % 4 ether);
            uint256 before = pledges.lockPerSlotAt(epoch + 2);
            pledges.moveLock();
            uint256 next = pledges.lockPerSlotAt(epoch + 3);
            uint256 step = next > before ? next - before : before - next;
            assertLe(step, before / 8 + 1 gwei);
            assertGe(next, pledges.MIN_LOCK());
            assertLe(next, pledges.MAX_LOCK());
            epoch += 1 + gaps[i] % 4;
            _warpToEpoch(epoch);
        }
    }
}
