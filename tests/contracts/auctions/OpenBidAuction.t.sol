// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RefusingReceiver} from "../tokens/EthReceivers.sol";
import {OpenBidTest} from "./OpenBidTest.sol";
import {OpenBidAuction} from "@rota/contracts/auctions/OpenBidAuction.sol";
import {IOpenBidAuction, Refusal} from "@rota/contracts/interfaces/IOpenBidAuction.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";

contract OpenBidAuction_Enter_Test is OpenBidTest {
    function test_enter_LetsTheCallerBid() public {
        vm.expectEmit(address(openAuction));
        emit IOpenBidAuction.BidderEntered(E, alice.id, alice.sequencer);
        _enter(alice, E);
        (uint64 epoch, address agent, uint256 leads) = openAuction.bidderOf(alice.id);
        assertEq(epoch, E);
        assertEq(agent, alice.sequencer);
        assertEq(leads, 0);
    }

    function test_enter_GivenEnteredAlready_TheLeadsStay() public {
        _enter(alice, E);
        _openBid(alice, E, 0, FLOOR);
        vm.prank(alice.owner);
        openAuction.enter(alice.id, E);
        assertEq(_leads(alice), 1);
        vm.expectRevert(
            abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_NotEntered.selector, alice.id, E, alice.owner, E)
        );
        _openBid(alice, E, 1, FLOOR);
        vm.prank(alice.owner);
        openAuction.bid(alice.id, E, 1, FLOOR);
        assertEq(_leads(alice), 2);
    }

    function test_enter_WindowIsHalfOpen() public {
        (uint256 opens, uint256 closes, uint256 latest) = openAuction.bidWindow(E + 1);
        assertEq(opens, schedule.startOfEpoch(1));
        assertEq(closes, opens + 38, "60 % of 64 s");
        assertEq(latest, schedule.startOfEpoch(2));
        bytes memory reason =
            abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_WrongWindow.selector, E + 1, opens, latest);
        _warpTo(opens - 2);
        vm.expectRevert(reason);
        _enter(alice, E + 1);
        _warpTo(opens);
        _enter(alice, E + 1);
        _warpTo(latest - 2);
        _enter(bob, E + 1);
        _warpTo(latest);
        vm.expectRevert(reason);
        _enter(carol, E + 1);
    }

    function test_enter_RevertWhen_NotAController() public {
        vm.expectRevert(
            abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_NotController.selector, alice.id, stranger)
        );
        vm.prank(stranger);
        openAuction.enter(alice.id, E);
    }

    function test_enter_RevertWhen_NotInTheSet() public {
        Operator memory late = _register("late", 900);
        _bond(late.id, 10 ether);
        vm.expectRevert(abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_NotEligible.selector, late.id, E));
        _enter(late, E);
    }

    function test_enter_RevertGiven_AnotherPolicyIsFirst() public {
        IPolicy[] memory policies = new IPolicy[](1);
        policies[0] = rota.roundRobin;
        vm.prank(governance);
        schedule.setPolicies(2, policies);
        _enter(alice, E);
        _run(1);
        vm.expectRevert(
            abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_NotSold.selector, E + 1, address(rota.roundRobin))
        );
        _enter(alice, E + 1);
    }

    function test_enter_RevertGiven_ItsEntityBidsByAnother() public {
        uint32 entity = registry.entityOf(alice.id);
        vm.prank(governance);
        registry.setWhitelisted(bob.owner, entity);
        _enter(alice, E);
        vm.expectRevert(abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_EntityBids.selector, E, entity, alice.id));
        _enter(bob, E);
        _run(1);
        _enter(bob, E + 1);
    }

    /// @dev 1 ether covers 10 slots of 0.1: those that are live, those won and not frozen yet, and two more.
    function test_enter_RevertGiven_TheBondDoesNotCoverItsSlots() public {
        Operator memory thin = _register("thin", 900);
        _bond(thin.id, 1 ether);
        _activate(thin);
        _fundOpen(thin.id, 10 ether);
        uint256 needed;
        uint64 e = E;
        for (;; ++e) {
            _run(e - 2);
            (,, uint256 undecided) = openAuction.bidderOf(thin.id);
            needed = (schedule.liveSlotsOf(thin.id) + undecided + 2) * 0.1 ether;
            if (needed > 1 ether) break;
            _enter(thin, e);
            _openBid(thin, e, 0, FLOOR);
            _openBid(thin, e, 1, FLOOR);
        }
        assertGe(needed, 1.2 ether, "epochs of two slots each");
        vm.expectRevert(
            abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_InsufficientBond.selector, thin.id, 1 ether, needed)
        );
        _enter(thin, e);
        _bond(thin.id, needed - 1 ether);
        _enter(thin, e);
    }
}

