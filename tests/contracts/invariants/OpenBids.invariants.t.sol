// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CampaignTest} from "./Campaign.t.sol";
import {Handler} from "./Handler.sol";
import {InvariantTest} from "./InvariantTest.sol";
import {OpenHandler} from "./OpenHandler.sol";
import {OpenBidAuction} from "@rota/contracts/auctions/OpenBidAuction.sol";

/// @notice INV-25 to INV-28: open bids.
/// forge-config: default.invariant.runs = 10
/// forge-config: long.invariant.runs = 20
contract OpenBidsInvariants is InvariantTest {
    OpenBidAuction internal open;

    function setUp() public override {
        super.setUp();
        open = handler.system().openAuction;
    }

    function _newHandler() internal override returns (Handler) {
        return new OpenHandler();
    }

    function invariant_INV25_OpenAuctionHoldsItsMoneyToTheWei() public view {
        uint256 owed = open.proceeds();
        for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
            owed += open.freeBalanceOf(id);
        }
        for (uint64 epoch = 2; epoch <= registry.currentEpoch() + 2; ++epoch) {
            owed += open.heldOf(epoch);
        }
        assertEq(address(open).balance, owed);
    }

    function invariant_INV26_NobodyLeadsMoreThanItsCap() public view {
        uint64 epoch = registry.currentEpoch() + 2;
        uint16[] memory leaders = open.leadersOf(epoch);
        for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
            (uint64 entered,, uint256 leads) = open.bidderOf(id);
            uint256 counted;
            for (uint256 i; i < leaders.length; ++i) {
                if (leaders[i] == id) ++counted;
            }
            assertEq(counted, entered == epoch ? leads : 0);
            assertLe(leads, open.capSlots());
        }
    }

    function invariant_INV27_OnlyAHigherBidTakesASlotAndTheOutbidIsCreditedAtOnce() public view {
        _assertUnbroken(27);
    }

    function invariant_INV28_ABidPaysForTheSlotThatItGot() public view {
        _assertUnbroken(28);
        _assertUnbroken(7);
    }

    /// @dev Whoever sells the slots: what is frozen stays, and every slot has one holder.
    function invariant_INV04_FrozenSlotsNeverChange() public view {
        (uint64 oldest, uint64 newest) = _knownSlots();
        uint64 perEpoch = config.clock.slotsPerEpoch;
        for (uint64 epoch = oldest / perEpoch; epoch <= newest / perEpoch; ++epoch) {
            bytes32 seen = handler.frozenSlots(epoch);
            if (seen != 0) assertEq(keccak256(abi.encode(schedule.slotsOf(epoch))), seen);
        }
    }
}

contract OpenBidsCampaignTest is CampaignTest {
    function _newHandler() internal override returns (Handler) {
        return new OpenHandler();
    }
}
