// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {InvariantTest} from "./InvariantTest.sol";

/// @notice What INV-21 says of the state as it is.
abstract contract AuctionChecks is InvariantTest {
    function _assert21() internal view {
        uint64[] memory rounds = handler.rounds();
        uint256 owed = auction.proceeds();
        for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
            owed += auction.freeBalanceOf(id) + auction.pendingDepositOf(id);
            for (uint256 i; i < rounds.length; ++i) {
                owed += auction.lockedOf(rounds[i], id);
            }
        }
        assertEq(address(auction).balance, owed + handler.forced(address(auction)), "INV-21");
    }
}

/// @notice INV-21 to INV-24: the auction's money and its outcome.
/// forge-config: default.invariant.runs = 10
/// forge-config: long.invariant.runs = 20
contract AuctionInvariants is AuctionChecks {
    function invariant_INV21_AuctionHoldsItsMoneyToTheWei() public view {
        _assert21();
        _assertUnbroken(21);
    }

    function invariant_INV22_OutcomeIsThatOfAPlainReference() public view {
        _assertUnbroken(22);
    }

    function invariant_INV23_WinnersPayPriceTimesQuantityAndNoMoreThanTheyBid() public view {
        _assertUnbroken(23);
    }

    function invariant_INV24_WhatWasServedIsNotRefunded() public view {
        _assertUnbroken(24);
    }
}