contract OpenBidAuction_Bid_Test is OpenBidTest {
    function setUp() public override {
        super.setUp();
        _enter(alice, E);
        _enter(bob, E);
        _enter(carol, E);
    }

    function test_bid_IsPaidAtOnce() public {
        vm.expectEmit(address(openAuction));
        emit IOpenBidAuction.BidPlaced(E, alice.id, 3, 5_000_000);
        _openBid(alice, E, 3, 5_000_000);
        assertEq(_free(alice), 10 ether - 0.005 ether);
        assertEq(openAuction.heldOf(E), 0.005 ether);
        (uint16 operator, uint256 price, uint256 closes, uint256 least) = openAuction.bidOf(E, 3);
        assertEq(operator, alice.id);
        assertEq(price, 5_000_000);
        (, uint256 base,) = openAuction.bidWindow(E);
        assertEq(closes, base);
        assertEq(least, 5_250_000);
        _assertConserved();
    }

    function test_bid_TheOutbidHasItsMoneyBackAtOnce() public {
        _openBid(alice, E, 0, 5_000_000);
        _openBid(bob, E, 0, 5_250_000);
        assertEq(_free(alice), 10 ether);
        assertEq(_leads(alice), 0);
        assertEq(_free(bob), 10 ether - 0.005_25 ether);
        assertEq(_leads(bob), 1);
        vm.prank(alice.owner);
        openAuction.withdraw(alice.id, 10 ether);
        assertEq(alice.payee.balance, 10 ether);
        _assertConserved();
    }

    function test_bid_RevertWhen_BelowTheFloor() public {
        _expectRefused(0, Refusal.TooLow, FLOOR);
        _openBid(alice, E, 0, FLOOR - 1);
    }

    function test_bid_RevertWhen_LessThanAStepAbove() public {
        _openBid(alice, E, 0, 5_000_001);
        // 5 %, rounded up.
        _expectRefused(0, Refusal.TooLow, 5_000_001 + 250_001);
        _openBid(bob, E, 0, 5_000_001 + 250_000);
        _openBid(bob, E, 0, 5_000_001 + 250_001);
    }

    function test_bid_RevertWhen_LeadingAlready() public {
        _openBid(alice, E, 0, FLOOR);
        _expectRefused(0, Refusal.Leading, FLOOR + FLOOR / 20);
        _openBid(alice, E, 0, 5 * FLOOR);
    }

    function test_bid_RevertWhen_OverTheCap() public {
        _openBid(alice, E, 0, FLOOR);
        _openBid(alice, E, 1, FLOOR);
        _expectRefused(2, Refusal.AtCap, FLOOR);
        _openBid(alice, E, 2, FLOOR);
        // Outbid for one, it may bid for another.
        _openBid(bob, E, 1, 2 * FLOOR);
        _openBid(alice, E, 2, FLOOR);
    }

    function test_bid_RevertWhen_Unfunded() public {
        vm.prank(alice.owner);
        openAuction.withdraw(alice.id, 10 ether - 0.005 ether);
        _expectRefused(0, Refusal.Unfunded, FLOOR);
        _openBid(alice, E, 0, 5_000_001);
        _openBid(alice, E, 0, 5_000_000);
        assertEq(_free(alice), 0);
    }

    function test_bid_RevertWhen_NoSuchSlot() public {
        _expectRefused(4, Refusal.NoSuchSlot, 0);
        _openBid(alice, E, 4, FLOOR);
    }

    function test_bid_RevertWhen_PricesDoNotFit() public {
        _expectRefused(0, Refusal.TooLow, FLOOR);
        _openBid(alice, E, 0, 2 ** 48 + FLOOR);
    }

    function test_bid_RevertGiven_NotEnteredForTheEpoch() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IOpenBidAuction.OpenBidAuction_NotEntered.selector, alice.id, E + 1, alice.sequencer, E
            )
        );
        _openBid(alice, E + 1, 0, FLOOR);
        vm.expectRevert(
            abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_NotEntered.selector, 99, 0, address(0), 0)
        );
        vm.prank(address(0));
        openAuction.bid(99, 0, 0, FLOOR);
    }

    /* TIME */
    function test_bid_RevertWhen_TheSlotIsClosed() public {
        (, uint256 closes,) = openAuction.bidWindow(E);
        _openBid(alice, E, 0, FLOOR);
        vm.warp(closes - 1);
        _openBid(bob, E, 1, FLOOR);
        vm.warp(closes);
        _expectRefused(0, Refusal.Closed, FLOOR + FLOOR / 20);
        _openBid(bob, E, 0, 5 * FLOOR);
        _expectRefused(2, Refusal.Closed, FLOOR);
        _openBid(bob, E, 2, 5 * FLOOR);
        // The one that was bid for a second before its time is open for the extension.
        assertEq(_closesAt(E, 1), closes - 1 + 6);
        vm.warp(closes + 4);
        _openBid(alice, E, 1, 2 * FLOOR);
    }

    /// @dev However long they outbid each other: at the start of the next epoch the set is closed.
    function test_bid_TheExtensionNeverPassesTheFreeze() public {
        (, uint256 closes, uint256 latest) = openAuction.bidWindow(E);
        uint256 least = FLOOR;
        uint256 bids;
        for (uint256 t = closes - 2; t < latest; t += 5) {
            vm.warp(t);
            _openBid(bids++ % 2 == 0 ? alice : bob, E, 0, least);
            (,,, least) = openAuction.bidOf(E, 0);
            assertLe(_closesAt(E, 0), latest);
        }
        assertEq(_closesAt(E, 0), latest);
        vm.warp(latest);
        _expectRefused(0, Refusal.Closed, least);
        _openBid(carol, E, 0, least);
    }

    /* BATCHES */
    function test_bidBatch_SkipsAndReportsEach() public {
        _openBid(alice, E, 0, 5_000_000);
        _openBid(bob, E, 3, FLOOR);
        uint8[] memory indices = new uint8[](6);
        uint48[] memory prices = new uint48[](6);
        (indices[0], prices[0]) = (0, 5_000_000); // less than a step
        (indices[1], prices[1]) = (1, 2_000_000);
        (indices[2], prices[2]) = (9, 2_000_000); // no such slot
        (indices[3], prices[3]) = (3, 2_000_000); // its own
        (indices[4], prices[4]) = (0, 6_000_000); // at the cap by then
        (indices[5], prices[5]) = (1, 9_000_000); // its own by then
        vm.expectEmit(address(openAuction));
        emit IOpenBidAuction.BidSkipped(E, bob.id, 0, Refusal.TooLow);
        vm.prank(bob.sequencer);
        Refusal[] memory refusals = openAuction.bidBatch(bob.id, E, indices, prices);
        _assertRefusals(
            refusals,
            [Refusal.TooLow, Refusal.None, Refusal.NoSuchSlot, Refusal.Leading, Refusal.AtCap, Refusal.Leading]
        );
        assertEq(_leads(bob), 2);
        assertEq(_free(bob), 10 ether - 0.003 ether);
        assertEq(_leaderOf(E, 0), alice.id);
        _assertConserved();
    }

    function test_bidBatch_GivenTheMoneyRunsOut_PlacesTheFirstOnes() public {
        vm.prank(bob.owner);
        openAuction.withdraw(bob.id, 10 ether - 0.003 ether);
        uint8[] memory indices = new uint8[](3);
        uint48[] memory prices = new uint48[](3);
        (indices[0], indices[1], indices[2]) = (0, 1, 2);
        (prices[0], prices[1], prices[2]) = (2_000_000, 2_000_000, 1_000_000);
        vm.prank(bob.sequencer);
        Refusal[] memory refusals = openAuction.bidBatch(bob.id, E, indices, prices);
        assertTrue(refusals[0] == Refusal.None);
        assertTrue(refusals[1] == Refusal.Unfunded);
        assertTrue(refusals[2] == Refusal.None, "a cheaper one behind it still fits");
        assertEq(_free(bob), 0);
    }

    function test_bidBatch_RevertWhen_PricesAreMissing() public {
        vm.expectRevert(abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_BatchMismatch.selector, 2, 1));
        vm.prank(bob.sequencer);
        openAuction.bidBatch(bob.id, E, new uint8[](2), new uint48[](1));
    }

    function _assertRefusals(Refusal[] memory found, Refusal[6] memory expected) internal pure {
        assertEq(found.length, expected.length);
        for (uint256 i; i < found.length; ++i) {
            assertEq(uint8(found[i]), uint8(expected[i]), vm.toString(i));
        }
    }

    function _expectRefused(uint256 index, Refusal refusal, uint256 least) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_Refused.selector, E, index, refusal, least)
        );
    }
}

