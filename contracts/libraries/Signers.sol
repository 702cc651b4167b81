// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ECDSA} from "solady/src/utils/ECDSA.sol";

import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {MinSig} from "./MinSig.sol";

/// @title Signers
/// @notice Who signed: an account by ECDSA, or a cluster by BLS. The length of the signature tells which.
library Signers {
    /// @param key The sequencer key that is expected; a cluster's has to be known to be asked.
    /// @param signature 65 bytes (r, s, v) or 64 (r, vs); a cluster's has 96.
    /// @return The account recovered, or `key` if it is a cluster that signed; zero for none.
    function signerOf(IOperatorRegistry registry, address key, bytes32 digest, bytes calldata signature)
        internal
        view
        returns (address)
    {
        if (signature.length != MinSig.SIGNATURE_BYTES) return ECDSA.tryRecoverCalldata(digest, signature);
        return registry.CLUSTERS().signerOf(key, digest, signature);
    }
}
