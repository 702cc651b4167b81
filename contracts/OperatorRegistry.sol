// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Membership} from "./Membership.sol";
import {OperatorKeys} from "./OperatorKeys.sol";
import {IBaton} from "./interfaces/IBaton.sol";
import {IBondVault} from "./interfaces/IBondVault.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {Clocked} from "./libraries/Clocked.sol";
import {OperatorRecord} from "./types/OperatorRecord.sol";
import {Clock, MAX_DELEGATION, RESERVE, Status} from "./types/Types.sol";

/// @title OperatorRegistry
/// @notice Registers operators, and decides who stands, by bond, offence and whitelist; with `OperatorKeys`, knows their keys, with
/// `Membership`, the set of each epoch.
/// @dev Trusts `VAULT` for `selfBondOf` and `MIN_BOND`: a wrong answer admits or jails the wrong operator, from two epochs on. Trusts
/// `SLASHER` and `COURT` to have a reason.
/// Operator ids are 16 bits and never freed. Up to stage 2 governance, which admits owners one by one, is trusted not to admit one
/// that wastes 65,535 of them; from stage 3 on each id costs its registration's gas, and no bond.
contract OperatorRegistry is OperatorKeys {
    /* CONSTANTS AND IMMUTABLES */
    /// @inheritdoc IOperatorRegistry
    IBondVault public immutable VAULT;
    /// @inheritdoc IOperatorRegistry
    address public immutable SLASHER;
    /// @inheritdoc IOperatorRegistry
    address public immutable COURT;
    uint256 public immutable JAIL_DELAY;

    /* STORAGE */
    /// @inheritdoc IOperatorRegistry
    address public governance;
    /// @inheritdoc IOperatorRegistry
    uint16 public operatorCount;
    address internal _offeredGovernance;

    /// @inheritdoc IOperatorRegistry
    mapping(uint16 operator => address) public payeeOf;
    mapping(uint16 operator => address) internal _offeredOwner;

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
    ) Clocked(clock_) Membership(params) OperatorKeys(baton) {
        if (address(vault) == address(0) || governance_ == address(0) || reserve.owner == address(0)) {
            revert OperatorRegistry_ZeroAddress();
        }
        if (reserve.entity == 0) revert OperatorRegistry_OutOfRange("reserve.entity", reserve.entity);
        // Above that an end of jail would not fit its 40 bits, and nobody could be jailed.
        if (params.jailDelay > 36_500 days) revert OperatorRegistry_OutOfRange("jailDelay", params.jailDelay);
        VAULT = vault;
        (SLASHER, COURT) = (slasher, court);
        JAIL_DELAY = params.jailDelay;

        governance = governance_;
        emit GovernanceAccepted(governance_);

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
        // Out of the set it could take out its own and leave what others gave: nobody would be in it on their bond alone.
        uint256 whole = VAULT.bondOf(operator);
        if (whole > (1 + MAX_DELEGATION) * bonded) {
            revert OperatorRegistry_DelegatedTooMuch(operator, whole - bonded, MAX_DELEGATION * bonded);
        }

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
        // Check: once. A vote may have been quicker, but took neither slots nor locks: evidence comes on top of it.
        OperatorRecord record = _operators[operator];
        if (record.isConvicted()) revert OperatorRegistry_WrongStatus(operator, record.status());

        // Effect.
        if (record.status() != Status.Tombstoned) _tombstone(operator);
        _operators[operator] = _operators[operator].withConviction();
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
        (uint8 stage, uint32 from) = _advanceStage();

        // Interaction: the schedule's copy.
        if (address(BATON) != address(0)) BATON.SCHEDULE().noteStage(stage, from);
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

        // Effect: all levers ask who governs, and nobody calls from zero (INV-93).
        (governance, _offeredGovernance) = (address(0), address(0));
        emit CoreOssified();
    }

    /* VIEWS */
    /// @inheritdoc IOperatorRegistry
    function ownerOf(uint16 operator) external view returns (address) {
        return _operators[operator].owner();
    }

    /// @inheritdoc IOperatorRegistry
    function statusOf(uint16 operator) external view returns (Status status, uint64 fromEpoch) {
        OperatorRecord record = _operators[operator];
        return (record.status(), record.statusFrom());
    }

    /// @inheritdoc IOperatorRegistry
    function isConvicted(uint16 operator) external view returns (bool) {
        return _operators[operator].isConvicted();
    }

    /// @inheritdoc IOperatorRegistry
    function jailedUntil(uint16 operator) external view returns (uint256) {
        return _operators[operator].jailedUntil();
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

    function _leave(uint16 operator, Status status) internal {
        if (operator == RESERVE) revert OperatorRegistry_ReserveStays();
        Status old = _operators[operator].status();
        if (old != Status.Active) revert OperatorRegistry_WrongStatus(operator, old);

        uint32 from = _effectiveEpoch();
        if (_operators[operator].isSeated()) _unseat(operator, from);
        _setStatus(operator, status, from);
    }

    function _tombstone(uint16 operator) internal {
        // Check: not the reserve, and once: nothing leaves this status (INV-62).
        OperatorRecord record = _operators[operator];
        if (operator == RESERVE) revert OperatorRegistry_ReserveStays();
        if (record.owner() == address(0)) revert OperatorRegistry_NotOwner(operator, address(0));
        Status status = record.status();
        if (status == Status.Tombstoned) revert OperatorRegistry_WrongStatus(operator, status);

        // Effect: as every change two epochs on, noted beside the set. What is frozen is the slasher's to void.
        uint32 from = _effectiveEpoch();
        if (record.isSeated()) _noteLeaving(operator, from);
        _setStatus(operator, Status.Tombstoned, from);
    }

    function _bondOf(uint16 operator) internal view returns (uint256 bonded, uint256 required) {
        return (VAULT.selfBondOf(operator), VAULT.MIN_BOND());
    }
}
