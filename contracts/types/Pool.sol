// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @dev The bond of one operator in one asset, lowest bits first: 72 bits assets, quanta | 72 bits shares | 72 bits the operator's own
/// shares | 24 bits number of the next release of exits (0: none waits) | 16 bits generation of the shares.
///
/// A share is worth `(assets + 1) / (shares + 1)` quanta: there is one virtual share with one virtual quantum, so that an empty pool
/// has a price too, and nobody is first. Everything rounds down, in favour of the shares that stay.
type Pool is uint256;

/// @notice More than 72 bits of quanta or shares, or 16 of generations: refused by name, never by a panic (INV-51).
error Pool_Overflow(Pool self, uint256 quanta);
/// @notice Less in the pool than is to be taken out. Cannot happen.
error Pool_Underflow(Pool self, uint256 quanta);

using {
    assets,
    shares,
    selfShares,
    nextRelease,
    generation,
    sharesDown,
    sharesUp,
    quantaDown,
    mint,
    redeem,
    without,
    withNextRelease,
    isWornOut,
    successor
} for Pool global;

uint256 constant LANE = type(uint72).max;
/// @dev A share that is worth less than a millionth of a quantum is worn out.
uint256 constant WORN_OUT = 1e6;

function assets(Pool self) pure returns (uint256) {
    return Pool.unwrap(self) & LANE;
}

function shares(Pool self) pure returns (uint256) {
    return Pool.unwrap(self) >> 72 & LANE;
}

function selfShares(Pool self) pure returns (uint256) {
    return Pool.unwrap(self) >> 144 & LANE;
}

function nextRelease(Pool self) pure returns (uint256) {
    return uint24(Pool.unwrap(self) >> 216);
}

function generation(Pool self) pure returns (uint256) {
    return Pool.unwrap(self) >> 240;
}

// All products below are of 72 bits or a little more: none overflows.

/// @return Shares that `quanta` are worth; at most 72 bits of quanta.
function sharesDown(Pool self, uint256 quanta) pure returns (uint256) {
    return quanta * (self.shares() + 1) / (self.assets() + 1);
}

/// @return The least shares that are worth `quanta`; at most 72 bits of quanta.
function sharesUp(Pool self, uint256 quanta) pure returns (uint256) {
    return Math.ceilDiv(quanta * (self.shares() + 1), self.assets() + 1);
}

/// @return Quanta that `count` shares are worth.
function quantaDown(Pool self, uint256 count) pure returns (uint256) {
    return count * (self.assets() + 1) / (self.shares() + 1);
}

/// @notice Adds `quanta` for new shares, `own` of them or not.
function mint(Pool self, uint256 quanta, bool own) pure returns (Pool, uint256 minted) {
    (uint256 assets_, uint256 shares_) = (self.assets(), self.shares());
    minted = quanta;
    // As `sharesDown`, unless the price is 1, which it is until there is a penalty.
    if (assets_ != shares_) {
        if (quanta > LANE) revert Pool_Overflow(self, quanta);
        minted = self.sharesDown(quanta);
    }
    // A sum wraps only for quanta that are too many by themselves. No lane carries: checked, and own shares are no more than shares.
    unchecked {
        if ((quanta | assets_ + quanta | shares_ + minted) > LANE) revert Pool_Overflow(self, quanta);
        uint256 added = minted << 72 | quanta;
        if (own) added |= minted << 144;
        return (Pool.wrap(Pool.unwrap(self) + added), minted);
    }
}

/// @notice Takes out `count` shares that are not the operator's own, and what they are worth.
function redeem(Pool self, uint256 count) pure returns (Pool, uint256 quanta) {
    quanta = self.quantaDown(count);
    return (self.without(quanta, count, 0), quanta);
}

/// @notice Takes out `quanta` and `count` shares; `own` shares are the operator's own no more, taken out or not.
function without(Pool self, uint256 quanta, uint256 count, uint256 own) pure returns (Pool rest) {
    if (quanta > self.assets() || count > self.shares() || own > self.selfShares()) {
        revert Pool_Underflow(self, quanta);
    }
    // No lane borrows: checked.
    unchecked {
        rest = Pool.wrap(Pool.unwrap(self) - (own << 144 | count << 72 | quanta));
    }
    if (rest.selfShares() > rest.shares()) revert Pool_Underflow(self, quanta);
}

function withNextRelease(Pool self, uint256 release) pure returns (Pool) {
    return Pool.wrap(Pool.unwrap(self) & ~(uint256(type(uint24).max) << 216) | release << 216);
}

/// @notice Whether its shares have lost all but a millionth: then they would outnumber what is deposited by so much that a lane fills.
function isWornOut(Pool self) pure returns (bool) {
    unchecked {
        return (self.assets() + 1) * WORN_OUT < self.shares() + 1;
    }
}

/// @notice An empty pool of the next generation; there is none after the 65,536th.
function successor(Pool self) pure returns (Pool) {
    if (self.generation() == type(uint16).max) revert Pool_Overflow(self, 0);
    return Pool.wrap((self.generation() + 1) << 240);
}
