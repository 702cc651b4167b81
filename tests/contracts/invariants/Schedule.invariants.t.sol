// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Sample} from "./HandlerBase.sol";
import {InvariantTest} from "./InvariantTest.sol";
import {EpochPhase, RESERVE} from "@rota/contracts/types/Types.sol";

/// @notice What INV-01 to INV-08 say of the state as it is.
abstract contract ScheduleChecks is InvariantTest {
    function _assert01() internal view {
        uint16 count = registry.operatorCount();
        (uint64 slot, uint64 newest) = _knownSlots();
        for (; slot <= newest; ++slot) {
            uint256 start = schedule.startOfSlot(slot);
            for (uint256 t = start; t < start + config.clock.slotSeconds; t += 5) {
                uint16 holder = schedule.holderAt(slot, t);
                assertTrue(holder != 0 && holder <= count, "INV-01");
            }
        }
        uint16 current = schedule.currentHolder();
        assertTrue(current != 0 && current <= count, "INV-01");
    }

    function _assert02() internal view {
        Sample[] memory samples = handler.samples();
        for (uint256 i = samples.length; i != 0; --i) {
            Sample memory sample = samples[i - 1];
            if (!_isKnown(sample.slot)) break;
            assertEq(schedule.holderAt(sample.slot, sample.timestamp), sample.holder, "INV-02");
        }
    }

    /// @dev Without a change of holder, a slot is its assigned operator's from its start to its end.
    function _assert03() internal view {
        (uint64 slot, uint64 newest) = _knownSlots();
        for (; slot <= newest; ++slot) {
            (uint64 first, uint64 end, uint16 frozen) = schedule.turnOf(slot);
            assertTrue(first <= slot && slot < end, "INV-03");
            uint16 assigned = schedule.assignedTo(slot);
            assertEq(assigned, schedule.isVoided(slot) ? RESERVE : frozen, "INV-03");
        }
    }

    function _assert04() internal view {
        (uint64 slot, uint64 newest) = _knownSlots();
        uint64 perEpoch = config.clock.slotsPerEpoch;
        for (uint64 epoch = slot / perEpoch; epoch <= newest / perEpoch; ++epoch) {
            bytes32 frozen = handler.frozenSlots(epoch);
            if (frozen == 0) {
                uint16[] memory slots = schedule.slotsOf(epoch);
                for (uint256 i; i < slots.length; ++i) {
                    assertEq(slots[i], 0, "INV-04");
                }
            } else {
                assertEq(keccak256(abi.encode(schedule.slotsOf(epoch))), frozen, "INV-04");
                assertTrue(schedule.phaseOf(epoch) == EpochPhase.Frozen, "INV-04");
            }
        }
    }

    function _assert05() internal view {
        (uint64 slot,) = _knownSlots();
        for (; slot <= schedule.currentSlot(); ++slot) {
            uint8 seen = handler.voidedAtStart(slot);
            if (seen != 0) assertEq(schedule.isVoided(slot), seen == 2, "INV-05");
        }
    }

    /// @dev A void is the price of `missesToVoid` misses in the same epoch, of an expulsion, or of a pledge that was not held before it.
    function _assert08() internal view {
        (uint64 slot, uint64 newest) = _knownSlots();
        uint64 perEpoch = config.clock.slotsPerEpoch;
        for (; slot <= newest; ++slot) {
            if (!schedule.isVoided(slot)) continue;
            uint16[] memory slots = schedule.slotsOf(slot / perEpoch);
            uint16 operator = slots[slot % perEpoch];
            if (handler.expelled(operator) || handler.defaulted(slot / perEpoch, operator)) continue;
            uint256 misses;
            for (uint64 i; i < perEpoch; ++i) {
                uint64 other = slot / perEpoch * perEpoch + i;
                if (slots[i] == operator && schedule.isMissed(other)) ++misses;
            }
            assertTrue(operator != 0, "INV-08");
            assertGe(misses, config.baton.missesToVoid, "INV-08");
        }
    }
}

/// @notice INV-01 to INV-09: who is assigned, and who holds.
/// forge-config: default.invariant.runs = 10
/// forge-config: long.invariant.runs = 20
contract ScheduleInvariants is ScheduleChecks {
    function invariant_INV01_EverySlotHasOneRegisteredHolderAtEachInstant() public view {
        _assert01();
    }

    function invariant_INV02_HolderOfThePastNeverChanges() public view {
        _assert02();
    }

    function invariant_INV03_OnlyRecordedEventsMoveASlot() public view {
        _assert03();
    }

    function invariant_INV04_FrozenSlotsNeverChange() public view {
        _assert04();
    }

    function invariant_INV05_VoidsTouchFutureSlotsOnly() public view {
        _assert05();
    }

    function invariant_INV06_NoEntityIsAssignedMoreThanItsCap() public view {
        _assertUnbroken(6);
    }

    function invariant_INV07_SlotsAreWinnersOrOfTheClosedSet() public view {
        _assertUnbroken(7);
    }

    function invariant_INV08_OnlyMissesTombstonesAndDefaultsVoid() public view {
        _assertUnbroken(8);
        _assert08();
    }

    function invariant_INV09_ADefaultCostsWhatThePledgesSay() public view {
        _assertUnbroken(9);
    }
}