contract OpenBidAuction_Afterwards_Test is OpenBidTest {
    function setUp() public override {
        super.setUp();
        _enter(alice, E);
        _enter(bob, E);
        _openBid(alice, E, 1, 5_000_000);
        _openBid(alice, E, 2, 6_000_000);
        _openBid(bob, E, 3, 7_000_000);
    }

    function test_freeze_AssignsWhatWasSoldAndLeavesTheRest() public {
        _run(E);
        uint16[] memory slots = schedule.slotsOf(E);
        assertEq(slots[1], alice.id);
        assertEq(slots[2], alice.id);
        assertEq(slots[3], bob.id);
        assertNotEq(slots[0], 0, "round robin has the unsold one");
    }

    function test_close_MovesWhatWasPaidToTheProceeds() public {
        _run(E);
        uint256 due = schedule.startOfEpoch(E + 1) + config.disputePeriod;
        _warpTo(due - 2);
        vm.expectRevert(
            abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_WrongWindow.selector, E, due, type(uint256).max)
        );
        openAuction.close(E);
        _warpTo(due);
        vm.expectEmit(address(openAuction));
        emit IOpenBidAuction.EpochClosed(E, 0.018 ether);
        openAuction.close(E);
        _assertConserved();
        assertEq(openAuction.heldOf(E), 0);
        assertEq(openAuction.proceeds(), 0.018 ether);
        vm.expectRevert(abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_NothingToDo.selector, E));
        openAuction.close(E);
        assertEq(openAuction.withdrawProceeds(), 0.018 ether);
        assertEq(address(rota.splitter).balance, 0.018 ether);
        vm.expectRevert(abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_BadAmount.selector, 0));
        openAuction.withdrawProceeds();
    }

    function test_refund_RevertGiven_TheSlotsWereAssigned() public {
        _run(E);
        vm.expectRevert(abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_NothingToDo.selector, E));
        openAuction.refund(E);
    }

    function test_refund_GivenNobodyFroze_GivesAllBack() public {
        uint256 begins = schedule.startOfEpoch(E);
        _warpTo(begins - 2);
        vm.expectRevert(
            abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_WrongWindow.selector, E, begins, type(uint256).max)
        );
        openAuction.refund(E);
        _warpTo(begins);
        vm.expectEmit(address(openAuction));
        emit IOpenBidAuction.BidRefunded(E, alice.id, 1, 0.005 ether);
        openAuction.refund(E);
        assertEq(_free(alice), 10 ether);
        assertEq(_free(bob), 10 ether);
        _assertConserved();
        vm.expectRevert(abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_NothingToDo.selector, E));
        openAuction.refund(E);
        _warpPast(schedule.startOfEpoch(E + 1) + config.disputePeriod);
        openAuction.close(E);
        assertEq(openAuction.proceeds(), 0);
    }

    /// @dev Nobody calls anything: when the words are needed again, everybody has what is its own.
    function test_enter_GivenAnOlderEpochInItsWords_ClosesItFirst() public {
        _run(E + config.ring - 2);
        _enter(carol, E + config.ring);
        assertEq(openAuction.proceeds(), 0.018 ether);
        assertEq(_leaderOf(E + config.ring, 1), 0, "what it left is no bid");
        _openBid(carol, E + config.ring, 1, FLOOR);
        _assertConserved();
    }

    function test_enter_GivenAnUnfrozenEpochInItsWords_RefundsItFirst() public {
        _warpToEpoch(E + config.ring - 2);
        _enter(alice, E + config.ring);
        assertEq(_free(alice), 10 ether);
        assertEq(_free(bob), 10 ether);
        assertEq(openAuction.proceeds(), 0);
        _assertConserved();
    }

    /* MONEY */
    function test_deposit_RevertWhen_NotWholeGwei() public {
        vm.deal(address(this), 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_BadAmount.selector, 1 gwei + 1));
        openAuction.deposit{value: 1 gwei + 1}(alice.id);
        vm.expectRevert(abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_BadAmount.selector, 0));
        openAuction.deposit(alice.id);
        vm.expectRevert(abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_UnknownOperator.selector, 99));
        openAuction.deposit{value: 1 gwei}(99);
    }

    function test_withdraw_RevertWhen_NotTheOwnersOrNotThere() public {
        vm.expectRevert(
            abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_NotOwner.selector, alice.id, alice.sequencer)
        );
        vm.prank(alice.sequencer);
        openAuction.withdraw(alice.id, 1 ether);
        uint256 free = _free(alice);
        vm.startPrank(alice.owner);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOpenBidAuction.OpenBidAuction_InsufficientBalance.selector, alice.id, free, free + 1 gwei
            )
        );
        openAuction.withdraw(alice.id, free + 1 gwei);
        vm.expectRevert(abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_BadAmount.selector, 1));
        openAuction.withdraw(alice.id, 1);
    }

    function test_withdraw_RevertWhen_ThePayeeRefuses() public {
        address refusing = address(new RefusingReceiver());
        vm.startPrank(alice.owner);
        registry.setPayee(alice.id, refusing);
        vm.expectRevert(
            abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_PaymentFailed.selector, refusing, 1 ether)
        );
        openAuction.withdraw(alice.id, 1 ether);
    }

    /* CONSTRUCTION */
    function test_constructor_RevertWhen_OutOfRange() public {
        IOpenBidAuction.Params memory p = _params();
        p.treasury = address(0);
        _expectRefused("treasury", 0, p);
        p = _params();
        p.policy = address(0);
        _expectRefused("policy", 0, p);
        p = _params();
        p.stepBps = 0;
        _expectRefused("stepBps", 0, p);
        p = _params();
        p.extension = 0;
        _expectRefused("extension", 0, p);
        p = _params();
        p.capBps = 10_001;
        _expectRefused("capBps", 10_001, p);
        p = _params();
        p.floorPrice = 2 ** 48 * 1 gwei;
        _expectRefused("floorPrice", 2 ** 48 * 1 gwei, p);
    }

    function _params() internal view returns (IOpenBidAuction.Params memory p) {
        p = config.openAuction;
        (p.treasury, p.policy, p.capBps) = (treasury, address(rota.openAuctionPolicy), 5000);
    }

    function _expectRefused(string memory parameter, uint256 value, IOpenBidAuction.Params memory p) internal {
        vm.warp(config.clock.genesis - 10);
        vm.expectRevert(abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_OutOfRange.selector, parameter, value));
        new OpenBidAuction(config.clock, registry, vault, schedule, p);
    }
}

