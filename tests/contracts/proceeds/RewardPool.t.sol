// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RewardTest} from "./RewardTest.sol";
import {IRewardPool} from "@rota/contracts/interfaces/IRewardPool.sol";
import {IStakes} from "@rota/contracts/interfaces/IStakes.sol";
import {RewardPool} from "@rota/contracts/proceeds/RewardPool.sol";
import {Clock} from "@rota/contracts/types/Types.sol";

/// @dev 4 slots an epoch; an epoch pays a quarter of the fees that are there, so a slot a sixteenth.
contract RewardPool_Finalize_Test is RewardTest {
    function test_finalize_DividesBySlotsServed() public {
        _serveUntil(3);
        _arrive(16 ether);
        _finalizeUntil(1);
        // Epochs 0 and 1 were the reserve's: 4 ether, then a quarter of what was left.
        (uint256 released, uint256 locked) = _eth(reserve.id);
        assertEq(released + locked, 4 ether + 3 ether);
        _finalizeUntil(2);
        uint256 perSlot = uint256(9 ether) / 4 / 4;
        for (uint256 i; i < operators.length; ++i) {
            uint256 slots = _servedBy(2, operators[i].id);
            assertGt(slots, 0);
            (released, locked) = _eth(operators[i].id);
            assertEq(released + locked, slots * perSlot);
        }
        assertEq(pool.undivided(false), 9 ether - 4 * perSlot);
        _assertConserved();
    }

    function test_finalize_IssuesTheTokensOfTheEpoch() public {
        token.mint(address(pool), 150e18);
        _serveUntil(1);
        _finalizeUntil(0);
        (uint256 released, uint256 locked) = pool.rewardOf(reserve.id, true);
        assertEq(released, 50e18);
        assertEq(locked, 50e18);
        assertEq(pool.undivided(true), 50e18);
        assertEq(pool.nextEpoch(), 1);
        _assertConserved();
    }

    /// @dev Issuance never exceeds what the pool was given.
    function test_finalize_GivenFewTokens_IssuesWhatIsThere() public {
        token.mint(address(pool), 41);
        _serveUntil(1);
        _finalizeUntil(0);
        (uint256 released, uint256 locked) = pool.rewardOf(reserve.id, true);
        assertEq(released + locked, 40);
        assertEq(released, 20);
        assertEq(pool.undivided(true), 1);
    }

    function test_finalize_GivenNobodyServed_TheRewardStays() public {
        _arrive(16 ether);
        _warpToEpoch(1);
        vm.expectEmit(address(pool));
        emit IRewardPool.EpochFinalized(0, 1 ether, 0, 0);
        _finalizeUntil(0);
        assertEq(pool.undivided(false), 16 ether);
        assertEq(pool.unpaid(false), 0);
    }

    function test_finalize_RevertWhen_NotTheNext() public {
        _warpToEpoch(5);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_NotNext.selector, 1, 0));
        pool.finalize(1);
        pool.finalize(0);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_NotNext.selector, 0, 1));
        pool.finalize(0);
    }

    function test_finalize_RevertWhen_StillDisputed() public {
        uint256 due = schedule.startOfEpoch(1) + config.disputePeriod;
        _warpTo(due - 2);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_TooEarly.selector, 0, due));
        pool.finalize(0);
        _warpTo(due);
        pool.finalize(0);
    }

    /// @dev What nobody finalized in time pays nobody, and holds up nothing.
    function test_finalize_GivenForgottenEpochs_GoesOnWithTheOldestKnown() public {
        _arrive(16 ether);
        _serveUntil(1);
        _warpToEpoch(20);
        assertEq(pool.nextEpoch(), 20 + 2 - config.ring);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_NotNext.selector, 0, 14));
        pool.finalize(0);
        pool.finalize(14);
        assertEq(pool.nextEpoch(), 15);
        assertEq(pool.undivided(false), 16 ether);
    }

    /* HALVES */
    function test_claim_PaysHalfAtOnceAndHalfOverThePeriod() public {
        _arrive(16 ether);
        _serveUntil(1);
        _finalizeUntil(0);
        uint256 start = vm.getBlockTimestamp();
        vm.expectEmit(address(pool));
        emit IRewardPool.RewardClaimed(reserve.id, reserve.payee, false, 2 ether);
        assertEq(pool.claim(reserve.id, false), 2 ether);
        assertEq(reserve.payee.balance, 2 ether);
        vm.warp(start + 15 days);
        assertEq(pool.claim(reserve.id, false), 1 ether);
        vm.warp(start + 30 days);
        assertEq(pool.claim(reserve.id, false), 1 ether);
        assertEq(pool.unpaid(false), 0);
        vm.expectRevert(IRewardPool.RewardPool_NothingToClaim.selector);
        pool.claim(reserve.id, false);
    }

    function test_claim_PaysTokensToThePayee() public {
        token.mint(address(pool), 1000e18);
        _serveUntil(1);
        _finalizeUntil(0);
        pool.claim(reserve.id, true);
        assertEq(token.balanceOf(reserve.payee), 50e18);
        vm.expectRevert(IRewardPool.RewardPool_NothingToClaim.selector);
        pool.claim(reserve.id, false);
        _assertConserved();
    }

    /* GOVERNANCE */
    function test_setEmission_IsBoundedAndDelayed() public {
        vm.startPrank(governance);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_EmissionTooHigh.selector, 1000e18 + 1, 1000e18));
        pool.setEmission(1000e18 + 1);
        pool.setEmission(1000e18);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_EmissionPending.selector, 2));
        pool.setEmission(0);
        vm.stopPrank();
        assertEq(pool.emissionAt(1), 100e18);
        assertEq(pool.emissionAt(2), 1000e18);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_NotGovernance.selector, stranger));
        vm.prank(stranger);
        pool.setEmission(0);
    }

    /// @dev Two changes would leave the epochs before the first of them, which are still to be paid, without their rate.
    function test_attack_TwoEmissions_LeaveWhatIsServedAsItWas() public {
        vm.prank(governance);
        pool.setEmission(0);
        _warpToEpoch(5);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_EmissionPending.selector, 2));
        vm.prank(governance);
        pool.setEmission(1);
        assertEq(pool.emissionAt(1), 100e18);
        pool.finalize(0);
        pool.finalize(1);
        vm.prank(governance);
        pool.setEmission(1);
        assertEq(pool.emissionAt(6), 0);
        assertEq(pool.emissionAt(7), 1);
    }

    /* CONSTRUCTION */
    function test_constructor_RevertWhen_OutOfRange() public {
        IRewardPool.Params memory p = config.rewards;
        p.feeEpochs = 0;
        _expectRefused(abi.encodeWithSelector(IRewardPool.RewardPool_OutOfRange.selector, "feeEpochs", 0), p);
        p = config.rewards;
        p.vestingPeriod = 0;
        _expectRefused(abi.encodeWithSelector(IRewardPool.RewardPool_OutOfRange.selector, "vestingPeriod", 0), p);
        p = config.rewards;
        p.emission = p.maxEmission + 1;
        _expectRefused(
            abi.encodeWithSelector(IRewardPool.RewardPool_EmissionTooHigh.selector, p.emission, p.maxEmission), p
        );
    }

    /// @dev Else an epoch could be forgotten before it is due.
    function test_constructor_RevertWhen_TheRingIsTooShort() public {
        Clock memory shorter = config.clock;
        // Epochs of 32 s: 160 s of disputes and 3 epochs are 8, as many as the ring has; of 30 s: 9.
        shorter.slotsPerEpoch = 2;
        new RewardPool(shorter, registry, IStakes(stakes), schedule, address(token), config.rewards);
        shorter.slotsPerEpoch = 1;
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_OutOfRange.selector, "ring", 8));
        new RewardPool(shorter, registry, IStakes(stakes), schedule, address(token), config.rewards);
    }

    function _expectRefused(bytes memory reason, IRewardPool.Params memory p) internal {
        vm.expectRevert(reason);
        new RewardPool(config.clock, registry, IStakes(stakes), schedule, address(token), p);
    }
}

