// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IBaton} from "../interfaces/IBaton.sol";
import {IClusterKey} from "../interfaces/IClusterKey.sol";
import {Commitments} from "../libraries/Commitments.sol";
import {MinSig} from "../libraries/MinSig.sol";
import {BlockCommitment, HandoffReceipt} from "../types/Types.sol";

/// @title Cluster key
/// @notice A BLS12-381 key as an account: verifies what it signed, and claims.
/// @dev Holds nothing and has no owner. Trusts the precompiles of EIP-2537, and `BATON` to take each claim once.
contract ClusterKey is IClusterKey {
    /* CONSTANTS AND IMMUTABLES */
    /// @inheritdoc IClusterKey
    IBaton public immutable BATON;
    /// @inheritdoc IClusterKey
    uint256 public immutable L2_CHAIN_ID;
    uint256 internal immutable CHAIN_ID;
    bytes32 internal immutable DOMAIN;

    /// @dev The key. In the code: eight words of storage would cost more than the hashing does.
    bytes32 internal immutable KEY_0;
    bytes32 internal immutable KEY_1;
    bytes32 internal immutable KEY_2;
    bytes32 internal immutable KEY_3;
    bytes32 internal immutable KEY_4;
    bytes32 internal immutable KEY_5;
    bytes32 internal immutable KEY_6;
    bytes32 internal immutable KEY_7;

    /* CONSTRUCTOR */
    constructor(IBaton baton, bytes32[8] memory key_) {
        if (!MinSig.isKey(key_)) revert ClusterKey_BadKey();
        (BATON, L2_CHAIN_ID) = (baton, baton.L2_CHAIN_ID());
        (CHAIN_ID, DOMAIN) = (block.chainid, Commitments.domainOf(address(baton)));
        (KEY_0, KEY_1, KEY_2, KEY_3) = (key_[0], key_[1], key_[2], key_[3]);
        (KEY_4, KEY_5, KEY_6, KEY_7) = (key_[4], key_[5], key_[6], key_[7]);
    }

    /* CLAIMS */
    /// @inheritdoc IClusterKey
    function claim(uint64 slot, bytes32[3] calldata signature) external {
        bytes32 digest = claimDigest(slot);
        if (!_isSigned(digest, signature)) revert ClusterKey_BadSignature(digest);
        BATON.claim(slot);
    }

    /* SIGNATURES */
    /// @inheritdoc IClusterKey
    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        if (signature.length != MinSig.SIGNATURE_BYTES) return 0xffffffff;
        bytes32[3] calldata words;
        assembly ("memory-safe") {
            words := signature.offset
        }
        return _isSigned(digest, words) ? IClusterKey.isValidSignature.selector : bytes4(0xffffffff);
    }

    /// @inheritdoc IClusterKey
    function isSignatureOfBoth(bytes32 digestA, bytes32 digestB, bytes32[3] calldata aggregated)
        external
        view
        returns (bool)
    {
        // Twice one signature is no second one.
        if (digestA == digestB) return false;
        bytes memory input = MinSig.buffer();
        MinSig.writeHashes(input, digestA, digestB);
        _writeKey(input);
        return MinSig.isSignature(input, aggregated);
    }

    /// @inheritdoc IClusterKey
    function isCommitment(BlockCommitment calldata commitment, bytes32[3] calldata signature)
        external
        view
        returns (bool)
    {
        return _isSigned(_digest(Commitments.hashOf(commitment)), signature);
    }

    /// @inheritdoc IClusterKey
    function isReceipt(HandoffReceipt calldata receipt, bytes32[3] calldata signature) external view returns (bool) {
        return _isSigned(_digest(Commitments.hash(receipt)), signature);
    }

    /// @inheritdoc IClusterKey
    function claimDigest(uint64 slot) public view returns (bytes32) {
        return _digest(Commitments.hashClaim(L2_CHAIN_ID, slot));
    }

    /* VIEWS */
    /// @inheritdoc IClusterKey
    function key() public view returns (bytes32[8] memory) {
        return [KEY_0, KEY_1, KEY_2, KEY_3, KEY_4, KEY_5, KEY_6, KEY_7];
    }

    /* INTERNAL */
    function _isSigned(bytes32 digest, bytes32[3] calldata signature) internal view returns (bool) {
        bytes memory input = MinSig.buffer();
        MinSig.writeHash(input, digest);
        _writeKey(input);
        return MinSig.isSignature(input, signature);
    }

    /// @dev Behind the hash.
    function _writeKey(bytes memory input) internal view {
        (bytes32 a, bytes32 b, bytes32 c, bytes32 d) = (KEY_0, KEY_1, KEY_2, KEY_3);
        assembly ("memory-safe") {
            mstore(add(input, 0xa0), a)
            mstore(add(input, 0xc0), b)
            mstore(add(input, 0xe0), c)
            mstore(add(input, 0x100), d)
        }
        (a, b, c, d) = (KEY_4, KEY_5, KEY_6, KEY_7);
        assembly ("memory-safe") {
            mstore(add(input, 0x120), a)
            mstore(add(input, 0x140), b)
            mstore(add(input, 0x160), c)
            mstore(add(input, 0x180), d)
        }
    }

    /// @dev Under the Baton's domain, by the chain id of now: a fork of L1 has another.
    function _digest(bytes32 structHash) internal view returns (bytes32 digest) {
        // digest = keccak256(abi.encodePacked("\x19\x01", domain, structHash));
        bytes32 domain = block.chainid == CHAIN_ID ? DOMAIN : Commitments.domainOf(address(BATON));
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, "\x19\x01")
            mstore(add(free, 0x02), domain)
            mstore(add(free, 0x22), structHash)
            digest := keccak256(free, 0x42)
        }
    }
}
