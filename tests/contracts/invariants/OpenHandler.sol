// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Handler} from "./Handler.sol";
import {OpenBidderActions} from "./OpenBidderActions.sol";
import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";

/// @title Handler of open bids
/// @notice The same world, in which slots are sold openly: without the sealed auction's bidders, and in stage 2 from the beginning.
contract OpenHandler is Handler, OpenBidderActions {
    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.choice.names[2][0], c.choice.names[2][1]) = (PolicyName.OpenAuction, PolicyName.RoundRobin);
        c.registry.stage = 2;
    }

    /// @inheritdoc Handler
    function actions() public pure override returns (bytes4[] memory selectors) {
        bytes4[25] memory all = [
            this.activate.selector,
            this.deactivate.selector,
            this.jailUnderbonded.selector,
            this.setSequencerKey.selector,
            this.setPayee.selector,
            this.moveOwnership.selector,
            this.depositEth.selector,
            this.claim.selector,
            this.takeOver.selector,
            this.recordMiss.selector,
            this.passTime.selector,
            this.gap.selector,
            this.recordSeed.selector,
            this.freeze.selector,
            this.cancel.selector,
            this.whitelist.selector,
            this.slash.selector,
            this.fundOpen.selector,
            this.withdrawOpen.selector,
            this.withdrawOpenProceeds.selector,
            this.enterAll.selector,
            this.bidOpen.selector,
            this.bidMany.selector,
            this.refundOpen.selector,
            this.closeOpen.selector
        ];
        // Bidding twice as often as all else.
        bytes4[4] memory again =
            [this.enterAll.selector, this.bidOpen.selector, this.bidMany.selector, this.passTime.selector];
        selectors = new bytes4[](all.length + again.length);
        for (uint256 i; i < selectors.length; ++i) {
            selectors[i] = i < all.length ? all[i] : again[i - all.length];
        }
    }

    function _checkFrozen(uint64 epoch) internal override {
        _checkLeaders(epoch);
    }
}
