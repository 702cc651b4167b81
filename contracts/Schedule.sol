// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";

import {Assignments} from "./Assignments.sol";
import {PolicyTable} from "./PolicyTable.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {ISchedule} from "./interfaces/ISchedule.sol";
import {Clocked} from "./libraries/Clocked.sol";
import {L1Header} from "./libraries/L1Header.sol";
import {Timeline} from "./libraries/Timeline.sol";
import {FrozenWord, FrozenWordLib} from "./types/FrozenWord.sol";
import {PolicyPlan} from "./types/PolicyPlan.sol";
import {Clock, EpochPhase} from "./types/Types.sol";

/// @title Schedule
/// @notice Seeds epochs and freezes their slots; with `PolicyTable`, knows who fills them, with `Assignments`, who holds them.
/// @dev Trusts a policy to name eligible operators and to be deterministic; does not trust it with slots that another one filled.
/// A policy that reverts for ever costs its epochs, which then are the reserve's, and nothing else.
contract Schedule is Assignments, PolicyTable {
    using Timeline for Clock;
    using L1Header for bytes;

    /* CONSTANTS AND IMMUTABLES */
    bytes32 internal constant SEED_DOMAIN = keccak256("Rota.Seed.v1");
    /// @dev Blocks whose hash EIP-2935 keeps.
    uint256 internal constant HISTORY_BLOCKS = 8191;
    /// @dev Last part of an epoch in which pledges for the next one are held against bonds, percent.
    uint256 internal constant LAST_PERCENT = 10;

    /// @notice From the closing of the set to the seed's block, L1 seconds.
    uint256 public immutable SEED_DELAY;
    /// @notice After the end of an epoch, while its slots can be disputed, L1 seconds.
    uint256 public immutable DISPUTE_PERIOD;

    /* STORAGE */
    /// @dev One word an epoch of the ring; the low 16 bits are its tag.
    bytes32[MAX_RING] internal _seeds;
    /// @dev Kept for ever: what was paid for a cancelled epoch stays refundable. Where nobody cancels, the next `freeze` of the epoch's
    /// words does.
    mapping(uint64 epoch => bool) internal _cancelled;

    /* CONSTRUCTOR */
    /// @param policies Of each stage, see `PolicyTable`.
    constructor(
        Clock memory clock_,
        IOperatorRegistry registry,
        address baton,
        Params memory params,
        IPolicy[][] memory policies
    ) Clocked(clock_) Assignments(baton, params.ring) PolicyTable(registry, policies) {
        clock_.requireBeforeGenesis();
        uint256 epochSeconds = clock_.epochSeconds();
        if (params.seedDelay >= epochSeconds) revert Schedule_SeedDelayTooLong(params.seedDelay, epochSeconds);
        uint256 reach = HISTORY_BLOCKS * clock_.l1BlockSeconds;
        if (epochSeconds > reach) revert Schedule_EpochTooLong(epochSeconds, reach);
        uint256 minimum = 2 + (params.disputePeriod + epochSeconds - 1) / epochSeconds;
        if (params.ring < minimum || params.ring > MAX_RING) {
            revert Schedule_RingOutOfRange(params.ring, minimum, MAX_RING);
        }

        (SEED_DELAY, DISPUTE_PERIOD) = (params.seedDelay, params.disputePeriod);
    }

    /* EPOCH PIPELINE */
    /// @inheritdoc ISchedule
    function recordSeed(uint64 epoch, bytes calldata header, bytes calldata parent) external {
        // Check: it is time.
        _checkNext(epoch);
        uint256 seedTime = _clock().startOfEpoch(epoch - 1) + SEED_DELAY;
        if (block.timestamp < seedTime) revert Schedule_TooEarly(epoch, seedTime);
        if (_isSeedOf(_seeds[epoch % RING], epoch)) revert Schedule_SeedAlreadyRecorded(epoch);

        // Check: the headers are this chain's, and no earlier block could have been chosen.
        (uint256 number, bytes32 mixHash) = _seedBlock(header, parent, seedTime);

        // Effect: the seed, tagged.
        bytes32 hash = keccak256(abi.encode(SEED_DOMAIN, block.chainid, address(this), epoch, mixHash));
        // The tag is the low bits of the epoch on purpose: epochs that share it are 65,536 apart, and the ring is far shorter.
        // forge-lint: disable-next-line(unsafe-typecast)
        bytes32 seed = bytes32(uint256(hash) & ~uint256(type(uint16).max) | uint16(epoch));
        _seeds[epoch % RING] = seed;
        emit SeedRecorded(epoch, number, seed);
    }

    /// @inheritdoc ISchedule
    function freeze(uint64 epoch) external {
        // Check: it is time, and the assignments are still open.
        _checkNext(epoch);
        uint256 word = _ringWord(epoch, 0);
        FrozenWord before = _frozen[word];
        if (FrozenWord.unwrap(before) != 0 && before.isOf(epoch)) revert Schedule_AlreadyFrozen(epoch);
        bytes32 seed = _seeds[epoch % RING];
        if (!_isSeedOf(seed, epoch)) revert Schedule_SeedNotRecorded(epoch);

        // Static calls, so that nothing can come back in between.
        uint16[] memory slots = _fillAll(epoch, seed);

        // Effect: what the words still prove of earlier epochs is noted before it is overwritten.
        _cancelUnfrozen(before, epoch);

        // Effect: the frozen words. As many as the epoch's slots fill.
        bytes memory packed = FrozenWordLib.toBytes(slots);
        _frozen[word] = FrozenWordLib.fromBytes(packed, 0, epoch);
        if (SLOTS_PER_EPOCH > FrozenWordLib.IDS) _frozen[word + 1] = FrozenWordLib.fromBytes(packed, 1, epoch);
        if (SLOTS_PER_EPOCH > 2 * FrozenWordLib.IDS) _frozen[word + 2] = FrozenWordLib.fromBytes(packed, 2, epoch);
        emit EpochFrozen(epoch, packed);
    }

    /// @inheritdoc ISchedule
    function voidUnderbonded(uint64 epoch, uint16 operator) external returns (uint256 slots) {
        // Check: it is time, and the slots are assigned.
        _checkNext(epoch);
        uint256 opens = _startOf(epoch, 0) - _clock().epochSeconds() * LAST_PERCENT / 100;
        if (block.timestamp < opens) revert Schedule_TooEarly(epoch, opens);
        if (!_isFrozen(epoch)) revert Schedule_EpochUndecided(epoch);

        // Effect: before the vault is asked, which is safe because it reverts all of it if the pledge is held.
        slots = _void(operator, epoch, 0);
        if (slots == 0) revert Schedule_NothingToVoid(epoch, operator);

        // Interaction: the pledges judge, and the vault pays the penalty.
        REGISTRY.VAULT().PLEDGES().takeDefault(operator, epoch, slots);
    }

    /// @inheritdoc ISchedule
    function cancel(uint64 epoch) external {
        // Check: it began without being frozen.
        if (epoch < Timeline.FIRST_SCHEDULED_EPOCH) revert Schedule_EpochUnscheduled(epoch);
        uint256 start = _clock().startOfEpoch(epoch);
        if (block.timestamp < start) revert Schedule_TooEarly(epoch, start);
        if (_cancelled[epoch]) revert Schedule_AlreadyCancelled(epoch);
        if (_wasFrozen(epoch)) revert Schedule_AlreadyFrozen(epoch);

        // Effect: note it.
        _cancel(epoch);
    }

    /* SLOTS */
    /// @inheritdoc ISchedule
    function liveSlotsOf(uint16 operator) external view returns (uint256 count) {
        (count,) = _live(operator);
    }

    /// @inheritdoc ISchedule
    function lastDisputeEnd(uint16 operator) external view returns (uint256 end) {
        (, end) = _live(operator);
    }

    /* EPOCHS */
    /// @inheritdoc ISchedule
    function slotsOf(uint64 epoch) external view returns (uint16[] memory slots) {
        _checkInRing(epoch);
        slots = new uint16[](SLOTS_PER_EPOCH);
        for (uint256 i; i < slots.length; ++i) {
            slots[i] = _frozenId(epoch, i);
        }
    }

    /// @inheritdoc ISchedule
    function phaseOf(uint64 epoch) external view returns (EpochPhase) {
        if (_cancelled[epoch]) return EpochPhase.Cancelled;
        if (_wasFrozen(epoch)) return EpochPhase.Frozen;
        return _isSeedOf(_seeds[epoch % RING], epoch) ? EpochPhase.Seeded : EpochPhase.Pending;
    }

    /// @inheritdoc ISchedule
    function seedOf(uint64 epoch) external view returns (bytes32) {
        _checkInRing(epoch);
        bytes32 seed = _seeds[epoch % RING];
        if (!_isSeedOf(seed, epoch)) revert Schedule_SeedNotRecorded(epoch);
        return seed;
    }

    /// @inheritdoc ISchedule
    function anchorOf(uint64 epoch) external view returns (uint256 l1Block, uint256 timestamp) {
        Clock memory c = _clock();
        _checkInRing(epoch);
        return _stateOf(epoch).anchor(c.startOfEpoch(epoch));
    }

    /* CLOCK */
    /// @inheritdoc ISchedule
    function currentSlot() external view returns (uint64) {
        return _clock().slotAt(block.timestamp);
    }

    /// @inheritdoc ISchedule
    function currentEpoch() external view returns (uint64) {
        return _clock().epochAt(block.timestamp);
    }

    /// @inheritdoc ISchedule
    function startOfSlot(uint64 slot) external view returns (uint256) {
        return _clock().startOfSlot(slot);
    }

    /// @inheritdoc ISchedule
    function startOfEpoch(uint64 epoch) external view returns (uint256) {
        return _clock().startOfEpoch(epoch);
    }

    /* INTERNAL */
    /// @dev Verifies both headers and that they straddle `seedTime`.
    function _seedBlock(bytes calldata header, bytes calldata parent, uint256 seedTime)
        internal
        view
        returns (uint256 number, bytes32 mixHash)
    {
        number = header.number();
        (bytes32 computed, bytes32 canonical) = (keccak256(header), Blockhash.blockHash(number));
        if (computed != canonical) revert Schedule_HeaderUnknown(number, computed, canonical);

        (bytes32 parentHash, bytes32 parentComputed) = (header.parentHash(), keccak256(parent));
        if (parentComputed != parentHash) revert Schedule_NotTheParent(parentHash, parentComputed);

        uint256 timestamp;
        (timestamp, mixHash) = header.timestampAndMixHash();
        (uint256 parentTimestamp,) = parent.timestampAndMixHash();
        if (timestamp < seedTime || parentTimestamp >= seedTime) {
            revert Schedule_NotTheSeedBlock(timestamp, parentTimestamp, seedTime);
        }
    }

    /// @dev Lets the epoch's policies fill its slots, one after the other; none can touch what those before it filled (INV-07).
    function _fillAll(uint64 epoch, bytes32 seed) internal view returns (uint16[] memory slots) {
        PolicyPlan plan = _plan;
        uint8 stage = plan.stageAt(epoch);
        (uint256 list, uint256 count) = plan.listAt(stage, epoch);
        slots = new uint16[](SLOTS_PER_EPOCH);
        for (uint256 i; i < count; ++i) {
            IPolicy policy = _policies[_place(stage, list, i)];
            uint16[] memory filled = _fill(policy, epoch, seed, slots);
            if (i != 0) _checkKept(policy, slots, filled);
            slots = filled;
        }
    }

    function _checkKept(IPolicy policy, uint16[] memory slots, uint16[] memory filled) internal pure {
        for (uint256 i; i < slots.length; ++i) {
            if (slots[i] != 0 && slots[i] != filled[i]) revert Schedule_PolicyBroke(address(policy));
        }
    }

    /// @dev Lets a policy fill the slots.
    function _fill(IPolicy policy, uint64 epoch, bytes32 seed, uint16[] memory slots)
        internal
        view
        returns (uint16[] memory filled)
    {
        if (!policy.isReady(epoch)) revert Schedule_PolicyNotReady(address(policy), epoch);
        filled = policy.fill(epoch, seed, slots);
        if (filled.length != slots.length) revert Schedule_PolicyBroke(address(policy));
    }

    /// @dev Counts in the ring, not in a counter an operator: nothing has to be written when a slot's dispute period lapses.
    function _live(uint16 operator) internal view returns (uint256 count, uint256 lastEnd) {
        uint256 current = _epochNow();
        uint256 oldest = _oldestEpoch(current);
        // The latest one first: with the first one that is beyond dispute all before it are.
        for (uint256 epoch = current + 1;; --epoch) {
            uint256 end = _startOf(epoch + 1, 0) + DISPUTE_PERIOD;
            if (block.timestamp >= end) break;
            uint256 found = _slotsIn(epoch, operator);
            if (found != 0 && lastEnd == 0) lastEnd = end;
            count += found;
            if (epoch == oldest) break;
        }
    }

    function _cancel(uint64 epoch) internal {
        _cancelled[epoch] = true;
        emit EpochCancelled(epoch);
    }

    /// @dev Cancels the earlier epochs of this one's words that were never frozen: none where the last one was, as a rule.
    function _cancelUnfrozen(FrozenWord word, uint64 epoch) internal {
        uint256 age = _ageOf(word, epoch);
        for (uint256 back = RING; back < age; back += RING) {
            // Not below zero: no word is older than epoch 0.
            // forge-lint: disable-next-line(unsafe-typecast)
            uint64 earlier = uint64(epoch - back);
            if (earlier >= Timeline.FIRST_SCHEDULED_EPOCH && !_cancelled[earlier]) _cancel(earlier);
        }
    }

    /// @dev Whether an epoch was frozen, also one that the ring has forgotten: its words are its own, or those of a later epoch,
    /// which would have cancelled it.
    function _wasFrozen(uint64 epoch) internal view returns (bool) {
        if (_isFrozen(epoch)) return true;
        uint64 current = _clock().epochAt(block.timestamp);
        FrozenWord word = _frozen[_ringWord(epoch, 0)];
        if (epoch < Timeline.FIRST_SCHEDULED_EPOCH || epoch > current + 1 || FrozenWord.unwrap(word) == 0) {
            return false;
        }
        return _ageOf(word, current + 1) < current + 1 - epoch && !_cancelled[epoch];
    }

    /// @dev Epochs from that which a word was frozen for to `epoch`, not above its own; all since epoch 0 for a word never written.
    /// The tag says no more than 65,535: money of rounds that are older than that and were called for by nobody is proceeds.
    function _ageOf(FrozenWord word, uint64 epoch) internal pure returns (uint256) {
        unchecked {
            // The tag, see `FrozenWord`.
            // forge-lint: disable-next-line(unsafe-typecast)
            return uint16(epoch - uint64(FrozenWord.unwrap(word)));
        }
    }

    function _checkInRing(uint64 epoch) internal view {
        _locate(_clock().firstSlotOf(epoch));
    }

    function _slasher() internal view override returns (address) {
        return REGISTRY.SLASHER();
    }

    function _isSeedOf(bytes32 seed, uint64 epoch) internal pure returns (bool) {
        // The tag, see `recordSeed`.
        // forge-lint: disable-next-line(unsafe-typecast)
        return seed != 0 && uint16(uint256(seed)) == uint16(epoch);
    }

    /// @dev Whether `epoch` is the next one: the only one that can be prepared.
    function _checkNext(uint64 epoch) internal view {
        uint256 current = _epochNow();
        if (epoch == current + 1 && current != 0) return;
        if (epoch < Timeline.FIRST_SCHEDULED_EPOCH) revert Schedule_EpochUnscheduled(epoch);
        (uint256 opens, uint256 closes) = _clock().freezeWindow(epoch);
        if (block.timestamp < opens) revert Schedule_TooEarly(epoch, opens);
        revert Schedule_TooLate(epoch, closes);
    }
}
