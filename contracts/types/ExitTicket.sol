// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev Names what a holder's exits of one pool with one release are kept under, lowest bits first: 24 bits number of the release |
/// 8 bits kind (0: elastic, 1: core) | 16 bits generation of the shares | 8 bits asset | 200 bits zero.
type ExitTicket is uint256;

using {release, isCore, generation, asset} for ExitTicket global;

/// @param release_ 24 bits. @param generation_ 16 bits. @param asset_ 8 bits.
function toExitTicket(uint256 asset_, uint256 generation_, bool core, uint256 release_) pure returns (ExitTicket) {
    return ExitTicket.wrap(asset_ << 48 | generation_ << 32 | uint256(core ? 1 : 0) << 24 | release_);
}

function release(ExitTicket self) pure returns (uint256) {
    return uint24(ExitTicket.unwrap(self));
}

function isCore(ExitTicket self) pure returns (bool) {
    return uint8(ExitTicket.unwrap(self) >> 24) != 0;
}

function generation(ExitTicket self) pure returns (uint256) {
    return uint16(ExitTicket.unwrap(self) >> 32);
}

function asset(ExitTicket self) pure returns (uint256) {
    return ExitTicket.unwrap(self) >> 48;
}
