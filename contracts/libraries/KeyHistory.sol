// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {KeyWord, toKeyWord} from "../types/KeyWord.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @dev The latest key stands in a word of its own: whoever asks for an epoch in which it is valid reads nothing else.
struct KeyHistory {
    KeyWord latest;
    Checkpoints.Trace160 earlier;
}

/// @title Key history
/// @notice A key that changes from an epoch on; the answer for every earlier epoch stays what it was.
library KeyHistoryLib {
    using Checkpoints for Checkpoints.Trace160;

    /// @return The key valid in `epoch`; zero before the first one.
    function keyAt(KeyHistory storage self, uint64 epoch) internal view returns (address) {
        KeyWord word = self.latest;
        if (epoch >= word.activeFrom()) return word.key();
        return address(self.earlier.upperLookupRecent(epoch));
    }

    /// @notice Sets the key from an epoch on, replacing a key that was to begin in the same epoch.
    /// @param from First epoch of the key; never below that of the key set before.
    function set(KeyHistory storage self, address key, uint32 from) internal {
        KeyWord word = self.latest;
        if (word.key() != address(0) && word.activeFrom() != from) {
            self.earlier.push(word.activeFrom(), uint160(word.key()));
        }
        self.latest = toKeyWord(key, from);
    }
}
