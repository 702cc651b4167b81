// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {GovernanceConfig, GovernanceDeployer, GovernanceSystem} from "../deploy/GovernanceDeployer.sol";
import {RotaConfig} from "../deploy/RotaDeployer.sol";
import {Guardian} from "../governance/Guardian.sol";
import {RotaGovernor} from "../governance/RotaGovernor.sol";
import {RotaTimelock} from "../governance/RotaTimelock.sol";
import {RotaFixture} from "./RotaFixture.sol";
import {VotesToken} from "./VotesToken.sol";

/// @notice Calls that governance is asked to make, one after the other, and why.
struct Proposal {
    address[] targets;
    uint256[] values;
    bytes[] payloads;
    string description;
}

/// @title Governed fixture
/// @notice A {RotaFixture} whose governance and chain owner is a timelock behind a vote, with a guardian; and the steps of a vote.
/// @dev What {RotaFixture} does as governance while it sets operators up, it does as the timelock, without a vote.
abstract contract GovernedFixture is RotaFixture {
    uint256 internal constant SUPPLY = 1_000_000e18;

    VotesToken internal votes;
    RotaTimelock internal timelock;
    RotaGovernor internal governor;
    Guardian internal guardianContract;

    address internal guard = makeAddr("guard");
    /// @dev Three voters with 30, 20 and 1 % of the supply; the rest has no vote.
    address[3] internal voters = [makeAddr("delegate"), makeAddr("other delegate"), makeAddr("holder")];
    address internal absent = makeAddr("absent holders");

    /* DEPLOYMENT */
    /// @notice Times are those of a devnet: a decision takes two minutes.
    function _governanceConfig() internal virtual returns (GovernanceConfig memory c) {
        c.governor = RotaGovernor.Params({
            votingDelay: 20, votingPeriod: 60, proposalThreshold: SUPPLY / 100, quorumPercent: 4, queueGrace: 60
        });
        (c.delay, c.executionGrace) = (40, 120);
        (c.guard, c.guardUntil) = (guard, uint64(vm.getBlockTimestamp() + 365 days));
    }

    function _config() internal virtual override returns (RotaConfig memory c) {
        _deployGovernance();
        (governance, chainOwner, guardian) = (address(timelock), address(timelock), address(guardianContract));
        c = super._config();
        GovernanceConfig memory times = _governanceConfig();
        (c.vault.court.votingDelay, c.vault.court.votingPeriod, c.vault.court.timelock) =
        (uint32(times.governor.votingDelay), times.governor.votingPeriod, uint32(times.delay));
    }

    function _deployGovernance() internal {
        votes = new VotesToken(absent, SUPPLY);
        uint8[3] memory percents = [30, 20, 1];
        for (uint256 i; i < voters.length; ++i) {
            vm.prank(absent);
            votes.transfer(voters[i], SUPPLY * percents[i] / 100);
            vm.prank(voters[i]);
            votes.delegate(voters[i]);
        }
        GovernanceConfig memory c = _governanceConfig();
        c.token = votes;
        GovernanceSystem memory s = GovernanceDeployer.deploy(c, address(this), vm.getNonce(address(this)));
        (timelock, governor, guardianContract) = (s.timelock, s.governor, s.guardian);
        // Votes count from the next second on.
        vm.warp(vm.getBlockTimestamp() + 2);
    }

    /* PROPOSALS */
    function _proposal(address target, bytes memory payload) internal pure returns (Proposal memory p) {
        (p.targets, p.values, p.payloads) = (new address[](1), new uint256[](1), new bytes[](1));
        (p.targets[0], p.payloads[0]) = (target, payload);
        p.description = "one call";
    }

    /// @notice The same, told apart from an earlier one by its description.
    function _proposal(address target, bytes memory payload, string memory description)
        internal
        pure
        returns (Proposal memory p)
    {
        p = _proposal(target, payload);
        p.description = description;
    }

    function _idOf(Proposal memory p) internal view returns (uint256) {
        return governor.hashProposal(p.targets, p.values, p.payloads, keccak256(bytes(p.description)));
    }

    /// @notice The timelock's id of a proposal's calls.
    function _operationOf(Proposal memory p) internal view returns (bytes32) {
        bytes32 salt = bytes20(address(governor)) ^ keccak256(bytes(p.description));
        return timelock.hashOperationBatch(p.targets, p.values, p.payloads, 0, salt);
    }

    /// @notice Proposes, by the first voter.
    function _propose(Proposal memory p) internal returns (uint256 id) {
        vm.prank(voters[0]);
        id = governor.propose(p.targets, p.values, p.payloads, p.description);
    }

    /// @notice Proposes; waits for the vote, in which the first voter is for it; waits for its end.
    function _carry(Proposal memory p) internal {
        uint256 id = _propose(p);
        _warpTo(governor.proposalSnapshot(id) + 1);
        vm.prank(voters[0]);
        governor.castVote(id, 1);
        _warpTo(governor.proposalDeadline(id) + 1);
    }

    function _queue(Proposal memory p) internal {
        governor.queue(p.targets, p.values, p.payloads, keccak256(bytes(p.description)));
    }

    function _execute(Proposal memory p) internal {
        governor.execute(p.targets, p.values, p.payloads, keccak256(bytes(p.description)));
    }

    /// @notice All of it up to the moment in which it can be executed.
    function _ripen(Proposal memory p) internal {
        _carry(p);
        _queue(p);
        _warpTo(governor.proposalEta(_idOf(p)));
    }

    /// @notice All of it. Takes as long as a decision takes.
    function _pass(Proposal memory p) internal {
        _ripen(p);
        _execute(p);
    }
}
