// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RotaGovernor} from "@rota/contracts/governance/RotaGovernor.sol";
import {RotaTimelock} from "@rota/contracts/governance/RotaTimelock.sol";
import {IBondVault} from "@rota/contracts/interfaces/IBondVault.sol";
import {ICourt} from "@rota/contracts/interfaces/ICourt.sol";
import {IGuardian} from "@rota/contracts/interfaces/IGuardian.sol";
import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";
import {IPolicyTable} from "@rota/contracts/interfaces/IPolicyTable.sol";
import {IProceedsSplitter} from "@rota/contracts/interfaces/IProceedsSplitter.sol";
import {IRewardPool} from "@rota/contracts/interfaces/IRewardPool.sol";
import {ISystemConfigBaton} from "@rota/contracts/interfaces/ISystemConfigBaton.sol";
import {Script} from "forge-std/Script.sol";
// solhint-disable-next-line no-console
import {console2} from "forge-std/console2.sol";

import {Call, GovernanceCalls} from "./GovernanceCalls.sol";

/// @notice The governor's functions that a decision needs; OpenZeppelin's.
interface IDecision {
    function propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory payloads,
        string memory description
    ) external returns (uint256);
    function queue(address[] memory targets, uint256[] memory values, bytes[] memory payloads, bytes32 descriptionHash)
        external
        returns (uint256);
    function execute(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory payloads,
        bytes32 descriptionHash
    ) external payable returns (uint256);
}

