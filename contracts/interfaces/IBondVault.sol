// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Bond vault
/// @notice Operators' self-bonds in ETH and one ERC-20, counted as one value in wei of ETH. Exits are delayed, and slashable
/// exactly until their release time.
/// @dev Amounts are in an asset's smallest unit (wei for ETH); values are in wei of ETH, the ERC-20 counted at its weight and
/// rounded down. The balances are the vault's own books: what is sent past `deposit` and `depositToken` belongs to nobody.
///
/// What an address can do: an operator's owner queues exits, its payee receives them; the baton leaks and the slasher slashes,
/// both fixed at deployment; governance moves the token's weight, by a quarter at a time. Nobody can move a bond elsewhere.
interface IBondVault {
    /* STRUCTS */
    /// @param slasher May slash; zero: nobody may.
    /// @param court May slash the core by vote; zero: nobody may.
    /// @param token The ERC-20; must have code.
    struct Addresses {
        address registry;
        address schedule;
        address baton;
        address slasher;
        address court;
        address token;
    }

    /// @param minBond Value an operator must have to be in the set, wei.
    /// @param lockPerSlot Value tied to each live slot, wei.
    /// @param minDeposit Least ETH in one deposit, wei.
    /// @param minTokenDeposit Least of the ERC-20, its smallest unit.
    /// @param exitDelay Least time from `requestExit` to release, seconds; at least the dispute period and 3 epochs, so that a
    /// bond which covered a bid can be reached until all slots won with it are beyond dispute.
    /// @param disputePeriod The schedule's, seconds; only checked against.
    /// @param weight First weight of the ERC-20, wei of ETH for 1e18 of its smallest unit; not 0.
    struct Params {
        uint128 minBond;
        uint128 lockPerSlot;
        uint128 minDeposit;
        uint128 minTokenDeposit;
        uint64 exitDelay;
        uint64 disputePeriod;
        uint96 weight;
    }

    /* ERRORS */
    /// @notice A constructor address is missing, or the token has no code.
    error BondVault_BadAddress(string parameter, address value);
    /// @notice The exit delay is below the dispute period and 3 epochs, seconds.
    error BondVault_ExitDelayTooShort(uint256 delay, uint256 required);
    /// @notice Nobody registered this id.
    error BondVault_UnknownOperator(uint16 operator);
    /// @notice Only the operator's owner may do this.
    error BondVault_NotOwner(uint16 operator, address caller);
    /// @notice Only the baton leaks.
    error BondVault_NotBaton(address caller);
    /// @notice Only the slasher slashes.
    error BondVault_NotSlasher(address caller);
    /// @notice Only the court slashes by vote.
    error BondVault_NotCourt(address caller);
    /// @notice Only the registry's governance may do this.
    error BondVault_NotGovernance(address caller);
    /// @notice Dust deposits only cost their readers gas: deposit the minimum or more.
    error BondVault_DepositTooSmall(uint256 amount, uint256 minimum);
    /// @notice The token moved another amount than it was asked to: it takes a fee, or lies.
    error BondVault_TransferFell(uint256 expected, uint256 balanceBefore, uint256 balanceAfter);
    /// @notice The operator has less of this asset than asked for, smallest unit.
    error BondVault_BalanceTooLow(uint16 operator, uint256 balance, uint256 asked);
    /// @notice Too little value would stay, wei: ask for less, leave the set, or wait for slots to be beyond dispute.
    error BondVault_BelowRequirement(uint16 operator, uint256 left, uint256 required);
    /// @notice All tickets are in use: claim a released one first.
    error BondVault_TooManyTickets(uint16 operator, uint256 maximum);
    /// @notice There is no such ticket: it was paid, or a penalty took all of it.
    error BondVault_NoTicket(uint16 operator, uint256 ticket);
    /// @notice The ticket is released at `releaseTime`, L1 seconds.
    error BondVault_NotReleased(uint256 ticket, uint256 releaseTime);
    /// @notice A weight moves by a quarter at most, and never to 0.
    error BondVault_WeightStepTooLarge(uint256 current, uint256 asked);
    /// @notice The last change is not in effect yet: wait for `fromEpoch`.
    error BondVault_WeightPending(uint64 fromEpoch);
    /// @notice There is nothing to move.
    error BondVault_ZeroAmount();
    /// @notice The receiver refused the ETH.
    error BondVault_PaymentFailed(address to, uint256 amount);

