// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";
import {ISchedule} from "@rota/contracts/interfaces/ISchedule.sol";
import {ISealedBidAuction} from "@rota/contracts/interfaces/ISealedBidAuction.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";
import {Curve} from "@rota/contracts/types/Curve.sol";

import {AuctionTest} from "./AuctionTest.sol";

contract SealedBidAuction_Settle_Test is AuctionTest {
    function test_settle_AllWinnersPayThePriceOfTheFirstUnitLeft() public {
        _bid(E, _curve(50_000_000, 2), _then(_curve(40_000_000, 1), 30_000_000, 1), _curve(20_000_000, 2));
        _warpToEpoch(E - 1);
        _recordSeed(E);
        uint16[] memory winners = new uint16[](2);
        uint8[] memory quantities = new uint8[](2);
        (winners[0], winners[1], quantities[0], quantities[1]) = (operators[0].id, operators[1].id, 2, 2);
        vm.expectEmit(address(auction));
        emit ISealedBidAuction.AuctionSettled(E, 0.02 ether, winners, quantities);
        _settle(E);

        assertEq(auction.freeBalanceOf(operators[0].id), 100 ether - 0.04 ether);
        assertEq(auction.freeBalanceOf(operators[1].id), 100 ether - 0.04 ether);
        assertEq(auction.freeBalanceOf(operators[2].id), 100 ether);
        assertEq(auction.proceeds(), 0.08 ether);
        assertEq(auction.lockedOf(E, operators[0].id), 0);
        _assertConserved();
    }

    function test_settle_GivenUnsoldSlots_AllPayTheFloor() public {
        _bid(E, _curve(50_000_000, 1));
        _seedAndSettle(E);
        assertEq(_priceOf(E), auction.FLOOR_PRICE());
        assertEq(_wonBy(E, operators[0].id), 1);
        assertEq(auction.proceeds(), auction.FLOOR_PRICE());
    }

    function test_settle_MovesTheReferencePriceByAnEighthAtMost() public {
        _bid(E, _curve(90_000_000, 2), _curve(80_000_000, 2), _curve(70_000_000, 2));
        _seedAndSettle(E);
        assertEq(auction.refPrice(), 0.011_250_001 ether, "up by an eighth and a gwei");
        _freeze(E);
        _bid(E + 1, _curve(90_000_000, 1));
        _seedAndSettle(E + 1);
        assertEq(auction.refPrice(), 0.009_843_75 ether, "down by an eighth and a gwei");
    }

    function test_settle_WindowIsTheEpochBefore() public {
        _bid(E, _curve(50_000_000, 1));
        (uint256 opens, uint256 closes) = (schedule.startOfEpoch(E - 1), schedule.startOfEpoch(E));
        bytes memory wrongWindow =
            abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_WrongWindow.selector, E, opens, closes);
        vm.expectRevert(wrongWindow);
        _settle(E);
        _warpToEpoch(E - 1);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_SeedNotRecorded.selector, E));
        _settle(E);
        _recordSeed(E);
        _warpToEpoch(E);
        vm.expectRevert(wrongWindow);
        _settle(E);
    }

    function test_settle_RevertWhen_Twice() public {
        _bid(E, _curve(50_000_000, 1));
        _seedAndSettle(E);
        vm.expectRevert(abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_AlreadySettled.selector, E));
        _settle(E);
    }

    function test_settle_RevertGiven_NobodyBid() public {
        _warpToEpoch(E - 1);
        _recordSeed(E);
        (bool settled, uint256 price, uint16[] memory winners,) = auction.resultOf(E);
        assertTrue(settled, "nothing is left to settle");
        assertEq(price, auction.FLOOR_PRICE());
        assertEq(winners.length, 0);
        vm.expectRevert(abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_AlreadySettled.selector, E));
        _settle(E);
        _freeze(E);
    }

    function test_resultOf_IsOpenUntilTheRevealWindowIsOver() public {
        _warpToReveal(E);
        (bool settled,,,) = auction.resultOf(E);
        assertFalse(settled);
    }

    function test_freeze_RevertGiven_AnUnsettledRound() public {
        _bid(E, _curve(50_000_000, 1));
        _warpToEpoch(E - 1);
        _recordSeed(E);
        vm.expectRevert(
            abi.encodeWithSelector(ISchedule.Schedule_PolicyNotReady.selector, address(rota.auctionPolicy), E)
        );
        _freeze(E);
    }

    /// @dev Whoever saw the others' bids can't take its own back by leaving the set.
    function test_attack_LeavingTheSetAfterTheReveal_TheBidBinds() public {
        _bid(E, _curve(50_000_000, 2), _curve(40_000_000, 2), _curve(30_000_000, 1));
        vm.prank(operators[0].owner);
        registry.deactivate(operators[0].id);
        _seedAndSettle(E);
        assertEq(_wonBy(E, operators[0].id), 2);
        assertEq(auction.freeBalanceOf(operators[0].id), 100 ether - 2 * 0.03 ether);
        assertEq(_priceOf(E), 0.03 ether);
    }

    /// @dev The outcome is the same whoever settles, and when.
    function test_settle_DependsOnSeedAndBidsAlone() public {
        _bid(E, _curve(50_000_000, 2), _curve(50_000_000, 2), _curve(50_000_000, 2));
        _warpToEpoch(E - 1);
        _recordSeed(E);
        uint256 snapshot = vm.snapshotState();
        _settle(E);
        (,, uint16[] memory winners,) = auction.resultOf(E);
        vm.revertToState(snapshot);
        vm.warp(schedule.startOfEpoch(E) - 1);
        vm.prank(stranger);
        _settle(E);
        (,, uint16[] memory late,) = auction.resultOf(E);
        assertEq(abi.encode(late), abi.encode(winners));
    }

    function test_withdrawProceeds_OnlyAfterTheDisputePeriodOfAFrozenEpoch() public {
        _bid(E, _curve(50_000_000, 1));
        _seedAndSettle(E);
        _freeze(E);
        uint256 due = schedule.startOfEpoch(E + 1) + config.disputePeriod;
        _warpTo(due - 2);
        vm.expectRevert(ISealedBidAuction.SealedBidAuction_ZeroAmount.selector);
        auction.withdrawProceeds();

        _warpTo(due);
        uint256 amount = auction.FLOOR_PRICE();
        assertEq(auction.withdrawableProceeds(), amount);
        vm.expectEmit(address(auction));
        emit ISealedBidAuction.ProceedsWithdrawn(treasury, amount);
        vm.prank(stranger);
        auction.withdrawProceeds();
        assertEq(treasury.balance, amount);
        _assertConserved();

        vm.expectRevert(ISealedBidAuction.SealedBidAuction_ZeroAmount.selector);
        auction.withdrawProceeds();
    }

    /// @dev The words are reused; what the treasury had not taken by then is still its own.
    function test_withdrawProceeds_GivenTheWordsWereReused_LosesNothing() public {
        uint64 again = E + config.ring;
        for (uint64 epoch = E; epoch <= again; ++epoch) {
            _bid(epoch, _curve(50_000_000, 1));
            _seedAndSettle(epoch);
            _freeze(epoch);
        }
        assertEq(auction.proceeds(), (config.ring + 1) * auction.FLOOR_PRICE());
        assertEq(auction.bidders(E).length, 0, "forgotten");
        assertEq(Curve.unwrap(auction.revealed(E, operators[0].id)), 0);
        _warpTo(schedule.startOfEpoch(again + 1) + config.disputePeriod);
        assertEq(auction.withdrawProceeds(), (config.ring + 1) * auction.FLOOR_PRICE());
        assertEq(auction.proceeds(), 0);
        _assertConserved();
    }
}

