// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Curve, CurveLib} from "./Curve.sol";

/// @notice An operator's money in the auction.
/// @dev 112 bits free balance (wei) | 48 bits deposit of a commitment not revealed yet (gwei) | 32 bits epoch last committed
/// for | 32 bits entity behind the last commitment for an even epoch | 32 bits the same for an odd epoch: bids for an epoch are made while
/// the one before it may not be settled yet.
type Account is uint256;

/// @notice A revealed bid.
/// @dev 224 bits curve, clipped | 16 bits operator | 16 bits zero.
type Bid is uint256;

/// @notice How the round of one epoch stands.
/// @dev 32 bits epoch | 48 bits deposit of each bidder (gwei) | 48 bits clearing price (gwei per slot) | 8 bits number of bids |
/// 8 bits number of winners | 8 bits slots sold and not refunded | 8 bits {RoundState} | the first 4 winners, 24 bits each: 16 bits
/// operator, 8 bits slots.
type Round is uint256;

/// @notice The seller's side.
/// @dev 128 bits released proceeds (wei) | 48 bits reference price (gwei per slot) | 48 bits reference price before the last
/// settled round | 32 bits epoch of the last settled round.
type Till is uint256;

/// @notice `Open`: bids are being revealed, none is settled. `Settled`: sold, the proceeds may still have to be refunded.
/// `Closed`: the proceeds were released.
enum RoundState {
    Open,
    Settled,
    Closed
}

using AccountLib for Account global;
using BidLib for Bid global;
using RoundLib for Round global;
using TillLib for Till global;

library AccountLib {
    function free(Account self) internal pure returns (uint256) {
        return uint112(Account.unwrap(self));
    }

    function depositGwei(Account self) internal pure returns (uint256) {
        return uint48(Account.unwrap(self) >> 112);
    }

    function epoch(Account self) internal pure returns (uint64) {
        return uint32(Account.unwrap(self) >> 160);
    }

    /// @return The entity behind the bid for `epoch_`, until there is one for `epoch_ + 2`.
    function entityFor(Account self, uint64 epoch_) internal pure returns (uint32) {
        return uint32(Account.unwrap(self) >> _entityAt(epoch_));
    }

    /// @dev Nobody holds 2^112 wei; the sum can't reach the neighbouring field.
    function credit(Account self, uint256 amount) internal pure returns (Account) {
        return Account.wrap(Account.unwrap(self) + amount);
    }

    /// @dev Callers check `amount <= free()`.
    function debit(Account self, uint256 amount) internal pure returns (Account) {
        return Account.wrap(Account.unwrap(self) - amount);
    }

    function withDeposit(Account self, uint64 epoch_, uint256 gwei_) internal pure returns (Account) {
        uint256 kept = Account.unwrap(self) & ~(uint256(type(uint80).max) << 112);
        return Account.wrap(kept | gwei_ << 112 | uint256(uint32(epoch_)) << 160);
    }

    function withEntity(Account self, uint64 epoch_, uint32 entity_) internal pure returns (Account) {
        uint256 shift = _entityAt(epoch_);
        uint256 kept = Account.unwrap(self) & ~(uint256(type(uint32).max) << shift);
        return Account.wrap(kept | uint256(entity_) << shift);
    }

    function _entityAt(uint64 epoch_) private pure returns (uint256 shift) {
        return epoch_ % 2 == 0 ? 192 : 224;
    }
}

library BidLib {
    uint256 private constant CURVE_BITS = CurveLib.STEPS * CurveLib.STEP_BITS;

    function toBid(Curve curve_, uint16 operator_) internal pure returns (Bid) {
        return Bid.wrap(Curve.unwrap(curve_) | uint256(operator_) << CURVE_BITS);
    }

    function curve(Bid self) internal pure returns (Curve) {
        return Curve.wrap(Bid.unwrap(self) & ((1 << CURVE_BITS) - 1));
    }

    function operator(Bid self) internal pure returns (uint16) {
        return uint16(Bid.unwrap(self) >> CURVE_BITS);
    }
}

