// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {Book, UniformPrice} from "@rota/contracts/libraries/UniformPrice.sol";
import {Bid, BidLib} from "@rota/contracts/types/AuctionWords.sol";
import {Curve} from "@rota/contracts/types/Curve.sol";

/// @dev Sells one unit at a time to the best bid there is: slow, and plain enough to be believed.
library UniformPriceReference {
    struct Outcome {
        uint256 price;
        uint256[] won;
    }

    function clear(Book memory book) internal pure returns (Outcome memory out) {
        uint256 bids = book.bids.length;
        out.won = new uint256[](bids);
        out.price = book.floorGwei;
        for (uint256 unit; unit <= book.supply; ++unit) {
            (bool found, uint256 best, uint256 price) = _best(book, out.won);
            if (!found) return out;
            if (unit == book.supply) out.price = price;
            else ++out.won[best];
        }
    }

    /// @dev The bid whose next unit is worth most among those whose entity is below its cap.
    function _best(Book memory book, uint256[] memory won)
        private
        pure
        returns (bool found, uint256 best, uint256 price)
    {
        for (uint256 i; i < won.length; ++i) {
            uint256 next = _priceOfUnit(book.bids[i].curve(), won[i]);
            if (next == 0 || next < book.floorGwei || _full(book, won, i)) continue;
            if (!found || next > price || (next == price && _tie(book, i) > _tie(book, best))) {
                (found, best, price) = (true, i, next);
            }
        }
    }

    function _priceOfUnit(Curve curve, uint256 unit) private pure returns (uint256) {
        uint256 total;
        for (uint256 i; i < 4; ++i) {
            (uint256 price, uint256 quantity) = curve.step(i);
            total += quantity;
            if (unit < total) return price;
        }
        return 0;
    }

    function _full(Book memory book, uint256[] memory won, uint256 bid) private pure returns (bool) {
        uint256 total;
        for (uint256 i; i < won.length; ++i) {
            if (book.groups[i] == book.groups[bid]) total += won[i];
        }
        return total >= book.groupCap;
    }

    function _tie(Book memory book, uint256 bid) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(book.seed, book.bids[bid].operator()))) >> 64;
    }
}

