// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Rate} from "./HandlerBase.sol";
import {PolicyHandler} from "./PolicyActions.sol";
import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";
import {Performance} from "@rota/contracts/policies/Performance.sol";
import {StakeWeighted} from "@rota/contracts/policies/StakeWeighted.sol";
import {Test} from "forge-std/Test.sol";

/// @notice INV-71 to INV-77: who fills slots, and by what. Each campaign begins with another policy; in one of them governance goes
/// over from any to any.
abstract contract PolicyInvariants is Test {
    PolicyHandler internal handler;
    StakeWeighted internal stake;
    Performance internal performance;

    function _name() internal pure virtual returns (PolicyName);

    function setUp() public virtual {
        handler = new PolicyHandler();
        handler.begin(_name());
        (address stake_, address performance_) = handler.policies();
        (stake, performance) = (StakeWeighted(payable(stake_)), Performance(performance_));
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
        uint16 count = handler.operatorCount();
        uint256 total;
        for (uint16 id = 1; id <= count; ++id) {
            assertEq(stake.weightOf(id), handler.expectedWeight(id));
            total += stake.weightOf(id);
        }
        assertEq(stake.totalWeight(), total);
    }

    function invariant_INV74_QueueKeepsItsOrderAndItsPace() public view {
        assertEq(handler.breach(74), "");
        assertEq(stake.queueLength(), handler.waiting());
    }

    function invariant_INV75_FeesAreThoseOfWhoWaits() public view {
        assertEq(handler.breach(75), "");
        assertEq(address(stake).balance, handler.waiting() * stake.FEE());
    }

    function invariant_INV76_ScoresAndSeatsAreInTheirRange() public view {
        uint16 count = handler.operatorCount();
        for (uint16 id = 1; id <= count; ++id) {
            uint256 score = performance.scoreOf(id);
            assertTrue(score >= 2500 && score <= 10_000);
        }
        assertEq(performance.scoreOf(1), 5000, "the reserve is not scored");
        assertTrue(performance.seats() >= 3 && performance.seats() <= performance.MAX_SEATS());
        assertLt(performance.cleanEpochs(), 8);
    }

    function invariant_INV77_PoliciesAreFixedWhenTheSetCloses() public view {
        assertEq(handler.breach(77), "");
        assertEq(handler.breach(51), "");
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