library RoundLib {
    /// @dev Winners that fit into the round's own word, and into a further one.
    uint256 internal constant WINNERS_HERE = 4;
    uint256 internal constant WINNERS_PER_WORD = 10;
    uint256 private constant WINNER_BITS = 24;
    uint256 private constant WINNERS_AT = 160;

    function open(uint64 epoch_, uint256 depositGwei_) internal pure returns (Round) {
        return Round.wrap(uint256(uint32(epoch_)) | depositGwei_ << 32);
    }

    function epoch(Round self) internal pure returns (uint64) {
        return uint32(Round.unwrap(self));
    }

    function depositGwei(Round self) internal pure returns (uint256) {
        return uint48(Round.unwrap(self) >> 32);
    }

    function priceGwei(Round self) internal pure returns (uint256) {
        return uint48(Round.unwrap(self) >> 80);
    }

    function bids(Round self) internal pure returns (uint256) {
        return uint8(Round.unwrap(self) >> 128);
    }

    function winners(Round self) internal pure returns (uint256) {
        return uint8(Round.unwrap(self) >> 136);
    }

    function sold(Round self) internal pure returns (uint256) {
        return uint8(Round.unwrap(self) >> 144);
    }

    function state(Round self) internal pure returns (RoundState) {
        return RoundState(uint8(Round.unwrap(self) >> 152));
    }

    function withBids(Round self, uint256 bids_) internal pure returns (Round) {
        return _with(self, 128, bids_);
    }

    function withSold(Round self, uint256 sold_) internal pure returns (Round) {
        return _with(self, 144, sold_);
    }

    function withState(Round self, RoundState state_) internal pure returns (Round) {
        return _with(self, 152, uint256(state_));
    }

    /// @dev Of an open round: the fields are zero before.
    function settled(Round self, uint256 priceGwei_, uint256 winners_, uint256 sold_) internal pure returns (Round) {
        uint256 fields = priceGwei_ << 80 | winners_ << 136 | sold_ << 144 | uint256(RoundState.Settled) << 152;
        return Round.wrap(Round.unwrap(self) | fields);
    }

    /* WINNERS */
    /// @dev Below, `words` are the round's further words: winner `i` stands in the round if `i < WINNERS_HERE`, else in the next one
    /// of them that has room.
    function winnerAt(Round self, mapping(uint256 => uint256) storage words, uint256 i)
        internal
        view
        returns (uint16 operator, uint8 quantity)
    {
        (bool here, uint256 word, uint256 shift) = _place(i);
        uint256 lane = (here ? Round.unwrap(self) : words[word]) >> shift;
        (operator, quantity) = (uint16(lane), uint8(lane >> 16));
    }

    /// @dev Into a place that is zero.
    function writeWinner(
        Round self,
        mapping(uint256 => uint256) storage words,
        uint256 i,
        uint16 operator,
        uint8 quantity
    ) internal returns (Round) {
        (bool here, uint256 word, uint256 shift) = _place(i);
        uint256 lane = (uint256(operator) | uint256(quantity) << 16) << shift;
        if (here) return Round.wrap(Round.unwrap(self) | lane);
        // The first one of a word clears what an older round left there.
        words[word] = shift == 0 ? lane : words[word] | lane;
        return self;
    }

    /// @dev Leaves the operator and no slot.
    function clearWinner(Round self, mapping(uint256 => uint256) storage words, uint256 i) internal returns (Round) {
        (bool here, uint256 word, uint256 shift) = _place(i);
        uint256 mask = ~(uint256(0xff) << (shift + 16));
        if (here) return Round.wrap(Round.unwrap(self) & mask);
        words[word] &= mask;
        return self;
    }

    /* PRIVATE */
    function _place(uint256 i) private pure returns (bool here, uint256 word, uint256 shift) {
        if (i < WINNERS_HERE) return (true, 0, WINNERS_AT + i * WINNER_BITS);
        i -= WINNERS_HERE;
        return (false, i / WINNERS_PER_WORD, i % WINNERS_PER_WORD * WINNER_BITS);
    }

    function _with(Round self, uint256 shift, uint256 value) private pure returns (Round) {
        return Round.wrap((Round.unwrap(self) & ~(uint256(0xff) << shift)) | value << shift);
    }
}

library TillLib {
    function proceeds(Till self) internal pure returns (uint256) {
        return uint128(Till.unwrap(self));
    }

    function refGwei(Till self) internal pure returns (uint256) {
        return uint48(Till.unwrap(self) >> 128);
    }

    /// @notice Reference price (gwei) that counts for a round which is open for bids: as of the rounds up to two epochs before.
    function refGweiFor(Till self, uint64 epoch_) internal pure returns (uint256) {
        uint256 last = uint32(Till.unwrap(self) >> 224);
        return last + 2 <= epoch_ ? self.refGwei() : uint48(Till.unwrap(self) >> 176);
    }

    /// @dev Nobody holds 2^128 wei; the sum can't reach the neighbouring field.
    function credit(Till self, uint256 amount) internal pure returns (Till) {
        return Till.wrap(Till.unwrap(self) + amount);
    }

    function emptied(Till self) internal pure returns (Till) {
        return Till.wrap(Till.unwrap(self) & ~uint256(type(uint128).max));
    }

    function withRef(Till self, uint64 epoch_, uint256 refGwei_) internal pure returns (Till) {
        return Till.wrap(self.proceeds() | refGwei_ << 128 | self.refGwei() << 176 | uint256(uint32(epoch_)) << 224);
    }
}