contract UniformPriceTest is Test {
    uint256 internal constant FLOOR = 10;

    function test_clear_PriceIsTheFirstUnfilledUnits() public pure {
        Book memory book = _book(4, 4);
        book.bids[0] = _bid(2, _curve(100, 2, 50, 2));
        book.bids[1] = _bid(3, _curve(80, 2, 60, 2));
        (uint256 price, uint256[] memory order, uint8[] memory quantities) = UniformPrice.clear(book);
        assertEq(price, 60);
        assertEq(order.length, 2);
        assertEq(order[0], 0);
        assertEq(quantities[0], 2);
        assertEq(quantities[1], 2);
    }

    function test_clear_GivenSlotsLeft_PriceIsTheFloor() public pure {
        Book memory book = _book(4, 4);
        book.bids[0] = _bid(2, _curve(100, 1, 50, 1));
        book.bids[1] = _bid(3, _curve(80, 1, 0, 0));
        (uint256 price,, uint8[] memory quantities) = UniformPrice.clear(book);
        assertEq(price, FLOOR);
        assertEq(quantities[0] + quantities[1], 3);
    }

    function test_clear_GivenSupplyMetExactly_PriceIsTheFloor() public pure {
        Book memory book = _book(4, 4);
        book.bids[0] = _bid(2, _curve(100, 2, 0, 0));
        book.bids[1] = _bid(3, _curve(80, 2, 9, 1)); // below the floor: as if not there
        (uint256 price,,) = UniformPrice.clear(book);
        assertEq(price, FLOOR);
    }

    function test_clear_WinnersInTheOrderOfTheirBestUnit() public pure {
        Book memory book = _book(4, 4);
        book.bids[0] = _bid(2, _curve(80, 1, 0, 0));
        book.bids[1] = _bid(3, _curve(90, 1, 0, 0));
        (, uint256[] memory order,) = UniformPrice.clear(book);
        assertEq(order[0], 1);
        assertEq(order[1], 0);
    }

    function test_clear_TieGoesByTheSeed() public pure {
        bool[2] memory won;
        for (uint256 i; i < 16; ++i) {
            Book memory book = _book(1, 1);
            book.seed = keccak256(abi.encode(i));
            book.bids[0] = _bid(2, _curve(80, 1, 0, 0));
            book.bids[1] = _bid(3, _curve(80, 1, 0, 0));
            (uint256 price, uint256[] memory order,) = UniformPrice.clear(book);
            assertEq(price, 80);
            won[order[0]] = true;
        }
        assertTrue(won[0] && won[1], "the seed decides");
    }

    function test_clear_GivenOneEntityTwice_CappedTogether() public pure {
        Book memory book = _book(4, 2);
        (book.groups[0], book.groups[1]) = (7, 7);
        book.bids[0] = _bid(2, _curve(100, 2, 0, 0));
        book.bids[1] = _bid(3, _curve(90, 2, 0, 0));
        (uint256 price, uint256[] memory order, uint8[] memory quantities) = UniformPrice.clear(book);
        assertEq(order.length, 1);
        assertEq(quantities[0], 2);
        assertEq(price, FLOOR);
    }

    function test_attack_UnitsOverTheEntityCapDoNotSetTheRivalsPrice() public pure {
        Book memory book = _book(2, 1);
        book.bids = new Bid[](3);
        book.groups = new uint32[](3);
        (book.groups[0], book.groups[1], book.groups[2]) = (7, 7, 8);
        book.bids[0] = _bid(2, _curve(100, 1, 0, 0));
        book.bids[1] = _bid(3, _curve(90, 1, 0, 0)); // of operator 2's entity: could never be served
        book.bids[2] = _bid(4, _curve(80, 1, 30, 1));
        (uint256 price,, uint8[] memory quantities) = UniformPrice.clear(book);
        assertEq(quantities.length, 2);
        assertEq(price, FLOOR, "neither 90 nor the winner's own 30 could have won");
    }

    /// @dev Few prices and entities, so that ties and caps are the rule.
    function testFuzz_clear_MatchesOneUnitAtATime(uint256 random, bytes32 seed) public pure {
        uint256 count = random % 9;
        Book memory book = Book({
            bids: new Bid[](count),
            groups: new uint32[](count),
            seed: seed,
            supply: 1 + (random >> 8) % 12,
            groupCap: 1 + (random >> 16) % 6,
            floorGwei: (random >> 24) % 8
        });
        for (uint256 i; i < count; ++i) {
            random = uint256(keccak256(abi.encode(random)));
            book.bids[i] = _bid(uint16(2 + i), _randomCurve(random).clip(book.groupCap));
            book.groups[i] = uint32((random >> 128) % 5);
        }
        UniformPriceReference.Outcome memory expected = UniformPriceReference.clear(book);

        (uint256 price, uint256[] memory order, uint8[] memory quantities) = UniformPrice.clear(book);
        assertEq(price, expected.price, "price");
        uint256[] memory won = new uint256[](count);
        for (uint256 i; i < order.length; ++i) {
            assertGt(quantities[i], 0, "a winner without a slot");
            won[order[i]] += quantities[i];
        }
        for (uint256 i; i < count; ++i) {
            assertEq(won[i], expected.won[i], "quantity");
        }
    }

    /* HELPERS */
    function _book(uint256 supply, uint256 cap) internal pure returns (Book memory book) {
        book = Book({
            bids: new Bid[](2),
            groups: new uint32[](2),
            seed: keccak256("seed"),
            supply: supply,
            groupCap: cap,
            floorGwei: FLOOR
        });
        (book.groups[0], book.groups[1]) = (1, 2);
    }

    function _bid(uint16 operator, Curve curve) internal pure returns (Bid) {
        return BidLib.toBid(curve, operator);
    }

    function _curve(uint256 price0, uint256 quantity0, uint256 price1, uint256 quantity1)
        internal
        pure
        returns (Curve)
    {
        return Curve.wrap(price0 << 8 | quantity0 | (price1 << 8 | quantity1) << 56);
    }

    function _randomCurve(uint256 random) internal pure returns (Curve) {
        uint256 word;
        uint256 price = 24;
        for (uint256 i; i < 1 + (random & 3); ++i) {
            price -= 1 + (random >> (8 + i * 8)) % 5;
            word |= (price << 8 | 1 + (random >> (48 + i * 8)) % 4) << (i * 56);
        }
        return Curve.wrap(word);
    }
}
