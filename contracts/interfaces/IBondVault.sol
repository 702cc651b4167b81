// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Basket} from "../types/Basket.sol";
import {IPledges} from "./IPledges.sol";

/// @title Bond vault
/// @notice Operators' bonds in ETH and up to three ERC-20s, their own and delegated, counted as one value in wei of ETH.
/// @dev Asset 0 is ETH, 1 to 3 are the ERC-20s of the deployment. Amounts are in an asset's smallest unit (wei for ETH); inside, they
/// are counted in whole *quanta* (1 gwei for ETH), and an amount that is not a whole number of them is refused. Values are in wei
/// of ETH, each asset counted at its weight and rounded down. The balances are the vault's own books: what is sent past its
/// functions belongs to nobody.
///
/// Each operator has a pool an asset: what is in it belongs to its shares. The operator's own shares, the self-bond, stay here;
/// delegated ones are ERC-6909 tokens (id = operator << 24 | asset << 16 | generation) that transfer freely. Minting and redeeming
/// round down, in favour of those who stay. A penalty takes from a pool, so from all its shares alike. When a share has lost all
/// but a millionth of its value, the next deposit starts a new generation of shares; the old ones are worth nothing.
///
/// Exits keep their shares in the pool until they are released. Whatever touches a pool first takes the released ones out of it,
/// at the price of that moment: an exit can be claimed exactly from its release on, and slashed exactly until then.
///
/// What an address can do: an operator's owner exits its self-bond, its payee receives; a holder exits its shares; the baton
/// leaks, the slasher slashes, the court slashes the core, the pledges take the penalty of a default, all fixed at deployment; governance moves weights, by a quarter at a time, and exit delays within their range. Nobody can move a bond elsewhere.
interface IBondVault {
    /* STRUCTS */
    /// @param slasher May slash; zero: nobody may. @param court May slash the core; zero: nobody may.
    /// @param pledges Tells what must stay, and takes penalties of defaults.
    /// @param rewards An IRewardHook, told of every change of delegated shares; zero: nobody is told.
    struct Addresses {
        address registry;
        address pledges;
        address baton;
        address slasher;
        address court;
        address rewards;
    }

    /// @notice An ERC-20 that bonds may consist of.
    /// @param token Zero: this asset and all after it are not used.
    /// @param quantum Smallest amount that is counted, the token's smallest unit; the total supply must stay below 2^63 quanta.
    /// @param weight Wei of ETH for 1e18 of the token's smallest unit; not 0.
    /// @param minDeposit The token's smallest unit; a whole number of quanta, not 0.
    struct Token {
        address token;
        uint64 quantum;
        uint96 weight;
        uint128 minDeposit;
    }

    /// @notice How long governance may need to reach a core from the offence on, seconds each. The core exit takes no less in sum.
    struct CourtTimes {
        uint32 detection;
        uint32 votingDelay;
        uint32 votingPeriod;
        uint32 timelock;
        uint32 answerPeriod;
        uint32 executionGrace;
    }

    /// @param minBond The core: least self-bond of an operator in the set, and what the court can reach, wei.
    /// @param minDeposit Least ETH in one deposit, wei; a whole number of gwei, not 0.
    /// @param token1 Asset 1, and so on: no arrays of structs, which storage does not take.
    /// @param evidenceWindow From a slot's end, while offences in it can be proven, seconds; only checked against.
    /// @param elasticExitDelay From the end of the last slot that an operator can have or win when it asks for an exit, seconds; at least
    /// 25/24 of the evidence window. The longest that governance can set.
    /// @param coreExitDelay From the request on, seconds; at least the sum of `court`, and the dispute period and 3 epochs. Half the
    /// longest that governance can set.
    /// @param disputePeriod The schedule's, seconds.
    struct Params {
        uint128 minBond;
        uint128 minDeposit;
        Token token1;
        Token token2;
        Token token3;
        uint32 evidenceWindow;
        uint32 elasticExitDelay;
        uint32 coreExitDelay;
        uint32 disputePeriod;
        CourtTimes court;
    }

