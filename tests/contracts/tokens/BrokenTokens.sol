// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PlainToken} from "./PlainToken.sol";

/// @notice Says no by `false` instead of by a revert, as soon as it is told to.
contract FalseToken is PlainToken {
    bool public refuses;

    function refuse() external {
        refuses = true;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return !refuses && super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return !refuses && super.transferFrom(from, to, amount);
    }
}

/// @notice Says yes and moves nothing.
contract LyingToken is PlainToken {
    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return true;
    }
}

/// @notice Keeps a hundredth of every transfer.
contract FeeToken is PlainToken {
    function _update(address from, address to, uint256 amount) internal virtual override {
        uint256 fee = from == address(0) || to == address(0) || _isExempt(from) ? 0 : amount / 100;
        super._update(from, to, amount - fee);
        if (fee > 0) super._update(from, address(0), fee);
    }

    function _isExempt(address) internal view virtual returns (bool) {
        return false;
    }
}

/// @notice Reverts on every transfer to an address that it blocks.
contract BlockingToken is PlainToken {
    mapping(address account => bool) public blocked;

    function block_(address account) external {
        blocked[account] = true;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!blocked[to], "blocked");
        super._update(from, to, amount);
    }
}

/// @notice Moves balances and returns nothing, as tokens did before the standard was final.
contract SilentToken {
    mapping(address account => uint256) public balanceOf;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) internal {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice Calls a contract of somebody's choice in the middle of a transfer, once, and hands on what that reverts with. Keeps a
/// hundredth of every transfer but of its own.
contract ReentrantToken is FeeToken {
    address public target;
    bytes public data;

    function arm(address target_, bytes calldata data_) external {
        (target, data) = (target_, data_);
    }

    function _isExempt(address from) internal view override returns (bool) {
        return from == address(this);
    }

    function approveFor(address owner, address spender, uint256 amount) external {
        _approve(owner, spender, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        address armed = target;
        if (armed == address(0)) return;
        target = address(0);
        (bool ok, bytes memory reason) = armed.call(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
    }
}
