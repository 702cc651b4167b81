// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BatonTest} from "../BatonTest.sol";

/// @notice The baton's gas bars: whole transactions under `--isolate`, storage and accounts cold.
contract BatonGasTest is BatonTest {
    /// @dev Epoch 10 is the ring's second lap: it writes the words of epoch 2. Its slots change hands each time.
    uint64 internal constant FIRST_LAP = 2;
    uint64 internal constant SECOND_LAP = 10;

    function setUp() public {
        _deployWithBaton();
        _lap(FIRST_LAP);
        _warpTo(_start(FIRST_LAP * 8 + 3) - 2);
    }

    function test_gas_claim_Steady() public {
        _secondLap();
        _warpTo(_start(SECOND_LAP * 8 + 3) - 2);
        _claim(bob, SECOND_LAP * 8 + 3);
        vm.snapshotGasLastCall("Bars", "claim, steady");
    }

    function test_gas_claim_Rotates() public {
        _secondLap();
        _warpTo(_start(SECOND_LAP * 8 + 3) + baton.TAIL_WINDOW());
        _claim(bob, SECOND_LAP * 8 + 3);
        vm.snapshotGasLastCall("Bars", "claim that rotates");
        assertEq(adapter.batcher(), bob.batcher);
    }

    /// @dev The ring's first lap: the epoch's word was never written before.
    function test_gas_claim_First() public {
        _claim(bob, FIRST_LAP * 8 + 3);
        vm.snapshotGasLastCall("Baton", "claim, first of its epoch's word");
    }

    function test_gas_rotate() public {
        _secondLap();
        _warpTo(_start(SECOND_LAP * 8 + 3) + baton.TAIL_WINDOW());
        baton.rotate();
        vm.snapshotGasLastCall("Baton", "rotate");
        assertEq(adapter.batcher(), bob.batcher);
    }

    function test_gas_callOut_Heartbeat_TakeOver() public {
        _secondLap();
        _warpTo(_start(SECOND_LAP * 8 + 3) - 2);
        _claim(bob, SECOND_LAP * 8 + 3);
        _mine(1);
        _callOut(reserve);
        vm.snapshotGasLastCall("Baton", "callOut");
        _heartbeat(bob);
        vm.snapshotGasLastCall("Baton", "heartbeat");
        _mine(1);
        _warpTo(_start(SECOND_LAP * 8 + 4) - 2);
        _claim(carol, SECOND_LAP * 8 + 4);
        _mine(1);
        _callOut(reserve);
        _mine(baton.CALLOUT_GRACE_BLOCKS() + 1);
        _takeOver(reserve);
        vm.snapshotGasLastCall("Baton", "takeOver");
        assertEq(adapter.batcher(), reserve.batcher);
    }

    function _secondLap() internal {
        _claim(bob, FIRST_LAP * 8 + 3);
        _lap(SECOND_LAP);
    }

    /// @dev Sells an epoch to bob and carol in equal parts and mines up to its first slot; bob's are the odd ones.
    function _lap(uint64 epoch) internal {
        if (epoch > 2) _run(epoch - 2);
        _warpToCommit(epoch);
        _commit(bob, epoch, _curve(19_000_000, 4));
        _commit(carol, epoch, _curve(20_000_000, 4));
        _warpToReveal(epoch);
        _reveal(bob, epoch, _curve(19_000_000, 4));
        _reveal(carol, epoch, _curve(20_000_000, 4));
        _run(epoch);
        assertEq(schedule.assignedTo(epoch * 8 + 3), bob.id);
        assertEq(schedule.assignedTo(epoch * 8 + 4), carol.id);
    }
}
