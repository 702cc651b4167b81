// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Bidder, SlotBid, SlotBidLib} from "@rota/contracts/types/OpenBidWords.sol";
import {Test} from "forge-std/Test.sol";

contract OpenBidWordsTest is Test {
    function testFuzz_bidder_FieldsDoNotTouch(uint32 epoch, address agent, uint48 free, uint48 paid, uint8 leads)
        public
        pure
    {
        Bidder bidder = Bidder.wrap(0).credit(free).entered(epoch, agent);
        for (uint256 i; i < leads; ++i) {
            bidder = bidder.leadMore();
        }
        bidder = bidder.credit(paid);
        _check(bidder, uint256(free) + paid, leads, epoch, agent);
        _check(bidder.debit(free), paid, leads, epoch, agent);
        if (leads != 0) _check(bidder.leadLess(), uint256(free) + paid, leads - 1, epoch, agent);
    }

    function testFuzz_entered_KeepsTheBalanceAndTheLeadsOfTheSameEpoch(uint32 epoch, address agent, uint48 free)
        public
        pure
    {
        vm.assume(epoch != 0 && epoch != type(uint32).max);
        Bidder bidder = Bidder.wrap(0).credit(free).entered(epoch, agent).leadMore();
        _check(bidder.entered(epoch, address(1)), free, 1, epoch, address(1));
        _check(bidder.entered(epoch + 1, agent), free, 0, epoch + 1, agent);
    }

    function testFuzz_slotBid_RoundTrips(uint48 price, uint16 operator, uint32 epoch, uint40 closes) public pure {
        SlotBid best = SlotBidLib.toSlotBid(price, operator, epoch, closes);
        assertEq(best.priceGwei(), price);
        assertEq(best.operator(), operator);
        assertEq(best.closes(), closes);
        assertEq(best.isOf(epoch), price != 0);
        assertFalse(best.isOf(uint64(epoch) + 1));
        assertFalse(best.withoutPrice().isOf(epoch));
        assertEq(best.withoutPrice().operator(), operator);
    }

    function _check(Bidder bidder, uint256 free, uint256 leads, uint64 epoch, address agent) private pure {
        assertEq(bidder.freeGwei(), free);
        assertEq(bidder.leads(), leads);
        assertEq(bidder.epoch(), epoch);
        assertEq(bidder.agent(), agent);
    }
}
