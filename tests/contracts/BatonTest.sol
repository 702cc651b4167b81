// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {Operator, RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";

/// @title Baton test
/// @notice A whole system with a Baton on the real SystemConfig, in which one operator, `alice`, has all of epoch 2 as one turn of
/// 8 slots, and `bob` and `carol` have epoch 3 by turns.
abstract contract BatonTest is RotaFixture {
    uint64 internal constant FIRST = 16;
    uint64 internal constant END = 24;

    Operator internal alice;
    Operator internal bob;
    Operator internal carol;

    /* DEPLOYMENT */
    function _config() internal virtual override returns (RotaConfig memory c) {
        c = super._config();
        // Long turns: one operator may win all 8 slots of an epoch.
        (c.clock.slotsPerEpoch, c.capBps, c.vault.coreExitDelay) = (8, 10_000, 800);
        (c.baton.callOutBond, c.baton.leakPerMiss) = (0.1 ether, 0.03 ether);
    }

    function _deployWithBaton() internal {
        _deployRota();
        alice = operators[0];
        bob = operators[1];
        carol = operators[2];
    }

    /// @notice Sells epochs 2 and 3, freezes epoch 2 and mines up to its claim window.
    function _sellTurns() internal {
        _warpToCommit(2);
        _commit(alice, 2, _curve(20_000_000, 8));
        _warpToReveal(2);
        _reveal(alice, 2, _curve(20_000_000, 8));
        _warpToCommit(3);
        _commit(bob, 3, _curve(20_000_000, 4));
        _commit(carol, 3, _curve(19_000_000, 4));
        _warpToReveal(3);
        _reveal(bob, 3, _curve(20_000_000, 4));
        _reveal(carol, 3, _curve(19_000_000, 4));
        _prepare(2);
        _warpTo(_start(FIRST) - baton.CLAIM_LEAD());
        (uint64 first, uint64 end, uint16 assigned) = schedule.turnOf(FIRST);
        assertEq(first, FIRST);
        assertEq(end, END);
        assertEq(assigned, alice.id);
    }

    /* STATE */
    /// @notice Claimed in time; now is the first block of the slot after the turn's first one.
    function _givenAliceHolds() internal {
        _claim(alice, FIRST);
        _warpToSlot(FIRST + 1);
    }

    /// @notice Called out by the reserve and silent: now is the first block in which the reserve may take over.
    function _givenAliceIsSilent() internal {
        _givenAliceHolds();
        _callOut(reserve);
        _mine(baton.CALLOUT_GRACE_BLOCKS() + 1);
    }

    /// @notice Taken over by the reserve in slot `FIRST + 1`; now is the first second in which the reserve holds.
    function _givenReserveTookOver() internal {
        _givenAliceIsSilent();
        _takeOver(reserve);
        _mine(2);
        assertEq(schedule.currentHolder(), reserve.id);
    }

    function _start(uint64 slot) internal view returns (uint256) {
        return schedule.startOfSlot(slot);
    }

    /// @notice The operator that a slot is assigned to, with its keys.
    function _operatorAt(uint64 slot) internal view returns (Operator memory) {
        uint16 id = schedule.assignedTo(slot);
        return id == reserve.id ? reserve : operators[id - 2];
    }
}
