// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Bond vault
/// @notice Operators' self-bonds in ETH and one ERC-20, counted as one value in wei of ETH. Exits are delayed, and slashable
/// exactly until their release time.
interface IBondVault {
    /* ERRORS */
    error BondVault_UnknownOperator(uint16 operator);
    error BondVault_NotOwner(uint16 operator, address caller);
    error BondVault_NotBaton(address caller);
    error BondVault_NotSlasher(address caller);
    error BondVault_NotGovernance(address caller);
    error BondVault_DepositTooSmall(uint256 amount, uint256 minimum);
    error BondVault_TransferFell(uint256 expected, uint256 received);
    error BondVault_BelowRequirement(uint16 operator, uint256 left, uint256 required);
    error BondVault_TooManyTickets(uint16 operator, uint256 maximum);
    error BondVault_NoTicket(uint16 operator, uint256 ticket);
    error BondVault_NotReleased(uint256 ticket, uint256 releaseTime);
    error BondVault_WeightStepTooLarge(uint256 current, uint256 asked);
    error BondVault_Overflow(uint256 amount);
    error BondVault_ZeroAmount();
    error BondVault_PaymentFailed(address to, uint256 amount);

    /* EVENTS */
    /// @param asset Zero for ETH, else the ERC-20. @param amount In the asset's smallest unit.
    event Deposited(uint16 indexed operator, address indexed asset, uint256 amount);
    event ExitRequested(uint16 indexed operator, uint256 indexed ticket, address asset, uint256 amount, uint256 releaseTime);
    event ExitClaimed(uint16 indexed operator, uint256 indexed ticket, address asset, uint256 amount, address payee);
    /// @param value Asked, wei. @param taken Weighted value taken, wei. @param reward Part of it credited to `rewarded`, wei.
    event Leaked(uint16 indexed operator, uint256 value, uint256 taken, uint16 rewarded, uint256 reward);
    event Slashed(uint16 indexed operator, uint256 value, uint256 taken, address reporter, uint256 reward);
    event WeightSet(uint256 weight, uint64 fromEpoch);

    /* BONDS */
    /// @notice Adds ETH to an operator's bond. By anyone.
    function deposit(uint16 operator) external payable;
    /// @notice Adds tokens, pulled from the caller, to an operator's bond. Fee-on-transfer tokens are refused by balance delta.
    function depositToken(uint16 operator, uint256 amount) external;
    /// @notice Queues bond for withdrawal; what stays must cover the minimum (unless out of the set) and all live slots' locks.
    /// @param token False for ETH, true for the ERC-20.
    /// @return ticket Number of the ticket, counted per operator from 0.
    function requestExit(uint16 operator, bool token, uint256 amount) external returns (uint256 ticket);
    /// @notice Pays a released ticket to the operator's payee. By anyone.
    function claimExit(uint16 operator, uint256 ticket) external;

    /* PENALTIES */
    /// @notice Takes min(value, what there is): at most a third to `rewarded`'s bond, the rest burned. Baton only.
    /// @param rewarded Operator whose bond grows by the reward; 0 for none.
    function leak(uint16 operator, uint256 value, uint16 rewarded) external returns (uint256 taken);
    /// @notice Takes min(value, what there is): at most a tenth paid to `reporter`, the rest burned. Slasher only.
    function slash(uint16 operator, uint256 value, address reporter) external returns (uint256 taken);

    /* GOVERNANCE */
    /// @notice Moves the token's weight by at most 25 %, effective from `currentEpoch + 2` on.
    /// @param weight Value in wei of 1e18 smallest token units.
    function setWeight(uint256 weight) external;

    /* VIEWS */
    function TOKEN() external view returns (address);
    /// @notice Bond an operator must have to be in the set, wei.
    function MIN_BOND() external view returns (uint256);
    function LOCK_PER_SLOT() external view returns (uint256);
    function EXIT_DELAY() external view returns (uint256);
    /// @notice Weighted bond without queued exits, wei, rounded down.
    function bondOf(uint16 operator) external view returns (uint256);
    /// @notice Weighted value that a penalty could reach now: bond and unreleased tickets, wei.
    function slashableOf(uint16 operator) external view returns (uint256);
    /// @notice What `requestExit` must leave now, wei.
    function requiredOf(uint16 operator) external view returns (uint256);
    function balanceOf(uint16 operator) external view returns (uint256 eth, uint256 token);
    function weightAt(uint64 epoch) external view returns (uint256);
}