contract SealedBidAuction_Refund_Test is AuctionTest {
    function setUp() public override {
        super.setUp();
        _bid(E, _curve(50_000_000, 2), _curve(40_000_000, 1), _curve(30_000_000, 2));
    }

    function test_refund_GivenSoldButNotFrozen_ReturnsThePayment() public {
        _seedAndSettle(E);
        vm.expectRevert(abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_NotCancelled.selector, E));
        auction.refund(E, operators[0].id);
        _warpToEpoch(E);
        vm.expectRevert(abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_NotCancelled.selector, E));
        auction.refund(E, operators[0].id);
        schedule.cancel(E);

        vm.expectEmit(address(auction));
        emit ISealedBidAuction.AuctionRefunded(E, operators[0].id, 0.06 ether);
        vm.prank(stranger);
        auction.refund(E, operators[0].id);
        _assertConserved();
        auction.refund(E, operators[1].id);
        auction.refund(E, operators[2].id);
        for (uint256 i; i < OPERATORS; ++i) {
            assertEq(auction.freeBalanceOf(operators[i].id), 100 ether);
        }
        assertEq(auction.proceeds(), 0);
        _assertConserved();
    }

    function test_refund_RevertWhen_Twice() public {
        _seedAndSettle(E);
        _warpToEpoch(E);
        schedule.cancel(E);
        auction.refund(E, operators[0].id);
        _expectNothing(operators[0].id);
        auction.refund(E, operators[0].id);
    }

    function test_refund_GivenNeverSettled_FreesTheLock() public {
        vm.expectRevert(abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_NotCancelled.selector, E));
        auction.refund(E, operators[0].id);
        _warpToEpoch(E);
        for (uint256 i; i < OPERATORS; ++i) {
            auction.refund(E, operators[i].id);
            assertEq(auction.freeBalanceOf(operators[i].id), 100 ether);
            _assertConserved();
        }
        _expectNothing(operators[0].id);
        auction.refund(E, operators[0].id);
    }

    function test_refund_RevertGiven_TheEpochWasFrozen() public {
        _seedAndSettle(E);
        _freeze(E);
        _warpToEpoch(E);
        vm.expectRevert(abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_NotCancelled.selector, E));
        auction.refund(E, operators[0].id);
    }

    function test_withdrawProceeds_GivenCancelled_LeavesTheRefunds() public {
        _seedAndSettle(E);
        _warpToEpoch(E);
        schedule.cancel(E);
        _warpTo(schedule.startOfEpoch(E + 1) + config.disputePeriod);
        vm.expectRevert(ISealedBidAuction.SealedBidAuction_ZeroAmount.selector);
        auction.withdrawProceeds();
    }

    /// @dev Nobody calls anything: the next bid in the same words gives everything back.
    function test_revealBid_GivenACancelledRoundInItsWords_RefundsItFirst() public {
        _seedAndSettle(E);
        _warpToEpoch(E);
        schedule.cancel(E);
        _bid(E + config.ring, _curve(1, 1));
        assertEq(auction.freeBalanceOf(operators[1].id), 100 ether);
        assertEq(auction.freeBalanceOf(operators[2].id), 100 ether);
        assertEq(auction.proceeds(), 0);
        _assertConserved();
    }

    function test_revealBid_GivenAnUnsettledRoundInItsWords_RefundsItFirst() public {
        _bid(E + config.ring, _curve(1, 1));
        assertEq(auction.freeBalanceOf(operators[1].id), 100 ether);
        assertEq(auction.freeBalanceOf(operators[2].id), 100 ether);
        _assertConserved();
    }

    /// @dev Cancelled, never refunded, forgotten by the schedule's ring: still the bidders'.
    function test_refund_GivenTheRingTurned_StillReturnsThePayment() public {
        _seedAndSettle(E);
        _warpToEpoch(E);
        schedule.cancel(E);
        _warpToEpoch(E + 3 * config.ring);
        auction.refund(E, operators[0].id);
        assertEq(auction.freeBalanceOf(operators[0].id), 100 ether);
        vm.expectRevert(ISealedBidAuction.SealedBidAuction_ZeroAmount.selector);
        auction.withdrawProceeds();
        _assertConserved();
    }

    function test_refund_GivenNobodyCancelledForLong_StillReturnsThePayment() public {
        _seedAndSettle(E);
        _warpToEpoch(E + 3 * config.ring);
        schedule.cancel(E);
        auction.refund(E, operators[0].id);
        assertEq(auction.freeBalanceOf(operators[0].id), 100 ether);
        _assertConserved();
    }

    function _expectNothing(uint16 operator) internal {
        vm.expectRevert(abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_NothingToDo.selector, E, operator));
    }
}

