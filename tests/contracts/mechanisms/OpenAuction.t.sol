// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {OpenBidTest} from "../auctions/OpenBidTest.sol";
import {Leg} from "@rota/contracts/interfaces/IProceedsSplitter.sol";
import {RewardPool} from "@rota/contracts/proceeds/RewardPool.sol";
import {EpochPhase, RESERVE, Status} from "@rota/contracts/types/Types.sol";

/// @notice Slots sold one by one to open bids, from registration to released bonds: epochs 2 to 5 with wins, claims, misses, an
/// offence, proceeds, rewards with a delegator, and exit; every balance to the wei.
contract OpenAuctionMechanismTest is OpenBidTest {
    uint256 internal constant PERIOD = 30 days;

    RewardPool internal pool;
    address internal dora = makeAddr("dora");
    uint256 internal id;
    uint256 internal given;

    /// @dev What the pool paid for slots, own and to dora, ETH.
    mapping(uint16 operator => uint256) internal earned;

    function setUp() public override {
        super.setUp();
        pool = rota.rewards;
        vm.deal(dora, 10 ether);
        vm.prank(dora);
        vault.delegate{value: 10 ether}(alice.id);
        id = vault.idOf(alice.id, 0);
        vm.deal(address(this), 16 ether);
        (bool ok,) = address(pool).call{value: 16 ether}("");
        assertTrue(ok);
        given = _everything();
    }

    function test_Mechanism_OpenAuction() public {
        // Epoch 0: bids for epoch 2. Bob is outbid for one slot and has his money back at once.
        _enter(alice, 2);
        _enter(bob, 2);
        _openBid(bob, 2, 0, 5_000_000);
        _openBid(alice, 2, 0, 6_000_000);
        assertEq(_free(bob), 10 ether);
        _openBid(alice, 2, 1, 4_000_000);
        _openBid(bob, 2, 2, 3_000_000);
        _serveUntil(1);

        // Epoch 1: bids for epoch 3.
        _enterAll(3);
        _openBid(alice, 3, 0, 5_000_000);
        _openBid(carol, 3, 1, 5_000_000);
        _openBid(bob, 3, 2, 7_000_000);
        _openBid(bob, 3, 3, 8_000_000);
        _serveUntil(2);

        // Epoch 2: served as it was sold; bids for epoch 4, where the last slot is left to the next policy.
        uint16[] memory slots = schedule.slotsOf(2);
        assertEq(slots[0], alice.id);
        assertEq(slots[1], alice.id);
        assertEq(slots[2], bob.id);
        _enterAll(4);
        _openBid(carol, 4, 0, 9_000_000);
        _openBid(carol, 4, 1, 9_000_000);
        _openBid(alice, 4, 2, 2_000_000);
        _serveUntil(3);
        _assertServed(2, slots[0], slots[1], slots[2], slots[3]);

        _epochWithMisses();
        _epochWithAnOffence();

        // Epoch 5 has no bids: nobody entered, round robin fills it.
        _serveUntil(6);
        assertEq(openAuction.heldOf(5), 0);

        // Money: proceeds, rewards, exits.
        _collectProceeds();
        _collectRewards();
        _leave();
        assertEq(_everything(), given, "every wei is somewhere");
    }

    /* EPOCHS */
    /// @dev Epoch 3: bob does not claim his two slots. The reserve takes his turn over after the grace; both are missed and leak.
    function _epochWithMisses() internal {
        _claimTurn();
        _prepare(4);
        _warpToSlot(13);
        _claimTurn();
        _warpToSlot(14);
        _mine(3);
        _takeOver(reserve);
        assertTrue(schedule.isMissed(14));
        _warpToSlot(15);
        baton.recordMiss(15);
        _warpToEpoch(4);
        _assertServed(3, alice.id, carol.id, RESERVE, RESERVE);
        assertEq(vault.selfBondOf(bob.id), 10 ether - 2 * 0.02 ether);
        // A third of each leak, in whole gwei.
        assertEq(vault.selfBondOf(reserve.id), 2 ether + 2 * (uint256(0.02 ether) / 3 / 1 gwei * 1 gwei));
    }

    /// @dev Epoch 4: carol signs two blocks of one height, and is out for ever. Her next slot is the reserve's.
    function _epochWithAnOffence() internal {
        _claimTurn();
        uint256 taken = _equivocate(carol);
        assertGt(taken, 0);
        (Status status,) = registry.statusOf(carol.id);
        assertTrue(status == Status.Tombstoned);
        (uint256 reward,) = _rewardOf(stranger);
        assertApproxEqAbs(reward, taken / 10, 1 gwei);
        _prepare(5);
        _warpToSlot(17);
        _claim(reserve, 17);
        _warpToSlot(18);
        _claimTurn();
        _warpToSlot(19);
        _claimTurn();
        _warpToEpoch(5);
        _assertServed(4, carol.id, RESERVE, alice.id, schedule.slotsOf(4)[3]);
    }

    /* MONEY */
    /// @dev What was paid is proceeds, whatever became of the winners, and goes four ways.
    function _collectProceeds() internal {
        uint256 paid = 0.013 ether + 0.025 ether + 0.02 ether;
        for (uint64 epoch = 2; epoch < 5; ++epoch) {
            _warpPast(schedule.startOfEpoch(epoch + 1) + config.disputePeriod);
            _finalizeThrough(epoch);
            openAuction.close(epoch);
        }
        assertEq(openAuction.proceeds(), paid);
        openAuction.withdrawProceeds();
        rota.splitter.pay(Leg.Treasury);
        rota.splitter.pay(Leg.PublicGoods);
        rota.splitter.pay(Leg.Burn);
        rota.splitter.pay(Leg.Buyback);
        assertEq(treasury.balance, paid * 4 / 10);
        assertEq(publicGoods.balance, paid * 2 / 10);
        assertEq(rota.splitter.BURN_ADDRESS().balance, paid / 10);
        assertEq(address(rota.burner).balance, paid * 3 / 10);
        assertEq(_free(alice), 10 ether - 0.01 ether - 0.005 ether - 0.002 ether);
        assertEq(_free(bob), 10 ether - 0.003 ether - 0.015 ether);
        assertEq(_free(carol), 10 ether - 0.005 ether - 0.018 ether);
    }

    /// @dev Each operator by its slots; half of alice's bond is dora's, and so is half of her reward.
    function _collectRewards() internal {
        _finalizeThrough(5);
        vm.warp(vm.getBlockTimestamp() + PERIOD);
        for (uint16 operator = 1; operator <= 4; ++operator) {
            uint256 own = operator == alice.id ? earned[operator] - earned[operator] / 2 : earned[operator];
            assertEq(pool.claim(operator, false), own, vm.toString(operator));
            assertEq(registry.payeeOf(operator).balance, own);
        }
        uint256 theirs = pool.rewardOf(dora, id, false);
        assertApproxEqAbs(theirs, earned[alice.id] / 2, 8);
        vm.prank(dora);
        pool.claimDelegated(id, false, dora);
        assertEq(dora.balance, theirs);
        assertLe(pool.unpaid(false), 8);
    }

    /// @dev Alice and dora leave with all that is theirs.
    function _leave() internal {
        uint256 before = alice.payee.balance;
        vm.prank(alice.owner);
        registry.deactivate(alice.id);
        _warpTo(schedule.startOfEpoch(schedule.currentEpoch() + 3));
        vm.prank(alice.owner);
        uint256 ticket = vault.requestExit(alice.id, 0, 10 ether);
        uint256 shares = vault.balanceOf(dora, id);
        vm.prank(dora);
        uint256 hers = vault.undelegate(id, shares);
        (,, uint256 release) = vault.ticketOf(alice.id, ticket, address(0));
        (,, uint256 herRelease) = vault.ticketOf(alice.id, hers, dora);
        _warpTo(release > herRelease ? release : herRelease);
        vault.claimExit(alice.id, ticket);
        uint256 held = dora.balance;
        vault.claimUndelegated(alice.id, hers, dora);
        vm.prank(alice.owner);
        openAuction.withdraw(alice.id, 9.983 ether);
        assertEq(alice.payee.balance, before + 10 ether + 9.983 ether);
        assertEq(dora.balance, held + 10 ether);
        assertEq(vault.bondOf(alice.id), 0);
    }

    /* INTERNAL */
    function _enterAll(uint64 epoch) internal {
        _warpToCommit(epoch);
        _enter(alice, epoch);
        _enter(bob, epoch);
        _enter(carol, epoch);
    }

    /// @dev Serves from the slot in progress to the first block of `epoch`; prepares the epochs on the way.
    function _serveUntil(uint64 epoch) internal {
        while (schedule.currentEpoch() < epoch) {
            uint64 next = schedule.currentEpoch() + 1;
            _claimTurn();
            if (next >= 2 && schedule.phaseOf(next) != EpochPhase.Frozen) _prepare(next);
            for (uint64 slot = schedule.currentSlot() + 1; slot < next * 4; ++slot) {
                _warpToSlot(slot);
                _claimTurn();
            }
            _warpToEpoch(next);
        }
    }

    function _claimTurn() internal {
        uint64 slot = schedule.currentSlot();
        (uint64 first,, uint16 assigned) = schedule.turnOf(slot);
        if (slot != first || schedule.isClaimed(slot)) return;
        _claim(assigned == RESERVE ? reserve : operators[assigned - 2], slot);
    }

    /// @dev Finalizes in order, and adds up what each slot has to bring: a sixteenth of what is there.
    function _finalizeThrough(uint64 epoch) internal {
        for (uint64 e = pool.nextEpoch(); e <= epoch; ++e) {
            _warpPast(schedule.startOfEpoch(e + 1) + config.disputePeriod);
            uint256 perSlot = pool.undivided(false) / 4 / 4;
            uint16[] memory served = schedule.servedIn(e);
            for (uint256 i; i < served.length; ++i) {
                earned[served[i]] += perSlot;
            }
            pool.finalize(e);
        }
    }

    function _assertServed(uint64 epoch, uint16 a, uint16 b, uint16 c, uint16 d) internal view {
        uint16[] memory served = schedule.servedIn(epoch);
        assertEq(served[0], a);
        assertEq(served[1], b);
        assertEq(served[2], c);
        assertEq(served[3], d);
    }

    function _rewardOf(address reporter) internal view returns (uint256 eth, uint256 tokens) {
        uint256[4] memory rewards = vault.rewardOf(reporter);
        return (rewards[0], rewards[1]);
    }

    /// @dev All ETH that anybody can have.
    function _everything() internal view returns (uint256 total) {
        total = address(vault).balance + address(openAuction).balance + address(auction).balance + address(pool).balance
            + address(rota.splitter).balance + address(rota.burner).balance + address(baton).balance + treasury.balance
            + publicGoods.balance + dora.balance + stranger.balance + rota.splitter.BURN_ADDRESS().balance
            + reserve.payee.balance + address(this).balance;
        for (uint256 i; i < operators.length; ++i) {
            total += operators[i].payee.balance + operators[i].owner.balance + operators[i].sequencer.balance;
        }
    }
}