/// @dev Random bidders against a plain reference of one slot: the highest bid in time, by the rules above.
contract OpenBidAuction_Fuzz_Test is OpenBidTest {
    uint16[4] internal leader;
    uint256[4] internal price;
    uint256[4] internal closes;

    /// forge-config: default.fuzz.runs = 64
    /// forge-config: long.fuzz.runs = 1000
    function testFuzz_bids_MatchAPlainReference(uint256 seed) public {
        (, uint256 base, uint256 latest) = openAuction.bidWindow(E);
        for (uint256 i; i < 3; ++i) {
            _enter(operators[i], E);
        }
        for (uint256 i; i < 4; ++i) {
            closes[i] = base;
        }
        for (uint256 i; i < 60; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (seed % 3 == 0) {
                if (vm.getBlockTimestamp() < latest) _mine(1 + (seed >> 8) % 2);
            }
            Operator memory operator = operators[(seed >> 16) % 3];
            uint256 index = (seed >> 24) % 4;
            uint256 asked = (seed >> 32) % 8 == 0 ? FLOOR / 2 : price[index] + (seed >> 40) % (FLOOR + price[index]);
            (bool ok,) = _call(operator, index, asked);
            assertEq(ok, _expected(operator.id, index, asked), "accepted where the reference does, and nowhere else");
            if (ok) _apply(operator.id, index, asked, latest);
            _assertReference();
        }
        _run(E);
        for (uint256 i; i < 4; ++i) {
            if (leader[i] != 0) assertEq(schedule.slotsOf(E)[i], leader[i]);
        }
    }

    function _call(Operator memory operator, uint256 index, uint256 asked) internal returns (bool, bytes memory) {
        vm.prank(operator.sequencer);
        return address(openAuction).call(abi.encodeCall(openAuction.bid, (operator.id, E, index, asked)));
    }

    function _expected(uint16 id, uint256 index, uint256 asked) internal view returns (bool) {
        uint256 least = leader[index] == 0 ? FLOOR : price[index] + (price[index] * 5 + 99) / 100;
        uint256 led;
        for (uint256 i; i < 4; ++i) {
            if (leader[i] == id) ++led;
        }
        return vm.getBlockTimestamp() < closes[index] && leader[index] != id && asked >= least && led < 2
            && openAuction.freeBalanceOf(id) >= asked * 1 gwei;
    }

    function _apply(uint16 id, uint256 index, uint256 asked, uint256 latest) internal {
        (leader[index], price[index]) = (id, asked);
        uint256 later = vm.getBlockTimestamp() + 6;
        if (later > latest) later = latest;
        if (later > closes[index]) closes[index] = later;
    }

    function _assertReference() internal view {
        uint256[5] memory spent;
        for (uint256 i; i < 4; ++i) {
            (uint16 operator, uint256 paid, uint256 end,) = openAuction.bidOf(E, i);
            assertEq(operator, leader[i]);
            assertEq(paid, price[i]);
            assertEq(end, closes[i]);
            spent[operator] += price[i] * 1 gwei;
        }
        for (uint256 i; i < 3; ++i) {
            assertEq(_free(operators[i]), 10 ether - spent[operators[i].id]);
        }
        _assertConserved();
    }
}
