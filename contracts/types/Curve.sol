// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A demand curve in one word: what an operator pays for how many slots of an epoch.
/// @dev 4 steps from the lowest bits on, each 48 bits price (gwei per slot) | 8 bits quantity (slots); the upper 32 bits are zero.
/// Prices fall strictly from step to step; the steps after the last one used are zero.
type Curve is uint256;

using CurveLib for Curve global;

/// @title Curve words
/// @notice Reads, checks and clips demand curves.
library CurveLib {
    uint256 internal constant STEPS = 4;
    uint256 internal constant STEP_BITS = 56;
    uint256 internal constant QUANTITY_BITS = 8;
    uint256 internal constant STEP_MASK = (1 << STEP_BITS) - 1;
    uint256 internal constant QUANTITY_MASK = (1 << QUANTITY_BITS) - 1;

    /// @notice One step of the curve; (0, 0) is an unused one.
    /// @param i Which step, 0 to 3.
    /// @return price Gwei per slot.
    /// @return quantity Slots.
    function step(Curve self, uint256 i) internal pure returns (uint256 price, uint256 quantity) {
        uint256 word = (Curve.unwrap(self) >> (i * STEP_BITS)) & STEP_MASK;
        (price, quantity) = (word >> QUANTITY_BITS, word & QUANTITY_MASK);
    }

    /// @notice Whether the word is a demand curve: at least one step, quantities and prices above zero, prices strictly
    /// falling, and nothing after the first unused step.
    function isWellFormed(Curve self) internal pure returns (bool) {
        uint256 rest = Curve.unwrap(self);
        if (rest == 0 || rest >> (STEPS * STEP_BITS) != 0) return false;
        uint256 previous = type(uint256).max;
        for (; rest != 0; rest >>= STEP_BITS) {
            (uint256 price, uint256 quantity) = Curve.wrap(rest).step(0);
            if (quantity == 0 || price == 0 || price >= previous) return false;
            previous = price;
        }
        return true;
    }

    /// @notice The same curve without the slots past the first `cap`; a curve clipped away in whole is 0.
    /// @param cap Slots.
    function clip(Curve self, uint256 cap) internal pure returns (Curve) {
        uint256 clipped;
        for (uint256 i; i < STEPS && cap != 0; ++i) {
            (uint256 price, uint256 quantity) = self.step(i);
            if (quantity > cap) quantity = cap;
            cap -= quantity;
            clipped |= (price << QUANTITY_BITS | quantity) << (i * STEP_BITS);
        }
        return Curve.wrap(clipped);
    }

    /// @notice How many slots it asks for; 0 for an empty one.
    function units(Curve self) internal pure returns (uint256 quantity) {
        for (uint256 rest = Curve.unwrap(self); rest != 0; rest >>= STEP_BITS) {
            quantity += rest & QUANTITY_MASK;
        }
    }

    /// @notice Most that the curve can cost when all units have one price: the largest price x cumulative quantity, gwei.
    function maxCost(Curve self) internal pure returns (uint256 cost) {
        // Cannot overflow: a price has 48 bits, and four quantities of 8 bits add up to at most 10 bits.
        unchecked {
            uint256 slots;
            for (uint256 rest = Curve.unwrap(self); rest != 0; rest >>= STEP_BITS) {
                slots += rest & QUANTITY_MASK;
                uint256 all = ((rest & STEP_MASK) >> QUANTITY_BITS) * slots;
                if (all > cost) cost = all;
            }
        }
    }

    /// @notice Price of the first unit, the highest one, gwei.
    function topPrice(Curve self) internal pure returns (uint256 price) {
        (price,) = self.step(0);
    }
}
