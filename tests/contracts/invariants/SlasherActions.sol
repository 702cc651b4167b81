// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {WorldActions} from "./WorldActions.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";
import {BlockCommitment, Status} from "@rota/contracts/types/Types.sol";

/// @notice What penalties reach, and what is the operator's own of it, wei; what the reporter has to collect, by asset.
struct Reach {
    uint256 all;
    uint256 own;
    uint256[4] reward;
}

/// @title Reporters, liars and the court
/// @notice Evidence of every kind, right and wrong, judged by the rules as the design has them; and cases of governance.
abstract contract SlasherActions is WorldActions {
    /// @dev So many operators are lost for good at most: a campaign without operators tests nothing.
    uint256 internal constant MOST_EXILES = 2;
    /// @dev Wei that rounding comes to: a quantum of each of two assets, twice.
    uint256 private constant DUST = 8 gwei;

    /// @notice Tombstoned or evicted, for ever.
    mapping(uint16 operator => bool) public exiled;
    /// @dev By evidence, which can come on top of an eviction.
    mapping(uint16 operator => bool) internal _convicted;
    /// @notice Expelled at least once.
    mapping(uint16 operator => bool) public expelled;
    mapping(bytes32 offence => bool) internal _paid;
    uint16[] internal _exiles;

    /* EVIDENCE */
    /// @dev Two commitments, one time in three wrong in one point. INV-61, INV-63.
    function equivocate(uint256 seed) external action(seed) {
        _reach(config.clock.genesis + config.clock.l2BlockSeconds);
        uint16 id = _offender();
        (bytes memory data, bool expected, bytes32 offence) = _twoCommitments(id);
        (uint256 core,) = slasher.penaltyOf(id);
        Reach memory before = _reachOf(id);
        bool ok = _try("proveEquivocation", stranger, address(slasher), data);
        _check(61, ok == expected, "another verdict than the rule's");
        if (!ok) return;
        _check(63, before.all - vault.slashableOf(id) <= core + DUST, "more than its part of the core");
        _checkReward(id, before);
        _paid[offence] = true;
        if (id != reserve.id) _convict(id);
        if (id != reserve.id && _roll(2) == 0) _tryExpel(id);
    }

    function expel(uint256 seed) external action(seed) {
        _reach(config.clock.genesis);
        // The latest of those who can be expelled, if there is one.
        uint16 id;
        for (uint256 i; i < _exiles.length; ++i) {
            if (_convicted[_exiles[i]]) id = _exiles[i];
        }
        if (id == 0 && _spared()) return;
        _tryExpel(id == 0 ? _anyOperator() : id);
    }

    /// @dev A commitment of a slot, dated past it, long before it, or in its turn. INV-61.
    function outOfTurn(uint256 seed) external action(seed) {
        _reach(config.clock.genesis + 2 * config.clock.slotSeconds);
        (uint16 id, uint256 kind) = (_mild(), _roll(4));
        uint64 slot = schedule.currentSlot();
        slot = kind < 2 ? slot - 1 : kind == 2 ? slot + 2 : slot;
        // Now and then one that no schedule decides.
        if (kind == 2 && _roll(8) == 0) slot += uint64(2 * config.clock.slotsPerEpoch + _roll(1000));
        bool undecided = slot / config.clock.slotsPerEpoch > schedule.currentEpoch() + 1;
        uint256 dated = kind == 2 ? schedule.startOfSlot(slot) : _now();

        bytes32 offence = keccak256(abi.encode("turn", id, slot));
        bool breaks = kind < 2 || (kind == 2 && _now() + config.evidence.earlyLead < dated);
        bool expected = breaks && !undecided && !_paid[offence] && !_isNearChange(dated);
        (Status status,) = registry.statusOf(id);
        Reach memory before = _reachOf(id);
        bool ok = _try("proveOutOfTurn", stranger, address(slasher), _oneCommitment(id, slot, dated));
        _check(61, ok == expected, "another verdict on a turn");
        if (!ok) return;
        _paid[offence] = true;
        _check(63, before.all - vault.slashableOf(id) <= _lockIn(slot) + DUST, "more than a slot lock");
        _checkReward(id, before);
        _checkJailed(id, status);
    }

    /// @dev What an honest holder signs: its block, a gap fill, the same height again after L1 was taken back. INV-64.
    function honestEvidence(uint256 seed) external action(seed) {
        _reach(config.clock.genesis + 2 * config.clock.slotSeconds);
        uint16 id = schedule.currentHolder();
        Operator memory holder = _acting(id, schedule.currentEpoch());
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        bytes memory data;
        uint256 kind = _roll(3);
        if (kind == 0) {
            // The first block's origin was replaced by the second one's.
            a.l1OriginNumber = uint64(vm.getBlockNumber() - 1 - _roll(100));
            b.l1OriginNumber = a.l1OriginNumber;
            (a.l1OriginHash, b.l1OriginHash) = (keccak256("taken back"), keccak256("canonical"));
            vm.setBlockhash(b.l1OriginNumber, b.l1OriginHash);
            data = abi.encodeCall(slasher.proveEquivocation, (id, a, _sign(holder, a), b, _sign(holder, b)));
        } else {
            if (kind == 1) a.number = uint64(1 + _roll(a.number));
            a.timestamp = uint64(config.clock.l2GenesisTime + a.number * config.clock.l2BlockSeconds);
            data = abi.encodeCall(slasher.proveOutOfTurn, (id, a, _sign(holder, a)));
        }
        vm.prank(stranger);
        (bool ok,) = address(slasher).call(data);
        _check(64, !ok, "an honest holder was punished");
    }

    /* COURT */
    /// @dev Opens a case, or does with an open one what the time allows. INV-65.
    function holdCourt(uint256 seed) external action(seed) {
        _reach(config.clock.genesis);
        uint16 id = _accused();
        (uint16 bps, bool evicts, uint256 eta) = court.caseOf(id);
        if (eta == 0 || _now() >= eta + config.court.executionGrace) {
            _tryOpenCase(id);
            // It does not last for long: what follows is most often a part of this action.
            (bps, evicts, eta) = court.caseOf(id);
            if (eta <= _now() || _roll(4) == 0) return;
        }
        uint256 what = _roll(5);
        if (what == 0 && (_now() < eta || !_spared())) {
            bool ok = _try("veto", guardian, address(court), abi.encodeCall(court.veto, (id)));
            _check(65, ok == (_now() < eta), "vetoed too late, or not in time");
            return;
        }
        if (what == 1) {
            address owner = registry.ownerOf(id);
            _try("answer", owner, address(court), abi.encodeCall(court.answer, (id, keccak256("no"), "")));
            return;
        }
        if (_roll(4) != 0) _reach(eta);
        if (_tryExecute(id, bps, eta) && evicts) _exile(id);
    }

    /* WHAT WAS SEEN */
    function exiles() external view returns (uint16[] memory) {
        return _exiles;
    }

    /* INTERNAL */
    /// @return data A proof of equivocation, or what looks like one.
    /// @return expected Whether it is one.
    /// @return offence What the reserve pays for once: the epoch, by the first one's slot.
    function _twoCommitments(uint16 id) private returns (bytes memory data, bool expected, bytes32 offence) {
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        uint64 epoch = schedule.currentEpoch();
        bool undecided;
        if (id == reserve.id) {
            // Now and then of the next epoch, which it has paid for when that comes, or of one that nothing decides.
            if (_paid[_epochOf(id, epoch)] || _roll(4) == 0) ++epoch;
            else if ((undecided = _roll(8) == 0)) epoch += uint64(2 + _roll(100));
            a.slot = epoch * config.clock.slotsPerEpoch + a.slot % config.clock.slotsPerEpoch;
        }
        offence = _epochOf(id, epoch);
        Operator memory liar = _acting(id, epoch);
        bytes memory signature;
        uint256 point = _roll(3) == 0 ? _roll(5) : 5;
        if (point == 0) b.blockHash = a.blockHash;
        if (point == 1) b.parentHash = keccak256("another parent");
        if (point == 2) b.l1OriginHash = keccak256("an origin that was taken back");
        if (point == 3) (a.l2ChainId, b.l2ChainId) = (1, 1);
        signature = _sign(liar, b);
        if (point == 4) {
            liar = _acting(id == reserve.id ? operators[0].id : reserve.id, epoch);
        }
        expected = point == 5 && !_convicted[id] && !undecided && !(id == reserve.id && _paid[offence]);
        data = abi.encodeCall(slasher.proveEquivocation, (id, a, _sign(liar, a), b, signature));
    }

    function _epochOf(uint16 id, uint64 epoch) private pure returns (bytes32) {
        return keccak256(abi.encode("epoch", id, epoch));
    }

    function _reachOf(uint16 id) private view returns (Reach memory r) {
        (uint256 self, uint256 least) = (vault.selfBondOf(id), vault.MIN_BOND());
        // Its core exits are its own, too.
        r.own = self + vault.coreOf(id) - (self < least ? self : least);
        (r.all, r.reward) = (vault.slashableOf(id), vault.rewardOf(stranger));
    }

    /// @dev INV-35: a reporter earns by what the operator itself lost, whatever its delegators did.
    function _checkReward(uint16 id, Reach memory before) private {
        Reach memory now_ = _reachOf(id);
        uint256 earned = now_.reward[0] - before.reward[0];
        earned += (now_.reward[1] - before.reward[1]) * vault.weightAt(1, registry.currentEpoch()) / 1e18;
        _check(35, earned <= (before.own - now_.own) / 10 + DUST, "a reporter earned by what others lost");
    }

    function _oneCommitment(uint16 id, uint64 slot, uint256 dated) private view returns (bytes memory) {
        BlockCommitment memory commitment = _blockNow();
        (commitment.slot, commitment.timestamp) = (slot, uint64(dated));
        commitment.number = uint64((dated - config.clock.l2GenesisTime) / config.clock.l2BlockSeconds);
        bytes memory signature = _sign(_acting(id, slot / config.clock.slotsPerEpoch), commitment);
        return abi.encodeCall(slasher.proveOutOfTurn, (id, commitment, signature));
    }

    function _lockIn(uint64 slot) private view returns (uint256) {
        return pledges.lockPerSlotAt(slot / config.clock.slotsPerEpoch);
    }

    /// @param before Status before the verdict.
    function _checkJailed(uint16 id, Status before) private {
        (Status now_,) = registry.statusOf(id);
        bool jailed = id != reserve.id && before != Status.Tombstoned && before != Status.None;
        _check(62, now_ == (jailed ? Status.Jailed : before), "another standing");
    }

    /// @dev Somebody whose case is open, if there is one.
    function _accused() private returns (uint16 id) {
        id = _anyOperator();
        for (uint16 i = 1; i <= registry.operatorCount(); ++i) {
            (,, uint256 eta) = court.caseOf(i);
            if (eta != 0 && _now() < eta + config.court.executionGrace) return i;
        }
    }

    function _tryOpenCase(uint16 id) private {
        bool evicts = _roll(16) == 0 && _exiles.length < MOST_EXILES && id != reserve.id && !exiled[id];
        uint16 bps = uint16(_roll(16) == 0 ? 5001 : 1 + _roll(2000));
        bytes memory data = abi.encodeCall(court.openCase, (id, bps, evicts, keccak256("reason"), "ipfs://reason"));
        address sender = _roll(16) == 0 ? stranger : registry.governance();
        bool ok = _try("openCase", sender, address(court), data);
        _check(65, ok == (sender != stranger && bps <= 5000), "opened by somebody else, or for too much");
    }

    function _tryExecute(uint16 id, uint256 bps, uint256 eta) private returns (bool done) {
        (uint256 core, uint256 reach) = (vault.coreOf(id), vault.slashableOf(id));
        bool inTime = _now() >= eta && _now() < eta + config.court.executionGrace;
        done = _try("executeCase", stranger, address(court), abi.encodeCall(court.execute, (id)));
        _check(65, done == inTime, "executed out of time");
        if (done) _check(65, reach - vault.slashableOf(id) <= core * bps / 10_000 + 4 gwei, "more than it asked for");
    }

    function _tryExpel(uint16 id) private {
        uint64 current = schedule.currentSlot();
        bool ok = _try("expel", stranger, address(slasher), abi.encodeCall(slasher.expel, (id)));
        if (!ok) return;
        _check(62, _convicted[id], "expelled without an offence");
        expelled[id] = true;
        uint64 end = (schedule.currentEpoch() + 2) * config.clock.slotsPerEpoch;
        for (uint64 slot = current + 1; slot < end; ++slot) {
            _check(62, schedule.assignedTo(slot) != id, "expelled, and assigned");
        }
    }

    function _convict(uint16 id) private {
        _convicted[id] = true;
        _exile(id);
    }

    function _exile(uint16 id) private {
        if (!exiled[id]) _exiles.push(id);
        exiled[id] = true;
    }

    /// @dev While there are operators to spare any of them, later the reserve or one that is out already.
    function _offender() private returns (uint16 id) {
        id = _anyOperator();
        if (_exiles.length < MOST_EXILES && _roll(3) == 0) return id;
        return _exiles.length != 0 && _roll(2) == 0 ? _exiles[_roll(_exiles.length)] : reserve.id;
    }

    /// @dev Whoever can stand jail: the reserve, who is out, or one of more than three that are in.
    function _mild() private returns (uint16 id) {
        id = _anyOperator();
        (Status status,) = registry.statusOf(id);
        (uint16[] memory set,) = registry.eligibleSet(schedule.currentEpoch() + 2);
        if (status == Status.Active && (set.length <= 3 || _roll(4) != 0)) id = reserve.id;
    }

    /// @dev By looking for the changes themselves, second by second.
    function _isNearChange(uint256 dated) private view returns (bool) {
        uint256 tolerance = 3 * config.clock.l1BlockSeconds;
        for (uint256 time = dated - tolerance; time <= dated + tolerance; ++time) {
            uint64 slot = uint64((time - config.clock.genesis) / config.clock.slotSeconds);
            if (slot / config.clock.slotsPerEpoch > schedule.currentEpoch() + 1) return false;
            (, uint256[] memory changes) = schedule.changesOf(slot);
            for (uint256 i; i < changes.length; ++i) {
                if (changes[i] == time) return true;
            }
        }
        return false;
    }
}
