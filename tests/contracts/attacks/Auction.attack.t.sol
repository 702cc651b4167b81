// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionTest} from "../auctions/AuctionTest.sol";

import {SealedBidAuction} from "@rota/contracts/auctions/SealedBidAuction.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {ISealedBidAuction} from "@rota/contracts/interfaces/ISealedBidAuction.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";
import {Curve} from "@rota/contracts/types/Curve.sol";

/// @dev Takes nothing.
contract BlockingPayee {
    receive() external payable {
        revert("no");
    }
}

/// @dev Returns so much data that copying it would cost its caller all its gas.
contract BombingPayee {
    receive() external payable {
        assembly {
            revert(0, 1000000)
        }
    }
}

/// @dev An owner and payee in one that withdraws again while it is paid.
contract ReenteringOwner {
    SealedBidAuction internal immutable AUCTION;
    uint16 internal operator;
    uint64 internal epoch;
    uint256 public attempts;
    uint256 public successes;

    constructor(SealedBidAuction auction) {
        AUCTION = auction;
    }

    function setTarget(uint16 operator_, uint64 epoch_) external {
        (operator, epoch) = (operator_, epoch_);
    }

    function execute(address to, bytes calldata data) external returns (bytes memory) {
        (bool ok, bytes memory result) = to.call(data);
        require(ok, string(result));
        return result;
    }

    // solhint-disable-next-line no-complex-fallback
    receive() external payable {
        ++attempts;
        try AUCTION.withdraw(operator, msg.value) {
            ++successes;
        } catch {}
        try AUCTION.refund(epoch, operator) {
            ++successes;
        } catch {}
    }
}

