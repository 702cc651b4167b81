// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IOpenBidAuction} from "../interfaces/IOpenBidAuction.sol";
import {IPolicy} from "../interfaces/IPolicy.sol";

/// @title Open auction policy
/// @notice Gives each slot to the highest bid for it (INV-28); those without bids are left to the next policy.
/// @dev Trusts `AUCTION` to change nothing once the set of an epoch is closed. Whoever does not get the slot it paid for has its money
/// back from the auction, so this policy takes none that another one filled.
///
/// Gas: at most 45 words of the auction.
contract OpenAuctionPolicy is IPolicy {
    /* CONSTANTS AND IMMUTABLES */
    IOpenBidAuction public immutable AUCTION;

    /* CONSTRUCTOR */
    constructor(IOpenBidAuction auction) {
        AUCTION = auction;
    }

    /* POLICY */
    /// @inheritdoc IPolicy
    function fill(uint64 epoch, bytes32, uint16[] memory slots) external view returns (uint16[] memory) {
        uint16[] memory leaders = AUCTION.leadersOf(epoch);
        for (uint256 i; i < slots.length; ++i) {
            if (slots[i] == 0) slots[i] = leaders[i];
        }
        return slots;
    }

    /// @inheritdoc IPolicy
    function isReady(uint64) external pure returns (bool) {
        // The last slot's bidding is over before this is asked.
        return true;
    }
}
