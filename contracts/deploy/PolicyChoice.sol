// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IPerformance} from "../interfaces/IPerformance.sol";
import {IPolicy} from "../interfaces/IPolicy.sol";
import {IStakeWeighted} from "../interfaces/IStakeWeighted.sol";
import {AuctionPolicy} from "../policies/Auction.sol";
import {Composite} from "../policies/Composite.sol";
import {OpenAuctionPolicy} from "../policies/OpenAuction.sol";
import {Performance} from "../policies/Performance.sol";
import {RoundRobin} from "../policies/RoundRobin.sol";
import {StakeWeighted} from "../policies/StakeWeighted.sol";

/// @notice The policies that every deployment has, so that governance can go over to any of them.
enum PolicyName {
    None,
    RoundRobin,
    Auction,
    Stake,
    Performance,
    Composite,
    OpenAuction
}

/// @notice What they are deployed with, and which of them fill the slots of each stage.
/// @param names By stage, in the order in which they fill, up to the first none. A stage without any has the default: turns by round
/// robin, from stage 2 on after the auction.
/// @param stake Of the stake policy. @param performance Of the performance policy.
/// @param shares Of the composite policy, percent: stake, performance, round robin.
struct PolicyChoice {
    PolicyName[4][4] names;
    IStakeWeighted.Params stake;
    IPerformance.Params performance;
    uint8[3] shares;
}

/// @notice The policies of one deployment.
struct Policies {
    RoundRobin roundRobin;
    AuctionPolicy auction;
    StakeWeighted stake;
    Performance performance;
    Composite composite;
    OpenAuctionPolicy openAuction;
}

/// @title Policies by name
library PolicyNames {
    /// @notice There is no policy of this name; the names are round-robin, auction, open-auction, stake, performance, composite.
    error PolicyNames_Unknown(string name);

    function parse(string memory name) internal pure returns (PolicyName) {
        bytes32 hash = keccak256(bytes(name));
        if (hash == keccak256("round-robin")) return PolicyName.RoundRobin;
        if (hash == keccak256("auction")) return PolicyName.Auction;
        if (hash == keccak256("open-auction")) return PolicyName.OpenAuction;
        if (hash == keccak256("stake")) return PolicyName.Stake;
        if (hash == keccak256("performance")) return PolicyName.Performance;
        if (hash == keccak256("composite")) return PolicyName.Composite;
        revert PolicyNames_Unknown(name);
    }

    /// @notice Zero for none.
    function named(Policies memory p, PolicyName name) internal pure returns (IPolicy) {
        if (name == PolicyName.RoundRobin) return p.roundRobin;
        if (name == PolicyName.Auction) return p.auction;
        if (name == PolicyName.Stake) return p.stake;
        if (name == PolicyName.Performance) return p.performance;
        if (name == PolicyName.OpenAuction) return p.openAuction;
        return name == PolicyName.Composite ? IPolicy(p.composite) : IPolicy(address(0));
    }

    /// @notice The policies of each stage: those given by address, else those named, else the default.
    function byStage(Policies memory p, PolicyName[4][4] memory names, IPolicy[4][4] memory given)
        internal
        pure
        returns (IPolicy[][] memory lists)
    {
        lists = new IPolicy[][](given.length);
        for (uint256 stage; stage < given.length; ++stage) {
            lists[stage] = _list(p, stage, names[stage], given[stage]);
        }
    }

    function _list(Policies memory p, uint256 stage, PolicyName[4] memory names, IPolicy[4] memory given)
        private
        pure
        returns (IPolicy[] memory list)
    {
        if (names[0] == PolicyName.None) {
            (names[0], names[1]) =
                stage < 2 ? (PolicyName.RoundRobin, PolicyName.None) : (PolicyName.Auction, PolicyName.RoundRobin);
        }
        bool isGiven = address(given[0]) != address(0);
        uint256 count;
        for (; count < given.length; ++count) {
            if (!isGiven) given[count] = named(p, names[count]);
            if (address(given[count]) == address(0)) break;
        }
        list = new IPolicy[](count);
        for (uint256 i; i < count; ++i) {
            list[i] = given[i];
        }
    }
}
