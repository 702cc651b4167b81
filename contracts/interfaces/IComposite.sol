// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IPolicy} from "./IPolicy.sol";

/// @title Composite policy
/// @notice Lets each of several policies fill its share of the slots.
/// @dev Which slot is whose depends on the slot's number alone: the shares are spread over a hundred slots as evenly as they can be,
/// and the pattern goes on from one epoch to the next. So shares are exact in the long run, also where an epoch has too few
/// slots to hold a small one. What a policy leaves of its own slots is left to the next policy of the stage. It is ready when all of
/// its policies are.
interface IComposite is IPolicy {
    /* ERRORS */
    /// @notice 2 to 4 policies, one share each.
    error Composite_PartsOutOfRange(uint256 policies, uint256 shares);
    /// @notice Shares are percent: none is 0, and together they are 100.
    error Composite_SharesOutOfRange(uint256 sum, uint256 share);
    /// @notice The policy answered with another number of slots.
    error Composite_PartBroke(IPolicy policy, uint256 slots, uint256 answered);

    /* VIEWS */
    /// @return How many policies there are.
    function PARTS() external view returns (uint256);
    /// @param part Below `PARTS`; beyond it there is none, which is zero.
    function policyOf(uint256 part) external view returns (IPolicy);
    /// @return The policy that fills the `index`-th slot of an epoch, by its number.
    /// @param slots Slots of an epoch.
    function partOf(uint64 epoch, uint256 index, uint256 slots) external view returns (uint256);
}
