// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {IRewardPool} from "@rota/contracts/interfaces/IRewardPool.sol";
import {ISchedule} from "@rota/contracts/interfaces/ISchedule.sol";
import {IStakes} from "@rota/contracts/interfaces/IStakes.sol";
import {RewardPool} from "@rota/contracts/proceeds/RewardPool.sol";
import {Clock} from "@rota/contracts/types/Types.sol";

import {Stakes} from "./Stakes.sol";

/// @notice The reward pool, credited at will.
contract CreditedPool is RewardPool {
    constructor(ISchedule schedule, IStakes stakes)
        RewardPool(
            Clock({
                genesis: 1 << 32,
                slotSeconds: 16,
                slotsPerEpoch: 4,
                l1BlockSeconds: 2,
                l2GenesisTime: 0,
                l2BlockSeconds: 1
            }),
            IOperatorRegistry(address(0)),
            stakes,
            schedule,
            address(stakes),
            IRewardPool.Params({feeEpochs: 1, vestingPeriod: 30 days, emission: 0, maxEmission: 0})
        )
    {}

    function credit(uint256 id) external payable {
        // forge-lint: disable-next-line(unsafe-typecast)
        _unpaid[ETH] += uint128(msg.value);
        _creditDelegated(id, ETH, msg.value);
    }
}

/// @notice Share accounting of rewards against a plain list of holders, each of whom is paid its part of every release at once.
contract RewardShares_Model_Test is Test {
    uint256 internal constant ID = 0xabc << 16;
    uint16 internal constant OPERATOR = 2;
    uint256 internal constant HOLDERS = 4;
    /// @dev Of a unit: the reference does not round.
    uint256 internal constant FRACTION = 1e18;
    uint256 internal constant PERIOD = 30 days;

    // What the pool asks the schedule for when it is deployed.
    uint256 public constant RING = 1 << 20;
    uint256 public constant DISPUTE_PERIOD = 8;

    CreditedPool internal pool;
    Stakes internal stakes;
    address[HOLDERS] internal holders;

    // The reference.
    uint256[HOLDERS] internal shares;
    uint256[HOLDERS] internal due;
    uint256 internal locked;
    uint256 internal last;
    uint256 internal end;
    uint256 internal inherited;
    uint256 internal steps;

    function setUp() public {
        vm.warp(1 << 30);
        stakes = new Stakes();
        pool = new CreditedPool(ISchedule(address(this)), IStakes(stakes));
        stakes.setPool(pool);
        for (uint256 i; i < HOLDERS; ++i) {
            holders[i] = makeAddr(vm.toString(i));
        }
    }

    function testFuzz_rewards_MatchAPlainList(uint256 seed) public {
        for (uint256 i; i < 48; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _act(seed % 6, (seed >> 8) % HOLDERS, (seed >> 16) % HOLDERS, seed >> 24);
            _compare();
        }
        // In the end everything is released to who is there.
        vm.warp(vm.getBlockTimestamp() + 2 * PERIOD);
        _compare();
    }

    /* ACTIONS */
    function _act(uint256 what, uint256 a, uint256 b, uint256 dice) internal {
        if (what == 0) _move(type(uint256).max, a, 1 + (dice >> 8) % (10 ** (1 + dice % 24)));
        if (what == 1) _move(a, type(uint256).max, dice % 4 == 0 ? shares[a] : dice % (shares[a] + 1));
        if (what == 2) _move(a, b, dice % (shares[a] + 1));
        if (what == 3) _credit((dice >> 8) % (10 ** (dice % 24)));
        if (what == 4) vm.warp(vm.getBlockTimestamp() + dice % (dice % 3 == 0 ? PERIOD : 1 days));
        if (what == 5) _claim(a);
    }

    function _move(uint256 from, uint256 to, uint256 amount) internal {
        bool mints = from == type(uint256).max;
        bool burns = to == type(uint256).max;
        stakes.move(OPERATOR, ID, mints ? address(0) : holders[from], burns ? address(0) : holders[to], amount);
        _release();
        if (!mints) shares[from] -= amount;
        if (!burns) shares[to] += amount;
        if (_supply() == 0) (inherited, locked) = (inherited + locked, 0);
    }

    function _credit(uint256 amount) internal {
        uint256 supply = _supply();
        if (supply == 0 || amount == 0) return;
        vm.deal(address(this), amount);
        pool.credit{value: amount}(ID);
        _release();
        _pay(amount - amount / 2);
        if (amount < 2) return;
        uint256 now_ = vm.getBlockTimestamp();
        uint256 left = locked == 0 ? 0 : end - now_;
        end = now_ + (locked * left + amount / 2 * PERIOD) / (locked + amount / 2);
        (locked, last) = (locked + amount / 2, now_);
    }

    function _claim(uint256 i) internal {
        uint256 owed = pool.rewardOf(holders[i], ID, false);
        if (owed == 0) return;
        uint256 before = holders[i].balance;
        vm.prank(holders[i]);
        pool.claimDelegated(ID, false, holders[i]);
        assertEq(holders[i].balance - before, owed, "what was shown is paid");
        _release();
    }

    /* REFERENCE */
    /// @dev What time released since the last step, whole units, to those who hold shares now.
    function _release() internal {
        uint256 released = _released();
        (locked, last) = (locked - released, vm.getBlockTimestamp());
        _pay(released);
    }

    function _released() internal view returns (uint256) {
        uint256 now_ = vm.getBlockTimestamp();
        return now_ >= end ? locked : locked * (now_ - last) / (end - last);
    }

    function _pay(uint256 amount) internal {
        if (amount == 0) return;
        ++steps;
        for (uint256 i; i < HOLDERS; ++i) {
            due[i] += _partOf(i, amount);
        }
    }

    function _partOf(uint256 i, uint256 amount) internal view returns (uint256) {
        return amount == 0 ? 0 : amount * FRACTION * shares[i] / _supply();
    }

    function _supply() internal view returns (uint256 supply) {
        for (uint256 i; i < HOLDERS; ++i) {
            supply += shares[i];
        }
    }

    /// @dev To the unit: never more than is due, and never less by more than one for each time that something was released, on top of the
    /// one for each time that the holder's account was brought up to date.
    function _compare() internal view {
        uint256 released = _released();
        for (uint256 i; i < HOLDERS; ++i) {
            uint256 paid = holders[i].balance + pool.rewardOf(holders[i], ID, false);
            uint256 owed = (due[i] + _partOf(i, released)) / FRACTION;
            assertLe(paid, owed + 1, "more than is due");
            assertLe(owed, paid + 2 * steps + 50, "less than is due");
        }
        assertEq(pool.lockedOf(ID, false), locked - released, "locked");
        (uint256 free, uint256 waiting) = pool.rewardOf(OPERATOR, false);
        assertEq(free + waiting, inherited, "inherited");
    }
}
