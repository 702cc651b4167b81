// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ScheduleBase} from "../utils/ScheduleBase.sol";

import {Schedule} from "@rota/contracts/Schedule.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";

/// @notice Measures a call as another contract pays for it, as the first of its transaction: the callee's account is cold too.
contract Meter {
    uint256 public last;

    function currentHolder(Schedule schedule) external {
        uint256 before = gasleft();
        schedule.currentHolder();
        last = before - gasleft();
    }

    /// @notice What `freeze` spends on a policy: the calls, and their arguments and results on the caller's side.
    function draws(IPolicy policy, uint64 epoch, bytes32 seed, uint256 slots) external {
        uint16[] memory free = new uint16[](slots);
        uint256 before = gasleft();
        policy.isReady(epoch);
        policy.fill(epoch, seed, free);
        last = before - gasleft();
    }
}

/// @notice The schedule's gas bars: whole transactions under `--isolate`, storage and accounts cold.
contract ScheduleGasTest is ScheduleBase {
    Meter internal meter;

    function setUp() public {
        _deploy(32, 1024, 4);
        meter = new Meter();
        // One policy, not two.
        registry.setStage(schedule, 1);
    }

    /// @dev Epochs 2 and 6 share the ring's words. The bar is without the draws.
    function test_gas_freeze_ReusedWords() public {
        _freeze(2, _rotation(32, 5));
        vm.snapshotGasLastCall("Schedule", "freeze 32 slots, first, with draws");
        _seed(6);
        schedule.freeze(6);
        uint256 total = vm.snapshotGasLastCall("Schedule", "freeze 32 slots, reused, with draws");
        meter.draws(policy, 6, schedule.seedOf(6), 32);
        vm.snapshotValue("Bars", "freeze 32 slots, reused", total - meter.last());
    }

    function test_gas_recordSeed() public {
        _to(_seedTime(2) + 2);
        _seed(2);
        vm.snapshotGasLastCall("Schedule", "recordSeed, first");
        _seed(6);
        vm.snapshotGasLastCall("Bars", "recordSeed");
    }

    /// @dev The Baton's part of a claim: as a whole transaction, so 21,000 more than what it adds to one.
    function test_gas_recordClaim() public {
        _freeze(2, _rotation(32, 5));
        _toSlot(_first(2) + 3);
        schedule.recordClaim(_first(2) + 3);
        _freeze(6, _rotation(32, 5));
        _toSlot(_first(6) + 3);
        schedule.recordClaim(_first(6) + 3);
        vm.snapshotGasLastCall("Schedule", "recordClaim, reused");
    }

    function test_gas_currentHolder() public {
        _freeze(2, _rotation(32, 5));
        _toSlot(_first(2) + 20);
        meter.currentHolder(schedule);
        vm.snapshotValue("Bars", "who sequences now, cold", meter.last());

        schedule.recordTakeOver(1);
        _to(block.timestamp + 6);
        meter.currentHolder(schedule);
        vm.snapshotValue("Schedule", "who sequences now, cold, taken over", meter.last());
    }
}
