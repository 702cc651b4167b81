// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {ICourt} from "@rota/contracts/interfaces/ICourt.sol";
import {IGuardian} from "@rota/contracts/interfaces/IGuardian.sol";
import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {ISystemConfigBaton} from "@rota/contracts/interfaces/ISystemConfigBaton.sol";
import {GovernedFixture, Proposal} from "@rota/contracts/testing/GovernedFixture.sol";
import {VotesToken} from "@rota/contracts/testing/VotesToken.sol";

/// @notice Lends votes for one transaction.
contract FlashLender {
    VotesToken internal immutable VOTES;

    constructor(VotesToken votes) {
        VOTES = votes;
    }

    function lend(FlashBorrower borrower) external {
        uint256 amount = VOTES.balanceOf(address(this));
        VOTES.transfer(address(borrower), amount);
        borrower.use();
        require(VOTES.balanceOf(address(this)) == amount, "not paid back");
    }
}

/// @notice Makes one call while it has the loan, and pays it back.
contract FlashBorrower {
    VotesToken internal immutable VOTES;
    address internal immutable TARGET;
    bytes internal _data;
    bool public succeeded;
    bytes public answer;

    constructor(VotesToken votes, address target, bytes memory data) {
        (VOTES, TARGET, _data) = (votes, target, data);
        votes.delegate(address(this));
    }

    function use() external {
        (succeeded, answer) = TARGET.call(_data);
        VOTES.transfer(msg.sender, VOTES.balanceOf(address(this)));
    }
}

