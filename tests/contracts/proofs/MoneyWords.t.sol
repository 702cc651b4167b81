// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Account as Money, Bid, BidLib, Round, RoundLib, RoundState, Till} from "@rota/contracts/types/AuctionWords.sol";
import {Curve} from "@rota/contracts/types/Curve.sol";
import {Lever, toLever} from "@rota/contracts/types/Lever.sol";
import {Bidder, SlotBid, SlotBidLib} from "@rota/contracts/types/OpenBidWords.sol";
import {QueueEntry, QueueWordLib, toQueueEntry} from "@rota/contracts/types/QueueEntry.sol";
import {ScoreWord} from "@rota/contracts/types/ScoreWord.sol";
import {Vesting, toVesting} from "@rota/contracts/types/Vesting.sol";

import {ProofTest} from "./ProofTest.sol";

/// @notice The packed words of auctions, policies and rewards: what is put in a lane is got from it, and no other lane is
/// touched.
contract MoneyWordsProof is ProofTest {
    /* SEALED AUCTION */
    function testFuzz_prove_Account_Balance(uint256 raw, uint112 amount) public pure {
        Money account = Money.wrap(raw);
        vm.assume(account.free() + amount <= type(uint112).max);
        Money credited = account.credit(amount);
        assertEq(credited.free(), account.free() + amount);
        _assertOnly(raw, Money.unwrap(credited), 0, 112);
        assertEq(Money.unwrap(credited.debit(amount)), raw);
    }

    function testFuzz_prove_Account_Deposit(uint256 raw, uint32 epoch, uint48 gwei_) public pure {
        Money account = Money.wrap(raw).withDeposit(epoch, gwei_);
        assertEq(account.depositGwei(), gwei_);
        assertEq(account.epoch(), epoch);
        _assertOnly(raw, Money.unwrap(account), 112, 80);
    }

    function testFuzz_prove_Account_Entity(uint256 raw, uint32 epoch, uint32 entity) public pure {
        Money account = Money.wrap(raw).withEntity(epoch, entity);
        assertEq(account.entityFor(epoch), entity);
        assertEq(account.entityFor(uint64(epoch) + 1), Money.wrap(raw).entityFor(uint64(epoch) + 1));
        _assertOnly(raw, Money.unwrap(account), 192, 64);
    }

    function testFuzz_prove_Bid_RoundTrip(uint224 curve, uint16 operator) public pure {
        Bid bid = BidLib.toBid(Curve.wrap(curve), operator);
        assertEq(Curve.unwrap(bid.curve()), curve);
        assertEq(bid.operator(), operator);
    }

    function testFuzz_prove_Round_Fields(uint256 raw, uint8 bids, uint8 sold, uint8 state) public pure {
        state %= 3;
        Round round = Round.wrap(raw).withBids(bids);
        assertEq(round.bids(), bids);
        _assertOnly(raw, Round.unwrap(round), 128, 8);
        round = Round.wrap(raw).withSold(sold);
        assertEq(round.sold(), sold);
        _assertOnly(raw, Round.unwrap(round), 144, 8);
        round = Round.wrap(raw).withState(RoundState(state));
        assertEq(uint8(round.state()), state);
        _assertOnly(raw, Round.unwrap(round), 152, 8);
    }

    function testFuzz_prove_Round_Settled(
        uint32 epoch,
        uint48 deposit,
        uint8 bids,
        uint48 price,
        uint8 winners,
        uint8 sold
    ) public pure {
        Round round = RoundLib.open(epoch, deposit).withBids(bids).settled(price, winners, sold);
        assertEq(round.epoch(), epoch);
        assertEq(round.depositGwei(), deposit);
        assertEq(round.bids(), bids);
        assertEq(round.priceGwei(), price);
        assertEq(round.winners(), winners);
        assertEq(round.sold(), sold);
        assertEq(uint8(round.state()), uint8(RoundState.Settled));
    }

    function testFuzz_prove_Till(uint256 raw, uint128 amount, uint32 epoch, uint48 price) public pure {
        Till till = Till.wrap(raw);
        assertEq(till.emptied().proceeds(), 0);
        _assertOnly(raw, Till.unwrap(till.emptied()), 0, 128);
        Till credited = till.emptied().credit(amount);
        assertEq(credited.proceeds(), amount);
        _assertOnly(raw, Till.unwrap(credited), 0, 128);
        Till moved = till.withRef(epoch, price);
        assertEq(moved.refGwei(), price);
        assertEq(moved.refGweiFor(uint64(epoch) + 2), price);
        assertEq(moved.refGweiFor(uint64(epoch) + 1), till.refGwei());
        assertEq(moved.proceeds(), till.proceeds());
    }

    /* OPEN AUCTION */
    function testFuzz_prove_Bidder_Balance(uint256 raw, uint56 gwei_) public pure {
        Bidder bidder = Bidder.wrap(raw);
        vm.assume(bidder.freeGwei() + gwei_ <= type(uint56).max);
        Bidder credited = bidder.credit(gwei_);
        assertEq(credited.freeGwei(), bidder.freeGwei() + gwei_);
        _assertOnly(raw, Bidder.unwrap(credited), 0, 56);
        assertEq(Bidder.unwrap(credited.debit(gwei_)), raw);
    }

    function testFuzz_prove_Bidder_Leads(uint256 raw) public pure {
        Bidder bidder = Bidder.wrap(raw);
        vm.assume(bidder.leads() < type(uint8).max);
        Bidder more = bidder.leadMore();
        assertEq(more.leads(), bidder.leads() + 1);
        _assertOnly(raw, Bidder.unwrap(more), 56, 8);
        assertEq(Bidder.unwrap(more.leadLess()), raw);
    }

    function testFuzz_prove_Bidder_Entered(uint256 raw, uint32 epoch, address agent) public pure {
        Bidder bidder = Bidder.wrap(raw).entered(epoch, agent);
        assertEq(bidder.epoch(), epoch);
        assertEq(bidder.agent(), agent);
        assertEq(bidder.freeGwei(), Bidder.wrap(raw).freeGwei());
        assertEq(bidder.leads(), Bidder.wrap(raw).epoch() == epoch ? Bidder.wrap(raw).leads() : 0);
    }

    function testFuzz_prove_SlotBid_RoundTrip(uint48 price, uint16 operator, uint32 epoch, uint40 closes) public pure {
        SlotBid bid = SlotBidLib.toSlotBid(price, operator, epoch, closes);
        assertEq(bid.priceGwei(), price);
        assertEq(bid.operator(), operator);
        assertEq(bid.closes(), closes);
        assertEq(bid.isOf(epoch), price != 0);
        assertFalse(bid.isOf(epoch ^ 1));
        assertEq(bid.withoutPrice().priceGwei(), 0);
        _assertOnly(SlotBid.unwrap(bid), SlotBid.unwrap(bid.withoutPrice()), 0, 48);
    }

    /* REWARDS */
    function testFuzz_prove_Vesting_RoundTrip(uint128 locked, uint40 updated, uint40 end) public pure {
        Vesting vesting = toVesting(locked, updated, end);
        assertEq(vesting.locked(), locked);
        assertEq(vesting.updated(), updated);
        assertEq(vesting.end(), end);
    }

    function testFuzz_prove_Lever_Moved(uint96 first, uint96 second, uint64 from) public pure {
        vm.assume(from != 0);
        Lever lever = toLever(first);
        assertEq(lever.valueAt(0), first);
        lever = lever.moved(second, from);
        assertEq(lever.valueAt(from - 1), first);
        assertEq(lever.valueAt(from), second);
        assertEq(lever.changesAt(), from);
    }

    /* POLICIES */
    function testFuzz_prove_QueueEntry_RoundTrip(uint256 raw, uint16 operator, uint16 weight, uint32 from) public pure {
        QueueEntry entry = toQueueEntry(operator, weight, from);
        assertEq(entry.operator(), operator);
        assertEq(entry.weight(), weight);
        assertEq(entry.activeFrom(), from);
        for (uint256 lane; lane < 4; ++lane) {
            uint256 word = QueueWordLib.withEntry(raw, lane, entry);
            assertEq(QueueEntry.unwrap(QueueWordLib.entryAt(word, lane)), QueueEntry.unwrap(entry));
            _assertOnly(raw, word, 64 * lane, 64);
        }
    }

    /// @dev From any score within the range.
    function testFuzz_prove_ScoreWord_Moved(uint256 raw, uint16 score, bool good) public pure {
        score = 2500 + score % 7501;
        for (uint256 lane; lane < 16; ++lane) {
            uint256 before = raw & ~(uint256(type(uint16).max) << 16 * lane) | uint256(score) << 16 * lane;
            ScoreWord word = ScoreWord.wrap(before).moved(lane, good);
            uint256 after_ = word.scoreAt(lane);
            assertTrue(good ? after_ >= score : after_ <= score);
            assertTrue(after_ >= 2500 && after_ <= 10_000);
            _assertOnly(before, ScoreWord.unwrap(word), 16 * lane, 16);
        }
    }
}
