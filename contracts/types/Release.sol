// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev All exits of one pool with one release time, lowest bits first: 72 bits shares not claimed yet | 72 bits quanta for them, once
/// they are out of the pool | 112 bits zero.
type Release is uint256;

using {shares, quanta, addShares, dropShares, settle, take} for Release global;

function shares(Release self) pure returns (uint256) {
    return uint72(Release.unwrap(self));
}

function quanta(Release self) pure returns (uint256) {
    return uint72(Release.unwrap(self) >> 72);
}

/// @param count Of the pool's shares, so their sum has 72 bits.
function addShares(Release self, uint256 count) pure returns (Release) {
    return Release.wrap(Release.unwrap(self) + count);
}

/// @param count Shares that are in it.
function dropShares(Release self, uint256 count) pure returns (Release) {
    return Release.wrap(Release.unwrap(self) - count);
}

/// @notice What its shares were worth when they left the pool.
function settle(Release self, uint256 quanta_) pure returns (Release) {
    return Release.wrap(quanta_ << 72 | self.shares());
}

/// @notice Takes out `count` shares and their part of the quanta, rounded down; the last ones get what is left.
function take(Release self, uint256 count) pure returns (Release, uint256 quanta_) {
    quanta_ = self.quanta() * count / self.shares();
    return (Release.wrap(Release.unwrap(self) - (quanta_ << 72 | count)), quanta_);
}
