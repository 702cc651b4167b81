// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionChecks} from "./Auction.invariants.t.sol";
import {BatonChecks} from "./Baton.invariants.t.sol";
import {CampaignTest} from "./Campaign.t.sol";
import {EveryPolicyHandler} from "./EveryPolicyHandler.sol";
import {Handler} from "./Handler.sol";
import {InvariantTest} from "./InvariantTest.sol";
import {OpenBidsChecks} from "./OpenBids.invariants.t.sol";
import {PolicyChecks} from "./Policies.invariants.t.sol";
import {ProceedsChecks} from "./Proceeds.invariants.t.sol";
import {RegistryChecks} from "./Registry.invariants.t.sol";
import {ScheduleChecks} from "./Schedule.invariants.t.sol";
import {SlasherChecks} from "./Slasher.invariants.t.sol";
import {VaultChecks} from "./Vault.invariants.t.sol";
import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";

/// @notice INV-01 to INV-87 with each policy in turn: whatever fills the slots, nothing else may depend on it.
abstract contract EveryPolicyInvariants is
    CampaignTest,
    ScheduleChecks,
    BatonChecks,
    AuctionChecks,
    OpenBidsChecks,
    VaultChecks,
    RegistryChecks,
    SlasherChecks,
    PolicyChecks,
    ProceedsChecks
{
    function _policy() internal pure virtual returns (PolicyName);

    function _newHandler() internal override returns (Handler) {
        return new EveryPolicyHandler(_policy());
    }

    function setUp() public override(InvariantTest, ProceedsChecks) {
        super.setUp();
        _watch(EveryPolicyHandler(address(handler)));
    }

    /// @dev One campaign for all numbers: what an action broke, and what the state as it is shows.
    function invariant_INV01to87_HoldWhateverFillsTheSlots() public {
        uint256 broken = handler.firstBroken();
        if (broken != 0) _assertUnbroken(broken);
        _assertSlots();
        _assertMoney();
        _assertStandings();
    }

    function test_campaign_EveryActionSucceedsOften() public override {
        super.test_campaign_EveryActionSucceedsOften();
        assertGt(EveryPolicyHandler(address(handler)).filled(), 0, "the policy filled no slot");
    }

    /* THE STATE AS IT IS */
    function _assertSlots() private view {
        _assert01();
        _assert02();
        _assert03();
        _assert04();
        _assert05();
        _assert08();
        _assert26();
        _assert73();
        _assert74();
        _assert76();
    }

    function _assertMoney() private {
        _assert12();
        _assert21();
        _assert25();
        _assert31();
        _assert32();
        _assert34();
        _assert36();
        _assert75();
        _assert81();
        _assert84();
        _assert85();
    }

    function _assertStandings() private view {
        _assert38();
        _assert41();
        _assert42();
        _assert43();
        _assert44();
        _assert62();
        _assert65();
        _assert82();
        _assert83();
        _assert87();
    }
}

/// forge-config: default.invariant.runs = 2
/// forge-config: default.invariant.check-interval = 8
/// forge-config: long.invariant.runs = 20
/// forge-config: long.invariant.check-interval = 8
contract EveryPolicy_RoundRobin_Invariants is EveryPolicyInvariants {
    function _policy() internal pure override returns (PolicyName) {
        return PolicyName.RoundRobin;
    }
}

/// forge-config: default.invariant.runs = 2
/// forge-config: default.invariant.check-interval = 8
/// forge-config: long.invariant.runs = 20
/// forge-config: long.invariant.check-interval = 8
contract EveryPolicy_Auction_Invariants is EveryPolicyInvariants {
    function _policy() internal pure override returns (PolicyName) {
        return PolicyName.Auction;
    }
}

/// forge-config: default.invariant.runs = 2
/// forge-config: default.invariant.check-interval = 8
/// forge-config: long.invariant.runs = 20
/// forge-config: long.invariant.check-interval = 8
contract EveryPolicy_OpenAuction_Invariants is EveryPolicyInvariants {
    function _policy() internal pure override returns (PolicyName) {
        return PolicyName.OpenAuction;
    }
}

/// forge-config: default.invariant.runs = 2
/// forge-config: default.invariant.check-interval = 8
/// forge-config: long.invariant.runs = 20
/// forge-config: long.invariant.check-interval = 8
contract EveryPolicy_Stake_Invariants is EveryPolicyInvariants {
    function _policy() internal pure override returns (PolicyName) {
        return PolicyName.Stake;
    }
}

/// forge-config: default.invariant.runs = 2
/// forge-config: default.invariant.check-interval = 8
/// forge-config: long.invariant.runs = 20
/// forge-config: long.invariant.check-interval = 8
contract EveryPolicy_Performance_Invariants is EveryPolicyInvariants {
    function _policy() internal pure override returns (PolicyName) {
        return PolicyName.Performance;
    }
}

/// forge-config: default.invariant.runs = 2
/// forge-config: default.invariant.check-interval = 8
/// forge-config: long.invariant.runs = 20
/// forge-config: long.invariant.check-interval = 8
contract EveryPolicy_Composite_Invariants is EveryPolicyInvariants {
    function _policy() internal pure override returns (PolicyName) {
        return PolicyName.Composite;
    }
}
