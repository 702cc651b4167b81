// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DefaultActions} from "./DefaultActions.sol";
import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";
import {Performance} from "@rota/contracts/policies/Performance.sol";
import {StakeWeighted} from "@rota/contracts/policies/StakeWeighted.sol";

/// @notice A weight that was queued and not applied yet.
struct Waiting {
    uint16 operator;
    uint256 weight;
    uint64 from;
}

/// @notice Whoever queues stakes, applies them and scores epochs; and governance that goes over to other policies.
abstract contract PolicyActions is DefaultActions {
    /* GHOSTS */
    /// @dev All that was ever queued, in order; the first `_applied` are in the tree.
    Waiting[] internal _queued;
    uint256 internal _applied;
    mapping(uint64 epoch => uint256) internal _appliedFor;
    mapping(uint16 operator => uint256) public expectedWeight;
    /// @dev Stage and policies of an epoch when its set closed.
    mapping(uint64 epoch => bytes32) internal _lists;

    /* STAKES */
    function queueStake(uint256 seed) external action(seed) {
        uint16 id = _anyOperator();
        for (uint16 i = 1; i <= registry.operatorCount() && !_isStale(id); ++i) {
            id = i;
        }
        if (!_isStale(id) && _spared()) return;
        uint256 fee = stake.feeOf(id);
        if (_roll(16) == 0) fee += 1;
        bool replaces = stake.feeOf(id) == 0;
        (bool ok,) = _try("queue", stranger, address(stake), fee, abi.encodeCall(stake.queue, (id)));
        if (!ok) return;
        (uint256 weight, uint64 from) = stake.lastEntryOf(id);
        _check(74, from == registry.currentEpoch() + 2, "queued for another epoch");
        if (!replaces) {
            _queued.push(Waiting({operator: id, weight: weight, from: from}));
            return;
        }
        uint256 last = _queued.length - 1;
        while (_queued[last].operator != id) --last;
        _check(74, _queued[last].from == from && last >= _applied, "replaced an entry that is decided");
        _queued[last].weight = weight;
    }

    function applyQueue(uint256 seed) external action(seed) {
        // Now and then the wrong epoch.
        uint64 epoch = registry.currentEpoch() + (_roll(8) == 0 ? 2 : 1);
        if (_roll(3) == 0 && _applied < _queued.length) {
            epoch = _queued[_applied].from;
            if (epoch > registry.currentEpoch() + 1) _reach(schedule.startOfEpoch(epoch - 1));
            epoch = registry.currentEpoch() + 1;
        }
        if (stake.isReady(epoch) && _spared()) return;
        _tryApply(epoch);
    }

    /* SCORES */
    function score(uint256 seed) external action(seed) {
        uint64 epoch = performance.nextEpoch();
        if (_roll(4) == 0) _reach(schedule.startOfEpoch(epoch + 1));
        if (epoch >= registry.currentEpoch() && _spared()) return;
        _tryScore(epoch);
    }

    /* GOVERNANCE */
    function setPolicies(uint256 seed) external action(seed) {
        PolicyName[] memory names = new PolicyName[](1 + _roll(3));
        for (uint256 i; i < names.length; ++i) {
            names[i] = PolicyName(1 + _roll(5));
        }
        // Bids are for what the first policy sells.
        if (_roll(2) == 0) names[0] = PolicyName.Auction;
        // The auction has sold the slots of an epoch: it is the first, or not there.
        for (uint256 i = 1; i < names.length; ++i) {
            if (names[i] == PolicyName.Auction) names[i] = PolicyName.RoundRobin;
        }
        if (_now() < config.clock.genesis) return;
        IPolicy[] memory list = _policies(names);
        address sender = _roll(8) == 0 ? stranger : registry.governance();
        bool ok = _try("setPolicies", sender, address(schedule), abi.encodeCall(schedule.setPolicies, (2, list)));
        _check(77, !ok || sender == registry.governance(), "somebody else set policies");
    }

    /* INTERNAL */
    function _policies(PolicyName[] memory names) internal view returns (IPolicy[] memory list) {
        list = new IPolicy[](names.length);
        for (uint256 i; i < names.length; ++i) {
            if (names[i] == PolicyName.RoundRobin) list[i] = rota.roundRobin;
            if (names[i] == PolicyName.Auction) list[i] = rota.auctionPolicy;
            if (names[i] == PolicyName.Stake) list[i] = rota.stake;
            if (names[i] == PolicyName.Performance) list[i] = rota.performance;
            if (names[i] == PolicyName.Composite) list[i] = rota.composite;
        }
    }

    function _tendPolicies(uint64 epoch) internal virtual override {
        if (epoch == registry.currentEpoch() + 1 && !stake.isReady(epoch)) _tryApply(epoch);
        while (performance.nextEpoch() + 1 < epoch) {
            if (!_tryScore(performance.nextEpoch())) return;
        }
    }

    function _tryApply(uint64 epoch) internal {
        uint256 before = stranger.balance;
        if (!_try("applyQueue", stranger, address(stake), abi.encodeCall(stake.applyQueue, (epoch)))) return;
        uint256 count;
        while (_applied < _queued.length && _queued[_applied].from <= epoch && _appliedFor[epoch] < 64) {
            expectedWeight[_queued[_applied].operator] = _queued[_applied].weight;
            ++_applied;
            ++_appliedFor[epoch];
            ++count;
        }
        _check(74, count != 0, "applied what was not due");
        _check(75, stranger.balance - before == count * stake.FEE(), "paid another fee");
    }

    function _tryScore(uint64 epoch) private returns (bool) {
        return _try("score", stranger, address(performance), abi.encodeCall(performance.score, (epoch)));
    }

    /// @dev Whether the operator would be queued with another weight than it has or waits for.
    function _isStale(uint16 id) private view returns (bool) {
        (uint256 weight,) = stake.lastEntryOf(id);
        uint64 epoch = registry.currentEpoch() + 2;
        if (!registry.isEligible(id, epoch)) return weight != 0;
        (uint256 bonded, uint256 pledge) = (vault.bondOf(id), pledges.pledgeAt(id, epoch));
        // A promise counts as far as the part of it that must be held while idle is there.
        uint256 covered = bonded * 10_000 / pledges.IDLE_BPS();
        return weight != (pledge == 0 ? bonded : pledge < covered ? pledge : covered) / stake.UNIT();
    }

    /* WHAT WAS SEEN */
    function policies() external view returns (StakeWeighted, Performance) {
        return (stake, performance);
    }

    function operatorCount() external view returns (uint16) {
        return registry.operatorCount();
    }

    function waiting() external view returns (uint256) {
        return _queued.length - _applied;
    }

    function _observe() internal virtual override {
        super._observe();
        if (_now() < config.clock.genesis) return;
        uint64 next = registry.currentEpoch() + 1;
        uint8 stage = schedule.stageAt(next);
        _check(77, stage == registry.stageAt(next), "another stage than the registry's");
        bytes32 list = keccak256(abi.encode(stage, schedule.policiesAt(stage, next)));
        if (_lists[next] == 0) _lists[next] = list;
        _check(77, _lists[next] == list, "policies changed after the set closed");
    }

    /// @dev By the policies of the epoch alone: asked again in their order, they say the same.
    function _checkFrozen(uint64 epoch) internal virtual override {
        IPolicy[] memory list = schedule.policiesAt(schedule.stageAt(epoch), epoch);
        uint16[] memory expected = new uint16[](config.clock.slotsPerEpoch);
        for (uint256 i; i < list.length; ++i) {
            _check(71, list[i].isReady(epoch), "frozen while a policy waits");
            expected = list[i].fill(epoch, schedule.seedOf(epoch), expected);
        }
        uint16[] memory slots = schedule.slotsOf(epoch);
        _check(71, keccak256(abi.encode(slots)) == keccak256(abi.encode(expected)), "not what the policies answer");
        for (uint256 i; i < slots.length; ++i) {
            if (slots[i] == 0 || registry.isEligible(slots[i], epoch)) continue;
            // A bid binds, whatever becomes of its operator.
            _check(72, _isSold(epoch, i, slots[i]), "assigned to who is not of the set");
        }
    }

    /// @dev Whether an auction gave the operator that slot, or as many slots as that one is among.
    function _isSold(uint64 epoch, uint256, uint16 operator) internal view virtual returns (bool) {
        return won[epoch][operator] != 0;
    }
}

