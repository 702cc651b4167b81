// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Filed} from "./HandlerBase.sol";
import {WorldActions} from "./WorldActions.sol";
import {EpochPhase} from "@rota/contracts/types/Types.sol";

/// @notice What the handler looked at before it asked for a void.
/// @param slots Slots of the epoch frozen to the operator and not voided. @param others Who has each of the others.
/// @param slashable All that penalties reach, wei. @param held What is left of it at the epoch's end, wei.
struct Look {
    uint256 slots;
    bytes32 others;
    uint256 slashable;
    uint256 held;
}

/// @notice Operators that pledge more than they have, restake in time or not, and whoever holds them to it in the last tenth of an epoch.
abstract contract DefaultActions is WorldActions {
    uint256 internal constant LAST_PERCENT = 10;
    /// @dev Wei that rounding of a few tickets may come to.
    uint256 internal constant DUST = 100 gwei;

    /// @notice Whether slots of the epoch were taken from the operator for a pledge that it did not hold.
    mapping(uint64 epoch => mapping(uint16 operator => bool)) public defaulted;

    /* ACTIONS */
    /// @dev Seldom more than it could ever pay for.
    function pledgeMore(uint256 seed) external action(seed) {
        uint16 id = _anyOperatorThatIs(true);
        if (id == 0) id = _anyOperator();
        uint64 epoch = registry.currentEpoch();
        if (pledges.pledgeAt(id, epoch) != pledges.pledgeAt(id, epoch + 3) && _spared()) return;
        uint256 value = vault.bondOf(id) + _whole(_roll(16) == 0 ? _roll(1000 ether) : 1 gwei + _roll(2 ether));
        bytes memory data = abi.encodeCall(pledges.setPledge, (id, value));
        _try("setPledge, above the bond", registry.ownerOf(id), address(pledges), data);
    }

    function voidUnderbonded(uint256 seed) external action(seed) {
        uint64 epoch = registry.currentEpoch() + 1;
        if (epoch > 1 && _phaseOf(epoch) != EpochPhase.Frozen) _tryFreeze(epoch);
        uint16 id = _defaulter(epoch);
        if (id == 0 && (_spared() || _spared())) return;
        if (id == 0) id = _anyOperator();
        // Some restake when they see that they were drawn, and more than is missing: else rounding would excuse whoever is voided.
        uint256 missing = pledges.checkPledge(id, epoch);
        if (missing >= config.vault.minDeposit && _roll(4) == 0) _deposit(id, 2 * missing);
        // Now and then too early.
        if (_roll(8) != 0) _reach(_opens(epoch));
        _tryVoid(id, epoch);
    }

    /* INTERNAL */
    /// @dev INV-08 and INV-09: whom it is refused, and what it costs.
    function _tryVoid(uint16 id, uint64 epoch) private {
        Look memory p = _look(id, epoch);
        uint256 pledge = pledges.pledgeAt(id, epoch);
        bool due = epoch > 1 && _now() >= _opens(epoch) && p.slots != 0;
        uint256[4] memory before = vault.burnable();
        uint256 rewards = vault.rewardOf(stranger)[0];
        bytes memory data = abi.encodeCall(schedule.voidUnderbonded, (epoch, id));
        (bool ok, bytes memory answer) = _try("voidUnderbonded", stranger, address(schedule), 0, data);
        _check(8, !ok || (due && p.held < pledge + DUST), "voided out of time, or one who held its pledge");
        _check(9, ok || !due || p.held + DUST >= pledge, "a default was not taken");
        if (!ok) return;

        defaulted[epoch][id] = true;
        _check(9, abi.decode(answer, (uint256)) == p.slots, "another number of slots");
        Look memory afterwards = _look(id, epoch);
        _check(9, afterwards.slots == 0 && afterwards.others == p.others, "other slots than the operator's");

        uint256 lacks = p.held < pledge ? pledge - p.held : 0;
        uint256 weighed = p.slashable * 10_000 / config.pledges.idleBps;
        if (lacks > weighed) lacks = weighed;
        uint256 penalty = p.slots * pledges.lockPerSlotAt(epoch) + lacks * config.pledges.defaultBps / 10_000;
        if (penalty > p.slashable) penalty = p.slashable;
        uint256 taken = p.slashable - afterwards.slashable;
        _check(9, taken + DUST >= penalty && taken <= penalty + DUST, "another penalty");
        _check(9, _burnedSince(before) + DUST >= taken, "not all of it is burned");
        _check(9, vault.rewardOf(stranger)[0] == rewards, "somebody earned by a default");

        vm.prank(stranger);
        (ok,) = address(schedule).call(data);
        _check(9, !ok, "a default was taken twice");
    }

    /// @dev Without the exits that are released before the epoch ends, ticket by ticket.
    function _look(uint16 id, uint64 epoch) private view returns (Look memory p) {
        (p.slashable, p.held) = (vault.slashableOf(id), vault.slashableOf(id));
        uint256 end = schedule.startOfEpoch(epoch + 1);
        for (uint256 i; i < _filed.length; ++i) {
            Filed memory filed = _filed[i];
            if (filed.operator != id) continue;
            (uint256 amount,, uint256 release) = vault.ticketOf(id, filed.ticket, filed.holder);
            if (release <= _now() || release >= end) continue;
            uint256 asset = filed.ticket >> 48;
            p.held -= asset == 0 ? amount : amount * vault.weightAt(1, registry.currentEpoch()) / 1e18;
        }

        uint16[] memory slots = schedule.slotsOf(epoch);
        uint64 first = epoch * config.clock.slotsPerEpoch;
        for (uint64 i; i < slots.length; ++i) {
            if (slots[i] == id && !schedule.isVoided(first + i)) ++p.slots;
            if (slots[i] != id) p.others = keccak256(abi.encode(p.others, i, schedule.assignedTo(first + i)));
        }
    }

    /// @return id One that has slots of `epoch` and not what it pledged for it; 0 if there is none.
    function _defaulter(uint64 epoch) private returns (uint16 id) {
        if (_phaseOf(epoch) != EpochPhase.Frozen) return 0;
        uint16 count = registry.operatorCount();
        uint256 from = _roll(count);
        for (uint256 i; i < count; ++i) {
            id = uint16(1 + ((from + i) % count));
            if (pledges.checkPledge(id, epoch) != 0 && _look(id, epoch).slots != 0) return id;
        }
        return 0;
    }

    function _opens(uint64 epoch) private view returns (uint256) {
        uint256 epochSeconds = uint256(config.clock.slotsPerEpoch) * config.clock.slotSeconds;
        return schedule.startOfEpoch(epoch) - epochSeconds * LAST_PERCENT / 100;
    }
}
