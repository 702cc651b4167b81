// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";

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
