// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";

/// @title RotaGovernor
/// @notice OpenZeppelin's governor over a token with votes: one token one vote, as held when the vote began (INV-92).
/// @dev Times are seconds, so the token's clock must be timestamps. Each number has a range around its first value (INV-96), which a
/// vote can move it in: times from half to the whole, since bonds have to stay reachable for all of them in sum; threshold and quorum
/// from half to the double. A proposal that nobody queues expires.
contract RotaGovernor is
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorTimelockControl
{
    /* TYPES */
    /// @param votingDelay From a proposal to its vote and the snapshot of votes, seconds; 30 days at most.
    /// @param votingPeriod Of the vote, seconds; 30 days at most.
    /// @param proposalThreshold Votes that a proposer has, smallest unit of the token.
    /// @param quorumPercent Of the supply, counting For and Abstain; 1 to 50.
    /// @param queueGrace From the end of the vote until it expires if nobody queued it, seconds; 30 days at most.
    struct Params {
        uint48 votingDelay;
        uint32 votingPeriod;
        uint256 proposalThreshold;
        uint256 quorumPercent;
        uint48 queueGrace;
    }

    /* ERRORS */
    /// @notice A value outside of its range: `parameter` names it.
    error RotaGovernor_OutOfRange(string parameter, uint256 value, uint256 minimum, uint256 maximum);
    /// @notice The token counts its past votes by something else than seconds.
    error RotaGovernor_NotByTimestamp(string mode);
    /// @notice A new timelock comes with a new governor.
    error RotaGovernor_TimelockIsFixed();

    /* CONSTANTS AND IMMUTABLES */
    uint256 internal constant LONGEST = 30 days;
    uint256 internal constant HIGHEST_QUORUM = 50;

    /// @notice The values at deployment; seconds, votes, percent.
    uint256 public immutable FIRST_VOTING_DELAY;
    uint256 public immutable FIRST_VOTING_PERIOD;
    uint256 public immutable FIRST_PROPOSAL_THRESHOLD;
    uint256 public immutable FIRST_QUORUM;
    /// @notice From the end of a vote until it expires if nobody queued it, seconds.
    uint256 public immutable QUEUE_GRACE;

    /* CONSTRUCTOR */
    constructor(IVotes token_, TimelockController timelock_, Params memory params)
        Governor("Rota")
        GovernorSettings(params.votingDelay, params.votingPeriod, params.proposalThreshold)
        GovernorVotes(token_)
        GovernorVotesQuorumFraction(params.quorumPercent)
        GovernorTimelockControl(timelock_)
    {
        _check("votingDelay", params.votingDelay, 1, LONGEST);
        _check("votingPeriod", params.votingPeriod, 1, LONGEST);
        _check("queueGrace", params.queueGrace, 1, LONGEST);
        _check("quorumPercent", params.quorumPercent, 1, HIGHEST_QUORUM);
        if (keccak256(bytes(CLOCK_MODE())) != keccak256("mode=timestamp")) {
            revert RotaGovernor_NotByTimestamp(CLOCK_MODE());
        }
        (FIRST_VOTING_DELAY, FIRST_VOTING_PERIOD) = (params.votingDelay, params.votingPeriod);
        (FIRST_PROPOSAL_THRESHOLD, FIRST_QUORUM) = (params.proposalThreshold, params.quorumPercent);
        QUEUE_GRACE = params.queueGrace;
    }

    /* LEVERS OF A VOTE */
    /// @inheritdoc GovernorSettings
    function setVotingDelay(uint48 seconds_) public override {
        _check("votingDelay", seconds_, _halfOf(FIRST_VOTING_DELAY), FIRST_VOTING_DELAY);
        super.setVotingDelay(seconds_);
    }

    /// @inheritdoc GovernorSettings
    function setVotingPeriod(uint32 seconds_) public override {
        _check("votingPeriod", seconds_, _halfOf(FIRST_VOTING_PERIOD), FIRST_VOTING_PERIOD);
        super.setVotingPeriod(seconds_);
    }

    /// @inheritdoc GovernorSettings
    function setProposalThreshold(uint256 votes) public override {
        uint256 first = FIRST_PROPOSAL_THRESHOLD;
        _check("proposalThreshold", votes, _halfOf(first), 2 * first);
        super.setProposalThreshold(votes);
    }

    /// @inheritdoc GovernorVotesQuorumFraction
    function updateQuorumNumerator(uint256 percent) public override {
        uint256 highest = 2 * FIRST_QUORUM;
        _check("quorumPercent", percent, _halfOf(FIRST_QUORUM), highest < HIGHEST_QUORUM ? highest : HIGHEST_QUORUM);
        super.updateQuorumNumerator(percent);
    }

    /// @inheritdoc GovernorTimelockControl
    function updateTimelock(TimelockController) public pure override {
        revert RotaGovernor_TimelockIsFixed();
    }

    /* VIEWS */
    /// @notice As OpenZeppelin's. Expired: nobody queued it in time. One that nobody executed in time reads as Canceled.
    function state(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (ProposalState current)
    {
        current = super.state(proposalId);
        if (current == ProposalState.Succeeded && clock() > proposalDeadline(proposalId) + QUEUE_GRACE) {
            current = ProposalState.Expired;
        }
    }

    /// @inheritdoc GovernorSettings
    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    /// @inheritdoc GovernorTimelockControl
    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    /* INTERNAL */
    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }

    function _check(string memory parameter, uint256 value, uint256 minimum, uint256 maximum) internal pure {
        if (value < minimum || value > maximum) {
            revert RotaGovernor_OutOfRange(parameter, value, minimum, maximum);
        }
    }

    /// @dev Rounded up: nothing becomes zero that was not.
    function _halfOf(uint256 value) internal pure returns (uint256) {
        return (value + 1) / 2;
    }
}
