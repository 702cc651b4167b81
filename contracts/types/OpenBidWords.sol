// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice An operator's money in the open auction, and who bids with it.
/// @dev Lowest bits first: 56 bits free balance (gwei) | 8 bits slots it leads in that epoch | 32 bits epoch entered for last |
/// 160 bits account that bids for it in that epoch.
type Bidder is uint256;

/// @notice The highest bid for a slot.
/// @dev Lowest bits first: 48 bits price (gwei) | 16 bits operator | 32 bits epoch | 40 bits when bidding for the slot closes (L1
/// seconds) | 120 bits zero. A price of 0: no bid. The bids of another epoch say nothing.
type SlotBid is uint256;

using BidderLib for Bidder global;
using SlotBidLib for SlotBid global;

library BidderLib {
    /// @dev 72 million ETH.
    uint256 internal constant MOST_GWEI = type(uint56).max;
    uint256 private constant LEAD = 1 << 56;

    function freeGwei(Bidder self) internal pure returns (uint256) {
        return uint56(Bidder.unwrap(self));
    }

    function leads(Bidder self) internal pure returns (uint256) {
        return uint8(Bidder.unwrap(self) >> 56);
    }

    function epoch(Bidder self) internal pure returns (uint64) {
        return uint32(Bidder.unwrap(self) >> 64);
    }

    function agent(Bidder self) internal pure returns (address) {
        return address(uint160(Bidder.unwrap(self) >> 96));
    }

    /// @notice The same balance, entered for an epoch; what it leads in this one already stays.
    function entered(Bidder self, uint64 epoch_, address agent_) internal pure returns (Bidder) {
        uint256 kept = self.epoch() == epoch_ ? uint64(Bidder.unwrap(self)) : self.freeGwei();
        return Bidder.wrap(kept | uint256(uint32(epoch_)) << 64 | uint256(uint160(agent_)) << 96);
    }

    /// @dev Callers see to it that the sum is not above `MOST_GWEI`, so that it can't reach the neighbouring field.
    function credit(Bidder self, uint256 gwei_) internal pure returns (Bidder) {
        return Bidder.wrap(Bidder.unwrap(self) + gwei_);
    }

    /// @dev Callers check `gwei_ <= freeGwei()`.
    function debit(Bidder self, uint256 gwei_) internal pure returns (Bidder) {
        return Bidder.wrap(Bidder.unwrap(self) - gwei_);
    }

    /// @dev Callers bound the number by the slots of an epoch.
    function leadMore(Bidder self) internal pure returns (Bidder) {
        return Bidder.wrap(Bidder.unwrap(self) + LEAD);
    }

    /// @dev Callers take back a lead that was counted.
    function leadLess(Bidder self) internal pure returns (Bidder) {
        return Bidder.wrap(Bidder.unwrap(self) - LEAD);
    }
}

library SlotBidLib {
    function toSlotBid(uint256 priceGwei_, uint16 operator_, uint64 epoch_, uint256 closes_)
        internal
        pure
        returns (SlotBid)
    {
        return SlotBid.wrap(
            uint256(uint48(priceGwei_)) | uint256(operator_) << 48 | uint256(uint32(epoch_)) << 64
                | uint256(uint40(closes_)) << 96
        );
    }

    /// @notice Whether there is a bid, for a slot of `epoch_`.
    function isOf(SlotBid self, uint64 epoch_) internal pure returns (bool) {
        return self.priceGwei() != 0 && uint32(SlotBid.unwrap(self) >> 64) == uint32(epoch_);
    }

    function priceGwei(SlotBid self) internal pure returns (uint256) {
        return uint48(SlotBid.unwrap(self));
    }

    function operator(SlotBid self) internal pure returns (uint16) {
        return uint16(SlotBid.unwrap(self) >> 48);
    }

    function closes(SlotBid self) internal pure returns (uint256) {
        return uint40(SlotBid.unwrap(self) >> 96);
    }

    /// @notice No bid, in a word that is not zero: the next bid writes it for less.
    function withoutPrice(SlotBid self) internal pure returns (SlotBid) {
        return SlotBid.wrap(SlotBid.unwrap(self) & ~uint256(type(uint48).max));
    }
}
