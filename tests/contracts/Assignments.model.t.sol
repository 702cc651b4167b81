// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ScheduleBase} from "./utils/ScheduleBase.sol";
import {RESERVE} from "@rota/contracts/types/Types.sol";

/// @notice The schedule against a naive model that keeps the whole history unpacked, under random calls at random times.
/// Properties: the model and the schedule agree on every (slot, timestamp); an answer for the past never changes.
contract AssignmentsModelTest is ScheduleBase {
    struct Change {
        uint64 slot;
        uint256 timestamp;
        uint16 id;
        bool isReturn;
        bool dropped;
    }

    struct Answer {
        uint64 slot;
        uint256 timestamp;
        uint16 holder;
    }

    uint64 internal constant EPOCH = 2;

    uint16[] internal _assigned;
    bool[] internal _voided;
    Change[] internal _history;
    Answer[] internal _answers;
    uint256 internal _random;

    // How often each action went through: a run that never gets anywhere shows nothing.
    uint256 internal claims;
    uint256 internal returns_;
    uint256 internal takeOvers;
    uint256 internal misses;
    uint256 internal voids;

    /// @dev One long run whose coverage is asserted.
    function test_holderAt_MatchesModel_EveryActionHappens() public {
        for (uint256 i; i < 10; ++i) {
            _run(uint256(keccak256(abi.encode("long", i))), 45, 90);
        }
        assertGt(claims, 50, "claims");
        assertGt(returns_, 10, "returns");
        assertGt(takeOvers, 100, "take-overs");
        assertGt(misses, 40, "misses");
        assertGt(voids, 20, "voids");
    }

    /// forge-config: default.fuzz.runs = 128
    /// forge-config: long.fuzz.runs = 1000
    function testFuzz_holderAt_MatchesModel_AndThePastStays(uint256 seed, uint16 slots) public {
        _run(seed, uint16(bound(slots, 1, 30)), 60);
    }

    function _run(uint256 seed, uint16 slots, uint256 steps) internal {
        _deploy(slots, 16, 8);
        _random = seed;
        delete _assigned;
        delete _voided;
        delete _history;
        delete _answers;
        uint16[] memory ids = new uint16[](slots);
        for (uint256 i; i < slots; ++i) {
            // Few operators and long runs; nobody in some.
            ids[i] = i != 0 && _draw(3) != 0 ? ids[i - 1] : uint16(_draw(4) == 0 ? 0 : 2 + _draw(3));
            _assigned.push(ids[i]);
            _voided.push(false);
        }
        _freeze(EPOCH, ids);
        if (block.timestamp + 20 < _start(_first(EPOCH))) _to(_start(_first(EPOCH)) - 20);

        for (uint256 i; i < steps && block.timestamp < _start(_first(EPOCH + 1)); ++i) {
            if (_draw(3) != 0) _to(block.timestamp + 1 + _draw(2 * clock.slotSeconds * slots / steps + 8));
            _act();
            _remember();
        }
        _checkAll();
    }

    /* ACTIONS */
    function _act() internal {
        uint256 what = _draw(8);
        uint64 current = schedule.currentSlot();
        if (what < 2) _claim(_first(EPOCH) + uint64(_draw(_assigned.length)));
        else if (what == 2) _claim(current + 1 + uint64(_draw(3)));
        else if (what < 5) _takeOver(uint16(1 + _draw(5)));
        else if (what == 5 && current > 2) _miss(current - uint64(_draw(3)));
        else if (what <= 6) _miss(current);
        else if (_draw(4) == 0) _void(uint16(2 + _draw(3)), current + uint64(_draw(3)));
    }

    function _claim(uint64 slot) internal {
        if (slot < _first(EPOCH) || slot >= _first(EPOCH + 1)) return;
        try schedule.recordClaim(slot) returns (uint16 assigned, bool isReturn) {
            ++claims;
            assertEq(assigned, _voided[_i(slot)] ? RESERVE : _resolve(_assigned[_i(slot)]));
            if (!isReturn) return;
            ++returns_;
            _history.push(Change(slot, _start(slot), assigned, true, false));
        } catch {}
    }

    function _takeOver(uint16 taker) internal {
        if (schedule.currentSlot() < _first(EPOCH)) return;
        try schedule.recordTakeOver(taker) returns (uint64 timestamp) {
            ++takeOvers;
            uint64 slot = uint64((timestamp - GENESIS) / clock.slotSeconds);
            _history.push(Change(slot, timestamp, taker, false, false));
        } catch {}
    }

    function _miss(uint64 slot) internal {
        if (slot < _first(EPOCH) || slot >= _first(EPOCH + 1)) return;
        try schedule.recordMiss(slot) returns (uint16 assigned, uint8) {
            ++misses;
            assertEq(assigned, _resolve(_assigned[_i(slot)]));
        } catch {}
    }

    function _void(uint16 operator, uint64 from) internal {
        if (from < _first(EPOCH) || from >= _first(EPOCH + 1)) return;
        try schedule.voidRemaining(operator, from) {
            assertGt(_start(from), block.timestamp, "a current or past slot was voided");
            for (uint256 i = _i(from); i < _assigned.length; ++i) {
                if (_assigned[i] != operator) continue;
                ++voids;
                _voided[i] = true;
                for (uint256 k; k < _history.length; ++k) {
                    Change storage change = _history[k];
                    if (change.isReturn && _i(change.slot) == i && change.id == operator) change.dropped = true;
                }
            }
        } catch {}
    }

    /* MODEL */
    /// @dev The last change of the slot's turn at or before `timestamp`, in the order in which they take effect; without one
    /// the assigned operator; and the reserve for nobody, or for an operator that lost the slot.
    function _model(uint64 slot, uint256 timestamp) internal view returns (uint16 holder) {
        uint256 moment = timestamp < _start(slot) ? _start(slot) : timestamp;
        if (moment >= _start(slot + 1)) moment = _start(slot + 1) - 1;
        (uint256 first,) = _modelTurn(_i(slot));

        holder = _assigned[_i(slot)];
        uint256 latest;
        for (uint256 k; k < _history.length; ++k) {
            Change storage change = _history[k];
            bool inTurn = _i(change.slot) >= first && change.slot <= slot;
            if (!change.dropped && inTurn && change.timestamp <= moment && change.timestamp >= latest) {
                (holder, latest) = (change.id, change.timestamp);
            }
        }
        if (holder == 0 || (holder == _assigned[_i(slot)] && _voided[_i(slot)])) holder = RESERVE;
    }

    function _modelTurn(uint256 i) internal view returns (uint256 first, uint256 end) {
        for (first = i; first > 0 && _assigned[first - 1] == _assigned[i]; --first) {}
        for (end = i + 1; end < _assigned.length && _assigned[end] == _assigned[i]; ++end) {}
    }

    /* CHECKS */
    /// @dev Notes what the schedule says about now and about a random moment of the past.
    function _remember() internal {
        uint64 current = schedule.currentSlot();
        if (current < _first(EPOCH) || current >= _first(EPOCH + 1)) return;
        assertEq(schedule.currentHolder(), _model(current, block.timestamp), "now");
        _answers.push(Answer(current, block.timestamp, schedule.currentHolder()));
        uint256 past = _start(_first(EPOCH)) + _draw(block.timestamp - _start(_first(EPOCH)) + 1);
        uint64 slot = uint64((past - GENESIS) / clock.slotSeconds);
        _answers.push(Answer(slot, past, schedule.holderAt(slot, past)));
    }

    function _checkAll() internal view {
        for (uint256 k; k < _answers.length; ++k) {
            Answer storage a = _answers[k];
            assertEq(schedule.holderAt(a.slot, a.timestamp), a.holder, "the past changed");
        }
        for (uint256 i; i < _assigned.length; ++i) {
            uint64 slot = _first(EPOCH) + uint64(i);
            for (uint256 t = _start(slot) - 1; t <= _start(slot + 1); ++t) {
                assertEq(schedule.holderAt(slot, t), _model(slot, t), "model");
            }
            (uint64 first, uint64 end, uint16 assigned) = schedule.turnOf(slot);
            (uint256 f, uint256 e) = _modelTurn(i);
            assertEq(_i(first), f);
            assertEq(end, _first(EPOCH) + e);
            assertEq(assigned, _resolve(_assigned[i]));
            assertEq(schedule.isVoided(slot), _voided[i]);
        }
    }

    function _resolve(uint16 id) internal pure returns (uint16) {
        return id == 0 ? RESERVE : id;
    }

    function _i(uint64 slot) internal view returns (uint256) {
        return slot - _first(EPOCH);
    }

    function _draw(uint256 below) internal returns (uint256) {
        _random = uint256(keccak256(abi.encode(_random)));
        return _random % below;
    }
}
