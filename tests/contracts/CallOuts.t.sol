// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BatonTest} from "./BatonTest.sol";
import {ReentrantReceiver, RefusingReceiver} from "./tokens/EthReceivers.sol";

import {IBaton} from "@rota/contracts/interfaces/IBaton.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";
import {BlockCommitment, HandoffReceipt} from "@rota/contracts/types/Types.sol";

/// @notice Call-outs, heartbeats and bonds.
contract CallOutsTest is BatonTest {
    function setUp() public {
        _deployWithBaton();
        _sellTurns();
    }

    /* CALL OUT */
    function test_callOut_AsksTheHolder() public {
        _givenAliceHolds();
        uint256 deadline = vm.getBlockNumber() + baton.CALLOUT_GRACE_BLOCKS();
        vm.expectEmit(address(baton));
        emit IBaton.CalledOut(FIRST + 1, alice.id, bob.id, deadline);
        _callOut(bob);

        (bool open, uint64 slot, uint16 holder, uint16 caller, uint256 timestamp, uint256 last) = baton.openCallOut();
        assertTrue(open);
        assertEq(slot, FIRST + 1);
        assertEq(holder, alice.id);
        assertEq(caller, bob.id);
        assertEq(timestamp, vm.getBlockTimestamp());
        assertEq(last, deadline);
        assertEq(address(baton).balance, config.baton.callOutBond);
    }

    function test_callOut_RevertWhen_SlotIsNotInProgress() public {
        _givenAliceHolds();
        uint64[2] memory slots = [FIRST, FIRST + 2];
        for (uint256 i; i < slots.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_NotCurrentSlot.selector, slots[i], FIRST + 1));
            _callOutSlot(bob, slots[i], config.baton.callOutBond);
        }
    }

    function test_callOut_RevertGiven_GenesisIsToCome() public {
        delete operators;
        _deployWithBaton();
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_NotCurrentSlot.selector, 0, 0));
        _callOutSlot(bob, 0, config.baton.callOutBond);
    }

    function test_callOut_RevertWhen_BondIsNotExact() public {
        _givenAliceHolds();
        uint256 bond = baton.CALLOUT_BOND();
        for (uint256 i; i < 2; ++i) {
            uint256 sent = [bond - 1, bond + 1][i];
            vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_WrongBond.selector, sent, bond));
            _callOutSlot(bob, FIRST + 1, sent);
        }
    }

    function test_callOut_RevertWhen_CallerIsNotActive() public {
        _givenAliceHolds();
        Operator memory idle = _register("idle", 200);
        address[4] memory callers = [stranger, bob.owner, bob.batcher, idle.sequencer];
        uint256 bond = baton.CALLOUT_BOND();
        for (uint256 i; i < callers.length; ++i) {
            vm.deal(callers[i], bond);
            vm.prank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_NotActive.selector, callers[i]));
            baton.callOut{value: bond}(FIRST + 1);
        }
    }

    function test_callOut_RevertWhen_CallerIsTheHolder() public {
        _givenAliceHolds();
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_HolderCannotCallOut.selector, alice.id));
        _callOutSlot(alice, FIRST + 1, config.baton.callOutBond);
    }

    /// @dev Before the grace is over G blocks could be shorter than it; after it a call-out is not needed.
    function test_callOut_RevertGiven_TurnIsUnclaimed() public {
        _warpToSlot(FIRST);
        vm.expectRevert(
            abi.encodeWithSelector(IBaton.Baton_Unclaimed.selector, FIRST, _start(FIRST) + baton.CLAIM_GRACE())
        );
        _callOutSlot(bob, FIRST, config.baton.callOutBond);
    }

    function test_callOut_RevertWhen_OneIsOpen() public {
        _givenAliceHolds();
        _callOut(bob);
        (,,,,, uint256 deadline) = baton.openCallOut();
        // Also when its answer is overdue.
        _mine(5);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_CallOutOpen.selector, FIRST + 1, deadline));
        _callOutSlot(carol, FIRST + 1, config.baton.callOutBond);
    }

    function test_callOut_RevertWhen_TheLastAnswerIsFresh() public {
        _givenAliceHolds();
        _callOut(bob);
        _heartbeat(alice);
        uint256 earliest = vm.getBlockNumber() + baton.CALLOUT_GRACE_BLOCKS();
        assertEq(baton.nextCallOutBlock(), earliest);
        _mine(baton.CALLOUT_GRACE_BLOCKS() - 1);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_CallOutTooSoon.selector, earliest));
        _callOutSlot(carol, FIRST + 1, config.baton.callOutBond);
        _mine(1);
        _callOut(carol);
    }

    function test_callOut_RevertWhen_CallerAskedInThisSlot() public {
        _givenAliceHolds();
        _callOut(bob);
        _heartbeat(alice);
        _mine(baton.CALLOUT_GRACE_BLOCKS());
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_AlreadyCalledOut.selector, FIRST + 1, bob.id));
        _callOutSlot(bob, FIRST + 1, config.baton.callOutBond);
        _warpToSlot(FIRST + 2);
        _callOut(bob);
    }

    function test_callOut_RevertWhen_ATakeOverIsPending() public {
        _givenAliceIsSilent();
        uint64 from = _takeOver(reserve);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_TakeOverPending.selector, reserve.id, from));
        _callOutSlot(bob, FIRST + 1, config.baton.callOutBond);
        _mine(2);
        _callOut(bob);
        (,, uint16 holder,,,) = baton.openCallOut();
        assertEq(holder, reserve.id);
    }

    function test_callOut_GivenAnEarlierOneLapsed_ReturnsItsBond() public {
        _givenAliceHolds();
        _warpTo(_start(END) - 2);
        _callOut(bob);
        _prepare(3);
        Operator memory next = _operatorAt(END);
        // The seed of epoch 3 comes after the end of Alice's turn only if the turn was over.
        assertEq(schedule.currentSlot(), END - 1);
        _claim(next, END);
        _warpToSlot(END);
        vm.expectEmit(address(baton));
        emit IBaton.CallOutClosed(END - 1, bob.id);
        _callOut(reserve);
        assertEq(baton.collectable(bob.id), baton.CALLOUT_BOND());
    }

    /* HEARTBEAT */
    function test_heartbeat_AnswersAndEarnsTheBond() public {
        _givenAliceHolds();
        _callOut(bob);
        _mine(baton.CALLOUT_GRACE_BLOCKS());
        (BlockCommitment memory commitment, bytes memory signature) = _signedBlock(alice);
        vm.expectEmit(address(baton));
        emit IBaton.Answered(FIRST + 1, alice.id, commitment.number, commitment.blockHash);
        vm.prank(stranger);
        baton.heartbeat(commitment, signature);

        (bool open,,,,,) = baton.openCallOut();
        assertFalse(open);
        assertEq(baton.collectable(alice.id), config.baton.callOutBond);
        assertEq(baton.collectable(bob.id), 0);
    }

    function test_heartbeat_RevertGiven_NobodyAsked() public {
        _givenAliceHolds();
        (BlockCommitment memory commitment, bytes memory signature) = _signedBlock(alice);
        vm.expectRevert(IBaton.Baton_NoCallOut.selector);
        baton.heartbeat(commitment, signature);

        _callOut(bob);
        baton.heartbeat(commitment, signature);
        vm.expectRevert(IBaton.Baton_NoCallOut.selector);
        baton.heartbeat(commitment, signature);
    }

    function test_heartbeat_RevertWhen_TooLate() public {
        _givenAliceIsSilent();
        (BlockCommitment memory commitment, bytes memory signature) = _signedBlock(alice);
        vm.expectRevert(
            abi.encodeWithSelector(IBaton.Baton_AnswerTooLate.selector, vm.getBlockNumber(), vm.getBlockNumber() - 1)
        );
        baton.heartbeat(commitment, signature);
    }

    function test_heartbeat_RevertWhen_ItIsOlderThanTheQuestion() public {
        _givenAliceHolds();
        _mine(1);
        (BlockCommitment memory commitment, bytes memory signature) = _signedBlock(alice);
        _mine(1);
        _callOut(bob);
        vm.expectRevert(
            abi.encodeWithSelector(IBaton.Baton_StaleHeartbeat.selector, commitment.timestamp, vm.getBlockTimestamp())
        );
        baton.heartbeat(commitment, signature);
    }

    /// @dev What was signed ahead tells nothing about now. The turn goes on for longer than these blocks.
    function test_heartbeat_MayBeTwoBlocksAheadOfL1AndNoMore() public {
        _givenAliceHolds();
        _callOut(bob);
        uint64 l2Block = config.clock.l2BlockSeconds;
        uint256 latest = vm.getBlockTimestamp() + 2 * l2Block;
        BlockCommitment memory commitment = _blockNow();
        commitment.number += 3;
        commitment.timestamp += 3 * l2Block;
        _expectRefused(
            commitment, abi.encodeWithSelector(IBaton.Baton_HeartbeatAhead.selector, commitment.timestamp, latest)
        );

        commitment.number -= 1;
        commitment.timestamp -= l2Block;
        baton.heartbeat(commitment, _sign(alice, commitment));
        assertEq(baton.collectable(alice.id), config.baton.callOutBond);
    }

    function test_heartbeat_RevertWhen_TheCommitmentCannotBeOneOfTheTurn() public {
        _givenAliceHolds();
        _callOut(bob);
        BlockCommitment memory good = _blockNow();

        BlockCommitment memory bad = _copy(good);
        bad.l2ChainId = 10;
        _expectRefused(bad, abi.encodeWithSelector(IBaton.Baton_WrongChain.selector, 10, config.baton.l2ChainId));

        bad = _copy(good);
        bad.slot = FIRST - 1;
        _expectRefused(bad, abi.encodeWithSelector(IBaton.Baton_WrongSlot.selector, FIRST - 1, FIRST));

        bad = _copy(good);
        bad.slot = END;
        _expectRefused(bad, abi.encodeWithSelector(IBaton.Baton_WrongSlot.selector, END, FIRST));

        bad = _copy(good);
        bad.timestamp += 1;
        _expectRefused(bad, abi.encodeWithSelector(IBaton.Baton_WrongTimestamp.selector, bad.timestamp, good.timestamp));

        // Dated after the slot whose authority it claims: an offence, and no sign of life today.
        bad = _copy(good);
        bad.number += 16;
        bad.timestamp += 16;
        _expectRefused(bad, abi.encodeWithSelector(IBaton.Baton_WrongTimestamp.selector, bad.timestamp, bad.timestamp));
    }

    function test_heartbeat_RevertWhen_SomebodyElseSigned() public {
        _givenAliceHolds();
        _callOut(bob);
        BlockCommitment memory commitment = _blockNow();
        bytes memory signature = _sign(bob, commitment);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_WrongSigner.selector, bob.sequencer, alice.sequencer));
        baton.heartbeat(commitment, signature);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_WrongSigner.selector, address(0), alice.sequencer));
        baton.heartbeat(commitment, "");
    }

    function test_heartbeat_InALaterSlotOfTheTurn() public {
        _givenAliceHolds();
        _warpTo(_start(FIRST + 2) - 2);
        _callOut(bob);
        _mine(1);
        _heartbeat(alice);
        assertEq(baton.collectable(alice.id), config.baton.callOutBond);
    }

    function test_heartbeat_OfATaker() public {
        _givenReserveTookOver();
        _callOut(bob);
        _heartbeat(reserve);
        assertEq(baton.collectable(reserve.id), 2 * baton.CALLOUT_BOND());
    }

    /* COLLECT */
    function test_collect_PaysThePayee() public {
        _givenAliceHolds();
        _callOut(bob);
        _heartbeat(alice);
        uint256 bond = baton.CALLOUT_BOND();
        vm.expectEmit(address(baton));
        emit IBaton.Collected(alice.id, alice.payee, bond);
        vm.prank(stranger);
        assertEq(baton.collect(alice.id), bond);
        assertEq(alice.payee.balance, bond);
        assertEq(address(baton).balance, 0);
        assertEq(baton.collect(alice.id), 0);
        assertEq(alice.payee.balance, bond);
    }

    function test_collect_GivenTheTurnEndedUnanswered_PaysTheCaller() public {
        _givenAliceHolds();
        _warpTo(_start(END) - 2);
        _callOut(bob);
        assertEq(baton.collect(bob.id), 0);
        _warpToSlot(END);
        vm.expectEmit(address(baton));
        emit IBaton.CallOutClosed(END - 1, bob.id);
        assertEq(baton.collect(bob.id), config.baton.callOutBond);
        assertEq(bob.payee.balance, config.baton.callOutBond);
        (bool open,,,,,) = baton.openCallOut();
        assertFalse(open);
    }

    function test_collect_GivenATakeOver_PaysTheCaller() public {
        _givenReserveTookOver();
        assertEq(baton.collect(reserve.id), config.baton.callOutBond);
        assertEq(reserve.payee.balance, config.baton.callOutBond);
    }

    function test_collect_OfNobody_PaysNothing() public {
        _givenAliceHolds();
        assertEq(baton.collect(0), 0);
        _callOut(bob);
        _warpToSlot(END);
        assertEq(baton.collect(0), 0);
        (bool open,,,,,) = baton.openCallOut();
        assertTrue(open);
    }

    function test_collect_RevertGiven_PayeeRefuses() public {
        _givenAliceHolds();
        _callOut(bob);
        _heartbeat(alice);
        address refuser = address(new RefusingReceiver());
        vm.prank(alice.owner);
        registry.setPayee(alice.id, refuser);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_PaymentFailed.selector, refuser, baton.CALLOUT_BOND()));
        baton.collect(alice.id);
        assertEq(baton.collectable(alice.id), config.baton.callOutBond);
    }

    function test_collect_GivenPayeeComesBack_PaysOnce() public {
        _givenAliceHolds();
        _callOut(bob);
        _heartbeat(alice);
        _mine(baton.CALLOUT_GRACE_BLOCKS());
        _callOut(carol);
        ReentrantReceiver receiver = new ReentrantReceiver();
        receiver.arm(address(baton), abi.encodeCall(IBaton.collect, (alice.id)));
        vm.prank(alice.owner);
        registry.setPayee(alice.id, address(receiver));
        assertEq(baton.collect(alice.id), config.baton.callOutBond);
        assertTrue(receiver.succeeded());
        assertEq(receiver.answer(), abi.encode(0));
        // Carol's bond is untouched.
        assertEq(address(receiver).balance, config.baton.callOutBond);
        assertEq(address(baton).balance, config.baton.callOutBond);
    }

    /* SIGNATURES */
    function test_digests_AreEip712() public view {
        BlockCommitment memory commitment = _blockNow();
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "BlockCommitment(uint256 l2ChainId,uint64 slot,uint64 number,uint64 timestamp,bytes32 parentHash,bytes32 blockHash,uint64 l1OriginNumber,bytes32 l1OriginHash)"
                ),
                commitment.l2ChainId,
                commitment.slot,
                commitment.number,
                commitment.timestamp,
                commitment.parentHash,
                commitment.blockHash,
                commitment.l1OriginNumber,
                commitment.l1OriginHash
            )
        );
        assertEq(baton.commitmentDigest(commitment), _digest(structHash));

        HandoffReceipt memory receipt =
            HandoffReceipt({l2ChainId: 901, boundarySlot: 17, number: 300, hash: keccak256("last")});
        structHash = keccak256(
            abi.encode(
                keccak256("HandoffReceipt(uint256 l2ChainId,uint64 boundarySlot,uint64 number,bytes32 hash)"),
                receipt.l2ChainId,
                receipt.boundarySlot,
                receipt.number,
                receipt.hash
            )
        );
        assertEq(baton.receiptDigest(receipt), _digest(structHash));
    }

    /* INTERNAL */
    function _callOutSlot(Operator memory operator, uint64 slot, uint256 value) internal {
        vm.deal(operator.sequencer, value);
        vm.prank(operator.sequencer);
        baton.callOut{value: value}(slot);
    }

    function _copy(BlockCommitment memory commitment) internal pure returns (BlockCommitment memory) {
        return abi.decode(abi.encode(commitment), (BlockCommitment));
    }

    function _expectRefused(BlockCommitment memory commitment, bytes memory reason) internal {
        bytes memory signature = _sign(alice, commitment);
        vm.expectRevert(reason);
        baton.heartbeat(commitment, signature);
    }

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Rota"),
                keccak256("1"),
                block.chainid,
                address(baton)
            )
        );
        return keccak256(abi.encodePacked("\x19\x01", domain, structHash));
    }
}
