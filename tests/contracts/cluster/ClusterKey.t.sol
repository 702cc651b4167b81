// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ClusterVectors} from "./ClusterVectors.sol";
import {ClusterKeys} from "@rota/contracts/cluster/ClusterKeys.sol";
import {IBaton} from "@rota/contracts/interfaces/IBaton.sol";
import {IClusterKey} from "@rota/contracts/interfaces/IClusterKey.sol";
import {IClusterKeys} from "@rota/contracts/interfaces/IClusterKeys.sol";
import {BlockCommitment, HandoffReceipt} from "@rota/contracts/types/Types.sol";

/// @dev What a cluster's key knows of the Baton. Stands where the vectors were signed for.
contract ClaimedBaton {
    uint256 public constant L2_CHAIN_ID = 901;
    uint64 public claimed;
    address public claimer;

    function claim(uint64 slot) external {
        require(slot != claimed, "claimed");
        (claimed, claimer) = (slot, msg.sender);
    }
}

/// @dev An account that says yes to everything.
contract Yes {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return 0x1626ba7e;
    }

    function isSignatureOfBoth(bytes32, bytes32, bytes32[3] calldata) external pure returns (bool) {
        return true;
    }
}

contract ClusterKeyTest is ClusterVectors {
    ClaimedBaton internal baton;
    ClusterKeys internal clusters;
    IClusterKey internal cluster;

    function setUp() public {
        vm.prank(0x1111111111111111111111111111111111111111);
        baton = new ClaimedBaton();
        assertEq(address(baton), vm.parseJsonAddress(vectors, ".baton"));
        clusters = new ClusterKeys(IBaton(address(baton)));
        cluster = IClusterKey(clusters.create(_key(".key")));
    }

    /* CREATION */
    function test_create_IsWhereItWasExpected() public {
        bytes32[8] memory key = _key(".outside.otherKey");
        address expected = clusters.addressOf(key);
        assertFalse(clusters.isClusterKey(expected));
        vm.expectEmit(address(clusters));
        emit IClusterKeys.ClusterKeyCreated(expected, key);
        assertEq(clusters.create(key), expected);
        assertTrue(clusters.isClusterKey(expected));
        assertEq(abi.encode(IClusterKey(expected).key()), abi.encode(key));
        assertEq(address(IClusterKey(expected).BATON()), address(baton));
        assertEq(IClusterKey(expected).L2_CHAIN_ID(), 901);
    }

    /// @dev A stranger who creates it first has created it for its owner.
    function test_create_GivenTheKeyHasAContract_FindsIt() public {
        vm.prank(makeAddr("stranger"));
        assertEq(clusters.create(_key(".key")), address(cluster));
    }

    function test_create_RevertWhen_KeyIsInfinity() public {
        bytes32[8] memory infinity;
        vm.expectRevert(IClusterKey.ClusterKey_BadKey.selector);
        clusters.create(infinity);
    }

    function test_create_RevertWhen_KeyIsOutsideOfTheSubgroup() public {
        bytes32[8] memory outside = _key(".outside.g2");
        vm.expectRevert(IClusterKey.ClusterKey_BadKey.selector);
        clusters.create(outside);
    }

    /* SIGNATURES */
    function test_isCommitment() public view {
        assertTrue(cluster.isCommitment(_commitment(".commitment"), _signed(".commitment.signature")));
        assertTrue(cluster.isCommitment(_commitment(".conflicting"), _signed(".conflicting.signature")));
    }

    function testFuzz_isCommitment_WhenAMemberDiffers(uint8 member, uint64 change) public view {
        vm.assume(change != 0);
        BlockCommitment memory c = _commitment(".commitment");
        if (member % 8 == 0) c.l2ChainId ^= change;
        else if (member % 8 == 1) c.slot ^= change;
        else if (member % 8 == 2) c.number ^= change;
        else if (member % 8 == 3) c.timestamp ^= change;
        else if (member % 8 == 4) c.parentHash ^= bytes32(uint256(change));
        else if (member % 8 == 5) c.blockHash ^= bytes32(uint256(change));
        else if (member % 8 == 6) c.l1OriginNumber ^= change;
        else c.l1OriginHash ^= bytes32(uint256(change));
        assertFalse(cluster.isCommitment(c, _signed(".commitment.signature")));
    }

    function test_isReceipt() public view {
        HandoffReceipt memory receipt = HandoffReceipt(901, 24, 483, _word(".receipt.blockHash"));
        assertTrue(cluster.isReceipt(receipt, _signed(".receipt.signature")));
        receipt.number += 1;
        assertFalse(cluster.isReceipt(receipt, _signed(".receipt.signature")));
    }

    function test_isValidSignature() public view {
        assertEq(
            cluster.isValidSignature(_word(".commitment.digest"), _bytes(".commitment.signature")), bytes4(0x1626ba7e)
        );
        assertEq(
            cluster.isValidSignature(_word(".conflicting.digest"), _bytes(".commitment.signature")), bytes4(0xffffffff)
        );
        assertEq(cluster.isValidSignature(_word(".commitment.digest"), new bytes(96)), bytes4(0xffffffff));
        assertEq(cluster.isValidSignature(_word(".commitment.digest"), ""), bytes4(0xffffffff));
        assertEq(cluster.isValidSignature(_word(".commitment.digest"), _bytes(".outside.g1")), bytes4(0xffffffff));
    }

    /// @dev On a fork of L1 the same words have another digest.
    function test_isCommitment_WhenReplayedOnAFork() public {
        vm.chainId(block.chainid + 1);
        assertFalse(cluster.isCommitment(_commitment(".commitment"), _signed(".commitment.signature")));
    }

    /// @dev A Baton elsewhere is another domain.
    function test_isCommitment_WhenReplayedInAnotherDeployment() public {
        IClusterKey other = IClusterKey(new ClusterKeys(IBaton(address(new ClaimedBaton()))).create(_key(".key")));
        assertFalse(other.isCommitment(_commitment(".commitment"), _signed(".commitment.signature")));
    }

    /* BOTH */
    function test_isSignatureOfBoth() public view {
        (bytes32 a, bytes32 b) = (_word(".commitment.digest"), _word(".conflicting.digest"));
        assertTrue(cluster.isSignatureOfBoth(a, b, _signed(".aggregate")));
        assertTrue(cluster.isSignatureOfBoth(b, a, _signed(".aggregate")));
    }

    function test_isSignatureOfBoth_WhenOneWasNotSigned() public view {
        (bytes32 a, bytes32 b) = (_word(".commitment.digest"), keccak256("never signed"));
        assertFalse(cluster.isSignatureOfBoth(a, b, _signed(".aggregate")));
        assertFalse(cluster.isSignatureOfBoth(a, b, _signed(".commitment.signature")));
    }

    /// @dev Twice a signature is easily made of one.
    function test_isSignatureOfBoth_WhenBothAreOne() public view {
        bytes32 a = _word(".commitment.digest");
        assertFalse(cluster.isSignatureOfBoth(a, a, _signed(".doubled")));
    }

    function test_isSignatureOfBoth_WhenInfinityOrOutside() public view {
        (bytes32 a, bytes32 b) = (_word(".commitment.digest"), _word(".conflicting.digest"));
        bytes32[3] memory infinity;
        assertFalse(cluster.isSignatureOfBoth(a, b, infinity));
        assertFalse(cluster.isSignatureOfBoth(a, b, _signed(".outside.g1")));
    }

    /* CLAIMS */
    function test_claim() public {
        assertEq(cluster.claimDigest(16), _word(".claim.digest"));
        vm.prank(makeAddr("anyone"));
        cluster.claim(16, _signed(".claim.signature"));
        assertEq(baton.claimed(), 16);
        assertEq(baton.claimer(), address(cluster));
    }

    function test_claim_RevertWhen_OfAnotherSlot() public {
        bytes32[3] memory signature = _signed(".claim.signature");
        vm.expectRevert(abi.encodeWithSelector(IClusterKey.ClusterKey_BadSignature.selector, cluster.claimDigest(17)));
        cluster.claim(17, signature);
    }

    function test_claim_RevertWhen_SignatureIsACommitments() public {
        bytes32[3] memory signature = _signed(".commitment.signature");
        vm.expectRevert(abi.encodeWithSelector(IClusterKey.ClusterKey_BadSignature.selector, cluster.claimDigest(16)));
        cluster.claim(16, signature);
    }

    /// @dev The Baton takes a slot's claim once.
    function test_claim_RevertWhen_Replayed() public {
        bytes32[3] memory signature = _signed(".claim.signature");
        cluster.claim(16, signature);
        vm.expectRevert("claimed");
        cluster.claim(16, signature);
    }

    /* SIGNERS */
    function test_signerOf() public view {
        (bytes32 a, bytes32 b) = (_word(".commitment.digest"), _word(".conflicting.digest"));
        assertEq(clusters.signerOf(address(cluster), a, _bytes(".commitment.signature")), address(cluster));
        assertEq(clusters.signerOf(address(cluster), b, _bytes(".commitment.signature")), address(0));
        assertEq(clusters.signerOfBoth(address(cluster), a, b, _signed(".aggregate")), address(cluster));
        assertEq(clusters.signerOfBoth(address(cluster), a, b, _signed(".commitment.signature")), address(0));
    }

    /// @dev An account that its owner wrote would say what suits it.
    function test_attack_AccountThatSaysYes_IsNeverAsked() public {
        bytes32[3] memory zeros;
        address yes = address(new Yes());
        assertEq(clusters.signerOf(yes, bytes32(0), new bytes(96)), address(0));
        assertEq(clusters.signerOfBoth(yes, bytes32(0), bytes32(uint256(1)), zeros), address(0));
    }

    /* INTERNAL */
    function _commitment(string memory path) internal view returns (BlockCommitment memory) {
        return BlockCommitment({
            l2ChainId: vm.parseJsonUint(vectors, ".block.l2ChainId"),
            slot: uint64(vm.parseJsonUint(vectors, ".block.slot")),
            number: uint64(vm.parseJsonUint(vectors, ".block.number")),
            timestamp: uint64(vm.parseJsonUint(vectors, ".block.timestamp")),
            parentHash: _word(".block.parentHash"),
            blockHash: _word(string.concat(path, ".blockHash")),
            l1OriginNumber: uint64(vm.parseJsonUint(vectors, ".block.l1OriginNumber")),
            l1OriginHash: _word(".block.l1OriginHash")
        });
    }
}
