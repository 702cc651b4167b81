// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {ICourt} from "@rota/contracts/interfaces/ICourt.sol";
import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";
import {IPolicyTable} from "@rota/contracts/interfaces/IPolicyTable.sol";
import {ISystemConfigBaton} from "@rota/contracts/interfaces/ISystemConfigBaton.sol";
import {GovernedFixture} from "@rota/contracts/testing/GovernedFixture.sol";
import {IRealSystemConfig} from "@rota/contracts/testing/OpStack.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";

/// @notice The whole road of a rollup: foundation, whitelist, whitelisted auction, open; and then nobody's. Whatever governance does
/// here is proposed, voted on, queued and executed.
contract RoadTest is GovernedFixture {
    /// @dev The stage of each epoch, as it was known first.
    mapping(uint64 epoch => uint8) internal _stageOf;
    uint64 internal _noted;
    uint256 internal _proposals;

    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.registry.stage, c.registry.stageMinOperators, c.registry.stageDwell) = (0, 3, 300);
        c.choice.names[0][0] = PolicyName.RoundRobin;
        c.choice.names[1][0] = PolicyName.Stake;
        (c.choice.names[2][0], c.choice.names[2][1]) = (PolicyName.Auction, PolicyName.RoundRobin);
        (c.choice.names[3][0], c.choice.names[3][1]) = (PolicyName.Auction, PolicyName.Stake);
    }

    function test_Road_FoundationToOpen() public {
        _deployRota();
        _warpToEpoch(2);
        _noteStages();

        // Stage 0: the foundation alone, several ids, one party: it has its cap by round robin, the rest is the reserve's.
        Operator memory outsider = _keysOf("outsider");
        _decide(address(registry), abi.encodeCall(registry.setWhitelisted, (outsider.owner, 50)));
        vm.expectPartialRevert(IOperatorRegistry.OperatorRegistry_NotFoundation.selector);
        this.join(outsider);
        uint16[] memory slots = _assertInForce(0, rota.roundRobin, IPolicy(address(0)));
        assertEq(_countReserve(slots), 2, "an entity's cap is half of four slots");

        // Stage 1: whoever is whitelisted and bonded, by stake.
        _advance(1);
        outsider = this.join(outsider);
        Operator memory unknown = _keysOf("unknown");
        vm.expectPartialRevert(IOperatorRegistry.OperatorRegistry_NotWhitelisted.selector);
        this.join(unknown);
        _queue(outsider.id);
        _warpToEpoch(registry.currentEpoch() + 2);
        slots = _assertInForce(1, stake, IPolicy(address(0)));
        assertEq(_count(slots, outsider.id), 2, "it alone has stake in the tree: all that its cap allows");

        // Stage 2: what they bid.
        _advance(2);
        _fund(outsider.id, 10 ether);
        uint64 epoch = registry.currentEpoch() + 2;
        _warpToCommit(epoch);
        _commit(outsider, epoch, _curve(2_000_000, 2));
        _warpToReveal(epoch);
        _reveal(outsider, epoch, _curve(2_000_000, 2));
        _warpToEpoch(epoch - 1);
        slots = _assertInForce(2, rota.auctionPolicy, rota.roundRobin);
        assertEq(_count(slots, outsider.id), 2, "what it bought");

        // The mechanism of the stage to come is a vote's, too.
        IPolicy[] memory policies = new IPolicy[](2);
        (policies[0], policies[1]) = (stake, rota.roundRobin);
        _decide(address(schedule), abi.encodeCall(schedule.setPolicies, (3, policies)));

        // Stage 3: whoever has a bond.
        _advance(3);
        Operator memory anybody = this.join(_keysOf("anybody"));
        vm.expectPartialRevert(IOperatorRegistry.OperatorRegistry_Underbonded.selector);
        this.joinWithoutBond(unknown);
        _bond(anybody.id, 8 ether);
        _queue(anybody.id);
        _warpToEpoch(registry.currentEpoch() + 2);
        slots = _assertInForce(3, stake, rota.roundRobin);
        assertEq(_count(slots, anybody.id), 2, "drawn, up to its cap");

        // And nobody's: both halves, one by one.
        _decide(address(registry), abi.encodeCall(registry.ossifyCore, ()));
        _assertCoreIsDead();
        _decide(address(adapter), abi.encodeCall(adapter.forward, (_setter(40_000_000))));
        assertEq(systemConfig.gasLimit(), 40_000_000, "the chain's own settings are not the core's");
        _decide(address(adapter), abi.encodeCall(adapter.ossifyAdapter, ()));
        _assertAdapterIsDead();
        _assertTheChainGoesOn(anybody);
    }

    /* STEPS OF OPERATORS */
    /// @notice Registers with a bond and activates. External, so that a refusal can be expected of all of it.
    function join(Operator memory operator) public returns (Operator memory) {
        operator = enroll(operator);
        _bond(operator.id, 2 ether);
        _activate(operator);
        return operator;
    }

    function joinWithoutBond(Operator memory operator) external {
        _activate(enroll(operator));
    }

    function enroll(Operator memory operator) public returns (Operator memory) {
        bytes memory proof = _keyProof(operator.owner, operator.sequencerKey);
        bytes memory batcherProof = _keyProof(operator.owner, operator.batcherKey);
        vm.prank(operator.owner);
        operator.id = registry.register(operator.sequencer, proof, operator.batcher, batcherProof, operator.payee, "");
        return operator;
    }

    /* STEPS OF GOVERNANCE */
    function _decide(address target, bytes memory data) internal {
        _pass(_proposal(target, data, vm.toString(++_proposals)));
        _noteStages();
    }

    /// @dev As a vote that is carried, whose call is refused.
    function _decideInVain(address target, bytes memory data, bytes memory reason) internal {
        string memory description = vm.toString(++_proposals);
        _ripen(_proposal(target, data, description));
        vm.expectRevert(reason);
        _execute(_proposal(target, data, description));
    }

    /// @dev Once the stage before has lasted; on to the first epoch of the new one. No vote leads back.
    function _advance(uint8 stage) internal {
        _warpTo(vm.getBlockTimestamp() + registry.STAGE_DWELL());
        _decide(address(registry), abi.encodeCall(registry.advanceStage, ()));
        uint64 from = registry.currentEpoch() + 3;
        assertEq(registry.stageAt(from - 1), stage - 1);
        assertEq(registry.stageAt(from), stage);
        assertEq(schedule.stageAt(from), stage, "schedule and registry agree");

        vm.expectPartialRevert(IOperatorRegistry.OperatorRegistry_StageTooYoung.selector);
        vm.prank(address(timelock));
        registry.advanceStage();
        for (uint8 back; back < stage; ++back) {
            _decideInVain(
                address(schedule),
                abi.encodeCall(schedule.noteStage, (back + 1, from)),
                abi.encodeWithSelector(IPolicyTable.Schedule_NotRegistry.selector, address(timelock))
            );
        }
        _warpPast(schedule.startOfEpoch(from));
        if (stage == 3) {
            bytes memory reason = abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_LastStage.selector, 3);
            _decideInVain(address(registry), abi.encodeCall(registry.advanceStage, ()), reason);
            vm.expectPartialRevert(IOperatorRegistry.OperatorRegistry_Open.selector);
            vm.prank(address(timelock));
            registry.setWhitelisted(operators[0].owner, 0);
        }
    }

    /* WHAT MUST BE */
    /// @dev Notes the stages of epochs that are decided by now, and sees that none of those noted before changed.
    function _noteStages() internal {
        uint64 closed = registry.currentEpoch() + 2;
        for (uint64 epoch; epoch <= closed; ++epoch) {
            uint8 found = registry.stageAt(epoch);
            if (epoch < _noted) assertEq(found, _stageOf[epoch], "a stage was walked back");
            else assertGe(found, _stageOf[epoch == 0 ? 0 : epoch - 1], "stages only go up");
            _stageOf[epoch] = found;
        }
        _noted = closed + 1;
    }

    /// @dev Prepares and freezes the next epoch: its slots are those of the stage's policies, one after the other.
    function _assertInForce(uint8 stage, IPolicy first, IPolicy second) internal returns (uint16[] memory slots) {
        uint64 epoch = registry.currentEpoch() + 1;
        assertEq(registry.stageAt(epoch), stage);
        _prepare(epoch);
        slots = new uint16[](config.clock.slotsPerEpoch);
        slots = first.fill(epoch, schedule.seedOf(epoch), slots);
        if (address(second) != address(0)) slots = second.fill(epoch, schedule.seedOf(epoch), slots);
        assertEq(keccak256(abi.encode(schedule.slotsOf(epoch))), keccak256(abi.encode(slots)), "not by these policies");
        assertLt(_countReserve(slots), slots.length, "somebody was drawn");
    }

    function _assertCoreIsDead() internal {
        assertEq(registry.governance(), address(0));
        IPolicy[] memory policies = new IPolicy[](1);
        policies[0] = rota.roundRobin;
        // As who governed, as who can veto, and as the seat itself. From zero, which governs now, nobody can call.
        address[3] memory callers = [address(timelock), address(guardianContract), address(registry)];
        for (uint256 i; i < callers.length; ++i) {
            address caller = callers[i];
            _assertDead(caller, address(registry), abi.encodeCall(registry.setWhitelisted, (stranger, 1)));
            _assertDead(caller, address(registry), abi.encodeCall(registry.advanceStage, ()));
            _assertDead(caller, address(registry), abi.encodeCall(registry.offerGovernance, (caller)));
            _assertDead(caller, address(registry), abi.encodeCall(registry.ossifyCore, ()));
            _assertDead(caller, address(schedule), abi.encodeCall(schedule.setPolicies, (3, policies)));
            _assertDead(caller, address(vault), abi.encodeCall(vault.setWeight, (1, uint96(0.001 ether))));
            _assertDead(caller, address(vault), abi.encodeCall(vault.setExitDelays, (125, 400)));
            _assertDead(caller, address(rota.splitter), _shares());
            _assertDead(caller, address(rota.rewards), abi.encodeCall(rota.rewards.setEmission, (1)));
            _assertDead(caller, address(court), abi.encodeCall(court.openCase, (2, 1, false, "", "")));
            _assertDead(caller, address(court), abi.encodeCall(court.drop, (2)));
        }
        vm.expectPartialRevert(IOperatorRegistry.OperatorRegistry_NotOffered.selector);
        vm.prank(address(timelock));
        registry.acceptGovernance();
    }

    /// @dev Refused for who calls, before anything else is looked at: each such error names its caller.
    function _assertDead(address caller, address target, bytes memory data) internal {
        vm.prank(caller);
        (bool ok, bytes memory answer) = target.call(data);
        assertFalse(ok, "a lever moved");
        bytes memory expected = abi.encodePacked(_notGovernance(target), abi.encode(caller));
        assertEq(answer, expected);
    }

    function _notGovernance(address target) internal view returns (bytes4) {
        if (target == address(registry)) return IOperatorRegistry.OperatorRegistry_NotGovernance.selector;
        if (target == address(schedule)) return IPolicyTable.Schedule_NotGovernance.selector;
        if (target == address(vault)) return bytes4(keccak256("BondVault_NotGovernance(address)"));
        if (target == address(court)) return ICourt.Court_NotGovernance.selector;
        if (target == address(rota.rewards)) return bytes4(keccak256("RewardPool_NotGovernance(address)"));
        return bytes4(keccak256("ProceedsSplitter_NotGovernance(address)"));
    }

    function _shares() internal view returns (bytes memory) {
        uint16[4] memory shares = [uint16(4000), 2000, 1000, 3000];
        return abi.encodeCall(rota.splitter.setShares, (shares));
    }

    function _setter(uint64 gasLimit) internal pure returns (bytes memory) {
        return abi.encodeCall(IRealSystemConfig.setGasLimit, (gasLimit));
    }

    function _assertAdapterIsDead() internal {
        bytes memory ossified = abi.encodeWithSelector(ISystemConfigBaton.SystemConfigBaton_Ossified.selector);
        bytes[5] memory calls = [
            abi.encodeCall(adapter.forward, (_setter(1))),
            abi.encodeCall(adapter.announceReturn, (stranger)),
            abi.encodeCall(adapter.abandonReturn, ()),
            abi.encodeCall(adapter.returnConfig, ()),
            abi.encodeCall(adapter.ossifyAdapter, ())
        ];
        for (uint256 i; i < calls.length; ++i) {
            vm.prank(address(timelock));
            (bool ok, bytes memory answer) = address(adapter).call(calls[i]);
            assertFalse(ok);
            assertEq(answer, ossified);
        }
        _decideInVain(address(adapter), calls[0], ossified);
        assertEq(systemConfig.gasLimit(), 40_000_000);
    }

    /// @dev Without anybody who governs: a newcomer joins, an epoch is drawn, and its holder claims and rotates.
    function _assertTheChainGoesOn(Operator memory holder) internal {
        Operator memory newcomer = this.join(_keysOf("newcomer"));
        uint64 epoch = registry.currentEpoch() + 3;
        assertTrue(registry.isEligible(newcomer.id, epoch));
        _run(epoch);
        uint16[] memory slots = schedule.slotsOf(epoch);
        for (uint64 i; i < slots.length; ++i) {
            if (slots[i] != holder.id) continue;
            uint64 slot = epoch * config.clock.slotsPerEpoch + i;
            _warpToSlot(slot);
            (uint64 first,,) = schedule.turnOf(slot);
            if (first != slot) continue;
            _mine();
            _claim(holder, slot);
            assertEq(adapter.batcher(), holder.batcher, "SystemConfig follows the schedule");
            return;
        }
        revert("its stake gave it no slot");
    }

    /* COUNTING */
    function _countReserve(uint16[] memory slots) internal pure returns (uint256) {
        return _count(slots, 0);
    }

    function _count(uint16[] memory slots, uint16 id) internal pure returns (uint256 count) {
        for (uint256 i; i < slots.length; ++i) {
            if (slots[i] == id) ++count;
        }
    }
}