    /* ERRORS */
    /// @notice A constructor address is missing, or a token has no code.
    error BondVault_BadAddress(string parameter, address value);
    /// @notice A constructor value outside of its range: `parameter` names it.
    error BondVault_OutOfRange(string parameter, uint256 value);
    /// @notice An elastic exit takes 25/24 of the evidence window or more, and no longer than at deployment, seconds.
    error BondVault_ElasticExitOutOfRange(uint256 delay, uint256 minimum, uint256 maximum);
    /// @notice A core exit takes as long as the court may need, and as the dispute period and 3 epochs, seconds.
    error BondVault_CoreExitOutOfRange(uint256 delay, uint256 minimum, uint256 maximum);
    /// @notice Nobody registered this id.
    error BondVault_UnknownOperator(uint16 operator);
    /// @notice The deployment has no such asset.
    error BondVault_UnknownAsset(uint256 asset);
    /// @notice Only the operator's owner may do this.
    error BondVault_NotOwner(uint16 operator, address caller);
    /// @notice Only the baton leaks.
    error BondVault_NotBaton(address caller);
    /// @notice Only the slasher slashes, and the pledges for a default.
    error BondVault_NotSlasher(address caller);
    /// @notice Only the court slashes the core.
    error BondVault_NotCourt(address caller);
    /// @notice Only the registry's governance may do this.
    error BondVault_NotGovernance(address caller);
    /// @notice Dust deposits only cost their readers gas: deposit the minimum or more.
    error BondVault_DepositTooSmall(uint256 amount, uint256 minimum);
    /// @notice Amounts are counted in whole quanta: round it down to a multiple.
    error BondVault_NotWholeQuanta(uint256 amount, uint256 quantum);
    /// @notice The token moved another amount than it was asked to: it takes a fee, or lies.
    error BondVault_TransferFell(uint256 expected, uint256 balanceBefore, uint256 balanceAfter);
    /// @notice The self-bond has less of this asset than asked for, smallest unit.
    error BondVault_BalanceTooLow(uint16 operator, uint256 balance, uint256 asked);
    /// @notice Too little value would stay, wei: ask for less, leave the set, or wait for slots to be beyond dispute.
    error BondVault_BelowRequirement(uint16 operator, uint256 left, uint256 required);
    /// @notice Delegated value would be more than 9 times the self-bond, wei.
    error BondVault_DelegatedTooMuch(uint16 operator, uint256 delegated, uint256 maximum);
    /// @notice A core exit in this asset is pending: claim it first, once it is released.
    error BondVault_CoreExitPending(uint16 operator, uint256 asset);
    /// @notice These shares are of a generation that penalties took all of.
    error BondVault_OldGeneration(uint256 id, uint256 current);
    /// @notice There is no such ticket, or it was paid.
    error BondVault_NoTicket(uint16 operator, uint256 ticket, address holder);
    /// @notice The ticket is released at `releaseTime`, L1 seconds.
    error BondVault_NotReleased(uint256 ticket, uint256 releaseTime);
    /// @notice A weight moves by a quarter at most, and never to 0.
    error BondVault_WeightStepTooLarge(uint256 current, uint256 asked);
    /// @notice The last change is not in effect yet: wait for `fromEpoch`.
    error BondVault_ChangePending(uint64 fromEpoch);
    /// @notice There is nothing to move.
    error BondVault_ZeroAmount();
    /// @notice The receiver refused the ETH.
    error BondVault_PaymentFailed(address to, uint256 amount);

    /* EVENTS */
    /// @notice The self-bond grew. @param amount In the asset's smallest unit, as everywhere.
    event Deposited(uint16 indexed operator, uint8 indexed asset, uint256 amount);
    event Delegated(
        uint16 indexed operator, uint8 indexed asset, address indexed holder, uint256 amount, uint256 shares
    );
    /// @notice Part of the self-bond became delegated shares of `to`.
    event SelfBondDelegated(uint16 indexed operator, uint8 indexed asset, address indexed to, uint256 shares);
    /// @notice Shares worth `amount` now wait for their release. @param holder Zero: of the self-bond.
    event ExitRequested(
        uint16 indexed operator,
        uint256 indexed ticket,
        address indexed holder,
        uint256 shares,
        uint256 amount,
        uint256 releaseTime
    );
    /// @param holder Zero: it was of the self-bond. @param to Who was paid.
    event ExitClaimed(
        uint16 indexed operator, uint256 indexed ticket, address indexed holder, uint256 amount, address to
    );
    /// @notice All exits of one release left the pool, at its price.
    event ExitsReleased(
        uint16 indexed operator, uint8 indexed asset, uint256 releaseTime, uint256 shares, uint256 amount
    );
    /// @notice New shares of this pool have another id; `burned` was left of the old ones.
    event GenerationStarted(uint16 indexed operator, uint8 indexed asset, uint256 id, uint256 burned);
    /// @param value Asked, wei. @param taken Value taken, wei.
    /// @param loss Quanta taken of each asset. @param reward Part of it that grew the self-bond of `rewarded`.
    event Leaked(
        uint16 indexed operator, uint256 value, uint256 taken, uint16 indexed rewarded, Basket loss, Basket reward
    );
    /// @param loss Quanta taken of each asset. @param reward Part of it credited to `reporter`.
    event Slashed(
        uint16 indexed operator, uint256 value, uint256 taken, address indexed reporter, Basket loss, Basket reward
    );
    /// @notice As {Slashed}, of the core alone. @param ownShares Shares of the self-bond that went with it, by asset.
    /// @param exitShares Shares of pending core exits that went with it, by asset.
    event CoreSlashed(
        uint16 indexed operator,
        uint256 value,
        uint256 taken,
        address indexed reporter,
        Basket loss,
        Basket reward,
        uint256[4] ownShares,
        uint256[4] exitShares
    );
    event RewardCollected(address indexed reporter, uint8 indexed asset, uint256 amount, address to);
    event Burned(uint8 indexed asset, uint256 amount);
    /// @param weight Wei of ETH for 1e18 of the asset's smallest unit.
    event WeightSet(uint8 indexed asset, uint256 weight, uint64 fromEpoch);
    /// @notice Of exits requested from now on, seconds.
    event ExitDelaysSet(uint256 elastic, uint256 core);

