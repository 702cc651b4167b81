// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {InvariantTest} from "./InvariantTest.sol";
import {RotaSystem} from "@rota/contracts/deploy/RotaDeployer.sol";
import {Leg} from "@rota/contracts/interfaces/IProceedsSplitter.sol";
import {BuybackBurner} from "@rota/contracts/proceeds/BuybackBurner.sol";
import {ProceedsSplitter} from "@rota/contracts/proceeds/ProceedsSplitter.sol";
import {RewardPool} from "@rota/contracts/proceeds/RewardPool.sol";

/// @notice What INV-81 to INV-87 say of the state as it is.
abstract contract ProceedsChecks is InvariantTest {
    ProceedsSplitter internal splitter;
    BuybackBurner internal burner;
    RewardPool internal pool;

    function setUp() public virtual override {
        super.setUp();
        RotaSystem memory system = handler.system();
        (splitter, burner, pool) = (system.splitter, system.burner, system.rewards);
    }

    function _assert81() internal view {
        uint256 owed;
        for (uint256 i; i < 4; ++i) {
            owed += splitter.owed(Leg(i));
        }
        assertEq(address(splitter).balance, owed, "INV-81");
    }

    function _assert82() internal view {
        assertEq(token.balanceOf(address(burner)), 0, "INV-82");
        (uint256 lot, uint256 cost, uint256 price) = burner.offer();
        assertTrue(lot == 0 || lot >= burner.MIN_LOT(), "INV-82");
        assertTrue(price >= burner.MIN_PRICE() && price <= burner.MAX_PRICE(), "INV-82");
        assertEq(cost, (lot * price + 1 ether - 1) / 1 ether, "INV-82");
    }

    function _assert83() internal view {
        for (uint64 epoch = registry.currentEpoch(); epoch < registry.currentEpoch() + 3; ++epoch) {
            uint16[4] memory shares = splitter.sharesAt(epoch);
            uint256 sum;
            for (uint256 i; i < 4; ++i) {
                (uint16 least, uint16 most) = splitter.rangeOf(Leg(i));
                assertTrue(shares[i] >= least && shares[i] <= most, "INV-83");
                sum += shares[i];
            }
            assertEq(sum, 10_000, "INV-83");
        }
    }

    function _assert84() internal view {
        assertEq(address(pool).balance, pool.undivided(false) + pool.unpaid(false), "INV-84");
        assertEq(token.balanceOf(address(pool)), pool.undivided(true) + pool.unpaid(true), "INV-84");
    }

    /// @dev And no more than dust of it is nobody's.
    function _assert85() internal {
        address[] memory holders = handler.delegators();
        for (uint256 asset; asset < 2; ++asset) {
            uint256 promised;
            for (uint16 operator = 1; operator <= registry.operatorCount(); ++operator) {
                (uint256 released, uint256 locked) = pool.rewardOf(operator, asset == 1);
                promised += released + locked + _promisedToShares(operator, 0, asset == 1, holders)
                    + _promisedToShares(operator, 1, asset == 1, holders);
            }
            assertLe(promised, pool.unpaid(asset == 1), "INV-85");
            // Each step of an account rounds down by less than one unit.
            assertLe(pool.unpaid(asset == 1) - promised, 10_000, "INV-85");
        }
    }

    /// @dev Of all generations of a pool's shares.
    function _promisedToShares(uint16 operator, uint8 asset, bool ofToken, address[] memory holders)
        private
        view
        returns (uint256 promised)
    {
        uint256 id = vault.idOf(operator, asset);
        for (uint256 generation; generation <= uint16(id); ++generation) {
            uint256 one = id >> 16 << 16 | generation;
            promised += pool.lockedOf(one, ofToken);
            for (uint256 i; i < holders.length; ++i) {
                promised += pool.rewardOf(holders[i], one, ofToken);
            }
        }
    }

    function _assert87() internal view {
        assertLe(pool.emissionAt(registry.currentEpoch() + 2), pool.MAX_EMISSION(), "INV-87");
    }
}

/// @notice INV-81 to INV-87: proceeds and rewards.
/// forge-config: default.invariant.runs = 10
/// forge-config: long.invariant.runs = 20
contract ProceedsInvariants is ProceedsChecks {
    function invariant_INV81_SplitterHoldsWhatItOwesToTheWei() public view {
        _assert81();
        _assertUnbroken(81);
    }

    function invariant_INV82_LotsAreSoldWholeAndWhatIsPaidIsBurned() public view {
        _assert82();
        _assertUnbroken(82);
    }

    function invariant_INV83_SharesAreTheWholeAndWithinTheirRanges() public view {
        _assert83();
    }

    function invariant_INV84_PoolHoldsItsMoneyToTheWei() public view {
        _assert84();
    }

    function invariant_INV85_WhatIsPromisedIsCovered() public {
        _assert85();
        _assertUnbroken(85);
    }

    function invariant_INV86_AnEpochPaysWhoServedItOnce() public view {
        _assertUnbroken(86);
    }

    function invariant_INV87_AnEpochPaysWithinItsRates() public view {
        _assert87();
        _assertUnbroken(87);
    }
}