/// @notice What auctions fell to elsewhere, on this one (DESIGN's list of attacks).
contract AuctionAttackTest is AuctionTest {
    /// @dev Two slots' locks are the minimum bond here.
    uint256 internal constant LOCK = 0.5 ether;

    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        c.pledges.firstLock = uint128(LOCK);
    }

    /* WHO SETS THE PRICE */
    function test_attack_SignerHoldsTopTwoBids_RoundStillSells() public {
        // Operators 0 and 1 are one party; the honest third would be outbid by both.
        _bid(E, _curve(90_000_000, 2), _curve(80_000_000, 2), _curve(30_000_000, 2));
        _seedAndSettle(E);
        _freeze(E);
        assertEq(_wonBy(E, operators[0].id) + _wonBy(E, operators[1].id), 4);
        assertEq(_priceOf(E), 0.03 ether, "at the honest bidder's price");
        assertEq(auction.proceeds(), 4 * 0.03 ether);
    }

    /// @dev Settling takes no list of bids: whoever settles can't leave one out, nor choose the time that suits it.
    function test_attack_SettlerIsTheWinner_CannotDropTheRunnerUp() public {
        _bid(E, _curve(90_000_000, 2), _curve(80_000_000, 2), _curve(30_000_000, 2));
        _warpToEpoch(E - 1);
        _recordSeed(E);
        vm.prank(operators[0].sequencer);
        auction.settle(E);
        assertEq(_priceOf(E), 0.03 ether);
        // Nor can it take one out before: not by a refund, not by a forfeit.
        vm.expectRevert(abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_NotCancelled.selector, E));
        auction.refund(E, operators[2].id);
        vm.expectRevert(
            abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_NothingToDo.selector, E, operators[2].id)
        );
        auction.forfeit(E, operators[2].id);
    }

    /// @dev Demand that could never be served is clipped away before it could stand as the first unit without a slot.
    function test_attack_UnitsOverTheCapDoNotSetTheRivalsPrice() public {
        _bid(E, _curve(90_000_000, 200), _curve(80_000_000, 2));
        (uint256 price, uint256 quantity) = auction.revealed(E, operators[0].id).step(0);
        assertEq(price, 90_000_000);
        assertEq(quantity, auction.capSlots());
        assertEq(auction.lockedOf(E, operators[0].id), 2 * 0.09 ether, "locks no more than it can win");
        _seedAndSettle(E);
        assertEq(_wonBy(E, operators[1].id), 2);
        assertEq(_priceOf(E), auction.FLOOR_PRICE(), "nobody was left without a slot that it could have had");
    }

    function test_attack_OneEntityWithTwoOperators_StaysWithinOneCap() public {
        uint32 entity = registry.entityOf(operators[0].id);
        vm.prank(governance);
        registry.setWhitelisted(operators[1].owner, entity);
        _bid(E, _curve(90_000_000, 2), _curve(80_000_000, 2), _curve(30_000_000, 2));
        _seedAndSettle(E);
        assertEq(_wonBy(E, operators[0].id) + _wonBy(E, operators[1].id), auction.capSlots());
        assertEq(_wonBy(E, operators[2].id), 2, "its slots are left to others");
        assertEq(_priceOf(E), auction.FLOOR_PRICE(), "and its surplus does not raise their price");
    }

    /// @dev The round is settled while the next one is revealed: that must not change who stands behind its bids.
    function test_attack_RevealForTheNextEpochBeforeTheSettlement_DoesNotLeaveTheEntity() public {
        vm.startPrank(governance);
        registry.setWhitelisted(operators[0].owner, 500);
        registry.setWhitelisted(operators[1].owner, 500);
        vm.stopPrank();
        _bid(E, _curve(90_000_000, 2), _curve(80_000_000, 2), _curve(30_000_000, 2));
        _warpToCommit(E + 1);
        vm.prank(governance);
        registry.setWhitelisted(operators[1].owner, 501);
        _commit(operators[1], E + 1, _curve(20_000_000, 1));
        _warpToReveal(E + 1);
        _reveal(operators[1], E + 1, _curve(20_000_000, 1));
        _recordSeed(E);
        _settle(E);
        assertEq(_wonBy(E, operators[0].id) + _wonBy(E, operators[1].id), auction.capSlots());
        assertEq(_wonBy(E, operators[2].id), 2);
    }

    /* BETWEEN COMMITMENT AND REVEAL */
    /// @dev Who is in the set is decided at the commitment, or governance could take any bidder's deposit.
    function test_attack_DelistedBeforeTheReveal_KeepsBidAndDeposit() public {
        _warpToCommit(E);
        _commit(operators[0], E, _curve(90_000_000, 2));
        vm.prank(governance);
        registry.setWhitelisted(operators[0].owner, 0);
        _warpToReveal(E);
        _reveal(operators[0], E, _curve(90_000_000, 2));
        _seedAndSettle(E);
        _freeze(E);
        assertEq(_wonBy(E, operators[0].id), 2);
        assertEq(auction.freeBalanceOf(operators[0].id), 100 ether - 2 * auction.FLOOR_PRICE());
    }

    /// @dev Nor could it put two rivals under one cap, or the delisted ones under that of nobody.
    function test_attack_EntityMovedBeforeTheReveal_KeepsItsOwnCap() public {
        _warpToCommit(E);
        for (uint256 i; i < 2; ++i) {
            _commit(operators[i], E, _curve(90_000_000, 2));
        }
        vm.startPrank(governance);
        registry.setWhitelisted(operators[0].owner, 0);
        registry.setWhitelisted(operators[1].owner, 0);
        vm.stopPrank();
        _warpToReveal(E);
        for (uint256 i; i < 2; ++i) {
            _reveal(operators[i], E, _curve(90_000_000, 2));
        }
        _seedAndSettle(E);
        assertEq(_wonBy(E, operators[0].id), 2);
        assertEq(_wonBy(E, operators[1].id), 2);
    }

    /* BOND */
    /// @dev Slots that are won and not frozen yet are not live: they need locks of their own all the same.
    function test_attack_BidsWhileTheLastRoundIsUndecided_NeedsTheLocksOfBoth() public {
        Operator memory operator = operators[0];
        _bid(E, _curve(90_000_000, 2), _curve(80_000_000, 1));
        // Enough for the cap and the minimum, not for two epochs' locks.
        vm.prank(operator.owner);
        vault.requestExit(operator.id, 0, 9 ether);
        _warpToCommit(E + 1);
        _commit(operator, E + 1, _curve(90_000_000, 2));
        _commit(operators[1], E + 1, _curve(80_000_000, 1));
        _warpToReveal(E + 1);
        _expectTwoLocks(); // the round is open
        _reveal(operator, E + 1, _curve(90_000_000, 2));
        _recordSeed(E);
        _settle(E);
        _expectTwoLocks(); // settled
        _reveal(operator, E + 1, _curve(90_000_000, 2));
        _freeze(E);
        assertEq(schedule.liveSlotsOf(operator.id), 2);
        _expectTwoLocks(); // frozen: counted once
        _reveal(operator, E + 1, _curve(90_000_000, 2));
        _bond(operator.id, 2 * LOCK);
        _reveal(operator, E + 1, _curve(90_000_000, 2));
    }

    function _expectTwoLocks() internal {
        vm.expectRevert(
            abi.encodeWithSelector(
                ISealedBidAuction.SealedBidAuction_InsufficientBond.selector, operators[0].id, 1 ether, 4 * LOCK
            )
        );
    }

    /* IDLE WINNERS */
    /// @dev Paid is paid, whether the winner shows up or not; and there is no lock left that nobody could free.
    function test_attack_IdleWinner_ItsPaymentIsProceeds() public {
        _bid(E, _curve(50_000_000, 2));
        _seedAndSettle(E);
        _freeze(E);
        _warpToEpoch(E + 1);
        vm.expectRevert(abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_NotCancelled.selector, E));
        auction.refund(E, operators[0].id);
        _warpTo(schedule.startOfEpoch(E + 1) + config.disputePeriod);
        assertEq(auction.withdrawProceeds(), 2 * auction.FLOOR_PRICE());
        assertEq(auction.lockedOf(E, operators[0].id), 0);
        _assertConserved();
    }

    /// @dev A round is settled and its epoch never frozen, nor cancelled while the ring knew it. Nobody paid for nothing.
    function test_attack_SettledNeverFrozenAndForgotten_IsRefunded() public {
        _bid(E, _curve(50_000_000, 2), _curve(40_000_000, 2));
        _seedAndSettle(E);
        uint256 paid = auction.proceeds();
        assertGt(paid, 0);
        _warpToEpoch(E + config.ring - 1);
        assertEq(auction.withdrawableProceeds(), 0);
        // An epoch in the same words is frozen without bids: it takes the last proof with it, and leaves a note.
        _recordSeed(E + config.ring);
        _freeze(E + config.ring);
        _warpToEpoch(E + 2 * config.ring - 2);
        vm.expectRevert(ISealedBidAuction.SealedBidAuction_ZeroAmount.selector);
        auction.withdrawProceeds();
        auction.refund(E, operators[0].id);
        // And the next bid in the round's words gives back what nobody asked for.
        _bid(E + 2 * config.ring, _curve(1, 1));
        assertEq(auction.freeBalanceOf(operators[1].id), 100 ether);
        assertEq(auction.proceeds(), 0);
        _assertConserved();
    }

    /// @dev And a frozen one's payments stay proceeds, however long nobody fetches them.
    function test_attack_FrozenAndForgotten_IsNotRefunded() public {
        _bid(E, _curve(50_000_000, 2));
        _seedAndSettle(E);
        _freeze(E);
        uint256 paid = auction.proceeds();
        _warpToEpoch(E + 2 * config.ring - 1);
        _recordSeed(E + 2 * config.ring);
        _freeze(E + 2 * config.ring);
        vm.expectRevert(abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_NotCancelled.selector, E));
        auction.refund(E, operators[0].id);
        assertEq(auction.withdrawProceeds(), paid);
        _assertConserved();
    }

    /* SEALED */
    /// @dev Who copies a rival's commitment can't open it: the operator's id is inside.
    function test_attack_CopiedCommitmentOfARival_CannotBeRevealed() public {
        Curve curve = _curve(50_000_000, 2);
        _warpToCommit(E);
        _commit(operators[0], E, curve);
        bytes32 copy = auction.committed(E, operators[0].id);
        vm.prank(operators[1].sequencer);
        auction.commitBid(operators[1].id, E, copy);
        _warpToReveal(E);
        _reveal(operators[0], E, curve);

        // The copycat waits for the preimage and sends it on.
        bytes32 salt = _saltOf(operators[0].id, E);
        bytes32 computed = auction.commitmentOf(operators[1].id, E, curve, salt);
        assertNotEq(computed, copy);
        vm.expectRevert(
            abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_WrongPreimage.selector, copy, computed)
        );
        auction.revealBid(operators[1].id, E, curve, salt);
        _warpToEpoch(E - 1);
        auction.forfeit(E, operators[1].id);
        assertEq(auction.proceeds(), 0.003 ether);
    }

    /// @dev Nor in another epoch, or on a deployment or chain where the same bid would be worth something.
    function test_attack_ReplayedPreimage_IsOfOneEpochAndDeployment() public {
        Curve curve = _curve(50_000_000, 2);
        bytes32 commitment = auction.commitmentOf(operators[0].id, E, curve, "salt");
        assertNotEq(auction.commitmentOf(operators[0].id, E + 1, curve, "salt"), commitment);
        vm.chainId(block.chainid + 1);
        assertNotEq(auction.commitmentOf(operators[0].id, E, curve, "salt"), commitment);
    }

    /* FIRST AND LAST BLOCKS */
    /// @dev A bid placed or replaced in the last block of its window saw no more than one placed in the first.
    function test_attack_LastBlockOfTheCommitWindow_SeesNothing() public {
        (, uint256 closes) = auction.commitWindow(E);
        _warpToCommit(E);
        _commit(operators[0], E, _curve(50_000_000, 2));
        _expectWrongWindow(closes, schedule.startOfEpoch(E - 1));
        _reveal(operators[0], E, _curve(50_000_000, 2)); // nothing can be opened that others could still answer
        _warpTo(closes - 2);
        _commit(operators[1], E, _curve(60_000_000, 2));
        _warpTo(closes);
        _expectWrongWindow(schedule.startOfEpoch(E - 2), closes);
        vm.prank(operators[1].sequencer);
        auction.commitBid(operators[1].id, E, "another");
        _reveal(operators[0], E, _curve(50_000_000, 2));
        _reveal(operators[1], E, _curve(60_000_000, 2));
    }

    /// @dev Who reveals last has seen all bids, and can only choose between its one bid and the deposit.
    function test_attack_LastRevealer_HoldsOneBidOrLosesTheDeposit() public {
        _warpToCommit(E);
        _commit(operators[0], E, _curve(50_000_000, 2));
        _commit(operators[1], E, _curve(60_000_000, 2));
        (uint256 opens, uint256 closes) = auction.revealWindow(E);
        _warpToReveal(E);
        _reveal(operators[0], E, _curve(50_000_000, 2));
        _warpTo(closes - 2);
        vm.expectPartialRevert(ISealedBidAuction.SealedBidAuction_WrongPreimage.selector);
        _reveal(operators[1], E, _curve(50_000_001, 2));
        _warpTo(closes);
        _expectWrongWindow(opens, closes);
        _reveal(operators[1], E, _curve(60_000_000, 2));
        auction.forfeit(E, operators[1].id);
        assertEq(auction.proceeds(), 0.003 ether);
        _assertConserved();
    }

    /// @dev The seed is not known while anybody can still choose a bid by how it would break a tie.
    function test_attack_SeedComesAfterTheLastReveal() public view {
        (, uint256 closes) = auction.revealWindow(E);
        assertGt(schedule.startOfEpoch(E - 1) + schedule.SEED_DELAY(), closes - 1);
    }

    /* PAYEES */
    function test_attack_BlockingPayee_BlocksNobodyElse() public {
        address[2] memory payees = [address(new BlockingPayee()), address(new BombingPayee())];
        for (uint256 i; i < 2; ++i) {
            vm.prank(operators[i].owner);
            registry.setPayee(operators[i].id, payees[i]);
        }
        _bid(E, _curve(90_000_000, 2), _curve(80_000_000, 2), _curve(30_000_000, 2));
        _seedAndSettle(E); // credits inside
        _warpToEpoch(E);
        schedule.cancel(E);
        for (uint256 i; i < OPERATORS; ++i) {
            if (i < 2) auction.refund(E, operators[i].id); // the third won nothing
        }
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_PaymentFailed.selector, payees[i], 1 ether)
            );
            vm.prank(operators[i].owner);
            auction.withdraw{gas: 200_000}(operators[i].id, 1 ether);
            // It names another payee and has its money.
            vm.prank(operators[i].owner);
            registry.setPayee(operators[i].id, operators[i].payee);
            vm.prank(operators[i].owner);
            auction.withdraw(operators[i].id, 100 ether);
        }
        vm.prank(operators[2].owner);
        auction.withdraw(operators[2].id, 100 ether);
        _assertConserved();
    }

    function test_attack_ReentrancyOnRefundAndWithdrawal_PaysOnce() public {
        ReenteringOwner owner = new ReenteringOwner(auction);
        Operator memory operator = operators[0];
        vm.prank(operator.owner);
        registry.offerOwnership(operator.id, address(owner));
        vm.prank(governance);
        registry.setWhitelisted(address(owner), 50);
        owner.execute(address(registry), abi.encodeCall(registry.acceptOwnership, (operator.id)));
        owner.execute(address(registry), abi.encodeCall(registry.setPayee, (operator.id, address(owner))));
        owner.setTarget(operator.id, E);

        _bid(E, _curve(90_000_000, 2), _curve(80_000_000, 2), _curve(30_000_000, 2));
        _seedAndSettle(E);
        _warpToEpoch(E);
        schedule.cancel(E);
        auction.refund(E, operator.id);
        assertEq(owner.attempts(), 0, "a refund calls nobody");

        owner.execute(address(auction), abi.encodeCall(auction.withdraw, (operator.id, 60 ether)));
        assertEq(owner.attempts(), 1);
        assertEq(owner.successes(), 0);
        assertEq(address(owner).balance, 60 ether);
        assertEq(auction.freeBalanceOf(operator.id), 40 ether);
        _assertConserved();
    }

    /// @dev ETH that is forced in belongs to nobody and moves nothing.
    function test_attack_ForcedEther_ChangesNoBalance() public {
        vm.deal(address(auction), address(auction).balance + 1 ether);
        assertEq(auction.proceeds(), 0);
        vm.expectRevert(ISealedBidAuction.SealedBidAuction_ZeroAmount.selector);
        auction.withdrawProceeds();
        (bool taken,) = address(auction).call{value: 1}("");
        assertFalse(taken, "no plain transfers");
    }

    function _expectWrongWindow(uint256 opens, uint256 closes) internal {
        vm.expectRevert(
            abi.encodeWithSelector(ISealedBidAuction.SealedBidAuction_WrongWindow.selector, E, opens, closes)
        );
    }
}
