// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DeployGovernance} from "../../../script/DeployGovernance.s.sol";
import {Governance} from "../../../script/Governance.s.sol";
import {Call, GovernanceCalls} from "../../../script/GovernanceCalls.sol";
import {GovernanceConfig, GovernanceDeployer, GovernanceSystem} from "@rota/contracts/deploy/GovernanceDeployer.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";
import {GovernedFixture, Proposal} from "@rota/contracts/testing/GovernedFixture.sol";
import {IRealSystemConfig} from "@rota/contracts/testing/OpStack.sol";

/// @notice What the script prints is what the contracts take: from a Safe as well as by a vote.
contract GovernanceScriptTest is GovernedFixture {
    using GovernanceCalls for Call[];

    string internal constant DEPLOYMENT = "target/test-governance-deployment.json";
    string internal constant GOVERNANCE = "target/test-governance-vote.json";
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
        _writeDeployments();
        vm.setEnv("ROTA_SAFE", BATCH);
        vm.setEnv("ROTA_DEPLOYMENT", DEPLOYMENT);
        _checkRules();
        _checkCourt();
        _checkChain();
        _checkSeat();
        vm.setEnv("ROTA_DEPLOYMENT", GOVERNANCE);
        _checkVote();
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

    /* INTERNAL: EACH FUNCTION OF THE SCRIPT */
    function _checkRules() internal {
        script.setWhitelisted(stranger, 77);
        _assertMade(address(registry), abi.encodeCall(registry.setWhitelisted, (stranger, 77)));
        assertEq(registry.entityOfOwner(stranger), 77);

        string[] memory names = new string[](3);
        (names[0], names[1], names[2]) = ("open_auction_policy", "stake", "round_robin");
        IPolicy[] memory policies = new IPolicy[](3);
        (policies[0], policies[1], policies[2]) = (rota.openAuctionPolicy, stake, rota.roundRobin);
        script.setPolicies(3, names);
        _assertMade(address(schedule), abi.encodeCall(schedule.setPolicies, (3, policies)));

        uint96 weight = uint96(vault.weightAt(1, registry.currentEpoch()) * 9 / 10);
        script.setWeight(1, weight);
        _assertMade(address(vault), abi.encodeCall(vault.setWeight, (1, weight)));
        uint32 core = uint32(vault.coreExitDelay()) + 1;
        uint32 elastic = uint32(vault.elasticExitDelay());
        script.setExitDelays(elastic, core);
        _assertMade(address(vault), abi.encodeCall(vault.setExitDelays, (elastic, core)));
        assertEq(vault.coreExitDelay(), core);

        uint16[4] memory shares = [uint16(5000), 1000, 1000, 3000];
        script.setShares(shares);
        _assertMade(address(rota.splitter), abi.encodeCall(rota.splitter.setShares, (shares)));
        script.setEmission(1e18);
        _assertMade(address(rota.rewards), abi.encodeCall(rota.rewards.setEmission, (1e18)));
        script.invoke("rewards", abi.encodeCall(rota.rewards.emissionAt, (0)));
        _assertMade(address(rota.rewards), abi.encodeCall(rota.rewards.emissionAt, (0)));
    }

    function _checkCourt() internal {
        script.openCase(2, 5000, true, "why", "ipfs://why");
        _assertMade(address(court), abi.encodeCall(court.openCase, (2, 5000, true, "why", "ipfs://why")));
        script.dropCase(2);
        _assertMade(address(court), abi.encodeCall(court.drop, (2)));

        vm.prank(address(timelock));
        court.openCase(2, 5000, true, "why", "ipfs://why");
        script.vetoCase(address(guardianContract), 2);
        _assertMade(guard, address(guardianContract), abi.encodeCall(guardianContract.vetoCase, (court, 2)));
        Proposal memory p = _proposal(address(registry), abi.encodeCall(registry.advanceStage, ()));
        _carry(p);
        _queue(p);
        bytes32 operation = _operationOf(p);
        script.veto(address(guardianContract), operation);
        _assertMade(guard, address(guardianContract), abi.encodeCall(guardianContract.veto, (operation)));
        assertFalse(timelock.isOperation(operation));
    }

    function _checkChain() internal {
        bytes memory setter = abi.encodeCall(IRealSystemConfig.setGasLimit, (40_000_000));
        script.forward(setter);
        _assertMade(address(adapter), abi.encodeCall(adapter.forward, (setter)));
        assertEq(systemConfig.gasLimit(), 40_000_000);
        script.announceReturn(stranger);
        _assertMade(address(adapter), abi.encodeCall(adapter.announceReturn, (stranger)));
        script.abandonReturn();
        _assertMade(address(adapter), abi.encodeCall(adapter.abandonReturn, ()));
        script.announceReturn(stranger);
        _assertMade(address(adapter), abi.encodeCall(adapter.announceReturn, (stranger)));
        _warpTo(vm.getBlockTimestamp() + 14 days);
        script.returnConfig();
        _assertMade(address(adapter), abi.encodeCall(adapter.returnConfig, ()));
        assertEq(systemConfig.owner(), stranger);
        script.ossifyAdapter();
        _assertMade(address(adapter), abi.encodeCall(adapter.ossifyAdapter, ()));
        assertTrue(adapter.isOssified());
    }

    function _checkSeat() internal {
        script.advanceStage();
        _assertMade(address(registry), abi.encodeCall(registry.advanceStage, ()));
        _warpToEpoch(registry.currentEpoch() + 3);
        script.offerGovernance(stranger);
        _assertMade(address(registry), abi.encodeCall(registry.offerGovernance, (stranger)));
        script.acceptGovernance();
        _assertMade(stranger, address(registry), abi.encodeCall(registry.acceptGovernance, ()));
        assertEq(registry.governance(), stranger);
        script.ossifyCore();
        _assertMade(stranger, address(registry), abi.encodeCall(registry.ossifyCore, ()));
        assertEq(registry.governance(), address(0));
    }

    /// @dev The governor takes its own from votes alone.
    function _checkVote() internal {
        script.setVotingDelay(15);
        _assertVoted(address(governor), abi.encodeCall(governor.setVotingDelay, (15)));
        assertEq(governor.votingDelay(), 15);
        script.setVotingPeriod(45);
        _assertVoted(address(governor), abi.encodeCall(governor.setVotingPeriod, (45)));
        assertEq(governor.votingPeriod(), 45);
        script.setProposalThreshold(SUPPLY / 50);
        _assertVoted(address(governor), abi.encodeCall(governor.setProposalThreshold, (SUPPLY / 50)));
        assertEq(governor.proposalThreshold(), SUPPLY / 50);
        script.updateQuorumNumerator(5);
        _assertVoted(address(governor), abi.encodeCall(governor.updateQuorumNumerator, (5)));
        assertEq(governor.quorumNumerator(), 5);
        script.updateDelay(30);
        _assertVoted(address(timelock), abi.encodeCall(timelock.updateDelay, (30)));
        assertEq(timelock.getMinDelay(), 30);
        uint64 until = uint64(vm.getBlockTimestamp() + 365 days);
        script.appoint(stranger, until);
        _assertVoted(address(guardianContract), abi.encodeCall(guardianContract.appoint, (stranger, until)));
        (address account,) = guardianContract.guard();
        assertEq(account, stranger);
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
        _assertMade(address(timelock), to, data);
    }

    /// @dev The same, `by` another.
    function _assertMade(address by, address to, bytes memory data) internal {
        bytes memory found = _assertPrinted(to, data);
        vm.prank(by);
        (bool ok, bytes memory answer) = to.call(found);
        assertTrue(ok, vm.toString(answer));
    }

    /// @dev The same, by a vote.
    function _assertVoted(address to, bytes memory data) internal {
        bytes memory found = _assertPrinted(to, data);
        _pass(_proposal(to, found, vm.toString(found)));
    }

    function _assertPrinted(address to, bytes memory data) internal view returns (bytes memory found) {
        string memory json = vm.readFile(BATCH);
        assertEq(vm.parseJsonString(json, ".chainId"), vm.toString(block.chainid));
        assertEq(vm.parseJsonAddress(json, ".transactions[0].to"), to);
        found = vm.parseJsonBytes(json, ".transactions[0].data");
        assertEq(found, data);
    }

    /// @dev As Deploy.s.sol and DeployGovernance.s.sol write them.
    function _writeDeployments() internal {
        vm.createDir("target", true);
        string memory json = "deployment";
        vm.serializeAddress(json, "registry", address(registry));
        vm.serializeAddress(json, "schedule", address(schedule));
        vm.serializeAddress(json, "vault", address(vault));
        vm.serializeAddress(json, "splitter", address(rota.splitter));
        vm.serializeAddress(json, "rewards", address(rota.rewards));
        vm.serializeAddress(json, "court", address(court));
        vm.serializeAddress(json, "open_auction_policy", address(rota.openAuctionPolicy));
        vm.serializeAddress(json, "stake", address(stake));
        vm.serializeAddress(json, "round_robin", address(rota.roundRobin));
        vm.writeJson(vm.serializeAddress(json, "adapter", address(adapter)), DEPLOYMENT);
        json = "governance";
        vm.serializeAddress(json, "timelock", address(timelock));
        vm.serializeAddress(json, "governor", address(governor));
        vm.writeJson(vm.serializeAddress(json, "guardian", address(guardianContract)), GOVERNANCE);
    }
}
