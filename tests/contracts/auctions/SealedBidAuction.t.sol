// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {ISealedBidAuction} from "@rota/contracts/interfaces/ISealedBidAuction.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";
import {Curve} from "@rota/contracts/types/Curve.sol";

import {AuctionTest} from "./AuctionTest.sol";

contract SealedBidAuction_Balance_Test is AuctionTest {
    function test_deposit_CreditsTheOperator() public {
        vm.expectEmit(address(auction));
        emit ISealedBidAuction.BalanceDeposited(operators[0].id, 7);
        _fund(operators[0].id, 7);
        assertEq(auction.freeBalanceOf(operators[0].id), 100 ether + 7);
        _assertConserved();
    }

    function test_deposit_RevertWhen_NobodyHasTheId() public {
        vm.expectRevert(abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_UnknownOperator.selector, 99));
        auction.deposit{value: 1}(99);
    }

    function test_deposit_RevertWhen_Zero() public {
        vm.expectRevert(ISealedBidAuction.SealedBidAuction_ZeroAmount.selector);
        auction.deposit(operators[0].id);
    }

    function test_withdraw_PaysThePayee() public {
        vm.prank(operators[0].owner);
        auction.withdraw(operators[0].id, 3 ether);
        assertEq(operators[0].payee.balance, 3 ether);
        assertEq(auction.freeBalanceOf(operators[0].id), 97 ether);
        _assertConserved();
    }

    function test_withdraw_RevertWhen_NotTheOwner() public {
        // The sequencer key is online: it bids, but it can't take the money out.
        vm.expectRevert(
            abi.encodeWithSelector(
                ISealedBidAuction.SealedBidAuction_NotOwner.selector, operators[0].id, operators[0].sequencer
            )
        );
        vm.prank(operators[0].sequencer);
        auction.withdraw(operators[0].id, 1);
    }

    function test_withdraw_RevertWhen_MoreThanFree() public {
        _warpToCommit(E);
        _commit(operators[0], E, _curve(1, 1));
        uint256 free = auction.freeBalanceOf(operators[0].id);
        assertEq(free, 100 ether - auction.depositFor(E));
        vm.expectRevert(
            abi.encodeWithSelector(
                ISealedBidAuction.SealedBidAuction_InsufficientBalance.selector, operators[0].id, free, free + 1
            )
        );
        vm.prank(operators[0].owner);
        auction.withdraw(operators[0].id, free + 1);
    }
}

