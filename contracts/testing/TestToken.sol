// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title Test token
/// @notice The bond token of devnets and tests: anybody mints any amount, so it is worth nothing.
contract TestToken is ERC20 {
    constructor() ERC20("Rota test token", "TEST") {}

    /// @param amount Smallest units, 1e18 a token.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}