/// @title Governance
/// @notice Prints a governance call, and sends nothing:
///
///     ROTA_DEPLOYMENT=target/rota.json forge script script/Governance.s.sol --sig 'advanceStage()'
///
/// as calldata for whoever governs; as a batch for the Safe's transaction builder, written to ROTA_SAFE if that is set; and
/// with ROTA_GOVERNOR as the three calls of a vote: propose, queue, execute. `contracts` names what the file of Deploy.s.sol
/// lists, for what a vote decides about itself that of DeployGovernance.s.sol; another folder than `target` is out of the script's
/// reach.
contract Governance is Script {
    using GovernanceCalls for Call[];

    /* REGISTRY */
    function setWhitelisted(address owner, uint32 entity) external {
        string memory what = string.concat("whitelist ", vm.toString(owner), " as entity ", vm.toString(entity));
        _print("registry", abi.encodeCall(IOperatorRegistry.setWhitelisted, (owner, entity)), what);
    }

    function advanceStage() external {
        _print("registry", abi.encodeCall(IOperatorRegistry.advanceStage, ()), "advance the stage by one");
    }

    function offerGovernance(address to) external {
        string memory what = string.concat("offer governance to ", vm.toString(to));
        _print("registry", abi.encodeCall(IOperatorRegistry.offerGovernance, (to)), what);
    }

    function acceptGovernance() external {
        _print("registry", abi.encodeCall(IOperatorRegistry.acceptGovernance, ()), "accept governance");
    }

    function ossifyCore() external {
        _print("registry", abi.encodeCall(IOperatorRegistry.ossifyCore, ()), "give governance up for ever");
    }

    /* POLICIES, BONDS, PROCEEDS, REWARDS */
    /// @param names As in the file of the deployment: round_robin, auction_policy, open_auction_policy, stake, performance, composite.
    function setPolicies(uint8 stage, string[] calldata names) external {
        IPolicy[] memory policies = new IPolicy[](names.length);
        string memory what = string.concat("fill the slots of stage ", vm.toString(stage), " by");
        for (uint256 i; i < names.length; ++i) {
            policies[i] = IPolicy(_addressOf(names[i]));
            what = string.concat(what, " ", names[i]);
        }
        _print("schedule", abi.encodeCall(IPolicyTable.setPolicies, (stage, policies)), what);
    }

    /// @param asset 1 to 3: the ERC-20s of bonds. @param weight Wei of ETH for 1e18 of its smallest unit.
    function setWeight(uint8 asset, uint96 weight) external {
        string memory what =
            string.concat("count 1e18 of bond asset ", vm.toString(asset), " as ", vm.toString(weight), " wei");
        _print("vault", abi.encodeCall(IBondVault.setWeight, (asset, weight)), what);
    }

    /// @param elastic From the end of the epoch after next. @param core From the request. Both seconds.
    function setExitDelays(uint32 elastic, uint32 core) external {
        string memory what = string.concat("release exits after ", vm.toString(elastic), " s, the core's after ");
        _print(
            "vault",
            abi.encodeCall(IBondVault.setExitDelays, (elastic, core)),
            string.concat(what, vm.toString(core), " s")
        );
    }

    /// @param bps Treasury, public goods, burn, buy back and burn; 10,000 in sum.
    function setShares(uint16[4] calldata bps) external {
        _print("splitter", abi.encodeCall(IProceedsSplitter.setShares, (bps)), "divide the proceeds otherwise");
    }

    /// @param emission Smallest units of the token an epoch.
    function setEmission(uint96 emission) external {
        string memory what = string.concat("issue ", vm.toString(emission), " an epoch");
        _print("rewards", abi.encodeCall(IRewardPool.setEmission, (emission)), what);
    }

    /* COURT */
    function openCase(uint16 operator, uint16 coreBps, bool evicts, bytes32 reason, string calldata uri) external {
        string memory what = string.concat("open a case against operator ", vm.toString(operator));
        _print("court", abi.encodeCall(ICourt.openCase, (operator, coreBps, evicts, reason, uri)), what);
    }

    function dropCase(uint16 operator) external {
        string memory what = string.concat("drop the case against operator ", vm.toString(operator));
        _print("court", abi.encodeCall(ICourt.drop, (operator)), what);
    }

    /* CHAIN OWNER */
    /// @param setter Calldata of SystemConfig's setter, e.g. of `cast calldata 'setGasLimit(uint64)' 60000000`.
    function forward(bytes calldata setter) external {
        _print("adapter", abi.encodeCall(ISystemConfigBaton.forward, (setter)), "set SystemConfig");
    }

    function announceReturn(address newOwner) external {
        string memory what = string.concat("announce SystemConfig's return to ", vm.toString(newOwner));
        _print("adapter", abi.encodeCall(ISystemConfigBaton.announceReturn, (newOwner)), what);
    }

    function abandonReturn() external {
        _print("adapter", abi.encodeCall(ISystemConfigBaton.abandonReturn, ()), "abandon SystemConfig's return");
    }

    function returnConfig() external {
        _print("adapter", abi.encodeCall(ISystemConfigBaton.returnConfig, ()), "return SystemConfig");
    }

    function ossifyAdapter() external {
        bytes memory data = abi.encodeCall(ISystemConfigBaton.ossifyAdapter, ());
        _print("adapter", data, "give SystemConfig's setters up for ever");
    }

    /* THE VOTE ITSELF: ROTA_DEPLOYMENT is the file of DeployGovernance.s.sol */
    /// @param delay From a proposal to its vote, seconds.
    function setVotingDelay(uint48 delay) external {
        string memory what = string.concat("begin votes ", vm.toString(delay), " s after their proposal");
        _print("governor", abi.encodeCall(RotaGovernor.setVotingDelay, (delay)), what);
    }

    /// @param period Seconds.
    function setVotingPeriod(uint32 period) external {
        string memory what = string.concat("let votes last ", vm.toString(period), " s");
        _print("governor", abi.encodeCall(RotaGovernor.setVotingPeriod, (period)), what);
    }

    /// @param votes Smallest units of the token.
    function setProposalThreshold(uint256 votes) external {
        string memory what = string.concat("let ", vm.toString(votes), " votes propose");
        _print("governor", abi.encodeCall(RotaGovernor.setProposalThreshold, (votes)), what);
    }

    /// @param percent Of the supply.
    function updateQuorumNumerator(uint256 percent) external {
        string memory what = string.concat("want a quorum of ", vm.toString(percent), " percent");
        _print("governor", abi.encodeCall(RotaGovernor.updateQuorumNumerator, (percent)), what);
    }

    /// @param delay Of the timelock, seconds.
    function updateDelay(uint256 delay) external {
        string memory what = string.concat("execute ", vm.toString(delay), " s after a vote was queued");
        _print("timelock", abi.encodeCall(RotaTimelock.updateDelay, (delay)), what);
    }

    /// @param until End of its term, L1 seconds.
    function appoint(address account, uint64 until) external {
        string memory what = string.concat("appoint ", vm.toString(account), " as guard until ", vm.toString(until));
        _print("guardian", abi.encodeCall(IGuardian.appoint, (account, until)), what);
    }

    /* GUARD */
    /// @notice By the guard, not by a vote. @param operation The timelock's id: of the event CallScheduled.
    function veto(address guardian, bytes32 operation) external {
        string memory what = string.concat("veto ", vm.toString(operation));
        _print(Call({to: guardian, data: abi.encodeCall(IGuardian.veto, (operation)), what: what}));
    }

    /// @notice By the guard.
    function vetoCase(address guardian, uint16 operator) external {
        bytes memory data = abi.encodeCall(IGuardian.vetoCase, (ICourt(_addressOf("court")), operator));
        string memory what = string.concat("veto the case against operator ", vm.toString(operator));
        _print(Call({to: guardian, data: data, what: what}));
    }

    /* ANYTHING */
    /// @notice For a lever that has no function here. @param name As in the file of the deployment.
    function invoke(string calldata name, bytes calldata data) external {
        _print(name, data, string.concat("call ", name));
    }

    /* INTERNAL */
    function _print(string memory name, bytes memory data, string memory what) internal {
        _print(Call({to: _addressOf(name), data: data, what: what}));
    }

    // solhint-disable no-console
    function _print(Call memory one) internal {
        Call[] memory calls = new Call[](1);
        calls[0] = one;
        console2.log(one.what);
        console2.log("  to  ", one.to);
        console2.log("  data", vm.toString(one.data));
        string memory batch = calls.safeBatch(block.chainid, vm.unixTime() / 1000);
        console2.log("Safe transaction builder");
        console2.log(batch);
        string memory path = vm.envOr("ROTA_SAFE", string(""));
        // It writes the one file that its caller names.
        // forge-lint: disable-next-line(unsafe-cheatcode)
        if (bytes(path).length != 0) vm.writeFile(path, batch);
        address governor = vm.envOr("ROTA_GOVERNOR", address(0));
        if (governor != address(0)) _printVote(calls, governor);
    }

    function _printVote(Call[] memory calls, address governor) internal pure {
        (bytes memory propose, bytes memory queue, bytes memory execute) = voteOf(calls);
        console2.log("vote, to", governor);
        console2.log("  propose", vm.toString(propose));
        console2.log("  queue  ", vm.toString(queue));
        console2.log("  execute", vm.toString(execute));
    }

    /// @notice Calldata for the governor: to propose, and, once it was carried, to queue, and, after the delay, to execute.
    function voteOf(Call[] memory calls)
        public
        pure
        returns (bytes memory propose, bytes memory queue, bytes memory execute)
    {
        (address[] memory targets, uint256[] memory values, bytes[] memory payloads, string memory description) =
            calls.proposal();
        bytes32 hash = keccak256(bytes(description));
        propose = abi.encodeCall(IDecision.propose, (targets, values, payloads, description));
        queue = abi.encodeCall(IDecision.queue, (targets, values, payloads, hash));
        execute = abi.encodeCall(IDecision.execute, (targets, values, payloads, hash));
    }

    function _addressOf(string memory name) internal view returns (address) {
        // It reads the one file that its caller names.
        // forge-lint: disable-next-line(unsafe-cheatcode)
        string memory json = vm.readFile(vm.envString("ROTA_DEPLOYMENT"));
        return vm.parseJsonAddress(json, string.concat(".", name));
    }
}
