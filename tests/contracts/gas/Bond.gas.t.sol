// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondedTest} from "../BondedTest.sol";

/// @notice A deposit into a bond that has both assets, by an account that has deposited before and keeps some of the token. It
/// approved the vault once, without bound, as who deposits repeatedly does: OpenZeppelin's token then writes no allowance.
contract Bond_Gas_Test is BondedTest {
    uint16 internal alice;

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
}
