// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title RotaTimelock
/// @notice OpenZeppelin's timelock, the seat of governance, with what it leaves open closed: roles are fixed, the delay has a range, and
/// what nobody executes lapses. What it executes has waited its delay (INV-91).
/// @dev One governor proposes, anybody executes, the governor and the guardian cancel (INV-95). A new governor gets a timelock of its own,
/// to which this one offers its seats.
contract RotaTimelock is TimelockController {
    /* ERRORS */
    /// @notice A constructor value of zero, or longer than 90 days: `parameter` names it.
    error RotaTimelock_OutOfRange(string parameter, uint256 value);
    /// @notice The delay is at least half of what it was at deployment, and no longer than that, seconds.
    error RotaTimelock_DelayOutOfRange(uint256 delay, uint256 minimum, uint256 maximum);
    /// @notice Roles are those of the deployment.
    error RotaTimelock_RolesAreFixed();

    /* CONSTANTS AND IMMUTABLES */
    uint256 internal constant LONGEST = 90 days;

    /// @notice The delay at deployment, seconds: the longest one, as bonds have to stay reachable for it; the shortest is half of it.
    uint256 public immutable MAX_DELAY;
    /// @notice From when an operation can be executed until it lapses, seconds.
    uint256 public immutable EXECUTION_GRACE;

    /* CONSTRUCTOR */
    /// @param governor May be an address computed in advance. @param guardian The same; zero for nobody.
    constructor(uint256 delay, uint256 executionGrace, address governor, address guardian)
        TimelockController(delay, _only(governor), _only(address(0)), address(0))
    {
        if (delay == 0 || delay > LONGEST) revert RotaTimelock_OutOfRange("delay", delay);
        if (executionGrace == 0 || executionGrace > LONGEST) {
            revert RotaTimelock_OutOfRange("executionGrace", executionGrace);
        }
        if (governor == address(0)) revert RotaTimelock_OutOfRange("governor", 0);
        (MAX_DELAY, EXECUTION_GRACE) = (delay, executionGrace);
        if (guardian != address(0)) _grantRole(CANCELLER_ROLE, guardian);
    }

    /* ROLES */
    function grantRole(bytes32, address) public pure override {
        revert RotaTimelock_RolesAreFixed();
    }

    function revokeRole(bytes32, address) public pure override {
        revert RotaTimelock_RolesAreFixed();
    }

    function renounceRole(bytes32, address) public pure override {
        revert RotaTimelock_RolesAreFixed();
    }

    /* DELAY */
    /// @dev By the timelock itself, as OpenZeppelin's.
    function updateDelay(uint256 delay) public override {
        uint256 least = (MAX_DELAY + 1) / 2;
        if (delay < least || delay > MAX_DELAY) revert RotaTimelock_DelayOutOfRange(delay, least, MAX_DELAY);
        super.updateDelay(delay);
    }

    /* VIEWS */
    /// @notice As OpenZeppelin's; an operation that lapsed is one that was never scheduled.
    function getOperationState(bytes32 id) public view override returns (OperationState state) {
        state = super.getOperationState(id);
        if (state == OperationState.Ready && block.timestamp >= getTimestamp(id) + EXECUTION_GRACE) {
            state = OperationState.Unset;
        }
    }

    /* INTERNAL */
    function _only(address account) private pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = account;
    }
}
