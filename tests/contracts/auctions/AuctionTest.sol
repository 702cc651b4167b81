// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";
import {Curve} from "@rota/contracts/types/Curve.sol";

/// @dev What the auction's tests share.
abstract contract AuctionTest is RotaFixture {
    /// @dev First epoch that is auctioned.
    uint64 internal constant E = 2;

    function setUp() public virtual {
        _deployRota();
        // Whom the auction pays: it knows nothing of what becomes of the proceeds.
        treasury = address(rota.splitter);
    }

    /// @dev To the wei, and with nothing counted twice (INV-21).
    function _assertConserved() internal view {
        uint256 total = auction.proceeds();
        uint64 last = schedule.currentEpoch() + 2;
        for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
            total += auction.freeBalanceOf(id) + auction.pendingDepositOf(id);
            for (uint64 epoch = 2; epoch <= last; ++epoch) {
                total += auction.lockedOf(epoch, id);
            }
        }
        assertEq(address(auction).balance, total, "conservation");
    }

    /// @dev Commits and reveals one curve an operator, and leaves the clock in the reveal window.
    function _bid(uint64 epoch, Curve[] memory curves) internal {
        _warpToCommit(epoch);
        for (uint256 i; i < curves.length; ++i) {
            _commit(operators[i], epoch, curves[i]);
        }
        _warpToReveal(epoch);
        for (uint256 i; i < curves.length; ++i) {
            _reveal(operators[i], epoch, curves[i]);
        }
        _assertConserved();
    }

    function _bid(uint64 epoch, Curve first) internal {
        Curve[] memory curves = new Curve[](1);
        curves[0] = first;
        _bid(epoch, curves);
    }

    function _bid(uint64 epoch, Curve first, Curve second) internal {
        Curve[] memory curves = new Curve[](2);
        (curves[0], curves[1]) = (first, second);
        _bid(epoch, curves);
    }

    function _bid(uint64 epoch, Curve first, Curve second, Curve third) internal {
        Curve[] memory curves = new Curve[](3);
        (curves[0], curves[1], curves[2]) = (first, second, third);
        _bid(epoch, curves);
    }

    /// @dev Seed and settlement in the epoch before.
    function _seedAndSettle(uint64 epoch) internal {
        _warpToEpoch(epoch - 1);
        _recordSeed(epoch);
        _settle(epoch);
        _assertConserved();
    }

    /// @dev Slots that an operator won.
    function _wonBy(uint64 epoch, uint16 operator) internal view returns (uint256) {
        (,, uint16[] memory winners, uint8[] memory quantities) = auction.resultOf(epoch);
        for (uint256 i; i < winners.length; ++i) {
            if (winners[i] == operator) return quantities[i];
        }
        return 0;
    }

    function _priceOf(uint64 epoch) internal view returns (uint256 price) {
        (, price,,) = auction.resultOf(epoch);
    }
}
