// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ClusterKeyTest} from "../cluster/ClusterKey.t.sol";
import {IClusterKey} from "@rota/contracts/interfaces/IClusterKey.sol";

/// @notice What t of n keepers sign is one signature: the vectors' are such.
contract Cluster_Gas_Test is ClusterKeyTest {
    /// @dev By a call of the lowest level: forge isolates no static one.
    function test_gas_isCommitment() public {
        bytes memory call =
            abi.encodeCall(IClusterKey.isCommitment, (_commitment(".commitment"), _signed(".commitment.signature")));
        (bool ok, bytes memory answer) = address(cluster).call(call);
        vm.snapshotGasLastCall("Bars", "threshold BLS commitment, hash to curve included");
        assertTrue(ok && abi.decode(answer, (bool)));
    }

    function test_gas_isSignatureOfBoth() public {
        bytes memory call = abi.encodeCall(
            IClusterKey.isSignatureOfBoth,
            (_word(".commitment.digest"), _word(".conflicting.digest"), _signed(".aggregate"))
        );
        (bool ok, bytes memory answer) = address(cluster).call(call);
        vm.snapshotGasLastCall("Cluster", "two digests by one aggregated signature");
        assertTrue(ok && abi.decode(answer, (bool)));
    }
}