/// @title Policy handler
/// @notice The actors that make a difference to policies: owners and their bonds, stakers, sequencers that claim, sleep and take over.
contract PolicyHandler is PolicyActions {
    /// @notice Begins with one policy, and round robin for what it leaves, from the third epoch on.
    function begin(PolicyName name) external {
        PolicyName[] memory names = new PolicyName[](2);
        (names[0], names[1]) = (name, PolicyName.RoundRobin);
        // The stage in which the deployment began has to last a second.
        _mine(1);
        vm.prank(governance);
        registry.advanceStage();
        vm.prank(governance);
        schedule.setPolicies(2, _policies(names));
        _reach(config.clock.genesis);
    }

    /// @notice The actions, for a campaign to choose from; those that matter most more than once.
    function actions() external pure returns (bytes4[] memory selectors) {
        bytes4[31] memory all = [
            this.register.selector,
            this.activate.selector,
            this.deactivate.selector,
            this.jailUnderbonded.selector,
            this.depositEth.selector,
            this.requestExit.selector,
            this.claimExit.selector,
            this.fund.selector,
            this.commitAll.selector,
            this.revealAll.selector,
            this.settle.selector,
            this.claim.selector,
            this.claimBack.selector,
            this.takeOver.selector,
            this.recordMiss.selector,
            this.passTime.selector,
            this.recordSeed.selector,
            this.freeze.selector,
            this.freeze.selector,
            this.cancel.selector,
            this.whitelist.selector,
            this.slash.selector,
            this.setPledge.selector,
            this.pledgeMore.selector,
            this.voidUnderbonded.selector,
            this.queueStake.selector,
            this.queueStake.selector,
            this.queueStake.selector,
            this.applyQueue.selector,
            this.score.selector,
            this.setPolicies.selector
        ];
        selectors = new bytes4[](all.length);
        for (uint256 i; i < all.length; ++i) {
            selectors[i] = all[i];
        }
    }

    /// @notice All but governance's change of policies: for a campaign that stays with the policy it began with.
    function steadyActions() external view returns (bytes4[] memory selectors) {
        selectors = this.actions();
        assembly ("memory-safe") {
            mstore(selectors, sub(mload(selectors), 1))
        }
    }
}
