// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Timeline} from "@rota/contracts/libraries/Timeline.sol";
import {Clock} from "@rota/contracts/types/Types.sol";

import {ProofTest} from "./ProofTest.sol";

/// @notice Slots and epochs, there and back again: for every genesis, second, slot and epoch of 40 bits, with the clocks of {_clock}.
/// So each product and quotient is of an unknown and a number: a solver cannot do two unknowns.
contract TimelineProof is ProofTest {
    using Timeline for Clock;

    /* SLOTS */
    function testFuzz_prove_EverySecondIsInItsSlot(uint8 which, uint40 genesis, uint40 timestamp) public pure {
        vm.assume(timestamp >= genesis);
        Clock memory c = _clock(which, genesis);
        uint64 slot = c.slotAt(timestamp);
        assertLe(c.startOfSlot(slot), timestamp);
        assertLt(timestamp, c.endOfSlot(slot));
    }

    /// @dev So a second is in no other slot than its own.
    function testFuzz_prove_SlotsFollowEachOther(uint8 which, uint40 genesis, uint40 slot) public pure {
        Clock memory c = _clock(which, genesis);
        assertLt(c.startOfSlot(slot), c.endOfSlot(slot));
        assertEq(c.endOfSlot(slot), c.startOfSlot(uint64(slot) + 1));
    }

    function testFuzz_prove_SlotOfItsFirstSecond(uint8 which, uint40 genesis, uint40 slot) public pure {
        Clock memory c = _clock(which, genesis);
        assertEq(c.slotAt(c.startOfSlot(slot)), slot);
    }

    function testFuzz_prove_SlotOfItsLastSecond(uint8 which, uint40 genesis, uint40 slot) public pure {
        Clock memory c = _clock(which, genesis);
        assertEq(c.slotAt(c.endOfSlot(slot) - 1), slot);
    }

    function testFuzz_prove_SlotsNeverGoBack(uint8 which, uint40 genesis, uint40 timestamp, uint40 later) public pure {
        vm.assume(timestamp <= later);
        Clock memory c = _clock(which, genesis);
        assertLe(c.slotAt(timestamp), c.slotAt(later));
    }

    function testFuzz_prove_BeforeGenesisIsSlotZero(uint8 which, uint40 genesis, uint40 timestamp) public pure {
        vm.assume(timestamp < genesis);
        Clock memory c = _clock(which, genesis);
        assertEq(c.slotAt(timestamp), 0);
        assertEq(c.epochAt(timestamp), 0);
    }

    /* EPOCHS */
    function testFuzz_prove_EverySlotIsInItsEpoch(uint8 which, uint40 slot) public pure {
        Clock memory c = _clock(which, 0);
        assertEq(c.firstSlotOf(c.epochOf(slot)) + c.indexOf(slot), slot);
        assertLt(c.indexOf(slot), c.slotsPerEpoch);
    }

    function testFuzz_prove_EpochOfItsFirstAndLastSlot(uint8 which, uint40 epoch) public pure {
        Clock memory c = _clock(which, 0);
        assertEq(c.epochOf(c.firstSlotOf(epoch)), epoch);
        assertEq(c.epochOf(c.firstSlotOf(epoch) + c.slotsPerEpoch - 1), epoch);
    }

    function testFuzz_prove_AnEpochBeginsWithItsFirstSlot(uint8 which, uint40 genesis, uint40 epoch) public pure {
        Clock memory c = _clock(which, genesis);
        assertEq(c.startOfEpoch(epoch), c.startOfSlot(c.firstSlotOf(epoch)));
        assertEq(c.endOfEpoch(epoch), c.startOfEpoch(uint64(epoch) + 1));
    }

    /* PIPELINE */
    function testFuzz_prove_WindowsFollowEachOther(uint8 which, uint40 genesis, uint40 epoch) public pure {
        vm.assume(epoch >= Timeline.FIRST_SCHEDULED_EPOCH);
        Clock memory c = _clock(which, genesis);
        (uint256 commitOpens, uint256 commitCloses) = c.commitWindow(epoch);
        (uint256 revealOpens, uint256 revealCloses) = c.revealWindow(epoch);
        (uint256 freezeOpens, uint256 freezeCloses) = c.freezeWindow(epoch);
        assertEq(commitOpens, c.startOfEpoch(uint64(epoch) - 2));
        assertLt(commitOpens, commitCloses);
        assertEq(commitCloses, revealOpens);
        assertLt(revealOpens, revealCloses);
        assertEq(revealCloses, freezeOpens);
        assertLt(freezeOpens, freezeCloses);
        assertEq(freezeCloses, c.startOfEpoch(epoch));
    }

    /* INTERNAL */
    /// @dev The shortest slot there is, in the longest epoch; a devnet's slots and epochs; and of Ethereum's blocks, the shortest slot
    /// and one of half an hour.
    function _clock(uint8 which, uint40 genesis) internal pure returns (Clock memory) {
        which &= 3;
        if (which == 0) return _clock(genesis, 8, 45);
        if (which == 1) return _clock(genesis, 16, 4);
        if (which == 2) return _clock(genesis, 96, 32);
        return _clock(genesis, 1800, 12);
    }

    function _clock(uint40 genesis, uint32 slotSeconds, uint16 slotsPerEpoch) internal pure returns (Clock memory) {
        return Clock({
            genesis: genesis,
            slotSeconds: slotSeconds,
            slotsPerEpoch: slotsPerEpoch,
            l1BlockSeconds: 1,
            l2GenesisTime: 0,
            l2BlockSeconds: 1
        });
    }
}
