// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {ICourt} from "../interfaces/ICourt.sol";
import {IGuardian} from "../interfaces/IGuardian.sol";

/// @title Guardian
/// @notice The veto: cancels what waits in the timelock, and cases of the court (INV-94).
/// @dev Trusts `TIMELOCK` for what waits and until when.
contract Guardian is IGuardian {
    /* CONSTANTS AND IMMUTABLES */
    /// @inheritdoc IGuardian
    uint256 public constant MAX_TERM = 4 * 365 days;

    TimelockController public immutable TIMELOCK;

    /* STORAGE */
    address internal _account;
    uint64 internal _until;

    /* CONSTRUCTOR */
    /// @param timelock May be an address computed in advance: it is not called here.
    constructor(TimelockController timelock, address account, uint64 until) {
        TIMELOCK = timelock;
        _appoint(account, until);
    }

    /* MODIFIERS */
    modifier onlyGuard() {
        if (msg.sender != _account || block.timestamp >= _until) revert Guardian_NotGuard(msg.sender);
        _;
    }

    /* GUARD */
    /// @inheritdoc IGuardian
    function veto(bytes32 id) external onlyGuard {
        // Check: in time. The timelock itself lets a canceller take back what is due.
        if (!TIMELOCK.isOperationPending(id)) revert Guardian_NothingToVeto(id);
        uint256 eta = TIMELOCK.getTimestamp(id);
        if (block.timestamp >= eta) revert Guardian_TooLateToVeto(id, eta);
        emit Vetoed(id);

        // Interaction
        TIMELOCK.cancel(id);
    }

    /// @inheritdoc IGuardian
    function vetoCase(ICourt court, uint16 operator) external onlyGuard {
        court.veto(operator);
    }

    /// @inheritdoc IGuardian
    function resign() external onlyGuard {
        (_account, _until) = (address(0), 0);
        emit GuardAppointed(address(0), 0);
    }

    /* GOVERNANCE */
    /// @inheritdoc IGuardian
    function appoint(address account, uint64 until) external {
        if (msg.sender != address(TIMELOCK)) revert Guardian_NotTimelock(msg.sender);
        _appoint(account, until);
    }

    /* VIEWS */
    /// @inheritdoc IGuardian
    function guard() external view returns (address, uint64) {
        return (_account, _until);
    }

    /* INTERNAL */
    function _appoint(address account, uint64 until) internal {
        uint256 latest = block.timestamp + MAX_TERM;
        if (until <= block.timestamp || until > latest) revert Guardian_TermOutOfRange(until, latest);
        (_account, _until) = (account, until);
        emit GuardAppointed(account, until);
    }
}
