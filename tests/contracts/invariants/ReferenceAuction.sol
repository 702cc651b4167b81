// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Curve} from "@rota/contracts/types/Curve.sol";

/// @title Reference auction
/// @notice Sells a round unit by unit: the best unit that is left, as long as there is one.
library ReferenceAuction {
    struct Round {
        uint16[] operators;
        Curve[] curves;
        uint32[] entities;
        bytes32 seed;
        uint256 supply;
        uint256 cap;
        uint256 floorGwei;
    }

    /// @return priceGwei Price of the first unit left without a slot that its entity still had room for; the floor for none.
    /// @return quantities Slots of each operator.
    function clear(Round memory round) internal pure returns (uint256 priceGwei, uint256[] memory quantities) {
        quantities = new uint256[](round.operators.length);
        for (uint256 sold; sold <= round.supply; ++sold) {
            (uint256 best, uint256 price) = _bestUnit(round, quantities);
            if (price == 0) return (round.floorGwei, quantities);
            if (sold == round.supply) return (price, quantities);
            ++quantities[best];
        }
    }

    /// @notice What the first `quantity` units of a curve were worth to their bidder, gwei.
    function valueOf(Curve curve, uint256 quantity) internal pure returns (uint256 value) {
        for (uint256 unit; unit < quantity; ++unit) {
            value += _priceOf(curve, unit);
        }
    }

    /// @return best Whose next unit has the highest price, ties to the greater hash.
    /// @return price 0: there is none that can win.
    function _bestUnit(Round memory round, uint256[] memory quantities)
        private
        pure
        returns (uint256 best, uint256 price)
    {
        for (uint256 i; i < round.operators.length; ++i) {
            uint256 ofEntity;
            for (uint256 j; j < round.operators.length; ++j) {
                if (round.entities[j] == round.entities[i]) ofEntity += quantities[j];
            }
            uint256 candidate = _priceOf(round.curves[i], quantities[i]);
            if (ofEntity >= round.cap || candidate < round.floorGwei || candidate < price) continue;
            if (candidate == price && _tie(round, i) < _tie(round, best)) continue;
            if (candidate != 0) (best, price) = (i, candidate);
        }
    }

    function _tie(Round memory round, uint256 i) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(round.seed, round.operators[i])));
    }

    /// @dev Of the unit number `unit` of a curve, from 0; 0 behind its end.
    function _priceOf(Curve curve, uint256 unit) private pure returns (uint256) {
        for (uint256 i; i < 4; ++i) {
            (uint256 price, uint256 quantity) = curve.step(i);
            if (unit < quantity) return price;
            unit -= quantity;
        }
        return 0;
    }
}