contract SealedBidAuction_Commit_Test is AuctionTest {
    bytes32 internal constant SECRET = keccak256("secret");

    function test_commitBid_TakesTheDepositOnce() public {
        _warpToCommit(E);
        uint256 deposit = auction.depositFor(E);
        vm.expectEmit(address(auction));
        emit ISealedBidAuction.BidCommitted(E, operators[0].id, SECRET, deposit);
        vm.prank(operators[0].sequencer);
        auction.commitBid(operators[0].id, E, SECRET);

        vm.expectEmit(address(auction));
        emit ISealedBidAuction.BidCommitted(E, operators[0].id, "other", 0);
        vm.prank(operators[0].owner);
        auction.commitBid(operators[0].id, E, "other");

        assertEq(auction.committed(E, operators[0].id), "other");
        assertEq(auction.pendingDepositOf(operators[0].id), deposit);
        assertEq(auction.freeBalanceOf(operators[0].id), 100 ether - deposit);
        _assertConserved();
    }

    function test_depositFor_IsFifteenPercentOfTheCapAtTheReferencePrice() public view {
        assertEq(auction.capSlots(), 2);
        assertEq(auction.refPrice(), 0.01 ether);
        assertEq(auction.depositFor(E), 0.003 ether);
    }

    /// @dev Settling the round before moves the reference price while bids are committed.
    function test_depositFor_GivenTheRoundBeforeSettlesMeanwhile_StaysTheSame() public {
        _bid(E, _curve(90_000_000, 2), _curve(80_000_000, 2), _curve(70_000_000, 2));
        _warpToCommit(E + 1);
        uint256 before = auction.depositFor(E + 1);
        _commit(operators[0], E + 1, _curve(1, 1));
        _recordSeed(E);
        _settle(E);
        assertEq(auction.refPrice(), 0.011_250_001 ether);
        assertEq(auction.depositFor(E + 1), before);
        assertGt(auction.depositFor(E + 2), before);
    }

    function test_commitBid_WindowIsHalfOpen() public {
        (uint256 opens, uint256 closes) = auction.commitWindow(E + 1);
        vm.warp(opens - 1);
        _expectWrongWindow(E + 1, opens, closes);
        auction.commitBid(operators[0].id, E + 1, SECRET);
        vm.warp(closes);
        _expectWrongWindow(E + 1, opens, closes);
        auction.commitBid(operators[0].id, E + 1, SECRET);

        vm.warp(opens);
        _commit(operators[0], E + 1, _curve(1, 1));
        vm.warp(closes - 1);
        _commit(operators[1], E + 1, _curve(1, 1));
    }

    function test_commitBid_RevertWhen_NotAController() public {
        _warpToCommit(E);
        vm.expectRevert(
            abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_NotController.selector, operators[0].id, stranger)
        );
        vm.prank(stranger);
        auction.commitBid(operators[0].id, E, SECRET);
    }

    function test_commitBid_RevertWhen_NotInTheSet() public {
        Operator memory late = _register("late", 50);
        _bond(late.id, 10 ether);
        _fund(late.id, 1 ether);
        _run(1);
        _warpToCommit(3);
        _activate(late); // from epoch 3 on
        vm.prank(late.owner);
        auction.commitBid(late.id, 3, SECRET);

        Operator memory never = _register("never", 51);
        vm.expectRevert(
            abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_NotEligible.selector, never.id, uint64(3))
        );
        vm.prank(never.owner);
        auction.commitBid(never.id, 3, SECRET);
    }

    function test_commitBid_RevertWhen_TheReserveBids() public {
        _fund(reserve.id, 1 ether);
        _warpToCommit(E);
        vm.expectRevert(abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_NotEligible.selector, reserve.id, E));
        vm.prank(reserve.owner);
        auction.commitBid(reserve.id, E, SECRET);
    }

    function test_commitBid_RevertGiven_TooLittleBalance() public {
        vm.prank(operators[0].owner);
        auction.withdraw(operators[0].id, 100 ether);
        _fund(operators[0].id, 0.002 ether);
        _warpToCommit(E);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISealedBidAuction.SealedBidAuction_InsufficientBalance.selector,
                operators[0].id,
                0.002 ether,
                0.003 ether
            )
        );
        vm.prank(operators[0].owner);
        auction.commitBid(operators[0].id, E, SECRET);
    }

    function test_commitBid_GivenAnOldUnrevealedBid_ForfeitsItsDeposit() public {
        _warpToCommit(E);
        _commit(operators[0], E, _curve(1, 1));
        uint256 deposit = auction.depositFor(E);
        _warpToCommit(E + 1);
        vm.expectEmit(address(auction));
        emit ISealedBidAuction.DepositForfeited(E, operators[0].id, deposit);
        _commit(operators[0], E + 1, _curve(1, 1));
        assertEq(auction.proceeds(), deposit);
        assertEq(auction.pendingDepositOf(operators[0].id), deposit);
        assertEq(auction.committed(E, operators[0].id), 0);
        _assertConserved();
    }

    function _expectWrongWindow(uint64 epoch, uint256 opens, uint256 closes) internal {
        vm.expectRevert(
            abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_WrongWindow.selector, epoch, opens, closes)
        );
        vm.prank(operators[0].owner);
    }
}

