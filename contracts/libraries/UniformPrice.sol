// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {EfficientHashLib} from "solady/src/utils/EfficientHashLib.sol";
import {LibSort} from "solady/src/utils/LibSort.sol";

import {Bid} from "../types/AuctionWords.sol";
import {Curve, CurveLib} from "../types/Curve.sol";

/// @notice What a round is cleared with.
/// @param bids Bids of distinct operators, at most 256.
/// @param groups Entity of each bid's operator.
/// @param seed Breaks ties, known only after all bids are.
/// @param supply Slots for sale, at most 255.
/// @param groupCap Slots that the bids of one entity win together at most.
/// @param floorGwei Lowest price, gwei per slot; a unit below it neither wins nor sets the price.
struct Book {
    Bid[] bids;
    uint32[] groups;
    bytes32 seed;
    uint256 supply;
    uint256 groupCap;
    uint256 floorGwei;
}

/// @title Clearing of a sealed round
/// @notice Sells units in the order of their price and finds the one price that all winners pay.
library UniformPrice {
    /// @notice Sells `supply` units to the highest prices; among equal ones to the greater keccak256(seed, operator).
    /// @dev A unit that its entity's cap keeps from winning is skipped (INV-06) before it could set the price: nobody raises a rival's
    /// price with demand that it can't be served.
    /// @return priceGwei Price of the first unit left without a slot, or the floor if there is none, gwei per slot: no winner
    /// bid less for a unit that it won (INV-23).
    /// @return order Indices into `bids` of the winners, in the order in which they won their first unit.
    /// @return quantities Slots of each winner, in the same order.
    function clear(Book memory book)
        internal
        pure
        returns (uint256 priceGwei, uint256[] memory order, uint8[] memory quantities)
    {
        uint256[] memory steps = _ranked(book);
        uint256[] memory won = new uint256[](book.bids.length);
        order = new uint256[](book.bids.length);
        uint256 winners;
        uint256 left = book.supply;
        priceGwei = book.floorGwei;

        for (uint256 i = steps.length; i != 0; --i) {
            (uint256 price, uint256 bid, uint256 quantity) = _unpack(steps[i - 1]);
            quantity = _min(quantity, _roomOf(book, won, bid));
            if (quantity > left) priceGwei = price; // a unit of this step is the first one without a slot
            uint256 taken = _min(quantity, left);
            if (won[bid] == 0 && taken != 0) order[winners++] = bid;
            won[bid] += taken;
            left -= taken;
            if (quantity > taken) break;
        }

        // What lies past the last winner was never written: it is cut off rather than copied.
        assembly ("memory-safe") {
            mstore(order, winners)
        }
        quantities = new uint8[](winners);
        for (uint256 i; i < winners; ++i) {
            quantities[i] = uint8(won[order[i]]);
        }
    }

    /* PRIVATE */
    /// @dev The steps that may win, worst first: 48 bits price | 192 bits tie break | 8 bits index of the bid | 8 bits quantity.
    /// One operator never has two steps of one price, so the tie break decides between operators alone.
    function _ranked(Book memory book) private pure returns (uint256[] memory steps) {
        uint256 bids = book.bids.length;
        steps = new uint256[](bids * CurveLib.STEPS);
        uint256 count;
        for (uint256 i; i < bids; ++i) {
            Bid bid = book.bids[i];
            bytes32 hash = EfficientHashLib.hash(book.seed, bytes32(uint256(bid.operator())));
            uint256 common = uint256(hash) >> 64 << 16 | i << 8;
            for (uint256 rest = Curve.unwrap(bid.curve()); rest != 0; rest >>= CurveLib.STEP_BITS) {
                (uint256 price, uint256 quantity) = Curve.wrap(rest).step(0);
                if (price < book.floorGwei) break;
                steps[count++] = price << 208 | common | quantity;
            }
        }
        assembly ("memory-safe") {
            mstore(steps, count)
        }
        LibSort.sort(steps);
    }

    function _unpack(uint256 step) private pure returns (uint256 price, uint256 bid, uint256 quantity) {
        // Each takes its own bits of the word.
        // forge-lint: disable-next-line(unsafe-typecast)
        (price, bid, quantity) = (step >> 208, uint8(step >> 8), uint8(step));
    }

    /// @dev How many slots the entity behind a bid may still win. At most 64 bids: a plain loop beats a table of entities.
    function _roomOf(Book memory book, uint256[] memory won, uint256 bid) private pure returns (uint256 room) {
        uint32 group = book.groups[bid];
        room = book.groupCap;
        for (uint256 i; i < won.length; ++i) {
            if (book.groups[i] == group) room -= won[i];
        }
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
