// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ClusterKeyTest} from "../cluster/ClusterKey.t.sol";
import {IClusterKey} from "@rota/contracts/interfaces/IClusterKey.sol";

/// @notice What t of n keepers sign is one signature: the vectors' are such.
/// @dev Calls of the lowest level: forge isolates no static ones.
contract Cluster_Gas_Test is ClusterKeyTest {
    /// @dev By its digest, as Baton and Slasher ask.
    function test_gas_isValidSignature() public {
        _measure(
            abi.encodeCall(
                IClusterKey.isValidSignature, (_word(".commitment.digest"), _bytes(".commitment.signature"))
            ),
            bytes32(IClusterKey.isValidSignature.selector)
        );
        vm.snapshotGasLastCall("Bars", "threshold BLS commitment");
    }

    /// @dev With the hashing of the struct, and 1,492 gas more for calldata.
    function test_gas_isCommitment() public {
        _measure(
            abi.encodeCall(IClusterKey.isCommitment, (_commitment(".commitment"), _signed(".commitment.signature"))),
            bytes32(uint256(1))
        );
        vm.snapshotGasLastCall("Cluster", "commitment, its struct hashed on the way");
    }

    function test_gas_isSignatureOfBoth() public {
        _measure(
            abi.encodeCall(
                IClusterKey.isSignatureOfBoth,
                (_word(".commitment.digest"), _word(".conflicting.digest"), _signed(".aggregate"))
            ),
            bytes32(uint256(1))
        );
        vm.snapshotGasLastCall("Cluster", "two digests by one aggregated signature");
    }

    function _measure(bytes memory call, bytes32 wanted) internal {
        (bool ok, bytes memory answer) = address(cluster).call(call);
        assertTrue(ok);
        assertEq(bytes32(answer), wanted);
    }
}
