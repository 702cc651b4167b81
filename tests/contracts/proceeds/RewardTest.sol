// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Stakes} from "./Stakes.sol";
import {IStakes} from "@rota/contracts/interfaces/IStakes.sol";
import {RewardPool} from "@rota/contracts/proceeds/RewardPool.sol";
import {Operator, RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";
import {EpochPhase} from "@rota/contracts/types/Types.sol";

/// @dev What the reward pool's tests share: a pool on the real schedule and on stakes that the test sets. Round robin gives each of
/// the first operators at least one slot of four.
abstract contract RewardTest is RotaFixture {
    RewardPool internal pool;
    Stakes internal stakes;
    Operator internal alice;
    Operator internal bob;
    address internal dora = makeAddr("dora");
    address internal emil = makeAddr("emil");
    /// @dev Shares of alice's bond.
    uint256 internal constant ID = 0xabc << 16;

    function setUp() public virtual {
        _deployRota();
        stakes = new Stakes();
        pool = new RewardPool(config.clock, registry, IStakes(stakes), schedule, address(token), config.rewards);
        stakes.setPool(pool);
        alice = operators[0];
        bob = operators[1];
        for (uint16 id = 1; id <= 4; ++id) {
            stakes.setSelf(id, 10 ether);
        }
    }

    /* EPOCHS */
    /// @dev Claims every turn up to the first block of `epoch`, and prepares every epoch on the way.
    function _serveUntil(uint64 epoch) internal {
        if (vm.getBlockTimestamp() < config.clock.genesis) _warpToEpoch(0);
        while (schedule.currentEpoch() < epoch) {
            uint64 next = schedule.currentEpoch() + 1;
            _claimTurn();
            if (next >= 2 && schedule.phaseOf(next) != EpochPhase.Frozen) _prepare(next);
            for (uint64 slot = schedule.currentSlot() + 1; slot < next * config.clock.slotsPerEpoch; ++slot) {
                _warpToSlot(slot);
                _claimTurn();
            }
            _warpToEpoch(next);
        }
    }

    function _claimTurn() internal {
        uint64 slot = schedule.currentSlot();
        (uint64 first,, uint16 assigned) = schedule.turnOf(slot);
        if (slot == first && !schedule.isClaimed(slot)) _claim(_operator(assigned), slot);
    }

    function _operator(uint16 id) internal view returns (Operator memory) {
        return id == reserve.id ? reserve : operators[id - 2];
    }

    /// @dev Finalizes every epoch up to `epoch`, as soon as each is due, without anybody serving meanwhile.
    function _finalizeUntil(uint64 epoch) internal {
        for (uint64 e = pool.nextEpoch(); e <= epoch; ++e) {
            _warpPast(schedule.startOfEpoch(e + 1) + config.disputePeriod);
            pool.finalize(e);
        }
    }

    /// @dev Slots that an operator served.
    function _servedBy(uint64 epoch, uint16 id) internal view returns (uint256 count) {
        uint16[] memory served = schedule.servedIn(epoch);
        for (uint256 i; i < served.length; ++i) {
            if (served[i] == id) ++count;
        }
    }

    /* MONEY */
    function _arrive(uint256 amount) internal {
        vm.deal(address(this), amount);
        (bool ok,) = address(pool).call{value: amount}("");
        assertTrue(ok);
    }

    function _delegate(address to, uint256 shares, uint256 value) internal {
        stakes.move(alice.id, ID, address(0), to, shares);
        stakes.setDelegated(alice.id, ID, value);
    }

    function _eth(uint16 operator) internal view returns (uint256 released, uint256 locked) {
        return pool.rewardOf(operator, false);
    }

    function _eth(address owner) internal view returns (uint256) {
        return pool.rewardOf(owner, ID, false);
    }

    /// @dev To the wei (INV-84), and what is promised is covered by what is unpaid (INV-85).
    function _assertConserved() internal view {
        assertEq(address(pool).balance, pool.undivided(false) + pool.unpaid(false));
        assertEq(token.balanceOf(address(pool)), pool.undivided(true) + pool.unpaid(true));
        for (uint256 asset; asset < 2; ++asset) {
            bool ofToken = asset == 1;
            uint256 promised =
                pool.lockedOf(ID, ofToken) + pool.rewardOf(dora, ID, ofToken) + pool.rewardOf(emil, ID, ofToken);
            for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
                (uint256 released, uint256 locked) = pool.rewardOf(id, ofToken);
                promised += released + locked;
            }
            assertLe(promised, pool.unpaid(ofToken));
            // A step rounds down by less than one unit a holder.
            assertLe(pool.unpaid(ofToken) - promised, 100);
        }
    }
}
