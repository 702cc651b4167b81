// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {RotaGovernor} from "@rota/contracts/governance/RotaGovernor.sol";
import {RotaTimelock} from "@rota/contracts/governance/RotaTimelock.sol";
import {GovernedFixture, Proposal} from "@rota/contracts/testing/GovernedFixture.sol";
import {IRealSystemConfig} from "@rota/contracts/testing/OpStack.sol";

/// @notice Votes by block number, OpenZeppelin's default.
contract BlockVotes is ERC20Votes {
    constructor() ERC20("", "") EIP712("", "1") {}
}

/// @notice Governor and timelock: the way of a decision, and the range of each lever on it.
contract GovernanceTest is GovernedFixture {
    function setUp() public {
        _deployRota();
    }

    /* THE WAY OF A DECISION */
    function test_propose_RevertWhen_ProposerHasTooFewVotes() public {
        Proposal memory p = _whitelisting();
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector, stranger, 0, governor.proposalThreshold()
            )
        );
        vm.prank(stranger);
        governor.propose(p.targets, p.values, p.payloads, p.description);
    }

    function test_pass_WhitelistsAnOwner() public {
        _pass(_whitelisting());
        assertEq(registry.entityOfOwner(stranger), 77);
        assertEq(uint8(governor.state(_idOf(_whitelisting()))), uint8(IGovernor.ProposalState.Executed));
    }

    function test_queue_RevertGiven_QuorumIsMissed() public {
        Proposal memory p = _whitelisting();
        uint256 id = _propose(p);
        _warpTo(governor.proposalSnapshot(id) + 1);
        vm.prank(voters[2]);
        governor.castVote(id, 1);
        _warpTo(governor.proposalDeadline(id) + 1);
        assertEq(uint8(governor.state(id)), uint8(IGovernor.ProposalState.Defeated));
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _queue(p);
    }

    function test_queue_RevertGiven_MoreVotesAgainst() public {
        Proposal memory p = _whitelisting();
        uint256 id = _propose(p);
        _warpTo(governor.proposalSnapshot(id) + 1);
        vm.prank(voters[1]);
        governor.castVote(id, 1);
        vm.prank(voters[0]);
        governor.castVote(id, 0);
        _warpTo(governor.proposalDeadline(id) + 1);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _queue(p);
    }

    function test_execute_RevertWhen_BeforeTheDelay() public {
        Proposal memory p = _whitelisting();
        _carry(p);
        _queue(p);
        _warpTo(governor.proposalEta(_idOf(p)) - 2);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        _execute(p);
        _mine();
        _execute(p);
    }

    function test_execute_ByAnybody_OnTheTimelockItself() public {
        Proposal memory p = _whitelisting();
        _ripen(p);
        bytes32 salt = bytes20(address(governor)) ^ keccak256(bytes(p.description));
        vm.prank(stranger);
        timelock.executeBatch(p.targets, p.values, p.payloads, 0, salt);
        assertEq(registry.entityOfOwner(stranger), 77);
        assertEq(uint8(governor.state(_idOf(p))), uint8(IGovernor.ProposalState.Executed));
    }

    /// @dev SystemConfig's other setters.
    function test_pass_ForwardsToSystemConfig() public {
        bytes memory setter = abi.encodeCall(IRealSystemConfig.setGasLimit, (30_000_000));
        _pass(_proposal(address(adapter), abi.encodeCall(adapter.forward, (setter))));
        assertEq(systemConfig.gasLimit(), 30_000_000);
    }

    /* HAND-OVER */
    /// @dev A deployment that a multisig governed at first.
    function test_pass_AcceptsTheSeatThatAnEarlierGovernanceOffers() public {
        address multisig = makeAddr("multisig");
        vm.prank(address(timelock));
        registry.offerGovernance(multisig);
        vm.startPrank(multisig);
        registry.acceptGovernance();
        registry.offerGovernance(address(timelock));
        vm.stopPrank();
        _pass(_proposal(address(registry), abi.encodeCall(registry.acceptGovernance, ())));
        assertEq(registry.governance(), address(timelock));
    }

    /* RANGES */
    function test_pass_MovesEachTimeWithinItsRange() public {
        _pass(_proposal(address(governor), abi.encodeCall(governor.setVotingDelay, (10))));
        _pass(_proposal(address(governor), abi.encodeCall(governor.setVotingPeriod, (30))));
        _pass(_proposal(address(governor), abi.encodeCall(governor.setProposalThreshold, (SUPPLY / 50))));
        _pass(_proposal(address(governor), abi.encodeCall(governor.updateQuorumNumerator, (8))));
        _pass(_proposal(address(timelock), abi.encodeCall(timelock.updateDelay, (20))));
        assertEq(governor.votingDelay(), 10);
        assertEq(governor.votingPeriod(), 30);
        assertEq(governor.proposalThreshold(), SUPPLY / 50);
        assertEq(governor.quorumNumerator(), 8);
        assertEq(timelock.getMinDelay(), 20);
    }

    function test_execute_RevertWhen_ALeverLeavesItsRange() public {
        address to = address(governor);
        _failsOutOfRange(to, abi.encodeCall(governor.setVotingDelay, (9)), "votingDelay", 9, 10, 20);
        _failsOutOfRange(to, abi.encodeCall(governor.setVotingDelay, (21)), "votingDelay", 21, 10, 20);
        _failsOutOfRange(to, abi.encodeCall(governor.setVotingPeriod, (29)), "votingPeriod", 29, 30, 60);
        _failsOutOfRange(to, abi.encodeCall(governor.setVotingPeriod, (61)), "votingPeriod", 61, 30, 60);
        _failsOutOfRange(to, abi.encodeCall(governor.updateQuorumNumerator, (1)), "quorumPercent", 1, 2, 8);
        _failsOutOfRange(to, abi.encodeCall(governor.updateQuorumNumerator, (9)), "quorumPercent", 9, 2, 8);
        uint256 first = SUPPLY / 100;
        bytes memory data = abi.encodeCall(governor.setProposalThreshold, (2 * first + 1));
        _failsOutOfRange(to, data, "proposalThreshold", 2 * first + 1, first / 2, 2 * first);
        for (uint256 i; i < 2; ++i) {
            uint256 delay = [uint256(19), 41][i];
            _fails(
                _proposal(address(timelock), abi.encodeCall(timelock.updateDelay, (delay)), vm.toString(i)),
                abi.encodeWithSelector(RotaTimelock.RotaTimelock_DelayOutOfRange.selector, delay, 20, 40)
            );
        }
    }

    function test_execute_RevertWhen_ARoleOrAReferenceShallMove() public {
        bytes memory fixed_ = abi.encodeWithSelector(RotaTimelock.RotaTimelock_RolesAreFixed.selector);
        bytes32 role = timelock.PROPOSER_ROLE();
        address to = address(timelock);
        _fails(_proposal(to, abi.encodeCall(timelock.grantRole, (role, stranger))), fixed_);
        _fails(_proposal(to, abi.encodeCall(timelock.revokeRole, (role, address(governor)))), fixed_);
        bytes memory renounce = abi.encodeCall(timelock.renounceRole, (role, address(governor)));
        _fails(_proposal(address(governor), abi.encodeCall(governor.relay, (to, 0, renounce))), fixed_);
        _fails(
            _proposal(address(governor), abi.encodeCall(governor.updateTimelock, (timelock))),
            abi.encodeWithSelector(RotaGovernor.RotaGovernor_TimelockIsFixed.selector)
        );
    }

    function test_levers_RevertWhen_CallerIsAStranger() public {
        vm.startPrank(stranger);
        vm.expectPartialRevert(IGovernor.GovernorOnlyExecutor.selector);
        governor.setVotingDelay(15);
        vm.expectPartialRevert(IGovernor.GovernorOnlyExecutor.selector);
        governor.setVotingPeriod(45);
        vm.expectPartialRevert(IGovernor.GovernorOnlyExecutor.selector);
        governor.setProposalThreshold(SUPPLY / 100);
        vm.expectPartialRevert(IGovernor.GovernorOnlyExecutor.selector);
        governor.updateQuorumNumerator(5);
        vm.expectPartialRevert(TimelockController.TimelockUnauthorizedCaller.selector);
        timelock.updateDelay(30);
    }

    /* CONSTRUCTORS */
    function test_constructor_RevertWhen_AValueIsOutOfRange() public {
        RotaGovernor.Params memory p = _governanceConfig().governor;
        p.votingDelay = 0;
        _refused(p, "votingDelay", 0, 1, 30 days);
        (p.votingDelay, p.votingPeriod) = (1, 31 days);
        _refused(p, "votingPeriod", 31 days, 1, 30 days);
        (p.votingPeriod, p.queueGrace) = (1, 0);
        _refused(p, "queueGrace", 0, 1, 30 days);
        (p.queueGrace, p.quorumPercent) = (1, 51);
        _refused(p, "quorumPercent", 51, 1, 50);

        vm.expectRevert(abi.encodeWithSelector(RotaTimelock.RotaTimelock_OutOfRange.selector, "delay", 0));
        new RotaTimelock(0, 1, stranger, guard);
        vm.expectRevert(
            abi.encodeWithSelector(RotaTimelock.RotaTimelock_OutOfRange.selector, "executionGrace", 91 days)
        );
        new RotaTimelock(1, 91 days, stranger, guard);
        vm.expectRevert(abi.encodeWithSelector(RotaTimelock.RotaTimelock_OutOfRange.selector, "governor", 0));
        new RotaTimelock(1, 1, address(0), guard);
    }

    /// @dev A token that counts blocks would make every time another one than is written.
    function test_constructor_RevertWhen_TokenIsNotBySeconds() public {
        RotaGovernor.Params memory p = _governanceConfig().governor;
        BlockVotes byBlocks = new BlockVotes();
        vm.expectRevert(
            abi.encodeWithSelector(RotaGovernor.RotaGovernor_NotByTimestamp.selector, "mode=blocknumber&from=default")
        );
        new RotaGovernor(byBlocks, timelock, p);
    }

    function test_deploy_GivesNobodyElseARole() public view {
        bytes32 admin = timelock.DEFAULT_ADMIN_ROLE();
        assertTrue(timelock.hasRole(timelock.PROPOSER_ROLE(), address(governor)));
        assertTrue(timelock.hasRole(timelock.CANCELLER_ROLE(), address(guardianContract)));
        assertTrue(timelock.hasRole(timelock.EXECUTOR_ROLE(), address(0)));
        assertTrue(timelock.hasRole(admin, address(timelock)));
        assertFalse(timelock.hasRole(timelock.PROPOSER_ROLE(), address(guardianContract)));
        assertFalse(timelock.hasRole(admin, address(this)));
        assertFalse(timelock.hasRole(timelock.PROPOSER_ROLE(), address(this)));
    }

    /* INTERNAL */
    function _whitelisting() internal view returns (Proposal memory) {
        return _proposal(address(registry), abi.encodeCall(registry.setWhitelisted, (stranger, 77)));
    }

    function _fails(Proposal memory p, bytes memory reason) internal {
        _ripen(p);
        vm.expectRevert(reason);
        _execute(p);
    }

    function _failsOutOfRange(
        address to,
        bytes memory data,
        string memory parameter,
        uint256 value,
        uint256 minimum,
        uint256 maximum
    ) internal {
        _fails(
            _proposal(to, data),
            abi.encodeWithSelector(RotaGovernor.RotaGovernor_OutOfRange.selector, parameter, value, minimum, maximum)
        );
    }

    function _refused(
        RotaGovernor.Params memory p,
        string memory parameter,
        uint256 value,
        uint256 minimum,
        uint256 maximum
    ) internal {
        vm.expectRevert(
            abi.encodeWithSelector(RotaGovernor.RotaGovernor_OutOfRange.selector, parameter, value, minimum, maximum)
        );
        new RotaGovernor(votes, timelock, p);
    }
}
