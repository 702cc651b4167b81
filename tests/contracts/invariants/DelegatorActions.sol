// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {HandlerBase} from "./HandlerBase.sol";

/// @notice What delegators do with operators' pools, and operators with what they promise.
abstract contract DelegatorActions is HandlerBase {
    uint256 internal constant DELEGATORS = 4;

    /* DELEGATION */
    function delegate(uint256 seed) external action(seed) {
        (uint16 id, address holder) = (_anyOperator(), _delegator(_roll(DELEGATORS)));
        uint256 most = 9 * vault.selfBondOf(id);
        uint256 there = vault.bondOf(id) - vault.selfBondOf(id);
        uint256 room = most > there ? _whole(most - there) : 0;
        if (room < config.vault.minDeposit && _spared()) return;
        if (_roll(3) == 0) return _delegateToken(id, holder, room);
        uint256 amount = _roll(6) == 0 ? room : _whole(_roll(5 ether));
        if (amount > room) amount = room;
        // Now and then just too much.
        if (_roll(8) == 0) amount = room + config.vault.minDeposit;
        _try("delegate", holder, address(vault), amount, abi.encodeCall(vault.delegate, (id)));
        _check(36, vault.bondOf(id) - vault.selfBondOf(id) <= most + 4 gwei || there > most, "too much was delegated");
    }

    function undelegate(uint256 seed) external action(seed) {
        (uint256 id, address holder, uint256 shares) = _holding();
        if (shares == 0) {
            // Of a generation that is over, or none at all.
            if (_spared()) return;
            shares = 1;
        }
        uint256 asked = _roll(3) == 0 ? shares : 1 + _roll(shares);
        uint256 before = vault.slashableOf(uint16(id >> 24));
        bytes memory data = abi.encodeCall(vault.undelegate, (id, asked));
        if (!_try("undelegate", holder, address(vault), data)) return;
        _check(37, vault.slashableOf(uint16(id >> 24)) == before, "an exit that is not released left the pool");
    }

    function transferShares(uint256 seed) external action(seed) {
        (uint256 id, address holder, uint256 shares) = _holding();
        if (shares == 0 && _spared()) return;
        uint256 bonded = vault.bondOf(uint16(id >> 24));
        address to = _delegator(_roll(DELEGATORS));
        bytes memory data = abi.encodeCall(vault.transfer, (to, id, _roll(shares + 1)));
        if (!_try("transferShares", holder, address(vault), data)) return;
        _check(37, vault.bondOf(uint16(id >> 24)) == bonded, "a transfer changed a bond");
    }

    function delegateSelfBond(uint256 seed) external action(seed) {
        uint16 id = _anyOperator();
        (uint256 required,) = pledges.requiredOf(id);
        uint256 own = vault.selfBondOf(id);
        uint256 bonded = vault.bondOf(id);
        uint256 keep = vault.MIN_BOND();
        // A tenth of all must stay its own.
        if (bonded / 10 + 1 gwei > keep) keep = bonded / 10 + 1 gwei;
        if (required > keep) keep = required;
        uint256 spare = own > keep ? own - keep : 0;
        if (spare > _own(id, 0)) spare = _own(id, 0);
        if (_whole(spare) == 0 && _spared()) return;
        uint256 amount = _whole(_roll(6) == 0 ? spare + 2 gwei : 1 gwei + _roll(spare + 1));
        bytes memory data = abi.encodeCall(vault.delegateSelfBond, (id, 0, amount, _delegator(_roll(DELEGATORS))));
        if (!_try("delegateSelfBond", registry.ownerOf(id), address(vault), data)) return;
        _check(33, vault.selfBondOf(id) >= vault.MIN_BOND(), "a transfer left less than the core");
        (required,) = pledges.requiredOf(id);
        _check(33, vault.selfBondOf(id) >= required, "a transfer gave away what locks and pledge ask for");
    }

    /* PROMISES */
    function setPledge(uint256 seed) external action(seed) {
        uint16 id = _anyOperator();
        uint64 epoch = registry.currentEpoch();
        uint256 drawn = pledges.pledgeAt(id, epoch + 2);
        if (pledges.pledgeAt(id, epoch) != drawn && _spared()) return;
        uint256 value = _roll(3) == 0 ? 0 : _whole(_roll(vault.bondOf(id) + 1 ether));
        address sender = _roll(8) == 0 ? stranger : registry.ownerOf(id);
        if (!_try("setPledge", sender, address(pledges), abi.encodeCall(pledges.setPledge, (id, value)))) return;
        _check(38, pledges.pledgeAt(id, epoch + 2) == drawn, "a pledge that a weight was drawn from changed");
    }

    function setCommission(uint256 seed) external action(seed) {
        uint16 id = _anyOperator();
        uint64 epoch = registry.currentEpoch();
        if (epoch < _commissionMovableFrom[id] && _spared()) return;
        uint256 now_ = pledges.commissionAt(id, epoch);
        uint16 bps = uint16(_roll(now_ + 101 + (_roll(8) == 0 ? 50 : 0)));
        bytes32 decided = _commissionsUntil(id, epoch + 2);
        bytes memory data = abi.encodeCall(pledges.setCommission, (id, bps));
        if (!_try("setCommission", registry.ownerOf(id), address(pledges), data)) return;
        _check(38, bps <= 3000 && bps <= now_ + 100, "commission rose too fast");
        _check(
            38,
            _commissionsUntil(id, epoch + 2) == decided,
            "the commission of an epoch that rewards are due for changed"
        );
        uint64 from = epoch + 2;
        while (pledges.commissionAt(id, from) != bps) ++from;
        _commissionMovableFrom[id] = uint64(from + config.ring - 2);
    }

    function moveLock(uint256 seed) external action(seed) {
        uint64 epoch = registry.currentEpoch();
        uint256[3] memory decided =
            [pledges.lockPerSlotAt(epoch), pledges.lockPerSlotAt(epoch + 1), pledges.lockPerSlotAt(epoch + 2)];
        if (_movedLock && _lockMovedIn == epoch && _spared()) return;
        if (!_try("moveLock", stranger, address(pledges), abi.encodeCall(pledges.moveLock, ()))) return;
        (_movedLock, _lockMovedIn) = (true, epoch);
        uint256 next = pledges.lockPerSlotAt(epoch + 3);
        uint256 step = next > decided[2] ? next - decided[2] : decided[2] - next;
        _check(38, step <= decided[2] / 8, "the lock moved by more than an eighth");
        for (uint64 i; i < 3; ++i) {
            _check(38, pledges.lockPerSlotAt(epoch + i) == decided[i], "a lock that was decided moved");
        }
    }

    bool private _movedLock;
    uint64 private _lockMovedIn;
    mapping(uint16 operator => uint64 epoch) private _commissionMovableFrom;

    /* INTERNAL */
    function _delegateToken(uint16 id, address holder, uint256 room) private {
        uint256 amount = _whole(_roll(500e18));
        if (amount * vault.weightAt(1, registry.currentEpoch()) / 1e18 > room && _spared()) return;
        token.mint(holder, amount);
        vm.prank(holder);
        token.approve(address(vault), amount);
        _try("delegateToken", holder, address(vault), abi.encodeCall(vault.delegateToken, (id, 1, amount)));
    }

    /// @dev Of every epoch that rewards may be due for, up to `last` exclusive.
    function _commissionsUntil(uint16 id, uint64 last) private view returns (bytes32 all) {
        uint64 epoch = last > config.ring ? last - config.ring : 0;
        for (; epoch < last; ++epoch) {
            all = keccak256(abi.encode(all, pledges.commissionAt(id, epoch)));
        }
    }

    function _delegator(uint256 i) internal returns (address) {
        return makeAddr(string.concat("delegator ", vm.toString(i)));
    }

    /// @dev Somebody's shares of a current generation, if anybody has any.
    function _holding() private returns (uint256 id, address holder, uint256 shares) {
        uint256 count = registry.operatorCount();
        uint256 from = _roll(count * 2 * DELEGATORS);
        for (uint256 i; i < count * 2 * DELEGATORS; ++i) {
            uint256 place = (from + i) % (count * 2 * DELEGATORS);
            holder = _delegator(place % DELEGATORS);
            id = vault.idOf(uint16(1 + place / DELEGATORS / 2), uint8(place / DELEGATORS % 2));
            shares = vault.balanceOf(holder, id);
            if (shares != 0) return (id, holder, shares);
        }
    }

    function delegators() external returns (address[] memory all) {
        all = new address[](DELEGATORS);
        for (uint256 i; i < DELEGATORS; ++i) {
            all[i] = _delegator(i);
        }
    }
}