    /* SELF-BOND */
    /// @notice Adds ETH to an operator's self-bond. By anyone.
    /// @dev Emits {Deposited}.
    ///
    /// Requirements:
    /// - the value is the minimum or more, else {BondVault_DepositTooSmall}, in whole quanta, else {BondVault_NotWholeQuanta}
    /// - the operator is registered, else {BondVault_UnknownOperator}
    function deposit(uint16 operator) external payable;

    /// @notice Adds tokens, pulled from the caller, to an operator's self-bond. By anyone.
    /// @dev Emits {Deposited}.
    ///
    /// Requirements:
    /// - there is such an ERC-20, else {BondVault_UnknownAsset}
    /// - amount and operator as for {deposit}
    /// - the caller approved the vault, and the vault's balance grows by exactly `amount`, else {BondVault_TransferFell}
    function depositToken(uint16 operator, uint8 asset, uint256 amount) external;

    /// @notice Queues self-bond for withdrawal, to the operator's payee. An exit that leaves `MIN_BOND` is elastic: released
    /// `elasticExitDelay` after the end of the epoch after next, the last one that the operator can have or win slots of, in steps
    /// of `EXIT_STEP`. Any other one is a core exit: released after `coreExitDelay`, and open to the court until then.
    /// @dev Emits {ExitRequested}.
    ///
    /// Requirements:
    /// - the caller is the owner, else {BondVault_NotOwner}
    /// - the amount is not zero, else {BondVault_ZeroAmount}, there, else {BondVault_BalanceTooLow}, in whole quanta, else
    ///   {BondVault_NotWholeQuanta}
    /// - the bond that stays is `IPledges.requiredOf` or more, and the self-bond `MIN_BOND` or more unless the operator is out of the set, at the
    ///   lowest weights decided, else {BondVault_BelowRequirement}
    /// - in the set, delegated value stays within 9 times the self-bond, else {BondVault_DelegatedTooMuch}
    /// - no core exit in this asset is pending if this is one, else {BondVault_CoreExitPending}
    /// @param amount The asset's smallest unit; all there is for the last shares.
    /// @return ticket See `ticketOf`; exits of one kind with one release share a ticket.
    function requestExit(uint16 operator, uint8 asset, uint256 amount) external returns (uint256 ticket);

    /// @notice Pays a released ticket of the self-bond to the operator's payee. By anyone.
    /// @dev Emits {ExitClaimed}.
    ///
    /// Requirements:
    /// - the ticket exists, else {BondVault_NoTicket}
    /// - it is released (`block.timestamp >= releaseTime`), else {BondVault_NotReleased}
    /// - the payee takes it, else {BondVault_PaymentFailed} or the token's error; the owner can name another payee
    function claimExit(uint16 operator, uint256 ticket) external;

    /* DELEGATION */
    /// @notice Adds ETH of the caller to an operator's pool, for transferable shares. Penalties reach them like the operator's own.
    /// @dev Emits {Delegated}.
    ///
    /// Requirements:
    /// - value and operator as for {deposit}
    /// - delegated value stays within 9 times the self-bond, else {BondVault_DelegatedTooMuch}
    /// @return shares Rounded down.
    function delegate(uint16 operator) external payable returns (uint256 shares);

