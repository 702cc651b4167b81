// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISchedule} from "@rota/contracts/interfaces/ISchedule.sol";
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

    /// @dev In this repository it is never the stand-in.
    function test_deployRota_RotatesTheRealSystemConfig() public {
        assertEq(systemConfig.owner(), address(adapter));
        assertEq(systemConfig.version(), "2.3.0-beta.2");
        _warpToEpoch(0);
        _mine(config.baton.tailWindow);
        baton.rotate();
        assertEq(systemConfig.batcherHash(), bytes32(uint256(uint160(reserve.batcher))));
    }

    /// @dev What is deployed has the addresses that its parts were told.
    function test_deployRota_PartsKnowEachOther() public view {
        assertEq(address(registry.VAULT()), address(vault));
        assertEq(address(vault.PLEDGES()), address(pledges));
        assertEq(address(pledges.SCHEDULE()), address(schedule));
        assertEq(vault.BATON(), address(baton));
        assertEq(schedule.BATON(), address(baton));
        assertEq(address(auction.SCHEDULE()), address(schedule));
        assertEq(address(baton.TARGET()), address(adapter));
        assertEq(adapter.BATON(), address(baton));
    }

    /// @dev Seeds come from real headers: another block's, or a made-up one, is refused.
    function test_recordSeed_TakesTheHeadersOfItsBlockAlone() public {
        _warpToEpoch(1);
        _warpToSeed(2);
        (bytes memory header, bytes memory parent) = _l1Headers(_seedTime(2) + 2);
        vm.expectPartialRevert(ISchedule.Schedule_NotTheSeedBlock.selector);
        schedule.recordSeed(2, header, parent);
        header[40] ^= 0x01;
        vm.expectPartialRevert(ISchedule.Schedule_HeaderUnknown.selector);
        schedule.recordSeed(2, header, parent);
        _recordSeed(2);
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
