// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IBondVault} from "../interfaces/IBondVault.sol";
import {ICourt} from "../interfaces/ICourt.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {RESERVE, Status} from "../types/Types.sol";

/// @title Court
/// @notice Cases of governance against operators: answer, veto, execution (INV-65).
/// @dev Trusts `REGISTRY` for who governs and owns, and `VAULT` to take from the core alone and to call nobody. The reason is an
/// event: nothing on chain reads it.
contract Court is ICourt {
    /* TYPES */
    /// @dev One word. `eta` 0: no case.
    struct Case {
        uint40 eta;
        uint16 coreBps;
        bool evicts;
    }

    /* CONSTANTS AND IMMUTABLES */
    /// @inheritdoc ICourt
    uint256 public constant MAX_CORE_BPS = 5000;
    uint256 internal constant ALL_BPS = 10_000;

    /// @inheritdoc ICourt
    IOperatorRegistry public immutable REGISTRY;
    /// @inheritdoc ICourt
    IBondVault public immutable VAULT;
    /// @inheritdoc ICourt
    address public immutable GUARDIAN;
    /// @inheritdoc ICourt
    uint256 public immutable ANSWER_PERIOD;
    /// @inheritdoc ICourt
    uint256 public immutable EXECUTION_GRACE;

    /* STORAGE */
    mapping(uint16 operator => Case) internal _cases;

    /* CONSTRUCTOR */
    /// @param guardian Zero for nobody.
    constructor(IOperatorRegistry registry, IBondVault vault, address guardian, Params memory params) {
        _checkRange("answerPeriod", params.answerPeriod);
        _checkRange("executionGrace", params.executionGrace);
        (REGISTRY, VAULT, GUARDIAN) = (registry, vault, guardian);
        (ANSWER_PERIOD, EXECUTION_GRACE) = (params.answerPeriod, params.executionGrace);
    }

    /* MODIFIERS */
    modifier onlyGovernance() {
        if (msg.sender != REGISTRY.governance()) revert Court_NotGovernance(msg.sender);
        _;
    }

    /* CASES */
    /// @inheritdoc ICourt
    function openCase(uint16 operator, uint16 coreBps, bool evicts, bytes32 reason, string calldata uri)
        external
        onlyGovernance
    {
        // Check: it asks for something, and not for too much.
        if (REGISTRY.ownerOf(operator) == address(0)) revert Court_UnknownOperator(operator);
        if (coreBps > MAX_CORE_BPS) revert Court_TooMuch(coreBps, MAX_CORE_BPS);
        if (coreBps == 0 && !evicts) revert Court_NothingAsked();
        if (evicts && (operator == RESERVE || _isTombstoned(operator))) revert Court_CannotEvict(operator);

        // Check: one case at a time.
        uint256 lapses = _cases[operator].eta + EXECUTION_GRACE;
        if (_cases[operator].eta != 0 && block.timestamp < lapses) revert Court_CaseOpen(operator, lapses);

        // Effect. 40 bits of seconds last for 34,000 years.
        uint256 eta = block.timestamp + ANSWER_PERIOD;
        // forge-lint: disable-next-line(unsafe-typecast)
        _cases[operator] = Case({eta: uint40(eta), coreBps: coreBps, evicts: evicts});
        emit CaseOpened(operator, coreBps, evicts, eta, reason, uri);
    }

    /// @inheritdoc ICourt
    function answer(uint16 operator, bytes32 answerHash, string calldata uri) external {
        _openCase(operator);
        if (msg.sender != REGISTRY.ownerOf(operator)) revert Court_NotOwner(operator, msg.sender);
        emit CaseAnswered(operator, answerHash, uri);
    }

    /// @inheritdoc ICourt
    function veto(uint16 operator) external {
        if (msg.sender != GUARDIAN) revert Court_NotGuardian(msg.sender);
        Case memory open = _openCase(operator);
        if (block.timestamp >= open.eta) revert Court_TooLateToVeto(open.eta);

        delete _cases[operator];
        emit CaseVetoed(operator);
    }

    /// @inheritdoc ICourt
    function drop(uint16 operator) external onlyGovernance {
        _openCase(operator);
        delete _cases[operator];
        emit CaseDropped(operator);
    }

    /// @inheritdoc ICourt
    function execute(uint16 operator) external returns (uint256 taken) {
        // Check: it is time.
        Case memory open = _openCase(operator);
        if (block.timestamp < open.eta) revert Court_TooEarly(open.eta);
        uint256 lapsed = open.eta + EXECUTION_GRACE;
        if (block.timestamp >= lapsed) revert Court_Lapsed(lapsed);

        // Effect.
        delete _cases[operator];

        // Interaction: trusted contracts, which call nobody.
        bool evicted = open.evicts && !_isTombstoned(operator);
        if (evicted) REGISTRY.evict(operator);
        uint256 value = VAULT.coreOf(operator) * open.coreBps / ALL_BPS;
        if (value != 0) taken = VAULT.slashCore(operator, value, address(0));
        emit CaseExecuted(operator, taken, evicted);
    }

    /* VIEWS */
    /// @inheritdoc ICourt
    function caseOf(uint16 operator) external view returns (uint16 coreBps, bool evicts, uint256 eta) {
        Case memory open = _cases[operator];
        return (open.coreBps, open.evicts, open.eta);
    }

    /* INTERNAL */
    function _openCase(uint16 operator) internal view returns (Case memory open) {
        open = _cases[operator];
        if (open.eta == 0) revert Court_NoCase(operator);
    }

    function _isTombstoned(uint16 operator) internal view returns (bool) {
        (Status status,) = REGISTRY.statusOf(operator);
        return status == Status.Tombstoned;
    }

    function _checkRange(string memory parameter, uint256 value) internal pure {
        if (value == 0 || value > 365 days) revert Court_OutOfRange(parameter, value);
    }
}
