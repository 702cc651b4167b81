// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IBaton} from "@rota/contracts/interfaces/IBaton.sol";
import {IRotationTarget} from "@rota/contracts/interfaces/IRotationTarget.sol";

/// @notice Takes the batcher, or does the worst a target can do to whoever calls it.
contract FickleTarget is IRotationTarget {
    enum Mood {
        Obeys,
        Reverts,
        BurnsGas,
        RevertsWithABomb,
        ComesBack
    }

    Mood public mood;
    address public batcher;

    function set(Mood mood_) external {
        mood = mood_;
    }

    function rotate(address batcher_) external {
        if (mood == Mood.Reverts) revert("no");
        assembly ("memory-safe") {
            if eq(sload(mood.slot), 2) { invalid() }
            if eq(sload(mood.slot), 3) { revert(0, 150000) }
        }
        if (mood == Mood.ComesBack) {
            (bool ok,) = msg.sender.call(abi.encodeCall(IBaton.takeOver, ()));
            require(!ok, "took over");
        }
        batcher = batcher_;
    }
}
