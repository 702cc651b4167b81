// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Rate} from "./HandlerBase.sol";
import {PolicyActions, PolicyHandler} from "./PolicyActions.sol";
import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";
import {Performance} from "@rota/contracts/policies/Performance.sol";
import {StakeWeighted} from "@rota/contracts/policies/StakeWeighted.sol";
import {Test} from "forge-std/Test.sol";

/// @notice What INV-73 to INV-76 say of the state as it is.
abstract contract PolicyChecks is Test {
    PolicyActions internal actors;
    StakeWeighted internal stake;
    Performance internal performance;

    function _watch(PolicyActions actors_) internal {
        actors = actors_;
        (stake, performance) = actors_.policies();
    }

    function _assert73() internal view {
        uint16 count = actors.operatorCount();
        uint256 total;
        for (uint16 id = 1; id <= count; ++id) {
            assertEq(stake.weightOf(id), actors.expectedWeight(id), "INV-73");
            total += stake.weightOf(id);
        }
        assertEq(stake.totalWeight(), total, "INV-73");
    }

    function _assert74() internal view {
        assertEq(stake.queueLength(), actors.waiting(), "INV-74");
    }

    function _assert75() internal view {
        assertEq(address(stake).balance, actors.waiting() * stake.FEE(), "INV-75");
    }

    function _assert76() internal view {
        uint16 count = actors.operatorCount();
        for (uint16 id = 1; id <= count; ++id) {
            uint256 score = performance.scoreOf(id);
            assertTrue(score >= 2500 && score <= 10_000, "INV-76");
        }
        assertEq(performance.scoreOf(1), 5000, "INV-76: the reserve is not scored");
        assertTrue(performance.seats() >= 3 && performance.seats() <= performance.MAX_SEATS(), "INV-76");
        assertLt(performance.cleanEpochs(), 8, "INV-76");
    }
}

/// @notice INV-71 to INV-77: who fills slots, and by what. Each campaign begins with another policy; in one of them governance goes
/// over from any to any.
abstract contract PolicyInvariants is PolicyChecks {
    PolicyHandler internal handler;

    function _name() internal pure virtual returns (PolicyName);

    function setUp() public virtual {
        handler = new PolicyHandler();
        handler.begin(_name());
        _watch(handler);
        targetContract(address(handler));
        targetSelector(FuzzSelector({addr: address(handler), selectors: handler.steadyActions()}));
    }

    function afterInvariant() external view {
        handler.report();
    }

    function invariant_INV71_SlotsAreWhatThePoliciesAnswer() public view {
        assertEq(handler.breach(71), "");
    }

    function invariant_INV72_SlotsAreOfTheClosedSet() public view {
        assertEq(handler.breach(72), "");
    }

    function invariant_INV73_TreeIsWhatWasApplied() public view {
        _assert73();
    }

    function invariant_INV74_QueueKeepsItsOrderAndItsPace() public view {
        assertEq(handler.breach(74), "");
        _assert74();
    }

    function invariant_INV75_FeesAreThoseOfWhoWaits() public view {
        assertEq(handler.breach(75), "");
        _assert75();
    }

    function invariant_INV76_ScoresAndSeatsAreInTheirRange() public view {
        _assert76();
    }

    function invariant_INV77_PoliciesAreFixedWhenTheSetCloses() public view {
        assertEq(handler.breach(77), "");
        assertEq(handler.breach(51), "");
    }

    /// @dev Also where slots are drawn by what was pledged.
    function invariant_INV09_ADefaultCostsWhatThePledgesSay() public view {
        assertEq(handler.breach(8), "");
        assertEq(handler.breach(9), "");
    }
}

/// forge-config: default.invariant.runs = 4
/// forge-config: long.invariant.runs = 20
contract RoundRobinInvariants is PolicyInvariants {
    function _name() internal pure override returns (PolicyName) {
        return PolicyName.RoundRobin;
    }
}

/// forge-config: default.invariant.runs = 4
/// forge-config: long.invariant.runs = 20
contract AuctionInvariants is PolicyInvariants {
    function _name() internal pure override returns (PolicyName) {
        return PolicyName.Auction;
    }
}

/// forge-config: default.invariant.runs = 4
/// forge-config: long.invariant.runs = 20
contract StakeInvariants is PolicyInvariants {
    function _name() internal pure override returns (PolicyName) {
        return PolicyName.Stake;
    }
}

/// forge-config: default.invariant.runs = 4
/// forge-config: long.invariant.runs = 20
contract PerformanceInvariants is PolicyInvariants {
    function _name() internal pure override returns (PolicyName) {
        return PolicyName.Performance;
    }
}

/// forge-config: default.invariant.runs = 4
/// forge-config: long.invariant.runs = 20
contract CompositeInvariants is PolicyInvariants {
    function _name() internal pure override returns (PolicyName) {
        return PolicyName.Composite;
    }
}

/// @notice Governance goes over from any policy to any.
/// forge-config: default.invariant.runs = 4
/// forge-config: long.invariant.runs = 20
contract AnyPolicyInvariants is PolicyInvariants {
    function setUp() public override {
        super.setUp();
        targetSelector(FuzzSelector({addr: address(handler), selectors: handler.actions()}));
    }

    function _name() internal pure override returns (PolicyName) {
        return PolicyName.Composite;
    }

    /// @dev One long campaign, always the same but in `make fuzz`: an action that hardly ever succeeds tests nothing.
    function test_campaign_EveryActionSucceedsOften() public {
        vm.pauseGasMetering();
        uint256 fresh = vm.envOr("FUZZ_SEED", uint256(0));
        bytes4[] memory actions = handler.actions();
        for (uint256 i; i < 3000; ++i) {
            uint256 seed = uint256(keccak256(abi.encode("policies", i))) ^ fresh;
            (bool ok, bytes memory answer) =
                address(handler).call(abi.encodeWithSelector(actions[seed % actions.length], seed));
            if (!ok) revert(vm.toString(answer));
        }
        for (uint256 invariant; invariant < 80; ++invariant) {
            if (invariant != 6 && invariant != 7) assertEq(handler.breach(invariant), "");
        }
        handler.report();
        (string[] memory names, Rate[] memory rates) = handler.rates();
        for (uint256 i; i < names.length; ++i) {
            assertGt(rates[i].successes, 0, names[i]);
            assertGe(rates[i].successes * 20, rates[i].tries, names[i]);
        }
    }
}
