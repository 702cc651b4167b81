// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {GovernanceHandler} from "./GovernanceHandler.sol";
import {Test} from "forge-std/Test.sol";

/// @notice INV-91 to INV-96: decisions, their delay, the veto, and what nobody governs any more.
/// forge-config: default.invariant.runs = 4
/// forge-config: long.invariant.runs = 20
contract GovernanceInvariants is Test {
    GovernanceHandler internal handler;

    function setUp() public {
        handler = new GovernanceHandler();
        targetContract(address(handler));
        targetSelector(FuzzSelector({addr: address(handler), selectors: handler.actions()}));
    }

    function afterInvariant() external view {
        handler.report();
    }

    function invariant_INV91_OnlyWhatWasDecidedAndWaitedGoverns() public view {
        assertEq(handler.breach(91), "");
    }

    function invariant_INV92_ADecisionHasAQuorumAndDoesNotOutliveItsDelay() public view {
        assertEq(handler.breach(92), "");
    }

    function invariant_INV93_StagesAndOssificationAreOneWay() public view {
        assertEq(handler.breach(93), "");
    }

    function invariant_INV94_AVetoIsFinalAndComesInTime() public view {
        assertEq(handler.breach(94), "");
    }

    function invariant_INV95_WithoutAVoteNobodyGoverns() public view {
        assertEq(handler.breach(95), "");
    }

    function invariant_INV96_EachNumberStaysInItsRange() public view {
        assertEq(handler.breach(96), "");
    }

    /// @dev One campaign, always the same but in `make fuzz`: each action succeeds often enough to show something.
    function test_campaign_EveryActionSucceedsOften() public {
        uint256 fresh = vm.envOr("FUZZ_SEED", uint256(0));
        bytes4[] memory selectors = handler.actions();
        for (uint256 i; i < 800; ++i) {
            uint256 dice = uint256(keccak256(abi.encode("governance", i))) ^ fresh;
            (bool ok,) = address(handler).call(abi.encodeWithSelector(selectors[dice % selectors.length], dice));
            assertTrue(ok);
        }
        handler.report();
        (string[] memory names, uint256[] memory percents) = handler.rates();
        assertEq(names.length, 7);
        for (uint256 i; i < names.length; ++i) {
            assertGe(percents[i], 5, names[i]);
        }
        for (uint256 i = 91; i <= 96; ++i) {
            assertEq(handler.breach(i), "");
        }
    }
}
