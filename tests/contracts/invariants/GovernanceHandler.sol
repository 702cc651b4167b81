// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";
import {GovernedFixture, Proposal} from "@rota/contracts/testing/GovernedFixture.sol";
import {IRealSystemConfig} from "@rota/contracts/testing/OpStack.sol";
import {console} from "forge-std/console.sol";

/// @title Handler of the governance invariants
/// @notice Delegates, a guard and strangers around the governor of a whole system.
/// @dev All that governance can change is hashed into one word after each action: only an execution may alter it.
contract GovernanceHandler is GovernedFixture {
    struct Rate {
        uint256 tries;
        uint256 successes;
    }

    /// @dev Older proposals than so many are left to their fate.
    uint256 internal constant RECENT = 12;
    /// @dev An epoch after all that is decided.
    uint64 internal constant FAR = 1_000_000;

    /// @notice Everything ever proposed.
    Proposal[] internal _all;
    mapping(uint256 id => bool) internal _vetoed;
    mapping(uint256 id => uint256) internal _queuedAt;
    string[] internal _actions;
    mapping(string action => Rate) internal _rates;
    /// @notice By invariant: what broke it first.
    mapping(uint256 invariant => string) public breach;
    uint8 public highestStage;
    bool internal _ossified;
    uint256 private _entropy;

    /* SET-UP */
    constructor() {
        _deployRota();
        _warpToEpoch(2);
    }

    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.registry.stage, c.registry.stageDwell, c.registry.stageMinOperators) = (1, 1, 2);
    }

    function actions() external pure returns (bytes4[] memory selectors) {
        bytes4[9] memory all = [
            this.propose.selector,
            this.vote.selector,
            this.carry.selector,
            this.queue.selector,
            this.execute.selector,
            this.veto.selector,
            this.moveVotes.selector,
            this.passTime.selector,
            this.trespass.selector
        ];
        selectors = new bytes4[](all.length);
        for (uint256 i; i < all.length; ++i) {
            selectors[i] = all[i];
        }
    }

    /* ACTIONS */
    modifier action(uint256 seed, bool mayChange) {
        _entropy = uint256(keccak256(abi.encode(_entropy, seed)));
        (bytes32 before, bytes32 core) = (_governed(), _core());
        _;
        _check(91, mayChange || _governed() == before, "governed without a decision");
        _check(93, !_ossified || _core() == core, "a lever of the core moved after it was ossified");
        uint8 stage = registry.stageAt(registry.currentEpoch() + 3);
        _check(93, stage >= highestStage, "a stage was walked back");
        highestStage = stage;
        if (registry.governance() == address(0)) _ossified = true;
        _check(93, !_ossified || registry.governance() == address(0), "somebody governs again");
        _checkRanges();
    }

    function propose(uint256 seed) external action(seed, false) {
        (address target, bytes memory data) = _anyLever();
        Proposal memory p = _proposal(target, data, vm.toString(_all.length));
        address proposer = _roll(6) == 0 ? stranger : voters[_roll(3)];
        bytes memory propose_ = abi.encodeCall(governor.propose, (p.targets, p.values, p.payloads, p.description));
        if (_try("propose", proposer, address(governor), propose_)) _all.push(p);
    }

    /// @dev By chance for or against.
    function vote(uint256 seed) external action(seed, false) {
        (bool found, uint256 i) = _inState(IGovernor.ProposalState.Active);
        if (!found) {
            (found, i) = _inState(IGovernor.ProposalState.Pending);
            if (!found) return;
            _warpPast(governor.proposalSnapshot(_idOf(_all[i])) + 1);
        }
        bytes memory cast = abi.encodeCall(governor.castVote, (_idOf(_all[i]), uint8(_roll(3))));
        _try("vote", _roll(8) == 0 ? stranger : voters[_roll(3)], address(governor), cast);
    }

    /// @dev A vote as most votes are: for it, to its end.
    function carry(uint256 seed) external action(seed, false) {
        (bool found, uint256 i) = _inState(IGovernor.ProposalState.Pending);
        if (!found) (found, i) = _inState(IGovernor.ProposalState.Active);
        if (!found) return;
        uint256 id = _idOf(_all[i]);
        _warpPast(governor.proposalSnapshot(id) + 1);
        _try("carry", voters[0], address(governor), abi.encodeCall(governor.castVote, (id, 1)));
        _warpPast(governor.proposalDeadline(id) + 1);
    }

    function queue(uint256 seed) external action(seed, false) {
        (bool found, uint256 i) = _inState(IGovernor.ProposalState.Succeeded);
        if (!found && _roll(8) != 0) return;
        if (!found) i = _roll(_all.length + 1);
        if (i != _all.length) _tryToQueue(_all[i]);
    }

    function execute(uint256 seed) external action(seed, true) {
        (bool found, uint256 i) = _inState(IGovernor.ProposalState.Queued);
        if (!found && _roll(8) != 0) return;
        if (!found) i = _roll(_all.length + 1);
        if (i == _all.length) return;
        Proposal memory p = _all[i];
        uint256 id = _idOf(p);
        // In time, mostly; else too early, or too late.
        if (found && _roll(6) != 0) _warpPast(governor.proposalEta(id) + _roll(16) * 10);
        bytes32 hash = keccak256(bytes(p.description));
        bytes32 before = _governed();
        uint256 delay = timelock.getMinDelay();
        bool ok = _try(
            "execute",
            stranger,
            address(governor),
            abi.encodeCall(governor.execute, (p.targets, p.values, p.payloads, hash))
        );
        if (!ok) {
            _check(91, _governed() == before, "governed by what was refused");
            return;
        }
        // The shortest delay that was ever in force, if this changed it.
        uint256 waited = vm.getBlockTimestamp() - _queuedAt[id];
        uint256 least = (timelock.MAX_DELAY() + 1) / 2;
        _check(91, _queuedAt[id] != 0 && waited >= (delay < least ? delay : least), "executed before its delay");
        uint256 latest = timelock.MAX_DELAY() + timelock.EXECUTION_GRACE();
        _check(92, waited < latest, "executed after it had lapsed");
        _check(94, !_vetoed[id], "executed although it was vetoed");
        _checkVotes(id);
    }

    /// @dev Of what was just queued, if anything can be; else of what has been for a while, mostly too late.
    function veto(uint256 seed) external action(seed, false) {
        if (_roll(2) == 0) return;
        (bool found, uint256 i) = _inState(IGovernor.ProposalState.Succeeded);
        if (found) _tryToQueue(_all[i]);
        else (found, i) = _inState(IGovernor.ProposalState.Queued);
        if (!found) return;
        Proposal memory p = _all[i];
        bytes memory data = abi.encodeCall(guardianContract.veto, (_operationOf(p)));
        bool due = vm.getBlockTimestamp() >= governor.proposalEta(_idOf(p));
        (address guard_, uint64 until) = guardianContract.guard();
        address sender = _roll(3) == 0 ? stranger : guard_;
        if (sender == address(0)) return;
        bool ok = _try("veto", sender, address(guardianContract), data);
        if (!ok) return;
        _vetoed[_idOf(p)] = true;
        _check(94, !due && sender == guard_ && vm.getBlockTimestamp() < until, "vetoed too late, or by another");
    }

    function moveVotes(uint256 seed) external action(seed, false) {
        address from = voters[_roll(3)];
        uint256 amount = votes.balanceOf(from) / (2 + _roll(10));
        _try("moveVotes", from, address(votes), abi.encodeCall(votes.transfer, (voters[_roll(3)], amount)));
    }

    function passTime(uint256 seed) external action(seed, false) {
        _mine(1 + _roll(_roll(10) == 0 ? 150 : 20));
    }

    /// @dev All that the guard and strangers could like to do without a vote: none of it works.
    function trespass(uint256 seed) external action(seed, false) {
        address[4] memory callers = [guard, address(guardianContract), stranger, voters[0]];
        address caller = callers[_roll(4)];
        (address target, bytes memory data) = _anyLever();
        vm.startPrank(caller);
        (bool ok,) = target.call(data);
        bool any = ok;
        (ok,) = address(timelock).call(abi.encodeCall(timelock.schedule, (target, 0, data, 0, 0, 1000)));
        any = any || ok;
        (ok,) = address(timelock).call(abi.encodeCall(timelock.execute, (target, 0, data, 0, 0)));
        any = any || ok;
        (ok,) = address(timelock).call(abi.encodeCall(timelock.cancel, (keccak256(data))));
        any = any || ok;
        bytes32 role = timelock.PROPOSER_ROLE();
        (ok,) = address(timelock).call(abi.encodeCall(timelock.grantRole, (role, caller)));
        any = any || ok;
        (ok,) = address(governor).call(abi.encodeCall(governor.relay, (target, 0, data)));
        vm.stopPrank();
        _check(95, !any && !ok, "somebody did without a vote what takes one");
    }

    /* LEVERS */
    /// @dev Most of what governance can do, mostly within its range.
    function _anyLever() internal returns (address, bytes memory) {
        uint256 kind = _roll(14);
        if (kind == 0) {
            address owner = operators[_roll(OPERATORS)].owner;
            return (address(registry), abi.encodeCall(registry.setWhitelisted, (owner, uint32(100 + _roll(4)))));
        }
        if (kind == 1) return (address(registry), abi.encodeCall(registry.advanceStage, ()));
        if (kind == 2) {
            // Seldom: there is nothing to see afterwards.
            if (_roll(4) != 0) return (address(registry), abi.encodeCall(registry.offerGovernance, (stranger)));
            return (address(registry), abi.encodeCall(registry.ossifyCore, ()));
        }
        if (kind == 3) {
            IPolicy[] memory policies = new IPolicy[](1 + _roll(2));
            policies[0] = _roll(2) == 0 ? IPolicy(stake) : rota.roundRobin;
            if (policies.length == 2) policies[1] = rota.auctionPolicy;
            return (address(schedule), abi.encodeCall(schedule.setPolicies, (uint8(_roll(4)), policies)));
        }
        if (kind == 4) {
            uint16 treasury_ = uint16(3000 + _roll(3) * 1000);
            uint16[4] memory shares = [treasury_, 2000, 1000, 7000 - treasury_];
            return (address(rota.splitter), abi.encodeCall(rota.splitter.setShares, (shares)));
        }
        if (kind == 5) {
            uint96 emission = uint96(_roll(1200) * 1e18);
            return (address(rota.rewards), abi.encodeCall(rota.rewards.setEmission, (emission)));
        }
        if (kind == 6) {
            bytes memory setter = abi.encodeCall(IRealSystemConfig.setGasLimit, (uint64(30_000_000 + _roll(1e6))));
            return (address(adapter), abi.encodeCall(adapter.forward, (setter)));
        }
        if (kind == 7) return (address(governor), abi.encodeCall(governor.setVotingDelay, (uint48(8 + _roll(16)))));
        if (kind == 8) return (address(governor), abi.encodeCall(governor.setVotingPeriod, (uint32(25 + _roll(40)))));
        if (kind == 9) return (address(governor), abi.encodeCall(governor.updateQuorumNumerator, (1 + _roll(10))));
        if (kind == 10) return (address(timelock), abi.encodeCall(timelock.updateDelay, (18 + _roll(26))));
        if (kind == 11) {
            uint64 until = uint64(vm.getBlockTimestamp() + _roll(5 * 365 days));
            return (address(guardianContract), abi.encodeCall(guardianContract.appoint, (guard, until)));
        }
        if (kind == 12) {
            uint256 threshold = SUPPLY * (1 + _roll(30)) / 1000;
            return (address(governor), abi.encodeCall(governor.setProposalThreshold, (threshold)));
        }
        return (address(court), abi.encodeCall(court.openCase, (2, uint16(_roll(6000)), false, "why", "uri")));
    }

    /* WHAT MUST BE */
    /// @dev All that levers move, as it is decided by now: what takes effect by time alone is read for an epoch far ahead.
    function _governed() internal view returns (bytes32) {
        (address guard_, uint64 until) = guardianContract.guard();
        bytes32 ofVotes = keccak256(
            abi.encode(
                governor.votingDelay(),
                governor.votingPeriod(),
                governor.proposalThreshold(),
                governor.quorumNumerator(),
                timelock.getMinDelay(),
                guard_,
                until
            )
        );
        bytes32 ofChainOwner = keccak256(abi.encode(adapter.isOssified(), systemConfig.gasLimit()));
        return keccak256(abi.encode(_core(), ofVotes, ofChainOwner));
    }

    /// @dev The part of it that ends when the core is ossified. Votes go on over their own rules and over what the chain's owner can do.
    function _core() internal view returns (bytes32 rules) {
        (,, uint256 eta) = court.caseOf(2);
        rules = keccak256(
            abi.encode(
                registry.governance(),
                registry.stageAt(FAR),
                rota.rewards.emissionAt(FAR),
                rota.splitter.sharesAt(FAR),
                eta
            )
        );
        for (uint8 stage; stage < 4; ++stage) {
            rules = keccak256(abi.encode(rules, schedule.policiesAt(stage, FAR)));
        }
        for (uint256 i; i < OPERATORS; ++i) {
            rules = keccak256(abi.encode(rules, registry.entityOfOwner(operators[i].owner)));
        }
    }

    function _checkRanges() internal {
        uint256 delay = governor.votingDelay();
        _check(96, delay >= 10 && delay <= 20, "voting delay");
        uint256 period = governor.votingPeriod();
        _check(96, period >= 30 && period <= 60, "voting period");
        uint256 quorum = governor.quorumNumerator();
        _check(96, quorum >= 2 && quorum <= 8, "quorum");
        uint256 threshold = governor.proposalThreshold();
        _check(96, threshold >= SUPPLY / 200 && threshold <= SUPPLY / 50, "proposal threshold");
        uint256 waits = timelock.getMinDelay();
        _check(96, waits >= 20 && waits <= 40, "timelock");
        (, uint64 until) = guardianContract.guard();
        _check(96, until <= vm.getBlockTimestamp() + 4 * 365 days, "term of the guard");
    }

    /// @dev A decision had a quorum and more votes for it than against, of votes that there were at its snapshot.
    function _checkVotes(uint256 id) internal {
        (uint256 against, uint256 inFavour, uint256 abstained) = governor.proposalVotes(id);
        uint256 snapshot = governor.proposalSnapshot(id);
        _check(92, inFavour > against, "executed against the vote");
        _check(92, inFavour + abstained >= governor.quorum(snapshot), "executed without a quorum");
        _check(92, inFavour + against + abstained <= votes.getPastTotalSupply(snapshot), "votes out of nothing");
    }

    function _check(uint256 invariant, bool holds, string memory what) internal {
        if (!holds && bytes(breach[invariant]).length == 0) breach[invariant] = what;
    }

    /* INTERNAL */
    function _tryToQueue(Proposal memory p) internal {
        bytes memory data =
            abi.encodeCall(governor.queue, (p.targets, p.values, p.payloads, keccak256(bytes(p.description))));
        if (_try("queue", stranger, address(governor), data)) _queuedAt[_idOf(p)] = vm.getBlockTimestamp();
    }

    function _inState(IGovernor.ProposalState wanted) internal returns (bool found, uint256 index) {
        uint256 length = _all.length;
        uint256 count = length < RECENT ? length : RECENT;
        if (count == 0) return (false, 0);
        uint256 from = _roll(count);
        for (uint256 i; i < count; ++i) {
            index = length - 1 - (from + i) % count;
            if (governor.state(_idOf(_all[index])) == wanted) return (true, index);
        }
        return (false, length);
    }

    function _try(string memory name, address sender, address target, bytes memory data) internal returns (bool ok) {
        if (_rates[name].tries++ == 0) _actions.push(name);
        vm.prank(sender);
        (ok,) = target.call(data);
        if (ok) ++_rates[name].successes;
    }

    /// @dev Below `n`.
    function _roll(uint256 n) internal returns (uint256) {
        _entropy = uint256(keccak256(abi.encode(_entropy)));
        return _entropy % n;
    }

    /// @notice Prints each action's success rate.
    function report() external view {
        for (uint256 i; i < _actions.length; ++i) {
            Rate memory rate = _rates[_actions[i]];
            console.log("%s: %d of %d", _actions[i], rate.successes, rate.tries);
        }
    }

    /// @notice The rate of each action, percent.
    function rates() external view returns (string[] memory names, uint256[] memory percents) {
        (names, percents) = (_actions, new uint256[](_actions.length));
        for (uint256 i; i < names.length; ++i) {
            percents[i] = 100 * _rates[names[i]].successes / _rates[names[i]].tries;
        }
    }
}
