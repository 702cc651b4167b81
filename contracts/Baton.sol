// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CallOuts} from "./CallOuts.sol";
import {Turns} from "./Turns.sol";
import {IBaton} from "./interfaces/IBaton.sol";
import {IBondVault} from "./interfaces/IBondVault.sol";
import {Clocked} from "./libraries/Clocked.sol";
import {Timeline} from "./libraries/Timeline.sol";
import {Clock, RESERVE} from "./types/Types.sol";

/// @title Baton
/// @notice With `Turns` and `CallOuts`, records who sequences now; itself takes the baton from who is silent.
/// @dev Trusts `VAULT` to make no outside call in a leak, so that no bond can block a take-over.
contract Baton is CallOuts {
    using Timeline for Clock;

    /* CONSTANTS AND IMMUTABLES */
    /// @dev L1 blocks between the moments at which two neighbouring ranks may take over.
    uint256 internal constant RANK_BLOCKS = 2;
    /// @dev L1 misses about one of its blocks in a hundred all the time: that much per second is no gap.
    uint256 internal constant DRIFT_DIVISOR = 64;

    /// @inheritdoc IBaton
    IBondVault public immutable VAULT;
    /// @inheritdoc IBaton
    uint256 public immutable MISSES_TO_VOID;
    /// @inheritdoc IBaton
    uint256 public immutable LEAK_PER_MISS;

    /* CONSTRUCTOR */
    constructor(Clock memory clock_, Addresses memory addresses, Params memory params)
        Clocked(clock_)
        Turns(addresses.registry, addresses.schedule, addresses.target, params.tailWindow, params.claimLead)
        CallOuts(params)
    {
        if (params.missesToVoid == 0) revert Baton_ZeroParameter();
        (VAULT, MISSES_TO_VOID, LEAK_PER_MISS) = (addresses.vault, params.missesToVoid, params.leakPerMiss);
    }

    /* LIVENESS */
    /// @inheritdoc IBaton
    function takeOver() external returns (uint64 timestamp) {
        Clock memory c = _clock();
        uint64 current = c.slotAt(block.timestamp);
        uint64 epoch = c.epochOf(current);

        // Check: the holder is silent, and it is the caller's turn to step in.
        uint16 taker = _activeCaller(epoch);
        Stay memory stay = _stay(current);
        if (stay.next != 0) revert Baton_TakeOverPending(stay.next, stay.from);
        bool unclaimed = !_hasBaton(stay);
        _checkSilent(c, stay, unclaimed, taker);

        // Check: the same stay goes on when the caller would hold. The Schedule knows all other ends.
        timestamp = uint64(block.timestamp + Timeline.NOTICE_BLOCKS * c.l1BlockSeconds);
        uint64 slot = c.slotAt(timestamp);
        if (
            slot != current && slot < stay.end && !stay.tookOver && SCHEDULE.isVoided(slot)
                && !SCHEDULE.isVoided(current)
        ) {
            revert Baton_StayEnding(timestamp, c.startOfSlot(slot));
        }

        // Asked before this take-over becomes the anchor itself.
        bool gap = _hadL1Gap(c, epoch, unclaimed ? c.startOfSlot(stay.opening) : type(uint256).max);

        // Effect: the taker holds.
        SCHEDULE.recordTakeOver(taker);
        bool waived = _noteTakeOver(stay, slot, taker, timestamp, gap);
        CallOut memory open = _callOut;
        if (open.caller != 0) _close(open);
        emit TakenOver(slot, stay.holder, taker, timestamp);

        // Effect: the miss, unless an earlier take-over of the slot was one, or a void made it nobody's to miss. A slot that begins
        // between now and then is recorded once it has.
        if (slot == current && !SCHEDULE.isMissed(slot) && !SCHEDULE.isVoided(slot)) _miss(c, slot, waived, taker);

        // Interaction: the batcher, in the same transaction.
        _rotateOrNote(slot, taker);
    }

    /// @inheritdoc IBaton
    function recordMiss(uint64 slot) external {
        Clock memory c = _clock();
        (uint64 turn,,) = SCHEDULE.turnOf(slot);
        TakeOver memory last = _takeOverOf(turn);

        // A turn whose take-over is forgotten is so old that nobody minded.
        bool waived = last.taker == 0 || last.waived || _hadL1Gap(c, c.epochOf(slot), type(uint256).max);
        _miss(c, slot, waived, last.taker);
    }

    /* INTERNAL: SILENCE */
    /// @dev Reverts unless the holder is silent for as long as the caller's rank has to wait.
    function _checkSilent(Clock memory c, Stay memory stay, bool unclaimed, uint16 taker) internal view {
        uint256 wait = _rankOf(c, stay, taker) * RANK_BLOCKS;
        if (unclaimed) {
            uint256 earliest = c.startOfSlot(stay.opening) + CLAIM_GRACE + wait * c.l1BlockSeconds;
            if (block.timestamp < earliest) revert Baton_GraceRunning(taker, earliest);
        } else {
            CallOut memory open = _callOut;
            if (open.caller == 0 || !_isToHolder(open, stay)) revert Baton_HolderNotSilent(stay.holder);
            uint256 earliestBlock = _deadline(open) + 1 + wait;
            if (block.number < earliestBlock) revert Baton_NotYourRank(taker, earliestBlock);
        }
    }

    /// @dev 0: at once. The reserve, the next other operator of the schedule, any other; without the reserve where it is silent.
    function _rankOf(Clock memory c, Stay memory stay, uint16 taker) internal view returns (uint256 rank) {
        if (taker == RESERVE) return 0;
        rank = taker == _nextScheduled(c, stay) ? 1 : 2;
        if (stay.holder == RESERVE) --rank;
    }

    /// @dev The first operator after the turn, up to the end of the next epoch, that is neither the silent one, nor the reserve,
    /// nor whom the turn belongs to; 0: none.
    function _nextScheduled(Clock memory c, Stay memory stay) internal view returns (uint16 id) {
        uint64 beyond = c.firstSlotOf(c.epochOf(stay.turn) + 2);
        for (uint64 slot = stay.end; slot < beyond;) {
            (, slot, id) = SCHEDULE.turnOf(slot);
            if (id != stay.holder && id != RESERVE && id != stay.frozen) return id;
        }
        return 0;
    }

    /// @dev Whether L1 itself was late since the last claim or take-over, by more than half the grace and its usual drift.
    /// @param opened Start of a turn that nobody claimed, L1 seconds; else the greatest number. A later anchor can only come from the
    /// early claim of another turn: it hides what happened before it, so the doubt is the operator's.
    function _hadL1Gap(Clock memory c, uint64 epoch, uint256 opened) internal view returns (bool) {
        (uint256 l1Block, uint256 timestamp) = SCHEDULE.anchorOf(epoch);
        if (timestamp == 0 && epoch != 0) (l1Block, timestamp) = SCHEDULE.anchorOf(epoch - 1);
        if (timestamp == 0) return false;
        if (timestamp > opened) return true;

        uint256 elapsed = block.timestamp - timestamp;
        // The anchor has the low 32 bits of its block's number: the difference is right modulo 2^32.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint256 accounted = uint256(uint32(block.number - l1Block)) * c.l1BlockSeconds;
        return elapsed > accounted + CLAIM_GRACE / 2 + elapsed / DRIFT_DIVISOR;
    }

    /* INTERNAL: MISSES */
    /// @return waived Whether the turn's leaks are: L1 had a gap, or the reserve let another operator go first, now or before.
    function _noteTakeOver(Stay memory stay, uint64 slot, uint16 taker, uint64 timestamp, bool gap)
        internal
        returns (bool waived)
    {
        TakeOver memory last = _takeOverOf(stay.turn);
        waived = gap || last.waived || (taker != RESERVE && stay.frozen != RESERVE);

        // A return at a later slot stands: the taker holds until then. Of several the first one was noted, and may be over.
        uint64 returnSlot = last.returnSlot;
        if (returnSlot != 0 && returnSlot <= slot) {
            returnSlot = _nextClaimed(slot + 1, stay.end);
        }

        // 40 bits of seconds last for 34,000 years.
        _takeOvers[stay.turn % TAKE_OVER_RING] = TakeOver({
            turn: stay.turn,
            // forge-lint: disable-next-line(unsafe-typecast)
            from: uint40(timestamp),
            returnSlot: returnSlot,
            taker: taker,
            waived: waived
        });
    }

    /// @dev The first claimed slot from `slot` on and before `end`; 0: none.
    function _nextClaimed(uint64 slot, uint64 end) internal view returns (uint64) {
        for (; slot < end; ++slot) {
            if (_isClaimed(slot)) return slot;
        }
        return 0;
    }

    /// @dev Notes a miss, voids what is left of the epoch at the last one allowed (INV-08), and leaks.
    /// @param taker Earns its part of the leak, unless it is its own: the vault sees to that.
    function _miss(Clock memory c, uint64 slot, bool waived, uint16 taker) internal {
        (uint16 assigned, uint8 misses) = SCHEDULE.recordMiss(slot);

        // The reserve has nobody to lose its slots to.
        uint64 next = c.slotAt(block.timestamp) + 1;
        if (misses == MISSES_TO_VOID && assigned != RESERVE && c.epochOf(next) == c.epochOf(slot)) {
            SCHEDULE.voidRemaining(assigned, next);
        }

        uint256 leaked = waived ? 0 : VAULT.leak(assigned, LEAK_PER_MISS, taker);
        emit Missed(slot, assigned, misses, leaked);
    }
}
