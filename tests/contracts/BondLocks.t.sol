// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IBondVault} from "@rota/contracts/interfaces/IBondVault.sol";
import {Operator, RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";

/// @notice Bonds under the real schedule: what a slot locks, and for how long.
contract BondVault_Locks_Test is RotaFixture {
    Operator internal alice;

    function setUp() public {
        _deployRota();
        alice = operators[0];
    }

    function _requestExit(uint256 amount) internal returns (uint256) {
        vm.prank(alice.owner);
        return vault.requestExit(alice.id, 0, amount);
    }

    function _required() internal view returns (uint256 required) {
        (required,) = pledges.requiredOf(alice.id);
    }

    function test_requestExit_GivenSlotsFrozen_LeavesTheirLocks_AlsoBeforeTheyBegin() public {
        assertEq(_required(), vault.MIN_BOND());
        _warpTo(schedule.startOfEpoch(1));
        _prepare(2);
        uint256 slots = schedule.liveSlotsOf(alice.id);
        assertGt(slots, 0, "round robin among three gives each a slot");
        uint256 required = vault.MIN_BOND() + slots * pledges.lockPerSlotAt(2);
        assertEq(_required(), required);
        assertEq(pledges.lockOf(alice.id), required - vault.MIN_BOND());

        uint256 free = vault.bondOf(alice.id) - required;
        vm.expectRevert(
            abi.encodeWithSelector(
                IBondVault.BondVault_BelowRequirement.selector, alice.id, required - 1 gwei, required
            )
        );
        _requestExit(free + 1 gwei);
        _requestExit(free);
    }

    function test_requestExit_GivenOutOfTheSet_TheLastLockFallsWithTheDispute() public {
        _run(2);
        vm.prank(alice.owner);
        registry.deactivate(alice.id);
        _run(4);
        uint256 slots = schedule.liveSlotsOf(alice.id);
        uint256 end = schedule.lastDisputeEnd(alice.id);
        assertGt(slots, 0, "slots of epochs 2 and 3 can still be disputed");
        assertGe(end, schedule.startOfEpoch(3) + config.disputePeriod);
        uint256 locked = slots * pledges.lockPerSlotAt(4);
        assertEq(_required(), locked, "no minimum any more");
        uint256 all = vault.bondOf(alice.id);
        _requestExit(all - locked);

        vm.warp(end - 1);
        assertGt(_required(), 0);
        vm.warp(end);
        assertEq(_required(), 0);
        // The first exit was of the core: it waits to be claimed.
        uint256 slashable = vault.slashableOf(alice.id);
        assertEq(slashable, all, "not gone before its release");
    }

    /// A slot assigned in the last possible moment after the exit was requested can be proven against before the exit is released.
    function test_attack_ExitBetweenRevealAndFreeze_IsReachableThroughTheEvidenceWindow() public {
        _warpTo(schedule.startOfEpoch(1));
        uint256 ticket = _requestExit(vault.bondOf(alice.id) - vault.MIN_BOND());
        (,, uint256 released) = vault.ticketOf(alice.id, ticket, address(0));
        _prepare(2);
        assertGt(schedule.liveSlotsOf(alice.id), 0);
        assertGe(released, schedule.startOfEpoch(3) + config.evidence.evidenceWindow);
    }
}
