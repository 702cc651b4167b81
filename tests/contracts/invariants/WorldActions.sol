// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BidderActions} from "./BidderActions.sol";
import {DelegatorActions} from "./DelegatorActions.sol";
import {OwnerActions} from "./OwnerActions.sol";
import {SequencerActions} from "./SequencerActions.sol";
import {EpochPhase, RESERVE} from "@rota/contracts/types/Types.sol";

/// @notice Time, the L1, whoever tends the pipeline, governance, the slasher and strangers.
abstract contract WorldActions is OwnerActions, DelegatorActions, BidderActions, SequencerActions {
    /* TIME */
    function passTime(uint256 seed) external action(seed) {
        uint256 kind = _roll(8);
        if (kind < 4) _mine(1 + _roll(3));
        else if (kind < 7) _reach(schedule.startOfSlot(schedule.currentSlot() + 1));
        else if (_roll(2) == 0) _reach(schedule.startOfEpoch(schedule.currentEpoch() + 1));
        else _reach(_now() + _roll(config.disputePeriod));
    }

    /// @dev The L1 misses some of its slots.
    function gap(uint256 seed) external action(seed) {
        _mineAfterGap(_roll(8) == 0 ? _roll(300) : 4 + _roll(16));
        _lastGap = _now();
    }

    /* PIPELINE */
    function recordSeed(uint256 seed) external action(seed) {
        uint64 epoch = _pending();
        _tendSeed(epoch);
    }

    function freeze(uint256 seed) external action(seed) {
        _tryFreeze(_pending());
    }

    function _tryFreeze(uint64 epoch) internal {
        if (_roll(8) != 0) {
            if (epoch == registry.currentEpoch() + 1 && _phaseOf(epoch) == EpochPhase.Pending) _tendSeed(epoch);
            (bool settled,,,) = auction.resultOf(epoch);
            if (!settled && auction.bidders(epoch).length != 0) _trySettle(epoch);
            _tendPolicies(epoch);
        }
        if (_phaseOf(epoch) != EpochPhase.Seeded && _spared()) return;
        if (!_try("freeze", stranger, address(schedule), abi.encodeCall(schedule.freeze, (epoch)))) return;
        _checkFrozen(epoch);
    }

    function cancel(uint256 seed) external action(seed) {
        uint64 current = registry.currentEpoch();
        for (uint64 epoch = current < 7 ? 2 : current - 4; epoch <= current; ++epoch) {
            EpochPhase phase = _phaseOf(epoch);
            if (phase == EpochPhase.Frozen || phase == EpochPhase.Cancelled) continue;
            _try("cancel", stranger, address(schedule), abi.encodeCall(schedule.cancel, (epoch)));
            return;
        }
        if (_spared()) return;
        _try("cancel", stranger, address(schedule), abi.encodeCall(schedule.cancel, (current)));
    }

    /* GOVERNANCE */
    function whitelist(uint256 seed) external action(seed) {
        // In the last stage the list is void.
        bool isOver = registry.stageAt(registry.currentEpoch() + 2) == registry.LAST_STAGE();
        if (isOver && (_spared() || _spared())) return;
        address owner = operators[_roll(operators.length)].owner;
        // Seldom nobody, often somebody's partner.
        uint32 entity = _roll(6) == 0 ? 0 : uint32(100 + _roll(3));
        address sender = _roll(8) == 0 ? stranger : registry.governance();
        _try("setWhitelisted", sender, address(registry), abi.encodeCall(registry.setWhitelisted, (owner, entity)));
    }

    function advanceStage(uint256 seed) external action(seed) {
        // The auction's stage lasts for a while, the last one for ever.
        uint8 stage = registry.stageAt(registry.currentEpoch() + 3);
        if (stage >= 2 && (_spared() || _spared())) return;
        if (stage == registry.LAST_STAGE() && (_spared() || _spared())) return;
        _advanceStage();
    }

    function setWeight(uint256 seed) external action(seed) {
        uint64 epoch = registry.currentEpoch();
        uint256 now_ = vault.weightAt(1, epoch);
        if (now_ != vault.weightAt(1, epoch + 2) && _spared()) return;
        uint256 weight = now_ * (_roll(8) == 0 ? 60 + _roll(100) : 75 + _roll(51)) / 100;
        // From 96 bits, by quarters.
        // forge-lint: disable-next-line(unsafe-typecast)
        _try("setWeight", registry.governance(), address(vault), abi.encodeCall(vault.setWeight, (1, uint96(weight))));
    }

    function moveGovernance(uint256 seed) external action(seed) {
        address next = makeAddr(string.concat("governance ", vm.toString(++_names)));
        address from = registry.governance();
        _try("offerGovernance", from, address(registry), abi.encodeCall(registry.offerGovernance, (next)));
        address sender = _roll(3) == 0 ? stranger : next;
        bool ok = _try("acceptGovernance", sender, address(registry), abi.encodeCall(registry.acceptGovernance, ()));
        _check(44, registry.governance() == (ok ? next : from) && (!ok || sender == next), "governance went elsewhere");
    }

    /* PENALTIES */
    function slash(uint256 seed) external action(seed) {
        uint16 id = _anyOperator();
        uint256 reach = vault.slashableOf(id);
        uint256 value = _roll(8) == 0 ? type(uint256).max : _roll(4) == 0 ? _roll(reach + 1) : _roll(0.2 ether);
        address reporter = _roll(4) == 0 ? address(0) : _anyone();
        address sender = _roll(8) == 0 ? stranger : address(slasher);
        uint256[4] memory before = vault.burnable();
        (bool ok, bytes memory answer) =
            _try("slash", sender, address(vault), 0, abi.encodeCall(vault.slash, (id, value, reporter)));
        if (!ok) return;
        _check(35, sender == address(slasher), "somebody else slashed");
        uint256 taken = abi.decode(answer, (uint256));
        _check(35, taken == (value < reach ? value : reach), "took another value");
        _check(35, _burnedSince(before) + 2 >= taken * 9 / 10, "less than nine tenths were burned");
    }

    function slashCore(uint256 seed) external action(seed) {
        uint16 id = _anyOperator();
        uint256 core = vault.coreOf(id);
        uint256 value = _roll(8) == 0 ? type(uint256).max : _roll(core / 2 + 1);
        address sender = _roll(8) == 0 ? stranger : address(rota.court);
        (uint256 held, uint256[4] memory before) = (_delegatedTo(id), vault.burnable());
        bytes memory data = abi.encodeCall(vault.slashCore, (id, value, address(0)));
        (bool ok, bytes memory answer) = _try("slashCore", sender, address(vault), 0, data);
        if (!ok) return;
        _check(35, sender == address(rota.court), "somebody else slashed the core");
        uint256 taken = abi.decode(answer, (uint256));
        _check(35, taken == (value < core ? value : core), "took another part of the core");
        _check(35, _burnedSince(before) >= taken, "less was burned than taken");
        _check(35, _delegatedTo(id) + 4 gwei >= held, "the court took from delegators");
    }

    function _delegatedTo(uint16 id) private view returns (uint256) {
        return vault.bondOf(id) - vault.selfBondOf(id);
    }

    /// @dev Weighted, wei.
    function _burnedSince(uint256[4] memory before) internal view returns (uint256) {
        uint256[4] memory now_ = vault.burnable();
        return now_[0] - before[0] + (now_[1] - before[1]) * vault.weightAt(1, registry.currentEpoch()) / 1e18;
    }

    function collectReward(uint256 seed) external action(seed) {
        address reporter = stranger;
        bool ofToken = _roll(4) == 0;
        for (uint256 i; i < operators.length; ++i) {
            uint256[4] memory has = vault.rewardOf(operators[i].owner);
            if (has[0] + has[1] != 0) (reporter, ofToken) = (operators[i].owner, has[0] == 0);
        }
        if (vault.rewardOf(reporter)[ofToken ? 1 : 0] == 0 && _spared()) return;
        address to = _roll(8) == 0 ? refusing : reporter;
        _try("collectReward", reporter, address(vault), abi.encodeCall(vault.collectReward, (ofToken ? 1 : 0, to)));
    }

    function burn(uint256 seed) external action(seed) {
        (uint256 eth, uint256 tokens) = (vault.burnable()[0], vault.burnable()[1]);
        bool ofToken = tokens != 0 && (eth == 0 || _roll(2) == 0);
        if (eth + tokens == 0 && _spared()) return;
        _try("burn", stranger, address(vault), abi.encodeCall(vault.burn, (ofToken ? 1 : 0)));
    }

    /* STRANGERS */
    function forceEther(uint256 seed) external action(seed) {
        address[3] memory targets = [address(vault), address(auction), address(baton)];
        address to = targets[_roll(3)];
        uint256 amount = _roll(1 ether);
        vm.deal(to, to.balance + amount);
        forced[to] += amount;
    }

    /// @dev What only one caller may do, done by another.
    function trespass(uint256 seed) external action(seed) {
        uint16 id = _anyOperator();
        uint64 slot = schedule.currentSlot();
        bytes[10] memory calls = [
            abi.encodeCall(schedule.recordClaim, (slot)),
            abi.encodeCall(schedule.recordTakeOver, (id)),
            abi.encodeCall(schedule.recordMiss, (slot)),
            abi.encodeCall(schedule.voidRemaining, (id, slot + 1)),
            abi.encodeCall(vault.leak, (id, 1, 0)),
            abi.encodeCall(vault.slash, (id, 1, stranger)),
            abi.encodeCall(vault.requestExit, (id, 0, 1)),
            abi.encodeCall(registry.deactivate, (id)),
            abi.encodeCall(registry.setPayee, (id, stranger)),
            abi.encodeCall(registry.setWhitelisted, (stranger, 1))
        ];
        uint256 which = _roll(10);
        address target = which < 4 ? address(schedule) : which < 7 ? address(vault) : address(registry);
        vm.prank(stranger);
        (bool ok, bytes memory answer) = target.call(calls[which]);
        _check(45, !ok && answer.length >= 4, "a stranger did what only another may");
    }

    /* INTERNAL */
    /// @dev The epoch to tend next, at the time at which it can be; often the one after it, if that one is done.
    function _pending() private returns (uint64 epoch) {
        epoch = registry.currentEpoch() + 1;
        if (epoch >= 2 && _phaseOf(epoch) != EpochPhase.Frozen) return epoch;
        if (_roll(4) == 0) return epoch < 2 ? 2 : epoch;
        _reach(schedule.startOfEpoch(epoch));
        return epoch + 1;
    }

    function _tendSeed(uint64 epoch) internal override {
        uint256 seedTime = epoch < 2 ? 0 : _seedTime(epoch);
        // A gap over the seed's block: its header is out of this test's reach, so nobody records it.
        if (epoch < 2 || seedTime <= _lastGap) return;
        if (_phaseOf(epoch) != EpochPhase.Pending && _spared()) return;
        if (_roll(8) != 0) _reach(seedTime + 4);
        // Not mined yet.
        if (_now() < seedTime + 4) return;
        (bytes memory header, bytes memory parent) = _l1Headers(seedTime);
        if (_roll(10) == 0) (header, parent) = _l1Headers(seedTime + 2);
        _try("recordSeed", stranger, address(schedule), abi.encodeCall(schedule.recordSeed, (epoch, header, parent)));
    }

    /// @dev What the epoch's policies wait for beside the auction's settlement.
    function _tendPolicies(uint64 epoch) internal virtual {}

    function _advanceStage() internal override {
        if (registry.stageAt(registry.currentEpoch()) < 2) {
            _reach(config.clock.genesis);
        }
        (uint16[] memory set,) = registry.eligibleSet(registry.currentEpoch() + 2);
        if (set.length < config.registry.stageMinOperators && _spared()) return;
        _try("advanceStage", registry.governance(), address(registry), abi.encodeCall(registry.advanceStage, ()));
    }

    /// @dev Who is assigned: winners to the slot, then operators of the closed set within their entity's cap.
    function _checkFrozen(uint64 epoch) internal virtual {
        uint16[] memory slots = schedule.slotsOf(epoch);
        (uint16[] memory ids, uint32[] memory entities) = registry.eligibleSet(epoch);
        uint256 cap = auction.capSlots();
        uint256 assigned;
        for (uint256 i; i < ids.length; ++i) {
            uint256 all;
            uint256 sold;
            for (uint256 j; j < ids.length; ++j) {
                if (entities[j] != entities[i]) continue;
                all += _count(slots, ids[j]);
                sold += won[epoch][ids[j]];
            }
            _check(6, all <= (sold > cap ? sold : cap), "an entity has more slots than its cap");
            assigned += _count(slots, ids[i]);
        }
        (,, uint16[] memory winners,) = auction.resultOf(epoch);
        for (uint256 i; i < winners.length; ++i) {
            _check(7, _count(slots, winners[i]) >= won[epoch][winners[i]], "a winner has less slots than it paid");
            if (!registry.isEligible(winners[i], epoch)) assigned += won[epoch][winners[i]];
        }
        _check(7, assigned + _count(slots, 0) == slots.length, "a slot is neither a winner's nor of the set");
        _check(7, _count(slots, RESERVE) == 0, "the reserve was drawn");
    }

    function _count(uint16[] memory slots, uint16 id) internal pure returns (uint256 count) {
        for (uint256 i; i < slots.length; ++i) {
            if (slots[i] == id) ++count;
        }
    }
}
