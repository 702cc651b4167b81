// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Books} from "./Books.sol";
import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";
import {RESERVE, Status} from "@rota/contracts/types/Types.sol";

/// @title Mechanism test
/// @notice What a mechanism goes through from registration to released bond: operators register, bond and enter; five epochs are
/// assigned and claimed turn by turn; one operator sleeps through the beginning of a turn in epoch 3 and returns, another signs two
/// blocks in epoch 4 or its next turn; rewards are paid, and in the end all leave with what is theirs, to the wei.
/// @dev A mechanism says how operators enter, and what it expects of an epoch's slots; `Books` says what everything costs and pays.
/// One contract tests several: each embeds the whole system's code.
abstract contract MechanismTest is Books {
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

    /// @dev Who missed a slot, and who signed two blocks.
    uint16 internal sleeper;
    uint16 internal offender;
    /// @dev Slots assigned in all epochs; 0: to nobody.
    mapping(uint16 operator => uint256) internal assigned;

    /* WHAT A MECHANISM ADDS */
    /// @dev What else operators have before genesis: balances to bid with, delegators.
    function _provide() internal virtual {}

    /// @dev Called before an operator and its delegators leave.
    function _beforeExit(Operator memory operator) internal virtual {}

    /// @dev Bidders take back what is theirs, and the proceeds go to the splitter. @return Proceeds, wei.
    function _collectProceeds() internal virtual returns (uint256) {
        return 0;
    }

    /* COURSE */
    /// @notice All of it.
    function _drive(Mechanism memory m) internal {
        _deploySystem();
        _openBooks();
        for (uint256 i; i < OPERATORS; ++i) {
            _join(i);
        }
        _provide();
        _warpTo(config.clock.genesis);
        for (uint64 epoch; epoch <= LAST; ++epoch) {
            _playEpoch(m, epoch);
        }
        assertNotEq(sleeper, 0, "nobody missed");
        assertNotEq(offender, 0, "nobody offended");
        _leave();
    }

    /// @dev Registers, bonds, activates: only then it is in the set, from the first epoch on.
    function _join(uint256 i) private {
        Operator memory operator = _register(string.concat("operator ", vm.toString(i + 2)), uint32(100 + i));
        operators.push(operator);
        _checkBond(operator.id);
        vm.expectPartialRevert(IOperatorRegistry.OperatorRegistry_Underbonded.selector);
        _activate(operator);

        _bondSelf(operator.id, 10 * config.vault.minBond);
        assertFalse(registry.isEligible(operator.id, FIRST));
        _activate(operator);
        assertTrue(registry.isEligible(operator.id, FIRST));
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
        frozen[epoch] = slots;
        m.check(epoch, slots);
        for (uint256 i; i < slots.length; ++i) {
            ++assigned[slots[i]];
        }
        _expelAgain(slots);
    }

    function _playSlot(uint64 epoch, uint64 slot) private {
        (uint64 first, uint64 end,) = schedule.turnOf(slot);
        bool opens = slot == first || (schedule.isVoided(slot) && !schedule.isVoided(slot - 1));
        if (!opens) {
            // Who has the turn keeps it; a return is noted already.
            if (server[slot] == 0) server[slot] = server[slot - 1];
            return;
        }
        Operator memory operator = _operator(schedule.assignedTo(slot));
        // A block after the boundary, when the predecessor's tail has had its time: the claim moves the batcher, too.
        _mine();
        if (epoch == MISS && sleeper == 0 && operator.id != RESERVE) {
            _sleep(operator, slot, end);
            return;
        }
        _claim(operator, slot);
        server[slot] = operator.id;
        assertEq(schedule.currentHolder(), operator.id);
        assertEq(baton.TARGET().batcher(), operator.batcher);
        if (epoch >= OFFENCE && offender == 0 && operator.id != RESERVE && operator.id != sleeper) {
            _offend(operator);
        }
    }

    /// @dev The reserve takes over at the grace; whom it displaced comes back at its next slot, if the turn has one.
    function _sleep(Operator memory operator, uint64 slot, uint64 end) private {
        sleeper = operator.id;
        _warpTo(schedule.startOfSlot(slot) + config.baton.claimGrace);
        _enterMiss(operator.id, RESERVE);
        uint64 from = _takeOver(reserve);
        assertEq(schedule.holderAt(slot, from - 1), operator.id);
        assertEq(schedule.holderAt(slot, from), RESERVE);
        _checkPenalties(operator.id);
        server[slot] = RESERVE;
        if (slot + 1 == end) return;
        _claim(operator, slot + 1);
        server[slot + 1] = operator.id;
    }

    /// @dev Reported by {stranger}: what is left of its slots in the epoch is the reserve's, and it never comes back.
    function _offend(Operator memory operator) private {
        offender = operator.id;
        uint256 before = lost[operator.id];
        _enterOffence(operator.id);
        assertEq(_equivocate(operator), lost[operator.id] - before, "half of the core, and the locks");
        _checkPenalties(operator.id);
        (Status status,) = registry.statusOf(operator.id);
        assertTrue(status == Status.Tombstoned);
    }

    /// @dev What was frozen to the offender since, for what it had won or was in the set of: it is the reserve's, and costs its locks.
    function _expelAgain(uint16[] memory slots) private {
        uint256 count = offender == 0 ? 0 : _count(slots, offender);
        if (count == 0) return;
        uint256 before = lost[offender];
        _enterLocks(offender, count);
        vm.prank(stranger);
        assertEq(slasher.expel(offender), lost[offender] - before, "a lock for each");
        _checkPenalties(offender);
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
        assertGt(rota.rewards.nextEpoch(), LAST, "all epochs are divided");
        _claimRewards();
        for (uint256 i; i < operators.length; ++i) {
            _beforeExit(operators[i]);
            _exit(operators[i]);
        }
        _closeVault();
        _divide(_collectProceeds());
        assertEq(address(baton).balance, 0, "nobody was called out");
    }

    /* INTERNAL */
    /// @dev Where there is nothing to do.
    function _nothing(uint64) internal pure {}

    function _operator(uint16 id) internal view returns (Operator memory) {
        return id == RESERVE ? reserve : operators[id - 2];
    }

    /// @dev Different operators with a slot, the reserve left out.
    function _named(uint16[] memory slots) internal view returns (uint256 count) {
        for (uint256 i; i < operators.length; ++i) {
            if (_count(slots, operators[i].id) != 0) ++count;
        }
    }
}
