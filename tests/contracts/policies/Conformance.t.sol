// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";
import {PolicyConformance} from "@rota/contracts/testing/PolicyConformance.sol";

/// @notice Every policy that a deployment has, against what any policy must pass.
abstract contract NamedConformance is PolicyConformance {
    function _name() internal pure virtual returns (PolicyName);

    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        c.choice.names[2][0] = _name();
        c.choice.stake.seats = 4;
    }

    function _policy() internal view override returns (IPolicy) {
        return schedule.policiesAt(2, EPOCH)[0];
    }

    /// @dev All of them stake.
    function _queueAll() internal {
        for (uint256 i; i < operators.length; ++i) {
            _queue(operators[i].id);
        }
    }
}

/// forge-config: default.fuzz.runs = 32
/// forge-config: long.fuzz.runs = 500
contract RoundRobinConformance is NamedConformance {
    function _name() internal pure override returns (PolicyName) {
        return PolicyName.RoundRobin;
    }
}

/// forge-config: default.fuzz.runs = 32
/// forge-config: long.fuzz.runs = 500
contract AuctionConformance is NamedConformance {
    function _name() internal pure override returns (PolicyName) {
        return PolicyName.Auction;
    }

    function _fillsFirst() internal pure override returns (bool) {
        return true;
    }

    /// @dev 20 bidders for slots at different prices: more than there are.
    function _enter(uint64 epoch) internal override {
        _warpToCommit(epoch);
        for (uint48 i; i < 20; ++i) {
            _bond(operators[i].id, 10 ether);
            _commit(operators[i], epoch, _curve(1_000_000 + i, 3));
        }
        _warpToReveal(epoch);
        for (uint48 i; i < 20; ++i) {
            _reveal(operators[i], epoch, _curve(1_000_000 + i, 3));
        }
    }
}

/// forge-config: default.fuzz.runs = 32
/// forge-config: long.fuzz.runs = 500
contract OpenAuctionConformance is NamedConformance {
    function _name() internal pure override returns (PolicyName) {
        return PolicyName.OpenAuction;
    }

    /// @dev 20 bidders, each outbid for a slot by the next one; the last five slots get no bid.
    function _enter(uint64 epoch) internal override {
        (uint256 opens,,) = openAuction.bidWindow(epoch);
        _warpPast(opens);
        for (uint256 i; i < 20; ++i) {
            _bond(operators[i].id, 10 ether);
            _fundOpen(operators[i].id, 1 ether);
            _enter(operators[i], epoch);
            _openBid(operators[i], epoch, 2 * i, 1_000_000);
            _openBid(operators[i], epoch, 2 * i + 1, 1_000_000);
            if (i != 0) _openBid(operators[i], epoch, 2 * i - 1, 2_000_000);
        }
    }
}

/// forge-config: default.fuzz.runs = 32
/// forge-config: long.fuzz.runs = 500
contract StakeWeightedConformance is NamedConformance {
    function _name() internal pure override returns (PolicyName) {
        return PolicyName.Stake;
    }

    function _enter(uint64) internal override {
        _queueAll();
    }
}

/// forge-config: default.fuzz.runs = 32
/// forge-config: long.fuzz.runs = 500
contract PerformanceConformance is NamedConformance {
    function _name() internal pure override returns (PolicyName) {
        return PolicyName.Performance;
    }

    function _enter(uint64) internal override {
        _queueAll();
    }
}

/// forge-config: default.fuzz.runs = 32
/// forge-config: long.fuzz.runs = 500
contract CompositeConformance is NamedConformance {
    function _name() internal pure override returns (PolicyName) {
        return PolicyName.Composite;
    }

    function _enter(uint64) internal override {
        _queueAll();
    }
}
