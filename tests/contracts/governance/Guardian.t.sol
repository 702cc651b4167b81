// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Guardian} from "@rota/contracts/governance/Guardian.sol";
import {ICourt} from "@rota/contracts/interfaces/ICourt.sol";
import {IGuardian} from "@rota/contracts/interfaces/IGuardian.sol";
import {GovernedFixture, Proposal} from "@rota/contracts/testing/GovernedFixture.sol";

contract GuardianTest is GovernedFixture {
    Proposal internal p;
    bytes32 internal id;

    function setUp() public {
        _deployRota();
        p = _proposal(address(registry), abi.encodeCall(registry.setWhitelisted, (stranger, 77)));
        id = _operationOf(p);
    }

    /* VETO */
    function test_veto_CancelsTheProposal() public {
        _carry(p);
        _queue(p);
        vm.expectEmit();
        emit IGuardian.Vetoed(id);
        vm.prank(guard);
        guardianContract.veto(id);
        assertEq(uint8(governor.state(_idOf(p))), uint8(IGovernor.ProposalState.Canceled));
        _warpTo(vm.getBlockTimestamp() + timelock.getMinDelay());
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _execute(p);
    }

    function test_veto_InTheLastSecond() public {
        _carry(p);
        _queue(p);
        vm.warp(governor.proposalEta(_idOf(p)) - 1);
        vm.prank(guard);
        guardianContract.veto(id);
    }

    function test_veto_RevertGiven_ItIsDue() public {
        _ripen(p);
        uint256 eta = governor.proposalEta(_idOf(p));
        vm.expectRevert(abi.encodeWithSelector(IGuardian.Guardian_TooLateToVeto.selector, id, eta));
        vm.prank(guard);
        guardianContract.veto(id);
        _execute(p);
        vm.expectRevert(abi.encodeWithSelector(IGuardian.Guardian_NothingToVeto.selector, id));
        vm.prank(guard);
        guardianContract.veto(id);
    }

    function test_veto_RevertGiven_NothingIsScheduled() public {
        _carry(p);
        vm.expectRevert(abi.encodeWithSelector(IGuardian.Guardian_NothingToVeto.selector, id));
        vm.prank(guard);
        guardianContract.veto(id);
    }

    function test_veto_RevertWhen_CallerIsNotTheGuard() public {
        _carry(p);
        _queue(p);
        vm.expectRevert(abi.encodeWithSelector(IGuardian.Guardian_NotGuard.selector, address(this)));
        guardianContract.veto(id);
    }

    function test_veto_RevertGiven_TheTermIsOver() public {
        (, uint64 until) = guardianContract.guard();
        vm.warp(until - 200);
        _carry(p);
        _queue(p);
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IGuardian.Guardian_NotGuard.selector, guard));
        vm.prank(guard);
        guardianContract.veto(id);
    }

    function test_vetoCase_StopsACaseOfTheCourt() public {
        uint16 operator = operators[0].id;
        _pass(_proposal(address(court), abi.encodeCall(court.openCase, (operator, 5000, true, "why", "uri"))));
        vm.expectRevert(abi.encodeWithSelector(IGuardian.Guardian_NotGuard.selector, stranger));
        vm.prank(stranger);
        guardianContract.vetoCase(court, operator);
        vm.expectEmit();
        emit ICourt.CaseVetoed(operator);
        vm.prank(guard);
        guardianContract.vetoCase(court, operator);
        (,, uint256 eta) = court.caseOf(operator);
        assertEq(eta, 0);
    }

    /* TERM */
    function test_resign_EndsTheTerm() public {
        vm.startPrank(guard);
        guardianContract.resign();
        vm.expectRevert(abi.encodeWithSelector(IGuardian.Guardian_NotGuard.selector, guard));
        guardianContract.resign();
    }

    function test_appoint_ByAVote() public {
        uint64 until = uint64(vm.getBlockTimestamp() + 2 * 365 days);
        _pass(_proposal(address(guardianContract), abi.encodeCall(guardianContract.appoint, (stranger, until))));
        (address account, uint64 end) = guardianContract.guard();
        assertEq(account, stranger);
        assertEq(end, until);
        vm.expectRevert(abi.encodeWithSelector(IGuardian.Guardian_NotGuard.selector, guard));
        vm.prank(guard);
        guardianContract.resign();
    }

    function test_appoint_RevertWhen_CallerIsNotTheTimelock() public {
        address[2] memory callers = [stranger, guard];
        for (uint256 i; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IGuardian.Guardian_NotTimelock.selector, callers[i]));
            vm.prank(callers[i]);
            guardianContract.appoint(callers[i], uint64(vm.getBlockTimestamp() + 1));
        }
    }

    function test_appoint_RevertWhen_TheTermIsOutOfRange() public {
        uint256 now_ = vm.getBlockTimestamp();
        uint256 latest = now_ + guardianContract.MAX_TERM();
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(IGuardian.Guardian_TermOutOfRange.selector, now_, latest));
        guardianContract.appoint(guard, uint64(now_));
        vm.expectRevert(abi.encodeWithSelector(IGuardian.Guardian_TermOutOfRange.selector, latest + 1, latest));
        guardianContract.appoint(guard, uint64(latest + 1));
        guardianContract.appoint(guard, uint64(latest));
        vm.expectRevert(abi.encodeWithSelector(IGuardian.Guardian_TermOutOfRange.selector, latest + 1, latest));
        new Guardian(timelock, guard, uint64(latest + 1));
    }
}
