// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Rate} from "./HandlerBase.sol";
import {InvariantTest} from "./InvariantTest.sol";

/// @notice Whether the handler does what it is for.
contract CampaignTest is InvariantTest {
    /// @dev One long campaign, always the same but in `make fuzz`: an action that hardly ever succeeds tests nothing.
    function test_campaign_EveryActionSucceedsOften() public virtual {
        vm.pauseGasMetering();
        uint256 fresh = vm.envOr("FUZZ_SEED", uint256(0));
        bytes4[] memory actions = handler.actions();
        for (uint256 i; i < 4000; ++i) {
            uint256 seed = uint256(keccak256(abi.encode("campaign", i))) ^ fresh;
            (bool ok, bytes memory answer) =
                address(handler).call(abi.encodeWithSelector(actions[seed % actions.length], seed));
            if (!ok) revert(vm.toString(answer));
        }
        for (uint256 invariant; invariant < 100; ++invariant) {
            assertEq(handler.breach(invariant), "");
        }
        handler.report();
        (string[] memory names, Rate[] memory rates) = handler.rates();
        for (uint256 i; i < names.length; ++i) {
            assertGt(rates[i].successes, 0, names[i]);
            assertGe(rates[i].successes * 20, rates[i].tries, names[i]);
        }
    }
}
