// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BlockCommitment, HandoffReceipt} from "../types/Types.sol";
import {IBaton} from "./IBaton.sol";

/// @title Key of a cluster
/// @notice The sequencer key of an operator that is n keepers: any t of them sign together, and what they sign is one signature under one
/// BLS12-381 key. This contract is that key on L1: it tells what the key signed, and sends the claims that it signs.
/// @dev Keys are in G2, signatures in G1, suite `BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_`. What is signed is the 32 bytes of an
/// EIP-712 digest under the Baton's domain (the proof of possession: the registry's), so chain, deployment and kind are in it. A
/// signature is a point's x and y, big endian, 48 bytes each: three words, or the same 96 as `bytes`. How many
/// keepers it took is theirs to arrange: with n = 3f + 1 and t = n - f two quorums share an honest keeper, which signs once.
interface IClusterKey {
    /* ERRORS */
    /// @notice The key is infinity, or no point of G2's subgroup.
    error ClusterKey_BadKey();
    /// @notice The cluster did not sign `digest`, or the signature is malformed, infinity, or outside of the subgroup.
    error ClusterKey_BadSignature(bytes32 digest);

    /* CLAIMS */
    /// @notice Claims a slot in the Baton as the cluster's operator. By anyone who has the signature, and pays the gas.
    /// @dev The Baton records a slot's claim once: the signature is spent with it.
    ///
    /// Requirements:
    /// - the cluster signed {claimDigest}, else {ClusterKey_BadSignature}
    /// - those of `IBaton.claim`
    function claim(uint64 slot, bytes32[3] calldata signature) external;

    /* SIGNATURES */
    /// @notice ERC-1271: whether the cluster signed `digest`.
    /// @return 0x1626ba7e if it did, else 0xffffffff.
    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4);

    /// @notice Whether the cluster signed both of two different digests, by the sum of the two signatures.
    /// @param aggregated As a signature.
    function isSignatureOfBoth(bytes32 digestA, bytes32 digestB, bytes32[3] calldata aggregated)
        external
        view
        returns (bool);

    /// @notice Whether the cluster signed the commitment.
    function isCommitment(BlockCommitment calldata commitment, bytes32[3] calldata signature)
        external
        view
        returns (bool);

    /// @notice Whether the cluster signed the receipt.
    function isReceipt(HandoffReceipt calldata receipt, bytes32[3] calldata signature) external view returns (bool);

    /// @return EIP-712 digest of `Claim(uint256 l2ChainId,uint64 slot)`: what the cluster signs to claim.
    function claimDigest(uint64 slot) external view returns (bytes32);

    /* REFERENCES AND PARAMETERS */
    /// @return x.c0, x.c1, y.c0, y.c1 of the key, 64 bytes each, big endian: EIP-2537's encoding.
    function key() external view returns (bytes32[8] memory);
    function BATON() external view returns (IBaton);
    function L2_CHAIN_ID() external view returns (uint256);
}
