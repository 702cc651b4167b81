// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondedTest} from "../BondedTest.sol";

/// @notice A deposit into a bond that has all four assets, by an account that has deposited before and keeps some of the token. It
/// approved the vault once, without bound, as who deposits repeatedly does: OpenZeppelin's token then writes no allowance.
contract Bond_Gas_Test is BondedTest {
    uint16 internal alice;
    address internal reporter = makeAddr("reporter");

    function setUp() public override {
        super.setUp();
        alice = _register("alice");
        deal(address(this), 2 ether);
        token.mint(address(this), 3e18);
        token.approve(address(vault), type(uint256).max);
        vault.deposit{value: 1 ether}(alice);
        vault.depositToken(alice, 1, 1e18);
    }

    function test_gas_deposit_Eth() public {
        vault.deposit{value: 1 ether}(alice);
        vm.snapshotGasLastCall("Bars", "repeat deposit, ETH");
    }

    function test_gas_deposit_Token() public {
        vault.depositToken(alice, 1, 1e18);
        vm.snapshotGasLastCall("Bars", "repeat deposit, ERC-20");
    }

    function test_gas_slash_OneAsset() public {
        uint16 bob = _register("bob");
        _deposit(bob, 10 ether);
        vm.prank(SLASHER);
        vault.slash(bob, 1 ether, reporter);
        vm.snapshotGasLastCall("Bond", "slash, one asset, first reward");
    }

    function test_gas_slash_FourAssets() public {
        _depositAsset(alice, 2, 10e18);
        _depositAsset(alice, 3, 1000e6);
        vm.prank(SLASHER);
        vault.slash(alice, 1 ether, reporter);
        vm.snapshotGasLastCall("Bond", "slash, four assets, first reward");
    }

    function test_gas_delegate_ToAPoolInUse() public {
        _deposit(alice, 10 ether);
        _delegate("dora", alice, 1 ether);
        address emil = makeAddr("emil");
        deal(emil, 1 ether);
        vm.prank(emil);
        vault.delegate{value: 1 ether}(alice);
        vm.snapshotGasLastCall("Bond", "delegate, ETH, first");
    }
}