contract SealedBidAuction_Reveal_Test is AuctionTest {
    Curve internal constant CURVE = Curve.wrap(20_000_000 << 8 | 2);

    /// @dev Two slots' locks are more than the minimum bond here.
    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        c.pledges.firstLock = 0.75 ether;
    }

    function setUp() public override {
        super.setUp();
        _warpToCommit(E);
        _commit(operators[0], E, CURVE);
        _warpToReveal(E);
    }

    function test_revealBid_LocksTheMostItCanCost() public {
        vm.expectEmit(address(auction));
        emit ISealedBidAuction.BidRevealed(E, operators[0].id, CURVE, 0.04 ether);
        vm.prank(stranger); // by anyone who knows the preimage
        _reveal(operators[0], E, CURVE);
        assertEq(auction.lockedOf(E, operators[0].id), 0.04 ether);
        assertEq(auction.freeBalanceOf(operators[0].id), 99.96 ether);
        assertEq(auction.pendingDepositOf(operators[0].id), 0);
        assertEq(auction.bidders(E).length, 1);
        _assertConserved();
    }

    function test_revealBid_WindowIsHalfOpen() public {
        (uint256 opens, uint256 closes) = auction.revealWindow(E);
        bytes memory wrongWindow =
            abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_WrongWindow.selector, E, opens, closes);
        vm.warp(opens - 1);
        vm.expectRevert(wrongWindow);
        _reveal(operators[0], E, CURVE);
        vm.warp(closes);
        vm.expectRevert(wrongWindow);
        _reveal(operators[0], E, CURVE);
        vm.warp(closes - 1);
        _reveal(operators[0], E, CURVE);
    }

    function test_revealBid_RevertWhen_Twice() public {
        _reveal(operators[0], E, CURVE);
        vm.expectRevert(
            abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_AlreadyRevealed.selector, E, operators[0].id)
        );
        _reveal(operators[0], E, CURVE);
    }

    function test_revealBid_RevertWhen_NothingWasCommitted() public {
        vm.expectRevert(
            abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_NoCommitment.selector, E, operators[1].id)
        );
        _reveal(operators[1], E, CURVE);
    }

    function test_revealBid_RevertWhen_AnotherCurve() public {
        Curve other = _curve(20_000_001, 2);
        bytes32 salt = _saltOf(operators[0].id, E);
        bytes32 expected = auction.committed(E, operators[0].id);
        bytes32 computed = auction.commitmentOf(operators[0].id, E, other, salt);
        vm.expectRevert(
            abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_WrongPreimage.selector, expected, computed)
        );
        auction.revealBid(operators[0].id, E, other, salt);
    }

    function test_revealBid_RevertWhen_NotADemandCurve() public {
        Curve rising = Curve.wrap(5 << 8 | 1 | (6 << 8 | 1) << 56);
        _warpToCommit(E + 1);
        _commit(operators[0], E + 1, rising);
        _warpToReveal(E + 1);
        vm.expectRevert(
            abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_MalformedCurve.selector, Curve.unwrap(rising))
        );
        _reveal(operators[0], E + 1, rising);
    }

    function test_revealBid_GivenItLeftTheSetMeanwhile_TheBidStands() public {
        vm.prank(operators[0].owner);
        registry.deactivate(operators[0].id);
        _reveal(operators[0], E, CURVE);
        assertEq(auction.bidders(E).length, 1);
    }

    function test_revealBid_RevertGiven_TheBondFellShort() public {
        // Still above the minimum that keeps it in the set, but not enough for two more slots' locks.
        vm.prank(operators[0].owner);
        vault.requestExit(operators[0].id, 0, 9 ether);
        uint256 bonded = vault.bondOf(operators[0].id);
        uint256 needed = (schedule.liveSlotsOf(operators[0].id) + 2) * pledges.lockPerSlotAt(2);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISealedBidAuction.SealedBidAuction_InsufficientBond.selector, operators[0].id, bonded, needed
            )
        );
        _reveal(operators[0], E, CURVE);

        _bond(operators[0].id, needed - bonded);
        _reveal(operators[0], E, CURVE); // mended in time
    }

    function test_revealBid_GivenTooLittleBalance_ATopUpMendsIt() public {
        vm.prank(operators[0].owner);
        auction.withdraw(operators[0].id, 99.997 ether);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISealedBidAuction.SealedBidAuction_InsufficientBalance.selector,
                operators[0].id,
                0.003 ether,
                0.04 ether
            )
        );
        _reveal(operators[0], E, CURVE);

        vm.deal(stranger, 1 ether);
        vm.prank(stranger);
        auction.revealBid{value: 0.037 ether}(operators[0].id, E, CURVE, _saltOf(operators[0].id, E));
        assertEq(auction.freeBalanceOf(operators[0].id), 0);
        _assertConserved();
    }

    function test_revealBid_LocksAtLeastTheDeposit() public {
        _warpToCommit(E + 1);
        _commit(operators[0], E + 1, _curve(1, 1));
        _warpToReveal(E + 1);
        _reveal(operators[0], E + 1, _curve(1, 1));
        assertEq(auction.lockedOf(E + 1, operators[0].id), auction.depositFor(E + 1));
        _assertConserved();
    }

    function test_forfeit_TakesTheDepositOfABidNotRevealed() public {
        (, uint256 closes) = auction.revealWindow(E);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISealedBidAuction.SealedBidAuction_WrongWindow.selector, E, closes, type(uint256).max
            )
        );
        auction.forfeit(E, operators[0].id);

        _warpTo(closes);
        vm.expectEmit(address(auction));
        emit ISealedBidAuction.DepositForfeited(E, operators[0].id, 0.003 ether);
        auction.forfeit(E, operators[0].id);
        assertEq(auction.withdrawableProceeds(), 0.003 ether);
        _assertConserved();

        vm.expectRevert(
            abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_NothingToDo.selector, E, operators[0].id)
        );
        auction.forfeit(E, operators[0].id);
    }

    function test_forfeit_RevertGiven_ItWasRevealed() public {
        _reveal(operators[0], E, CURVE);
        _warpToEpoch(E - 1);
        vm.expectRevert(
            abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_NothingToDo.selector, E, operators[0].id)
        );
        auction.forfeit(E, operators[0].id);
    }
}