/// @notice Attacks on the vote, the delay and the veto.
contract GovernanceAttackTest is GovernedFixture {
    Proposal internal p;

    function setUp() public {
        _deployRota();
        p = _proposal(address(registry), abi.encodeCall(registry.setWhitelisted, (stranger, 77)));
    }

    /* VOTES */
    /// @dev Half of the supply, borrowed for one transaction, is not there in the second before: no proposal.
    function test_attack_FlashLoanedVotes_CannotPropose() public {
        (bool ok, bytes memory answer,) =
            _borrow(abi.encodeCall(governor.propose, (p.targets, p.values, p.payloads, p.description)));
        assertFalse(ok);
        assertEq(bytes4(answer), IGovernor.GovernorInsufficientProposerVotes.selector);
    }

    /// @dev Votes count as they were held at the snapshot, which lies before the vote: the ballot is empty.
    function test_attack_FlashLoanedVotes_WeighNothing() public {
        uint256 id = _propose(p);
        _warpTo(governor.proposalSnapshot(id) + 1);
        (bool ok,, FlashBorrower borrower) = _borrow(abi.encodeCall(governor.castVote, (id, 1)));
        assertTrue(ok, "anybody may cast a vote of weight nothing");
        assertTrue(governor.hasVoted(id, address(borrower)));
        (, uint256 forVotes,) = governor.proposalVotes(id);
        assertEq(forVotes, 0);
    }

    /// @dev Not even a loan in the very second of the snapshot: what counts is what is held when that second ends.
    function test_attack_FlashLoanAtTheSnapshot_WeighsNothing() public {
        uint256 id = _propose(p);
        vm.warp(governor.proposalSnapshot(id));
        (,, FlashBorrower borrower) = _borrow(abi.encodeCall(governor.state, (id)));
        vm.warp(governor.proposalSnapshot(id) + 1);
        assertEq(governor.getVotes(address(borrower), governor.proposalSnapshot(id)), 0);
    }

    /// @dev The same votes in two hands count once.
    function test_attack_VotesMovedAfterTheVote_CountOnce() public {
        uint256 id = _propose(p);
        _warpTo(governor.proposalSnapshot(id) + 1);
        vm.startPrank(voters[0]);
        governor.castVote(id, 1);
        votes.transfer(stranger, votes.balanceOf(voters[0]));
        vm.stopPrank();
        vm.startPrank(stranger);
        votes.delegate(stranger);
        governor.castVote(id, 1);
        (, uint256 forVotes,) = governor.proposalVotes(id);
        assertEq(forVotes, SUPPLY * 30 / 100);
    }

    /* DELAY */
    /// @dev Decided, and left lying until the world has changed: it lapses, and can only be decided anew.
    function test_attack_ProposalThatOutlivesItsDelay_Lapses() public {
        _ripen(p);
        _warpTo(governor.proposalEta(_idOf(p)) + timelock.EXECUTION_GRACE());
        assertEq(uint8(governor.state(_idOf(p))), uint8(IGovernor.ProposalState.Canceled));
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _execute(p);
        bytes32 salt = bytes20(address(governor)) ^ keccak256(bytes(p.description));
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.executeBatch(p.targets, p.values, p.payloads, 0, salt);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _queue(p);

        p.description = "the same, decided anew";
        _ripen(p);
        vm.warp(governor.proposalEta(_idOf(p)) + timelock.EXECUTION_GRACE() - 1);
        _execute(p);
    }

    /// @dev Carried, and queued by nobody until everybody forgot.
    function test_attack_ProposalThatNobodyQueued_Expires() public {
        _carry(p);
        vm.warp(governor.proposalDeadline(_idOf(p)) + governor.QUEUE_GRACE() + 1);
        assertEq(uint8(governor.state(_idOf(p))), uint8(IGovernor.ProposalState.Expired));
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _queue(p);
    }

    /// @dev Only the governor schedules, and never for less than the delay.
    function test_attack_SchedulingPastTheVote_IsRefused() public {
        uint256 delay = timelock.getMinDelay();
        address[4] memory callers = [stranger, guard, address(guardianContract), voters[0]];
        for (uint256 i; i < callers.length; ++i) {
            vm.expectPartialRevert(bytes4(keccak256("AccessControlUnauthorizedAccount(address,bytes32)")));
            vm.prank(callers[i]);
            timelock.schedule(p.targets[0], 0, p.payloads[0], 0, 0, delay);
        }
        vm.expectPartialRevert(TimelockController.TimelockInsufficientDelay.selector);
        vm.prank(address(governor));
        timelock.schedule(p.targets[0], 0, p.payloads[0], 0, 0, delay - 1);
    }

    /* GUARDIAN */
    /// @dev Whatever the guard, or the contract it acts through, may try: it can stop, and nothing else.
    function test_attack_Guardian_CanDoNothingButVeto() public {
        _carry(p);
        bytes32 descriptionHash = keccak256(bytes(p.description));
        address[2] memory callers = [guard, address(guardianContract)];
        for (uint256 i; i < callers.length; ++i) {
            vm.startPrank(callers[i]);
            // Neither propose nor decide.
            vm.expectPartialRevert(IGovernor.GovernorInsufficientProposerVotes.selector);
            governor.propose(p.targets, p.values, p.payloads, "another");
            vm.expectPartialRevert(IGovernor.GovernorUnableToCancel.selector);
            governor.cancel(p.targets, p.values, p.payloads, descriptionHash);
            vm.expectPartialRevert(IGovernor.GovernorOnlyExecutor.selector);
            governor.relay(p.targets[0], 0, p.payloads[0]);
            // Nor any lever of the system.
            vm.expectRevert(
                abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotGovernance.selector, callers[i])
            );
            registry.setWhitelisted(stranger, 77);
            vm.expectPartialRevert(IOperatorRegistry.OperatorRegistry_NotGovernance.selector);
            registry.ossifyCore();
            vm.expectPartialRevert(ISystemConfigBaton.SystemConfigBaton_NotChainOwner.selector);
            adapter.announceReturn(callers[i]);
            vm.expectPartialRevert(ICourt.Court_NotGovernance.selector);
            court.openCase(2, 1, false, "", "");
            vm.expectPartialRevert(ICourt.Court_NotGovernance.selector);
            court.drop(2);
            vm.stopPrank();
        }

        // Nor hasten or hold back what is due.
        _queue(p);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        vm.prank(guard);
        governor.execute(p.targets, p.values, p.payloads, descriptionHash);
        _warpTo(governor.proposalEta(_idOf(p)));
        bytes32 operation = _operationOf(p);
        vm.expectPartialRevert(IGuardian.Guardian_TooLateToVeto.selector);
        vm.prank(guard);
        guardianContract.veto(operation);
        _execute(p);
    }

    /// @dev It can veto its own dismissal, but not for ever.
    function test_attack_GuardianThatVetoesItsDismissal_GoesWithItsTerm() public {
        bytes memory dismissal = abi.encodeCall(guardianContract.appoint, (address(0), uint64(block.timestamp + 300)));
        Proposal memory dismissed = _proposal(address(guardianContract), dismissal);
        _carry(dismissed);
        _queue(dismissed);
        bytes32 operation = _operationOf(dismissed);
        vm.prank(guard);
        guardianContract.veto(operation);

        (, uint64 until) = guardianContract.guard();
        vm.warp(until);
        uint64 next = until + 1 days;
        dismissal = abi.encodeCall(guardianContract.appoint, (address(0), next));
        dismissed = _proposal(address(guardianContract), dismissal, "again");
        _carry(dismissed);
        _queue(dismissed);
        operation = _operationOf(dismissed);
        vm.expectPartialRevert(IGuardian.Guardian_NotGuard.selector);
        vm.prank(guard);
        guardianContract.veto(operation);
        _warpTo(governor.proposalEta(_idOf(dismissed)));
        _execute(dismissed);
    }

    /* INTERNAL */
    /// @dev A loan of all that does not vote, and one call with it.
    function _borrow(bytes memory data) internal returns (bool, bytes memory, FlashBorrower borrower) {
        FlashLender lender = new FlashLender(votes);
        uint256 amount = votes.balanceOf(absent);
        vm.prank(absent);
        votes.transfer(address(lender), amount);
        borrower = new FlashBorrower(votes, address(governor), data);
        lender.lend(borrower);
        return (borrower.succeeded(), borrower.answer(), borrower);
    }
}
