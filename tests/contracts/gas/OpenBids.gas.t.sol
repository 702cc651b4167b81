// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {OpenBidTest} from "../auctions/OpenBidTest.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";

/// @dev The bars of the open auction, as whole transactions: run with --isolate. 32 slots an epoch, 16 for one operator.
contract OpenBidsGasTest is OpenBidTest {
    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.clock.slotsPerEpoch, c.vault.coreExitDelay) = (32, 2000);
    }

    function setUp() public override {
        super.setUp();
        _enter(alice, E);
        vm.snapshotGasLastCall("OpenBids", "enter, first");
        _enter(bob, E);
        vm.snapshotGasLastCall("OpenBids", "enter, the epoch's second");
    }

    /// @dev Both have balances; the slot has a bid.
    function test_gas_bid_Outbid() public {
        _openBid(alice, E, 0, 5_000_000);
        vm.snapshotGasLastCall("OpenBids", "bid, slot without one");
        _openBid(bob, E, 0, 6_000_000);
        vm.snapshotGasLastCall("Bars", "outbid, prefunded, steady");
        assertLe(vm.lastCallGas().gasTotalUsed, 46_000);
    }

    /// @dev "Empty": words that were never written. "Outbid": all ten had another's bid.
    function test_gas_bidBatch_Ten() public {
        _batch(alice.sequencer, alice.id, 5_000_000);
        vm.snapshotValue("Bars", "batch of 10 open bids, a slot, empty", vm.lastCallGas().gasTotalUsed / 10);
        assertLe(vm.lastCallGas().gasTotalUsed, 300_000);
        _batch(bob.sequencer, bob.id, 6_000_000);
        vm.snapshotValue("Bars", "batch of 10 open bids, a slot, outbid", vm.lastCallGas().gasTotalUsed / 10);
        assertLe(vm.lastCallGas().gasTotalUsed, 160_000);
    }

    function _batch(address agent, uint16 operator, uint48 price) internal {
        uint8[] memory indices = new uint8[](10);
        uint48[] memory prices = new uint48[](10);
        for (uint8 i; i < 10; ++i) {
            (indices[i], prices[i]) = (i, price);
        }
        vm.prank(agent);
        openAuction.bidBatch(operator, E, indices, prices);
    }
}
