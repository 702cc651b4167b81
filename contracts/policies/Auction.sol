// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IPolicy} from "../interfaces/IPolicy.sol";
import {ISealedBidAuction} from "../interfaces/ISealedBidAuction.sol";
import {SmoothWeightedRoundRobin} from "../libraries/SmoothWeightedRoundRobin.sol";

/// @title Auction policy
/// @notice Gives an epoch's slots to the winners of its auction, interleaved with the unsold ones, so that each winner's slots
/// and the next policy's are spread over the epoch.
/// @dev The first policy of its stage: every slot must be free that the auction sold. Trusts `AUCTION` to sell no more slots than
/// an epoch has, within each operator's cap, and to change a result no more once it is settled.
///
/// Gas: at most 45 picks among 45 winners and the unsold slots.
contract AuctionPolicy is IPolicy {
    /* ERRORS */
    /// @notice Winners paid for more slots than there are. Make the auction the first policy of its stage.
    error AuctionPolicy_TooFewFreeSlots(uint64 epoch, uint256 free, uint256 sold);

    /* CONSTANTS AND IMMUTABLES */
    ISealedBidAuction public immutable AUCTION;

    /* CONSTRUCTOR */
    constructor(ISealedBidAuction auction) {
        AUCTION = auction;
    }

    /* POLICY */
    /// @inheritdoc IPolicy
    function fill(uint64 epoch, bytes32, uint16[] memory slots) external view returns (uint16[] memory) {
        (,, uint16[] memory winners, uint8[] memory quantities) = AUCTION.resultOf(epoch);

        uint256 free;
        for (uint256 i; i < slots.length; ++i) {
            if (slots[i] == 0) ++free;
        }

        // The unsold slots are a party like any other, the last one.
        uint256[] memory weights = new uint256[](winners.length + 1);
        uint256 sold;
        for (uint256 i; i < winners.length; ++i) {
            weights[i] = quantities[i];
            sold += quantities[i];
        }
        if (sold > free) revert AuctionPolicy_TooFewFreeSlots(epoch, free, sold);
        weights[winners.length] = free - sold;

        uint256[] memory order = SmoothWeightedRoundRobin.sequence(weights, free);
        uint256 pick;
        for (uint256 i; i < slots.length; ++i) {
            if (slots[i] != 0) continue;
            uint256 party = order[pick++];
            if (party < winners.length) slots[i] = winners[party];
        }
        return slots;
    }

    /// @inheritdoc IPolicy
    function isReady(uint64 epoch) external view returns (bool) {
        (bool settled,,,) = AUCTION.resultOf(epoch);
        // Bids can't be revealed any more when this is asked: without one there is nothing to settle.
        return settled || AUCTION.bidders(epoch).length == 0;
    }
}
