// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {LibBit} from "solady/src/utils/LibBit.sol";

import {ISchedule} from "./interfaces/ISchedule.sol";
import {Clocked} from "./libraries/Clocked.sol";
import {Timeline} from "./libraries/Timeline.sol";
import {ChangeRecord, ChangeRecordLib} from "./types/ChangeRecord.sol";
import {EpochState} from "./types/EpochState.sol";
import {FrozenWord, FrozenWordLib} from "./types/FrozenWord.sol";
import {RESERVE} from "./types/Types.sol";

/// @title Assignments
/// @notice The part of the schedule that says who holds a slot: frozen ids, voids, take-overs and returns.
/// @dev Who holds is read from at most three words: the epoch's state, the slot's frozen word, and a change record if one
/// begins at or before the slot in its epoch. Every write takes effect after block.timestamp, or on a slot that has not begun:
/// so no answer for the past can change (INV-02). Inside, a slot is its epoch and its position (`index`) in it.
abstract contract Assignments is ISchedule, Clocked {
    /* CONSTANTS AND IMMUTABLES */
    // Literals, since an array's length may not name another library's constant: 45 is Timeline.MAX_SLOTS_PER_EPOCH, 3 are
    // the words of 15 ids for them.
    uint256 internal constant SLOTS_PER_RING_EPOCH = 45;
    uint256 internal constant WORDS_PER_EPOCH = 3;
    /// @dev Bounds `liveSlotsOf`: 128 epochs of 3 words, under a million gas.
    uint256 internal constant MAX_RING = 128;
    uint256 internal constant END_OF_SLOT = type(uint256).max;

    /// @notice The only caller of what records the course of a slot (INV-45). Trusted to know who may claim and take over, and when.
    address public immutable BATON;
    /// @notice Epochs kept.
    uint256 public immutable RING;

    /* STORAGE */
    // Arrays of fixed size, not mappings: the view that everybody asks has no hash to compute.

    /// @dev Three words an epoch of the ring; written by `freeze` alone (INV-04).
    FrozenWord[WORDS_PER_EPOCH * MAX_RING] internal _frozen;
    /// @dev One word an epoch of the ring.
    EpochState[MAX_RING] internal _states;
    /// @dev One word a slot of the ring, meaningful only where the epoch's state marks a change.
    ChangeRecord[SLOTS_PER_RING_EPOCH * MAX_RING] internal _changes;

    /* CONSTRUCTOR */
    constructor(address baton, uint256 ring) {
        (BATON, RING) = (baton, ring);
    }

    /* MODIFIERS */
    modifier onlyBaton() {
        if (msg.sender != BATON) revert Schedule_NotBaton(msg.sender);
        _;
    }

    /* BATON ONLY */
    /// @inheritdoc ISchedule
    function recordClaim(uint64 slot) external onlyBaton returns (uint16 assigned, bool isReturn) {
        (uint256 epoch, uint256 index) = _locate(slot);

        // Check: an epoch that is not frozen yet has no operators to claim it, until it begins as the reserve's.
        uint256 epochStart = _startOf(epoch, 0);
        // The epoch of a slot of 64 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        if (block.timestamp < epochStart && !_isDecided(epoch)) revert Schedule_EpochUndecided(uint64(epoch));

        // The epoch's place is computed once for its three uses.
        uint256 place = epoch % RING;
        EpochState state = _states[place].orBlank(epoch);
        bool plain = state.isPlain();
        bool opens;
        (assigned, opens) = _frozenAndFirst(epoch, place, index);
        if (!plain && state.isVoided(index)) {
            assigned = RESERVE;
            opens = opens || !state.isVoided(index - 1);
        } else if (assigned == 0) {
            assigned = RESERVE;
        }

        // Check: each slot is claimed once.
        if (state.isClaimed(index)) revert Schedule_AlreadyClaimed(slot);

        if (opens) {
            // Check: the turn is still to be opened, and nobody took it over. In the usual case nothing is left to look at: the
            // slot lasts, and everybody in its epoch holds what is frozen. No overflow: times and a few blocks.
            unchecked {
                bool lasts = block.timestamp + _notice() < epochStart + (index + 1) * SLOT_SECONDS;
                if (!plain || !lasts) _checkOpening(state, epoch, index, assigned);
            }
        } else {
            // Check and effect: the change of holder.
            isReturn = true;
            state = _return(state, epoch, index, assigned);
        }

        // Effect: the claim, and the anchor.
        _states[place] = state.setClaimed(index).setAnchor(block.number, block.timestamp, epochStart);
    }

    /// @inheritdoc ISchedule
    function recordTakeOver(uint16 taker) external onlyBaton returns (uint64 timestamp) {
        // Check: there is a holder. `_now` takes the time before genesis for its start.
        if (block.timestamp < GENESIS) revert Schedule_BeforeGenesis(block.timestamp, GENESIS);

        // Check: something of the turn is left.
        (uint256 epoch, uint256 index, uint256 offset) = _now();
        timestamp = uint64(block.timestamp + _notice());
        (, uint256 end) = _turn(epoch, index);
        if (timestamp >= _startOf(epoch, end)) revert Schedule_TurnEnding(timestamp, _startOf(epoch, end));

        // Check: who is taken over from is who would hold then, not somebody who returns or takes over meanwhile.
        EpochState state = _stateOf(epoch);
        uint16 current = _holder(state, epoch, index, offset);
        offset += _notice();
        if (offset >= SLOT_SECONDS) (index, offset) = (index + 1, offset - SLOT_SECONDS);
        uint16 holder = _holder(state, epoch, index, offset);
        if (holder != current) revert Schedule_HolderChanges(timestamp, holder);
        if (taker == 0 || taker == holder || taker == _frozenId(epoch, index)) {
            revert Schedule_CannotTakeOver(_slotOf(epoch, index), taker);
        }

        // Effect: the change, and the anchor.
        state = _change(state, epoch, index, taker, offset);
        _states[epoch % RING] = state.setAnchor(block.number, block.timestamp, _startOf(epoch, 0));
    }

    /// @inheritdoc ISchedule
    function recordMiss(uint64 slot) external onlyBaton returns (uint16 assigned, uint8 missesInEpoch) {
        (uint256 epoch, uint256 index) = _locate(slot);

        // Check: it began, and is noted once.
        uint256 start = _startOf(epoch, index);
        if (block.timestamp < start) revert Schedule_SlotNotBegun(slot, start);
        EpochState state = _stateOf(epoch);
        if (state.isMissed(index)) revert Schedule_AlreadyMissed(slot);

        // Check: the operator lost it by a take-over, be it for a part. A void took the slot itself, so that it can't be missed.
        uint16 frozen = _frozenId(epoch, index);
        assigned = _orReserve(frozen);
        bool held = _holder(state, epoch, index, 0) == assigned;
        if (held && state.isChanged(index)) held = _changes[_ringSlot(epoch, index)].isOnlyTo(assigned);
        if (held || state.isVoided(index)) revert Schedule_NotMissed(slot, assigned);

        // Effect: note it.
        state = state.setMissed(index);
        _states[epoch % RING] = state;

        for (uint256 missed = state.missed(); missed != 0; missed &= missed - 1) {
            if (_frozenId(epoch, LibBit.ffs(missed)) == frozen) ++missesInEpoch;
        }
    }

    /// @inheritdoc ISchedule
    function voidRemaining(uint16 operator, uint64 fromSlot) external onlyBaton {
        (uint256 epoch, uint256 index) = _locate(fromSlot);

        // Check: neither the current slot nor a past one is touched.
        uint256 start = _startOf(epoch, index);
        if (start <= block.timestamp) revert Schedule_SlotBegun(fromSlot, start);
        _void(operator, epoch, index);
    }

    /* SLASHER ONLY */
    /// @inheritdoc ISchedule
    function voidAll(uint16 operator) external returns (uint256 slots) {
        if (msg.sender != _slasher()) revert Schedule_NotSlasher(msg.sender);
        (uint64 epoch, uint256 index,) = _now();
        slots = _void(operator, epoch, index + 1) + _void(operator, epoch + 1, 0);
    }

    /* WHO SEQUENCES */
    /// @inheritdoc ISchedule
    function currentHolder() external view returns (uint16) {
        (uint256 epoch, uint256 index, uint256 offset) = _now();
        return _holder(_stateOf(epoch), epoch, index, offset);
    }

    /// @inheritdoc ISchedule
    function holderAt(uint64 slot, uint256 timestamp) external view returns (uint16) {
        (uint256 epoch, uint256 index) = _locate(slot);
        uint256 start = _startOf(epoch, index);
        return _holder(_stateOf(epoch), epoch, index, timestamp > start ? timestamp - start : 0);
    }

    /// @inheritdoc ISchedule
    function assignedTo(uint64 slot) external view returns (uint16) {
        (uint256 epoch, uint256 index) = _locate(slot);
        return _stateOf(epoch).isVoided(index) ? RESERVE : _orReserve(_frozenId(epoch, index));
    }

    /// @inheritdoc ISchedule
    function turnOf(uint64 slot) external view returns (uint64 first, uint64 end, uint16 assigned) {
        (uint256 epoch, uint256 index) = _locate(slot);
        (uint256 from, uint256 to) = _turn(epoch, index);
        return (_slotOf(epoch, from), _slotOf(epoch, to), _orReserve(_frozenId(epoch, index)));
    }

    /// @inheritdoc ISchedule
    function changesOf(uint64 slot) external view returns (uint16[] memory holders, uint256[] memory timestamps) {
        (uint256 epoch, uint256 index) = _locate(slot);
        ChangeRecord record;
        if (_stateOf(epoch).isChanged(index)) record = _changes[_ringSlot(epoch, index)];
        uint256 count = record.count();
        (holders, timestamps) = (new uint16[](count), new uint256[](count));
        for (uint256 i; i < count; ++i) {
            holders[i] = record.idAt(i);
            timestamps[i] = _startOf(epoch, index) + record.offsetAt(i);
        }
    }

    /* SLOTS */
    /// @inheritdoc ISchedule
    function isClaimed(uint64 slot) external view returns (bool) {
        (uint256 epoch, uint256 index) = _locate(slot);
        return _stateOf(epoch).isClaimed(index);
    }

    /// @inheritdoc ISchedule
    function isMissed(uint64 slot) external view returns (bool) {
        (uint256 epoch, uint256 index) = _locate(slot);
        return _stateOf(epoch).isMissed(index);
    }

    /// @inheritdoc ISchedule
    function isVoided(uint64 slot) external view returns (bool) {
        (uint256 epoch, uint256 index) = _locate(slot);
        return _stateOf(epoch).isVoided(index);
    }

    /// @inheritdoc ISchedule
    function servedIn(uint64 epoch) external view returns (uint16[] memory operators) {
        _locate(_slotOf(epoch, 0));
        EpochState state = _stateOf(epoch);
        operators = new uint16[](SLOTS_PER_EPOCH);
        uint16 turn;
        bool ofReserve;
        bool claimed;
        for (uint256 index; index < SLOTS_PER_EPOCH; ++index) {
            // A turn, and the part of it that was voided, begins unclaimed.
            (uint16 frozen, bool voided) = (_frozenId(epoch, index), state.isVoided(index));
            if (frozen != turn || voided != ofReserve) (turn, ofReserve, claimed) = (frozen, voided, false);
            if (state.isClaimed(index)) claimed = true;

            uint16 holder = _holder(state, epoch, index, END_OF_SLOT);
            // Take-overs and returns are seen on L1; a void is not the reserve's doing.
            if (claimed || _isTaken(state, epoch, index, voided ? frozen : 0)) operators[index] = holder;
        }
    }

    /* INTERNAL: READS */
    /// @dev Who may void what an operator has. Trusted to do so to one that it tombstoned (INV-08).
    function _slasher() internal view virtual returns (address);

    /// @dev The one place that says who holds (INV-01): `offset` seconds into the slot; any offset behind its end is its end.
    function _holder(EpochState state, uint256 epoch, uint256 index, uint256 offset) internal view returns (uint16 id) {
        uint16 frozen = _frozenId(epoch, index);
        id = frozen;

        // The latest change record at or before the slot; it speaks for the slot if its turn reaches it.
        uint256 changed = state.changedUpTo(index);
        if (changed != 0) {
            uint256 from = LibBit.fls(changed);
            ChangeRecord record = _changes[_ringSlot(epoch, from)];
            if (index < record.end()) id = record.holderAt(from == index ? offset : END_OF_SLOT);
        }

        // A void takes only what is still the operator's.
        if (id == 0 || (id == frozen && state.isVoided(index))) id = RESERVE;
    }

    /// @dev Whether who holds the slot at its end does so by a change of holder; a change to `lost` does not count.
    function _isTaken(EpochState state, uint256 epoch, uint256 index, uint16 lost) internal view returns (bool) {
        uint256 changed = state.changedUpTo(index);
        if (changed == 0) return false;
        ChangeRecord record = _changes[_ringSlot(epoch, LibBit.fls(changed))];
        if (index >= record.end()) return false;
        uint16 holder = record.holderAt(END_OF_SLOT);
        return holder != 0 && holder != lost;
    }

    /// @dev Positions in the epoch of the turn's first slot and of the first one after it.
    function _turn(uint256 epoch, uint256 index) internal view returns (uint256 first, uint256 end) {
        uint16 frozen = _frozenId(epoch, index);
        (first, end) = (index, index + 1);
        while (first != 0 && _frozenId(epoch, first - 1) == frozen) --first;
        while (end < SLOTS_PER_EPOCH && _frozenId(epoch, end) == frozen) ++end;
    }

    /// @dev 0 where nothing is frozen.
    function _frozenId(uint256 epoch, uint256 index) internal view returns (uint16) {
        // No overflow: an index is below 45.
        unchecked {
            FrozenWord word = _frozen[_ringWord(epoch, index / FrozenWordLib.IDS)];
            return word.isOf(epoch) ? word.idAt(index % FrozenWordLib.IDS) : 0;
        }
    }

    /// @dev How many slots of an epoch are frozen to an operator.
    function _slotsIn(uint256 epoch, uint16 operator) internal view returns (uint256 count) {
        // No overflow: a few times 15.
        unchecked {
            for (uint256 i; i * FrozenWordLib.IDS < SLOTS_PER_EPOCH; ++i) {
                FrozenWord word = _frozen[_ringWord(epoch, i)];
                if (word.isOf(epoch)) count += word.countOf(operator);
            }
        }
    }

    /// @dev The frozen id of a slot, and whether it is the first of its turn; one word for both where one has both.
    /// @param place The epoch's in the ring.
    function _frozenAndFirst(uint256 epoch, uint256 place, uint256 index)
        internal
        view
        returns (uint16 id, bool first)
    {
        // No overflow: an index is below 45.
        unchecked {
            uint256 lane = index % FrozenWordLib.IDS;
            if (lane == 0) {
                id = _frozenId(epoch, index);
                return (id, index == 0 || _frozenId(epoch, index - 1) != id);
            }
            FrozenWord word = _frozen[place * WORDS_PER_EPOCH + index / FrozenWordLib.IDS];
            // What nobody is frozen to is one turn.
            if (!word.isOf(epoch)) return (0, false);
            id = word.idAt(lane);
            first = word.idAt(lane - 1) != id;
        }
    }

    function _isFrozen(uint256 epoch) internal view returns (bool) {
        // A word never written has the tag of every 65,536th epoch; `freeze` leaves no word 0 but that of such an epoch
        // without operators, which reads the same.
        FrozenWord word = _frozen[_ringWord(epoch, 0)];
        return FrozenWord.unwrap(word) != 0 && word.isOf(epoch);
    }

    /// @dev Whether the assignments of an epoch that has not begun are settled.
    function _isDecided(uint256 epoch) internal view returns (bool) {
        return epoch < Timeline.FIRST_SCHEDULED_EPOCH || _isFrozen(epoch);
    }

    function _stateOf(uint256 epoch) internal view returns (EpochState) {
        return _states[epoch % RING].orBlank(epoch);
    }

    // No overflow in the next three: a ring is at most 128 and not 0, and an epoch comes out of a slot of 64 bits.

    function _ringWord(uint256 epoch, uint256 word) internal view returns (uint256) {
        unchecked {
            return epoch % RING * WORDS_PER_EPOCH + word;
        }
    }

    function _ringSlot(uint256 epoch, uint256 index) internal view returns (uint256) {
        unchecked {
            return epoch % RING * SLOTS_PER_RING_EPOCH + index;
        }
    }

    function _slotOf(uint256 epoch, uint256 index) internal view returns (uint64) {
        unchecked {
            // The slot that this epoch and position came out of had 64 bits.
            // forge-lint: disable-next-line(unsafe-typecast)
            return uint64(uint256(epoch) * SLOTS_PER_EPOCH + index);
        }
    }

    function _orReserve(uint16 id) internal pure returns (uint16) {
        return id == 0 ? RESERVE : id;
    }

    /// @dev From a take-over's transaction to its effect, seconds.
    function _notice() internal view returns (uint256) {
        unchecked {
            return Timeline.NOTICE_BLOCKS * L1_BLOCK_SECONDS;
        }
    }

    /// @dev Epoch and position of a slot, if the ring knows its epoch.
    function _locate(uint64 slot) internal view returns (uint256 epoch, uint256 index) {
        (epoch, index) = _split(slot);
        uint256 current = _epochNow();
        // No overflow: the current epoch is a time divided.
        unchecked {
            if (epoch > current + 1) revert Schedule_SlotTooFar(slot, _slotOf(current + 2, 0) - 1);
            if (epoch + RING < current + 2) revert Schedule_SlotForgotten(slot, _slotOf(_oldestEpoch(current), 0));
        }
    }

    function _oldestEpoch(uint256 current) internal view returns (uint256) {
        return current + 2 > RING ? current + 2 - RING : 0;
    }

    /* INTERNAL: WRITES */
    /// @dev The voids of one epoch, from the slot at `index` on, which has not begun (INV-05): a bit each,
    /// and the frozen ids stay (INV-03).
    /// @return count Slots that were not void before.
    function _void(uint16 operator, uint256 epoch, uint256 index) internal returns (uint256 count) {
        uint256 from = index;
        EpochState state;
        bool any;
        for (; index < SLOTS_PER_EPOCH; ++index) {
            if (_frozenId(epoch, index) != operator) continue;
            if (!any) (state, any) = (_stateOf(epoch), true);
            if (state.isVoided(index)) continue;
            ++count;
            state = _forgetReturn(state.setVoided(index), epoch, index, operator);
        }
        if (count == 0) return 0;

        // Effect.
        _states[epoch % RING] = state;
        emit SlotsVoided(operator, _slotOf(epoch, from));
    }

    /// @dev The claim that opens a turn: before it, or while it lasts and is not taken over.
    function _checkOpening(EpochState state, uint256 epoch, uint256 index, uint16 assigned) internal view {
        // A take-over that is recorded and not yet in effect counts: a claim in between would move the batcher back.
        uint256 start = _startOf(epoch, index);
        uint256 elapsed;
        // No overflow: times and a few blocks.
        unchecked {
            uint256 soon = block.timestamp + _notice();
            if (soon > start) elapsed = soon - start;
        }
        if (elapsed >= SLOT_SECONDS) {
            (, uint256 end) = _turn(epoch, index);
            uint256 length = (end - index) * SLOT_SECONDS;
            if (block.timestamp >= start + length) revert Schedule_TurnOver(_slotOf(epoch, index));
            if (elapsed >= length) elapsed = length - 1;
        }
        uint16 holder = _holder(state, epoch, index + elapsed / SLOT_SECONDS, elapsed % SLOT_SECONDS);
        if (holder != assigned) revert Schedule_TakenOver(_slotOf(epoch, index), holder);
    }

    /// @dev The claim that returns to a turn taken over: a change of holder at the slot's start.
    function _return(EpochState state, uint256 epoch, uint256 index, uint16 assigned) internal returns (EpochState) {
        uint64 slot = _slotOf(epoch, index);
        if (state.isVoided(index)) revert Schedule_SlotVoided(slot);
        uint256 start = _startOf(epoch, index);
        if (block.timestamp >= start) revert Schedule_SlotBegun(slot, start);
        uint16 holder = _holder(state, epoch, index, 0);
        if (holder == assigned) revert Schedule_NothingToClaim(slot, assigned);

        // A take-over that spills over into this slot would come before the return in the record, but after it in time.
        uint16 last = _holder(state, epoch, index, END_OF_SLOT);
        if (last != holder) revert Schedule_HolderChanges(start, last);
        return _change(state, epoch, index, assigned, 0);
    }

    /// @dev Appends a change to the slot's record, and begins the record if there is none. No change in it is later: a return
    /// makes sure, and take-overs take effect in the order of their transactions.
    function _change(EpochState state, uint256 epoch, uint256 index, uint16 next, uint256 offset)
        internal
        returns (EpochState)
    {
        uint256 key = _ringSlot(epoch, index);
        ChangeRecord record;
        if (state.isChanged(index)) {
            record = _changes[key];
            if (record.count() == ChangeRecordLib.CAPACITY) revert Schedule_TooManyChanges(_slotOf(epoch, index));
        } else {
            // Without a record of its own, the slot has one holder from its start to this change. It ends with the turn (INV-13).
            (, uint256 end) = _turn(epoch, index);
            record = ChangeRecordLib.start(_holder(state, epoch, index, offset), end);
        }

        _changes[key] = record.push(next, offset);
        // A time near block.timestamp: 64 bits hold any.
        // forge-lint: disable-next-line(unsafe-typecast)
        emit HolderChanged(_slotOf(epoch, index), next, uint64(_startOf(epoch, index) + offset));
        return state.setChanged(index);
    }

    /// @dev A return to a slot that is voided before it begins counts for nothing: who took the turn over keeps it.
    function _forgetReturn(EpochState state, uint256 epoch, uint256 index, uint16 operator)
        internal
        returns (EpochState)
    {
        if (!state.isChanged(index)) return state;
        uint256 key = _ringSlot(epoch, index);
        ChangeRecord record = _changes[key].without(operator);
        _changes[key] = record;
        return record.count() == 0 ? state.clearChanged(index) : state;
    }
}
