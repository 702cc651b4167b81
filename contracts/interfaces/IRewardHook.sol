// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Reward hook
/// @notice What the vault tells whoever pays rewards by shares.
interface IRewardHook {
    /// @notice Shares are about to change hands: the vault's balances are still those before.
    /// @dev Called for every change of shares that accounts hold, never for a self-bond. Must not revert for the vault, or it
    /// would hold back an exit.
    /// @param operator Whose bond the shares are of.
    /// @param id ERC-6909 id of the shares.
    /// @param from Zero: they are minted.
    /// @param to Zero: they are burned, or their exit is requested.
    /// @param amount Shares.
    function onSharesChanged(uint16 operator, uint256 id, address from, address to, uint256 amount) external;
}
