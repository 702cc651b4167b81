// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IBondVault} from "../interfaces/IBondVault.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IPledges} from "../interfaces/IPledges.sol";
import {IPolicy} from "../interfaces/IPolicy.sol";
import {IStakeWeighted} from "../interfaces/IStakeWeighted.sol";
import {Clocked} from "../libraries/Clocked.sol";
import {Committee} from "../libraries/Committee.sol";
import {Gaps, GapsLib} from "../libraries/Gaps.sol";
import {SumTree, SumTreeLib} from "../libraries/SumTree.sol";
import {Timeline} from "../libraries/Timeline.sol";
import {QueueEntry, QueueWordLib, toQueueEntry} from "../types/QueueEntry.sol";
import {Clock} from "../types/Types.sol";

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title StakeWeighted
/// @notice A committee drawn by stake without replacement, whose seats take turns.
/// @dev Trusts `REGISTRY` to answer the same about an epoch at any time after its set closed, and `VAULT` for what an operator
/// pledges or has bonded. Nothing but `applyQueue` writes the tree (INV-73). Each entry that waits has its fee here (INV-75).
/// The seed is of use to nobody who could choose it: it comes from a block after the set closed.
///
/// Gas: at most `SEATS` + `SPARE_DRAWS` draws of five words and one question to the registry each.
contract StakeWeighted is IStakeWeighted, Clocked {
    using SumTreeLib for SumTree;
    using GapsLib for Gaps;
    using QueueWordLib for uint256;

    /* CONSTANTS AND IMMUTABLES */
    /// @notice Most entries applied for one epoch: it bounds what has to be done before a freeze.
    uint256 public constant MAX_APPLIED = 64;
    /// @notice Most entries that wait. As many as 64 epochs can take.
    uint256 public constant QUEUE_CAPACITY = 4096;
    /// @notice Draws beyond the seats, for those who left the set and were not queued since, or whose entity has its cap.
    uint256 public constant SPARE_DRAWS = 16;
    uint256 internal constant MAX_SEATS = 45;

    IOperatorRegistry public immutable REGISTRY;
    IBondVault public immutable VAULT;
    /// @inheritdoc IStakeWeighted
    uint256 public immutable UNIT;
    /// @inheritdoc IStakeWeighted
    uint256 public immutable SEATS;
    /// @inheritdoc IStakeWeighted
    uint256 public immutable CAP_BPS;
    /// @inheritdoc IStakeWeighted
    uint256 public immutable FEE;

    /* TYPES */
    /// @dev Positions count all entries ever; an entry lies in the ring at its position modulo the capacity.
    /// @param head The first entry not applied. @param tail Behind the last one.
    /// @param epoch The last one applied for, and `applied` entries were.
    struct Queue {
        uint64 head;
        uint64 tail;
        uint64 epoch;
        uint64 applied;
    }

    /// @param activeFrom 0: the operator was never queued.
    struct LastEntry {
        uint64 position;
        uint64 activeFrom;
        uint16 weight;
    }

    /* STORAGE */
    SumTree internal _tree;
    Queue internal _queue;
    /// @dev Four entries a word.
    uint256[QUEUE_CAPACITY / 4] internal _entries;
    mapping(uint16 operator => LastEntry) internal _last;

    /* CONSTRUCTOR */
    constructor(Clock memory clock_, IOperatorRegistry registry, IBondVault vault, Params memory params)
        Clocked(clock_)
    {
        if (params.unit == 0) revert StakeWeighted_OutOfRange("unit", params.unit);
        if (params.seats == 0 || params.seats > MAX_SEATS) revert StakeWeighted_OutOfRange("seats", params.seats);
        if (params.capBps == 0 || params.capBps > Committee.BPS) {
            revert StakeWeighted_OutOfRange("capBps", params.capBps);
        }
        (REGISTRY, VAULT) = (registry, vault);
        (UNIT, SEATS, CAP_BPS, FEE) = (params.unit, params.seats, params.capBps, params.fee);
    }

    /* QUEUE */
    /// @inheritdoc IStakeWeighted
    function queue(uint16 operator) external payable {
        uint64 from = _activeFrom();
        uint256 weight = _weightFrom(operator, from);

        // Check: it changes something.
        LastEntry memory last = _last[operator];
        if (weight == last.weight) revert StakeWeighted_NothingToQueue(operator, weight);

        // Check: the fee. An entry that is replaced has paid.
        bool replaces = last.activeFrom == from;
        if (msg.value != (replaces ? 0 : FEE)) revert StakeWeighted_WrongFee(msg.value, replaces ? 0 : FEE);

        // Effect: the entry. One that counts from another epoch is decided already, and stays.
        uint64 position = last.position;
        if (!replaces) {
            position = _queue.tail;
            if (position - _queue.head == QUEUE_CAPACITY) revert StakeWeighted_QueueFull(QUEUE_CAPACITY);
            _queue.tail = position + 1;
        }
        uint256 place = position % QUEUE_CAPACITY;
        _entries[place / 4] = _entries[place / 4].withEntry(place % 4, toQueueEntry(operator, weight, from));
        // Bounded by what a leaf holds.
        // forge-lint: disable-next-line(unsafe-typecast)
        _last[operator] = LastEntry({position: position, activeFrom: from, weight: uint16(weight)});
        emit Queued(operator, weight, from);
    }

    /// @inheritdoc IStakeWeighted
    function applyQueue(uint64 epoch) external {
        // Check: it is time.
        (uint64 current,,) = _now();
        if (epoch != current + 1 || epoch < Timeline.FIRST_SCHEDULED_EPOCH) {
            revert StakeWeighted_NotNext(epoch, current + 1);
        }

        // Effect: the weights, in the order in which they were queued (INV-74).
        Queue memory q = _queue;
        if (q.epoch != epoch) (q.epoch, q.applied) = (epoch, 0);
        uint256 count;
        while (_isDue(q, epoch)) {
            QueueEntry entry = _entryAt(q.head);
            _tree.set(entry.operator(), entry.weight());
            ++q.head;
            ++q.applied;
            ++count;
        }
        if (count == 0) revert StakeWeighted_NothingDue(epoch);
        _queue = q;
        emit QueueApplied(epoch, count);

        // Interaction: last, and the caller's own affair.
        uint256 fees = count * FEE;
        if (fees == 0) return;
        (bool ok,) = msg.sender.call{value: fees}("");
        if (!ok) revert StakeWeighted_PaymentFailed(msg.sender, fees);
    }

    /* POLICY */
    /// @inheritdoc IPolicy
    function fill(uint64 epoch, bytes32 seed, uint16[] memory slots) external view returns (uint16[] memory) {
        Committee.rotate(slots, committee(epoch, seed));
        return slots;
    }

    /// @inheritdoc IPolicy
    function isReady(uint64 epoch) external view returns (bool) {
        return !_isDue(_queue, epoch);
    }

    /// @inheritdoc IStakeWeighted
    function committee(uint64 epoch, bytes32 seed) public view returns (uint16[] memory seats) {
        seats = new uint16[](SEATS);
        uint32[] memory entities = new uint32[](SEATS);
        uint256 cap = Committee.capOf(SEATS, CAP_BPS);
        Gaps memory drawn = GapsLib.create(_tree.total(), SEATS + SPARE_DRAWS);
        uint256 taken;
        while (taken < SEATS && drawn.left != 0 && drawn.count < SEATS + SPARE_DRAWS) {
            uint16 operator = _draw(drawn, seed);
            (bool eligible, uint32 entity) = REGISTRY.memberAt(operator, epoch);
            if (!eligible || !Committee.hasRoom(entities, taken, entity, cap)) continue;
            (seats[taken], entities[taken]) = (operator, entity);
            ++taken;
        }
    }

    /* VIEWS */
    /// @inheritdoc IStakeWeighted
    function feeOf(uint16 operator) external view returns (uint256) {
        return _last[operator].activeFrom == _activeFrom() ? 0 : FEE;
    }

    /// @inheritdoc IStakeWeighted
    function weightOf(uint16 operator) external view returns (uint256) {
        return _tree.weightOf(operator);
    }

    /// @inheritdoc IStakeWeighted
    function weightsOf(uint16[] calldata operators) external view returns (uint256[] memory weights) {
        weights = new uint256[](operators.length);
        for (uint256 i; i < operators.length; ++i) {
            weights[i] = _tree.weightOf(operators[i]);
        }
    }

    /// @inheritdoc IStakeWeighted
    function lastEntryOf(uint16 operator) external view returns (uint256 weight, uint64 activeFrom) {
        return (_last[operator].weight, _last[operator].activeFrom);
    }

    /// @inheritdoc IStakeWeighted
    function totalWeight() external view returns (uint256) {
        return _tree.total();
    }

    /// @inheritdoc IStakeWeighted
    function queueLength() external view returns (uint256) {
        return _queue.tail - _queue.head;
    }

    /* INTERNAL */
    /// @dev Draws an operator that was not drawn before.
    function _draw(Gaps memory drawn, bytes32 seed) internal view returns (uint16) {
        // This policy's own numbers, also where another one draws from the same seed. 256 bits modulo 32: no bias to speak of.
        uint256 point = uint256(keccak256(abi.encode(seed, address(this), drawn.count))) % drawn.left;
        (uint256 leaf, uint256 start, uint256 weight) = _tree.find(drawn.onLine(point));
        drawn.cut(start, weight);
        // One of 65,536 leaves.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint16(leaf);
    }

    /// @dev Whether the first entry is to be applied for `epoch`.
    function _isDue(Queue memory q, uint64 epoch) internal view returns (bool) {
        if (q.head == q.tail || (q.epoch == epoch && q.applied == MAX_APPLIED)) return false;
        return _entryAt(q.head).activeFrom() <= epoch;
    }

    function _entryAt(uint64 position) internal view returns (QueueEntry) {
        uint256 place = position % QUEUE_CAPACITY;
        return _entries[place / 4].entryAt(place % 4);
    }

    /// @dev Units of weight from an epoch on, as it looks now.
    function _weightFrom(uint16 operator, uint64 epoch) internal view returns (uint256) {
        (bool eligible,) = REGISTRY.memberAt(operator, epoch);
        if (!eligible) return 0;
        uint256 value = VAULT.bondOf(operator);
        IPledges pledges = VAULT.PLEDGES();
        uint256 pledge = pledges.pledgeAt(operator, epoch);
        // A promise counts as far as the part of it that must be held while idle is there: that part pays for a default.
        if (pledge != 0) value = Math.min(pledge, value * Committee.BPS / pledges.IDLE_BPS());
        return Math.min(value / UNIT, SumTreeLib.MAX_WEIGHT);
    }

    /// @dev The first epoch whose set is not closed.
    function _activeFrom() internal view returns (uint64) {
        (uint64 current,,) = _now();
        return current + 2;
    }
}
