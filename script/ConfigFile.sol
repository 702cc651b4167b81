// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {PolicyChoice, PolicyNames} from "@rota/contracts/deploy/PolicyChoice.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {RotaGovernor} from "@rota/contracts/governance/RotaGovernor.sol";
import {RotaTimelock} from "@rota/contracts/governance/RotaTimelock.sol";
import {IBaton} from "@rota/contracts/interfaces/IBaton.sol";
import {IBondVault} from "@rota/contracts/interfaces/IBondVault.sol";
import {IBuybackBurner} from "@rota/contracts/interfaces/IBuybackBurner.sol";
import {ICourt} from "@rota/contracts/interfaces/ICourt.sol";
import {IOpenBidAuction} from "@rota/contracts/interfaces/IOpenBidAuction.sol";
import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {IPerformance} from "@rota/contracts/interfaces/IPerformance.sol";
import {IPledges} from "@rota/contracts/interfaces/IPledges.sol";
import {IProceedsSplitter} from "@rota/contracts/interfaces/IProceedsSplitter.sol";
import {IRewardPool} from "@rota/contracts/interfaces/IRewardPool.sol";
import {ISealedBidAuction} from "@rota/contracts/interfaces/ISealedBidAuction.sol";
import {ISlasher} from "@rota/contracts/interfaces/ISlasher.sol";
import {IStakeWeighted} from "@rota/contracts/interfaces/IStakeWeighted.sol";
import {Timeline} from "@rota/contracts/libraries/Timeline.sol";
import {Clock} from "@rota/contracts/types/Types.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice What the file says besides the configuration itself.
/// @param deployToken Deploy a token that is worth nothing, for a devnet.
/// @param owners Accounts to whitelist. @param entities Entity of each.
struct Extras {
    bool deployToken;
    address[] owners;
    uint32[] entities;
}

