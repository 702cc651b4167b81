// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ISlasher} from "@rota/contracts/interfaces/ISlasher.sol";
import {Operator, RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";
import {BlockCommitment, Status} from "@rota/contracts/types/Types.sol";

/// @notice What op-node gossips, as evidence: the vectors of tests/contracts/vectors, in whose time this L1 is.
contract Slasher_Gossip_Test is RotaFixture {
    /// @dev Anvil's second account, which signed the vectors; named as operator 2's gossip key.
    uint256 internal constant GOSSIP_KEY = 0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d;
    uint256 internal constant RESERVE_KEY = 0x6e7365;
    uint256 internal constant BLOCK_HASH_AT = 504;

    uint16 internal operator;
    uint256 internal dated;
    /// @dev Two payloads of one height, honestly sealed before and after a reorg of L1.
    bytes internal a;
    bytes internal signatureA;
    bytes internal b;
    bytes internal signatureB;

    function setUp() public {
        string memory json = _vectors();
        (a, signatureA) = (vm.parseJsonBytes(json, ".a.raw"), vm.parseJsonBytes(json, ".a.signature"));
        (b, signatureB) = (vm.parseJsonBytes(json, ".b.raw"), vm.parseJsonBytes(json, ".b.signature"));
        dated = vm.parseJsonUint(json, ".a.timestamp");

        // Genesis is 200 s before the block, so that it lies in epoch 3; a key named before genesis counts from epoch 2 on.
        vm.warp(dated - 300);
        _deployRota();
        operator = operators[0].id;
        bytes memory proof = _keyProof(operators[0].owner, GOSSIP_KEY);
        vm.prank(operators[0].owner);
        registry.setGossipKey(operator, vm.addr(GOSSIP_KEY), proof);
        proof = _keyProof(reserve.owner, RESERVE_KEY);
        vm.prank(reserve.owner);
        registry.setGossipKey(reserve.id, vm.addr(RESERVE_KEY), proof);
        _run(3);
        _warpTo(dated);
    }

    function _expectTombstoned(bytes memory proof) internal {
        (uint256 penalty,) = slasher.penaltyOf(operator);
        uint256 reach = vault.slashableOf(operator);
        vm.prank(stranger);
        Address.functionCall(address(slasher), proof);
        assertEq(reach - vault.slashableOf(operator), penalty);
        (Status status,) = registry.statusOf(operator);
        assertTrue(status == Status.Tombstoned);
    }

    function test_proveGossipEquivocation_TombstonesLikeACommitment() public {
        (bytes memory other, bytes memory signature) = _another();
        _expectTombstoned(abi.encodeCall(slasher.proveGossipEquivocation, (operator, a, signatureA, other, signature)));
    }

    /// @dev By the date, whenever it is proven, and by whatever was signed.
    function test_proveGossipEquivocation_GivenReserve_PaysForTheEpochOfTheDate() public {
        (bytes memory other,) = _another();
        bytes memory signature = _signGossip(other, config.baton.l2ChainId, RESERVE_KEY);
        bytes memory first = _signGossip(a, config.baton.l2ChainId, RESERVE_KEY);
        (BlockCommitment memory c, BlockCommitment memory d) = _twoBlocks();
        (bytes memory signatureC, bytes memory signatureD) = (_sign(reserve, c), _sign(reserve, d));
        _warpTo(schedule.startOfEpoch(4));

        (uint256 penalty,) = slasher.penaltyOf(reserve.id);
        uint256 reach = vault.slashableOf(reserve.id);
        slasher.proveGossipEquivocation(reserve.id, a, first, other, signature);
        assertEq(reach - vault.slashableOf(reserve.id), penalty);

        bytes memory paid = abi.encodeWithSelector(ISlasher.Slasher_AlreadyJudged.selector, reserve.id, 3);
        vm.expectRevert(paid);
        slasher.proveEquivocation(reserve.id, c, signatureC, d, signatureD);
        vm.expectRevert(paid);
        slasher.proveGossipEquivocation(reserve.id, other, signature, a, first);
    }

    /// @dev The same two blocks that real keepers sealed when their L1 was taken back.
    function test_attack_GossipOfAnHonestReseal_ProvesNothing() public {
        vm.expectPartialRevert(ISlasher.Slasher_OriginNotCanonical.selector);
        slasher.proveGossipEquivocation(operator, a, signatureA, b, signatureB);
        vm.expectPartialRevert(ISlasher.Slasher_OriginNotCanonical.selector);
        slasher.proveGossipEquivocation(operator, b, signatureB, a, signatureA);
    }

    /* ONE OF EACH */
    function test_proveMixedEquivocation_TombstonesLikeACommitment() public {
        (BlockCommitment memory c, bytes memory signature) = _committed(operators[0], keccak256("for the others"));
        _expectTombstoned(abi.encodeCall(slasher.proveMixedEquivocation, (operator, c, signature, a, signatureA)));
    }

    /// @dev It commits to each block that its node gossips.
    function test_attack_GossipOfWhatWasCommitted_ProvesNothing() public {
        bytes32 gossiped = vm.parseJsonBytes32(_vectors(), ".a.block_hash");
        (BlockCommitment memory c, bytes memory signature) = _committed(operators[0], gossiped);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.Slasher_SameBlock.selector, gossiped));
        slasher.proveMixedEquivocation(operator, c, signature, a, signatureA);
    }

    /// @dev Sealed again after L1 was taken back: one of the two origins is not canonical, whichever was gossiped.
    function test_attack_GossipOfAnHonestReseal_WithACommitment_ProvesNothing() public {
        (BlockCommitment memory c, bytes memory signature) = _committed(operators[0], keccak256("resealed"));
        vm.expectPartialRevert(ISlasher.Slasher_OriginNotCanonical.selector);
        slasher.proveMixedEquivocation(operator, c, signature, b, signatureB);
    }

    /// @dev She gave the key up and it leaked. Whoever has it dates a payload back, beside a commitment of hers that is honest and new.
    function test_attack_StolenOldGossipKey_ProvesNothingAfterTheWindow() public {
        uint256 fresh = 0xf2e5;
        bytes memory proof = _keyProof(operators[0].owner, fresh);
        vm.prank(operators[0].owner);
        registry.setGossipKey(operator, vm.addr(fresh), proof);
        _warpTo(schedule.startOfEpoch(5) + 120);
        (BlockCommitment memory c, bytes memory signature) = _committed(operators[0], keccak256("for the others"));
        assertEq(registry.gossipKeyAt(operator, registry.currentEpoch()), vm.addr(fresh));
        uint256 closed = dated + slasher.EVIDENCE_WINDOW();
        assertGt(vm.getBlockTimestamp(), closed);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.Slasher_TooLate.selector, closed));
        slasher.proveMixedEquivocation(operator, c, signature, a, signatureA);
    }

    function test_proveMixedEquivocation_RevertWhen_OneIsAnothers() public {
        (BlockCommitment memory c, bytes memory signature) = _committed(operators[1], keccak256("for the others"));
        vm.expectPartialRevert(ISlasher.Slasher_WrongSigner.selector);
        slasher.proveMixedEquivocation(operator, c, signature, a, signatureA);
        uint16 other = operators[1].id;
        vm.expectRevert(
            abi.encodeWithSelector(ISlasher.Slasher_WrongSigner.selector, other, vm.addr(GOSSIP_KEY), address(0))
        );
        slasher.proveMixedEquivocation(other, c, signature, a, signatureA);
        (c, signature) = _committed(operators[0], keccak256("for the others"));
        bytes memory foreign = _signGossip(a, 902, GOSSIP_KEY);
        vm.expectPartialRevert(ISlasher.Slasher_WrongSigner.selector);
        slasher.proveMixedEquivocation(operator, c, signature, a, foreign);
    }

    function test_proveMixedEquivocation_RevertWhen_ElsewhereOrTooOld() public {
        (BlockCommitment memory c, bytes memory signature) = _committed(operators[0], keccak256("for the others"));
        BlockCommitment memory moved = c;
        moved.number += 1;
        vm.expectPartialRevert(ISlasher.Slasher_OtherPlace.selector);
        slasher.proveMixedEquivocation(operator, moved, signature, a, signatureA);
        (moved.number, moved.parentHash) = (moved.number - 1, keccak256("another parent"));
        vm.expectPartialRevert(ISlasher.Slasher_OtherPlace.selector);
        slasher.proveMixedEquivocation(operator, moved, signature, a, signatureA);
        (c, signature) = _committed(operators[0], keccak256("for the others"));
        uint256 closed = _startOfSlot(c.slot + 1) + 120;
        vm.warp(closed + 1);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.Slasher_TooLate.selector, closed));
        slasher.proveMixedEquivocation(operator, c, signature, a, signatureA);
    }

    /// @dev With a gossip key that it gave up, beside each new epoch's honest commitments: that accident is of the key's time.
    function test_proveMixedEquivocation_GivenReserve_PaysForTheOlderOfTheTwo() public {
        (BlockCommitment memory c,) = _committed(reserve, keccak256("for the others"));
        bytes memory first = _signGossip(a, config.baton.l2ChainId, RESERVE_KEY);
        _warpTo(schedule.startOfEpoch(4));
        c.slot = schedule.currentSlot();
        slasher.proveMixedEquivocation(reserve.id, c, _sign(reserve, c), a, first);
        c.slot = 5 * config.clock.slotsPerEpoch;
        bytes memory signature = _sign(reserve, c);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.Slasher_AlreadyJudged.selector, reserve.id, 3));
        slasher.proveMixedEquivocation(reserve.id, c, signature, a, first);
    }

    /// @dev In whatever form the two came: what it did in an epoch is paid for once.
    function test_proveMixedEquivocation_GivenReserve_PaysOnceForAnEpoch() public {
        (BlockCommitment memory c, bytes memory signature) = _committed(reserve, keccak256("for the others"));
        bytes memory first = _signGossip(a, config.baton.l2ChainId, RESERVE_KEY);
        slasher.proveMixedEquivocation(reserve.id, c, signature, a, first);
        bytes memory paid = abi.encodeWithSelector(ISlasher.Slasher_AlreadyJudged.selector, reserve.id, 3);
        vm.expectRevert(paid);
        slasher.proveMixedEquivocation(reserve.id, c, signature, a, first);
        bytes memory other = _otherBlock();
        bytes memory second = _signGossip(other, config.baton.l2ChainId, RESERVE_KEY);
        vm.expectRevert(paid);
        slasher.proveGossipEquivocation(reserve.id, a, first, other, second);
    }

    /* REFUSALS */
    function test_proveGossipEquivocation_RevertWhen_KeyIsNotTheOperators() public {
        (bytes memory other, bytes memory signature) = _another();
        uint16 stranger_ = operators[1].id;
        bytes memory reason =
            abi.encodeWithSelector(ISlasher.Slasher_WrongSigner.selector, stranger_, vm.addr(GOSSIP_KEY), address(0));
        vm.expectRevert(reason);
        slasher.proveGossipEquivocation(stranger_, a, signatureA, other, signature);
    }

    function test_proveGossipEquivocation_RevertWhen_TheOtherIsUnsigned() public {
        (bytes memory other, bytes memory signature) = _another();
        vm.expectPartialRevert(ISlasher.Slasher_WrongSigner.selector);
        slasher.proveGossipEquivocation(operator, a, signatureA, other, signatureA);
        vm.expectPartialRevert(ISlasher.Slasher_WrongSigner.selector);
        slasher.proveGossipEquivocation(operator, a, hex"00", other, signature);
    }

    function test_proveGossipEquivocation_RevertWhen_OneBlock() public {
        vm.expectPartialRevert(ISlasher.Slasher_SameBlock.selector);
        slasher.proveGossipEquivocation(operator, a, signatureA, a, signatureA);
    }

    function test_proveGossipEquivocation_RevertWhen_TooOld() public {
        (bytes memory other, bytes memory signature) = _another();
        vm.warp(dated + 121);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.Slasher_TooLate.selector, dated + 120));
        slasher.proveGossipEquivocation(operator, a, signatureA, other, signature);
    }

    /// @dev Gossip of a chain with another id, by the same key.
    function test_attack_GossipOfAnotherChain_ProvesNothing() public {
        bytes memory other = _otherBlock();
        bytes memory signature = _signGossip(other, 902, GOSSIP_KEY);
        vm.expectPartialRevert(ISlasher.Slasher_WrongSigner.selector);
        slasher.proveGossipEquivocation(operator, a, signatureA, other, signature);
    }

    /// @dev A proof of possession is needed, so that nobody names a rival's key; and it is one operator's for ever.
    function test_attack_NamingAnothersGossipKey_IsRefused() public {
        bytes memory copied = _keyProof(operators[0].owner, GOSSIP_KEY);
        vm.prank(operators[1].owner);
        vm.expectRevert();
        registry.setGossipKey(operators[1].id, vm.addr(GOSSIP_KEY), copied);
        bytes memory own = _keyProof(operators[1].owner, GOSSIP_KEY);
        vm.prank(operators[1].owner);
        vm.expectRevert();
        registry.setGossipKey(operators[1].id, vm.addr(GOSSIP_KEY), own);
    }

    /* INTERNAL */
    function _vectors() private view returns (string memory) {
        return vm.readFile("tests/contracts/vectors/gossip.json");
    }

    /// @dev A commitment in the place of the first payload, and on its L1 origin.
    function _committed(Operator memory by, bytes32 blockHash)
        private
        view
        returns (BlockCommitment memory c, bytes memory signature)
    {
        string memory json = _vectors();
        c = _blockNow();
        c.number = uint64(vm.parseJsonUint(json, ".a.number"));
        (c.parentHash, c.blockHash) = (vm.parseJsonBytes32(json, ".a.parent_hash"), blockHash);
        c.l1OriginNumber = uint64(vm.parseJsonUint(json, ".a.l1_origin_number"));
        c.l1OriginHash = vm.parseJsonBytes32(json, ".a.l1_origin_hash");
        signature = _sign(by, c);
    }

    function _startOfSlot(uint64 slot) private view returns (uint256) {
        uint64 slots = config.clock.slotsPerEpoch;
        return schedule.startOfEpoch(slot / slots) + (slot % slots) * config.clock.slotSeconds;
    }

    /// @dev The first payload with another block hash: same height, parent and L1 origin.
    function _otherBlock() private view returns (bytes memory other) {
        other = a;
        for (uint256 i; i < 32; ++i) {
            other[BLOCK_HASH_AT + i] = bytes1(uint8(i));
        }
    }

    function _another() private view returns (bytes memory other, bytes memory signature) {
        other = _otherBlock();
        signature = _signGossip(other, config.baton.l2ChainId, GOSSIP_KEY);
    }

    function _signGossip(bytes memory raw, uint256 l2ChainId, uint256 key) private pure returns (bytes memory) {
        bytes32 digest = keccak256(abi.encodePacked(bytes32(0), l2ChainId, keccak256(raw)));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        // As op-node does: the recovery id itself.
        return abi.encodePacked(r, s, v - 27);
    }
}
