// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ClusterFixture} from "../cluster/ClusterFixture.sol";
import {MechanismTest} from "./MechanismTest.sol";
import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";

/// @notice Distributed sequencers: each operator is four keepers, of which three sign its claims, its commitments and its offence.
contract ClusterMechanismTest is MechanismTest, ClusterFixture {
    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.registry.stage, c.choice.names[1]) =
        (1, [PolicyName.RoundRobin, PolicyName.None, PolicyName.None, PolicyName.None]);
    }

    function test_Mechanism_Cluster() public {
        _drive(Mechanism(_nothing, _nothing, _checkClusters));
        for (uint256 i; i < operators.length; ++i) {
            assertGt(assigned[operators[i].id], 0);
        }
        assertTrue(registry.CLUSTERS().isClusterKey(_operator(offender).sequencer));
        assertTrue(registry.CLUSTERS().isClusterKey(_operator(sleeper).sequencer));
    }

    /// @dev Whoever has a slot is a cluster by its key of that epoch, or the reserve.
    function _checkClusters(uint64 epoch, uint16[] memory slots) internal view {
        for (uint256 i; i < slots.length; ++i) {
            if (slots[i] == reserve.id || slots[i] == 0) continue;
            address key = registry.sequencerKeyAt(slots[i], epoch);
            assertTrue(registry.CLUSTERS().isClusterKey(key));
        }
    }

    /* LINEARIZATION */
    function _keysOf(string memory name) internal override(RotaFixture, ClusterFixture) returns (Operator memory) {
        return ClusterFixture._keysOf(name);
    }

    function _signTyped(address verifier, bytes32 structHash, uint256 key)
        internal
        view
        override(RotaFixture, ClusterFixture)
        returns (bytes memory)
    {
        return ClusterFixture._signTyped(verifier, structHash, key);
    }

    function _claim(Operator memory operator, uint64 slot) internal override(RotaFixture, ClusterFixture) {
        ClusterFixture._claim(operator, slot);
    }

    function _equivocate(Operator memory operator) internal override(RotaFixture, ClusterFixture) returns (uint256) {
        return ClusterFixture._equivocate(operator);
    }
}
