// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SlasherTest} from "../SlasherTest.sol";
import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {ISlasher} from "@rota/contracts/interfaces/ISlasher.sol";
import {Commitments} from "@rota/contracts/libraries/Commitments.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";
import {BlockCommitment, HandoffReceipt, Status} from "@rota/contracts/types/Types.sol";

/// @notice Evidence that is none: an honest operator is never punished, and no evidence counts twice or elsewhere.
contract SlasherAttackTest is SlasherTest {
    function setUp() public {
        _deployWithBaton();
        _sellTurns();
        _givenAliceHolds();
    }

    /* REPLAYS */
    /// @dev L1 splits: what was signed on the other branch is not hers here.
    function test_attack_EvidenceReplayedOnAFork_ProvesNothing() public {
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        (bytes memory signatureA, bytes memory signatureB) = (_sign(alice, a), _sign(alice, b));
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(ISlasher.Slasher_WrongSigner.selector);
        slasher.proveEquivocation(alice.id, a, signatureA, b, signatureB);
    }

    /// @dev Another Baton, with the same keys and even the same L2 chain id: a test net of the same operators.
    function test_attack_EvidenceOfAnotherDeployment_ProvesNothing() public {
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        address elsewhere = makeAddr("another baton");
        bytes memory signatureA = _signTyped(elsewhere, Commitments.hash(a), alice.sequencerKey);
        bytes memory signatureB = _signTyped(elsewhere, Commitments.hash(b), alice.sequencerKey);
        vm.expectPartialRevert(ISlasher.Slasher_WrongSigner.selector);
        slasher.proveEquivocation(alice.id, a, signatureA, b, signatureB);
    }

    function test_attack_EvidenceTwice_CountsOnce() public {
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        _report(alice, a, b);
        uint256 left = vault.slashableOf(alice.id);
        bytes memory reason =
            abi.encodeWithSignature("OperatorRegistry_WrongStatus(uint16,uint8)", alice.id, Status.Tombstoned);
        _expectRefused(reason, alice, a, b);
        _expectRefused(reason, alice, b, a);
        // Nor does any other pair of hers.
        (a.number, b.number) = (a.number + 1, b.number + 1);
        _expectRefused(reason, alice, a, b);
        assertEq(vault.slashableOf(alice.id), left);
    }

    /* HONEST HOLDERS */
    /// @dev L1 is taken back under her: she seals the height again, on the origin that is canonical now.
    function test_attack_HonestResealAfterAnL1Reorg_IsSpared() public {
        (BlockCommitment memory before, BlockCommitment memory resealed) = _twoBlocks();
        uint64 number = uint64(vm.getBlockNumber() - 3);
        (before.l1OriginNumber, before.l1OriginHash) = (number, keccak256("taken back"));
        (resealed.l1OriginNumber, resealed.l1OriginHash) = (number, keccak256("canonical"));
        vm.setBlockhash(number, keccak256("canonical"));
        bytes memory reason = abi.encodeWithSelector(
            ISlasher.Slasher_OriginNotCanonical.selector, number, keccak256("taken back"), keccak256("canonical")
        );
        _expectRefused(reason, alice, before, resealed);
        _expectRefused(reason, alice, resealed, before);

        // Nor when it is on an older origin: its first block's is still taken back.
        (resealed.l1OriginNumber, resealed.l1OriginHash) = (number - 1, keccak256("older"));
        vm.setBlockhash(number - 1, keccak256("older"));
        _expectRefused(reason, alice, before, resealed);

        // Nor later, when L1 has forgotten both.
        vm.roll(vm.getBlockNumber() + 9000);
        (bytes memory signature, bytes memory signatureOf) = (_sign(alice, before), _sign(alice, resealed));
        vm.expectPartialRevert(ISlasher.Slasher_OriginNotCanonical.selector);
        slasher.proveEquivocation(alice.id, before, signature, resealed, signatureOf);
    }

    /// @dev Her predecessor left a gap: she dates blocks before her slot, however long before, and signs them in it.
    function testFuzz_attack_HonestGapFill_IsSpared(uint256 dated, uint256 now_) public {
        dated = bound(dated, config.clock.l2GenesisTime, _start(FIRST + 1) - 1);
        // From two L2 blocks before the slot, when a keeper may begin, to the end of all evidence.
        now_ = bound(now_, _start(FIRST) - 2, _start(FIRST + 1) + slasher.EVIDENCE_WINDOW());
        BlockCommitment memory commitment = _dated(FIRST, dated);
        vm.warp(now_);
        _expectInTurn(abi.encodeWithSelector(ISlasher.Slasher_InTurn.selector, alice.id, FIRST), alice, commitment);
    }

    /// @dev Displaced holder and taker see L1 at different moments: what either dates near the take-over is spared, to the second.
    function testFuzz_attack_TakeOverEdge_SparesBoth(uint256 distance, bool after_, bool isTakers) public {
        _callOut(reserve);
        _mine(baton.CALLOUT_GRACE_BLOCKS() + 1);
        uint256 from = _takeOver(reserve);
        distance = bound(distance, 0, 15);
        uint256 dated = after_ ? from + distance : from - distance;
        uint64 slot = uint64((dated - config.clock.genesis) / 16);
        // The slot after the one that it is dated in: T1 and T2 cannot be meant. Its own: T2 at most.
        Operator memory signer = isTakers ? reserve : alice;
        BlockCommitment memory commitment = _dated(slot, dated);
        bytes memory signature = _sign(signer, commitment);
        vm.warp(_start(slot + 1) + 16);
        (bool punished,) =
            address(slasher).call(abi.encodeCall(slasher.proveOutOfTurn, (signer.id, commitment, signature)));

        // In the slot of the change both held; the slots behind it are the taker's alone, those before it alice's.
        uint64 changed = uint64((from - config.clock.genesis) / 16);
        bool foreign = isTakers ? slot < changed : slot > changed;
        assertEq(punished, foreign && distance > 6);
    }

    /// @dev The same at T1: a keeper that froze for a block goes on for a moment under the slot that it held.
    function test_attack_TakeOverEdge_SparesABlockDatedPastItsSlot() public {
        // Taken over so late that it takes effect in the first seconds of the next slot.
        _warpTo(_start(FIRST + 2) - 2 - 2 * (baton.CALLOUT_GRACE_BLOCKS() + 1));
        _callOut(reserve);
        _mine(baton.CALLOUT_GRACE_BLOCKS() + 1);
        uint256 from = _takeOver(reserve);
        assertEq(from, _start(FIRST + 2) + 2);
        bytes memory near = abi.encodeWithSelector(ISlasher.Slasher_NearTakeOver.selector, _start(FIRST + 2) + 8, from);
        _expectInTurn(near, alice, _dated(FIRST + 1, _start(FIRST + 2) + 8));
        _reportTurn(alice, _dated(FIRST + 1, _start(FIRST + 2) + 9));
    }

    /// @dev A void decided in the last block before a slot reaches its operator when the slot has begun.
    function test_attack_VoidInTheLastBlockBeforeASlot_SparesItsFirstBlocks() public {
        _warpTo(_start(FIRST + 2) - 2);
        vm.prank(address(baton));
        schedule.voidRemaining(alice.id, FIRST + 2);
        vm.warp(_start(FIRST + 4) + 16);
        bytes memory inTurn = abi.encodeWithSelector(ISlasher.Slasher_InTurn.selector, alice.id, FIRST + 2);
        _expectInTurn(inTurn, alice, _dated(FIRST + 2, _start(FIRST + 2) + 5));
        _reportTurn(alice, _dated(FIRST + 2, _start(FIRST + 2) + 6));
        // The next voided slot is no surprise any more.
        _reportTurn(alice, _dated(FIRST + 3, _start(FIRST + 3)));
    }

    /// @dev She left, was taken over, came back, and L1 was taken back under her last block: she seals that height again. Her
    /// receipt was one of who hands over, though another one held at the boundary in the end.
    function test_attack_HonestReturnAfterLeaving_IsSpared() public {
        BlockCommitment memory last = _blockNow();
        _callOut(reserve);
        _mine(baton.CALLOUT_GRACE_BLOCKS() + 1);
        _takeOver(reserve);
        _claim(alice, FIRST + 3);
        assertEq(schedule.holderAt(FIRST + 1, _start(FIRST + 2) - 1), reserve.id);
        HandoffReceipt memory receipt = _receipt(FIRST + 2, last.number, last.blockHash);
        BlockCommitment memory resealed = last;
        (resealed.slot, resealed.blockHash) = (FIRST + 3, keccak256("on the origin that is canonical now"));
        (bytes memory a, bytes memory b) = (_sign(alice, receipt), _sign(alice, resealed));
        vm.warp(_start(FIRST + 3) + 16);
        vm.expectRevert(
            abi.encodeWithSelector(ISlasher.Slasher_NotTheOutgoing.selector, alice.id, FIRST + 2, reserve.id)
        );
        slasher.proveReceiptBroken(alice.id, receipt, a, resealed, b);
    }

    /* ESCAPES */
    /// @dev Its own ids without bond are proven after it: it is neither forgotten nor are they counted.
    function test_attack_SybilsAfterTheOffender_NeitherHideItNorCount() public {
        uint256 locks = pledges.lockOf(alice.id);
        assertGt(locks, 0);
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        _report(alice, a, b);
        for (uint256 i; i < 4; ++i) {
            _report(_sybil(i), a, b);
        }
        assertEq(slasher.coreShare(), 3, "one offender had something at stake");

        uint256 reach = vault.slashableOf(alice.id);
        _expel(alice);
        assertEq(reach - vault.slashableOf(alice.id), locks);
        assertEq(schedule.holderAt(FIRST + 2, 0), reserve.id);
    }

    /// @dev Nor do they make an honest operator's first offence dearer.
    function test_attack_SybilsBeforeAnOffender_CostItNothing() public {
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        for (uint256 i; i < 2; ++i) {
            _report(_sybil(i), a, b);
        }
        assertEq(slasher.coreShare(), 2);
        // The reserve pays for each epoch, and counts once.
        _report(reserve, a, b);
        vm.warp(schedule.startOfEpoch(3));
        (a, b) = _twoBlocks();
        _report(reserve, a, b);
        assertEq(slasher.coreShare(), 3);
    }

    /// @dev A vote that evicts it, executed by itself, took neither slots nor locks: evidence does.
    function test_attack_EvictedBeforeItEquivocates_IsPunishedAllTheSame() public {
        vm.prank(address(court));
        registry.evict(alice.id);
        assertEq(schedule.currentHolder(), alice.id, "what is frozen is its own");
        uint256 reach = vault.slashableOf(alice.id);
        (uint256 core, uint256 locks) = slasher.penaltyOf(alice.id);
        assertGt(core, 0);
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        _report(alice, a, b);
        _expel(alice);
        assertEq(reach - vault.slashableOf(alice.id), core + locks);
        assertEq(schedule.holderAt(FIRST + 2, 0), reserve.id);
        _expectRefused(
            abi.encodeWithSignature("OperatorRegistry_WrongStatus(uint16,uint8)", alice.id, Status.Tombstoned),
            alice,
            a,
            b
        );
    }

    /// @dev An id that is registered, and nothing more.
    function _sybil(uint256 i) internal returns (Operator memory sybil) {
        sybil = _keysOf(string.concat("sybil ", vm.toString(i)));
        sybil.owner = alice.owner;
        bytes memory proof = _keyProof(sybil.owner, sybil.sequencerKey);
        bytes memory batcherProof = _keyProof(sybil.owner, sybil.batcherKey);
        vm.prank(sybil.owner);
        sybil.id = registry.register(sybil.sequencer, proof, sybil.batcher, batcherProof, sybil.payee, "");
        assertEq(vault.bondOf(sybil.id), 0);
    }

    /* MONEY */
    /// @dev Reporting oneself first saves a tenth at most, and a lighter offence is no shield against the heavier one.
    function test_attack_SelfReport_StillCostsNineTenths() public {
        uint256 reach = vault.slashableOf(alice.id);
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        (bytes memory signatureA, bytes memory signatureB) = (_sign(alice, a), _sign(alice, b));
        (uint256 penalty, uint256 locks) = slasher.penaltyOf(alice.id);
        penalty += locks;
        vm.startPrank(alice.owner);
        slasher.proveEquivocation(alice.id, a, signatureA, b, signatureB);
        slasher.expel(alice.id);
        vm.stopPrank();
        uint256 reward = vault.rewardOf(alice.owner)[0];
        assertEq(reach - vault.slashableOf(alice.id), penalty);
        assertLe(reward, penalty / 10);
    }

    function _delegateToAlice(uint256 value) internal {
        address dora = makeAddr("dora");
        vm.deal(dora, value);
        vm.prank(dora);
        vault.delegate{value: value}(alice.id);
    }

    /// @dev Fifty of her own, of which all but two wait to be paid out.
    function _askForAllButTwo() internal {
        _bond(alice.id, 40 ether);
        uint256 most = vault.selfBondOf(alice.id) - 2 ether;
        vm.prank(alice.owner);
        vault.requestExit(alice.id, 0, most);
        assertGt(vault.slashableOf(alice.id), 10 * vault.selfBondOf(alice.id));
    }

    /// @dev She owns less and less of her pool: she is paid by what is hers of it, whoever reports, and however much her delegators lose.
    function test_attack_SelfReportOfAPoolOfOthers_StillCostsNineTenths() public {
        uint256 own = vault.selfBondOf(alice.id);
        _delegateToAlice(9 * own);
        uint256 reach = vault.slashableOf(alice.id);
        _reportTurn(alice, _dated(FIRST, _start(FIRST + 1)));
        _equivocate(alice);

        uint256 lost = own - vault.selfBondOf(alice.id);
        uint256 all = reach - vault.slashableOf(alice.id);
        assertApproxEqAbs(all, 10 * lost, 100 gwei, "all shares alike");
        uint256 reward = vault.rewardOf(REPORTER)[0] + vault.rewardOf(stranger)[0];
        assertLe(reward, lost / 10 + 4 gwei);
        assertApproxEqAbs(reward, lost / 10, 10 gwei, "but she is worth reporting");
        assertEq(reward + vault.burnable()[0], all, "the rest is burned");
    }

    /// @dev What waits in a core exit is hers, too: she is worth reporting to the last second.
    function test_attack_OffenderInCoreExit_IsWorthReporting() public {
        vm.prank(address(court));
        registry.evict(alice.id);
        vm.warp(schedule.startOfEpoch(7));
        uint256 own = vault.selfBondOf(alice.id);
        vm.prank(alice.owner);
        vault.requestExit(alice.id, 0, own);
        assertEq(vault.selfBondOf(alice.id), 0);
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        uint256 reach = vault.slashableOf(alice.id);
        _report(alice, a, b);
        uint256 all = reach - vault.slashableOf(alice.id);
        assertGt(all, 0);
        assertApproxEqAbs(vault.rewardOf(REPORTER)[0], all / 10, 1 gwei);
    }

    /// @dev Out of the set nobody asks for a ratio; back into it, somebody does.
    function test_attack_LeavesTheSetToKeepDelegationsWithoutBond_StaysOut() public {
        uint256 own = vault.selfBondOf(alice.id);
        _delegateToAlice(9 * own);
        vm.prank(alice.owner);
        registry.deactivate(alice.id);
        vm.warp(schedule.startOfEpoch(7));
        vm.startPrank(alice.owner);
        vault.requestExit(alice.id, 0, own - 1 ether);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOperatorRegistry.OperatorRegistry_DelegatedTooMuch.selector, alice.id, 9 * own, 9 ether
            )
        );
        registry.activate(alice.id);
        vm.stopPrank();
        _bond(alice.id, own - 1 ether);
        vm.prank(alice.owner);
        registry.activate(alice.id);
    }

    /// @dev Her own is out, what others gave is not, or waits: she costs them nothing that she does not lose herself.
    function test_attack_OffenderWithoutBondOfItsOwn_CostsNobody() public {
        _delegateToAlice(9 ether);
        vm.prank(alice.owner);
        registry.deactivate(alice.id);
        vm.warp(schedule.startOfEpoch(7));
        uint256 own = vault.selfBondOf(alice.id);
        vm.prank(alice.owner);
        uint256 ticket = vault.requestExit(alice.id, 0, own);
        (,, uint256 release) = vault.ticketOf(alice.id, ticket, address(0));
        vm.warp(release);
        vault.claimExit(alice.id, ticket);
        uint256 reach = vault.slashableOf(alice.id);
        assertGe(reach, 9 ether - 1 gwei);
        uint64 slot = schedule.currentSlot();
        _reportTurn(alice, _dated(slot - 1, _start(slot)));
        assertEq(vault.slashableOf(alice.id), reach);

        address dora = makeAddr("dora");
        uint256 id = vault.idOf(alice.id, 0);
        uint256 shares = vault.balanceOf(dora, id);
        vm.prank(dora);
        vault.undelegate(id, shares);
        assertEq(vault.bondOf(alice.id), 0);
        _reportTurn(alice, _dated(slot - 2, _start(slot)));
        assertEq(vault.slashableOf(alice.id), reach);
    }

    /// @dev What is left of her own pays for ten times as much of the pool, at most: that part of a lock is asked of all, and no more.
    function test_attack_OffenderWithLittleBondOfItsOwn_CostsTenTimesThatPartOfALock() public {
        _delegateToAlice(19 ether);
        vm.prank(alice.owner);
        registry.deactivate(alice.id);
        vm.warp(schedule.startOfEpoch(7));
        uint256 most = vault.selfBondOf(alice.id) - vault.MIN_BOND();
        vm.prank(alice.owner);
        uint256 ticket = vault.requestExit(alice.id, 0, most);
        (,, uint256 release) = vault.ticketOf(alice.id, ticket, address(0));
        vm.warp(release);
        vault.claimExit(alice.id, ticket);
        assertApproxEqAbs(vault.selfBondOf(alice.id), 1 ether, 2 gwei);
        uint256 reach = vault.slashableOf(alice.id);
        assertApproxEqAbs(reach, 20 ether, 4 gwei);

        uint64 slot = schedule.currentSlot();
        uint256 half = pledges.lockPerSlotAt(slot / config.clock.slotsPerEpoch) / 2;
        _reportTurn(alice, _dated(slot - 1, _start(slot)));
        assertApproxEqAbs(reach - vault.slashableOf(alice.id), half, 4 gwei);

        // Her last core, asked back and not released, still stands for her.
        most = vault.selfBondOf(alice.id);
        vm.prank(alice.owner);
        vault.requestExit(alice.id, 0, most);
        assertEq(vault.selfBondOf(alice.id), 0);
        reach = vault.slashableOf(alice.id);
        _reportTurn(alice, _dated(slot - 2, _start(slot)));
        assertApproxEqAbs(reach - vault.slashableOf(alice.id), half, 4 gwei);
    }

    /// @dev She has asked to leave, and her slots until then are hers: in the set to the end, as far as a lock is concerned.
    function test_attack_OwnExitWaits_GivenShePutHerselfOnLeave_TheLockIsWhole() public {
        _askForAllButTwo();
        vm.prank(alice.owner);
        registry.deactivate(alice.id);
        assertTrue(_status(alice) == Status.Exited);
        uint256 reach = vault.slashableOf(alice.id);
        uint64 slot = schedule.currentSlot();
        _reportTurn(alice, _dated(slot - 1, _start(slot)));
        assertApproxEqAbs(reach - vault.slashableOf(alice.id), pledges.lockPerSlotAt(2), 2 gwei);
    }

    /// @dev Her own bond that waits to be paid out is hers: it spares those who stay, and so it buys nothing.
    function test_attack_OwnExitWaits_TheLockIsWhole() public {
        _askForAllButTwo();
        uint256 reach = vault.slashableOf(alice.id);
        uint64 slot = schedule.currentSlot();
        _reportTurn(alice, _dated(slot - 1, _start(slot)));
        assertApproxEqAbs(reach - vault.slashableOf(alice.id), pledges.lockPerSlotAt(2), 2 gwei);
    }

    /// @dev Receipts of boundaries that she had nothing to do with are nobody's offence.
    function test_attack_CountersignatureOfWhoHeldNothing_ProvesNothing() public {
        uint256 reach = vault.slashableOf(bob.id);
        BlockCommitment memory c = _dated(FIRST, _start(FIRST));
        bytes memory signature = _sign(bob, c);
        uint256 tried;
        uint64 current = schedule.currentSlot();
        for (uint64 boundary = current - 5; boundary < current; ++boundary) {
            if (schedule.holderAt(boundary, _start(boundary)) == bob.id) continue;
            if (schedule.holderAt(boundary - 1, _start(boundary) - 1) == bob.id) continue;
            ++tried;
            HandoffReceipt memory receipt = _receipt(boundary, c.number, keccak256("another block"));
            bytes memory signed = _sign(bob, receipt);
            vm.expectPartialRevert(ISlasher.Slasher_NotTheOutgoing.selector);
            slasher.proveReceiptBroken(bob.id, receipt, signed, c, signature);
        }
        assertGt(tried, 1);
        assertEq(vault.slashableOf(bob.id), reach);
    }

    /// @dev Slots are without end, and so are heights: whoever stole a key signs for as many as it likes.
    function test_attack_CommitmentsForSlotsWithoutEnd_CostABoundedSum() public {
        Operator[2] memory victims = [alice, reserve];
        for (uint256 v; v < 2; ++v) {
            uint256 reach = vault.slashableOf(victims[v].id);
            uint256 paid;
            for (uint64 i = 1; i < 200; ++i) {
                BlockCommitment memory c = _dated(FIRST + 2 + i, _start(FIRST + 2 + i));
                bytes memory signature = _sign(victims[v], c);
                vm.prank(REPORTER);
                try slasher.proveOutOfTurn(victims[v].id, c, signature) {
                    ++paid;
                } catch {}
            }
            assertGt(paid, 0, "those that are assigned by now");
            assertLe(paid, 2 * config.clock.slotsPerEpoch, "slots of two epochs");
            assertLe(reach - vault.slashableOf(victims[v].id), paid * pledges.lockPerSlotAt(2) + paid * 1 gwei);
        }
        uint256 left = vault.coreOf(reserve.id);
        for (uint64 i; i < 20; ++i) {
            (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
            (a.number, b.number) = (a.number + i, b.number + i);
            (bytes memory signatureA, bytes memory signatureB) = (_sign(reserve, a), _sign(reserve, b));
            try slasher.proveEquivocation(reserve.id, a, signatureA, b, signatureB) {} catch {}
        }
        assertLt(vault.coreOf(reserve.id), left, "one counts");
        assertGe(vault.coreOf(reserve.id), left / 2 - 1 gwei, "one equivocation of the reserve an epoch");
    }

    function test_attack_SelfJailBeforeTheTombstone_ChangesNothing() public {
        _reportTurn(alice, _dated(FIRST, _start(FIRST + 1)));
        (uint256 penalty, uint256 locks) = slasher.penaltyOf(alice.id);
        assertEq(_equivocate(alice), penalty + locks);
        assertTrue(_status(alice) == Status.Tombstoned);
    }
}
