// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RotaConfig} from "../deploy/RotaDeployer.sol";
import {IBaton} from "../interfaces/IBaton.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {IBuybackBurner} from "../interfaces/IBuybackBurner.sol";
import {ICourt} from "../interfaces/ICourt.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IPerformance} from "../interfaces/IPerformance.sol";
import {IPledges} from "../interfaces/IPledges.sol";
import {IRewardPool} from "../interfaces/IRewardPool.sol";
import {ISlasher} from "../interfaces/ISlasher.sol";
import {IStakeWeighted} from "../interfaces/IStakeWeighted.sol";
import {Clock} from "../types/Types.sol";

/// @title Default configurations of tests
/// @notice The devnet's parameters, in stage 2; addresses are left to the caller. What each is for: script/config/*.toml.
library RotaDefaults {
    /// @param genesis Start of slot 0, L1 seconds.
    function devnet(uint256 genesis) internal pure returns (RotaConfig memory c) {
        c.clock = Clock({
            genesis: uint64(genesis),
            slotSeconds: 16,
            slotsPerEpoch: 4,
            l1BlockSeconds: 2,
            l2GenesisTime: uint64(genesis),
            l2BlockSeconds: 1
        });
        (c.ring, c.disputePeriod, c.seedDelay, c.capBps) = (8, 160, 2, 5000);
        c.registry = IOperatorRegistry.Params({
            stage: 2, maxOperators: 64, stageMinOperators: 3, stageDwell: 1 hours, jailDelay: 128
        });
        c.reserve.entity = 1;
        c.reserve.endpoint = "test://reserve";
        (c.vault.minBond, c.vault.minDeposit) = (1 ether, 0.01 ether);
        c.vault.token1 = IBondVault.Token({token: address(0), quantum: 1e9, weight: 0.001 ether, minDeposit: 1e18}); // the deployer's
        (c.vault.elasticExitDelay, c.vault.coreExitDelay) = (125, 400);
        c.vault.court = IBondVault.CourtTimes({
            detection: 60,
            votingDelay: 10,
            votingPeriod: 60,
            timelock: 60,
            answerPeriod: 0, // the deployer's
            executionGrace: 0
        });
        c.pledges = IPledges.Params({
            firstLock: 0.1 ether,
            minLock: 0.05 ether,
            maxLock: 1 ether,
            sequencingValue: 0.085 ether,
            idleBps: 2500,
            defaultBps: 1000
        });
        c.auction.floorPrice = 0.001 ether;
        c.auction.firstRefPrice = 0.01 ether;
        c.auction.minDeposit = 0.001 ether;
        c.auction.maxBids = 64;
        (c.openAuction.floorPrice, c.openAuction.stepBps, c.openAuction.extension) = (0.001 ether, 500, 6);
        c.returnDelay = 14 days;
        c.evidence =
            ISlasher.Params({evidenceWindow: 120, correlationWindow: 7 days, settleBlocks: 8, earlyLead: 2 + 2 * 1});
        c.court = ICourt.Params({answerPeriod: 60, executionGrace: 60});
        c.choice.stake = IStakeWeighted.Params({unit: 0.1 ether, seats: 2, capBps: 5000, fee: 0.001 ether});
        c.choice.performance = IPerformance.Params({maxSeats: 4, capBps: 5000});
        c.choice.shares = [50, 30, 20];
        c.splitter.shares = [uint16(4000), 2000, 1000, 3000];
        c.splitter.least = [uint16(1000), 500, 0, 0];
        c.splitter.most = [uint16(9000), 5000, 5000, 8000];
        c.burner = IBuybackBurner.Params({
            minLot: 0.1 ether,
            maxLot: 10 ether,
            minPrice: 1e18,
            firstPrice: 2000e18,
            maxPrice: 1_000_000e18,
            halfLife: 1 hours
        });
        c.rewards = IRewardPool.Params({feeEpochs: 4, vestingPeriod: 30 days, emission: 100e18, maxEmission: 1000e18});
        c.baton = IBaton.Params({
            l2ChainId: 901,
            tailWindow: 2,
            claimGrace: 6,
            claimLead: 8,
            callOutGrace: 3,
            missesToVoid: 2,
            callOutBond: 0.01 ether,
            leakPerMiss: 0.02 ether
        });
    }
}
