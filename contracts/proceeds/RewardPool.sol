// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IRewardPool} from "../interfaces/IRewardPool.sol";
import {ISchedule} from "../interfaces/ISchedule.sol";
import {IStakes} from "../interfaces/IStakes.sol";
import {Clocked} from "../libraries/Clocked.sol";
import {Timeline} from "../libraries/Timeline.sol";
import {Lever, toLever} from "../types/Lever.sol";
import {Clock} from "../types/Types.sol";
import {RewardLedger} from "./RewardLedger.sol";

/// @title RewardPool
/// @notice Divides fees and issuance among operators by the slots they served; with `RewardLedger`, pays them and their delegators.
/// @dev Trusts `SCHEDULE` to tell the same of an epoch at any time after its dispute period, `VAULT` to name at most one id an
/// asset for an operator, and commissions of 10,000 basis points at most. Finalizing calls nobody but these and the token's
/// `balanceOf`.
contract RewardPool is RewardLedger, Clocked {
    using Timeline for Clock;

    /* TYPES */
    /// @param slots Served by the operator.
    /// @param perSlot By asset.
    struct Served {
        uint16 operator;
        uint256 slots;
        uint256[ASSETS] perSlot;
    }

    /* CONSTANTS AND IMMUTABLES */
    uint256 internal constant BPS = 10_000;

    ISchedule public immutable SCHEDULE;
    uint256 public immutable DISPUTE_PERIOD;
    uint256 internal immutable RING;
    /// @inheritdoc IRewardPool
    uint256 public immutable FEE_EPOCHS;
    /// @inheritdoc IRewardPool
    uint256 public immutable MAX_EMISSION;

    /* STORAGE */
    Lever internal _emission;
    /// @dev The epoch after the last finalized one.
    uint64 internal _next;

    /* CONSTRUCTOR */
    /// @param schedule Deployed before: it is asked for its parameters.
    constructor(
        Clock memory clock_,
        IOperatorRegistry registry,
        IStakes vault,
        ISchedule schedule,
        address token,
        Params memory params
    ) Clocked(clock_) RewardLedger(registry, vault, token, params.vestingPeriod) {
        if (params.feeEpochs == 0) revert RewardPool_OutOfRange("feeEpochs", params.feeEpochs);
        if (params.emission > params.maxEmission) {
            revert RewardPool_EmissionTooHigh(params.emission, params.maxEmission);
        }
        (SCHEDULE, RING, DISPUTE_PERIOD) = (schedule, schedule.RING(), schedule.DISPUTE_PERIOD());
        // The schedule must know an epoch for at least one more after its dispute period: there has to be time to finalize it.
        uint256 epochSeconds = clock_.epochSeconds();
        uint256 minimum = 3 + (DISPUTE_PERIOD + epochSeconds - 1) / epochSeconds;
        if (RING < minimum) revert RewardPool_OutOfRange("ring", RING);
        (FEE_EPOCHS, MAX_EMISSION) = (params.feeEpochs, params.maxEmission);
        _emission = toLever(params.emission);
        emit EmissionSet(params.emission, 0);
    }

    /* EPOCHS */
    /// @dev From the fee vault, by way of the chain's bridge, or from anybody. As cheap as can be: the bridge's gas is limited.
    receive() external payable {
        emit FeesReceived(msg.sender, msg.value);
    }

    /// @inheritdoc IRewardPool
    function finalize(uint64 epoch) external {
        // Check: its turn (INV-86), and beyond dispute.
        uint64 next = nextEpoch();
        if (epoch != next) revert RewardPool_NotNext(epoch, next);
        uint256 due = _clock().endOfEpoch(epoch) + DISPUTE_PERIOD;
        if (block.timestamp < due) revert RewardPool_TooEarly(epoch, due);

        // Effect: what calls out in between are static calls.
        _next = epoch + 1;
        uint256[ASSETS] memory perSlot = _rewardPerSlot(epoch);
        uint16[] memory servers = SCHEDULE.servedIn(epoch);
        uint256 served;
        for (uint256 i; i < servers.length; ++i) {
            if (servers[i] == 0) continue;
            // All slots of an operator at once, where the first of them is met.
            Served memory one = Served({operator: servers[i], slots: 0, perSlot: perSlot});
            for (uint256 j = i; j < servers.length; ++j) {
                if (servers[j] != one.operator) continue;
                servers[j] = 0;
                ++one.slots;
            }
            served += one.slots;
            _reward(epoch, one);
        }
        emit EpochFinalized(epoch, perSlot[ETH], perSlot[TOKENS], served);
    }

    /* GOVERNANCE */
    /// @inheritdoc IRewardPool
    function setEmission(uint96 emission) external {
        if (msg.sender != REGISTRY.governance()) revert RewardPool_NotGovernance(msg.sender);
        (uint64 epoch,,) = _now();
        Lever lever = _emission;
        // Every epoch that is still to be paid is, at the rate that was set for it.
        if (nextEpoch() < lever.changesAt()) revert RewardPool_EmissionPending(lever.changesAt());
        if (emission > MAX_EMISSION) revert RewardPool_EmissionTooHigh(emission, MAX_EMISSION);
        _emission = lever.moved(emission, epoch + 2);
        emit EmissionSet(emission, epoch + 2);
    }

    /* VIEWS */
    /// @inheritdoc IRewardPool
    function nextEpoch() public view returns (uint64) {
        (uint64 current,,) = _now();
        // Not above the current epoch, for a ring is at least 3.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint64 oldest = current + 2 > RING ? uint64(current + 2 - RING) : 0;
        return oldest > _next ? oldest : _next;
    }

    /// @inheritdoc IRewardPool
    function emissionAt(uint64 epoch) public view returns (uint256) {
        return _emission.valueAt(epoch);
    }

    /* INTERNAL */
    /// @notice A fixed part of the fees that are there, and no more tokens than the rate (INV-87).
    /// @dev What a slot of `epoch` pays, rounded down; the rest stays undivided.
    function _rewardPerSlot(uint64 epoch) internal view returns (uint256[ASSETS] memory perSlot) {
        perSlot[ETH] = _undivided(ETH) / FEE_EPOCHS / SLOTS_PER_EPOCH;
        (uint256 issued, uint256 there) = (emissionAt(epoch), _undivided(TOKENS));
        perSlot[TOKENS] = (issued < there ? issued : there) / SLOTS_PER_EPOCH;
    }

    /// @dev Delegators by the value of their part of the bond, less commission, rounded down; the operator has the rest.
    function _reward(uint64 epoch, Served memory one) internal {
        (uint256 bond, uint256[] memory ids, uint256[] memory delegated) = VAULT.stakesOf(one.operator);
        for (uint256 i; i < ids.length; ++i) {
            // A part that nobody can claim is nobody's.
            if (_supply[ids[i]] == 0) delegated[i] = 0;
            bond += delegated[i];
        }
        uint256 kept = BPS - VAULT.commissionAt(one.operator, epoch);
        uint256[ASSETS] memory own;
        uint256[ASSETS] memory theirs;
        for (uint256 asset; asset < ASSETS; ++asset) {
            uint256 total = one.slots * one.perSlot[asset];
            for (uint256 i; i < ids.length; ++i) {
                if (delegated[i] == 0) continue;
                uint256 part = total * kept * delegated[i] / (BPS * bond);
                _creditDelegated(ids[i], asset, part);
                theirs[asset] += part;
            }
            own[asset] = total - theirs[asset];
            _creditOwn(one.operator, asset, own[asset]);
            // A part of a balance: far less than 128 bits.
            // forge-lint: disable-next-line(unsafe-typecast)
            _unpaid[asset] += uint128(total);
        }
        emit OperatorRewarded(epoch, one.operator, one.slots, own, theirs);
    }
}
