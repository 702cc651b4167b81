// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {LibRLP} from "solady/src/utils/LibRLP.sol";

import {Baton} from "../Baton.sol";
import {BondVault} from "../BondVault.sol";
import {OperatorRegistry} from "../OperatorRegistry.sol";
import {Schedule} from "../Schedule.sol";
import {SystemConfigBaton} from "../adapters/opstack/SystemConfigBaton.sol";
import {SealedBidAuction} from "../auctions/SealedBidAuction.sol";
import {IBaton} from "../interfaces/IBaton.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IPolicy} from "../interfaces/IPolicy.sol";
import {IRotationTarget} from "../interfaces/IRotationTarget.sol";
import {ISchedule} from "../interfaces/ISchedule.sol";
import {ISealedBidAuction} from "../interfaces/ISealedBidAuction.sol";
import {Timeline} from "../libraries/Timeline.sol";
import {AuctionPolicy} from "../policies/Auction.sol";
import {RoundRobin} from "../policies/RoundRobin.sol";
import {Clock} from "../types/Types.sol";

/// @notice All that a deployment is decided by. What several contracts must agree on stands here once.
/// @param clock The clock.
/// @param governance First governance of the registry.
/// @param token ERC-20 that bonds are counted in beside ETH; must have code.
/// @param target What rotates; zero to deploy an adapter that is going to own `systemConfig`.
/// @param systemConfig SystemConfig proxy of the chain; only read when `target` is zero.
/// @param chainOwner Owner of the chain: whom the adapter obeys and gives SystemConfig back to.
/// @param returnDelay From the announcement until the adapter gives SystemConfig back, seconds, at least 3 epochs.
/// @param policies Of stages 0, 1 and 2: the one that fills first, and the one that fills what it left. A stage without a first one
/// has the default: turns by round robin, in stage 2 after the auction.
/// @param slasher Allowed to slash for ever; zero for nobody.
/// @param ring Epochs that schedule and auction remember.
/// @param disputePeriod Time from the end of an epoch in which its slots can be disputed, seconds.
/// @param seedDelay Time from the closing of the set to the seed's block, seconds.
/// @param capBps Share of an epoch's slots for one operator or entity, basis points.
struct RotaConfig {
    Clock clock;
    address governance;
    address token;
    IRotationTarget target;
    address systemConfig;
    address chainOwner;
    uint32 returnDelay;
    address slasher;
    uint16 ring;
    uint32 disputePeriod;
    uint32 seedDelay;
    uint16 capBps;
    IOperatorRegistry.Params registry;
    IOperatorRegistry.Reserve reserve;
    IBondVault.Params vault;
    ISealedBidAuction.Params auction;
    IBaton.Params baton;
    IPolicy[2][3] policies;
}

/// @notice The contracts of one deployment.
/// @param target What rotates: the adapter, if this deployment has one.
/// @param adapter Zero where the configuration named another target.
struct RotaSystem {
    OperatorRegistry registry;
    BondVault vault;
    Schedule schedule;
    SealedBidAuction auction;
    AuctionPolicy auctionPolicy;
    RoundRobin roundRobin;
    IRotationTarget target;
    SystemConfigBaton adapter;
    Baton baton;
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
        c.vault.disputePeriod = c.disputePeriod;
        (c.auction.capBps, c.auction.ring, c.auction.disputePeriod) = (c.capBps, c.ring, c.disputePeriod);

        _same("registry", address(s.registry), address(_registry(c, s)));
        _same("vault", address(s.vault), address(_vault(c, s)));
        _same("auction", address(s.auction), address(_auction(c, s)));
        _same("roundRobin", address(s.roundRobin), address(new RoundRobin(s.registry, c.capBps)));
        _same("auctionPolicy", address(s.auctionPolicy), address(new AuctionPolicy(s.auction)));
        _same("schedule", address(s.schedule), address(_schedule(c, s)));
        if (address(s.adapter) != address(0)) _same("adapter", address(s.adapter), address(_adapter(c, s)));
        _same("baton", address(s.baton), address(_baton(c, s)));
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
        s.schedule = Schedule(LibRLP.computeAddress(deployer, nonce++));
        s.target = c.target;
        if (address(s.target) == address(0)) {
            s.adapter = SystemConfigBaton(LibRLP.computeAddress(deployer, nonce++));
            s.target = s.adapter;
        }
        s.baton = Baton(LibRLP.computeAddress(deployer, nonce));
    }

    /* PRIVATE */
    function _registry(RotaConfig memory c, RotaSystem memory s) private returns (OperatorRegistry) {
        return new OperatorRegistry(c.clock, s.vault, s.baton, c.governance, c.registry, c.reserve);
    }

    function _vault(RotaConfig memory c, RotaSystem memory s) private returns (BondVault) {
        return new BondVault(
            c.clock,
            IBondVault.Addresses({
                registry: address(s.registry),
                schedule: address(s.schedule),
                baton: address(s.baton),
                slasher: c.slasher,
                token: c.token
            }),
            c.vault
        );
    }

    function _auction(RotaConfig memory c, RotaSystem memory s) private returns (SealedBidAuction) {
        return new SealedBidAuction(c.clock, s.registry, s.vault, s.schedule, c.auction);
    }

    function _schedule(RotaConfig memory c, RotaSystem memory s) private returns (Schedule) {
        IPolicy[2][3] memory policies = c.policies;
        for (uint256 stage; stage < 3; ++stage) {
            if (address(policies[stage][0]) != address(0)) continue;
            policies[stage] = stage < 2
                ? [IPolicy(s.roundRobin), IPolicy(address(0))]
                : [IPolicy(s.auctionPolicy), IPolicy(s.roundRobin)];
        }
        return new Schedule(
            c.clock,
            s.registry,
            address(s.baton),
            ISchedule.Params({seedDelay: c.seedDelay, disputePeriod: c.disputePeriod, ring: c.ring}),
            policies
        );
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

    function _same(string memory name, address wanted, address found) private pure {
        if (wanted != found) revert RotaDeployer_WrongAddress(name, wanted, found);
    }
}