contract SealedBidAuction_FullRound_Test is AuctionTest {
    /// @dev A round of two bids at most.
    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        c.auction.maxBids = 2;
    }

    function test_revealBid_GivenAFullRound_TheLowestTopPriceLeavesRefunded() public {
        _warpToCommit(E);
        Curve[3] memory curves = [_curve(20_000_000, 2), _curve(10_000_000, 2), _curve(15_000_000, 2)];
        for (uint256 i; i < 3; ++i) {
            _commit(operators[i], E, curves[i]);
        }
        _warpToReveal(E);
        _reveal(operators[0], E, curves[0]);
        _reveal(operators[1], E, curves[1]);
        vm.expectEmit(address(auction));
        emit ISealedBidAuction.BidDisplaced(E, operators[1].id);
        _reveal(operators[2], E, curves[2]);
        assertEq(auction.freeBalanceOf(operators[1].id), 100 ether);
        assertEq(auction.bidders(E).length, 2);
        assertEq(Curve.unwrap(auction.revealed(E, operators[1].id)), 0);
        _assertConserved();
    }

    function test_revealBid_GivenAFullRound_ALowBidLosesItsPlaceAndNothingElse() public {
        _warpToCommit(E);
        Curve[3] memory curves = [_curve(20_000_000, 2), _curve(10_000_000, 2), _curve(10_000_000, 2)];
        for (uint256 i; i < 3; ++i) {
            _commit(operators[i], E, curves[i]);
        }
        _warpToReveal(E);
        for (uint256 i; i < 2; ++i) {
            _reveal(operators[i], E, curves[i]);
        }
        vm.expectEmit(address(auction));
        emit ISealedBidAuction.BidDisplaced(E, operators[2].id);
        _reveal(operators[2], E, curves[2]);
        assertEq(auction.freeBalanceOf(operators[2].id), 100 ether);
        _assertConserved();

        _warpToEpoch(E - 1);
        vm.expectRevert(
            abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_NothingToDo.selector, E, operators[2].id)
        );
        auction.forfeit(E, operators[2].id);
    }
}

