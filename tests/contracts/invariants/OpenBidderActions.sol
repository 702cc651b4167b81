// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {HandlerBase} from "./HandlerBase.sol";
import {Refusal} from "@rota/contracts/interfaces/IOpenBidAuction.sol";
import {EpochPhase} from "@rota/contracts/types/Types.sol";

/// @notice What bidders of the open auction do, and who tends their epochs.
abstract contract OpenBidderActions is HandlerBase {
    /// @dev Highest price ever bid for a slot, gwei.
    mapping(uint64 epoch => mapping(uint256 index => uint256)) private _highest;

    /* BALANCES */
    function fundOpen(uint256 seed) external action(seed) {
        uint16 id = _roll(8) == 0 ? 99 : _anyOperator();
        uint256 amount = _roll(8) == 0 ? _roll(3) : _roll(1e9) * 1 gwei;
        _try("open.deposit", stranger, address(openAuction), amount, abi.encodeCall(openAuction.deposit, (id)));
    }

    function withdrawOpen(uint256 seed) external action(seed) {
        uint16 id = _anyOperator();
        uint256 free = openAuction.freeBalanceOf(id);
        if (free == 0 && _spared()) return;
        uint256 amount = _roll(8) == 0 ? free + 1 gwei : (1 + _roll(free / 1 gwei + 1) / 20) * 1 gwei;
        address sender = _roll(8) == 0 ? stranger : registry.ownerOf(id);
        _try("open.withdraw", sender, address(openAuction), abi.encodeCall(openAuction.withdraw, (id, amount)));
    }

    function withdrawOpenProceeds(uint256 seed) external action(seed) {
        if (openAuction.proceeds() == 0 && (_spared() || _spared())) return;
        bytes memory data = abi.encodeCall(openAuction.withdrawProceeds, ());
        _try("open.withdrawProceeds", stranger, address(openAuction), data);
    }

    /* BIDDING */
    /// @dev Several at once, so that slots are contested.
    function enterAll(uint256 seed) external action(seed) {
        if (_roll(4) == 0) _reach(schedule.startOfEpoch(registry.currentEpoch() + 1));
        uint64 epoch = registry.currentEpoch() + 2;
        for (uint256 i; i < operators.length; ++i) {
            uint16 id = operators[i].id;
            bool sold = address(schedule.firstPolicyOf(epoch)) == openAuction.POLICY();
            bool misplaced = !(sold && registry.isEligible(id, epoch));
            if (misplaced ? _roll(24) != 0 : _roll(4) == 0) continue;
            if (vault.bondOf(id) < 3 ether && _roll(4) != 0) _bond(id, 3 ether);
            if (openAuction.freeBalanceOf(id) < 0.1 ether) _fundOpen(id, 1 ether);
            address sender = _roll(16) == 0 ? stranger : _acting(id, registry.currentEpoch()).sequencer;
            _try("enter", sender, address(openAuction), abi.encodeCall(openAuction.enter, (id, epoch)));
        }
    }

    function bidOpen(uint256 seed) external action(seed) {
        (uint16 id, uint64 epoch, address agent) = _anyEntered();
        if (id == 0 && _spared()) return;
        uint256 index = _roll(16) == 0 ? 99 : _roll(config.clock.slotsPerEpoch);
        uint256 least = 1;
        if (index != 99 && epoch >= 2) (,,, least) = openAuction.bidOf(epoch, index);
        uint256 price = _roll(8) == 0 ? least - 1 : least + _roll(least / 10 + 1);
        (uint16 rival, uint256 held) = _leaderOf(epoch, index);
        uint256 before = rival == 0 ? 0 : openAuction.freeBalanceOf(rival);
        bytes memory data = abi.encodeCall(openAuction.bid, (id, epoch, index, price));
        if (!_try("bid", _roll(16) == 0 ? stranger : agent, address(openAuction), data)) return;
        _check(27, price > _highest[epoch][index], "a lower bid took a slot");
        _highest[epoch][index] = price;
        if (rival != 0) {
            uint256 afterwards = openAuction.freeBalanceOf(rival);
            _check(27, afterwards == before + held * 1 gwei, "who was outbid was not credited at once");
        }
    }

    function bidMany(uint256 seed) external action(seed) {
        (uint16 id, uint64 epoch, address agent) = _anyEntered();
        if (id == 0) return;
        uint8[] memory indices = new uint8[](5);
        uint48[] memory prices = new uint48[](5);
        for (uint256 i; i < 5; ++i) {
            // Now and then the same slot twice, or none.
            indices[i] = uint8(_roll(config.clock.slotsPerEpoch + 1));
            prices[i] = uint48(1_000_000 + _roll(2_000_000));
        }
        uint256 free = openAuction.freeBalanceOf(id);
        (bool ok, bytes memory answer) = _try(
            "bidBatch",
            agent,
            address(openAuction),
            0,
            abi.encodeCall(openAuction.bidBatch, (id, epoch, indices, prices))
        );
        if (!ok) return;
        Refusal[] memory refusals = abi.decode(answer, (Refusal[]));
        uint256 paid;
        for (uint256 i; i < 5; ++i) {
            if (refusals[i] != Refusal.None) continue;
            paid += uint256(prices[i]) * 1 gwei;
            (uint16 leader, uint256 price) = _leaderOf(epoch, indices[i]);
            _check(27, leader == id && price == prices[i], "a bid was reported and not placed");
            _check(27, price > _highest[epoch][indices[i]], "a lower bid took a slot");
            _highest[epoch][indices[i]] = price;
        }
        _check(27, openAuction.freeBalanceOf(id) == free - paid, "a batch cost another amount than its bids");
    }

    /* AFTERWARDS */
    function refundOpen(uint256 seed) external action(seed) {
        uint64 epoch = _pastEpoch();
        uint64 next = registry.currentEpoch() + 1;
        if (openAuction.heldOf(next) != 0 && _phaseOf(next) != EpochPhase.Frozen && _roll(2) == 0) {
            // Now and then one that nobody freezes in time.
            _reach(schedule.startOfEpoch(next));
            epoch = next;
        }
        if (openAuction.heldOf(epoch) == 0 && _spared()) return;
        if (_allAssigned(epoch) && (_spared() || _spared())) return;
        _try("open.refund", stranger, address(openAuction), abi.encodeCall(openAuction.refund, (epoch)));
    }

    function closeOpen(uint256 seed) external action(seed) {
        uint64 epoch = _pastEpoch();
        if (openAuction.heldOf(epoch) == 0 && _spared()) return;
        uint256 due = schedule.startOfEpoch(epoch + 1) + config.disputePeriod;
        if (_now() < due && _roll(4) != 0) return;
        uint256 assigned = _paidForAssigned(epoch);
        uint256 before = openAuction.proceeds();
        bool ok = _try("open.close", stranger, address(openAuction), abi.encodeCall(openAuction.close, (epoch)));
        _check(
            28, !ok || openAuction.proceeds() == before + assigned, "proceeds are not what was paid for what was got"
        );
    }

    /* INTERNAL */
    /// @dev Who bid highest has its slot; every other slot is of the closed set or the reserve's.
    function _checkLeaders(uint64 epoch) internal {
        uint16[] memory slots = schedule.slotsOf(epoch);
        uint16[] memory leaders = openAuction.leadersOf(epoch);
        for (uint256 i; i < slots.length; ++i) {
            if (leaders[i] != 0) _check(28, slots[i] == leaders[i], "the highest bidder has not got its slot");
            else _check(7, slots[i] == 0 || registry.isEligible(slots[i], epoch), "a slot is of no one in the set");
        }
    }

    function _leaderOf(uint64 epoch, uint256 index) private view returns (uint16 operator, uint256 priceGwei) {
        if (epoch < 2 || index >= config.clock.slotsPerEpoch) return (0, 0);
        (operator, priceGwei,,) = openAuction.bidOf(epoch, index);
    }

    /// @dev Somebody who can bid now, if anybody can.
    function _anyEntered() private returns (uint16 id, uint64 epoch, address agent) {
        epoch = registry.currentEpoch() + 2;
        uint256 from = _roll(operators.length);
        for (uint256 i; i < operators.length; ++i) {
            id = operators[(from + i) % operators.length].id;
            uint64 entered;
            (entered, agent,) = openAuction.bidderOf(id);
            if (entered == epoch) return (id, epoch, agent);
        }
        return (0, epoch, stranger);
    }

    /// @dev One that holds money and has begun, if there is any.
    function _pastEpoch() private view returns (uint64 epoch) {
        uint64 current = registry.currentEpoch();
        for (epoch = current > 5 ? current - 4 : 2; epoch < current; ++epoch) {
            if (openAuction.heldOf(epoch) != 0) return epoch;
        }
        return current;
    }

    function _allAssigned(uint64 epoch) private view returns (bool) {
        return _paidForAssigned(epoch) == openAuction.heldOf(epoch);
    }

    /// @dev Of an epoch that the schedule still knows.
    function _paidForAssigned(uint64 epoch) private view returns (uint256 paid) {
        if (openAuction.heldOf(epoch) == 0) return 0;
        uint16[] memory slots = schedule.slotsOf(epoch);
        for (uint256 i; i < slots.length; ++i) {
            (uint16 leader, uint256 price) = _leaderOf(epoch, i);
            if (leader != 0 && leader == slots[i]) paid += price * 1 gwei;
        }
    }
}
