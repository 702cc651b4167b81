// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Operator, RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";
import {RESERVE, Status} from "@rota/contracts/types/Types.sol";

/// @title Mechanism test
/// @notice What a mechanism goes through from registration to released bond: operators register, bond and enter; five epochs are
/// assigned and claimed turn by turn; one operator sleeps through the beginning of a turn in epoch 3 and returns, another signs two
/// blocks in epoch 4 or its next turn; rewards are paid, and in the end all leave with what is theirs, to the wei.
/// @dev A mechanism says how operators enter, and what it expects of an epoch's slots. One contract tests several: each embeds the
/// whole system's code.
abstract contract MechanismTest is RotaFixture {
    /// @param enter What operators do at the beginning of epoch - 2 to be assigned slots of an epoch.
    /// @param enterLate What they do at its end.
    /// @param check What the mechanism promises of an epoch's slots.
    struct Mechanism {
        function(uint64) internal enter;
        function(uint64) internal enterLate;
        function(uint64, uint16[] memory) internal check;
    }

    uint64 internal constant FIRST = 2;
    uint64 internal constant MISS = 3;
    uint64 internal constant OFFENCE = 4;
    uint64 internal constant LAST = 6;

    /// @dev Value bonded, taken by penalties and gained from those of others, wei.
    mapping(uint16 operator => uint256) internal bonded;
    mapping(uint16 operator => uint256) internal lost;
    mapping(uint16 operator => uint256) internal won;
    uint256 internal burned;
    /// @dev Rewards for slots served, wei and the token's smallest unit.
    mapping(uint16 operator => uint256) internal earned;
    mapping(uint16 operator => uint256) internal earnedTokens;
    /// @dev Who missed a slot, and who signed two blocks.
    uint16 internal sleeper;
    uint16 internal offender;
    /// @dev Slots assigned in all epochs; 0: to nobody.
    mapping(uint16 operator => uint256) internal assigned;

    /// @notice Deploys the system as {_config} says then.
    function _begin() internal {
        _deployRota();
        vm.deal(address(rota.rewards), 28 ether);
        token.mint(address(rota.rewards), 10_000e18);
        _delegateAll();
        bonded[RESERVE] = vault.slashableOf(RESERVE);
        for (uint256 i; i < operators.length; ++i) {
            bonded[operators[i].id] = vault.slashableOf(operators[i].id);
        }
    }

    /* DELEGATORS */
    /// @dev What operators have delegated to them, where anything is.
    function _delegateAll() internal virtual {}

    /// @dev Called before an epoch's rewards are divided.
    /// @param served Operator by slot. @param perSlot What a slot pays, wei and the token's smallest unit.
    function _noteRewards(uint64 epoch, uint16[] memory served, uint256[2] memory perSlot) internal virtual {}

    /// @dev Delegators claim their rewards. @return dust What rounding left of them, wei and the token's smallest unit.
    function _claimDelegatedRewards() internal virtual returns (uint256 dust) {}

    /// @dev Delegators ask for their exits, before the operator does.
    function _undelegateAll(Operator memory operator) internal virtual {}

    /// @dev Delegators are paid, before the operator is.
    /// @param due What is left of the operator's pools, wei. @return paid To them, wei.
    function _claimUndelegated(Operator memory operator, uint256 due) internal virtual returns (uint256 paid) {}

    /* COURSE */
    /// @notice All of it.
    function _drive(Mechanism memory m) internal {
        _begin();
        _warpTo(config.clock.genesis);
        for (uint64 epoch; epoch <= LAST; ++epoch) {
            _playEpoch(m, epoch);
        }
        assertNotEq(sleeper, 0, "nobody missed");
        assertNotEq(offender, 0, "nobody offended");
        _leave();
    }

    /// @dev The first slot is claimed before anything else; the next epoch is prepared in what is left of it.
    function _playEpoch(Mechanism memory m, uint64 epoch) private {
        uint64 first = epoch * config.clock.slotsPerEpoch;
        for (uint64 slot = first; slot < first + config.clock.slotsPerEpoch; ++slot) {
            _warpPast(schedule.startOfSlot(slot));
            if (epoch >= FIRST) _playSlot(epoch, slot);
            if (slot == first) {
                _finalizeDue();
                if (epoch < LAST) m.enter(epoch + 2);
                if (epoch + 1 >= FIRST) {
                    _prepare(epoch + 1);
                    _noteSlots(m, epoch + 1);
                }
            }
            if (slot == first + config.clock.slotsPerEpoch - 1 && epoch < LAST) m.enterLate(epoch + 2);
        }
        _warpToEpoch(epoch + 1);
    }

    function _noteSlots(Mechanism memory m, uint64 epoch) private {
        uint16[] memory slots = schedule.slotsOf(epoch);
        m.check(epoch, slots);
        for (uint256 i; i < slots.length; ++i) {
            ++assigned[slots[i]];
        }
    }

    function _playSlot(uint64 epoch, uint64 slot) private {
        (uint64 first, uint64 end,) = schedule.turnOf(slot);
        bool opens = slot == first || (schedule.isVoided(slot) && !schedule.isVoided(slot - 1));
        if (!opens) return;
        Operator memory operator = _operator(schedule.assignedTo(slot));
        // A block after the boundary, when the predecessor's tail has had its time: the claim moves the batcher, too.
        _mine();
        if (epoch == MISS && sleeper == 0 && operator.id != RESERVE) {
            _sleep(operator, slot, end);
            return;
        }
        _claim(operator, slot);
        assertEq(schedule.currentHolder(), operator.id);
        assertEq(baton.TARGET().batcher(), operator.batcher);
        if (epoch >= OFFENCE && offender == 0 && operator.id != RESERVE && operator.id != sleeper) {
            _offend(operator);
        }
    }

    /// @dev The reserve takes over at the grace; whom it displaced comes back at its next slot, if the turn has one.
    function _sleep(Operator memory operator, uint64 slot, uint64 end) private {
        sleeper = operator.id;
        (uint256 before, uint256 ofReserve) = (vault.slashableOf(operator.id), vault.bondOf(RESERVE));
        _warpTo(schedule.startOfSlot(slot) + config.baton.claimGrace);
        uint64 from = _takeOver(reserve);
        assertEq(schedule.holderAt(slot, from - 1), operator.id);
        assertEq(schedule.holderAt(slot, from), RESERVE);
        lost[operator.id] += before - vault.slashableOf(operator.id);
        won[RESERVE] += vault.bondOf(RESERVE) - ofReserve;
        assertEq(lost[operator.id], config.baton.leakPerMiss, "a miss leaks its price");
        assertLe(won[RESERVE] * 3, lost[operator.id], "a taker gets a third at most");
        assertLt(lost[operator.id] / 3 - won[RESERVE], 1 gwei, "a taker gets a third");
        burned += lost[operator.id] - won[RESERVE];
        if (slot + 1 < end) _claim(operator, slot + 1);
    }

    /// @dev Reported by {stranger}: what is left of its slots in the epoch is the reserve's, and it never comes back.
    function _offend(Operator memory operator) private {
        offender = operator.id;
        uint256 before = vault.slashableOf(operator.id);
        uint256 reward = _reportersReward();
        lost[operator.id] += _equivocate(operator);
        assertEq(vault.slashableOf(operator.id), before - lost[operator.id]);
        assertGt(lost[operator.id], 0, "an offence costs");
        reward = _reportersReward() - reward;
        assertLe(reward, lost[operator.id] / 10, "a reporter gets a tenth");
        burned += lost[operator.id] - reward;
        (Status status,) = registry.statusOf(operator.id);
        assertTrue(status == Status.Tombstoned);
    }

    /* END */
    /// @dev All leave the set, and take what is left.
    function _leave() private {
        for (uint256 i; i < operators.length; ++i) {
            if (operators[i].id == offender) continue;
            vm.prank(operators[i].owner);
            registry.deactivate(operators[i].id);
        }
        // What they have is beyond dispute.
        _warpToEpoch(LAST + 1);
        _warpPast(schedule.startOfEpoch(LAST + 2) + config.disputePeriod);

        _finalizeDue();
        _claimRewards();
        uint256 reward = _reportersReward();
        uint256 ofReserve = bonded[RESERVE] + won[RESERVE];
        assertEq(vault.bondOf(RESERVE), ofReserve);
        uint256 given;
        uint256 paid;
        // What rounding leaves in pools that were shared.
        uint256 rest;
        for (uint256 i; i < operators.length; ++i) {
            given += bonded[operators[i].id];
            paid += _exit(operators[i]);
            rest += vault.slashableOf(operators[i].id);
        }
        uint256 expected = ofReserve + burned + reward + rest;
        assertEq(address(vault).balance, expected, "the vault holds the reserve's and the penalties");

        _burnAll();
        vm.prank(stranger);
        assertEq(_collectReward(stranger), reward);
        assertEq(address(vault).balance, ofReserve + rest, "the vault holds the reserve's");
        assertEq(paid + rest, given - burned - reward - won[RESERVE]);
    }

    /* REWARDS */
    /// @dev Divides the rewards of all epochs that can be disputed no more, and notes what each slot's server earned.
    function _finalizeDue() private {
        uint64 epoch = rota.rewards.nextEpoch();
        for (; vm.getBlockTimestamp() >= schedule.startOfEpoch(epoch + 1) + config.disputePeriod; ++epoch) {
            uint256 slots = config.clock.slotsPerEpoch;
            uint256 perSlot = rota.rewards.undivided(false) / config.rewards.feeEpochs / slots;
            uint16[] memory served = schedule.servedIn(epoch);
            for (uint256 i; i < slots; ++i) {
                earned[served[i]] += perSlot;
                earnedTokens[served[i]] += config.rewards.emission / slots;
            }
            _noteRewards(epoch, served, [perSlot, config.rewards.emission / slots]);
            rota.rewards.finalize(epoch);
        }
    }

    /// @dev All of it, once the last half is released; what nobody served stays.
    function _claimRewards() private {
        assertGt(rota.rewards.nextEpoch(), LAST, "all epochs are divided");
        vm.warp(vm.getBlockTimestamp() + config.rewards.vestingPeriod);
        for (uint16 id = RESERVE; id <= operators.length + 1; ++id) {
            if (earned[id] == 0) continue;
            address payee = _operator(id).payee;
            (uint256 eth, uint256 tokens) = (payee.balance, token.balanceOf(payee));
            rota.rewards.claim(id, false);
            rota.rewards.claim(id, true);
            assertEq(payee.balance - eth, earned[id], "fees by slots served");
            assertEq(token.balanceOf(payee) - tokens, earnedTokens[id], "tokens by slots served");
        }
        uint256 dust = _claimDelegatedRewards();
        assertEq(rota.rewards.unpaid(false) + rota.rewards.unpaid(true), dust);
        assertEq(address(rota.rewards).balance, rota.rewards.undivided(false) + rota.rewards.unpaid(false));
    }

    /// @dev Bond less penalties, to the payee and to who delegated.
    function _exit(Operator memory operator) private returns (uint256 paid) {
        uint256 due = bonded[operator.id] + won[operator.id] - lost[operator.id];
        assertEq(vault.slashableOf(operator.id), due);
        _undelegateAll(operator);
        uint256 own = vault.selfBondOf(operator.id);
        vm.prank(operator.owner);
        uint256 ticket = vault.requestExit(operator.id, 0, own);
        (,, uint256 releaseTime) = vault.ticketOf(operator.id, ticket, address(0));
        _warpPast(releaseTime);
        paid = _claimUndelegated(operator, due);

        uint256 before = operator.payee.balance;
        vault.claimExit(operator.id, ticket);
        uint256 left = operator.payee.balance - before;
        assertApproxEqAbs(left, own, paid == 0 ? 0 : 1 gwei, "what it asked for, and what others' rounding left");
        paid += left;
        assertApproxEqAbs(paid, due, paid == left ? 0 : 2 gwei, "bond less penalties");
        assertEq(vault.bondOf(operator.id), 0);
    }

    /* THE VAULT */

    function _reportersReward() private view returns (uint256) {
        return vault.rewardOf(stranger)[0];
    }

    function _collectReward(address to) private returns (uint256) {
        return vault.collectReward(0, to);
    }

    function _burnAll() private {
        assertEq(vault.burn(0), burned);
    }

    /* INTERNAL */
    /// @dev Where there is nothing to do.
    function _nothing(uint64) internal pure {}

    function _operator(uint16 id) internal view returns (Operator memory) {
        return id == RESERVE ? reserve : operators[id - 2];
    }

    function _count(uint16[] memory slots, uint16 id) internal pure returns (uint256 count) {
        for (uint256 i; i < slots.length; ++i) {
            if (slots[i] == id) ++count;
        }
    }

    /// @dev Different operators with a slot, the reserve left out.
    function _named(uint16[] memory slots) internal view returns (uint256 count) {
        for (uint256 i; i < operators.length; ++i) {
            if (_count(slots, operators[i].id) != 0) ++count;
        }
    }
}
