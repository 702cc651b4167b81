// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {HandlerBase} from "./HandlerBase.sol";
import {ReferenceAuction} from "./ReferenceAuction.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";
import {Curve} from "@rota/contracts/types/Curve.sol";
import {EpochPhase} from "@rota/contracts/types/Types.sol";

/// @notice What bidders do, and who settles their rounds.
abstract contract BidderActions is HandlerBase {
    /// @dev What was committed to last; by operator and epoch.
    mapping(uint16 operator => mapping(uint64 epoch => Curve)) private _curves;
    mapping(uint64 epoch => uint16[]) internal _bidders;
    /// @dev As of the reveal.
    mapping(uint16 operator => mapping(uint64 epoch => uint32)) private _entity;
    /// @dev Epochs for which a bid was ever revealed.
    uint64[] internal _rounds;
    /// @notice What each operator won, at the settlement; stays when it is refunded.
    mapping(uint64 epoch => mapping(uint16 operator => uint256)) public won;

    function rounds() external view returns (uint64[] memory) {
        return _rounds;
    }

    /* BALANCES */
    function fund(uint256 seed) external action(seed) {
        uint16 id = _roll(8) == 0 ? 99 : _anyOperator();
        uint256 amount = _roll(8) == 0 ? 0 : _roll(1 ether);
        _try("auction.deposit", stranger, address(auction), amount, abi.encodeCall(auction.deposit, (id)));
    }

    function withdraw(uint256 seed) external action(seed) {
        uint16 id = _anyOperator();
        uint256 free = auction.freeBalanceOf(id);
        if (free == 0 && _spared()) return;
        uint256 amount = _roll(8) == 0 ? free + 1 : 1 + _roll(free + 1) / 20;
        address sender = _roll(8) == 0 ? stranger : registry.ownerOf(id);
        _try("auction.withdraw", sender, address(auction), abi.encodeCall(auction.withdraw, (id, amount)));
    }

    function withdrawProceeds(uint256 seed) external action(seed) {
        if (auction.withdrawableProceeds() == 0 && _spared()) return;
        _try("withdrawProceeds", stranger, address(auction), abi.encodeCall(auction.withdrawProceeds, ()));
    }

    /* BIDS */
    function commitBid(uint256 seed) external action(seed) {
        if (_roll(4) == 0) _toCommitWindow();
        _tryCommit(_anyOperator());
    }

    /// @dev Several at once, so that rounds are contested.
    function commitAll(uint256 seed) external action(seed) {
        _toCommitWindow();
        for (uint256 i; i < operators.length; ++i) {
            if (_roll(4) != 0) _tryCommit(operators[i].id);
        }
    }

    function revealBid(uint256 seed) external action(seed) {
        uint64 epoch = registry.currentEpoch() + 2;
        uint16 id = _committed(epoch);
        if (id == 0 && _spared()) return;
        if (id == 0) id = _anyOperator();
        (uint256 opens,) = auction.revealWindow(epoch);
        if (_roll(4) != 0) _reach(opens);
        _tryReveal(id, epoch);
    }

    function revealAll(uint256 seed) external action(seed) {
        uint64 epoch = registry.currentEpoch() + 2;
        uint16 id = _committed(epoch);
        if (id == 0) return;
        (uint256 opens,) = auction.revealWindow(epoch);
        _reach(opens);
        for (uint256 i; i < operators.length && id != 0; ++i) {
            if (_roll(8) != 0) _tryReveal(id, epoch);
            id = _committed(epoch);
        }
    }

    function forfeit(uint256 seed) external action(seed) {
        uint16 id = _anyOperator();
        uint64 current = registry.currentEpoch();
        uint64 epoch = current + uint64(_roll(3));
        for (uint16 i = 1; i <= registry.operatorCount(); ++i) {
            if (auction.pendingDepositOf(i) == 0) continue;
            for (uint64 e = current < 3 ? 2 : current - 1; e <= current + 2; ++e) {
                if (auction.committed(e, i) != 0) (id, epoch) = (i, e);
            }
        }
        (, uint256 closes) = auction.revealWindow(epoch < 2 ? 2 : epoch);
        if (auction.pendingDepositOf(id) == 0 ? _spared() : (_now() < closes && _roll(3) == 0)) return;
        if (_roll(3) == 0) _reach(closes);
        _try("forfeit", stranger, address(auction), abi.encodeCall(auction.forfeit, (epoch < 2 ? 2 : epoch, id)));
    }

    /* SETTLEMENT */
    function settle(uint256 seed) external action(seed) {
        uint64 epoch = registry.currentEpoch() + 1;
        if (auction.bidders(epoch < 2 ? 2 : epoch).length == 0 && _roll(2) == 0) {
            epoch = epoch + 1;
            if (auction.bidders(epoch).length != 0) _reach(schedule.startOfEpoch(epoch - 1));
        }
        _trySettle(epoch);
    }

    function refund(uint256 seed) external action(seed) {
        uint64 current = registry.currentEpoch();
        for (uint256 i = _rounds.length; i != 0; --i) {
            uint64 epoch = _rounds[i - 1];
            if (epoch + config.ring < current + 2) continue;
            bool served = _phaseOf(epoch) == EpochPhase.Frozen;
            uint16 id = _owed(epoch);
            // Now and then what cannot be had: where nobody's money is, and what was paid for slots that were served.
            if (id == 0 && _roll(16) != 0) continue;
            if (served && _roll(4) != 0) continue;
            if (epoch > current) {
                // And every other time one that nobody freezes in time.
                if (served || _roll(2) != 0) continue;
                _reach(schedule.startOfEpoch(epoch));
            }
            if (!served && _roll(4) != 0) {
                _try("cancel", stranger, address(schedule), abi.encodeCall(schedule.cancel, (epoch)));
            }
            if (id == 0) id = _anyOperator();
            _refund(epoch, id);
            return;
        }
        if (_spared()) return;
        _refund(current, _anyOperator());
    }

    /* INTERNAL */
    function _toCommitWindow() private {
        (uint256 opens, uint256 closes) = auction.commitWindow(registry.currentEpoch() + 2);
        _reach(opens);
        if (_now() >= closes) _reach(schedule.startOfEpoch(registry.currentEpoch() + 1));
    }

    function _tryCommit(uint16 id) private {
        uint64 epoch = registry.currentEpoch() + 2;
        bool sold = address(schedule.firstPolicyOf(epoch)) == auction.POLICY();
        // Not where that is decided already.
        if (!sold && registry.stageAt(epoch + 1) < 2 && _roll(2) == 0) _advanceStage();
        if (!(sold && registry.isEligible(id, epoch)) && _spared()) return;
        (, uint256 closes) = auction.commitWindow(epoch);
        if (_now() >= closes && _spared()) return;

        _equip(id, epoch);
        Curve curve = _curve(uint48(500_000 + _roll(20_000_000)), uint8(1 + _roll(8)));
        if (_roll(2) == 0) curve = _then(curve, uint48(1 + _roll(500_000)), uint8(1 + _roll(4)));
        bytes32 commitment = auction.commitmentOf(id, epoch, curve, _saltOf(id, epoch));
        Operator memory operator = _acting(id, registry.currentEpoch());
        address sender = _roll(8) == 0 ? stranger : _roll(2) == 0 ? operator.owner : operator.sequencer;
        bool fresh = auction.committed(epoch, id) == 0;
        bytes memory data = abi.encodeCall(auction.commitBid, (id, epoch, commitment));
        if (!_try("commitBid", sender, address(auction), data)) return;
        _curves[id][epoch] = curve;
        if (!fresh) return;
        _bidders[epoch].push(id);
        _entity[id][epoch] = registry.entityOf(id);
    }

    /// @dev Operators of a campaign are leaked, slashed and outbid: more often than not somebody gives them what a bid asks for.
    function _equip(uint16 id, uint64 epoch) private {
        if (_roll(4) == 0) return;
        if (auction.freeBalanceOf(id) < 1 ether) {
            _try("auction.deposit", stranger, address(auction), 1 ether, abi.encodeCall(auction.deposit, (id)));
        }
        uint256 slots = schedule.liveSlotsOf(id) + auction.capSlots() + 2 * uint256(config.clock.slotsPerEpoch);
        uint256 needed = slots * pledges.lockPerSlotAt(epoch) + vault.MIN_BOND();
        uint256 bonded = vault.bondOf(id);
        if (bonded >= needed) return;
        _try("deposit", stranger, address(vault), _whole(needed - bonded), abi.encodeCall(vault.deposit, (id)));
    }

    /// @return id An operator whose bid for `epoch` waits to be revealed; 0 if there is none.
    function _committed(uint64 epoch) private returns (uint16 id) {
        uint16[] memory ids = _bidders[epoch];
        if (ids.length == 0) return 0;
        uint256 from = _roll(ids.length);
        for (uint256 i; i < ids.length; ++i) {
            id = ids[(from + i) % ids.length];
            if (auction.committed(epoch, id) != 0 && auction.pendingDepositOf(id) != 0) return id;
        }
        return 0;
    }

    function _tryReveal(uint16 id, uint64 epoch) private {
        _equip(id, epoch);
        Curve curve = _roll(10) == 0 ? _curve(1, 1) : _curves[id][epoch];
        uint256 value = _roll(4) == 0 ? _roll(1 ether) : 0;
        uint256 money = _moneyOf(id, epoch);
        bytes memory data = abi.encodeCall(auction.revealBid, (id, epoch, curve, _saltOf(id, epoch)));
        (bool ok,) = _try("revealBid", stranger, address(auction), value, data);
        if (!ok) return;
        if (_rounds.length == 0 || _rounds[_rounds.length - 1] != epoch) _rounds.push(epoch);
        // Rounds before this one may have been refunded to make place for it.
        _check(21, _moneyOf(id, epoch) >= money + value, "a reveal cost something");
    }

    function _trySettle(uint64 epoch) internal {
        if (epoch < 2) return;
        if (_phaseOf(epoch) == EpochPhase.Pending && _roll(8) != 0) _tendSeed(epoch);
        uint16[] memory bidders = auction.bidders(epoch);
        (bool settled,,,) = auction.resultOf(epoch);
        if ((bidders.length == 0 || settled) && _spared()) return;

        ReferenceAuction.Round memory round = _roundOf(epoch, bidders);
        uint256[] memory money = new uint256[](bidders.length);
        for (uint256 i; i < bidders.length; ++i) {
            money[i] = _moneyOf(bidders[i], epoch);
        }
        if (!_try("settle", stranger, address(auction), abi.encodeCall(auction.settle, (epoch)))) return;

        round.seed = schedule.seedOf(epoch);
        (, uint256 price, uint16[] memory winners, uint8[] memory sold) = auction.resultOf(epoch);
        for (uint256 i; i < winners.length; ++i) {
            won[epoch][winners[i]] = sold[i];
        }
        _checkOutcome(epoch, round, price);
        for (uint256 i; i < bidders.length; ++i) {
            uint256 quantity = won[epoch][bidders[i]];
            uint256 paid = money[i] - _moneyOf(bidders[i], epoch);
            _check(23, paid == quantity * price, "paid something else than price x quantity");
            _check(23, paid <= ReferenceAuction.valueOf(round.curves[i], quantity) * 1 gwei, "paid more than was bid");
        }
    }

    function _roundOf(uint64 epoch, uint16[] memory bidders)
        private
        view
        returns (ReferenceAuction.Round memory round)
    {
        round.operators = bidders;
        (round.curves, round.entities) = (new Curve[](bidders.length), new uint32[](bidders.length));
        (round.supply, round.cap) = (config.clock.slotsPerEpoch, auction.capSlots());
        round.floorGwei = config.auction.floorPrice / 1 gwei;
        for (uint256 i; i < bidders.length; ++i) {
            round.curves[i] = auction.revealed(epoch, bidders[i]);
            round.entities[i] = _entity[bidders[i]][epoch];
        }
    }

    /// @dev Winners and price are those of a plain reference, within each entity's cap.
    function _checkOutcome(uint64 epoch, ReferenceAuction.Round memory round, uint256 price) private {
        (uint256 expected, uint256[] memory quantities) = ReferenceAuction.clear(round);
        _check(22, price == expected * 1 gwei, "another price");
        for (uint256 i; i < quantities.length; ++i) {
            _check(22, won[epoch][round.operators[i]] == quantities[i], "other winners");
            uint256 ofEntity;
            for (uint256 j; j < quantities.length; ++j) {
                if (round.entities[j] == round.entities[i]) ofEntity += won[epoch][round.operators[j]];
            }
            _check(6, ofEntity <= round.cap, "an entity won more than its cap");
        }
    }

    /// @dev Somebody whose money is in the round, paid or locked; 0 if nobody's is.
    function _owed(uint64 epoch) private view returns (uint16) {
        uint16[] memory bidders = auction.bidders(epoch);
        for (uint256 k; k < bidders.length; ++k) {
            if (auction.lockedOf(epoch, bidders[k]) != 0) return bidders[k];
        }
        (,, uint16[] memory winners, uint8[] memory quantities) = auction.resultOf(epoch);
        for (uint256 k; k < winners.length; ++k) {
            if (quantities[k] != 0) return winners[k];
        }
        return 0;
    }

    function _refund(uint64 epoch, uint16 id) private {
        uint256 money = _moneyOf(id, epoch);
        bytes memory data = abi.encodeCall(auction.refund, (epoch, id));
        if (!_try("refund", stranger, address(auction), data)) return;
        _check(24, _phaseOf(epoch) != EpochPhase.Frozen || won[epoch][id] == 0, "refunded what was served");
        _check(24, auction.lockedOf(epoch, id) == 0 && _moneyOf(id, epoch) >= money, "not given back");
    }

    /// @dev All that is an operator's own in the auction, as far as the round of `epoch` is concerned, wei.
    function _moneyOf(uint16 id, uint64 epoch) private view returns (uint256) {
        return auction.freeBalanceOf(id) + auction.pendingDepositOf(id) + auction.lockedOf(epoch, id);
    }

    function _advanceStage() internal virtual;
    function _tendSeed(uint64 epoch) internal virtual;
}
