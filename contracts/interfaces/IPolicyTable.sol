// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IPolicy} from "./IPolicy.sol";

/// @title Policy table
/// @notice Which policies fill the slots of an epoch: a list for each stage, and the stage of each epoch.
/// @dev Lists and stages of an epoch are fixed from the start of the epoch before it. A list changes for epochs whose bids are
/// not open yet: who bid for an epoch gets its slots by the list it knew.
interface IPolicyTable {
    /* ERRORS */
    /// @notice Only the registry tells of stages.
    error Schedule_NotRegistry(address caller);
    /// @notice Only the registry's governance may do this.
    error Schedule_NotGovernance(address caller);
    /// @notice There are stages 0 to 3.
    error Schedule_UnknownStage(uint8 stage);
    /// @notice A stage has one policy at least, and as many as `maximum`.
    error Schedule_PoliciesOutOfRange(uint256 count, uint256 maximum);
    /// @notice The address has no code: no policy can be there.
    error Schedule_NotAPolicy(address policy);
    /// @notice The last change of this stage is not in effect yet: wait for `fromEpoch`.
    error Schedule_PoliciesPending(uint8 stage, uint64 fromEpoch);

    /* EVENTS */
    /// @param policies In the order in which they fill.
    /// @param fromEpoch First epoch of the list, if it is of this stage.
    event PoliciesSet(uint8 indexed stage, IPolicy[] policies, uint64 fromEpoch);

    /* GOVERNANCE */
    /// @notice Replaces the policies of a stage, for the epochs of it from `currentEpoch + 3` on: bids for an earlier one may be in.
    /// @dev Emits {PoliciesSet}. A policy assigns slots to whom it likes among all operators that there are: this is the whole of
    /// what governance can do to an assignment, and it is announced a whole epoch before the first bid that it could concern.
    ///
    /// Requirements:
    /// - the caller is the registry's governance, else {Schedule_NotGovernance}
    /// - there is such a stage, else {Schedule_UnknownStage}
    /// - there are 1 to 4 policies, else {Schedule_PoliciesOutOfRange}, each with code, else {Schedule_NotAPolicy}
    /// - the stage's last change is in effect, else {Schedule_PoliciesPending}
    function setPolicies(uint8 stage, IPolicy[] calldata policies) external;

    /* REGISTRY ONLY */
    /// @notice Notes that a stage is in effect from an epoch on, so that `freeze` need not ask.
    /// @dev Requires the registry as caller, else {Schedule_NotRegistry}.
    function noteStage(uint8 stage, uint64 fromEpoch) external;

    /* VIEWS */
    /// @notice The policies that fill the slots of `epoch` if it is of `stage`, in their order.
    ///
    /// Requirements:
    /// - there is such a stage, else {Schedule_UnknownStage}
    function policiesAt(uint8 stage, uint64 epoch) external view returns (IPolicy[] memory policies);

    /// @return The policy that fills the slots of `epoch` first; zero if it has none. From `epoch` - 2 on it is that for good.
    function firstPolicyOf(uint64 epoch) external view returns (IPolicy);

    /// @return The stage of `epoch`, as the registry has it.
    function stageAt(uint64 epoch) external view returns (uint8);
}