contract SealedBidAuction_Stage_Test is AuctionTest {
    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.registry.stage, c.registry.stageDwell) = (1, 0);
    }

    function test_commitBid_RevertGiven_AnotherStageThanTheAuctions() public {
        _warpToCommit(E);
        vm.expectRevert(abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_NotSold.selector, E, rota.roundRobin));
        vm.prank(operators[0].owner);
        auction.commitBid(operators[0].id, E, "commitment");

        // The stage advances three epochs ahead, before bids for its first epoch open, and with it the auction begins.
        vm.prank(governance);
        registry.advanceStage();
        uint64 first = registry.currentEpoch() + 3;
        _warpToCommit(first);
        _commit(operators[0], first, _curve(1, 1));
    }

    /// @dev Governance takes the auction off its stage: nobody can pay for slots any more that others are given.
    function test_commitBid_RevertGiven_PoliciesWithoutTheAuction() public {
        vm.prank(governance);
        registry.advanceStage();
        uint64 first = registry.currentEpoch() + 4;
        _warpToEpoch(first - 3);
        IPolicy[] memory policies = new IPolicy[](2);
        // Second is not enough: an earlier policy may have given away what was sold.
        (policies[0], policies[1]) = (rota.roundRobin, rota.auctionPolicy);
        vm.prank(governance);
        schedule.setPolicies(2, policies);

        _warpToCommit(first);
        vm.expectRevert(
            abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_NotSold.selector, first, rota.roundRobin)
        );
        vm.prank(operators[0].owner);
        auction.commitBid(operators[0].id, first, "commitment");
    }
}

contract SealedBidAuction_ManyWinners_Test is AuctionTest {
    /// @dev 36 slots, of which one operator may win 2.
    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.clock.slotsPerEpoch, c.capBps, c.vault.coreExitDelay) = (36, 600, 2000);
    }

    /// @dev More winners than fit into the round's word.
    function test_settle_GivenManyWinners_RemembersAll() public {
        for (uint256 i = OPERATORS; i < 20; ++i) {
            Operator memory operator = _register(string.concat("operator ", vm.toString(i + 2)), uint32(100 + i));
            _bond(operator.id, 10 ether);
            _activate(operator);
            _fund(operator.id, 100 ether);
            operators.push(operator);
        }
        Curve[] memory curves = new Curve[](20);
        for (uint256 i; i < 20; ++i) {
            curves[i] = _curve(uint48(50_000_000 - i), 2);
        }
        // Twice in the same words, in another order.
        for (uint256 lap; lap < 2; ++lap) {
            uint64 epoch = uint64(E + lap * config.ring);
            _bid(epoch, curves);
            _seedAndSettle(epoch);
            (,, uint16[] memory winners, uint8[] memory quantities) = auction.resultOf(epoch);
            assertEq(winners.length, 18);
            for (uint256 i; i < 18; ++i) {
                assertEq(winners[i], operators[lap == 0 ? i : 19 - i].id);
                assertEq(quantities[i], 2);
                curves[i] = _curve(uint48(50_000_000 + i), 2);
            }
            (curves[18], curves[19]) = (_curve(50_000_018, 2), _curve(50_000_019, 2));
        }
        // All of them are refunded out of both kinds of words.
        uint64 last = uint64(E + config.ring);
        _warpToEpoch(last);
        schedule.cancel(last);
        uint256 before = auction.proceeds();
        for (uint256 i = 2; i < 20; ++i) {
            auction.refund(last, operators[i].id);
        }
        assertEq(before - auction.proceeds(), 36 * _priceOf(last));
        _assertConserved();
    }
}
