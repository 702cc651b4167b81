// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRewardHook} from "./IRewardHook.sol";

/// @title Reward pool
/// @notice Pays operators and their delegators for slots served, in two assets: ETH that arrives from the chain's fee vault, and an
/// ERC-20 that governance fills the pool with and that is issued at a capped rate.
/// @dev Epoch by epoch, once its dispute period has lapsed, {finalize} divides an epoch's reward by its slots. A slot's part goes to
/// who held it at its end and showed life in that turn; the part of a slot that nobody served stays in the pool. Of an operator's
/// reward, delegators get their part of the bond less the operator's commission of that epoch; the rest is the operator's.
///
/// Half of every reward can be claimed at once. The other half is released evenly over `VESTING_PERIOD`; a delegator's to who holds
/// the shares meanwhile, so that to leave costs what has not vested yet, and to come for a reward that is due gains little.
///
/// Arriving fees are spread: an epoch pays a `FEE_EPOCHS`th of what is there. So whoever times the fee vault's withdrawal does not
/// choose whose fees they are.
///
/// At all times, to the wei: balance = undivided + unpaid (INV-84). ETH and tokens that arrive in any way are undivided; so tokens
/// that take a fee or shrink can cost claims in tokens, never in ETH.
///
/// What an address can do: an operator's payee and holders of shares receive what is theirs, by pull; governance moves the rate of
/// issuance up to the constructor's limit. Nobody can take anything out otherwise.
interface IRewardPool is IRewardHook {
    /// @param feeEpochs An epoch pays this part of the fees that are there: above 0.
    /// @param vestingPeriod Time over which the second half of a reward is released, seconds; above 0.
    /// @param emission First rate of issuance, smallest units of the token an epoch.
    /// @param maxEmission Highest rate that governance can set.
    struct Params {
        uint16 feeEpochs;
        uint32 vestingPeriod;
        uint96 emission;
        uint96 maxEmission;
    }

    /* ERRORS */
    /// @notice A constructor value outside of its range: `parameter` names it.
    error RewardPool_OutOfRange(string parameter, uint256 value);
    /// @notice Epochs are finalized in order: `next` is the next one.
    error RewardPool_NotNext(uint64 epoch, uint64 next);
    /// @notice The epoch can be disputed until `due`, L1 seconds.
    error RewardPool_TooEarly(uint64 epoch, uint256 due);
    /// @notice Nothing can be claimed now.
    error RewardPool_NothingToClaim();
    /// @notice The receiver refused the ETH.
    error RewardPool_PaymentFailed(address to, uint256 amount);
    /// @notice Only the vault tells of shares.
    error RewardPool_NotVault(address caller);
    /// @notice Only the registry's governance may do this.
    error RewardPool_NotGovernance(address caller);
    /// @notice The rate is above the limit.
    error RewardPool_EmissionTooHigh(uint256 emission, uint256 maximum);
    /// @notice Epochs before the last change are still to be finalized: wait until `fromEpoch` is the next one.
    error RewardPool_EmissionPending(uint64 fromEpoch);

    /* EVENTS */
    event FeesReceived(address indexed from, uint256 amount);
    /// @param feesPerSlot Wei. @param tokensPerSlot Smallest units.
    event EpochFinalized(uint64 indexed epoch, uint256 feesPerSlot, uint256 tokensPerSlot, uint256 slotsServed);
    /// @param slots Served by the operator in `epoch`.
    /// @param own The operator's part of its reward, commission included; by asset, like the next one.
    /// @param delegated The part of its delegators.
    event OperatorRewarded(
        uint64 indexed epoch, uint16 indexed operator, uint256 slots, uint256[2] own, uint256[2] delegated
    );
    /// @param token False for ETH.
    event RewardClaimed(uint16 indexed operator, address payee, bool token, uint256 amount);
    /// @param token False for ETH.
    event DelegatorRewardClaimed(uint256 indexed id, address indexed owner, address to, bool token, uint256 amount);
    event EmissionSet(uint256 emission, uint64 fromEpoch);

    /* EPOCHS */
    /// @notice Divides the reward of `epoch` among who served its slots. By anyone.
    /// @dev Emits {OperatorRewarded} for each, then {EpochFinalized}. What the schedule has forgotten because nobody called in time
    /// pays nobody, and its reward stays for later epochs.
    ///
    /// Requirements:
    /// - it is {nextEpoch}, else {RewardPool_NotNext}
    /// - its dispute period is over, else {RewardPool_TooEarly}
    function finalize(uint64 epoch) external;

    /* CLAIMS */
    /// @notice Pays an operator's released rewards to its payee. By anyone.
    /// @dev Emits {RewardClaimed}. Requires that there are any, else {RewardPool_NothingToClaim}, and a payee that takes them, else
    /// {RewardPool_PaymentFailed} or the token's error.
    /// @param token False for ETH, true for the ERC-20.
    /// @return amount Wei or smallest units.
    function claim(uint16 operator, bool token) external returns (uint256 amount);

    /// @notice Pays the caller's released rewards for its shares.
    /// @dev Emits {DelegatorRewardClaimed}. Requirements as of {claim}.
    /// @param id ERC-6909 id of the shares; those that were transferred or burned meanwhile still count for their time.
    /// @param token False for ETH, true for the ERC-20.
    /// @return amount Wei or smallest units.
    function claimDelegated(uint256 id, bool token, address to) external returns (uint256 amount);

    /* GOVERNANCE */
    /// @notice Sets how much of the ERC-20 an epoch issues, from `currentEpoch + 2` on.
    /// @dev Emits {EmissionSet}.
    ///
    /// Requirements:
    /// - the caller is the registry's governance, else {RewardPool_NotGovernance}
    /// - every epoch before the last change is finalized or forgotten, else {RewardPool_EmissionPending}
    /// - the rate is not above the limit, else {RewardPool_EmissionTooHigh}
    /// @param emission Smallest units an epoch.
    function setEmission(uint96 emission) external;

    /* VIEWS */
    /// @return The ERC-20.
    function TOKEN() external view returns (address);
    function FEE_EPOCHS() external view returns (uint256);
    /// @return Seconds.
    function VESTING_PERIOD() external view returns (uint256);
    /// @return Smallest units an epoch.
    function MAX_EMISSION() external view returns (uint256);
    /// @return The epoch that {finalize} takes next: after the last one, or the oldest that the schedule still knows.
    function nextEpoch() external view returns (uint64);
    /// @return Rate of issuance in `epoch`, smallest units; exact since the last change but one took effect.
    function emissionAt(uint64 epoch) external view returns (uint256);
    /// @return What is there and belongs to no epoch yet, wei or smallest units.
    function undivided(bool token) external view returns (uint256);
    /// @return What epochs were paid and nobody has claimed yet, vested or not, wei or smallest units.
    function unpaid(bool token) external view returns (uint256);
    /// @return released What {claim} would pay now, wei or smallest units.
    /// @return locked What is released later.
    function rewardOf(uint16 operator, bool token) external view returns (uint256 released, uint256 locked);
    /// @return released What {claimDelegated} would pay `owner` now, wei or smallest units, rounded down.
    function rewardOf(address owner, uint256 id, bool token) external view returns (uint256 released);
    /// @return What is released later to who holds the shares then, wei or smallest units.
    function lockedOf(uint256 id, bool token) external view returns (uint256);
}