/// @dev Alice's reward of epoch 2, and what her delegators have of it.
contract RewardPool_Delegators_Test is RewardTest {
    uint256 internal reward;

    /// @dev Everybody served epochs 0 to 2; 0 and 1 are finalized before any fees arrive.
    function setUp() public override {
        super.setUp();
        _serveUntil(3);
        _finalizeUntil(1);
        _arrive(16 ether);
        reward = _servedBy(2, alice.id) * 1 ether;
    }

    function test_finalize_DelegatorsGetTheirPartOfTheBond() public {
        _delegate(dora, 300, 30 ether);
        _finalizeUntil(2);
        // 30 of 40 ether of bond, no commission.
        (uint256 released, uint256 locked) = _eth(alice.id);
        assertEq(released + locked, reward / 4);
        assertEq(_eth(dora), reward * 3 / 4 / 2, "half at once");
        assertEq(pool.lockedOf(ID, false), reward * 3 / 4 / 2);
        vm.warp(vm.getBlockTimestamp() + 30 days);
        assertEq(_eth(dora), reward * 3 / 4);
        _assertConserved();
    }

    function test_finalize_TakesTheCommissionOfTheEpoch() public {
        stakes.setCommission(alice.id, 1, 3000);
        stakes.setCommission(alice.id, 2, 1000);
        _delegate(dora, 300, 30 ether);
        _finalizeUntil(2);
        (uint256 released, uint256 locked) = _eth(alice.id);
        assertEq(released + locked, reward / 4 + reward * 3 / 4 / 10);
        assertEq(_eth(dora), (reward * 3 / 4 - reward * 3 / 40) / 2);
    }

    function test_claimDelegated_BySharesHeld() public {
        _delegate(dora, 100, 30 ether);
        _delegate(emil, 300, 30 ether);
        token.mint(address(pool), 400e18);
        _finalizeUntil(2);
        uint256 half = reward * 3 / 4 / 2;
        assertEq(_eth(dora), half / 4);
        assertEq(_eth(emil), half * 3 / 4);
        vm.expectEmit(address(pool));
        emit IRewardPool.DelegatorRewardClaimed(ID, dora, stranger, false, half / 4);
        vm.prank(dora);
        assertEq(pool.claimDelegated(ID, false, stranger), half / 4);
        assertEq(stranger.balance, half / 4);
        vm.prank(emil);
        assertEq(pool.claimDelegated(ID, true, emil), token.balanceOf(emil));
        assertGt(token.balanceOf(emil), 0);
        vm.prank(dora);
        vm.expectRevert(IRewardPool.RewardPool_NothingToClaim.selector);
        pool.claimDelegated(ID, false, stranger);
        _assertConserved();
    }

    /// @dev Released rewards stay with who held the shares, the rest goes with them.
    function test_onSharesChanged_TransferTakesTheUnvestedAlong() public {
        _delegate(dora, 100, 30 ether);
        _finalizeUntil(2);
        uint256 half = reward * 3 / 4 / 2;
        vm.warp(vm.getBlockTimestamp() + 15 days);
        stakes.move(alice.id, ID, dora, emil, 100);
        assertEq(_eth(dora), half + half / 2);
        assertEq(_eth(emil), 0);
        vm.warp(vm.getBlockTimestamp() + 15 days);
        assertEq(_eth(dora), half + half / 2);
        assertEq(_eth(emil), half / 2);
        vm.prank(dora);
        pool.claimDelegated(ID, false, dora);
        assertEq(dora.balance, half + half / 2);
        _assertConserved();
    }

    function test_onSharesChanged_ToOneself_ChangesNothing() public {
        _delegate(dora, 100, 30 ether);
        _finalizeUntil(2);
        uint256 before = _eth(dora);
        stakes.move(alice.id, ID, dora, dora, 60);
        assertEq(_eth(dora), before);
        vm.warp(vm.getBlockTimestamp() + 30 days);
        assertEq(_eth(dora), 2 * before);
    }

    /// @dev What those who leave have not waited for is theirs who stay.
    function test_onSharesChanged_LeavingCostsTheUnvested() public {
        _delegate(dora, 100, 30 ether);
        _delegate(emil, 100, 30 ether);
        _finalizeUntil(2);
        uint256 half = reward * 3 / 4 / 2;
        stakes.move(alice.id, ID, emil, address(0), 100);
        vm.warp(vm.getBlockTimestamp() + 30 days);
        assertEq(_eth(emil), half / 2);
        assertEq(_eth(dora), half / 2 + half);
        _assertConserved();
    }

    function test_onSharesChanged_GivenNobodyIsLeft_TheOperatorInherits() public {
        _delegate(dora, 100, 30 ether);
        _finalizeUntil(2);
        uint256 half = reward * 3 / 4 / 2;
        stakes.move(alice.id, ID, dora, address(0), 100);
        (, uint256 locked) = _eth(alice.id);
        assertEq(locked, reward / 4 / 2 + half);
        assertEq(pool.lockedOf(ID, false), 0);
        assertEq(_eth(dora), half, "what was released is still its own");
        _assertConserved();
    }

    function test_onSharesChanged_RevertWhen_NotTheVault() public {
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_NotVault.selector, stranger));
        vm.prank(stranger);
        pool.onSharesChanged(alice.id, ID, address(0), stranger, 1e30);
    }

    /// @dev Any order of delegating, moving, leaving, claiming and time: nothing is paid twice, and nothing is lost but dust.
    function testFuzz_delegators_ConserveEveryWei(uint256 seed) public {
        stakes.setCommission(alice.id, 2, seed % 3001);
        uint64 epoch = 2;
        for (uint256 i; i < 24; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            (address from, address to) = seed >> 8 & 1 == 0 ? (dora, emil) : (emil, dora);
            uint256 shares = stakes.balanceOf(from, ID);
            uint256 act = seed % 6;
            if (act == 0) _delegate(to, 1 + (seed >> 16) % 1e24, 1 + (seed >> 96) % 100 ether);
            if (act == 1) stakes.move(alice.id, ID, from, to, shares == 0 ? 0 : (seed >> 16) % (shares + 1));
            if (act == 2) stakes.move(alice.id, ID, from, address(0), seed >> 16 & 1 == 0 ? shares : shares / 3);
            if (act == 3 && _eth(to) != 0) {
                vm.prank(to);
                pool.claimDelegated(ID, false, to);
            }
            if (act == 4) vm.warp(vm.getBlockTimestamp() + (seed >> 16) % 10 days);
            if (act == 5) {
                _arrive((seed >> 16) % 1000 ether);
                if (epoch == 2) _finalizeUntil(epoch++);
            }
            _assertConserved();
        }
    }
}