    /* EVENTS */
    /// @param asset Zero for ETH, else the ERC-20.
    /// @param amount In the asset's smallest unit.
    event Deposited(uint16 indexed operator, address indexed asset, uint256 amount);
    /// @notice `amount` left the bond for a ticket.
    event ExitRequested(
        uint16 indexed operator, uint256 indexed ticket, address asset, uint256 amount, uint256 releaseTime
    );
    event ExitClaimed(uint16 indexed operator, uint256 indexed ticket, address asset, uint256 amount, address payee);
    /// @notice The bond after a penalty or a reward; comes before {Leaked} or {Slashed}.
    event BondChanged(uint16 indexed operator, uint256 eth, uint256 token);
    /// @notice What a penalty left of a ticket, the asset's smallest unit; comes before {Leaked} or {Slashed}.
    event ExitReduced(uint16 indexed operator, uint256 indexed ticket, uint256 amount);
    /// @param value Asked, wei.
    /// @param taken Weighted value taken, wei.
    /// @param reward Part of it credited to `rewarded`, wei.
    event Leaked(uint16 indexed operator, uint256 value, uint256 taken, uint16 rewarded, uint256 reward);
    /// @param value Asked, wei.
    /// @param taken Weighted value taken, wei.
    /// @param reward Part of it credited to `reporter`, wei.
    event Slashed(uint16 indexed operator, uint256 value, uint256 taken, address reporter, uint256 reward);
    /// @notice What a reporter can collect, after a credit to it or a collection by it.
    event RewardChanged(address indexed reporter, uint256 eth, uint256 token);
    /// @param asset Zero for ETH, else the ERC-20.
    event Burned(address indexed asset, uint256 amount);
    /// @param weight Wei of ETH for 1e18 of the ERC-20's smallest unit.
    event WeightSet(uint256 weight, uint64 fromEpoch);

    /* BONDS */
    /// @notice Adds ETH to an operator's bond. By anyone.
    /// @dev Emits {Deposited}.
    ///
    /// Requirements:
    /// - the value is `MIN_DEPOSIT` or more, else {BondVault_DepositTooSmall}
    /// - the operator is registered, else {BondVault_UnknownOperator}
    function deposit(uint16 operator) external payable;

    /// @notice Adds tokens, pulled from the caller, to an operator's bond. By anyone.
    /// @dev Emits {Deposited}.
    ///
    /// Requirements:
    /// - the amount is `MIN_TOKEN_DEPOSIT` or more, else {BondVault_DepositTooSmall}
    /// - the operator is registered, else {BondVault_UnknownOperator}
    /// - the caller approved the vault, and the vault's balance grows by exactly `amount`, else {BondVault_TransferFell}
    function depositToken(uint16 operator, uint256 amount) external;

    /// @notice Queues bond for withdrawal. Released after `EXIT_DELAY`, but not before the last slot that the operator has now
    /// is beyond dispute. Until then, not a second less or more, penalties reach it.
    /// @dev Emits {ExitRequested}.
    ///
    /// Requirements:
    /// - the caller is the owner, else {BondVault_NotOwner}
    /// - the amount is not zero, else {BondVault_ZeroAmount}, and there, else {BondVault_BalanceTooLow}
    /// - what stays is `requiredOf` or more, at the lower of the weight in force and the one to come, else
    ///   {BondVault_BelowRequirement}
    /// - one of 8 tickets is free, else {BondVault_TooManyTickets}
    /// @param token False for ETH, true for the ERC-20.
    /// @return ticket Number of the ticket, 0 to 7 for each operator; used again once it is paid.
    function requestExit(uint16 operator, bool token, uint256 amount) external returns (uint256 ticket);

    /// @notice Pays a released ticket to the operator's payee. By anyone.
    /// @dev Emits {ExitClaimed}.
    ///
    /// Requirements:
    /// - the ticket exists, else {BondVault_NoTicket}
    /// - it is released (`block.timestamp >= releaseTime`), else {BondVault_NotReleased}
    /// - the payee takes it, else {BondVault_PaymentFailed} or the token's error; the owner can name another payee
    function claimExit(uint16 operator, uint256 ticket) external;

    /* PENALTIES */
    /// @notice Takes min(value, what there is) for idleness: a third (each asset rounded down) grows `rewarded`'s bond, the rest
    /// is burned. ETH goes first, then the ERC-20 (rounded up to its smallest unit); the bond first, then unreleased tickets.
    /// @dev Makes no call outside but to nobody: no token and no receiver can stop a take-over. What is burned leaves through
    /// `burn`. Emits {BondChanged} and {ExitReduced} as they apply, then {Leaked}. Requires the baton as caller, else
    /// {BondVault_NotBaton}.
    /// @param value Wei.
    /// @param rewarded Operator whose bond grows by the reward; nobody is rewarded if 0 or `operator` itself.
    /// @return taken Weighted value taken, wei: at most `value`.
    function leak(uint16 operator, uint256 value, uint16 rewarded) external returns (uint256 taken);

