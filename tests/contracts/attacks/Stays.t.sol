// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IBaton} from "@rota/contracts/interfaces/IBaton.sol";

import {BatonTest} from "../BatonTest.sol";

/// @notice Take-overs that end or begin a stay in an unusual order.
contract StaysAttackTest is BatonTest {
    function setUp() public {
        _deployWithBaton();
        _sellTurns();
    }

    /// @dev A silent taker, whose hold began in the slot in progress, does not keep the reserve from taking its own turn back: the
    /// reserve held at the slot's start and holds at its end, but it lost the slot in between.
    function test_attack_SilentTakerOfTheReservesTurn_CannotKeepIt() public {
        _warpToEpoch(4);
        _claim(reserve, 32);
        _warpTo(_start(34) - 14);
        _callOut(bob);
        _mine(baton.CALLOUT_GRACE_BLOCKS() + 3);
        assertEq(_takeOver(bob), _start(34) + 2);
        _mine(2);
        assertEq(schedule.currentHolder(), bob.id);

        _callOut(reserve);
        _mine(baton.CALLOUT_GRACE_BLOCKS() + 1);
        _takeOver(reserve);
        assertTrue(schedule.isMissed(34), "it lost a part of the slot");
        _mine(2);
        assertEq(schedule.currentHolder(), reserve.id);
        assertEq(adapter.batcher(), reserve.batcher);
    }

    /// @dev Who announced two returns and was silent at the first still has the baton from the second on: it is asked before it
    /// is taken over again, and the taker's tail has its time.
    function test_attack_TakeOverBetweenTwoReturns_LeavesTheSecondOne() public {
        // The taker begins in the next slot, so that this is no miss yet.
        _warpTo(_start(FIRST + 1) - 2);
        _takeOver(reserve);
        _claim(alice, FIRST + 4);
        _claim(alice, FIRST + 2);
        _warpToSlot(FIRST + 2);
        _callOut(bob);
        _mine(baton.CALLOUT_GRACE_BLOCKS() + 1);
        _takeOver(reserve);

        _warpToSlot(FIRST + 4);
        assertEq(schedule.currentHolder(), alice.id);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_HolderNotSilent.selector, alice.id));
        _takeOver(reserve);
        uint256 opens = _start(FIRST + 4) + baton.TAIL_WINDOW();
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_RotateTooEarly.selector, opens));
        baton.rotate();
    }
}
