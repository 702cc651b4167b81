// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Curve} from "@rota/contracts/types/Curve.sol";

import {AuctionTest} from "./AuctionTest.sol";

/// @dev Whole rounds, one after the other in the same words, each ending in one of the ways a round can end.
contract SealedBidAuction_Fuzz_Test is AuctionTest {
    uint256 internal random;

    /// forge-config: default.fuzz.runs = 64
    /// forge-config: long.fuzz.runs = 1000
    function testFuzz_rounds_ConserveEveryWei(uint256 seed) public {
        random = seed;
        uint256 free = _totalFree();
        uint64 last = uint64(E + config.ring + 1);
        for (uint64 epoch = E; epoch <= last; ++epoch) {
            _round(epoch);
            _assertConserved();
        }

        // In the end everybody has what it had, less what was sold and forfeited.
        _warpTo(schedule.startOfEpoch(last + 1) + config.disputePeriod);
        for (uint64 epoch = E; epoch <= last; ++epoch) {
            try schedule.cancel(epoch) {} catch {}
            for (uint256 i; i < OPERATORS; ++i) {
                _tryRefund(epoch, operators[i].id);
                try auction.forfeit(epoch, operators[i].id) {} catch {}
            }
        }
        uint256 due = auction.proceeds();
        if (due != 0) assertEq(auction.withdrawProceeds(), due, "nothing is held back for ever");
        assertEq(_totalFree() + treasury.balance, free);
        assertEq(address(auction).balance, _totalFree());
    }

    /// @dev Commits, reveals most, then settles or not, freezes or not, cancels or not, refunds some.
    function _round(uint64 epoch) internal {
        Curve[3] memory curves;
        bool[3] memory bids;
        _warpToCommit(epoch);
        for (uint256 i; i < OPERATORS; ++i) {
            curves[i] = _randomCurve();
            bids[i] = _chance(80);
            if (bids[i]) _commit(operators[i], epoch, curves[i]);
        }
        _warpToReveal(epoch);
        for (uint256 i; i < OPERATORS; ++i) {
            if (bids[i] && _chance(85)) _reveal(operators[i], epoch, curves[i]);
        }
        _assertConserved();

        _warpToEpoch(epoch - 1);
        _recordSeed(epoch);
        (bool settled,,,) = auction.resultOf(epoch);
        if (!settled && _chance(85)) {
            uint256 before = auction.proceeds();
            _settle(epoch);
            _checkResult(epoch, auction.proceeds() - before);
            settled = true;
        }
        if (settled && _chance(75)) _freeze(epoch);
        _assertConserved();
        // What is behind is given back late or never, so that it is still there when its words are wanted.
        if (epoch <= E + 2) return;
        uint64 past = epoch - 2;
        if (_chance(60)) try schedule.cancel(past) {} catch {}
        for (uint256 i; i < OPERATORS; ++i) {
            if (_chance(50)) _tryRefund(past, operators[i].id);
        }
        if (_chance(20)) try auction.withdrawProceeds() {} catch {}
    }

    /// @param paid What the proceeds grew by.
    function _checkResult(uint64 epoch, uint256 paid) internal view {
        (, uint256 price, uint16[] memory winners, uint8[] memory quantities) = auction.resultOf(epoch);
        uint256 sold;
        for (uint256 i; i < winners.length; ++i) {
            sold += quantities[i];
            assertLe(quantities[i], auction.capSlots());
            (uint256 top,) = auction.revealed(epoch, winners[i]).step(0);
            assertGe(top * 1 gwei, price, "nobody pays more than it bid");
        }
        assertLe(sold, config.clock.slotsPerEpoch);
        assertEq(paid, price * sold, "the sum of what is paid is price x sold");
        assertGe(price, auction.FLOOR_PRICE());
    }

    function _tryRefund(uint64 epoch, uint16 operator) internal {
        try auction.refund(epoch, operator) {} catch {}
    }

    function _totalFree() internal view returns (uint256 total) {
        for (uint256 i; i < OPERATORS; ++i) {
            total += auction.freeBalanceOf(operators[i].id);
        }
    }

    /// @dev Prices around the floor, few of them, so that ties and unsold slots are common.
    function _randomCurve() internal returns (Curve curve) {
        uint48 price = uint48(500_000 * (4 + _next() % 8));
        for (uint256 i; i < 4 && price != 0; ++i) {
            curve = _then(curve, price, uint8(1 + _next() % 3));
            if (_chance(50)) return curve;
            price -= 500_000;
        }
    }

    function _chance(uint256 percent) internal returns (bool) {
        return _next() % 100 < percent;
    }

    function _next() internal returns (uint256) {
        random = uint256(keccak256(abi.encode(random)));
        return random;
    }
}
