// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DelegatorActions} from "./DelegatorActions.sol";
import {Leg} from "@rota/contracts/interfaces/IProceedsSplitter.sol";
import {BuybackBurner} from "@rota/contracts/proceeds/BuybackBurner.sol";
import {ProceedsSplitter} from "@rota/contracts/proceeds/ProceedsSplitter.sol";
import {RewardPool} from "@rota/contracts/proceeds/RewardPool.sol";

/// @notice What becomes of proceeds, fees and issuance: whoever tends them, buyers, payees, and governance's levers.
abstract contract ProceedsActions is DelegatorActions {
    /* SPLITTER */
    /// @dev Beside what the auctions bring, which is seldom.
    function giveProceeds(uint256 seed) external action(seed) {
        ProceedsSplitter splitter = rota.splitter;
        uint256 amount = _roll(4) == 0 ? _roll(20) : _roll(1 ether);
        uint256 before = _owed(splitter);
        if (!_try("giveProceeds", stranger, address(splitter), amount)) return;
        _check(81, _owed(splitter) == before + amount, "an arrival was not divided to the wei");
    }

    function payLeg(uint256 seed) external action(seed) {
        ProceedsSplitter splitter = rota.splitter;
        Leg leg = Leg(_roll(4));
        uint256 owed = splitter.owed(leg);
        if (owed == 0 && _spared()) return;
        uint256 before = splitter.receiverOf(leg).balance;
        bool ok = _try("payLeg", stranger, address(splitter), abi.encodeCall(splitter.pay, (leg)));
        _check(81, !ok || splitter.receiverOf(leg).balance == before + owed, "a leg was paid another amount");
    }

    /// @dev Now and then out of range, or not the whole.
    function setShares(uint256 seed) external action(seed) {
        if (rota.splitter.sharesAt(registry.currentEpoch())[0] == 0 && _spared()) return;
        uint16 publicGoods = uint16(500 + _roll(_roll(8) == 0 ? 5500 : 3000));
        uint16 burned = uint16(_roll(2000));
        uint16 bought = uint16(_roll(2000));
        uint16 rest = 10_000 - publicGoods - burned - bought;
        if (_roll(8) == 0) ++rest;
        address sender = _roll(8) == 0 ? stranger : registry.governance();
        _try(
            "setShares",
            sender,
            address(rota.splitter),
            abi.encodeCall(rota.splitter.setShares, ([rest, publicGoods, burned, bought]))
        );
    }

    /* BURNER */
    function buyLot(uint256 seed) external action(seed) {
        BuybackBurner burner = rota.burner;
        (uint256 lot, uint256 cost, uint256 price) = burner.offer();
        if (lot == 0 && _spared()) return;
        token.mint(stranger, cost);
        vm.prank(stranger);
        token.approve(address(burner), cost);
        // Now and then for less than it costs.
        uint256 most = _roll(8) == 0 && cost != 0 ? cost - 1 : cost;
        address to = _roll(8) == 0 ? refusing : makeAddr("buyer");
        (uint256 held, uint256 burned) = (to.balance, token.balanceOf(burner.BURN_ADDRESS()));
        if (!_try("buyLot", stranger, address(burner), abi.encodeCall(burner.buy, (lot, most, to)))) return;
        _check(82, to.balance == held + lot, "a buyer did not get its lot");
        _check(82, token.balanceOf(burner.BURN_ADDRESS()) == burned + cost, "what was paid was not burned");
        _check(82, lot <= burner.MAX_LOT() && price >= burner.MIN_PRICE(), "a lot out of bounds");
        (,, uint256 next) = burner.offer();
        _check(82, next <= 2 * price && next <= burner.MAX_PRICE(), "a restart above twice the sale");
    }

    /* REWARDS */
    function sendFees(uint256 seed) external action(seed) {
        RewardPool pool = rota.rewards;
        if (_roll(2) == 0) token.mint(address(pool), _roll(400e18));
        _try("sendFees", stranger, address(pool), _roll(1 ether));
    }

    function finalize(uint256 seed) external action(seed) {
        RewardPool pool = rota.rewards;
        uint64 epoch = pool.nextEpoch();
        uint256 due = schedule.startOfEpoch(epoch + 1) + config.disputePeriod;
        if (_now() < due) {
            // Not all of the time that is missing: the other actors shall act in it.
            if (_roll(3) != 0) return;
            if (due < _now() + 300 && _roll(4) != 0) _reach(due);
        }
        epoch = pool.nextEpoch();
        if (_roll(8) == 0) epoch += uint64(_roll(3));
        _tryFinalize(epoch);
    }

    function claimReward(uint256 seed) external action(seed) {
        RewardPool pool = rota.rewards;
        uint16 from = _anyOperator();
        for (uint16 i; i < registry.operatorCount(); ++i) {
            uint16 id = 1 + (from + i) % registry.operatorCount();
            bool ofToken = _roll(2) == 0;
            (uint256 released,) = pool.rewardOf(id, ofToken);
            if (released == 0) continue;
            address payee = registry.payeeOf(id);
            uint256 before = ofToken ? token.balanceOf(payee) : payee.balance;
            if (!_try("claimReward", stranger, address(pool), abi.encodeCall(pool.claim, (id, ofToken)))) return;
            uint256 afterwards = ofToken ? token.balanceOf(payee) : payee.balance;
            _check(85, afterwards == before + released, "a claim paid another amount than was released");
            return;
        }
        if (_spared()) return;
        _try("claimReward", stranger, address(pool), abi.encodeCall(pool.claim, (from, false)));
    }

    function claimDelegated(uint256 seed) external action(seed) {
        RewardPool pool = rota.rewards;
        uint16 from = _anyOperator();
        address holder = _delegator(_roll(DELEGATORS));
        bool ofToken = _roll(2) == 0;
        for (uint16 i; i < registry.operatorCount(); ++i) {
            uint256 id = vault.idOf(1 + (from + i) % registry.operatorCount(), uint8(_roll(2)));
            uint256 released = pool.rewardOf(holder, id, ofToken);
            if (released == 0) continue;
            uint256 before = ofToken ? token.balanceOf(holder) : holder.balance;
            bytes memory data = abi.encodeCall(pool.claimDelegated, (id, ofToken, holder));
            if (!_try("claimDelegated", holder, address(pool), data)) return;
            uint256 afterwards = ofToken ? token.balanceOf(holder) : holder.balance;
            _check(85, afterwards == before + released, "a delegator was paid another amount than was released");
            return;
        }
    }

    function setEmission(uint256 seed) external action(seed) {
        RewardPool pool = rota.rewards;
        uint64 epoch = registry.currentEpoch();
        if (pool.nextEpoch() < _emissionFrom && _spared()) return;
        // From 1,100e18 at most.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint96 emission = uint96(_roll(1100e18));
        address sender = _roll(8) == 0 ? stranger : registry.governance();
        bytes32 decided = _emissionsUntil(epoch + 2);
        if (!_try("setEmission", sender, address(pool), abi.encodeCall(pool.setEmission, (emission)))) return;
        _check(87, _emissionsUntil(epoch + 2) == decided, "the issuance of an epoch that is still to be paid changed");
        _emissionFrom = epoch + 2;
    }

    /* INTERNAL */
    /// @dev Of every epoch that is still to be paid, up to `last` exclusive.
    function _emissionsUntil(uint64 last) private view returns (bytes32 all) {
        for (uint64 epoch = rota.rewards.nextEpoch(); epoch < last; ++epoch) {
            all = keccak256(abi.encode(all, rota.rewards.emissionAt(epoch)));
        }
    }

    function _try(string memory name, address sender, address to, uint256 value) internal returns (bool ok) {
        (ok,) = _try(name, sender, to, value, "");
    }

    /// @dev An epoch pays its served slots, the same for each, within the rates, once.
    function _tryFinalize(uint64 epoch) private {
        RewardPool pool = rota.rewards;
        uint256[2] memory there = [pool.undivided(false), pool.undivided(true)];
        uint256[2] memory before = [pool.unpaid(false), pool.unpaid(true)];
        if (!_try("finalize", stranger, address(pool), abi.encodeCall(pool.finalize, (epoch)))) return;
        _check(86, pool.nextEpoch() == epoch + 1, "an epoch can be paid again");
        uint256 slots = config.clock.slotsPerEpoch;
        uint256 served;
        uint16[] memory servers = schedule.servedIn(epoch);
        for (uint64 i; i < slots; ++i) {
            if (servers[i] == 0) continue;
            ++served;
            uint64 slot = epoch * uint64(slots) + i;
            _check(86, servers[i] == schedule.holderAt(slot, type(uint256).max), "who did not hold was paid");
        }
        uint256 issued = pool.emissionAt(epoch);
        if (issued > there[1]) issued = there[1];
        _check(87, pool.unpaid(false) - before[0] == there[0] / pool.FEE_EPOCHS() / slots * served, "fees");
        _check(87, pool.unpaid(true) - before[1] == issued / slots * served, "issuance");
    }

    function _owed(ProceedsSplitter splitter) private view returns (uint256 owed) {
        for (uint256 i; i < 4; ++i) {
            owed += splitter.owed(Leg(i));
        }
    }

    /* STORAGE */
    uint64 private _emissionFrom;
}