/// @title Configuration file
/// @notice Reads a deployment's TOML; script/config/mainnet.example.toml explains every key.
/// @dev A missing key reverts with its name, so that nothing is deployed with a zero that nobody wrote.
library ConfigFile {
    using Timeline for Clock;

    /// @notice A number does not fit where it is stored.
    error ConfigFile_OutOfRange(string key, uint256 value, uint256 maximum);
    /// @notice Each whitelisted owner has one entity.
    error ConfigFile_EntitiesMismatch(uint256 owners, uint256 entities);
    /// @notice Proceeds have four legs.
    error ConfigFile_LegsMismatch(string key, uint256 legs);
    /// @notice Each bond token, 3 at most, has one of these.
    error ConfigFile_TokensMismatch(string key, uint256 tokens, uint256 given);
    /// @notice The value does not cover the epochs or the votes that it must, or gives too little notice: write `minimum` or more.
    error ConfigFile_TooShort(string key, uint256 value, uint256 minimum);

    /// @dev Notice that users of a live chain have of who is going to rule its batcher: a week, as their withdrawals take.
    uint256 internal constant MIN_RETURN_DELAY = 7 days;
    /// @dev Chain ids of anvil, geth --dev, and the OP Stack's local L1.
    uint256 internal constant ANVIL = 31_337;
    uint256 internal constant GETH_DEV = 1337;
    uint256 internal constant OP_DEV = 900;

    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function parse(string memory toml) internal view returns (RotaConfig memory c, Extras memory extras) {
        c.clock = _clock(toml);
        c.governance = VM.parseTomlAddress(toml, ".governance");
        c.slasher = VM.parseTomlAddress(toml, ".slasher");
        c.guardian = VM.parseTomlAddress(toml, ".guardian");
        c.evidence = _evidence(toml);
        c.court = _court(toml);
        extras.deployToken = VM.parseTomlBool(toml, ".token.deploy");
        if (!extras.deployToken) c.token = VM.parseTomlAddress(toml, ".token.address");
        c.systemConfig = VM.parseTomlAddress(toml, ".chain.system_config");
        c.chainOwner = VM.parseTomlAddress(toml, ".chain.owner");
        c.returnDelay = uint32(_number(toml, ".chain.return_delay", type(uint32).max));
        c.disputePeriod = uint32(_number(toml, ".schedule.dispute_period", type(uint32).max));
        c.seedDelay = uint32(_number(toml, ".schedule.seed_delay", type(uint32).max));
        c.ring = uint16(_number(toml, ".schedule.ring", type(uint16).max));
        c.capBps = uint16(_number(toml, ".schedule.cap_bps", type(uint16).max));
        c.registry = _registry(toml);
        c.reserve = _reserve(toml);
        c.vault = _vault(toml);
        c.pledges = _pledges(toml);
        c.auction = _auction(toml);
        c.openAuction = _openAuction(toml);
        c.baton = _baton(toml);
        c.choice = _choice(toml, c.capBps);
        c.splitter = _splitter(toml);
        c.burner = _burner(toml);
        c.rewardToken = VM.parseTomlAddress(toml, ".rewards.token");
        c.rewards = _rewards(toml);
        _checkLengths(c);
        _checkCourtTimes(c.vault.court, VM.parseTomlAddress(toml, ".governor"));
        (extras.owners, extras.entities) = _whitelist(toml, c.reserve.entity);
    }

    /* PRIVATE */
    /// @dev What has to cover a number of epochs is at least as long as they are.
    function _checkLengths(RotaConfig memory c) private view {
        uint256 epoch = c.clock.epochSeconds();
        uint256 ring = 3 + (c.disputePeriod + epoch - 1) / epoch;
        c.ring = SafeCast.toUint16(_atLeast(".schedule.ring", c.ring, ring));
        uint256 exitDelay = c.disputePeriod + 3 * epoch;
        uint256 core = _atLeast(".bond.core_exit_delay", c.vault.coreExitDelay, exitDelay);
        c.vault.coreExitDelay = SafeCast.toUint32(core);
        uint256 notice = 3 * epoch;
        if (!_isDevnet() && notice < MIN_RETURN_DELAY) notice = MIN_RETURN_DELAY;
        c.returnDelay = SafeCast.toUint32(_atLeast(".chain.return_delay", c.returnDelay, notice));
    }

    /// @dev A governor's times and its timelock's can be shortened by a vote, and never lengthened: a core exit that covers those of the
    /// deployment covers all.
    function _checkCourtTimes(IBondVault.CourtTimes memory times, address votes) private view {
        if (votes == address(0)) return;
        RotaGovernor governor = RotaGovernor(payable(votes));
        uint256 delay = governor.FIRST_VOTING_DELAY();
        uint256 period = governor.FIRST_VOTING_PERIOD();
        uint256 timelock = RotaTimelock(payable(governor.timelock())).MAX_DELAY();
        times.votingDelay = SafeCast.toUint32(_atLeast(".bond.voting_delay", times.votingDelay, delay));
        times.votingPeriod = SafeCast.toUint32(_atLeast(".bond.voting_period", times.votingPeriod, period));
        times.timelock = SafeCast.toUint32(_atLeast(".bond.timelock", times.timelock, timelock));
    }

    /// @dev A devnet is run at any geometry, and gets what it needs. Elsewhere what the file says is deployed, or nothing.
    function _atLeast(string memory key, uint256 value, uint256 minimum) private view returns (uint256) {
        if (value >= minimum) return value;
        if (!_isDevnet()) revert ConfigFile_TooShort(key, value, minimum);
        return minimum;
    }

    function _isDevnet() private view returns (bool) {
        return block.chainid == ANVIL || block.chainid == GETH_DEV || block.chainid == OP_DEV;
    }

    function _clock(string memory toml) private view returns (Clock memory clock) {
        uint256 genesis = _number(toml, ".clock.genesis", type(uint40).max);
        if (genesis == 0) genesis = block.timestamp + _number(toml, ".clock.genesis_delay", type(uint32).max);
        uint256 l2Genesis = _number(toml, ".clock.l2_genesis_time", type(uint40).max);
        clock = Clock({
            genesis: SafeCast.toUint64(genesis),
            slotSeconds: uint32(_number(toml, ".clock.slot_seconds", type(uint32).max)),
            slotsPerEpoch: uint16(_number(toml, ".clock.slots_per_epoch", type(uint16).max)),
            l1BlockSeconds: uint16(_number(toml, ".clock.l1_block_seconds", type(uint16).max)),
            l2GenesisTime: uint64(l2Genesis == 0 ? genesis : l2Genesis),
            l2BlockSeconds: uint16(_number(toml, ".clock.l2_block_seconds", type(uint16).max))
        });
    }

    function _registry(string memory toml) private pure returns (IOperatorRegistry.Params memory) {
        return IOperatorRegistry.Params({
            stage: uint8(_number(toml, ".registry.stage", type(uint8).max)),
            maxOperators: uint8(_number(toml, ".registry.max_operators", type(uint8).max)),
            stageMinOperators: uint16(_number(toml, ".registry.stage_min_operators", type(uint16).max)),
            stageDwell: uint64(_number(toml, ".registry.stage_dwell", type(uint64).max)),
            jailDelay: uint64(_number(toml, ".registry.jail_delay", type(uint64).max))
        });
    }

    function _reserve(string memory toml) private pure returns (IOperatorRegistry.Reserve memory) {
        return IOperatorRegistry.Reserve({
            owner: VM.parseTomlAddress(toml, ".reserve.owner"),
            entity: uint32(_number(toml, ".reserve.entity", type(uint32).max)),
            sequencerKey: VM.parseTomlAddress(toml, ".reserve.sequencer_key"),
            batcherKey: VM.parseTomlAddress(toml, ".reserve.batcher_key"),
            payee: VM.parseTomlAddress(toml, ".reserve.payee"),
            endpoint: VM.parseTomlString(toml, ".reserve.endpoint")
        });
    }

    /// @dev The first token's address is `.token`'s; what is zero is the deployer's, from schedule, slasher and court.
    function _vault(string memory toml) private pure returns (IBondVault.Params memory v) {
        v.minBond = uint128(_gwei(toml, ".bond.min_bond_gwei"));
        v.minDeposit = uint128(_gwei(toml, ".bond.min_deposit_gwei"));
        v.elasticExitDelay = uint32(_number(toml, ".bond.elastic_exit_delay", type(uint32).max));
        v.coreExitDelay = uint32(_number(toml, ".bond.core_exit_delay", type(uint32).max));
        v.court.detection = uint32(_number(toml, ".bond.detection", type(uint32).max));
        v.court.votingDelay = uint32(_number(toml, ".bond.voting_delay", type(uint32).max));
        v.court.votingPeriod = uint32(_number(toml, ".bond.voting_period", type(uint32).max));
        v.court.timelock = uint32(_number(toml, ".bond.timelock", type(uint32).max));

        address[] memory more = VM.parseTomlAddressArray(toml, ".bond.more_tokens");
        uint256 count = 1 + more.length;
        uint256[] memory quanta = _each(toml, ".bond.token_quanta", count, type(uint64).max);
        uint256[] memory weights = _each(toml, ".bond.token_weights_gwei", count, type(uint64).max);
        uint256[] memory deposits = _each(toml, ".bond.min_token_deposits_quanta", count, type(uint64).max);
        for (uint256 i; i < count; ++i) {
            IBondVault.Token memory token = IBondVault.Token({
                token: i == 0 ? address(0) : more[i - 1],
                quantum: uint64(quanta[i]),
                weight: uint96(weights[i] * 1 gwei),
                minDeposit: SafeCast.toUint128(deposits[i] * quanta[i])
            });
            if (i == 0) v.token1 = token;
            else if (i == 1) v.token2 = token;
            else v.token3 = token;
        }
    }

    /// @dev One number for each token, and 3 tokens at most.
    function _each(string memory toml, string memory key, uint256 count, uint256 maximum)
        private
        pure
        returns (uint256[] memory values)
    {
        values = VM.parseTomlUintArray(toml, key);
        if (values.length != count || count > 3) revert ConfigFile_TokensMismatch(key, count, values.length);
        for (uint256 i; i < count; ++i) {
            if (values[i] > maximum) revert ConfigFile_OutOfRange(key, values[i], maximum);
        }
    }

    function _pledges(string memory toml) private pure returns (IPledges.Params memory) {
        return IPledges.Params({
            firstLock: uint128(_gwei(toml, ".pledges.first_lock_gwei")),
            minLock: uint128(_gwei(toml, ".pledges.min_lock_gwei")),
            maxLock: uint128(_gwei(toml, ".pledges.max_lock_gwei")),
            sequencingValue: uint128(_gwei(toml, ".pledges.sequencing_value_gwei")),
            idleBps: uint16(_number(toml, ".pledges.idle_bps", type(uint16).max)),
            defaultBps: uint16(_number(toml, ".pledges.default_bps", type(uint16).max))
        });
    }

    function _auction(string memory toml) private pure returns (ISealedBidAuction.Params memory a) {
        a.treasury = VM.parseTomlAddress(toml, ".treasury");
        a.floorPrice = _gwei(toml, ".auction.floor_price_gwei");
        a.firstRefPrice = _gwei(toml, ".auction.first_ref_price_gwei");
        a.minDeposit = _gwei(toml, ".auction.min_deposit_gwei");
        a.maxBids = uint8(_number(toml, ".auction.max_bids", type(uint8).max));
    }

    function _evidence(string memory toml) private pure returns (ISlasher.Params memory) {
        return ISlasher.Params({
            evidenceWindow: uint64(_number(toml, ".evidence.window", type(uint64).max)),
            correlationWindow: uint64(_number(toml, ".evidence.correlation_window", type(uint64).max)),
            settleBlocks: uint32(_number(toml, ".evidence.settle_blocks", type(uint32).max)),
            earlyLead: uint32(_number(toml, ".evidence.early_lead", type(uint32).max))
        });
    }

    function _court(string memory toml) private pure returns (ICourt.Params memory) {
        return ICourt.Params({
            answerPeriod: uint64(_number(toml, ".court.answer_period", type(uint64).max)),
            executionGrace: uint64(_number(toml, ".court.execution_grace", type(uint64).max))
        });
    }

    /// @dev The policies' cap for an entity is the schedule's.
    function _choice(string memory toml, uint16 capBps) private pure returns (PolicyChoice memory choice) {
        string[4] memory stages = [".policies.stage0", ".policies.stage1", ".policies.stage2", ".policies.stage3"];
        for (uint256 stage; stage < stages.length; ++stage) {
            string[] memory names = VM.parseTomlStringArray(toml, stages[stage]);
            if (names.length > 4) revert ConfigFile_OutOfRange(stages[stage], names.length, 4);
            for (uint256 i; i < names.length; ++i) {
                choice.names[stage][i] = PolicyNames.parse(names[i]);
            }
        }
        choice.stake = IStakeWeighted.Params({
            unit: uint128(_gwei(toml, ".stake.unit_gwei")),
            seats: uint8(_number(toml, ".stake.seats", type(uint8).max)),
            capBps: capBps,
            fee: uint96(_gwei(toml, ".stake.fee_gwei"))
        });
        choice.performance = IPerformance.Params({
            maxSeats: uint8(_number(toml, ".performance.max_seats", type(uint8).max)), capBps: capBps
        });
        choice.shares = [
            uint8(_number(toml, ".composite.stake", 100)),
            uint8(_number(toml, ".composite.performance", 100)),
            uint8(_number(toml, ".composite.round_robin", 100))
        ];
    }

    /// @dev Treasury, policy and cap are the deployer's.
    function _openAuction(string memory toml) private pure returns (IOpenBidAuction.Params memory a) {
        a.floorPrice = _gwei(toml, ".auction.floor_price_gwei");
        a.stepBps = uint16(_number(toml, ".auction.step_bps", type(uint16).max));
        a.extension = uint32(_number(toml, ".auction.extension", type(uint32).max));
    }

    function _baton(string memory toml) private pure returns (IBaton.Params memory) {
        return IBaton.Params({
            l2ChainId: _number(toml, ".chain.l2_chain_id", type(uint64).max),
            tailWindow: uint32(_number(toml, ".baton.tail_window", type(uint32).max)),
            claimGrace: uint32(_number(toml, ".baton.claim_grace", type(uint32).max)),
            claimLead: uint32(_number(toml, ".baton.claim_lead", type(uint32).max)),
            callOutGrace: uint16(_number(toml, ".baton.call_out_grace_blocks", type(uint16).max)),
            missesToVoid: uint8(_number(toml, ".baton.misses_to_void", type(uint8).max)),
            callOutBond: uint128(_gwei(toml, ".baton.call_out_bond_gwei")),
            leakPerMiss: uint128(_gwei(toml, ".baton.leak_per_miss_gwei"))
        });
    }

    /// @dev Treasury and burner are the deployer's.
    function _splitter(string memory toml) private pure returns (IProceedsSplitter.Params memory s) {
        s.publicGoods = VM.parseTomlAddress(toml, ".proceeds.public_goods");
        s.shares = _legs(toml, ".proceeds.shares_bps");
        s.least = _legs(toml, ".proceeds.least_bps");
        s.most = _legs(toml, ".proceeds.most_bps");
    }

    function _burner(string memory toml) private pure returns (IBuybackBurner.Params memory) {
        return IBuybackBurner.Params({
            minLot: uint128(_gwei(toml, ".buyback.min_lot_gwei")),
            maxLot: uint128(_gwei(toml, ".buyback.max_lot_gwei")),
            minPrice: uint128(_gwei(toml, ".buyback.min_price_gwei")),
            firstPrice: uint128(_gwei(toml, ".buyback.first_price_gwei")),
            maxPrice: uint128(_gwei(toml, ".buyback.max_price_gwei")),
            halfLife: uint32(_number(toml, ".buyback.half_life", type(uint32).max))
        });
    }

    function _rewards(string memory toml) private pure returns (IRewardPool.Params memory) {
        return IRewardPool.Params({
            feeEpochs: uint16(_number(toml, ".rewards.fee_epochs", type(uint16).max)),
            vestingPeriod: uint32(_number(toml, ".rewards.vesting_period", type(uint32).max)),
            emission: uint96(_gwei(toml, ".rewards.emission_gwei")),
            maxEmission: uint96(_gwei(toml, ".rewards.max_emission_gwei"))
        });
    }

    /// @dev Treasury, public goods, burn, buy back and burn.
    function _legs(string memory toml, string memory key) private pure returns (uint16[4] memory legs) {
        uint256[] memory given = VM.parseTomlUintArray(toml, key);
        if (given.length != legs.length) revert ConfigFile_LegsMismatch(key, given.length);
        for (uint256 i; i < given.length; ++i) {
            if (given[i] > type(uint16).max) revert ConfigFile_OutOfRange(key, given[i], type(uint16).max);
            legs[i] = uint16(given[i]);
        }
    }

    /// @dev Without `entities` every owner is an entity of its own, counted on from the reserve's.
    function _whitelist(string memory toml, uint32 reserveEntity)
        private
        view
        returns (address[] memory owners, uint32[] memory entities)
    {
        owners = VM.parseTomlAddressArray(toml, ".whitelist");
        entities = new uint32[](owners.length);
        if (!VM.keyExistsToml(toml, ".entities")) {
            for (uint256 i; i < owners.length; ++i) {
                entities[i] = SafeCast.toUint32(reserveEntity + 1 + i);
            }
            return (owners, entities);
        }
        uint256[] memory given = VM.parseTomlUintArray(toml, ".entities");
        if (given.length != owners.length) revert ConfigFile_EntitiesMismatch(owners.length, given.length);
        for (uint256 i; i < given.length; ++i) {
            if (given[i] > type(uint32).max) revert ConfigFile_OutOfRange("entities", given[i], type(uint32).max);
            entities[i] = uint32(given[i]);
        }
    }

    function _number(string memory toml, string memory key, uint256 maximum) private pure returns (uint256 value) {
        value = VM.parseTomlUint(toml, key);
        if (value > maximum) revert ConfigFile_OutOfRange(key, value, maximum);
    }

    /// @dev TOML's integers have 63 bits, enough for 9 billion ETH in gwei, but for 9 ETH in wei.
    function _gwei(string memory toml, string memory key) private pure returns (uint256) {
        return _number(toml, key, type(uint64).max) * 1 gwei;
    }
}
