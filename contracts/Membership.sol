// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {Clocked} from "./libraries/Clocked.sol";
import {OperatorSet, OperatorSetLib} from "./libraries/OperatorSet.sol";
import {Timeline} from "./libraries/Timeline.sol";
import {OperatorRecord} from "./types/OperatorRecord.sol";
import {RESERVE, Status} from "./types/Types.sol";

/// @title Membership
/// @notice The part of the registry that knows which operators are in the set of an epoch, for which entity, and in which stage.
/// @dev What is asked about an epoch is fixed when the epoch before it starts (INV-41): all changes act two epochs on, a stage three.
abstract contract Membership is IOperatorRegistry, Clocked {
    using OperatorSetLib for OperatorSet;

    /* CONSTANTS AND IMMUTABLES */
    uint8 public constant LAST_STAGE = 3;
    uint256 internal constant MAX_SET = 64;
    /// @dev An entity's slots are capped however many members it has: more serve no purpose but to keep others out. Eight leave room
    /// for eight entities in the largest set, and let a foundation alone have what stage 0 needs to end.
    uint256 internal constant MAX_PER_ENTITY = 8;
    /// @dev From the decision about a stage to its first epoch: one more than for other changes, as bids for the epoch after the
    /// next one are open already, and are made for the policies of a stage.
    uint32 internal constant STAGE_NOTICE = 3;

    uint256 public immutable MAX_OPERATORS;
    uint256 public immutable STAGE_MIN_OPERATORS;
    uint256 public immutable STAGE_DWELL;

    /* STORAGE */
    /// @dev First epoch of each stage but the first; the maximum while it is not decided. A stage that a deployment begins in
    /// starts at 0.
    uint40 internal _stage1From = type(uint40).max;
    uint40 internal _stage2From = type(uint40).max;
    uint40 internal _stage3From = type(uint40).max;
    uint40 internal _stageSince;
    /// @dev A member that is out from an epoch on, but not taken off the set's words yet: written with the stages, so that a
    /// tombstone costs the slasher no new words; the next change of the set makes up for it. Id 0: none.
    uint16 internal _leavingId;
    uint32 internal _leavingFrom;

    OperatorSet internal _set;
    mapping(uint16 operator => OperatorRecord) internal _operators;
    /// @inheritdoc IOperatorRegistry
    mapping(address owner => uint32) public entityOfOwner;

    /* CONSTRUCTOR */
    constructor(Params memory params) {
        if (params.stage > LAST_STAGE) revert OperatorRegistry_OutOfRange("stage", params.stage);
        if (params.maxOperators == 0 || params.maxOperators > MAX_SET) {
            revert OperatorRegistry_OutOfRange("maxOperators", params.maxOperators);
        }
        if (params.stageMinOperators > params.maxOperators) {
            revert OperatorRegistry_OutOfRange("stageMinOperators", params.stageMinOperators);
        }
        // The foundation alone is admitted in stage 0: its members must be enough to leave it.
        if (params.stage == 0 && params.stageMinOperators > MAX_PER_ENTITY) {
            revert OperatorRegistry_OutOfRange("stageMinOperators", params.stageMinOperators);
        }
        MAX_OPERATORS = params.maxOperators;
        STAGE_MIN_OPERATORS = params.stageMinOperators;
        STAGE_DWELL = params.stageDwell;

        if (params.stage >= 1) _stage1From = 0;
        if (params.stage >= 2) _stage2From = 0;
        if (params.stage >= 3) _stage3From = 0;
        // 40 bits of seconds last for 34,000 years.
        // forge-lint: disable-next-line(unsafe-typecast)
        _stageSince = uint40(block.timestamp);
        emit StageAdvanced(params.stage, 0);
    }

    /* MODIFIERS */
    modifier onlyOwner(uint16 operator) {
        if (msg.sender != _operators[operator].owner()) revert OperatorRegistry_NotOwner(operator, msg.sender);
        _;
    }

    /* VIEWS */
    /// @inheritdoc IOperatorRegistry
    function entityOf(uint16 operator) public view returns (uint32) {
        return _isOpen(_effectiveEpoch()) ? operator : entityOfOwner[_operators[operator].owner()];
    }

    /// @inheritdoc IOperatorRegistry
    function isEligible(uint16 operator, uint64 epoch) external view returns (bool) {
        (bool eligible,) = memberAt(operator, epoch);
        return eligible;
    }

    /// @inheritdoc IOperatorRegistry
    function memberAt(uint16 operator, uint64 epoch) public view returns (bool eligible, uint32 entity) {
        if (_isOpen(epoch)) {
            // Who is without a seat is in no set: the record tells, of all alike.
            if (operator == RESERVE || !_operators[operator].activeAt(epoch)) return (false, 0);
            return (true, operator);
        }
        return _hasLeft(operator, epoch) ? (false, 0) : _set.memberAt(epoch, operator);
    }

    /// @inheritdoc IOperatorRegistry
    function eligibleSet(uint64 epoch) public view returns (uint16[] memory operators, uint32[] memory entities) {
        (operators, entities) = _set.membersAt(epoch);
        uint16 left = _leavingId;
        if (left != 0 && epoch >= _leavingFrom) OperatorSetLib.drop(operators, entities, left);
        if (!_isOpen(epoch)) return (operators, entities);
        for (uint256 i; i < operators.length; ++i) {
            entities[i] = operators[i];
        }
    }

    /// @inheritdoc IOperatorRegistry
    function stageAt(uint64 epoch) public view returns (uint8) {
        return epoch >= _stage3From ? 3 : epoch >= _stage2From ? 2 : epoch >= _stage1From ? 1 : 0;
    }

    /// @inheritdoc IOperatorRegistry
    function currentEpoch() public view returns (uint64 epoch) {
        (epoch,,) = _now();
    }

    /* INTERNAL: THE STAGE */
    /// @return stage The one decided. @return from Its first epoch.
    function _advanceStage() internal returns (uint8 stage, uint32 from) {
        // Check: the stage in effect is the last one decided, as a stage dwells from its first epoch on.
        stage = stageAt(currentEpoch());
        if (stage == LAST_STAGE) revert OperatorRegistry_LastStage(stage);
        uint256 earliest = _stageSince + STAGE_DWELL;
        if (block.timestamp < earliest) revert OperatorRegistry_StageTooYoung(block.timestamp, earliest);
        uint256 active = _size();
        if (active < STAGE_MIN_OPERATORS) revert OperatorRegistry_TooFewOperators(active, STAGE_MIN_OPERATORS);

        // Effect: up. Nothing leads down (INV-42).
        ++stage;
        from = uint32(currentEpoch()) + STAGE_NOTICE;
        if (stage == 1) _stage1From = from;
        else if (stage == 2) _stage2From = from;
        else _stage3From = from;
        // 40 bits of seconds last for 34,000 years.
        // forge-lint: disable-next-line(unsafe-typecast)
        _stageSince = uint40(Timeline.startOfEpoch(_clock(), from));
        emit StageAdvanced(stage, from);
    }

    /// @dev Whether there is no whitelist in an epoch, and each operator is an entity of its own.
    function _isOpen(uint64 epoch) internal view returns (bool) {
        return epoch >= _stage3From;
    }

    /// @dev The first epoch that a change made now may act on: bids for the next one are in, its set is closed.
    /// Cannot overflow: 2^32 epochs of 8 s or more are over a thousand years.
    function _effectiveEpoch() internal view returns (uint32) {
        return uint32(currentEpoch() + 2);
    }

    /* INTERNAL: THE SET */
    function _seat(uint16 operator, uint32 from) internal {
        _put(from, operator, entityOf(operator));
        _operators[operator] = _operators[operator].withSeat(true);
    }

    function _unseat(uint16 operator, uint32 from) internal {
        _flush();
        _set.remove(from, operator);
        _operators[operator] = _operators[operator].withSeat(false);
    }

    /// @dev As {_unseat}, for the price of a word that is written already.
    function _noteLeaving(uint16 operator, uint32 from) internal {
        _flush();
        _operators[operator] = _operators[operator].withSeat(false);
        (_leavingId, _leavingFrom) = (operator, from);
    }

    function _put(uint32 from, uint16 operator, uint32 entity) internal {
        _flush();
        _set.put(from, operator, entity);
    }

    /// @dev Takes the member that is noted as leaving off the set's words. Answers about any epoch stay what they are.
    function _flush() internal {
        uint16 left = _leavingId;
        if (left == 0) return;
        _set.remove(_leavingFrom, left);
        (_leavingId, _leavingFrom) = (0, 0);
    }

    function _size() internal view returns (uint256) {
        return _set.size() - (_leavingId == 0 ? 0 : 1);
    }

    function _hasLeft(uint16 operator, uint64 epoch) internal view returns (bool) {
        return operator == _leavingId && epoch >= _leavingFrom;
    }

    /* INTERNAL: STANDING */
    function _setStatus(uint16 operator, Status status, uint32 from) internal {
        _operators[operator] = _operators[operator].withStatus(status, from);
        emit StatusChanged(operator, status, from);
    }

    /// @dev By the stage of the epoch in which the admission begins to count.
    function _checkAdmitted(address owner) internal view {
        if (_isOpen(_effectiveEpoch())) return;
        uint32 entity = entityOfOwner[owner];
        if (entity == 0) revert OperatorRegistry_NotWhitelisted(owner);
        uint32 foundation = entityOfOwner[_operators[RESERVE].owner()];
        if (entity != foundation && stageAt(_effectiveEpoch()) == 0) {
            revert OperatorRegistry_NotFoundation(owner, entity, foundation);
        }
    }

    /// @dev Whether one more member of an entity is admitted. What governance itself puts under one entity stays in.
    function _checkRoom(uint16 operator, uint32 entity) internal {
        _flush();
        if (_set.countOf(entity, operator) >= MAX_PER_ENTITY) {
            revert OperatorRegistry_EntityFull(entity, MAX_PER_ENTITY);
        }
    }
}
