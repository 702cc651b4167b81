// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Court} from "@rota/contracts/governance/Court.sol";
import {ICourt} from "@rota/contracts/interfaces/ICourt.sol";
import {RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";
import {Status} from "@rota/contracts/types/Types.sol";

/// @notice A case against operator 2: 60 s to answer, 60 s to execute.
contract CourtTest is RotaFixture {
    bytes32 internal constant REASON = keccak256("it withheld its tail in slots 70 to 74");
    string internal constant URI = "ipfs://reason";
    uint16 internal accused;

    function setUp() public {
        _deployRota();
        accused = operators[0].id;
        _run(2);
    }

    /* CONSTRUCTION */
    function test_constructor_RevertWhen_NobodyCouldAnswerOrExecute() public {
        ICourt.Params memory params = config.court;
        params.answerPeriod = 0;
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_OutOfRange.selector, "answerPeriod", 0));
        new Court(registry, vault, guardian, params);
        (params.answerPeriod, params.executionGrace) = (1, 365 days + 1);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_OutOfRange.selector, "executionGrace", 365 days + 1));
        new Court(registry, vault, guardian, params);
    }

    /* OPENING */
    function test_openCase_PutsTheReasonOnChain() public {
        uint256 eta = vm.getBlockTimestamp() + 60;
        vm.expectEmit(address(court));
        emit ICourt.CaseOpened(accused, 2500, true, eta, REASON, URI);
        _open(2500, true);
        (uint16 bps, bool evicts, uint256 found) = court.caseOf(accused);
        assertEq(bps, 2500);
        assertTrue(evicts);
        assertEq(found, eta);
    }

    function test_openCase_RevertWhen_CallerIsNotGovernance() public {
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_NotGovernance.selector, stranger));
        vm.prank(stranger);
        court.openCase(accused, 1, false, REASON, URI);
    }

    function test_openCase_RevertWhen_ItAsksForTooMuchOrNothing() public {
        vm.startPrank(governance);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_TooMuch.selector, 5001, 5000));
        court.openCase(accused, 5001, false, REASON, URI);
        vm.expectRevert(ICourt.Court_NothingAsked.selector);
        court.openCase(accused, 0, false, REASON, URI);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_UnknownOperator.selector, 99));
        court.openCase(99, 1, false, REASON, URI);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_CannotEvict.selector, reserve.id));
        court.openCase(reserve.id, 1, true, REASON, URI);
    }

    function test_openCase_RevertGiven_OneIsOpen_UntilItLapses() public {
        _open(1000, false);
        (,, uint256 eta) = court.caseOf(accused);
        vm.warp(eta + 59);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_CaseOpen.selector, accused, eta + 60));
        vm.prank(governance);
        court.openCase(accused, 1, false, REASON, URI);
        vm.warp(eta + 60);
        _open(1, false);
    }

    /* ANSWER, VETO, DROP */
    function test_answer_IsOnChain() public {
        _open(1000, false);
        vm.expectEmit(address(court));
        emit ICourt.CaseAnswered(accused, keccak256("it was a fibre cut"), "ipfs://answer");
        vm.prank(operators[0].owner);
        court.answer(accused, keccak256("it was a fibre cut"), "ipfs://answer");
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_NotOwner.selector, accused, stranger));
        vm.prank(stranger);
        court.answer(accused, 0, "");
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_NoCase.selector, operators[1].id));
        vm.prank(operators[1].owner);
        court.answer(operators[1].id, 0, "");
    }

    function test_veto_BeforeItCanBeExecuted() public {
        _open(1000, true);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_NotGuardian.selector, governance));
        vm.prank(governance);
        court.veto(accused);
        vm.warp(vm.getBlockTimestamp() + 59);
        vm.prank(guardian);
        court.veto(accused);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_NoCase.selector, accused));
        court.execute(accused);
    }

    function test_veto_RevertGiven_TheAnswerPeriodIsOver() public {
        _open(1000, true);
        (,, uint256 eta) = court.caseOf(accused);
        vm.warp(eta);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_TooLateToVeto.selector, eta));
        vm.prank(guardian);
        court.veto(accused);
    }

    function test_drop_ByGovernanceAtAnyTime() public {
        _open(1000, true);
        vm.warp(vm.getBlockTimestamp() + 70);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_NotGovernance.selector, guardian));
        vm.prank(guardian);
        court.drop(accused);
        vm.prank(governance);
        court.drop(accused);
        (,, uint256 eta) = court.caseOf(accused);
        assertEq(eta, 0);
    }

    /* EXECUTION */
    function test_execute_TakesItsPartOfTheCoreAndBurnsIt() public {
        _open(5000, false);
        uint256 core = vault.coreOf(accused);
        uint256 bond = vault.bondOf(accused);
        uint256 burnedBefore = vault.burnable()[0];
        vm.warp(vm.getBlockTimestamp() + 60);
        vm.expectEmit(address(court));
        emit ICourt.CaseExecuted(accused, core / 2, false);
        assertEq(court.execute(accused), core / 2);
        assertEq(bond - vault.bondOf(accused), core / 2);
        uint256 burned = vault.burnable()[0];
        assertEq(burned - burnedBefore, core / 2, "nobody gains");
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_NoCase.selector, accused));
        court.execute(accused);
    }

    /// @dev What was frozen before stays its own: an eviction is no void.
    function test_execute_Evicts() public {
        _open(0, true);
        vm.warp(vm.getBlockTimestamp() + 60);
        uint64 epoch = schedule.currentEpoch();
        court.execute(accused);
        (Status status,) = registry.statusOf(accused);
        assertTrue(status == Status.Tombstoned);
        assertTrue(registry.isEligible(accused, epoch + 1));
        assertFalse(registry.isEligible(accused, epoch + 2));
    }

    function test_execute_GivenTombstonedMeanwhile_TakesTheCoreAllTheSame() public {
        _open(1000, true);
        _equivocate(operators[0]);
        vm.warp(vm.getBlockTimestamp() + 60);
        uint256 core = vault.coreOf(accused);
        assertGt(core, 0);
        assertEq(court.execute(accused), core / 10);
    }

    function test_execute_RevertWhen_OutOfTime() public {
        _open(1000, false);
        (,, uint256 eta) = court.caseOf(accused);
        vm.warp(eta - 1);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_TooEarly.selector, eta));
        court.execute(accused);
        vm.warp(eta + 60);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_Lapsed.selector, eta + 60));
        court.execute(accused);
    }

    /// @dev Whatever is asked, case after case: never more than half of the core at once, and never what is tied to slots.
    function testFuzz_execute_NeverReachesTheLocks(uint16[4] memory asked) public {
        for (uint256 i; i < asked.length; ++i) {
            uint16 bps = uint16(bound(asked[i], 1, 5000));
            _open(bps, false);
            vm.warp(vm.getBlockTimestamp() + 60);
            (uint256 core, uint256 bond, uint256 lock) =
                (vault.coreOf(accused), vault.bondOf(accused), pledges.lockOf(accused));
            uint256 taken = court.execute(accused);
            assertEq(taken, core * bps / 10_000);
            assertGe(vault.bondOf(accused), lock < bond ? lock : bond);
        }
    }

    function _open(uint16 bps, bool evicts) private {
        vm.prank(governance);
        court.openCase(accused, bps, evicts, REASON, URI);
    }
}
