// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";

import {Lottery} from "../src/Lottery.sol";

contract LotteryTest is RotaFixture {
    function setUp() public {
        _deployRota();
    }

    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        c.policies[2][0] = new Lottery(_expected(c).registry);
    }

    function test_freeze_DrawsEverySlot() public {
        _run(2);
        uint16[] memory slots = schedule.slotsOf(2);
        for (uint256 i; i < slots.length; ++i) {
            assertTrue(registry.isEligible(slots[i], 2));
        }
    }

    function test_claim_RotatesWhatTheFixtureFound() public {
        _run(2);
        (uint64 first,, uint16 assigned) = schedule.turnOf(schedule.currentSlot());
        _mine(1);
        _claim(operators[assigned - 2], first);
        assertEq(schedule.currentHolder(), assigned);
        assertEq(baton.TARGET().batcher(), operators[assigned - 2].batcher);
    }

    /// @dev Without the OP Stack's artifacts the smallest target stands in; with them the real SystemConfig would.
    function test_deployRota_WithoutTheOpStack() public view {
        assertEq(address(systemConfig), address(0));
        assertEq(address(adapter), address(0));
    }
}
