// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {IPolicyTable} from "./interfaces/IPolicyTable.sol";
import {Clocked} from "./libraries/Clocked.sol";
import {PolicyPlan, PolicyPlanLib} from "./types/PolicyPlan.sol";

/// @title PolicyTable
/// @notice The part of the schedule that knows which policies fill an epoch.
/// @dev Trusts `REGISTRY` to tell of every stage when it is decided, two epochs ahead. What stage and which list an epoch has
/// stands in one word; a freeze reads it, and one more for each policy.
abstract contract PolicyTable is IPolicyTable, Clocked {
    /* CONSTANTS AND IMMUTABLES */
    // Literals, since an array's length may not be computed.
    uint256 internal constant STAGES = 4;
    uint256 internal constant MAX_POLICIES = 4;
    /// @dev From a change to its effect: bids for the epoch after the next one are open already.
    uint64 internal constant NOTICE_EPOCHS = 3;

    IOperatorRegistry public immutable REGISTRY;

    /* STORAGE */
    PolicyPlan internal _plan;
    /// @dev By stage, two lists each, one after the other.
    IPolicy[STAGES * 2 * MAX_POLICIES] internal _policies;

    /* CONSTRUCTOR */
    /// @param policies Of each stage, in the order in which they fill. A stage without any leaves its slots to the reserve. They may
    /// be addresses computed in advance: they are not called here.
    constructor(IOperatorRegistry registry, IPolicy[][] memory policies) {
        if (policies.length > STAGES) revert Schedule_UnknownStage(uint8(policies.length - 1));
        REGISTRY = registry;
        PolicyPlan plan = PolicyPlanLib.blank();
        for (uint8 stage = registry.stageAt(0); stage != 0; --stage) {
            plan = plan.withStage(stage, 0);
        }
        for (uint8 stage; stage < policies.length; ++stage) {
            plan = _setList(plan, stage, policies[stage], 0);
        }
        _plan = plan;
    }

    /* GOVERNANCE */
    /// @inheritdoc IPolicyTable
    function setPolicies(uint8 stage, IPolicy[] calldata policies) external {
        // Check: by whom, and what.
        if (msg.sender != REGISTRY.governance()) revert Schedule_NotGovernance(msg.sender);
        if (stage >= STAGES) revert Schedule_UnknownStage(stage);
        if (policies.length == 0) revert Schedule_PoliciesOutOfRange(policies.length, MAX_POLICIES);
        for (uint256 i; i < policies.length; ++i) {
            if (address(policies[i]).code.length == 0) revert Schedule_NotAPolicy(address(policies[i]));
        }

        // Check: the list that is written over is of no use to any epoch to come (INV-77).
        PolicyPlan plan = _plan;
        (uint64 current,,) = _now();
        // From 32 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint64 pending = uint64(plan.listFrom(stage));
        if (current < pending) revert Schedule_PoliciesPending(stage, pending);

        // Effect.
        _plan = _setList(plan, stage, policies, current + NOTICE_EPOCHS);
    }

    /* REGISTRY ONLY */
    /// @inheritdoc IPolicyTable
    function noteStage(uint8 stage, uint64 fromEpoch) external {
        if (msg.sender != address(REGISTRY)) revert Schedule_NotRegistry(msg.sender);
        _plan = _plan.withStage(stage, fromEpoch);
    }

    /* VIEWS */
    /// @inheritdoc IPolicyTable
    function policiesAt(uint8 stage, uint64 epoch) external view returns (IPolicy[] memory policies) {
        if (stage >= STAGES) revert Schedule_UnknownStage(stage);
        (uint256 list, uint256 count) = _plan.listAt(stage, epoch);
        policies = new IPolicy[](count);
        for (uint256 i; i < count; ++i) {
            policies[i] = _policies[_place(stage, list, i)];
        }
    }

    /// @inheritdoc IPolicyTable
    function firstPolicyOf(uint64 epoch) external view returns (IPolicy) {
        PolicyPlan plan = _plan;
        uint8 stage = plan.stageAt(epoch);
        (uint256 list, uint256 count) = plan.listAt(stage, epoch);
        return count == 0 ? IPolicy(address(0)) : _policies[_place(stage, list, 0)];
    }

    /// @inheritdoc IPolicyTable
    function stageAt(uint64 epoch) external view returns (uint8) {
        return _plan.stageAt(epoch);
    }

    /* INTERNAL */
    function _place(uint256 stage, uint256 list, uint256 i) internal pure returns (uint256) {
        // No overflow: all of them are small.
        unchecked {
            return (2 * stage + list) * MAX_POLICIES + i;
        }
    }

    function _setList(PolicyPlan plan, uint8 stage, IPolicy[] memory policies, uint64 from)
        internal
        returns (PolicyPlan changed)
    {
        if (policies.length > MAX_POLICIES) revert Schedule_PoliciesOutOfRange(policies.length, MAX_POLICIES);
        uint256 list;
        (changed, list) = plan.withList(stage, policies.length, from);
        for (uint256 i; i < policies.length; ++i) {
            _policies[_place(stage, list, i)] = policies[i];
        }
        emit PoliciesSet(stage, policies, from);
    }
}