    /// @notice Takes min(value, what there is) for an offence: a tenth (each asset rounded down) is credited to `reporter`, the
    /// rest is burned. Order and rounding as for `leak`.
    /// @dev Makes no outside call. Emits {BondChanged}, {ExitReduced} and {RewardChanged} as they apply, then {Slashed}. Requires
    /// the slasher as caller, else {BondVault_NotSlasher}.
    /// @param value Wei.
    /// @param reporter Zero for none.
    /// @return taken Weighted value taken, wei: at most `value`.
    function slash(uint16 operator, uint256 value, address reporter) external returns (uint256 taken);

    /// @notice As {slash}, of the core alone: takes min(value, coreOf(operator)).
    /// @dev Requires the court as caller, else {BondVault_NotCourt}.
    function slashCore(uint16 operator, uint256 value, address reporter) external returns (uint256 taken);

    /// @notice Pays the caller all the rewards it has in one asset.
    /// @dev Emits {RewardChanged}. Requires that there are any, else {BondVault_ZeroAmount}, and a receiver that takes them, else
    /// {BondVault_PaymentFailed} or the token's error.
    /// @param token False for ETH, true for the ERC-20.
    function collectReward(bool token, address to) external returns (uint256 amount);

    /// @notice Sends what penalties burned of one asset to 0x…dEaD. By anyone.
    /// @dev Emits {Burned}. Requires that there is any, else {BondVault_ZeroAmount}. A token that refuses keeps only itself.
    /// @param token False for ETH, true for the ERC-20.
    function burn(bool token) external returns (uint256 amount);

    /* GOVERNANCE */
    /// @notice Moves the token's weight by at most a quarter of what it is, effective from `currentEpoch + 2` on.
    /// @dev Emits {WeightSet}.
    ///
    /// Requirements:
    /// - the caller is the registry's governance, else {BondVault_NotGovernance}
    /// - the last change is in effect, else {BondVault_WeightPending}
    /// - the step is a quarter or less, and the weight not 0, else {BondVault_WeightStepTooLarge}
    /// @param weight Wei of ETH for 1e18 of the ERC-20's smallest unit.
    function setWeight(uint96 weight) external;

    /* VIEWS */
    /// @return The ERC-20.
    function TOKEN() external view returns (address);
    /// @notice Bond an operator must have to be in the set, wei.
    function MIN_BOND() external view returns (uint256);
    /// @notice Bond tied to each live slot, wei.
    function LOCK_PER_SLOT() external view returns (uint256);
    /// @notice Least time from `requestExit` to release, seconds.
    function EXIT_DELAY() external view returns (uint256);
    /// @notice Least ETH in one deposit, wei.
    function MIN_DEPOSIT() external view returns (uint256);
    /// @notice Least of the ERC-20 in one deposit, its smallest unit.
    function MIN_TOKEN_DEPOSIT() external view returns (uint256);
    /// @notice Weighted bond without queued exits, wei, rounded down.
    function bondOf(uint16 operator) external view returns (uint256);
    /// @notice The parts of an operator's bond, as rewards ask for them: all of it is the operator's own.
    /// @return self See {bondOf}. @return ids Of delegated shares: none. @return delegated Value of each: none.
    function stakesOf(uint16 operator)
        external
        view
        returns (uint256 self, uint256[] memory ids, uint256[] memory delegated);
    /// @return Basis points of what delegators earn: 0, there are none.
    function commissionAt(uint16 operator, uint64 epoch) external view returns (uint256);
    /// @notice Weighted value that a penalty could reach now: bond and unreleased tickets, wei, rounded down.
    function slashableOf(uint16 operator) external view returns (uint256);
    /// @notice What `requestExit` must leave now, wei: the minimum (unless the operator is out of the set, in effect) and the
    /// locks of all live slots.
    function requiredOf(uint16 operator) external view returns (uint256);
    /// @notice The locks of all live slots, wei.
    function lockOf(uint16 operator) external view returns (uint256);
    /// @notice What governance can reach, wei: the bond up to `MIN_BOND`.
    function coreOf(uint16 operator) external view returns (uint256);
    /// @notice Bond tied to a slot of `epoch`, wei.
    function lockPerSlotAt(uint64 epoch) external view returns (uint256);
    /// @notice The bond without queued exits, by asset.
    function balanceOf(uint16 operator) external view returns (uint256 eth, uint256 token);
    /// @return token False for ETH.
    /// @return amount 0: there is no such ticket.
    /// @return releaseTime L1 seconds.
    function ticketOf(uint16 operator, uint256 ticket)
        external
        view
        returns (bool token, uint256 amount, uint256 releaseTime);
    /// @notice What `reporter` can collect, by asset.
    function rewardOf(address reporter) external view returns (uint256 eth, uint256 token);
    /// @notice What `burn` would send away, by asset.
    function burnable() external view returns (uint256 eth, uint256 token);
    /// @return Wei of ETH for 1e18 of the ERC-20's smallest unit. Exact for every epoch that the last change but one was in
    /// effect in or that came later.
    function weightAt(uint64 epoch) external view returns (uint256);
}
