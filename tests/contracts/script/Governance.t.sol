// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DeployGovernance} from "../../../script/DeployGovernance.s.sol";
import {Governance} from "../../../script/Governance.s.sol";
import {Call, GovernanceCalls} from "../../../script/GovernanceCalls.sol";
import {GovernanceConfig, GovernanceDeployer, GovernanceSystem} from "@rota/contracts/deploy/GovernanceDeployer.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";
import {GovernedFixture} from "@rota/contracts/testing/GovernedFixture.sol";
import {IRealSystemConfig} from "@rota/contracts/testing/OpStack.sol";

/// @notice What the script prints is what the contracts take: from a Safe as well as by a vote.
contract GovernanceScriptTest is GovernedFixture {
    using GovernanceCalls for Call[];

    string internal constant DEPLOYMENT = "target/test-governance-deployment.json";
    string internal constant BATCH = "target/test-governance-safe.json";

    Governance internal script;

    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.registry.stageDwell, c.returnDelay) = (1, 14 days);
    }

    function setUp() public {
        _deployRota();
        _warpToEpoch(2);
        script = new Governance();
    }

    /// @dev One function, since the environment is all tests': each call is printed, read back and made by who governs.
    function test_script_PrintsBatchesThatExecute() public {
        _writeDeployment();
        string[] memory names = new string[](2);
        (names[0], names[1]) = ("stake", "round_robin");
        IPolicy[] memory policies = new IPolicy[](2);
        (policies[0], policies[1]) = (stake, rota.roundRobin);
        uint16[4] memory shares = [uint16(5000), 1000, 1000, 3000];
        bytes memory setter = abi.encodeCall(IRealSystemConfig.setGasLimit, (40_000_000));

        script.setWhitelisted(stranger, 77);
        _assertMade(address(registry), abi.encodeCall(registry.setWhitelisted, (stranger, 77)));
        assertEq(registry.entityOfOwner(stranger), 77);
        script.setPolicies(3, names);
        _assertMade(address(schedule), abi.encodeCall(schedule.setPolicies, (3, policies)));
        script.setShares(shares);
        _assertMade(address(rota.splitter), abi.encodeCall(rota.splitter.setShares, (shares)));
        script.setEmission(1e18);
        _assertMade(address(rota.rewards), abi.encodeCall(rota.rewards.setEmission, (1e18)));
        script.openCase(2, 5000, true, "why", "ipfs://why");
        _assertMade(address(court), abi.encodeCall(court.openCase, (2, 5000, true, "why", "ipfs://why")));
        script.dropCase(2);
        _assertMade(address(court), abi.encodeCall(court.drop, (2)));
        script.forward(setter);
        _assertMade(address(adapter), abi.encodeCall(adapter.forward, (setter)));
        assertEq(systemConfig.gasLimit(), 40_000_000);
        script.announceReturn(stranger);
        _assertMade(address(adapter), abi.encodeCall(adapter.announceReturn, (stranger)));
        script.abandonReturn();
        _assertMade(address(adapter), abi.encodeCall(adapter.abandonReturn, ()));
        script.invoke("rewards", abi.encodeCall(rota.rewards.emissionAt, (0)));
        _assertMade(address(rota.rewards), abi.encodeCall(rota.rewards.emissionAt, (0)));
        script.advanceStage();
        _assertMade(address(registry), abi.encodeCall(registry.advanceStage, ()));
        _warpToEpoch(registry.currentEpoch() + 3);
        script.offerGovernance(stranger);
        _assertMade(address(registry), abi.encodeCall(registry.offerGovernance, (stranger)));
        script.ossifyCore();
        _assertMade(address(registry), abi.encodeCall(registry.ossifyCore, ()));
        script.ossifyAdapter();
        _assertMade(address(adapter), abi.encodeCall(adapter.ossifyAdapter, ()));
        assertTrue(adapter.isOssified());
    }

    /// @dev Several calls in one batch and one vote.
    function test_safeBatch_ParsesBack() public view {
        string memory json = _two().safeBatch(10, 1_700_000_000);
        assertEq(vm.parseJsonString(json, ".version"), "1.0");
        assertEq(vm.parseJsonString(json, ".chainId"), "10");
        assertEq(vm.parseJsonUint(json, ".createdAt"), 1_700_000_000_000);
        assertEq(vm.parseJsonString(json, ".meta.description"), "whitelist; advance");
        assertEq(vm.parseJsonAddress(json, ".transactions[0].to"), address(registry));
        assertEq(vm.parseJsonString(json, ".transactions[1].value"), "0");
        assertEq(vm.parseJsonBytes(json, ".transactions[1].data"), abi.encodeCall(registry.advanceStage, ()));
        assertFalse(vm.keyExistsJson(json, ".transactions[2]"));
    }

    function test_voteOf_IsProposedQueuedAndExecuted() public {
        (bytes memory propose, bytes memory queue, bytes memory execute) = script.voteOf(_two());
        uint256 id = abi.decode(_callGovernor(propose), (uint256));
        _warpTo(governor.proposalSnapshot(id) + 1);
        vm.prank(voters[0]);
        governor.castVote(id, 1);
        _warpTo(governor.proposalDeadline(id) + 1);
        _callGovernor(queue);
        _warpTo(governor.proposalEta(id));
        uint64 epoch = registry.currentEpoch();
        _callGovernor(execute);
        assertEq(registry.entityOfOwner(stranger), 77);
        assertEq(registry.stageAt(epoch + 3), 3);
    }

    /// @dev The example says what can be deployed, but for the addresses.
    function test_parse_TheExampleIsDeployable() public {
        GovernanceConfig memory c = new DeployGovernance().parse(vm.readFile("script/config/governance.example.toml"));
        (c.token, c.guard) = (votes, guard);
        GovernanceSystem memory s = GovernanceDeployer.deploy(c, address(this), vm.getNonce(address(this)));
        assertEq(s.governor.votingDelay(), 2 days);
        assertEq(s.governor.votingPeriod(), 7 days);
        assertEq(s.governor.proposalThreshold(), 100_000e18);
        assertEq(s.governor.quorumNumerator(), 4);
        assertEq(s.timelock.getMinDelay(), 3 days);
        (address account, uint64 until) = s.guardian.guard();
        assertEq(account, guard);
        assertEq(until, vm.getBlockTimestamp() + 365 days);
    }

    /* INTERNAL */
    function _two() internal view returns (Call[] memory calls) {
        calls = new Call[](2);
        bytes memory whitelist = abi.encodeCall(registry.setWhitelisted, (stranger, 77));
        calls[0] = Call({to: address(registry), data: whitelist, what: "whitelist"});
        bytes memory advance = abi.encodeCall(registry.advanceStage, ());
        calls[1] = Call({to: address(registry), data: advance, what: "advance"});
    }

    function _callGovernor(bytes memory data) internal returns (bytes memory) {
        vm.prank(voters[0]);
        (bool ok, bytes memory answer) = address(governor).call(data);
        assertTrue(ok);
        return answer;
    }

    /// @dev What the batch says is what was meant, and the account that governs makes it.
    function _assertMade(address to, bytes memory data) internal {
        string memory json = vm.readFile(BATCH);
        assertEq(vm.parseJsonString(json, ".chainId"), vm.toString(block.chainid));
        assertEq(vm.parseJsonAddress(json, ".transactions[0].to"), to);
        bytes memory found = vm.parseJsonBytes(json, ".transactions[0].data");
        assertEq(found, data);
        vm.prank(address(timelock));
        (bool ok, bytes memory answer) = to.call(found);
        assertTrue(ok, vm.toString(answer));
    }

    /// @dev As Deploy.s.sol writes it.
    function _writeDeployment() internal {
        vm.createDir("target", true);
        string memory json = "deployment";
        vm.serializeAddress(json, "registry", address(registry));
        vm.serializeAddress(json, "schedule", address(schedule));
        vm.serializeAddress(json, "splitter", address(rota.splitter));
        vm.serializeAddress(json, "rewards", address(rota.rewards));
        vm.serializeAddress(json, "court", address(court));
        vm.serializeAddress(json, "stake", address(stake));
        vm.serializeAddress(json, "round_robin", address(rota.roundRobin));
        vm.writeJson(vm.serializeAddress(json, "adapter", address(adapter)), DEPLOYMENT);
        vm.setEnv("ROTA_DEPLOYMENT", DEPLOYMENT);
        vm.setEnv("ROTA_SAFE", BATCH);
    }
}
