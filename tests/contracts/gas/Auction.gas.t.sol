// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {Operator, RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";
import {Curve} from "@rota/contracts/types/Curve.sol";

/// @dev The bars of the sealed auction, as whole transactions: run with --isolate.
contract AuctionGasTest is RotaFixture {
    function setUp() public {
        _deployRota();
    }

    /// @dev Two bidders, both win. "First": the words of this round were never written before.
    function test_gas_settle_First() public {
        _round(2);
        _settle(2);
        vm.snapshotGasLastCall("Bars", "settle two, first");
        assertLe(vm.lastCallGas().gasTotalUsed, 130_000);
    }

    /// @dev One turn of the ring later, in the same words.
    function test_gas_settle_Steady() public {
        for (uint64 epoch = 2; epoch < 2 + config.ring; ++epoch) {
            _round(epoch);
            _settle(epoch);
            _freeze(epoch);
        }
        uint64 last = 2 + config.ring;
        _round(last);
        _settle(last);
        vm.snapshotGasLastCall("Bars", "settle two, steady");
        assertLe(vm.lastCallGas().gasTotalUsed, 82_000);
    }

    function test_gas_commitAndReveal_Steady() public {
        for (uint64 epoch = 2; epoch < 2 + config.ring; ++epoch) {
            _round(epoch);
            _settle(epoch);
            _freeze(epoch);
        }
        uint64 last = 2 + config.ring;
        _warpToCommit(last);
        _commit(operators[0], last, _curve(20_000_000, 2));
        vm.snapshotGasLastCall("Auction", "commit, steady");
        _warpToReveal(last);
        _reveal(operators[0], last, _curve(20_000_000, 2));
        vm.snapshotGasLastCall("Auction", "reveal, steady");
    }

    /// @dev Bids of two operators up to the recorded seed.
    function _round(uint64 epoch) internal {
        _warpToCommit(epoch);
        _commit(operators[0], epoch, _curve(20_000_000, 2));
        _commit(operators[1], epoch, _then(_curve(30_000_000, 1), 10_000_000, 1));
        _warpToReveal(epoch);
        _reveal(operators[0], epoch, _curve(20_000_000, 2));
        _reveal(operators[1], epoch, _then(_curve(30_000_000, 1), 10_000_000, 1));
        _warpToEpoch(epoch - 1);
        _recordSeed(epoch);
    }
}

contract LargeAuctionGasTest is RotaFixture {
    /// @dev 45 slots, 4 of them for one operator.
    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.clock.slotsPerEpoch, c.capBps, c.vault.coreExitDelay) = (45, 900, 3000);
    }

    function setUp() public {
        _deployRota();
    }

    /// @dev The largest round there can be: 64 bids of 4 steps.
    function test_gas_settle_SixtyFour() public {
        for (uint256 i = OPERATORS; i < 64; ++i) {
            Operator memory operator = _register(string.concat("operator ", vm.toString(i + 2)), uint32(100 + i));
            _bond(operator.id, 1 ether);
            _activate(operator);
            _fund(operator.id, 1 ether);
            operators.push(operator);
        }
        Curve[64] memory curves;
        _warpToCommit(2);
        for (uint48 i; i < 64; ++i) {
            curves[i] = _then(_then(_then(_curve(9_000_000 - i, 1), 8_000_000 + i, 1), 7_000_000 - i, 1), 6_000_000, 1);
            _commit(operators[i], 2, curves[i]);
        }
        _warpToReveal(2);
        for (uint256 i; i < 64; ++i) {
            _reveal(operators[i], 2, curves[i]);
        }
        _warpToEpoch(1);
        _recordSeed(2);
        _settle(2);
        vm.snapshotGasLastCall("Auction", "settle 64 bids of 4 steps");
        assertLe(vm.lastCallGas().gasTotalUsed, 2_000_000);
    }
}
