// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {LibRLP} from "solady/src/utils/LibRLP.sol";

import {Baton} from "../Baton.sol";
import {BondVault} from "../BondVault.sol";
import {OperatorRegistry} from "../OperatorRegistry.sol";
import {Pledges} from "../Pledges.sol";
import {Schedule} from "../Schedule.sol";
import {Slasher} from "../Slasher.sol";
import {SystemConfigBaton} from "../adapters/opstack/SystemConfigBaton.sol";
import {OpenBidAuction} from "../auctions/OpenBidAuction.sol";
import {SealedBidAuction} from "../auctions/SealedBidAuction.sol";
import {Court} from "../governance/Court.sol";
import {IBaton} from "../interfaces/IBaton.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {IBuybackBurner} from "../interfaces/IBuybackBurner.sol";
import {ICourt} from "../interfaces/ICourt.sol";
import {IOpenBidAuction} from "../interfaces/IOpenBidAuction.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IPledges} from "../interfaces/IPledges.sol";
import {IPolicy} from "../interfaces/IPolicy.sol";
import {IProceedsSplitter} from "../interfaces/IProceedsSplitter.sol";
import {IRewardPool} from "../interfaces/IRewardPool.sol";
import {IRotationTarget} from "../interfaces/IRotationTarget.sol";
import {ISchedule} from "../interfaces/ISchedule.sol";
import {ISealedBidAuction} from "../interfaces/ISealedBidAuction.sol";
import {ISlasher} from "../interfaces/ISlasher.sol";
import {IStakes} from "../interfaces/IStakes.sol";
import {Timeline} from "../libraries/Timeline.sol";
import {AuctionPolicy} from "../policies/Auction.sol";
import {Composite} from "../policies/Composite.sol";
import {OpenAuctionPolicy} from "../policies/OpenAuction.sol";
import {Performance} from "../policies/Performance.sol";
import {RoundRobin} from "../policies/RoundRobin.sol";
import {StakeWeighted} from "../policies/StakeWeighted.sol";
import {BuybackBurner} from "../proceeds/BuybackBurner.sol";
import {ProceedsSplitter} from "../proceeds/ProceedsSplitter.sol";
import {RewardPool} from "../proceeds/RewardPool.sol";
import {Clock} from "../types/Types.sol";
import {Policies, PolicyChoice, PolicyNames} from "./PolicyChoice.sol";

/// @notice All that a deployment is decided by. What several contracts must agree on stands here once.
/// @param clock The clock.
/// @param governance First governance of the registry.
/// @param token Asset 1 of bonds, an ERC-20; its parameters, and the assets after it, stand in `vault`.
/// @param target What rotates; zero to deploy an adapter that is going to own `systemConfig`.
/// @param systemConfig SystemConfig proxy of the chain; only read when `target` is zero.
/// @param chainOwner Owner of the chain: whom the adapter obeys and gives SystemConfig back to.
/// @param returnDelay From the announcement until the adapter gives SystemConfig back, seconds, at least 3 epochs.
/// @param choice Policies of each stage by name, and what they are deployed with.
/// @param policies Others for a stage, in the order in which they fill, up to the first zero; a stage without any has those named.
/// @param slasher Another slasher than this deployment's own, which is not deployed then; zero for its own.
/// @param guardian May veto cases of the court, and nothing else; zero for nobody.
/// @param evidence Parameters of the slasher.
/// @param ring Epochs that schedule and auction remember.
/// @param disputePeriod Time from the end of an epoch in which its slots can be disputed, seconds.
/// @param seedDelay Time from the closing of the set to the seed's block, seconds.
/// @param capBps Share of an epoch's slots for one operator or entity, basis points.
/// @param openAuction Its treasury, policy and cap are the deployer's to fill in.
/// @param rewardToken ERC-20 that rewards are issued in and that is bought back; zero for `token`.
/// @param splitter Where the auctions' proceeds go; its treasury is the one in `auction`, its last leg the buy back and burn.
struct RotaConfig {
    Clock clock;
    address governance;
    address token;
    IRotationTarget target;
    address systemConfig;
    address chainOwner;
    uint32 returnDelay;
    address slasher;
    address guardian;
    ISlasher.Params evidence;
    ICourt.Params court;
    uint16 ring;
    uint32 disputePeriod;
    uint32 seedDelay;
    uint16 capBps;
    IOperatorRegistry.Params registry;
    IOperatorRegistry.Reserve reserve;
    IBondVault.Params vault;
    IPledges.Params pledges;
    ISealedBidAuction.Params auction;
    IOpenBidAuction.Params openAuction;
    IBaton.Params baton;
    address rewardToken;
    IProceedsSplitter.Params splitter;
    IBuybackBurner.Params burner;
    IRewardPool.Params rewards;
    PolicyChoice choice;
    IPolicy[4][4] policies;
}

