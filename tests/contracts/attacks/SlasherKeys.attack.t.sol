// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SlasherTest} from "../SlasherTest.sol";
import {ISlasher} from "@rota/contracts/interfaces/ISlasher.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";
import {BlockCommitment, Status} from "@rota/contracts/types/Types.sol";

/// @notice Keys that were changed, given up, lost or shared: each counts for its own slots, within the window, and for nothing else.
contract SlasherKeysAttackTest is SlasherTest {
    function setUp() public {
        _deployWithBaton();
        _sellTurns();
        _givenAliceHolds();
    }

    /// @return renewed The operator as from its new key's first slot on.
    /// @return first That slot.
    function _renewKey(Operator storage operator) internal returns (Operator memory renewed, uint64 first) {
        renewed = operator;
        (renewed.sequencer, renewed.sequencerKey) = makeAddrAndKey("fresh key");
        bytes memory proof = _keyProof(operator.owner, renewed.sequencerKey);
        vm.prank(operator.owner);
        registry.setSequencerKey(operator.id, renewed.sequencer, proof);
        first = (schedule.currentEpoch() + 2) * config.clock.slotsPerEpoch;
    }

    /// @dev A key that the reserve gave up, beside each epoch's honest commitments of the new one: one accident, of the old key's time.
    function test_attack_KeyThatTheReserveGaveUp_CostsItNoLaterEpoch() public {
        (Operator memory renewed, uint64 first) = _renewKey(reserve);
        vm.warp(_start(first));
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        b.slot = first - 1;
        bytes memory signatureB = _sign(reserve, b);
        uint64 epoch = _epochOf(first - 1);
        for (uint64 i; i < 2; ++i) {
            a.slot = first + i * config.clock.slotsPerEpoch;
            bytes memory signatureA = _sign(renewed, a);
            if (i != 0) {
                vm.expectRevert(abi.encodeWithSelector(ISlasher.Slasher_AlreadyJudged.selector, reserve.id, epoch));
            }
            slasher.proveEquivocation(reserve.id, a, signatureA, b, signatureB);
            vm.expectRevert(abi.encodeWithSelector(ISlasher.Slasher_AlreadyJudged.selector, reserve.id, epoch));
            slasher.proveEquivocation(reserve.id, b, signatureB, a, signatureA);
        }
    }

    /// @dev She holds on both sides of a boundary between epochs, and changes her key there: one block with each is still two.
    function test_attack_KeyChangedBetweenTwoBlocks_IsTwoBlocksOfOneOperator() public {
        (Operator memory renewed, uint64 first) = _renewKey(alice);
        vm.warp(_start(first));
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        (a.slot, b.slot) = (first - 1, first);
        bytes memory signatureA = _sign(alice, a);
        bytes memory signatureB = _sign(renewed, b);
        uint256 before = vm.snapshotState();
        slasher.proveEquivocation(alice.id, a, signatureA, b, signatureB);
        assertTrue(_status(alice) == Status.Tombstoned);
        vm.revertToState(before);
        slasher.proveEquivocation(alice.id, b, signatureB, a, signatureA);
        assertTrue(_status(alice) == Status.Tombstoned);

        // Each by the key of its own slot, and no other; and the older one's slot must not be too long ago either.
        vm.revertToState(before);
        a.slot = first;
        _expectWrongSigner(a, _sign(alice, a), b, signatureB);
        _expectWrongSigner(b, signatureB, a, _sign(alice, a));
        a.slot = first - 1;
        vm.warp(_start(first) + slasher.EVIDENCE_WINDOW() + 1);
        vm.expectPartialRevert(ISlasher.Slasher_TooLate.selector);
        slasher.proveEquivocation(alice.id, b, signatureB, a, signatureA);
    }

    function _expectWrongSigner(
        BlockCommitment memory a,
        bytes memory signatureA,
        BlockCommitment memory b,
        bytes memory signatureB
    ) internal {
        vm.expectPartialRevert(ISlasher.Slasher_WrongSigner.selector);
        slasher.proveEquivocation(alice.id, a, signatureA, b, signatureB);
    }

    /// @dev A key that she gave up and lost: once its last slot is out of the window, nothing that it signs is hers.
    function test_attack_StolenOldKey_ProvesNothingAfterTheWindow() public {
        (Operator memory renewed, uint64 retired) = _renewKey(alice);
        vm.warp(_start(retired) + slasher.EVIDENCE_WINDOW() + 1);

        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        bytes memory notHers =
            abi.encodeWithSelector(ISlasher.Slasher_WrongSigner.selector, alice.id, alice.sequencer, renewed.sequencer);
        _expectRefused(notHers, alice, a, b);
        // Under the last slot that it was good for.
        (a.slot, b.slot) = (retired - 1, retired - 1);
        bytes memory late =
            abi.encodeWithSelector(ISlasher.Slasher_TooLate.selector, _start(retired) + slasher.EVIDENCE_WINDOW());
        _expectRefused(late, alice, a, b);
    }

    /// @dev Only what signs commitments can be laid to an operator here: a batcher key, shared with a provider, cannot.
    function test_attack_BatcherKeySignsCommitments_ProvesNothing() public {
        (address batcher, uint256 secret) = makeAddrAndKey("operator 2: batcher");
        assertEq(registry.operatorOfKey(batcher), alice.id);
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        Operator memory provider = alice;
        provider.sequencerKey = secret;
        _expectRefused(
            abi.encodeWithSelector(ISlasher.Slasher_WrongSigner.selector, alice.id, batcher, alice.sequencer),
            provider,
            a,
            b
        );
    }
}
