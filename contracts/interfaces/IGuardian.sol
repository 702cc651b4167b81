// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICourt} from "./ICourt.sol";

/// @title Guardian
/// @notice Vetoes what governance decided, before it takes effect, and does nothing else.
/// @dev It holds the timelock's canceller role and the court's guardian seat; one account acts through it, for a term. It cannot
/// propose, hasten, execute or change anything, nor stop what is due already.
///
/// The guard can veto its own dismissal, for else whoever captures the vote would dismiss it first. So it has a term of four years
/// at most, after which nobody vetoes until governance appoints again.
interface IGuardian {
    /* ERRORS */
    /// @notice Only the account in its term vetoes.
    error Guardian_NotGuard(address caller);
    /// @notice Only the timelock appoints.
    error Guardian_NotTimelock(address caller);
    /// @notice A term ends in the future and within four years, L1 seconds.
    error Guardian_TermOutOfRange(uint256 until, uint256 latest);
    /// @notice The timelock has no such operation waiting: it was never scheduled, or it was cancelled, executed, or lapsed.
    error Guardian_NothingToVeto(bytes32 id);
    /// @notice It could be executed since `eta`, L1 seconds.
    error Guardian_TooLateToVeto(bytes32 id, uint256 eta);

    /* EVENTS */
    /// @param account Zero: nobody. @param until End of its term, L1 seconds.
    event GuardAppointed(address indexed account, uint64 until);
    /// @param id The timelock's operation.
    event Vetoed(bytes32 indexed id);

    /* GUARD */
    /// @notice Cancels an operation of the timelock that is not due yet.
    /// @dev Emits {Vetoed}; the timelock emits `Cancelled`.
    ///
    /// Requirements:
    /// - the guard calls, in its term, else {Guardian_NotGuard}
    /// - the operation is scheduled, else {Guardian_NothingToVeto}, and not due, else {Guardian_TooLateToVeto}
    function veto(bytes32 id) external;

    /// @notice Vetoes a case of a court that knows this contract as its guardian.
    /// @dev The court emits and requires, see {ICourt.veto}. Requires the guard as caller, else {Guardian_NotGuard}.
    function vetoCase(ICourt court, uint16 operator) external;

    /// @notice The guard goes.
    /// @dev Emits {GuardAppointed}. Requires the guard as caller, else {Guardian_NotGuard}.
    function resign() external;

    /* GOVERNANCE */
    /// @notice Names who vetoes, and for how long.
    /// @dev Emits {GuardAppointed}.
    ///
    /// Requirements:
    /// - the timelock calls, else {Guardian_NotTimelock}
    /// - the term ends in the future, in four years at most, else {Guardian_TermOutOfRange}
    /// @param account Zero for nobody. @param until L1 seconds.
    function appoint(address account, uint64 until) external;

    /* VIEWS */
    /// @return account Who vetoes, zero for nobody. @return until Until when, L1 seconds.
    function guard() external view returns (address account, uint64 until);
    /// @return From an appointment to the end of its term at most, seconds.
    function MAX_TERM() external view returns (uint256);
}
