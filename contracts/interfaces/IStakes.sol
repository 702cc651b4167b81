// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Stakes
/// @notice What rewards ask of the vault: whose bond stands behind an operator, and for what commission.
interface IStakes {
    /// @notice The parts of an operator's bond, weighted values in wei, queued exits not counted.
    /// @return own The operator's own.
    /// @return ids ERC-6909 ids of the delegated parts, one an asset at most.
    /// @return delegated Value of each.
    function stakesOf(uint16 operator)
        external
        view
        returns (uint256 own, uint256[] memory ids, uint256[] memory delegated);

    /// @return bps The operator's part of what its delegators earn in `epoch`, basis points; fixed from the start of epoch - 1 on.
    function commissionAt(uint16 operator, uint64 epoch) external view returns (uint256 bps);

    /// @return Shares that `owner` holds.
    function balanceOf(address owner, uint256 id) external view returns (uint256);
}
