// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {OpenBidTest} from "../auctions/OpenBidTest.sol";
import {ReentrantReceiver, RefusingReceiver} from "../tokens/EthReceivers.sol";
import {IOpenBidAuction, Refusal} from "@rota/contracts/interfaces/IOpenBidAuction.sol";
import {EpochPhase} from "@rota/contracts/types/Types.sol";

/// @notice What open auctions fell to elsewhere, on this one (DESIGN's list of attacks).
contract OpenBidsAttackTest is OpenBidTest {
    function setUp() public override {
        super.setUp();
        _enter(alice, E);
        _enter(bob, E);
        _enter(carol, E);
    }

    /// @dev A rival raises one slot of a batch just before it: the others are bid for all the same.
    function test_attack_OneOutbidSlotInABatch_TheOthersArePlaced() public {
        _openBid(carol, E, 0, 50 * FLOOR);
        uint8[] memory indices = new uint8[](3);
        uint48[] memory prices = new uint48[](3);
        for (uint8 i; i < 3; ++i) {
            (indices[i], prices[i]) = (i, uint48(2 * FLOOR));
        }
        vm.prank(bob.sequencer);
        Refusal[] memory refusals = openAuction.bidBatch(bob.id, E, indices, prices);
        assertTrue(refusals[0] == Refusal.TooLow);
        assertTrue(refusals[1] == Refusal.None);
        assertTrue(refusals[2] == Refusal.None);
        assertEq(_leaderOf(E, 1), bob.id);
        assertEq(_leaderOf(E, 2), bob.id);
    }

    /// @dev A bid in the last block wins nothing that the other can't answer.
    function test_attack_LastBlockSnipe_TheOutbidCanAnswer() public {
        (, uint256 closes,) = openAuction.bidWindow(E);
        _openBid(alice, E, 0, 2 * FLOOR);
        vm.warp(closes - 1);
        _openBid(bob, E, 0, 3 * FLOOR);
        vm.warp(closes + 2);
        _openBid(alice, E, 0, 4 * FLOOR);
        assertEq(_leaderOf(E, 0), alice.id);
        assertEq(_closesAt(E, 0), closes + 2 + 6);
    }

    /// @dev Extensions cost a step each, and end with the epoch: nobody delays the set by them.
    function test_attack_EndlessExtensions_EndBeforeTheSetCloses() public {
        (,, uint256 latest) = openAuction.bidWindow(E);
        (uint256 price, uint256 bids) = (FLOOR, 0);
        (, uint256 t,) = openAuction.bidWindow(E);
        for (t -= 2; t < latest; t += 4) {
            _warpTo(t);
            _openBid(bids % 2 == 0 ? alice : bob, E, 0, price);
            (,,, price) = openAuction.bidOf(E, 0);
            ++bids;
        }
        assertGt(price, FLOOR * 105 ** (bids - 1) / 100 ** (bids - 1));
        _run(E);
        assertTrue(schedule.phaseOf(E) == EpochPhase.Frozen);
        assertEq(schedule.slotsOf(E)[0], bids % 2 == 1 ? alice.id : bob.id);
    }

    /// @dev Being outbid pays by a credit: a payee that takes nothing holds up no rival.
    function test_attack_BlockingPayee_CanBeOutbid() public {
        address refusing = address(new RefusingReceiver());
        vm.prank(alice.owner);
        registry.setPayee(alice.id, refusing);
        _openBid(alice, E, 0, FLOOR);
        _openBid(bob, E, 0, 2 * FLOOR);
        assertEq(_leaderOf(E, 0), bob.id);
        assertEq(_free(alice), 10 ether);
    }

    function test_attack_ReentrantPayee_IsPaidOnce() public {
        ReentrantReceiver payee = new ReentrantReceiver();
        vm.prank(alice.owner);
        registry.setPayee(alice.id, address(payee));
        payee.arm(address(openAuction), abi.encodeCall(openAuction.withdraw, (alice.id, 5 ether)));
        vm.prank(alice.owner);
        openAuction.withdraw(alice.id, 5 ether);
        assertTrue(payee.called());
        assertFalse(payee.succeeded());
        assertEq(address(payee).balance, 5 ether);
        assertEq(_free(alice), 5 ether);
        _assertConserved();
    }

    /// @dev Slots over the cap can't be led, not even to raise what rivals pay.
    function test_attack_BidsOverTheCap_SetNoPrice() public {
        _openBid(alice, E, 0, FLOOR);
        _openBid(alice, E, 1, FLOOR);
        vm.expectRevert(
            abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_Refused.selector, E, 2, Refusal.AtCap, FLOOR)
        );
        _openBid(alice, E, 2, 50 * FLOOR);
        _openBid(bob, E, 2, FLOOR);
    }

    /// @dev Nobody bids with another's balance: neither a stranger nor a key whose operator was entered by another.
    function test_attack_BidsWithAnothersBalance() public {
        vm.expectRevert(
            abi.encodeWithSelector(IOpenBidAuction.OpenBidAuction_NotEntered.selector, alice.id, E, alice.sequencer, E)
        );
        vm.prank(bob.sequencer);
        openAuction.bid(alice.id, E, 0, 100 * FLOOR);
    }

    /// @dev Who won and stays away has paid; nobody gets it back, and nobody waits for it.
    function test_attack_IdleWinner_ItsPaymentIsProceeds() public {
        _openBid(alice, E, 0, 20 * FLOOR);
        _run(E + 1);
        _warpPast(schedule.startOfEpoch(E + 1) + config.disputePeriod);
        openAuction.close(E);
        assertEq(openAuction.proceeds(), 0.02 ether);
        assertEq(_free(alice), 10 ether - 0.02 ether);
    }

    /// @dev A winner pays for the slots that it was assigned. Here another policy comes first after all: the bid goes back.
    function test_attack_PaidButNotAssigned_IsGivenBack() public {
        _openBid(alice, E, 0, 20 * FLOOR);
        // Nobody records the seed, so nobody freezes: every slot of the epoch is the reserve's.
        _warpToEpoch(E);
        openAuction.refund(E);
        assertEq(_free(alice), 10 ether);
        _assertConserved();
    }
}
