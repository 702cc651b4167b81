// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BlockCommitment, HandoffReceipt} from "../types/Types.sol";

/// @title Commitments
/// @notice EIP-712 struct hashes of what holders sign. The domain is the Baton's: name "Rota", version "1", the L1's chain id,
/// the Baton's address; with `l2ChainId` inside, a signature means one chain of one deployment.
library Commitments {
    bytes32 internal constant BLOCK_COMMITMENT_TYPEHASH = keccak256(
        "BlockCommitment(uint256 l2ChainId,uint64 slot,uint64 number,uint64 timestamp,bytes32 parentHash,bytes32 blockHash,uint64 l1OriginNumber,bytes32 l1OriginHash)"
    );
    bytes32 internal constant HANDOFF_RECEIPT_TYPEHASH =
        keccak256("HandoffReceipt(uint256 l2ChainId,uint64 boundarySlot,uint64 number,bytes32 hash)");
    bytes32 internal constant CLAIM_TYPEHASH = keccak256("Claim(uint256 l2ChainId,uint64 slot)");
    bytes32 internal constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// @return The struct hash of a cluster's claim, before the domain. Other operators claim by a transaction of their key.
    function hashClaim(uint256 l2ChainId, uint64 slot) internal pure returns (bytes32) {
        return keccak256(abi.encode(CLAIM_TYPEHASH, l2ChainId, slot));
    }

    /// @return The struct hash, before the domain.
    function hash(BlockCommitment memory commitment) internal pure returns (bytes32) {
        // All members are one word: the ABI encoding of the struct is EIP-712's.
        return keccak256(abi.encode(BLOCK_COMMITMENT_TYPEHASH, commitment));
    }

    /// @return The struct hash, before the domain.
    function hash(HandoffReceipt memory receipt) internal pure returns (bytes32) {
        return keccak256(abi.encode(HANDOFF_RECEIPT_TYPEHASH, receipt));
    }

    /// @return structHash The same, of calldata, for less gas. A number above 64 bits has a hash that no signer's is.
    function hashOf(BlockCommitment calldata commitment) internal pure returns (bytes32 structHash) {
        // structHash = keccak256(abi.encode(BLOCK_COMMITMENT_TYPEHASH, commitment));
        bytes32 typeHash = BLOCK_COMMITMENT_TYPEHASH;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            calldatacopy(add(free, 0x20), commitment, 0x100)
            structHash := keccak256(free, 0x120)
        }
    }

    /// @notice The domain separator of a Baton on this chain. Of the chain id as it is now: on a fork of L1 it is another.
    function domainOf(address baton) internal view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256("Rota"), keccak256("1"), block.chainid, baton));
    }
}
