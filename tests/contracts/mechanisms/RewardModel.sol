// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice What {IRewardPool} says of the rewards of one operator's delegators in one asset, in plain numbers.
/// @param supply Shares of all of them.
/// @param perShare Released since the beginning for a share, smallest units x 2^96.
/// @param locked Not released yet: evenly from `since` to `until`, L1 seconds.
/// @param shares By holder, as everything below. @param seen `perShare` up to which `due` counts. @param due Not claimed yet.
struct RewardModel {
    uint256 supply;
    uint256 perShare;
    uint256 locked;
    uint256 since;
    uint256 until;
    mapping(address => uint256) shares;
    mapping(address => uint256) seen;
    mapping(address => uint256) due;
}

using RewardModelLib for RewardModel global;

/// @dev Every release is divided among all shares and every account settled among them, both rounded down: so what holders get
/// depends on when it is counted, which is whenever the pool writes an account.
library RewardModelLib {
    /// @notice Half at once, of an odd amount the larger one; half over `period`, seconds. What is locked already and what comes
    /// now end together, at the mean of their ends.
    function credit(RewardModel storage self, uint256 amount, uint256 time, uint256 period) internal {
        if (amount == 0) return;
        uint256 half = amount / 2;
        _release(self, time);
        self.perShare += ((amount - half) << 96) / self.supply;
        if (half == 0) return;
        uint256 left = self.locked == 0 ? 0 : self.until - time;
        self.until = time + (self.locked * left + half * period) / (self.locked + half);
        self.since = time;
        self.locked += half;
    }

    /// @notice Shares that change hands; zero: minted or burned.
    function move(RewardModel storage self, address from, address to, uint256 count, uint256 time) internal {
        _release(self, time);
        _settle(self, from);
        _settle(self, to);
        if (from == address(0)) self.supply += count;
        else self.shares[from] -= count;
        if (to == address(0)) self.supply -= count;
        else self.shares[to] += count;
    }

    /// @return amount What a holder can claim.
    function claim(RewardModel storage self, address holder, uint256 time) internal returns (uint256 amount) {
        _release(self, time);
        _settle(self, holder);
        amount = self.due[holder];
        self.due[holder] = 0;
    }

    function _release(RewardModel storage self, uint256 time) private {
        if (self.locked == 0) return;
        uint256 amount =
            time >= self.until ? self.locked : self.locked * (time - self.since) / (self.until - self.since);
        self.locked -= amount;
        self.since = time;
        self.perShare += (amount << 96) / self.supply;
    }

    function _settle(RewardModel storage self, address holder) private {
        self.due[holder] += self.shares[holder] * (self.perShare - self.seen[holder]) >> 96;
        self.seen[holder] = self.perShare;
    }
}