    /// @notice The same with tokens pulled from the caller.
    /// @dev Emits {Delegated}. Requirements as of {depositToken} and {delegate}.
    function delegateToken(uint16 operator, uint8 asset, uint256 amount) external returns (uint256 shares);

    /// @notice Turns part of the self-bond into delegated shares of `to`.
    /// @dev Emits {SelfBondDelegated}. Requirements as of {requestExit} for an operator in the set, whether it is or not; and what is
    /// required is left without what is delegated, else {BondVault_BelowRequirement}: shares may leave at once.
    function delegateSelfBond(uint16 operator, uint8 asset, uint256 amount, address to)
        external
        returns (uint256 shares);

    /// @notice Queues the caller's shares for redemption, released as an elastic exit of the self-bond. No guard holds them back.
    /// @dev Emits {ExitRequested}.
    ///
    /// Requirements:
    /// - the caller has the shares, else ERC6909InsufficientBalance; not none, else {BondVault_ZeroAmount}
    /// - they are of the current generation, else {BondVault_OldGeneration}
    function undelegate(uint256 id, uint256 shares) external returns (uint256 ticket);

    /// @notice Pays a released ticket to the holder that requested it. By anyone.
    /// @dev Emits {ExitClaimed}. Requirements as of {claimExit}.
    function claimUndelegated(uint16 operator, uint256 ticket, address holder) external;

    /* PENALTIES */
    /// @notice Takes min(value, what there is) for idleness, in proportion from all assets: a third (each asset rounded down) grows
    /// `rewarded`'s self-bond, the rest is burned.
    /// @dev Makes no outside call that a token or a receiver could stop. What is burned leaves through `burn`. Emits
    /// {ExitsReleased} as it applies, then {Leaked}. Requires the baton as caller, else {BondVault_NotBaton}.
    /// @param value Wei.
    /// @param rewarded Operator whose self-bond grows by the reward; nobody is rewarded if 0 or `operator` itself.
    /// @return taken Value taken, wei: at most `value`. What leaves is up to one quantum of each asset more.
    function leak(uint16 operator, uint256 value, uint16 rewarded) external returns (uint256 taken);

    /// @notice Takes min(value, what there is) for an offence or a default on a pledge, in proportion from all assets and all shares,
    /// exits that are not released included: a tenth (each asset rounded down) is credited to `reporter`, the rest is burned.
    /// @dev As {leak}; emits {Slashed}. Requires the slasher or the pledges as caller, else {BondVault_NotSlasher}.
    /// @param reporter Zero for none.
    function slash(uint16 operator, uint256 value, address reporter) external returns (uint256 taken);

    /// @notice Takes min(value, the core) for what governance voted: from the operator's own shares and its core exits alone.
    /// @dev As {slash}; emits {CoreSlashed}. Requires the court as caller, else {BondVault_NotCourt}.
    function slashCore(uint16 operator, uint256 value, address reporter) external returns (uint256 taken);

    /// @notice Pays the caller all the rewards it has in one asset.
    /// @dev Emits {RewardCollected}. Requires that there are any, else {BondVault_ZeroAmount}, and a receiver that takes them, else
    /// {BondVault_PaymentFailed} or the token's error.
    function collectReward(uint8 asset, address to) external returns (uint256 amount);

    /// @notice Sends what penalties burned of one asset to 0x…dEaD. By anyone.
    /// @dev Emits {Burned}. Requires that there is any, else {BondVault_ZeroAmount}. A token that refuses keeps only itself.
    function burn(uint8 asset) external returns (uint256 amount);

    /* GOVERNANCE */
    /// @notice Moves an ERC-20's weight by at most a quarter of what it is, effective from `currentEpoch + 2` on.
    /// @dev Emits {WeightSet}.
    ///
    /// Requirements:
    /// - the caller is the registry's governance, else {BondVault_NotGovernance}
    /// - there is such an ERC-20, else {BondVault_UnknownAsset}
    /// - the last change is in effect, else {BondVault_ChangePending}
    /// - the step is a quarter or less, and the weight not 0, else {BondVault_WeightStepTooLarge}
    /// @param weight Wei of ETH for 1e18 of the asset's smallest unit.
    function setWeight(uint8 asset, uint96 weight) external;

    /// @notice Sets the delays of exits requested from now on, seconds.
    /// @dev Emits {ExitDelaysSet}.
    ///
    /// Requirements:
    /// - the caller is the registry's governance, else {BondVault_NotGovernance}
    /// - both are in their range, else {BondVault_ElasticExitOutOfRange} or {BondVault_CoreExitOutOfRange}
    function setExitDelays(uint32 elastic, uint32 core) external;

