// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CampaignTest} from "./Campaign.t.sol";
import {Handler} from "./Handler.sol";
import {InvariantTest} from "./InvariantTest.sol";
import {OpenHandler} from "./OpenHandler.sol";
import {ScheduleChecks} from "./Schedule.invariants.t.sol";

/// @notice What INV-25 and INV-26 say of the state as it is.
abstract contract OpenBidsChecks is InvariantTest {
    function _assert25() internal view {
        uint256 owed = openAuction.proceeds();
        for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
            owed += openAuction.freeBalanceOf(id);
        }
        for (uint64 epoch = 2; epoch <= registry.currentEpoch() + 2; ++epoch) {
            owed += openAuction.heldOf(epoch);
        }
        assertEq(address(openAuction).balance, owed, "INV-25");
    }

    function _assert26() internal view {
        uint64 epoch = registry.currentEpoch() + 2;
        uint16[] memory leaders = openAuction.leadersOf(epoch);
        for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
            (uint64 entered,, uint256 leads) = openAuction.bidderOf(id);
            uint256 counted;
            for (uint256 i; i < leaders.length; ++i) {
                if (leaders[i] == id) ++counted;
            }
            assertEq(counted, entered == epoch ? leads : 0, "INV-26");
            assertLe(leads, openAuction.capSlots(), "INV-26");
        }
    }
}

/// @notice INV-25 to INV-28: open bids.
/// forge-config: default.invariant.runs = 10
/// forge-config: long.invariant.runs = 20
contract OpenBidsInvariants is ScheduleChecks, OpenBidsChecks {
    function _newHandler() internal override returns (Handler) {
        return new OpenHandler();
    }

    function invariant_INV25_OpenAuctionHoldsItsMoneyToTheWei() public view {
        _assert25();
    }

    function invariant_INV26_NobodyLeadsMoreThanItsCap() public view {
        _assert26();
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
        _assert04();
    }
}

contract OpenBidsCampaignTest is CampaignTest {
    function _newHandler() internal override returns (Handler) {
        return new OpenHandler();
    }
}
