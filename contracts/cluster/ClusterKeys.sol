// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IBaton} from "../interfaces/IBaton.sol";
import {IClusterKey} from "../interfaces/IClusterKey.sol";
import {IClusterKeys} from "../interfaces/IClusterKeys.sol";
import {ClusterKey} from "./ClusterKey.sol";

/// @title Cluster keys
/// @notice Made by the registry beside itself, because a contract that creates others carries their code.
/// @dev An account that was not made here is never asked: one that an owner wrote, or whose owner gave it code later (EIP-7702), could
/// deny what it signed, or answer a call-out without a commitment that binds it.
contract ClusterKeys is IClusterKeys {
    /* CONSTANTS AND IMMUTABLES */
    IBaton public immutable BATON;

    /* STORAGE */
    /// @inheritdoc IClusterKeys
    mapping(address account => bool) public isClusterKey;

    /* CONSTRUCTOR */
    /// @param baton May be an address computed in advance: it is not called here.
    constructor(IBaton baton) {
        BATON = baton;
    }

    /* KEYS */
    /// @inheritdoc IClusterKeys
    function create(bytes32[8] calldata key) external returns (address cluster) {
        cluster = addressOf(key);
        if (isClusterKey[cluster]) return cluster;

        isClusterKey[cluster] = true;
        emit ClusterKeyCreated(cluster, key);
        new ClusterKey{salt: 0}(BATON, key);
    }

    /* VIEWS */
    /// @inheritdoc IClusterKeys
    function addressOf(bytes32[8] calldata key) public view returns (address) {
        bytes32 code = keccak256(abi.encodePacked(type(ClusterKey).creationCode, abi.encode(BATON, key)));
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", address(this), bytes32(0), code)))));
    }

    /// @inheritdoc IClusterKeys
    function signerOf(address cluster, bytes32 digest, bytes calldata signature) external view returns (address) {
        bool signed = isClusterKey[cluster]
            && IClusterKey(cluster).isValidSignature(digest, signature) == IClusterKey.isValidSignature.selector;
        return signed ? cluster : address(0);
    }

    /// @inheritdoc IClusterKeys
    function signerOfBoth(address cluster, bytes32 digestA, bytes32 digestB, bytes32[3] calldata aggregated)
        external
        view
        returns (address)
    {
        bool signed =
            isClusterKey[cluster] && IClusterKey(cluster).isSignatureOfBoth(digestA, digestB, aggregated);
        return signed ? cluster : address(0);
    }
}
