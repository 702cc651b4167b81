// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {FickleTarget} from "./FickleTarget.sol";
import {HandlerBase} from "./HandlerBase.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";
import {BlockCommitment} from "@rota/contracts/types/Types.sol";

/// @notice What sequencers do in turns, to silent holders, and as silent holders.
abstract contract SequencerActions is HandlerBase {
    /// @dev Who took over last, and from when on it holds.
    uint16 private _lastTaker;
    uint256 private _takesFrom;

    /* TURNS */
    function claim(uint256 seed) external action(seed) {
        _toGenesis();
        (uint64 first, uint64 end,) = schedule.turnOf(schedule.currentSlot());
        // The turn in progress, or the next one.
        uint64 slot = schedule.isClaimed(first) || _roll(2) == 0 ? end : first;
        if (slot == end && _roll(4) != 0) _reach(schedule.startOfSlot(end) - config.baton.claimLead);
        if (!_isDecided(slot) && _spared()) return;
        _tryClaim("claim", slot);
    }

    /// @dev The assigned operator comes back to a turn taken over.
    function claimBack(uint256 seed) external action(seed) {
        _toGenesis();
        if (_roll(4) != 0) _loseTurn();
        uint64 slot = schedule.currentSlot();
        (, uint64 end,) = schedule.turnOf(slot);
        if (_roll(4) == 0) ++slot;
        bool lost = schedule.holderAt(slot + 1, 0) != schedule.assignedTo(slot + 1);
        if (!(lost && slot + 1 < end && !schedule.isVoided(slot + 1)) && _spared()) return;
        _tryClaim("claim, return", slot + 1);
    }

    function rotate(uint256 seed) external action(seed) {
        _toGenesis();
        if (_roll(2) == 0) _reach(schedule.startOfSlot(schedule.currentSlot()) + config.baton.tailWindow);
        if (!_try("rotate", stranger, address(baton), abi.encodeCall(baton.rotate, ()))) return;
        _checkBatcher();
    }

    function useBatcherKey(uint256 seed) external action(seed) {
        _toGenesis();
        if (_roll(2) == 0) _reach(schedule.startOfSlot(schedule.currentSlot()) + config.baton.tailWindow);
        uint16 holder = schedule.currentHolder();
        address sender = _roll(8) == 0 ? stranger : registry.sequencerKeyAt(holder, schedule.currentEpoch());
        uint8 index = uint8(_roll(registry.batcherKeyCount(holder)));
        if (_try("useBatcherKey", sender, address(baton), abi.encodeCall(baton.useBatcherKey, (index)))) {
            _checkBatcher();
        }
    }

    /* LIVENESS */
    function callOut(uint256 seed) external action(seed) {
        _toGenesis();
        (bool open,,,,,) = baton.openCallOut();
        if (open && _spared()) return;
        _ensureClaimed();
        _tryCallOut();
    }

    function heartbeat(uint256 seed) external action(seed) {
        // The first L2 block has no parent that a commitment could name.
        _reach(config.clock.genesis + config.clock.l2BlockSeconds);
        (bool open,,,,, uint256 deadline) = baton.openCallOut();
        if (!open || vm.getBlockNumber() > deadline) {
            _ensureClaimed();
            if (_roll(8) != 0 && !_tryCallOut()) return;
        }
        if (_roll(2) == 0) _mine(_roll(3));
        (, uint64 slot, uint16 holder,,,) = baton.openCallOut();
        if (holder == 0) holder = schedule.currentHolder();
        Operator memory operator = _acting(holder, schedule.currentEpoch());
        if (_roll(8) == 0) operator = _acting(_anyOperator(), schedule.currentEpoch());
        BlockCommitment memory commitment = _blockNow();
        if (_roll(8) == 0) commitment.slot = slot;
        bytes memory data = abi.encodeCall(baton.heartbeat, (commitment, _sign(operator, commitment)));
        bool ok = _try("heartbeat", stranger, address(baton), data);
        _check(16, !ok || operator.id == holder, "somebody else answered");
    }

    function takeOver(uint256 seed) external action(seed) {
        _toGenesis();
        if (!_silence() && _spared()) return;
        uint16 silent = schedule.assignedTo(schedule.currentSlot());
        if (_tryTakeOver(_anyTaker()) && silent != reserve.id && _roll(2) == 0) _stayAway(silent);
    }

    function recordMiss(uint256 seed) external action(seed) {
        _toGenesis();
        (bool any, uint64 slot) = _unrecorded();
        if (!any) {
            _loseTurn();
            (any, slot) = _unrecorded();
        }
        if (!any && _spared()) return;
        if (any) _reach(schedule.startOfSlot(slot));
        _withLeak("recordMiss", stranger, schedule.assignedTo(slot), abi.encodeCall(baton.recordMiss, (slot)));
    }

    function collect(uint256 seed) external action(seed) {
        uint16 id = _anyOperator();
        for (uint256 i; i < 8 && (baton.collectable(id) == 0 || registry.payeeOf(id) == refusing); ++i) {
            id = _anyOperator();
        }
        uint256 due = baton.collectable(id);
        address payee = registry.payeeOf(id);
        uint256 before = payee.balance;
        if (!_try("collect", stranger, address(baton), abi.encodeCall(baton.collect, (id)))) return;
        _check(12, payee.balance - before >= due, "less than what was collectable");
    }

    /* TARGET */
    function changeMood(uint256 seed) external action(seed) {
        fickle.set(_roll(2) == 0 ? FickleTarget.Mood.Obeys : FickleTarget.Mood(_roll(5)));
    }

    /* INTERNAL */
    /// @dev The batcher is a key of who holds, or of who took over and is about to. That one may never come to hold: the assigned
    /// operator can return at the very second.
    function _checkBatcher() private {
        uint16 owner = registry.operatorOfKey(fickle.batcher());
        bool takes = owner == _lastTaker && _now() < _takesFrom;
        _check(15, takes || owner == schedule.currentHolder(), "not the holder's");
    }

    function _toGenesis() private {
        _reach(config.clock.genesis);
    }

    function _isDecided(uint64 slot) private view returns (bool) {
        uint64 epoch = slot / config.clock.slotsPerEpoch;
        return epoch < 2 || epoch <= schedule.currentEpoch() || frozenSlots[epoch] != 0;
    }

    function _tryClaim(string memory name, uint64 slot) private {
        uint16 assigned = schedule.assignedTo(slot);
        uint64 epoch = slot / config.clock.slotsPerEpoch;
        address sender =
            _roll(8) == 0 ? _acting(_anyOperator(), epoch).sequencer : registry.sequencerKeyAt(assigned, epoch);
        bytes memory data = abi.encodeCall(baton.claim, (slot));
        bool expected = _succeedsWithATargetThatObeys(sender, data);
        bool ok = _try(name, sender, address(baton), data);
        _check(11, ok == expected, "a claim depended on the target");
        _check(14, !ok || boundTo[sender] == assigned, "claimed by somebody else");
    }

    function _ensureClaimed() private {
        uint64 slot = schedule.currentSlot();
        (uint64 first,,) = schedule.turnOf(slot);
        if (schedule.isVoided(slot)) while (first < slot && !schedule.isVoided(first)) ++first;
        if (!schedule.isClaimed(first) && _roll(8) != 0) _tryClaim("claim", first);
    }

    function _tryCallOut() private returns (bool ok) {
        uint64 slot = schedule.currentSlot();
        uint16 caller = _anyCaller(schedule.currentHolder());
        address sender = registry.sequencerKeyAt(caller, schedule.currentEpoch());
        bytes memory data = abi.encodeCall(baton.callOut, (slot));
        (ok,) = _try("callOut", sender, address(baton), config.baton.callOutBond, data);
    }

    /// @dev Somebody who may, most of the time.
    function _anyCaller(uint16 holder) private returns (uint16 id) {
        if (_roll(2) == 0) return reserve.id;
        (uint16[] memory set,) = registry.eligibleSet(schedule.currentEpoch());
        if (set.length == 0 || _roll(8) == 0) return _anyOperator();
        id = set[_roll(set.length)];
        return id == holder ? reserve.id : id;
    }

    /// @dev A slot that was missed and is not recorded: one of the past, or one that the turn in progress is going to lose; else
    /// any of late.
    function _unrecorded() private returns (bool any, uint64 slot) {
        uint64 current = schedule.currentSlot();
        (, uint64 end,) = schedule.turnOf(current);
        for (slot = current < 16 ? 0 : current - 16; slot < end; ++slot) {
            if (schedule.isMissed(slot) || schedule.isVoided(slot)) continue;
            if (schedule.holderAt(slot, 0) != schedule.assignedTo(slot)) return (true, slot);
        }
        slot = current - uint64(_roll(current < 8 ? current + 1 : 8));
    }

    /// @dev Somebody takes over the next turn that has more than its first slot, if one is decided.
    function _loseTurn() private {
        uint64 slot = schedule.currentSlot();
        (, uint64 end,) = schedule.turnOf(slot);
        while (end == slot + 1 && _isDecided(end)) {
            slot = end;
            (, end,) = schedule.turnOf(slot);
        }
        if (end == slot + 1) return;
        _reach(schedule.startOfSlot(slot));
        if (schedule.currentHolder() == schedule.assignedTo(slot) && _silence()) _tryTakeOver(_anyTaker());
    }

    /// @dev Neither who holds nor whose turn it is, most of the time.
    function _anyTaker() private returns (uint16 id) {
        (,, uint16 frozen) = schedule.turnOf(schedule.currentSlot());
        uint16 holder = schedule.currentHolder();
        for (uint256 i; i < 8; ++i) {
            id = _anyCaller(holder);
            if (id != holder && id != frozen && _roll(8) != 0) return id;
        }
    }

    /// @dev Goes on until the holder can be taken over from. @return Whether it can.
    function _silence() private returns (bool) {
        uint64 slot = schedule.currentSlot();
        (uint64 first, uint64 end,) = schedule.turnOf(slot);
        uint256 last = schedule.startOfSlot(end) - 2 * 2;
        bool unclaimed = !schedule.isClaimed(first) && schedule.holderAt(slot, _now()) == schedule.assignedTo(slot);
        if (unclaimed) {
            uint256 grace = schedule.startOfSlot(first) + config.baton.claimGrace + 2 * _roll(6);
            if (grace >= last) return false;
            _reach(grace);
            return true;
        }
        (bool open,, uint16 holder,,,) = baton.openCallOut();
        if ((!open || holder != schedule.currentHolder()) && !_tryCallOut()) return false;
        (,,,,, uint256 deadline) = baton.openCallOut();
        uint256 blocks = vm.getBlockNumber();
        uint256 wait = deadline + 1 + _roll(6);
        wait = wait > blocks ? wait - blocks : 0;
        if (_now() + 2 * wait >= last) return false;
        _mine(wait);
        _observe();
        return true;
    }

    /// @dev An operator is gone for the rest of the epoch: it is taken over from in its other slots, until it loses what is left.
    function _stayAway(uint16 gone) private {
        uint64 perEpoch = config.clock.slotsPerEpoch;
        uint64 slot = schedule.currentSlot() + 1;
        for (uint64 end = (slot + perEpoch - 1) / perEpoch * perEpoch; slot < end; ++slot) {
            if (schedule.assignedTo(slot) != gone) continue;
            _reach(schedule.startOfSlot(slot));
            for (uint256 i; i < 3; ++i) {
                if (_silence() && _tryTakeOver(_anyTaker())) break;
            }
        }
    }

    function _tryTakeOver(uint16 taker) private returns (bool ok) {
        uint64 current = schedule.currentSlot();
        (, uint64 end, uint16 frozen) = schedule.turnOf(current);
        uint16[] memory before = _holders(current, end + 8);
        address sender = registry.sequencerKeyAt(taker, schedule.currentEpoch());
        bytes memory data = abi.encodeCall(baton.takeOver, ());
        bool expected = _succeedsWithATargetThatObeys(sender, data);
        uint16 silent = schedule.isVoided(current) ? reserve.id : frozen;
        ok = _withLeak("takeOver", sender, silent, data);
        _check(11, ok == expected, "a take-over depended on the target");
        if (!ok) return false;
        (_lastTaker, _takesFrom) = (taker, _now() + 4);
        _checkReach(before, current, end, taker);
    }

    /// @dev A take-over concerns the rest of its turn, and voids what is the silent operator's.
    function _checkReach(uint16[] memory before, uint64 current, uint64 end, uint16 taker) private {
        uint256 from = _now() + 4;
        uint16[] memory afterwards = _holders(current, end + 8);
        for (uint256 i; i < before.length; ++i) {
            // A few slots.
            // forge-lint: disable-next-line(unsafe-typecast)
            uint64 slot = current - (current < 2 ? current : 2) + uint64(i / 8);
            if (i >= afterwards.length) break;
            uint256 timestamp = schedule.startOfSlot(slot) + 2 * (i % 8);
            bool taken = timestamp >= from && slot < end && afterwards[i] == taker;
            bool voided = slot > current && afterwards[i] == reserve.id && schedule.isVoided(slot);
            _check(13, afterwards[i] == before[i] || taken || voided, "a take-over moved another instant");
        }
        uint64 slot_ = schedule.currentSlot();
        if (from >= schedule.startOfSlot(slot_ + 1)) ++slot_;
        _check(13, schedule.holderAt(slot_, from) == taker, "the taker does not hold");
    }

    /// @dev Who holds at each L1 block of the slots around a turn, as far as they are known.
    function _holders(uint64 current, uint64 beyond) private view returns (uint16[] memory holders) {
        uint64 newest = (schedule.currentEpoch() + 2) * config.clock.slotsPerEpoch;
        if (beyond > newest) beyond = newest;
        uint64 first = current - (current < 2 ? current : 2);
        holders = new uint16[](uint256(beyond - first) * 8);
        for (uint256 i; i < holders.length; ++i) {
            // A few slots.
            // forge-lint: disable-next-line(unsafe-typecast)
            uint64 slot = first + uint64(i / 8);
            holders[i] = schedule.holderAt(slot, schedule.startOfSlot(slot) + 2 * (i % 8));
        }
    }

    /// @dev A call that may record a miss of `silent`, and leak its bond.
    function _withLeak(string memory name, address sender, uint16 silent, bytes memory data) private returns (bool ok) {
        uint256 before = vault.slashableOf(silent);
        uint256 reserveBefore = vault.slashableOf(reserve.id);
        ok = _try(name, sender, address(baton), data);
        if (!ok) return false;
        uint256 loss = before > vault.slashableOf(silent) ? before - vault.slashableOf(silent) : 0;
        _check(17, loss <= config.baton.leakPerMiss + 2 gwei, "a miss leaked more than the price of a miss");
        if (silent == reserve.id) return true;
        // Less, if what was left of a worn-out pool is burned before it grows again.
        uint256 reserveNow = vault.slashableOf(reserve.id);
        uint256 gain = reserveNow > reserveBefore ? reserveNow - reserveBefore : 0;
        // Each of the four worths is rounded down to a wei.
        _check(17, gain <= loss / 3 + 2, "the reserve earned more than a third of a leak");
    }

    /// @dev The same call on the same state, with another target's mood.
    function _succeedsWithATargetThatObeys(address sender, bytes memory data) private returns (bool ok) {
        uint256 snapshot = vm.snapshotState();
        fickle.set(FickleTarget.Mood.Obeys);
        vm.prank(sender);
        (ok,) = address(baton).call(data);
        vm.revertToState(snapshot);
    }
}
