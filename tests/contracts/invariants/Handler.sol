// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DefaultActions} from "./DefaultActions.sol";
import {ProceedsActions} from "./ProceedsActions.sol";
import {SlasherActions} from "./SlasherActions.sol";
import {RotaConfig, RotaSystem} from "@rota/contracts/deploy/RotaDeployer.sol";

/// @title Handler
/// @notice All actors and time on one deployed system: owners, bidders, sequencers, and the world around them.
contract Handler is SlasherActions, DefaultActions, ProceedsActions {
    /// @notice The actions, for a campaign to choose from.
    function actions() public view virtual returns (bytes4[] memory selectors) {
        bytes4[41] memory all = [
            this.register.selector,
            this.activate.selector,
            this.deactivate.selector,
            this.jailUnderbonded.selector,
            this.setSequencerKey.selector,
            this.setBatcherKey.selector,
            this.setPayee.selector,
            this.moveOwnership.selector,
            this.depositEth.selector,
            this.depositToken.selector,
            this.requestExit.selector,
            this.claimExit.selector,
            this.fund.selector,
            this.withdraw.selector,
            this.withdrawProceeds.selector,
            this.commitBid.selector,
            this.commitAll.selector,
            this.revealBid.selector,
            this.revealAll.selector,
            this.forfeit.selector,
            this.settle.selector,
            this.refund.selector,
            this.claim.selector,
            this.claimBack.selector,
            this.rotate.selector,
            this.useBatcherKey.selector,
            this.callOut.selector,
            this.heartbeat.selector,
            this.takeOver.selector,
            this.recordMiss.selector,
            this.collect.selector,
            this.changeMood.selector,
            this.passTime.selector,
            this.gap.selector,
            this.recordSeed.selector,
            this.freeze.selector,
            this.cancel.selector,
            this.whitelist.selector,
            this.advanceStage.selector,
            this.setWeight.selector,
            this.moveGovernance.selector
        ];
        bytes4[21] memory more = [
            this.delegate.selector,
            this.undelegate.selector,
            this.transferShares.selector,
            this.delegateSelfBond.selector,
            this.setPledge.selector,
            this.pledgeMore.selector,
            this.voidUnderbonded.selector,
            this.voidUnderbonded.selector,
            this.setCommission.selector,
            this.moveLock.selector,
            this.slashCore.selector,
            this.equivocate.selector,
            this.expel.selector,
            this.outOfTurn.selector,
            this.honestEvidence.selector,
            this.holdCourt.selector,
            this.slash.selector,
            this.collectReward.selector,
            this.burn.selector,
            this.forceEther.selector,
            this.trespass.selector
        ];
        bytes4[9] memory proceeds = [
            this.giveProceeds.selector,
            this.payLeg.selector,
            this.setShares.selector,
            this.buyLot.selector,
            this.sendFees.selector,
            this.finalize.selector,
            this.claimReward.selector,
            this.claimDelegated.selector,
            this.setEmission.selector
        ];
        selectors = new bytes4[](all.length + more.length + proceeds.length);
        for (uint256 i; i < all.length; ++i) {
            selectors[i] = all[i];
        }
        for (uint256 i; i < more.length; ++i) {
            selectors[all.length + i] = more[i];
        }
        for (uint256 i; i < proceeds.length; ++i) {
            selectors[all.length + more.length + i] = proceeds[i];
        }
    }

    function system() external view returns (RotaSystem memory) {
        return rota;
    }

    function configuration() external view returns (RotaConfig memory) {
        return config;
    }

    /// @notice Who may have been credited with a reporter's reward.
    function reporters() external view returns (address[] memory all) {
        all = new address[](operators.length + 1);
        all[operators.length] = stranger;
        for (uint256 i; i < operators.length; ++i) {
            all[i] = operators[i].owner;
        }
    }

    /// @notice A payee that refuses ETH.
    function refuser() external view returns (address) {
        return refusing;
    }
}
