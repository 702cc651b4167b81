// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SlasherTest} from "./SlasherTest.sol";
import {ISlasher} from "@rota/contracts/interfaces/ISlasher.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";
import {BlockCommitment, HandoffReceipt, Status} from "@rota/contracts/types/Types.sol";

/// @notice Alice hands over to whoever has epoch 3's first slot, at slot 24 and L2 block 383, the last one dated before it.
contract Slasher_Receipts_Test is SlasherTest {
    Operator internal successor;
    HandoffReceipt internal receipt;
    /// @dev The last block of alice's, and the successor's first one.
    BlockCommitment internal last;
    BlockCommitment internal next;

    function setUp() public {
        _deployWithBaton();
        _sellTurns();
        _givenAliceHolds();
        _prepare(3);
        successor = _operatorAt(END);
        last = _dated(END - 1, _start(END) - 1);
        (last.parentHash, last.blockHash) = (keccak256("parent"), keccak256("last"));
        next = _dated(END, _start(END));
        (next.parentHash, next.blockHash) = (last.blockHash, keccak256("next"));
        receipt = _receipt(END, last.number, last.blockHash);
        vm.warp(_start(END) + 16);
    }

    /* OUTGOING */
    function test_proveTwoReceipts_JailsAndTakesOneLock() public {
        HandoffReceipt memory other = _receipt(END, last.number - 1, keccak256("one less"));
        uint256 bond = vault.bondOf(alice.id);
        vm.expectEmit(address(slasher));
        emit ISlasher.ReceiptBroken(alice.id, END, REPORTER);
        _reportTwo(alice, receipt, other);
        assertEq(bond - vault.bondOf(alice.id), pledges.lockPerSlotAt(3));
        assertTrue(_status(alice) == Status.Jailed);
        _expectTwo(abi.encodeWithSelector(ISlasher.Slasher_AlreadyJudged.selector, alice.id, END), alice, other);
    }

    function test_proveTwoReceipts_RevertWhen_OneReceiptOrTwoBoundaries() public {
        _expectTwo(abi.encodeWithSelector(ISlasher.Slasher_OneReceipt.selector, END, END), alice, receipt);
        HandoffReceipt memory other = _receipt(END - 1, 1, keccak256("elsewhere"));
        _expectTwo(abi.encodeWithSelector(ISlasher.Slasher_OneReceipt.selector, END, END - 1), alice, other);
    }

    /// @dev Whoever countersigns signs the same words: of two receipts that the outgoing holder made, it is not the maker.
    function test_proveTwoReceipts_RevertGiven_Countersigner() public {
        HandoffReceipt memory other = _receipt(END, last.number, keccak256("other"));
        bytes memory reason =
            abi.encodeWithSelector(ISlasher.Slasher_NotTheOutgoing.selector, successor.id, END, alice.id);
        _expectTwo(reason, successor, other);
    }

    function test_proveTwoReceipts_InItsTimeAlone() public {
        HandoffReceipt memory other = _receipt(END, last.number, keccak256("other"));
        vm.warp(_start(END) + 15);
        _expectTwo(abi.encodeWithSelector(ISlasher.Slasher_TooEarly.selector, _start(END) + 16), alice, other);
        vm.warp(_start(END) + 121);
        _expectTwo(abi.encodeWithSelector(ISlasher.Slasher_TooLate.selector, _start(END) + 120), alice, other);
    }

    function test_proveReceiptBroken_GivenBlockAboveIt() public {
        BlockCommitment memory above = _dated(END - 1, _start(END));
        _reportBroken(alice, receipt, above);
        assertTrue(_status(alice) == Status.Jailed);
    }

    function test_proveReceiptBroken_RevertGiven_OutgoingKeptToIt() public {
        _expectKept(alice, last);
        // In a slot of a later turn of its own it goes on above it.
        BlockCommitment memory later = _dated(END + 1, _start(END + 1));
        _expectKept(alice, later);
    }

    /* COUNTERSIGNER */
    function test_proveReceiptBroken_GivenAnotherBlockAtThatNumber() public {
        BlockCommitment memory other = last;
        (other.slot, other.blockHash) = (END, keccak256("its own"));
        _reportBroken(successor, receipt, other);
        assertTrue(_status(successor) == Status.Jailed);
    }

    function test_proveReceiptBroken_GivenAnotherParentAbove() public {
        BlockCommitment memory child = next;
        child.parentHash = keccak256("its own");
        uint256 bond = vault.bondOf(successor.id);
        _reportBroken(successor, receipt, child);
        assertEq(bond - vault.bondOf(successor.id), pledges.lockPerSlotAt(3));
    }

    function test_proveReceiptBroken_RevertGiven_CountersignerBuildsOnIt() public {
        _expectKept(successor, next);
        BlockCommitment memory far = _dated(END, _start(END) + 1);
        far.parentHash = keccak256("two above, on whatever it had by then");
        _expectKept(successor, far);
    }

    /// @dev A receipt that was never signed binds nobody, whoever else signed it.
    function test_proveReceiptBroken_RevertGiven_NotCountersigned() public {
        BlockCommitment memory child = next;
        child.parentHash = keccak256("its own");
        (bytes memory ofAlice, bytes memory signature) = (_sign(alice, receipt), _sign(successor, child));
        vm.expectRevert(
            abi.encodeWithSelector(
                ISlasher.Slasher_WrongSigner.selector, successor.id, alice.sequencer, successor.sequencer
            )
        );
        slasher.proveReceiptBroken(successor.id, receipt, ofAlice, child, signature);
    }

    function test_proveReceiptBroken_RevertGiven_FirstBoundaryOfAll() public {
        vm.warp(_start(0) + 20);
        HandoffReceipt memory first = _receipt(0, 0, keccak256("genesis"));
        BlockCommitment memory commitment = _dated(0, _start(0) + 2);
        (bytes memory a, bytes memory b) = (_sign(reserve, first), _sign(reserve, commitment));
        vm.expectRevert(abi.encodeWithSelector(ISlasher.Slasher_NotTheOutgoing.selector, reserve.id, 0, 0));
        slasher.proveReceiptBroken(reserve.id, first, a, commitment, b);
    }

    /* INTERNAL */
    function _reportTwo(Operator memory operator, HandoffReceipt memory a, HandoffReceipt memory b) private {
        (bytes memory signatureA, bytes memory signatureB) = (_sign(operator, a), _sign(operator, b));
        vm.prank(REPORTER);
        slasher.proveTwoReceipts(operator.id, a, signatureA, b, signatureB);
    }

    function _expectTwo(bytes memory reason, Operator memory operator, HandoffReceipt memory other) private {
        (bytes memory signatureA, bytes memory signatureB) = (_sign(operator, receipt), _sign(operator, other));
        vm.expectRevert(reason);
        slasher.proveTwoReceipts(operator.id, receipt, signatureA, other, signatureB);
    }

    function _reportBroken(Operator memory operator, HandoffReceipt memory r, BlockCommitment memory c) private {
        (bytes memory a, bytes memory b) = (_sign(operator, r), _sign(operator, c));
        vm.prank(REPORTER);
        slasher.proveReceiptBroken(operator.id, r, a, c, b);
    }

    function _expectKept(Operator memory operator, BlockCommitment memory c) private {
        (bytes memory a, bytes memory b) = (_sign(operator, receipt), _sign(operator, c));
        vm.expectRevert(abi.encodeWithSelector(ISlasher.Slasher_ReceiptKept.selector, operator.id, END));
        slasher.proveReceiptBroken(operator.id, receipt, a, c, b);
    }
}
