// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Keys of clusters
/// @notice Makes one `ClusterKey` contract a key. The registry takes it for an operator's sequencer key once the cluster has signed for
/// the owner: that is the proof of possession.
interface IClusterKeys {
    /* EVENTS */
    /// @param cluster The contract. @param key As in {create}.
    event ClusterKeyCreated(address indexed cluster, bytes32[8] key);

    /* KEYS */
    /// @notice Creates the contract of a key, or finds it. By anyone: it is nobody's until it is registered.
    /// @dev Emits {ClusterKeyCreated} the first time. Requires a key in G2's subgroup other than infinity, else `ClusterKey_BadKey`.
    /// @param key x.c0, x.c1, y.c0, y.c1, 64 bytes each, big endian: EIP-2537's encoding.
    function create(bytes32[8] calldata key) external returns (address cluster);

    /* VIEWS */
    /// @return Where the contract of a key is, or is going to be.
    function addressOf(bytes32[8] calldata key) external view returns (address);
    /// @return Whether the account is a contract made here: only such a one is asked what it signed.
    function isClusterKey(address account) external view returns (bool);
    /// @return `cluster` if it was made here and signed `digest`, else zero.
    function signerOf(address cluster, bytes32 digest, bytes calldata signature) external view returns (address);
    /// @return `cluster` if it was made here and signed both digests, which differ, by the sum of two signatures; else zero.
    function signerOfBoth(address cluster, bytes32 digestA, bytes32 digestB, bytes32[3] calldata aggregated)
        external
        view
        returns (address);
}
