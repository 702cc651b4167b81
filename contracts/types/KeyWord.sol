// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev A key and the epoch from which it is valid, lowest bits first: 160 bits key | 32 bits first epoch | 64 bits zero.
type KeyWord is uint256;

using {key, activeFrom} for KeyWord global;

/// @param activeFrom_ First epoch in which the key is valid. 32 bits: at 8 s an epoch, a thousand years.
function toKeyWord(address key_, uint32 activeFrom_) pure returns (KeyWord) {
    return KeyWord.wrap(uint256(activeFrom_) << 160 | uint160(key_));
}

function key(KeyWord self) pure returns (address) {
    return address(uint160(KeyWord.unwrap(self)));
}

function activeFrom(KeyWord self) pure returns (uint32) {
    return uint32(KeyWord.unwrap(self) >> 160);
}
