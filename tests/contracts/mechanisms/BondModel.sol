// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice What {IBondVault} says of one operator's bond in ETH, in plain numbers: gwei and shares.
/// @param own Shares of the operator's own.
struct BondModel {
    uint256 assets;
    uint256 shares;
    uint256 own;
}

using BondModelLib for BondModel global;

/// @dev A share is worth (assets + 1) / (shares + 1). What comes in and goes out rounds down, penalties round up, to whole gwei.
library BondModelLib {
    /// @return Gwei that so many shares are worth.
    function worth(BondModel storage self, uint256 count) internal view returns (uint256) {
        return count * (self.assets + 1) / (self.shares + 1);
    }

    /// @return minted Shares, nobody's yet.
    function add(BondModel storage self, uint256 amount) internal returns (uint256 minted) {
        minted = amount * (self.shares + 1) / (self.assets + 1);
        self.assets += amount;
        self.shares += minted;
    }

    function addOwn(BondModel storage self, uint256 amount) internal {
        self.own += self.add(amount);
    }

    /// @return amount Gwei that so many shares leave with.
    function redeem(BondModel storage self, uint256 count) internal returns (uint256 amount) {
        amount = self.worth(count);
        self.assets -= amount;
        self.shares -= count;
    }

    /// @param value Wei. @return loss Gwei.
    function lose(BondModel storage self, uint256 value) internal returns (uint256 loss) {
        loss = Math.min(Math.ceilDiv(value, 1 gwei), self.assets);
        self.assets -= loss;
    }
}
