// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISlasher} from "@rota/contracts/interfaces/ISlasher.sol";
import {RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";
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
        string memory json = vm.readFile("tests/contracts/vectors/gossip.json");
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

    function test_proveGossipEquivocation_TombstonesLikeACommitment() public {
        (bytes memory other, bytes memory signature) = _another();
        (uint256 penalty,) = slasher.penaltyOf(operator);
        uint256 reach = vault.slashableOf(operator);
        vm.prank(stranger);
        slasher.proveGossipEquivocation(operator, a, signatureA, other, signature);
        assertEq(reach - vault.slashableOf(operator), penalty);
        (Status status,) = registry.statusOf(operator);
        assertTrue(status == Status.Tombstoned);
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
