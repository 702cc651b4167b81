// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice Takes no ETH.
contract RefusingReceiver {
    receive() external payable {
        revert("no");
    }
}

/// @notice Calls back when it is paid, and keeps what came of it.
contract ReentrantReceiver {
    address internal _target;
    bytes internal _data;
    bool public called;
    bool public succeeded;
    bytes public answer;

    function arm(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    receive() external payable {
        if (!called) _callBack();
    }

    function _callBack() internal {
        called = true;
        (succeeded, answer) = _target.call(_data);
    }
}
