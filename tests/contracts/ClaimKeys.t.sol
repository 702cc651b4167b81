// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BatonTest} from "./BatonTest.sol";
import {IBaton} from "@rota/contracts/interfaces/IBaton.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";

/// @notice The Baton's copies of keys: whatever an operator sets and when, a claim goes by the registry's keys of the slot's epoch.
contract ClaimKeysTest is BatonTest {
    function setUp() public {
        _deployWithBaton();
    }

    /// @param early Keys set in epoch 0, valid from 2 on. @param late Keys set in epoch 1, valid from 3 on.
    function testFuzz_claim_GoesByTheKeysOfItsEpoch(uint8 early, bool late) public {
        Operator memory expected = alice;
        early = uint8(bound(early, 0, 2));
        for (uint256 i; i < early; ++i) {
            expected = _setKeys(alice, string.concat("early ", vm.toString(i)));
        }
        _sellTurns();
        if (late) _checkStranger(_setKeys(alice, "late"), FIRST);
        if (early != 0) _checkStranger(alice, FIRST);
        _checkClaim(expected, FIRST);
    }

    function test_claim_GivenKeysSetAnEpochAndMoreAgo() public {
        _sellTurns();
        Operator[2] memory anew = [_setKeys(bob, "bob anew"), _setKeys(carol, "carol anew")];
        _prepare(3);
        _warpTo(_start(END));
        Operator memory old = _operatorAt(END);
        _checkStranger(old, END);
        _checkClaim(old.id == bob.id ? anew[0] : anew[1], END);
    }

    /// @dev By the reserve, whose every epoch is that nobody froze: one claim an epoch. Keys may come back, before and after they
    /// were valid, and replace what was set for the same epoch.
    /// @param choices An epoch each, two changes in it of two bits: which of two keys, and whether as sequencer's or batcher's.
    function testFuzz_claim_GoesByTheRegistry_GivenKeysThatComeAndGo(uint8[6] memory choices) public {
        Operator[2] memory pool = [reserve, _keysOf("reserve anew")];
        for (uint64 epoch; epoch < choices.length; ++epoch) {
            _warpToEpoch(epoch);
            for (uint256 i; i < 4; i += 2) {
                _setKey(pool[(choices[epoch] >> i) & 1], (choices[epoch] >> i) & 2 == 0);
            }
            uint64 slot = epoch * config.clock.slotsPerEpoch;
            address sequencer = registry.sequencerKeyAt(reserve.id, epoch);
            (Operator memory valid, Operator memory other) =
                sequencer == pool[0].sequencer ? (pool[0], pool[1]) : (pool[1], pool[0]);
            assertEq(valid.sequencer, sequencer);
            _warpTo(_start(slot) + baton.TAIL_WINDOW());
            _checkStranger(other, slot);

            // The two keys change apart from each other; the pool keeps each with its own secret.
            Operator memory claimant = abi.decode(abi.encode(valid), (Operator));
            claimant.batcher = registry.batcherKeyAt(reserve.id, 0, epoch);
            _checkClaim(claimant, slot);
        }
    }

    /// @dev Its first keys were set before the Baton was there to be told.
    function test_claim_ByTheReserve_GoesByTheRegistry() public {
        assertEq(registry.sequencerKeyAt(reserve.id, 1), reserve.sequencer);
        _warpToSlot(8);
        Operator memory later = _setKeys(reserve, "reserve anew");
        _checkStranger(later, 8);
        _checkClaim(reserve, 8);

        // Nobody was sold epoch 3, in which the new ones are valid.
        _run(2);
        _warpToSlot(END);
        _checkStranger(reserve, END);
        _checkClaim(later, END);
    }

    /// @dev Only the first batcher key is what claims use.
    function test_claim_GivenAnotherBatcherKey_UsesTheFirst() public {
        (address second, uint256 key) = makeAddrAndKey("second batcher");
        bytes memory proof = _keyProof(alice.owner, key);
        vm.prank(alice.owner);
        registry.setBatcherKey(alice.id, 1, second, proof);
        _sellTurns();
        _checkClaim(alice, FIRST);
    }

    function test_noteKeys_RevertWhen_NotTheRegistry() public {
        address[3] memory callers = [alice.owner, governance, address(schedule)];
        for (uint256 i; i < callers.length; ++i) {
            vm.startPrank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_NotRegistry.selector, callers[i]));
            baton.noteKeys(alice.id, alice.sequencer, callers[i], callers[i], 0);
            vm.stopPrank();
        }
    }

    function _setKeys(Operator memory operator, string memory name) internal returns (Operator memory) {
        Operator memory keys = _keysOf(name);
        bytes memory proof = _keyProof(operator.owner, keys.sequencerKey);
        bytes memory batcherProof = _keyProof(operator.owner, keys.batcherKey);
        vm.startPrank(operator.owner);
        registry.setSequencerKey(operator.id, keys.sequencer, proof);
        registry.setBatcherKey(operator.id, 0, keys.batcher, batcherProof);
        vm.stopPrank();
        (keys.id, keys.owner, keys.payee) = (operator.id, operator.owner, operator.payee);
        return keys;
    }

    function _setKey(Operator memory keys, bool sequencers) internal {
        bytes memory proof = _keyProof(reserve.owner, sequencers ? keys.sequencerKey : keys.batcherKey);
        vm.startPrank(reserve.owner);
        if (sequencers) registry.setSequencerKey(reserve.id, keys.sequencer, proof);
        else registry.setBatcherKey(reserve.id, 0, keys.batcher, proof);
        vm.stopPrank();
    }

    /// @dev Claims late, so that the batcher follows in the same transaction.
    function _checkClaim(Operator memory operator, uint64 slot) internal {
        uint256 late = _start(slot) + baton.TAIL_WINDOW();
        if (vm.getBlockTimestamp() < late) _warpTo(late);
        _claim(operator, slot);
        assertTrue(schedule.isClaimed(slot));
        assertEq(adapter.batcher(), operator.batcher);
    }

    function _checkStranger(Operator memory operator, uint64 slot) internal {
        uint16 assigned = schedule.assignedTo(slot);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_NotYourTurn.selector, slot, assigned, operator.sequencer));
        _claim(operator, slot);
    }
}
