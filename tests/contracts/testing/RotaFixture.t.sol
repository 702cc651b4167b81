// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";
import {EpochPhase} from "@rota/contracts/types/Types.sol";

contract RotaFixtureTest is RotaFixture {
    function setUp() public {
        _deployRota();
    }

    function test_deployRota_OperatorsAreEligibleForTheFirstAuction() public {
        _warpToCommit(2);
        for (uint256 i; i < OPERATORS; ++i) {
            assertTrue(registry.isEligible(operators[i].id, 2));
        }
        assertEq(schedule.currentHolder(), reserve.id);
    }

    function test_pipeline_FromBidToHolder() public {
        _warpToCommit(2);
        _commit(operators[0], 2, _curve(20_000_000, 2));
        _commit(operators[1], 2, _then(_curve(30_000_000, 1), 10_000_000, 1));
        _warpToReveal(2);
        _reveal(operators[0], 2, _curve(20_000_000, 2));
        _reveal(operators[1], 2, _then(_curve(30_000_000, 1), 10_000_000, 1));
        _prepare(2);
        assertEq(uint256(schedule.phaseOf(2)), uint256(EpochPhase.Frozen));

        _run(2);
        uint16[] memory slots = schedule.slotsOf(2);
        uint256[2] memory won;
        for (uint256 i; i < slots.length; ++i) {
            if (slots[i] == operators[0].id) ++won[0];
            if (slots[i] == operators[1].id) ++won[1];
            _warpToSlot(uint64(2 * slots.length + i));
            assertEq(schedule.currentHolder(), slots[i]);
        }
        assertEq(won[0], 2);
        assertEq(won[1], 2);
    }

    function test_run_PreparesEveryEpochOnTheWay() public {
        _run(4);
        assertEq(schedule.currentEpoch(), 4);
        for (uint64 epoch = 2; epoch <= 4; ++epoch) {
            assertEq(uint256(schedule.phaseOf(epoch)), uint256(EpochPhase.Frozen));
        }
    }
}
