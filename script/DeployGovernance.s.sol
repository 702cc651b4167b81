// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {GovernanceConfig, GovernanceDeployer, GovernanceSystem} from "@rota/contracts/deploy/GovernanceDeployer.sol";
import {RotaGovernor} from "@rota/contracts/governance/RotaGovernor.sol";
import {Script} from "forge-std/Script.sol";
// solhint-disable-next-line no-console
import {console2} from "forge-std/console2.sol";

/// @title Deploy governance
/// @notice Deploys timelock, governor and guardian from a TOML file, which script/config/governance.example.toml explains:
///
///     ROTA_CONFIG=script/config/mine.toml ROTA_OUT=target/governance.json \
///         forge script script/DeployGovernance.s.sol --rpc-url URL --private-key KEY --broadcast
contract DeployGovernance is Script {
    function run() external {
        // It reads the one file that its caller names.
        // forge-lint: disable-next-line(unsafe-cheatcode)
        GovernanceConfig memory c = parse(vm.readFile(vm.envString("ROTA_CONFIG")));
        vm.startBroadcast();
        (, address deployer,) = vm.readCallers();
        GovernanceSystem memory s = GovernanceDeployer.deploy(c, deployer, vm.getNonce(deployer));
        vm.stopBroadcast();
        _write(s);
    }

    /// @dev A missing key reverts with its name.
    function parse(string memory toml) public view returns (GovernanceConfig memory c) {
        c.token = IVotes(vm.parseTomlAddress(toml, ".token"));
        c.governor = RotaGovernor.Params({
            votingDelay: SafeCast.toUint48(vm.parseTomlUint(toml, ".vote.delay")),
            votingPeriod: SafeCast.toUint32(vm.parseTomlUint(toml, ".vote.period")),
            proposalThreshold: vm.parseTomlUint(toml, ".vote.proposal_threshold"),
            quorumPercent: vm.parseTomlUint(toml, ".vote.quorum_percent"),
            queueGrace: SafeCast.toUint48(vm.parseTomlUint(toml, ".vote.queue_grace"))
        });
        c.delay = vm.parseTomlUint(toml, ".timelock.delay");
        c.executionGrace = vm.parseTomlUint(toml, ".timelock.execution_grace");
        c.guard = vm.parseTomlAddress(toml, ".guardian.guard");
        c.guardUntil = SafeCast.toUint64(block.timestamp + vm.parseTomlUint(toml, ".guardian.term"));
    }

    // solhint-disable no-console
    function _write(GovernanceSystem memory s) private {
        console2.log("timelock", address(s.timelock));
        console2.log("governor", address(s.governor));
        console2.log("guardian", address(s.guardian));
        string memory json = "governance";
        vm.serializeAddress(json, "timelock", address(s.timelock));
        vm.serializeAddress(json, "governor", address(s.governor));
        vm.writeJson(vm.serializeAddress(json, "guardian", address(s.guardian)), vm.envString("ROTA_OUT"));
    }
}
