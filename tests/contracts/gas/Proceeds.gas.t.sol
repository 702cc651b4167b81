// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RewardTest} from "../proceeds/RewardTest.sol";
import {Leg} from "@rota/contracts/interfaces/IProceedsSplitter.sol";

/// @notice What proceeds and rewards cost: whole transactions under `--isolate`.
contract ProceedsGasTest is RewardTest {
    function setUp() public override {
        super.setUp();
        vm.deal(address(this), 100 ether);
        token.mint(address(pool), 1e24);
    }

    function test_gas_split_Steady() public {
        for (uint256 i; i < 2; ++i) {
            (bool ok,) = address(rota.splitter).call{value: 1 ether}("");
            assertTrue(ok);
            vm.snapshotGasLastCall("Proceeds", i == 0 ? "split, first" : "split, steady");
        }
        rota.splitter.pay(Leg.Buyback);
        vm.snapshotGasLastCall("Proceeds", "pay a leg");
        token.mint(address(this), 1e30);
        token.approve(address(rota.burner), type(uint256).max);
        rota.burner.buy(0, type(uint256).max, dora);
        vm.snapshotGasLastCall("Proceeds", "buy a lot");
    }

    /// @dev Four slots of three operators, one of whom has delegators; the words of all accounts were written before.
    function test_gas_finalize_Steady() public {
        _delegate(dora, 100, 10 ether);
        _serveUntil(6);
        _arrive(16 ether);
        for (uint64 e = pool.nextEpoch(); pool.nextEpoch() < 2; ++e) {
            pool.finalize(e);
        }
        pool.finalize(2);
        vm.snapshotGasLastCall("Proceeds", "finalize, first");
        _serveUntil(7);
        pool.finalize(3);
        vm.snapshotGasLastCall("Proceeds", "finalize, steady");
        pool.claim(alice.id, false);
        vm.snapshotGasLastCall("Proceeds", "claim a reward");
        vm.prank(dora);
        pool.claimDelegated(ID, false, dora);
        vm.snapshotGasLastCall("Proceeds", "claim a delegator's reward");
    }

    /// @dev However many epochs have passed and holders there are, a claim costs the same.
    function test_gas_claimDelegated_IsConstant() public {
        _delegate(dora, 100, 10 ether);
        _delegate(emil, 100, 20 ether);
        _serveUntil(6);
        _arrive(16 ether);
        pool.finalize(pool.nextEpoch());
        pool.finalize(pool.nextEpoch());
        pool.finalize(pool.nextEpoch());
        vm.prank(dora);
        pool.claimDelegated(ID, false, dora);
        uint256 first = vm.lastCallGas().gasTotalUsed;
        for (uint160 i = 1; i <= 40; ++i) {
            _delegate(address(i), 100, 20 ether);
        }
        _serveUntil(12);
        while (pool.nextEpoch() < 8) {
            pool.finalize(pool.nextEpoch());
        }
        vm.prank(emil);
        pool.claimDelegated(ID, false, emil);
        assertApproxEqAbs(vm.lastCallGas().gasTotalUsed, first, 100);
    }
}
