// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IBondVault} from "./IBondVault.sol";
import {IOperatorRegistry} from "./IOperatorRegistry.sol";

/// @title Court
/// @notice Slashing and eviction by vote, for what no signature can prove: withheld blocks, blocks posted into a successor's slots,
/// a batcher that posts nothing.
/// @dev A case is opened by governance, that is after a vote and its timelock, with the reason in the event. Then the operator has
/// `ANSWER_PERIOD` to answer, in which the guardian can veto; then anybody executes it, for `EXECUTION_GRACE` at most.
///
/// What an address can do: governance takes at most half of an operator's core in a case, one case at a time, and evicts; it can reach
/// neither the locks of slots nor what was released. The guardian stops cases and nothing else. Nobody gains by a case: what is
/// taken is burned.
interface ICourt {
    /* TYPES */
    /// @param answerPeriod From the opening of a case until it can be executed, seconds.
    /// @param executionGrace From then until it lapses, seconds. A core has to stay reachable for both.
    struct Params {
        uint64 answerPeriod;
        uint64 executionGrace;
    }

    /* ERRORS */
    /// @notice A constructor value of zero, or above 365 days: `parameter` names it.
    error Court_OutOfRange(string parameter, uint256 value);
    /// @notice Only the registry's governance may do this.
    error Court_NotGovernance(address caller);
    /// @notice Only the guardian vetoes.
    error Court_NotGuardian(address caller);
    /// @notice Only the operator's owner answers.
    error Court_NotOwner(uint16 operator, address caller);
    /// @notice Nobody registered this id.
    error Court_UnknownOperator(uint16 operator);
    /// @notice A case takes at most half of the core, basis points.
    error Court_TooMuch(uint256 asked, uint256 maximum);
    /// @notice A case must ask for something.
    error Court_NothingAsked();
    /// @notice The reserve always stands by, and who is tombstoned is out already.
    error Court_CannotEvict(uint16 operator);
    /// @notice A case against this operator is open until `lapses`, L1 seconds.
    error Court_CaseOpen(uint16 operator, uint256 lapses);
    /// @notice There is no case against this operator.
    error Court_NoCase(uint16 operator);
    /// @notice The operator may answer until `eta`, L1 seconds.
    error Court_TooEarly(uint256 eta);
    /// @notice The time to veto ended at `eta`, L1 seconds.
    error Court_TooLateToVeto(uint256 eta);
    /// @notice The case lapsed at `lapsed`, L1 seconds: open another one.
    error Court_Lapsed(uint256 lapsed);

    /* EVENTS */
    /// @param coreBps Part of the core that is asked for, basis points.
    /// @param eta From when on it can be executed, L1 seconds.
    /// @param reason Hash of the document at `uri`.
    event CaseOpened(uint16 indexed operator, uint256 coreBps, bool evicts, uint256 eta, bytes32 reason, string uri);
    /// @param answer Hash of the document at `uri`.
    event CaseAnswered(uint16 indexed operator, bytes32 answer, string uri);
    event CaseVetoed(uint16 indexed operator);
    event CaseDropped(uint16 indexed operator);
    /// @param taken Weighted value taken from the core, wei.
    event CaseExecuted(uint16 indexed operator, uint256 taken, bool evicted);

    /* CASES */
    /// @notice Opens a case. One that lapsed is forgotten.
    /// @dev Emits {CaseOpened}.
    ///
    /// Requirements:
    /// - governance calls, else {Court_NotGovernance}
    /// - the operator is registered, else {Court_UnknownOperator}; no case against it is open, else {Court_CaseOpen}
    /// - at most half of the core is asked for, else {Court_TooMuch}; that or the eviction, else {Court_NothingAsked}
    /// - to evict: it is neither the reserve nor tombstoned, else {Court_CannotEvict}
    /// @param coreBps Part of the core, as it is at the execution, basis points; rounded down.
    /// @param reason Hash of the document at `uri`, so that it cannot be exchanged.
    function openCase(uint16 operator, uint16 coreBps, bool evicts, bytes32 reason, string calldata uri) external;

    /// @notice Puts the operator's answer on chain; as often as it wants.
    /// @dev Emits {CaseAnswered}. Requires an open case, else {Court_NoCase}, and the owner as caller, else {Court_NotOwner}.
    function answer(uint16 operator, bytes32 answerHash, string calldata uri) external;

    /// @notice Ends a case before it can be executed.
    /// @dev Emits {CaseVetoed}.
    ///
    /// Requirements:
    /// - the guardian calls, else {Court_NotGuardian}
    /// - there is a case, else {Court_NoCase}, and it cannot be executed yet, else {Court_TooLateToVeto}
    function veto(uint16 operator) external;

    /// @notice Governance thinks better of it, at any time before the execution.
    /// @dev Emits {CaseDropped}. Requires governance as caller, else {Court_NotGovernance}, and a case, else {Court_NoCase}.
    function drop(uint16 operator) external;

    /// @notice Executes a case. By anyone.
    /// @dev Emits {CaseExecuted}. An operator that was tombstoned meanwhile is slashed all the same.
    ///
    /// Requirements:
    /// - there is a case, else {Court_NoCase}
    /// - the answer period is over, else {Court_TooEarly}; the grace is not, else {Court_Lapsed}
    /// @return taken Weighted value taken from the core, wei.
    function execute(uint16 operator) external returns (uint256 taken);

    /* VIEWS */
    /// @notice The case against an operator that was not executed, vetoed or dropped; zeros for none.
    /// @return coreBps Basis points.
    /// @return evicts Whether it asks for the eviction.
    /// @return eta From when on it can be executed, L1 seconds; it lapses `EXECUTION_GRACE` later.
    function caseOf(uint16 operator) external view returns (uint16 coreBps, bool evicts, uint256 eta);

    /* REFERENCES AND PARAMETERS */
    function REGISTRY() external view returns (IOperatorRegistry);
    function VAULT() external view returns (IBondVault);
    function GUARDIAN() external view returns (address);
    /// @dev Seconds.
    function ANSWER_PERIOD() external view returns (uint256);
    function EXECUTION_GRACE() external view returns (uint256);
    /// @notice The most that a case takes of a core, basis points.
    function MAX_CORE_BPS() external view returns (uint256);
}