    /* VIEWS: BONDS */
    /// @notice Weighted bond, the operator's and delegated, without queued exits, wei.
    function bondOf(uint16 operator) external view returns (uint256);
    /// @notice Weighted self-bond without queued exits, wei.
    function selfBondOf(uint16 operator) external view returns (uint256);
    /// @notice Value of all shares that stay in the operator's pools at least until `timestamp`, wei: as of now, what is queued for a
    /// later release included.
    function heldThrough(uint16 operator, uint256 timestamp) external view returns (uint256);
    /// @return own See {selfBondOf}.
    /// @return ids ERC-6909 ids of the current generations of which accounts hold shares.
    /// @return delegated Value of each, wei.
    function stakesOf(uint16 operator)
        external
        view
        returns (uint256 own, uint256[] memory ids, uint256[] memory delegated);
    /// @notice Weighted value that `slash` could take now: the bond and all exits that are not released, wei.
    function slashableOf(uint16 operator) external view returns (uint256);
    /// @notice The same, and the self-bond in it, in one call.
    function reachOf(uint16 operator) external view returns (uint256 all, uint256 own);
    /// @notice Weighted value that `slashCore` could take now: the self-bond up to `MIN_BOND`, and core exits not released, wei.
    function coreOf(uint16 operator) external view returns (uint256);
    /// @notice Id of the shares that `delegate` mints now.
    function idOf(uint16 operator, uint8 asset) external view returns (uint256);
    /// @notice State of one pool, released exits taken out: quanta and shares. A share is worth (assets + 1) / (shares + 1) quanta.
    /// @return assets Quanta in it.
    /// @return shares All shares, queued exits included.
    /// @return own The operator's, without queued exits.
    /// @return exiting In queued exits.
    function poolOf(uint16 operator, uint8 asset)
        external
        view
        returns (uint256 assets, uint256 shares, uint256 own, uint256 exiting);

    /* VIEWS: EXITS */
    /// @notice What a ticket is worth now: final once it is released.
    /// @param ticket asset << 48 | generation << 32 | (core exit: 1) << 24 | number of the release.
    /// @param holder Zero for the self-bond.
    /// @return amount The asset's smallest unit.
    /// @return shares 0: there is no such ticket.
    /// @return releaseTime L1 seconds.
    function ticketOf(uint16 operator, uint256 ticket, address holder)
        external
        view
        returns (uint256 amount, uint256 shares, uint256 releaseTime);
    /// @notice When an elastic exit requested now would be released, L1 seconds.
    function elasticRelease() external view returns (uint256);
    /// @notice From the end of the epoch after next to the release of an elastic exit, seconds.
    function elasticExitDelay() external view returns (uint128);
    /// @notice From the request to the release of a core exit, seconds.
    function coreExitDelay() external view returns (uint128);

    /* VIEWS: PENALTIES */
    /// @notice What `reporter` can collect, by asset.
    function rewardOf(address reporter) external view returns (uint256[4] memory);
    /// @notice What `burn` would send away, by asset.
    function burnable() external view returns (uint256[4] memory);

    /* VIEWS: TERMS */
    /// @notice `IPledges.commissionAt`, for those who know the vault.
    function commissionAt(uint16 operator, uint64 epoch) external view returns (uint256);
    /// @return Wei of ETH for 1e18 of the asset's smallest unit. Exact for every epoch that the last change but one was in
    /// effect in or that came later.
    function weightAt(uint8 asset, uint64 epoch) external view returns (uint256);

    /* PARAMETERS */
    /// @notice What operators promise and must hold.
    function PLEDGES() external view returns (IPledges);
    /// @notice Number of assets, ETH included.
    function ASSETS() external view returns (uint256);
    /// @return token Zero for ETH.
    /// @return quantum See {Token}.
    /// @return minDeposit Least amount in one deposit.
    function assetOf(uint8 asset) external view returns (address token, uint256 quantum, uint256 minDeposit);
    /// @notice The core: self-bond an operator must have to be in the set, wei.
    function MIN_BOND() external view returns (uint256);
    /// @notice Releases of elastic exits are so far apart, seconds.
    function EXIT_STEP() external view returns (uint256);
    /// @notice Least core exit delay, seconds.
    function MIN_CORE_EXIT_DELAY() external view returns (uint256);
    /// @notice Least elastic exit delay, seconds.
    function MIN_ELASTIC_EXIT_DELAY() external view returns (uint256);
}
