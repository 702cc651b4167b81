// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

/// @title Votes token
/// @notice The governance token of devnets and tests: a fixed supply with votes and permits, as the OP token has, and
/// with what that lacks, a clock: {RotaGovernor} takes one of seconds alone.
/// @dev Votes count for whom they are delegated to, at first for nobody.
contract VotesToken is ERC20, ERC20Permit, ERC20Votes {
    /// @param holder Has the whole supply at first. @param supply Smallest units, 1e18 a token.
    constructor(address holder, uint256 supply) ERC20("Rota test votes", "VOTE") ERC20Permit("Rota test votes") {
        _mint(holder, supply);
    }

    /// @dev Seconds, not blocks: an L1 that misses blocks makes no vote longer.
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
