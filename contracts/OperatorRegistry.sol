// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IBaton} from "./interfaces/IBaton.sol";
import {IBondVault} from "./interfaces/IBondVault.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {Clocked} from "./libraries/Clocked.sol";
import {KeyHistory, KeyHistoryLib} from "./libraries/KeyHistory.sol";
import {OperatorSet, OperatorSetLib} from "./libraries/OperatorSet.sol";
import {Timeline} from "./libraries/Timeline.sol";
import {OperatorRecord} from "./types/OperatorRecord.sol";
import {Clock, RESERVE, Status} from "./types/Types.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title OperatorRegistry
/// @notice Operators, their keys and standing, the whitelist and the stage ratchet.
/// @dev Trusts `VAULT` for `selfBondOf` and `MIN_BOND`: a wrong answer admits or jails the wrong operator, from two epochs on. Trusts
/// `SLASHER` and `COURT` to have a reason.
/// Operator ids are 16 bits and never freed. Up to stage 2 governance, which admits owners one by one, is trusted not to admit one
/// that wastes 65,535 of them; from stage 3 on each id costs its registration's gas, and no bond.
contract OperatorRegistry is IOperatorRegistry, Clocked, EIP712 {
    using KeyHistoryLib for KeyHistory;
    using OperatorSetLib for OperatorSet;

    /* CONSTANTS AND IMMUTABLES */
    uint8 public constant LAST_STAGE = 3;
    uint8 public constant MAX_BATCHER_KEYS = 4;
    uint256 internal constant MAX_SET = 64;
    /// @dev An entity's slots are capped however many members it has: more serve no purpose but to keep others out. Eight leave room
    /// for eight entities in the largest set, and let a foundation alone have what stage 0 needs to end.
    uint256 internal constant MAX_PER_ENTITY = 8;
    /// @dev From the decision about a stage to its first epoch: one more than for other changes, as bids for the epoch after the
    /// next one are open already, and are made for the policies of a stage.
    uint32 internal constant STAGE_NOTICE = 3;
    bytes32 internal constant KEY_BINDING_TYPEHASH = keccak256("KeyBinding(address owner)");

    /// @inheritdoc IOperatorRegistry
    IBondVault public immutable VAULT;
    /// @notice Told of every key set, so that a claim need not ask; zero for nobody.
    IBaton public immutable BATON;
    /// @inheritdoc IOperatorRegistry
    address public immutable SLASHER;
    /// @inheritdoc IOperatorRegistry
    address public immutable COURT;
    uint256 public immutable MAX_OPERATORS;
    uint256 public immutable STAGE_MIN_OPERATORS;
    uint256 public immutable STAGE_DWELL;
    uint256 public immutable JAIL_DELAY;

    /* STORAGE */
    /// @inheritdoc IOperatorRegistry
    address public governance;
    /// @inheritdoc IOperatorRegistry
    uint16 public operatorCount;
    address internal _offeredGovernance;

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
    mapping(uint16 operator => KeyHistory) internal _sequencerKeys;
    mapping(uint16 operator => mapping(uint8 index => KeyHistory)) internal _batcherKeys;
    mapping(uint16 operator => KeyHistory) internal _gossipKeys;
    /// @inheritdoc IOperatorRegistry
    mapping(uint16 operator => address) public payeeOf;
    mapping(uint16 operator => address) internal _offeredOwner;
    /// @inheritdoc IOperatorRegistry
    mapping(address key => uint16) public operatorOfKey;
    /// @inheritdoc IOperatorRegistry
    mapping(address owner => uint32) public entityOfOwner;

    /* CONSTRUCTOR */
    /// @param vault May be an address computed in advance: it is not called here.
    /// @param baton The same; until it has code no key can be set. Not told of the keys set here, it asks for them.
    /// @param slasher The same; zero for nobody. @param court The same.
    constructor(
        Clock memory clock_,
        IBondVault vault,
        IBaton baton,
        address slasher,
        address court,
        address governance_,
        Params memory params,
        Reserve memory reserve
    ) Clocked(clock_) EIP712("Rota", "1") {
        if (address(vault) == address(0) || governance_ == address(0) || reserve.owner == address(0)) {
            revert OperatorRegistry_ZeroAddress();
        }
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
        if (reserve.entity == 0) revert OperatorRegistry_OutOfRange("reserve.entity", reserve.entity);
        // Above that an end of jail would not fit its 40 bits, and nobody could be jailed.
        if (params.jailDelay > 36_500 days) revert OperatorRegistry_OutOfRange("jailDelay", params.jailDelay);
        VAULT = vault;
        BATON = baton;
        (SLASHER, COURT) = (slasher, court);
        MAX_OPERATORS = params.maxOperators;
        STAGE_MIN_OPERATORS = params.stageMinOperators;
        STAGE_DWELL = params.stageDwell;
        JAIL_DELAY = params.jailDelay;

        governance = governance_;
        emit GovernanceAccepted(governance_);

        if (params.stage >= 1) _stage1From = 0;
        if (params.stage >= 2) _stage2From = 0;
        if (params.stage >= 3) _stage3From = 0;
        // 40 bits of seconds last for 34,000 years.
        // forge-lint: disable-next-line(unsafe-typecast)
        _stageSince = uint40(block.timestamp);
        emit StageAdvanced(params.stage, 0);

        entityOfOwner[reserve.owner] = reserve.entity;
        emit Whitelisted(reserve.owner, reserve.entity);
        _register(reserve.owner, reserve.sequencerKey, reserve.batcherKey, reserve.payee, reserve.endpoint);
        _setStatus(RESERVE, Status.Active, 0);
    }

    /* MODIFIERS */
    modifier onlyGovernance() {
        if (msg.sender != governance) revert OperatorRegistry_NotGovernance(msg.sender);
        _;
    }

    modifier onlySlasher() {
        if (msg.sender != SLASHER) revert OperatorRegistry_NotSlasher(msg.sender);
        _;
    }

    modifier onlyOwner(uint16 operator) {
        if (msg.sender != _operators[operator].owner()) revert OperatorRegistry_NotOwner(operator, msg.sender);
        _;
    }

    /* REGISTRATION */
    /// @inheritdoc IOperatorRegistry
    function register(
        address sequencerKey,
        bytes calldata keyProof,
        address batcherKey,
        bytes calldata batcherProof,
        address payee,
        string calldata endpoint
    ) external returns (uint16 operator) {
        _checkAdmitted(msg.sender);
        _checkKeyProof(sequencerKey, keyProof);
        _checkKeyProof(batcherKey, batcherProof);
        operator = _register(msg.sender, sequencerKey, batcherKey, payee, endpoint);

        // Interaction: the Baton's copy.
        _tellKeys(operator, address(0), 0);
    }

    /// @inheritdoc IOperatorRegistry
    function setEndpoint(uint16 operator, string calldata endpoint) external onlyOwner(operator) {
        emit EndpointSet(operator, endpoint);
    }

    /// @inheritdoc IOperatorRegistry
    function setPayee(uint16 operator, address payee) external onlyOwner(operator) {
        _setPayee(operator, payee);
    }

    /// @inheritdoc IOperatorRegistry
    function offerOwnership(uint16 operator, address newOwner) external onlyOwner(operator) {
        _offeredOwner[operator] = newOwner;
        emit OwnershipOffered(operator, newOwner);
    }

    /// @inheritdoc IOperatorRegistry
    function acceptOwnership(uint16 operator) external {
        if (msg.sender != _offeredOwner[operator]) {
            revert OperatorRegistry_NotOffered(_offeredOwner[operator], msg.sender);
        }
        _checkAdmitted(msg.sender);

        delete _offeredOwner[operator];
        OperatorRecord record = _operators[operator];
        _operators[operator] = record.withOwner(msg.sender);
        emit OwnershipAccepted(operator, msg.sender);

        // The cap on a party's slots follows the party, and so does the one on its members.
        if (record.isSeated()) {
            uint32 from = _effectiveEpoch();
            if (!_isOpen(from)) _checkRoom(operator, entityOfOwner[msg.sender]);
            _put(from, operator, entityOf(operator));
        }
    }

    /* KEYS */
    /// @inheritdoc IOperatorRegistry
    function setSequencerKey(uint16 operator, address key, bytes calldata keyProof) external onlyOwner(operator) {
        _checkKeyProof(key, keyProof);
        address previous = _sequencerKeys[operator].latest.key();
        uint32 from = _effectiveEpoch();
        _setSequencerKey(operator, key, from);

        // Interaction: the Baton's copy.
        _tellKeys(operator, previous, from);
    }

    /// @inheritdoc IOperatorRegistry
    function setBatcherKey(uint16 operator, uint8 index, address key, bytes calldata keyProof)
        external
        onlyOwner(operator)
    {
        _checkKeyProof(key, keyProof);
        OperatorRecord record = _operators[operator];
        uint8 count = record.batcherCount();
        if (index > count || index >= MAX_BATCHER_KEYS) {
            revert OperatorRegistry_BatcherIndexOutOfRange(index, count);
        }
        if (index == count) _operators[operator] = record.withBatcherCount(count + 1);
        uint32 from = _effectiveEpoch();
        _setBatcherKey(operator, index, key, from);

        // Interaction: the Baton's copy, of the key that claims use.
        if (index == 0) _tellKeys(operator, _sequencerKeys[operator].latest.key(), from);
    }

    /// @inheritdoc IOperatorRegistry
    function setGossipKey(uint16 operator, address key, bytes calldata keyProof) external onlyOwner(operator) {
        _checkKeyProof(key, keyProof);
        uint32 from = _effectiveEpoch();
        _bindKey(operator, key);
        _gossipKeys[operator].set(key, from);
        emit GossipKeySet(operator, key, from);
    }

    /* STANDING */
    /// @inheritdoc IOperatorRegistry
    function activate(uint16 operator) external onlyOwner(operator) {
        OperatorRecord record = _operators[operator];

        // Check: the status, and the time in jail.
        Status status = record.status();
        if (status == Status.Active || status == Status.Tombstoned) {
            revert OperatorRegistry_WrongStatus(operator, status);
        }
        if (status == Status.Jailed && block.timestamp < record.jailedUntil()) {
            revert OperatorRegistry_StillJailed(operator, record.jailedUntil());
        }

        // Check: the owner is admitted, and bonded.
        _checkAdmitted(msg.sender);
        (uint256 bonded, uint256 required) = _bondOf(operator);
        if (bonded < required) revert OperatorRegistry_Underbonded(operator, bonded, required);

        // Check: there is a seat, or none is needed. Operators that leave hold theirs only in epochs before this one's.
        uint32 from = _effectiveEpoch();
        bool seated = _size() < MAX_OPERATORS;
        if (!_isOpen(from)) {
            if (!seated) revert OperatorRegistry_SetFull(MAX_OPERATORS);
            _checkRoom(operator, entityOfOwner[msg.sender]);
        }

        // Effect.
        _setStatus(operator, Status.Active, from);
        if (seated) _seat(operator, from);
        else emit ActivatedWithoutSeat(operator);
    }

    /// @inheritdoc IOperatorRegistry
    function takeSeat(uint16 operator) external {
        OperatorRecord record = _operators[operator];
        if (record.status() != Status.Active) revert OperatorRegistry_WrongStatus(operator, record.status());
        if (operator == RESERVE || record.isSeated()) revert OperatorRegistry_HasSeat(operator);
        if (_size() >= MAX_OPERATORS) revert OperatorRegistry_SetFull(MAX_OPERATORS);

        uint32 from = _effectiveEpoch();
        _seat(operator, from);
        emit SeatTaken(operator, from);
    }

    /// @inheritdoc IOperatorRegistry
    function deactivate(uint16 operator) external onlyOwner(operator) {
        _leave(operator, Status.Exited);
    }

    /// @inheritdoc IOperatorRegistry
    function jailUnderbonded(uint16 operator) external {
        // Check: there is a reason.
        (uint256 bonded, uint256 required) = _bondOf(operator);
        if (bonded >= required) revert OperatorRegistry_StillBonded(operator, bonded, required);

        // Effect.
        _leave(operator, Status.Jailed);
        _operators[operator] = _operators[operator].withJailedUntil(block.timestamp + JAIL_DELAY);
    }

    /* SLASHER AND COURT ONLY */
    /// @inheritdoc IOperatorRegistry
    function jail(uint16 operator) external onlySlasher {
        OperatorRecord record = _operators[operator];
        Status status = record.status();
        if (status == Status.Jailed || status == Status.Exited) {
            _setStatus(operator, Status.Jailed, record.statusFrom());
        } else {
            _leave(operator, Status.Jailed);
        }
        _operators[operator] = _operators[operator].withJailedUntil(block.timestamp + JAIL_DELAY);
    }

    /// @inheritdoc IOperatorRegistry
    function tombstone(uint16 operator) external onlySlasher {
        _tombstone(operator);
    }

    /// @inheritdoc IOperatorRegistry
    function evict(uint16 operator) external {
        if (msg.sender != COURT) revert OperatorRegistry_NotCourt(msg.sender);
        _tombstone(operator);
    }

    /* GOVERNANCE */
    /// @inheritdoc IOperatorRegistry
    function setWhitelisted(address owner, uint32 entity) external onlyGovernance {
        // Check: there is a whitelist. Once it has fallen it is no way to put anybody out.
        uint32 from = _effectiveEpoch();
        if (_isOpen(from)) revert OperatorRegistry_Open(from);

        // Effect.
        entityOfOwner[owner] = entity;
        emit Whitelisted(owner, entity);
        (uint16[] memory members,) = eligibleSet(from);
        for (uint256 i; i < members.length; ++i) {
            uint16 operator = members[i];
            if (_operators[operator].owner() != owner) continue;
            if (entity == 0) _leave(operator, Status.Exited);
            else _put(from, operator, entity);
        }
    }

    /// @inheritdoc IOperatorRegistry
    function advanceStage() external onlyGovernance {
        // Check: the stage in effect is the last one decided, as a stage dwells from its first epoch on.
        uint8 stage = stageAt(currentEpoch());
        if (stage == LAST_STAGE) revert OperatorRegistry_LastStage(stage);
        uint256 earliest = _stageSince + STAGE_DWELL;
        if (block.timestamp < earliest) revert OperatorRegistry_StageTooYoung(block.timestamp, earliest);
        uint256 active = _size();
        if (active < STAGE_MIN_OPERATORS) revert OperatorRegistry_TooFewOperators(active, STAGE_MIN_OPERATORS);

        // Effect.
        // 40 bits of seconds last for 34,000 years.
        uint32 from = uint32(currentEpoch()) + STAGE_NOTICE;
        if (stage == 0) _stage1From = from;
        else if (stage == 1) _stage2From = from;
        else _stage3From = from;
        // forge-lint: disable-next-line(unsafe-typecast)
        _stageSince = uint40(Timeline.startOfEpoch(_clock(), from));
        emit StageAdvanced(stage + 1, from);

        // Interaction: the schedule's copy.
        if (address(BATON) != address(0)) BATON.SCHEDULE().noteStage(stage + 1, from);
    }

    /// @inheritdoc IOperatorRegistry
    function offerGovernance(address newGovernance) external onlyGovernance {
        _offeredGovernance = newGovernance;
        emit GovernanceOffered(newGovernance);
    }

    /// @inheritdoc IOperatorRegistry
    function acceptGovernance() external {
        if (msg.sender != _offeredGovernance) revert OperatorRegistry_NotOffered(_offeredGovernance, msg.sender);
        delete _offeredGovernance;
        governance = msg.sender;
        emit GovernanceAccepted(msg.sender);
    }

    /// @inheritdoc IOperatorRegistry
    function ossifyCore() external onlyGovernance {
        // Check: nobody would ever be admitted again.
        uint8 stage = stageAt(currentEpoch());
        if (stage != LAST_STAGE) revert OperatorRegistry_NotLastStage(stage, LAST_STAGE);

        // Effect: all levers ask who governs, and nobody calls from zero.
        (governance, _offeredGovernance) = (address(0), address(0));
        emit CoreOssified();
    }

    /* VIEWS */
    /// @inheritdoc IOperatorRegistry
    function ownerOf(uint16 operator) external view returns (address) {
        return _operators[operator].owner();
    }

    /// @inheritdoc IOperatorRegistry
    function entityOf(uint16 operator) public view returns (uint32) {
        return _isOpen(_effectiveEpoch()) ? operator : entityOfOwner[_operators[operator].owner()];
    }

    /// @inheritdoc IOperatorRegistry
    function statusOf(uint16 operator) external view returns (Status status, uint64 fromEpoch) {
        OperatorRecord record = _operators[operator];
        return (record.status(), record.statusFrom());
    }

    /// @inheritdoc IOperatorRegistry
    function jailedUntil(uint16 operator) external view returns (uint256) {
        return _operators[operator].jailedUntil();
    }

    /// @inheritdoc IOperatorRegistry
    function sequencerKeyAt(uint16 operator, uint64 epoch) external view returns (address) {
        return _sequencerKeys[operator].keyAt(epoch);
    }

    /// @inheritdoc IOperatorRegistry
    function batcherKeyAt(uint16 operator, uint8 index, uint64 epoch) external view returns (address) {
        return _batcherKeys[operator][index].keyAt(epoch);
    }

    /// @inheritdoc IOperatorRegistry
    function gossipKeyAt(uint16 operator, uint64 epoch) external view returns (address) {
        return _gossipKeys[operator].keyAt(epoch);
    }

    /// @inheritdoc IOperatorRegistry
    function claimKeysAt(uint16 operator, uint64 epoch) external view returns (address, address) {
        return (_sequencerKeys[operator].keyAt(epoch), _batcherKeys[operator][0].keyAt(epoch));
    }

    /// @inheritdoc IOperatorRegistry
    function batcherKeyCount(uint16 operator) external view returns (uint8) {
        return _operators[operator].batcherCount();
    }

    /// @inheritdoc IOperatorRegistry
    function isController(uint16 operator, address account) external view returns (bool) {
        // An unknown operator's owner and key are zero, and zero controls nothing.
        if (account == address(0)) return false;
        return account == _operators[operator].owner() || account == _sequencerKeys[operator].keyAt(currentEpoch());
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

    /* INTERNAL */
    function _register(address owner, address sequencerKey, address batcherKey, address payee, string memory endpoint)
        internal
        returns (uint16 operator)
    {
        operator = ++operatorCount;
        _operators[operator] = OperatorRecord.wrap(0).withOwner(owner).withBatcherCount(1);
        emit OperatorRegistered(operator, owner, entityOfOwner[owner]);
        _setSequencerKey(operator, sequencerKey, 0);
        _setBatcherKey(operator, 0, batcherKey, 0);
        _setPayee(operator, payee);
        emit EndpointSet(operator, endpoint);
    }

    function _setPayee(uint16 operator, address payee) internal {
        if (payee == address(0)) revert OperatorRegistry_ZeroAddress();
        payeeOf[operator] = payee;
        emit PayeeSet(operator, payee);
    }

    function _setSequencerKey(uint16 operator, address key, uint32 from) internal {
        _bindKey(operator, key);
        _sequencerKeys[operator].set(key, from);
        emit SequencerKeySet(operator, key, from);
    }

    function _setBatcherKey(uint16 operator, uint8 index, address key, uint32 from) internal {
        _bindKey(operator, key);
        _batcherKeys[operator][index].set(key, from);
        emit BatcherKeySet(operator, index, key, from);
    }

    /// @dev A trusted contract: a copy that was not made would be a key that changed for the registry alone.
    /// @param previous The sequencer key before `from`, the first epoch of what changed.
    function _tellKeys(uint16 operator, address previous, uint32 from) internal {
        if (address(BATON) == address(0)) return;
        address batcherKey = _batcherKeys[operator][0].latest.key();
        BATON.noteKeys(operator, previous, _sequencerKeys[operator].latest.key(), batcherKey, from);
    }

    /// @dev A binding is never undone: what a key once signed can always be laid to the operator that had it.
    function _bindKey(uint16 operator, address key) internal {
        if (key == address(0)) revert OperatorRegistry_ZeroAddress();
        uint16 bound = operatorOfKey[key];
        if (bound == operator) return;
        if (bound != 0) revert OperatorRegistry_KeyTaken(key, bound);
        operatorOfKey[key] = operator;
    }

    function _leave(uint16 operator, Status status) internal {
        if (operator == RESERVE) revert OperatorRegistry_ReserveStays();
        Status old = _operators[operator].status();
        if (old != Status.Active) revert OperatorRegistry_WrongStatus(operator, old);

        uint32 from = _effectiveEpoch();
        if (_operators[operator].isSeated()) {
            _flush();
            _set.remove(from, operator);
            _operators[operator] = _operators[operator].withSeat(false);
        }
        _setStatus(operator, status, from);
    }

    function _tombstone(uint16 operator) internal {
        // Check.
        OperatorRecord record = _operators[operator];
        if (operator == RESERVE) revert OperatorRegistry_ReserveStays();
        if (record.owner() == address(0)) revert OperatorRegistry_NotOwner(operator, address(0));
        Status status = record.status();
        if (status == Status.Tombstoned) revert OperatorRegistry_WrongStatus(operator, status);

        // Effect: as every change two epochs on, noted beside the set. What is frozen is the slasher's to void.
        uint32 from = _effectiveEpoch();
        if (record.isSeated()) {
            _flush();
            _operators[operator] = record.withSeat(false);
            (_leavingId, _leavingFrom) = (operator, from);
        }
        _setStatus(operator, Status.Tombstoned, from);
    }

    /* INTERNAL: THE SET */
    function _seat(uint16 operator, uint32 from) internal {
        _put(from, operator, entityOf(operator));
        _operators[operator] = _operators[operator].withSeat(true);
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

    /* INTERNAL: CHECKS */
    function _setStatus(uint16 operator, Status status, uint32 from) internal {
        _operators[operator] = _operators[operator].withStatus(status, from);
        emit StatusChanged(operator, status, from);
    }

    function _checkKeyProof(address key, bytes calldata proof) internal view {
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(KEY_BINDING_TYPEHASH, msg.sender)));
        (address recovered,,) = ECDSA.tryRecoverCalldata(digest, proof);
        // Zero is what a malformed proof recovers to: it must not prove the zero key.
        if (recovered != key || key == address(0)) revert OperatorRegistry_BadKeyProof(key, recovered);
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

    /// @dev Whether there is no whitelist in an epoch, and each operator is an entity of its own.
    function _isOpen(uint64 epoch) internal view returns (bool) {
        return epoch >= _stage3From;
    }

    function _bondOf(uint16 operator) internal view returns (uint256 bonded, uint256 required) {
        return (VAULT.selfBondOf(operator), VAULT.MIN_BOND());
    }

    /// @dev The first epoch that a change made now may act on: bids for the next one are in, its set is closed.
    /// Cannot overflow: 2^32 epochs of 8 s or more are over a thousand years.
    function _effectiveEpoch() internal view returns (uint32) {
        return uint32(currentEpoch() + 2);
    }
}