/// @notice The contracts of one deployment.
/// @param target What rotates: the adapter, if this deployment has one.
/// @param adapter Zero where the configuration named another target.
/// @param slasher Zero where the configuration named another slasher.
struct RotaSystem {
    OperatorRegistry registry;
    BondVault vault;
    Pledges pledges;
    Schedule schedule;
    SealedBidAuction auction;
    AuctionPolicy auctionPolicy;
    RoundRobin roundRobin;
    StakeWeighted stake;
    Performance performance;
    Composite composite;
    IRotationTarget target;
    SystemConfigBaton adapter;
    Baton baton;
    ProceedsSplitter splitter;
    BuybackBurner burner;
    RewardPool rewards;
    OpenBidAuction openAuction;
    OpenAuctionPolicy openAuctionPolicy;
    Court court;
    Slasher slasher;
}

/// @title Deployer of a whole system
/// @notice The one place that knows which contract refers to which; scripts and tests deploy through it.
/// @dev The contracts refer to each other in circles, by immutables: each address is computed before, from the deployer's nonce,
/// and compared after. So there is no initializer that a stranger could call first.
library RotaDeployer {
    /// @notice Another contract stands where this one was expected: something else used the deployer's nonce meanwhile.
    error RotaDeployer_WrongAddress(string name, address expected, address found);
    /// @notice Operators could not end the turns that they bid for before a return, seconds: lengthen the delay.
    error RotaDeployer_ReturnDelayTooShort(uint256 delay, uint256 minimum);

    /// @dev A bid is made up to two epochs before the epoch that it wins.
    uint256 internal constant EPOCHS_OF_NOTICE = 3;

    /// @notice Deploys everything. Internal: the creations are made by the caller, or by whom its script broadcasts for.
    /// @param deployer Account that creates the contracts.
    /// @param nonce Its next nonce.
    function deploy(RotaConfig memory c, address deployer, uint256 nonce) internal returns (RotaSystem memory s) {
        uint256 notice = EPOCHS_OF_NOTICE * Timeline.epochSeconds(c.clock);
        if (address(c.target) == address(0) && c.returnDelay < notice) {
            revert RotaDeployer_ReturnDelayTooShort(c.returnDelay, notice);
        }
        s = expected(c, deployer, nonce);
        _agree(c);

        _same("registry", address(s.registry), address(_registry(c, s)));
        _same("vault", address(s.vault), address(_vault(c, s)));
        _same("auction", address(s.auction), address(_auction(c, s)));
        _same("roundRobin", address(s.roundRobin), address(new RoundRobin(s.registry, c.capBps)));
        _same("auctionPolicy", address(s.auctionPolicy), address(new AuctionPolicy(s.auction)));
        _same("stake", address(s.stake), address(_stake(c, s)));
        _same("performance", address(s.performance), address(_performance(c, s)));
        _same("composite", address(s.composite), address(_composite(c, s)));
        _same("schedule", address(s.schedule), address(_schedule(c, s)));
        if (address(s.adapter) != address(0)) _same("adapter", address(s.adapter), address(_adapter(c, s)));
        _same("baton", address(s.baton), address(_baton(c, s)));
        _same("splitter", address(s.splitter), address(_splitter(c, s)));
        _same("burner", address(s.burner), address(new BuybackBurner(_rewardToken(c), c.burner)));
        _same("rewards", address(s.rewards), address(_rewards(c, s)));
        _same("openAuction", address(s.openAuction), address(_openAuction(c, s)));
        _same("openAuctionPolicy", address(s.openAuctionPolicy), address(new OpenAuctionPolicy(s.openAuction)));
        _same("court", address(s.court), address(new Court(s.registry, s.vault, c.guardian, c.court)));
        _same("pledges", address(s.pledges), address(_pledges(c, s)));
        if (c.slasher == address(0)) _same("slasher", address(s.slasher), address(new Slasher(s.baton, c.evidence)));
    }

    /// @notice Where {deploy} is going to put everything. In the order in which it creates them.
    function expected(RotaConfig memory c, address deployer, uint256 nonce)
        internal
        pure
        returns (RotaSystem memory s)
    {
        s.registry = OperatorRegistry(LibRLP.computeAddress(deployer, nonce++));
        s.vault = BondVault(LibRLP.computeAddress(deployer, nonce++));
        s.auction = SealedBidAuction(LibRLP.computeAddress(deployer, nonce++));
        s.roundRobin = RoundRobin(LibRLP.computeAddress(deployer, nonce++));
        s.auctionPolicy = AuctionPolicy(LibRLP.computeAddress(deployer, nonce++));
        s.stake = StakeWeighted(LibRLP.computeAddress(deployer, nonce++));
        s.performance = Performance(LibRLP.computeAddress(deployer, nonce++));
        s.composite = Composite(LibRLP.computeAddress(deployer, nonce++));
        s.schedule = Schedule(LibRLP.computeAddress(deployer, nonce++));
        s.target = c.target;
        if (address(s.target) == address(0)) {
            s.adapter = SystemConfigBaton(LibRLP.computeAddress(deployer, nonce++));
            s.target = s.adapter;
        }
        s.baton = Baton(LibRLP.computeAddress(deployer, nonce++));
        s.splitter = ProceedsSplitter(payable(LibRLP.computeAddress(deployer, nonce++)));
        s.burner = BuybackBurner(payable(LibRLP.computeAddress(deployer, nonce++)));
        s.rewards = RewardPool(payable(LibRLP.computeAddress(deployer, nonce++)));
        s.openAuction = OpenBidAuction(LibRLP.computeAddress(deployer, nonce++));
        s.openAuctionPolicy = OpenAuctionPolicy(LibRLP.computeAddress(deployer, nonce++));
        s.court = Court(LibRLP.computeAddress(deployer, nonce++));
        s.pledges = Pledges(LibRLP.computeAddress(deployer, nonce++));
        if (c.slasher == address(0)) s.slasher = Slasher(LibRLP.computeAddress(deployer, nonce));
    }

    /* PRIVATE */
    /// @dev What several contracts are told.
    function _agree(RotaConfig memory c) private pure {
        (c.vault.disputePeriod, c.vault.token1.token) = (c.disputePeriod, c.token);
        c.vault.evidenceWindow = SafeCast.toUint32(c.evidence.evidenceWindow);
        c.vault.court.answerPeriod = SafeCast.toUint32(c.court.answerPeriod);
        c.vault.court.executionGrace = SafeCast.toUint32(c.court.executionGrace);
        (c.auction.capBps, c.auction.ring, c.auction.disputePeriod) = (c.capBps, c.ring, c.disputePeriod);
    }

    function _registry(RotaConfig memory c, RotaSystem memory s) private returns (OperatorRegistry) {
        (address slasher, address court) = (_slasher(c, s), address(s.court));
        return new OperatorRegistry(c.clock, s.vault, s.baton, slasher, court, c.governance, c.registry, c.reserve);
    }

    function _vault(RotaConfig memory c, RotaSystem memory s) private returns (BondVault) {
        return new BondVault(
            c.clock,
            IBondVault.Addresses({
                registry: address(s.registry),
                pledges: address(s.pledges),
                baton: address(s.baton),
                slasher: _slasher(c, s),
                court: address(s.court),
                rewards: address(s.rewards)
            }),
            c.vault
        );
    }

    function _pledges(RotaConfig memory c, RotaSystem memory s) private returns (Pledges) {
        return new Pledges(c.clock, s.registry, s.vault, s.schedule, s.auction, c.pledges);
    }

    function _auction(RotaConfig memory c, RotaSystem memory s) private returns (SealedBidAuction) {
        address treasury = c.auction.treasury;
        (c.auction.treasury, c.auction.policy) = (address(s.splitter), address(s.auctionPolicy));
        SealedBidAuction auction = new SealedBidAuction(c.clock, s.registry, s.vault, s.schedule, c.auction);
        c.auction.treasury = treasury;
        return auction;
    }

    function _schedule(RotaConfig memory c, RotaSystem memory s) private returns (Schedule) {
        Policies memory all = Policies({
            roundRobin: s.roundRobin,
            auction: s.auctionPolicy,
            stake: s.stake,
            performance: s.performance,
            composite: s.composite,
            openAuction: s.openAuctionPolicy
        });
        return new Schedule(
            c.clock,
            s.registry,
            address(s.baton),
            ISchedule.Params({seedDelay: c.seedDelay, disputePeriod: c.disputePeriod, ring: c.ring}),
            PolicyNames.byStage(all, c.choice.names, c.policies)
        );
    }

    function _stake(RotaConfig memory c, RotaSystem memory s) private returns (StakeWeighted) {
        return new StakeWeighted(c.clock, s.registry, s.vault, c.choice.stake);
    }

    function _performance(RotaConfig memory c, RotaSystem memory s) private returns (Performance) {
        return new Performance(c.clock, s.registry, s.schedule, s.stake, c.choice.performance);
    }

    function _composite(RotaConfig memory c, RotaSystem memory s) private returns (Composite) {
        IPolicy[] memory parts = new IPolicy[](3);
        uint8[] memory percents = new uint8[](3);
        (parts[0], parts[1], parts[2]) = (s.stake, s.performance, s.roundRobin);
        for (uint256 i; i < 3; ++i) {
            percents[i] = c.choice.shares[i];
        }
        return new Composite(parts, percents);
    }

    function _adapter(RotaConfig memory c, RotaSystem memory s) private returns (SystemConfigBaton) {
        return new SystemConfigBaton(address(s.baton), c.chainOwner, c.systemConfig, c.returnDelay);
    }

    function _baton(RotaConfig memory c, RotaSystem memory s) private returns (Baton) {
        return new Baton(
            c.clock,
            IBaton.Addresses({registry: s.registry, schedule: s.schedule, vault: s.vault, target: s.target}),
            c.baton
        );
    }

    function _splitter(RotaConfig memory c, RotaSystem memory s) private returns (ProceedsSplitter) {
        (c.splitter.treasury, c.splitter.buyback) = (c.auction.treasury, address(s.burner));
        return new ProceedsSplitter(c.clock, s.registry, c.splitter);
    }

    function _rewards(RotaConfig memory c, RotaSystem memory s) private returns (RewardPool) {
        IStakes stakes = IStakes(address(s.vault));
        return new RewardPool(c.clock, s.registry, stakes, s.schedule, _rewardToken(c), c.rewards);
    }

    function _slasher(RotaConfig memory c, RotaSystem memory s) private pure returns (address) {
        return c.slasher == address(0) ? address(s.slasher) : c.slasher;
    }

    function _openAuction(RotaConfig memory c, RotaSystem memory s) private returns (OpenBidAuction) {
        (c.openAuction.treasury, c.openAuction.policy) = (address(s.splitter), address(s.openAuctionPolicy));
        c.openAuction.capBps = c.capBps;
        return new OpenBidAuction(c.clock, s.registry, s.vault, s.schedule, c.openAuction);
    }

    function _rewardToken(RotaConfig memory c) private pure returns (address) {
        return c.rewardToken == address(0) ? c.token : c.rewardToken;
    }

    function _same(string memory name, address wanted, address found) private pure {
        if (wanted != found) revert RotaDeployer_WrongAddress(name, wanted, found);
    }
}
