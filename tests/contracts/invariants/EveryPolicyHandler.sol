// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Handler} from "./Handler.sol";
import {HandlerBase} from "./HandlerBase.sol";
import {OpenBidderActions} from "./OpenBidderActions.sol";
import {PolicyActions} from "./PolicyActions.sol";
import {WorldActions} from "./WorldActions.sol";
import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";

/// @notice Known before there is a world: its configuration asks. So this is the first of the handler's bases.
abstract contract Chosen {
    PolicyName public policy;

    constructor(PolicyName policy_) {
        policy = policy_;
    }
}

/// @title Handler of any policy
/// @notice All actors of the main campaign, in a world whose slots one policy fills in all stages but the foundation's, and round
/// robin where that leaves some; with those that the policy needs: bidders, or whoever queues stakes and scores epochs.
contract EveryPolicyHandler is Chosen, Handler, PolicyActions, OpenBidderActions {
    /// @notice Slots that the policy itself filled, of all epochs frozen.
    uint256 public filled;

    constructor(PolicyName policy_) Chosen(policy_) {}

    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        for (uint256 stage = 1; stage < 4; ++stage) {
            c.choice.names[stage][0] = policy;
            if (policy != PolicyName.RoundRobin) c.choice.names[stage][1] = PolicyName.RoundRobin;
        }
    }

    /* ACTIONS */
    /// @inheritdoc Handler
    /// @dev Without what this policy never lets succeed: bids in an auction that sells nothing.
    function actions() public view override returns (bytes4[] memory selectors) {
        bytes4[] memory all = super.actions();
        bytes4[] memory own = _ownActions();
        selectors = new bytes4[](all.length + own.length);
        uint256 count;
        for (uint256 i; i < all.length; ++i) {
            if (policy == PolicyName.Auction || !_isSealedBidders(all[i])) selectors[count++] = all[i];
        }
        for (uint256 i; i < own.length; ++i) {
            selectors[count++] = own[i];
        }
        assembly ("memory-safe") {
            mstore(selectors, count)
        }
    }

    /// @dev What makes epochs be frozen more than once, as without it there is nothing to see.
    function _ownActions() private view returns (bytes4[] memory own) {
        bytes4[9] memory open = [
            this.enterAll.selector,
            this.bidOpen.selector,
            this.bidMany.selector,
            this.fundOpen.selector,
            this.withdrawOpen.selector,
            this.withdrawOpenProceeds.selector,
            this.refundOpen.selector,
            this.closeOpen.selector,
            this.bidOpen.selector
        ];
        bytes4[3] memory drawn = [this.queueStake.selector, this.applyQueue.selector, this.score.selector];
        bool isOpen = policy == PolicyName.OpenAuction;
        bool isDrawn = policy >= PolicyName.Stake && policy <= PolicyName.Composite;
        // The stake policy alone has no scores.
        uint256 count = isOpen ? open.length : isDrawn ? (policy == PolicyName.Stake ? 2 : 3) : 0;
        own = new bytes4[](count + 3);
        for (uint256 i; i < count; ++i) {
            own[i] = isOpen ? open[i] : drawn[i];
        }
        own[count] = this.freeze.selector;
        own[count + 1] = this.freeze.selector;
        own[count + 2] = this.passTime.selector;
    }

    function _isSealedBidders(bytes4 selector) private pure returns (bool) {
        return selector == this.commitBid.selector || selector == this.commitAll.selector
            || selector == this.revealBid.selector || selector == this.revealAll.selector
            || selector == this.forfeit.selector || selector == this.settle.selector || selector == this.refund.selector
            || selector == this.withdrawProceeds.selector;
    }

    /* INTERNAL */
    function _tendPolicies(uint64 epoch) internal override(WorldActions, PolicyActions) {
        PolicyActions._tendPolicies(epoch);
    }

    function _observe() internal override(HandlerBase, PolicyActions) {
        PolicyActions._observe();
    }

    function _isSold(uint64 epoch, uint256 index, uint16 operator) internal view override returns (bool) {
        return policy == PolicyName.OpenAuction
            ? openAuction.leadersOf(epoch)[index] == operator
            : super._isSold(epoch, index, operator);
    }

    /// @dev What holds of any policy, and what the auctions and round robin promise besides.
    function _checkFrozen(uint64 epoch) internal override(WorldActions, PolicyActions) {
        PolicyActions._checkFrozen(epoch);
        if (policy == PolicyName.RoundRobin || policy == PolicyName.Auction) WorldActions._checkFrozen(epoch);
        if (policy == PolicyName.OpenAuction) _checkLeaders(epoch);

        uint16[] memory none = new uint16[](config.clock.slotsPerEpoch);
        filled += none.length - _count(schedule.firstPolicyOf(epoch).fill(epoch, schedule.seedOf(epoch), none), 0);
    }
}
