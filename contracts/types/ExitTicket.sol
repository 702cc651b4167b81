// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @dev Bond on its way out, lowest bits first: 128 bits amount, the asset's smallest unit (zero: the place is free) |
/// 64 bits release time, L1 seconds | 8 bits asset (0: ETH, 1: the ERC-20) | 56 bits zero.
type ExitTicket is uint256;

using {amount, releaseTime, isToken, isFree, withAmount} for ExitTicket global;

function toExitTicket(bool token, uint256 amount_, uint256 releaseTime_) pure returns (ExitTicket) {
    return ExitTicket.wrap(
        uint256(token ? 1 : 0) << 192 | uint256(SafeCast.toUint64(releaseTime_)) << 128 | SafeCast.toUint128(amount_)
    );
}

function amount(ExitTicket self) pure returns (uint256) {
    return uint128(ExitTicket.unwrap(self));
}

function releaseTime(ExitTicket self) pure returns (uint256) {
    return uint64(ExitTicket.unwrap(self) >> 128);
}

function isToken(ExitTicket self) pure returns (bool) {
    return ExitTicket.unwrap(self) >> 192 != 0;
}

function isFree(ExitTicket self) pure returns (bool) {
    return self.amount() == 0;
}

function withAmount(ExitTicket self, uint256 amount_) pure returns (ExitTicket) {
    return toExitTicket(self.isToken(), amount_, self.releaseTime());
}
