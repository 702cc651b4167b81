// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RewardTest} from "../proceeds/RewardTest.sol";
import {BlockingToken} from "../tokens/BrokenTokens.sol";
import {ReentrantReceiver, RefusingReceiver} from "../tokens/EthReceivers.sol";
import {IRewardPool} from "@rota/contracts/interfaces/IRewardPool.sol";
import {IStakes} from "@rota/contracts/interfaces/IStakes.sol";
import {RewardPool} from "@rota/contracts/proceeds/RewardPool.sol";
import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

/// @notice What reward pools fell to elsewhere, on this one. Everybody served epochs 0 to 2, and 0 and 1 were finalized before any
/// fees arrived; the pool pays 1 ether a slot of epoch 2.
contract RewardsAttackTest is RewardTest {
    uint256 internal reward;

    function setUp() public override {
        super.setUp();
        _serveUntil(3);
        _finalizeUntil(1);
        _arrive(16 ether);
        reward = _servedBy(2, alice.id) * 1 ether;
    }

    /* RECEIVERS */
    function test_attack_BlockingPayee_StopsNobodyElse() public {
        address refusing = address(new RefusingReceiver());
        vm.prank(alice.owner);
        registry.setPayee(alice.id, refusing);
        _finalizeUntil(2);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_PaymentFailed.selector, refusing, reward / 2));
        pool.claim(alice.id, false);
        pool.claim(bob.id, false);
        assertGt(bob.payee.balance, 0);
        // It lost nothing: another payee gets it.
        vm.prank(alice.owner);
        registry.setPayee(alice.id, alice.payee);
        assertEq(pool.claim(alice.id, false), reward / 2);
        _assertConserved();
    }

    function test_attack_ReentrantPayee_IsPaidOnce() public {
        ReentrantReceiver payee = new ReentrantReceiver();
        payee.arm(address(pool), abi.encodeCall(pool.claim, (alice.id, false)));
        vm.prank(alice.owner);
        registry.setPayee(alice.id, address(payee));
        _finalizeUntil(2);
        assertEq(pool.claim(alice.id, false), reward / 2);
        assertTrue(payee.called());
        assertFalse(payee.succeeded());
        assertEq(address(payee).balance, reward / 2);
        _assertConserved();
    }

    /// @dev While it is paid for its shares, it moves them and claims for the receiver.
    function test_attack_ReentrantDelegator_IsPaidOnce() public {
        ReentrantReceiver holder = new ReentrantReceiver();
        _delegate(address(holder), 100, 30 ether);
        _finalizeUntil(2);
        holder.arm(address(stakes), abi.encodeCall(stakes.move, (alice.id, ID, address(holder), dora, 100)));
        uint256 due = _eth(address(holder));
        vm.prank(address(holder));
        pool.claimDelegated(ID, false, address(holder));
        assertTrue(holder.succeeded(), "shares may move at any time");
        assertEq(address(holder).balance, due);
        assertEq(_eth(address(holder)), 0);
        assertEq(_eth(dora), 0);
    }

    /// @dev A token that blocks an account costs it its tokens, not its ETH, and nobody else's tokens.
    function test_attack_BlockingToken_EthIsPaid() public {
        BlockingToken blocking = new BlockingToken();
        vm.warp(config.clock.genesis - 10);
        pool = new RewardPool(config.clock, registry, IStakes(stakes), schedule, address(blocking), config.rewards);
        stakes.setPool(pool);
        blocking.mint(address(pool), 1000e18);
        _arrive(16 ether);
        _warpTo(schedule.startOfEpoch(6));
        for (uint64 e = 0; e < 3; ++e) {
            pool.finalize(e);
        }
        blocking.block_(alice.payee);
        vm.expectRevert(SafeTransferLib.TransferFailed.selector);
        pool.claim(alice.id, true);
        assertGt(pool.claim(alice.id, false), 0);
        assertGt(pool.claim(bob.id, true), 0);
    }

    /* SHARES */
    /// @dev A reward that accrued without delegators is the operator's: who comes first finds nothing.
    function test_attack_FirstDepositorOfAReward_FindsNothing() public {
        _finalizeUntil(2);
        _delegate(dora, 1, 1);
        vm.warp(vm.getBlockTimestamp() + 30 days);
        assertEq(_eth(dora), 0);
        (uint256 released,) = _eth(alice.id);
        assertEq(released, reward);
    }

    /// @dev The last delegator leaves while half is locked, and somebody comes with one share to take it.
    function test_attack_FirstDepositorAfterAllLeft_FindsNothing() public {
        _delegate(dora, 100, 30 ether);
        _finalizeUntil(2);
        stakes.move(alice.id, ID, dora, address(0), 100);
        _delegate(emil, 1, 1);
        vm.warp(vm.getBlockTimestamp() + 30 days);
        assertEq(_eth(emil), 0);
        _assertConserved();
    }

    /// @dev One share against 1e24 gets its part, to the wei, and rounding gives it nothing of others.
    function test_attack_DustShares_GetDust() public {
        _delegate(dora, 1e24, 30 ether);
        _delegate(emil, 1, 30 ether);
        _finalizeUntil(2);
        vm.warp(vm.getBlockTimestamp() + 30 days);
        assertEq(_eth(emil), 0);
        assertApproxEqAbs(_eth(dora), reward * 3 / 4, 2);
        _assertConserved();
    }

    /// @dev Splitting shares among many accounts, and claiming often, gains nothing.
    function test_attack_ManyClaims_GainNothing() public {
        _delegate(dora, 3, 30 ether);
        _delegate(emil, 3, 30 ether);
        _finalizeUntil(2);
        for (uint256 i; i < 60; ++i) {
            vm.warp(vm.getBlockTimestamp() + 12 hours);
            if (_eth(emil) == 0) continue;
            vm.prank(emil);
            pool.claimDelegated(ID, false, emil);
        }
        assertLe(emil.balance, _eth(dora) + 100);
        _assertConserved();
    }

    /// @dev Who comes with nine times the bond just before a payout and leaves after it has its part of the half that is due then,
    /// while its exit waits; the other half is theirs who stay.
    function test_attack_DelegatesJustBeforeAPayout_LeavesTheUnvested() public {
        _delegate(dora, 100, 10 ether);
        _delegate(emil, 800, 90 ether);
        _finalizeUntil(2);
        stakes.move(alice.id, ID, emil, address(0), 800);
        vm.warp(vm.getBlockTimestamp() + 30 days);
        uint256 delegated = reward * 9 / 10;
        assertApproxEqAbs(_eth(emil), delegated / 2 * 8 / 9, 1);
        assertApproxEqAbs(_eth(dora), delegated / 2 / 9 + delegated / 2, 1);
    }

    /* COMMISSION */
    /// @dev The commission of the epoch that was served counts, whatever it is when it is paid.
    function test_attack_CommissionRaisedJustBeforeAPayout_CountsForLaterEpochs() public {
        _delegate(dora, 100, 30 ether);
        uint64 now_ = schedule.currentEpoch();
        for (uint64 e = 3; e <= now_ + 2; ++e) {
            stakes.setCommission(alice.id, e, 3000);
        }
        _finalizeUntil(2);
        assertEq(_eth(dora), reward * 3 / 4 / 2);
    }

    /* FEES */
    /// @dev Whoever times the arrival of fees gets its slots' part of a quarter of them, not of all.
    function test_attack_FeesLandedForOnesOwnEpoch_AreSpread() public {
        _finalizeUntil(2);
        (uint256 released, uint256 locked) = _eth(alice.id);
        assertEq(released + locked, reward);
        assertEq(pool.undivided(false), 12 ether);
    }

    /// @dev ETH without a call is a gift to all.
    function test_attack_ForcedEth_IsDividedLikeFees() public {
        vm.deal(address(pool), address(pool).balance + 16 ether);
        assertEq(pool.undivided(false), 32 ether);
        _finalizeUntil(2);
        _assertConserved();
    }

    /// @dev The bridge of the chain pays with little gas: the stipend of a call with value, 2,300, is enough.
    function test_attack_BridgeWithLittleGas_StillArrives() public {
        vm.deal(address(this), 1 ether);
        (bool paid,) = address(pool).call{value: 1 ether, gas: 0}("");
        assertTrue(paid);
        assertEq(pool.undivided(false), 17 ether);
    }

    /// @dev A slot that was assigned and not served is paid to nobody, least to who was assigned it.
    function test_attack_IdleOperator_EarnsNothing() public {
        uint64 epoch = schedule.currentEpoch();
        _run(epoch + 2);
        assertEq(_servedBy(epoch + 1, alice.id), 0);
        _finalizeUntil(2);
        (uint256 before, uint256 lockedBefore) = _eth(alice.id);
        _finalizeUntil(epoch + 1);
        (uint256 released, uint256 locked) = _eth(alice.id);
        assertEq(released + locked, before + lockedBefore);
    }
}
