// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondedTest} from "./BondedTest.sol";
import {OperatorRegistry} from "@rota/contracts/OperatorRegistry.sol";
import {IBaton} from "@rota/contracts/interfaces/IBaton.sol";
import {IBondVault} from "@rota/contracts/interfaces/IBondVault.sol";
import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {RESERVE, Status} from "@rota/contracts/types/Types.sol";

contract OperatorRegistry_Constructor_Test is BondedTest {
    function _new(address vault_, address governance, IOperatorRegistry.Params memory params) internal {
        new OperatorRegistry(
            clock, IBondVault(vault_), IBaton(address(0)), SLASHER, COURT, governance, params, _reserve()
        );
    }

    function test_constructor_RegistersTheReserve() public view {
        assertEq(registry.operatorCount(), 1);
        assertEq(registry.ownerOf(RESERVE), FOUNDATION);
        assertEq(registry.entityOf(RESERVE), FOUNDATION_ENTITY);
        (Status status, uint64 from) = registry.statusOf(RESERVE);
        assertEq(uint8(status), uint8(Status.Active));
        assertEq(from, 0);
        assertTrue(registry.sequencerKeyAt(RESERVE, 0) != address(0), "holds from the first slot on");
        assertTrue(registry.batcherKeyAt(RESERVE, 0, 0) != address(0));
        (uint16[] memory ids,) = registry.eligibleSet(1000);
        assertEq(ids.length, 0, "never in the set");
    }

    function test_constructor_RevertWhen_AddressIsZero() public {
        vm.expectRevert(IOperatorRegistry.OperatorRegistry_ZeroAddress.selector);
        _new(address(0), GOVERNANCE, _registryParams(0));
        vm.expectRevert(IOperatorRegistry.OperatorRegistry_ZeroAddress.selector);
        _new(address(vault), address(0), _registryParams(0));
        IOperatorRegistry.Reserve memory reserve = _reserve();
        reserve.owner = address(0);
        vm.expectRevert(IOperatorRegistry.OperatorRegistry_ZeroAddress.selector);
        new OperatorRegistry(clock, vault, IBaton(address(0)), SLASHER, COURT, GOVERNANCE, _registryParams(0), reserve);
        reserve = _reserve();
        reserve.sequencerKey = address(0);
        vm.expectRevert(IOperatorRegistry.OperatorRegistry_ZeroAddress.selector);
        new OperatorRegistry(clock, vault, IBaton(address(0)), SLASHER, COURT, GOVERNANCE, _registryParams(0), reserve);
    }

    function test_constructor_RevertWhen_ParameterIsOutOfRange() public {
        IOperatorRegistry.Params memory params = _registryParams(4);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_OutOfRange.selector, "stage", 4));
        _new(address(vault), GOVERNANCE, params);
        for (uint256 i; i < 2; ++i) {
            params = _registryParams(0);
            params.maxOperators = i == 0 ? 0 : 65;
            vm.expectRevert(
                abi.encodeWithSelector(
                    IOperatorRegistry.OperatorRegistry_OutOfRange.selector, "maxOperators", params.maxOperators
                )
            );
            _new(address(vault), GOVERNANCE, params);
        }
        params = _registryParams(0);
        params.stageMinOperators = MAX_OPERATORS + 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                IOperatorRegistry.OperatorRegistry_OutOfRange.selector, "stageMinOperators", MAX_OPERATORS + 1
            )
        );
        _new(address(vault), GOVERNANCE, params);
        IOperatorRegistry.Reserve memory reserve = _reserve();
        reserve.entity = 0;
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_OutOfRange.selector, "reserve.entity", 0)
        );
        new OperatorRegistry(clock, vault, IBaton(address(0)), SLASHER, COURT, GOVERNANCE, _registryParams(0), reserve);
    }
}

contract OperatorRegistry_Register_Test is BondedTest {
    function test_register_RecordsTheOperator() public {
        address owner = _owner("alice");
        _whitelist(owner, 7);
        (bytes memory proof, bytes memory batcherProof) = (_proof("alice", owner), _batcherProof("alice", owner));
        (address key, address batcher, address payee) = (_sequencer("alice"), _batcher("alice"), _payee("alice"));
        vm.expectEmit();
        emit IOperatorRegistry.OperatorRegistered(2, owner, 7);
        vm.expectEmit();
        emit IOperatorRegistry.SequencerKeySet(2, key, 0);
        vm.expectEmit();
        emit IOperatorRegistry.BatcherKeySet(2, 0, batcher, 0);
        vm.expectEmit();
        emit IOperatorRegistry.PayeeSet(2, payee);
        vm.expectEmit();
        emit IOperatorRegistry.EndpointSet(2, "http://alice");
        vm.prank(owner);
        assertEq(registry.register(key, proof, batcher, batcherProof, payee, "http://alice"), 2);

        assertEq(registry.operatorCount(), 2);
        assertEq(registry.ownerOf(2), owner);
        assertEq(registry.payeeOf(2), payee);
        assertEq(registry.entityOf(2), 7);
        assertEq(registry.operatorOfKey(key), 2);
        assertEq(registry.operatorOfKey(batcher), 2);
        (address claimKey, address claimBatcher) = registry.claimKeysAt(2, 0);
        assertEq(claimKey, key);
        assertEq(claimBatcher, batcher);
        (Status status,) = registry.statusOf(2);
        assertEq(uint8(status), uint8(Status.None));
        assertFalse(registry.isEligible(2, 100), "not before activate");
    }

    function test_register_RevertWhen_NotWhitelisted() public {
        address owner = _owner("alice");
        bytes memory proof = _proof("alice", owner);
        address key = _sequencer("alice");
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotWhitelisted.selector, owner));
        vm.prank(owner);
        registry.register(key, proof, makeAddr("b"), "", makeAddr("p"), "");
    }

    function test_register_GivenStage0_OnlyTheFoundation() public {
        _deploy(address(token), 0);
        address owner = _owner("alice");
        _whitelist(owner, 7);
        bytes memory proof = _proof("alice", owner);
        address key = _sequencer("alice");
        vm.expectRevert(
            abi.encodeWithSelector(
                IOperatorRegistry.OperatorRegistry_NotFoundation.selector, owner, 7, FOUNDATION_ENTITY
            )
        );
        vm.prank(owner);
        registry.register(key, proof, makeAddr("b"), "", makeAddr("p"), "");

        _whitelist(owner, FOUNDATION_ENTITY);
        bytes memory batcherProof = _proofBy("b", owner);
        vm.prank(owner);
        assertEq(
            registry.register(key, proof, makeAddr("b"), batcherProof, makeAddr("p"), ""),
            2,
            "the same party, another id"
        );
    }

    /// A stranger that sees a proof in the mempool cannot use it: it names the owner.
    function test_attack_CopiedKeyProof_IsRefused() public {
        bytes memory proof = _proof("alice", _owner("alice"));
        address key = _sequencer("alice");
        address mallory = _owner("mallory");
        _whitelist(mallory, 8);
        vm.expectPartialRevert(IOperatorRegistry.OperatorRegistry_BadKeyProof.selector);
        vm.prank(mallory);
        registry.register(key, proof, makeAddr("b"), "", makeAddr("p"), "");
    }

    function test_register_RevertWhen_ProofIsMalformed() public {
        address owner = _owner("alice");
        _whitelist(owner, 7);
        address key = _sequencer("alice");
        vm.startPrank(owner);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_BadKeyProof.selector, key, address(0))
        );
        registry.register(key, hex"1234", makeAddr("b"), "", makeAddr("p"), "");
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_BadKeyProof.selector, address(0), address(0))
        );
        registry.register(address(0), hex"1234", makeAddr("b"), "", makeAddr("p"), "");
    }

    function test_register_RevertWhen_KeyIsTakenOrZero() public {
        _register("alice");
        address owner = _owner("bob");
        _whitelist(owner, 7);
        bytes memory proof = _proof("bob", owner);
        (address key, address taken) = (_sequencer("bob"), _sequencer("alice"));
        (bytes memory byAlice, bytes memory batcherProof) = (_proof("alice", owner), _proofBy("b", owner));
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_KeyTaken.selector, taken, 2));
        registry.register(key, proof, taken, byAlice, makeAddr("p"), "");
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_BadKeyProof.selector, address(0), address(0))
        );
        registry.register(key, proof, address(0), "", makeAddr("p"), "");
        vm.expectRevert(IOperatorRegistry.OperatorRegistry_ZeroAddress.selector);
        registry.register(key, proof, makeAddr("b"), batcherProof, address(0), "");
    }
}

contract OperatorRegistry_Keys_Test is BondedTest {
    uint16 internal alice;
    address internal owner;

    function setUp() public override {
        super.setUp();
        alice = _register("alice");
        owner = _owner("alice");
        _warpToEpoch(5);
    }

    function _setSequencerKey(string memory name) internal {
        bytes memory proof = _proof(name, owner);
        address key = _sequencer(name);
        vm.prank(owner);
        registry.setSequencerKey(alice, key, proof);
    }

    function test_setSequencerKey_TakesEffectTwoEpochsOn() public {
        vm.expectEmit();
        emit IOperatorRegistry.SequencerKeySet(alice, _sequencer("alice 2"), 7);
        _setSequencerKey("alice 2");
        for (uint256 later; later < 3; ++later) {
            _warpToEpoch(5 + later);
            assertEq(registry.sequencerKeyAt(alice, 0), _sequencer("alice"));
            assertEq(registry.sequencerKeyAt(alice, 6), _sequencer("alice"));
            assertEq(registry.sequencerKeyAt(alice, 7), _sequencer("alice 2"));
            assertEq(registry.sequencerKeyAt(alice, type(uint64).max), _sequencer("alice 2"));
        }
    }

    function test_setSequencerKey_GivenAChangePending_EachEpochKeepsItsKey() public {
        _setSequencerKey("alice 2");
        _warpToEpoch(6);
        _setSequencerKey("alice 3");
        assertEq(registry.sequencerKeyAt(alice, 6), _sequencer("alice"));
        assertEq(registry.sequencerKeyAt(alice, 7), _sequencer("alice 2"));
        assertEq(registry.sequencerKeyAt(alice, 8), _sequencer("alice 3"));
    }

    function test_setSequencerKey_GivenAChangeInThisEpoch_ReplacesIt() public {
        _setSequencerKey("alice 2");
        _setSequencerKey("alice 3");
        assertEq(registry.sequencerKeyAt(alice, 6), _sequencer("alice"));
        assertEq(registry.sequencerKeyAt(alice, 7), _sequencer("alice 3"));
    }

    function test_setSequencerKey_BackToAnOwnEarlierKey() public {
        _setSequencerKey("alice 2");
        _warpToEpoch(9);
        _setSequencerKey("alice");
        assertEq(registry.sequencerKeyAt(alice, 10), _sequencer("alice 2"));
        assertEq(registry.sequencerKeyAt(alice, 11), _sequencer("alice"));
    }

    function test_setSequencerKey_AKeyGivenUpIsStillTheOperators() public {
        uint16 bob = _register("bob");
        _setSequencerKey("alice 2");
        _warpToEpoch(9);
        assertEq(registry.operatorOfKey(_sequencer("alice")), alice);

        address bobsOwner = _owner("bob");
        bytes memory proof = _proof("alice", bobsOwner);
        address key = _sequencer("alice");
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_KeyTaken.selector, key, alice));
        vm.prank(bobsOwner);
        registry.setSequencerKey(bob, key, proof);
    }

    function test_setSequencerKey_RevertWhen_ProofIsAnothers() public {
        bytes memory proof = _proof("bob", owner);
        address key = _sequencer("alice 2");
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_BadKeyProof.selector, key, _sequencer("bob"))
        );
        vm.prank(owner);
        registry.setSequencerKey(alice, key, proof);
    }

    function test_setBatcherKey_AddsUpToFour_TwoEpochsOn() public {
        bytes memory proof = _proofBy("fifth", owner);
        vm.startPrank(owner);
        for (uint8 i = 1; i < 4; ++i) {
            string memory name = string(abi.encodePacked("batcher", i));
            address key = makeAddr(name);
            registry.setBatcherKey(alice, i, key, _proofBy(name, owner));
            assertEq(registry.batcherKeyAt(alice, i, 6), address(0));
            assertEq(registry.batcherKeyAt(alice, i, 7), key);
            assertEq(registry.batcherKeyCount(alice), i + 1);
        }
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_BatcherIndexOutOfRange.selector, 4, 4)
        );
        registry.setBatcherKey(alice, 4, makeAddr("fifth"), proof);
    }

    function test_setBatcherKey_Replaces_TwoEpochsOn() public {
        bytes memory proof = _proofBy("batcher 2", owner);
        vm.prank(owner);
        registry.setBatcherKey(alice, 0, makeAddr("batcher 2"), proof);
        assertEq(registry.batcherKeyCount(alice), 1);
        (, address before) = registry.claimKeysAt(alice, 6);
        (, address then_) = registry.claimKeysAt(alice, 7);
        assertEq(before, _batcher("alice"));
        assertEq(then_, makeAddr("batcher 2"));
    }

    function test_setBatcherKey_RevertWhen_IndexLeavesAGapOrKeyIsUnfit() public {
        address bobs = _batcher("bob");
        uint16 bob = _register("bob");
        (bytes memory proof, bytes memory byBob) = (_proofBy("batcher 2", owner), _batcherProof("bob", owner));
        vm.startPrank(owner);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_BatcherIndexOutOfRange.selector, 2, 1)
        );
        registry.setBatcherKey(alice, 2, makeAddr("batcher 2"), proof);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_KeyTaken.selector, bobs, bob));
        registry.setBatcherKey(alice, 1, bobs, byBob);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_BadKeyProof.selector, address(0), address(0))
        );
        registry.setBatcherKey(alice, 1, address(0), "");
    }

    /// A key is bound for ever: nobody binds one that a rival is going to use, not with the rival's own proof either.
    function test_attack_RivalsNextBatcherKey_CannotBeBound() public {
        address bob = _owner("bob");
        _register("bob");
        address next = _batcher("alice 2");
        bytes[2] memory proofs = [_batcherProof("bob", bob), _batcherProof("alice 2", owner)];
        for (uint256 i; i < 2; ++i) {
            vm.expectPartialRevert(IOperatorRegistry.OperatorRegistry_BadKeyProof.selector);
            vm.prank(bob);
            registry.setBatcherKey(3, 0, next, proofs[i]);
        }
        address mallory = _owner("mallory");
        _whitelist(mallory, 8);
        (address key, bytes memory keyProof) = (_sequencer("mallory"), _proof("mallory", mallory));
        vm.expectPartialRevert(IOperatorRegistry.OperatorRegistry_BadKeyProof.selector);
        vm.prank(mallory);
        registry.register(key, keyProof, next, proofs[1], makeAddr("p"), "");

        vm.prank(owner);
        registry.setBatcherKey(alice, 0, next, proofs[1]);
        assertEq(registry.operatorOfKey(next), alice);
    }

    function test_isController_OwnerAndKeyOfTheCurrentEpoch() public {
        _setSequencerKey("alice 2");
        assertTrue(registry.isController(alice, owner));
        assertTrue(registry.isController(alice, _sequencer("alice")));
        assertFalse(registry.isController(alice, _sequencer("alice 2")));
        assertFalse(registry.isController(alice, _batcher("alice")));
        _warpToEpoch(7);
        assertFalse(registry.isController(alice, _sequencer("alice")));
        assertTrue(registry.isController(alice, _sequencer("alice 2")));
        assertFalse(registry.isController(99, address(0)), "nobody controls an unknown operator");
    }

    function test_ownersCalls_RevertWhen_CallerIsNotTheOwner() public {
        address mallory = makeAddr("mallory");
        bytes[8] memory calls = [
            abi.encodeCall(registry.setSequencerKey, (alice, mallory, "")),
            abi.encodeCall(registry.setBatcherKey, (alice, 0, mallory, "")),
            abi.encodeCall(registry.setPayee, (alice, mallory)),
            abi.encodeCall(registry.setEndpoint, (alice, "http://mallory")),
            abi.encodeCall(registry.offerOwnership, (alice, mallory)),
            abi.encodeCall(registry.activate, (alice)),
            abi.encodeCall(registry.deactivate, (alice)),
            // Nobody owns what is not registered.
            abi.encodeCall(registry.setPayee, (99, mallory))
        ];
        for (uint256 i; i < calls.length; ++i) {
            vm.prank(mallory);
            (bool ok, bytes memory reason) = address(registry).call(calls[i]);
            assertFalse(ok);
            assertEq(
                reason,
                abi.encodeWithSelector(
                    IOperatorRegistry.OperatorRegistry_NotOwner.selector, i == 7 ? 99 : alice, mallory
                )
            );
        }
    }
}

contract OperatorRegistry_Standing_Test is BondedTest {
    function _status(uint16 operator) internal view returns (uint8) {
        (Status status,) = registry.statusOf(operator);
        return uint8(status);
    }

    function test_activate_EntersTheSetTwoEpochsOn() public {
        _warpToEpoch(3);
        uint16 alice = _register("alice");
        _deposit(alice, MIN_BOND);
        vm.expectEmit();
        emit IOperatorRegistry.StatusChanged(alice, Status.Active, 5);
        vm.prank(_owner("alice"));
        registry.activate(alice);
        assertFalse(registry.isEligible(alice, 4));
        assertTrue(registry.isEligible(alice, 5));
        (uint16[] memory ids, uint32[] memory entities) = registry.eligibleSet(5);
        assertEq(ids.length, 1);
        assertEq(ids[0], alice);
        assertEq(entities[0], registry.entityOf(alice));
    }

    function test_activate_CountsBothAssetsAtTheWeight() public {
        uint16 alice = _register("alice");
        _deposit(alice, MIN_BOND / 2);
        _depositToken(alice, MIN_BOND - 2 gwei); // at a weight of a half: one gwei short
        vm.startPrank(_owner("alice"));
        vm.expectRevert(
            abi.encodeWithSelector(
                IOperatorRegistry.OperatorRegistry_Underbonded.selector, alice, MIN_BOND - 1 gwei, MIN_BOND
            )
        );
        registry.activate(alice);
        vm.stopPrank();
        _deposit(alice, MIN_DEPOSIT);
        vm.prank(_owner("alice"));
        registry.activate(alice);
    }

    function test_activate_RevertWhen_ActiveAlready() public {
        uint16 alice = _activate("alice", MIN_BOND);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_WrongStatus.selector, alice, Status.Active)
        );
        vm.prank(_owner("alice"));
        registry.activate(alice);
    }

    function test_attack_OneEntityFillsTheSet_StopsAtEight() public {
        _givenAFullEntity();
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_EntityFull.selector, 7, 8));
        vm.prank(_owner("ninth"));
        registry.activate(9 + 1);
        vm.prank(_owner("member 0"));
        registry.deactivate(2);
        vm.prank(_owner("ninth"));
        registry.activate(9 + 1);
        _activate("another's", MIN_BOND);
    }

    function test_attack_OneEntityBuysItsWayPastEight_IsRefused() public {
        _givenAFullEntity();
        uint16 bought = _activate("another's", MIN_BOND);
        vm.prank(_owner("another's"));
        registry.offerOwnership(bought, _owner("ninth"));
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_EntityFull.selector, 7, 8));
        vm.prank(_owner("ninth"));
        registry.acceptOwnership(bought);

        // Among its own they change hands.
        vm.prank(_owner("member 0"));
        registry.offerOwnership(2, _owner("ninth"));
        vm.prank(_owner("ninth"));
        registry.acceptOwnership(2);
    }

    /// @dev Operators 2 to 9 of entity 7 are active; 10 is its ninth, bonded.
    function _givenAFullEntity() internal {
        IOperatorRegistry.Params memory params = _registryParams(2);
        params.maxOperators = 64;
        _deploy(address(token), params);
        for (uint256 i; i < 9; ++i) {
            string memory name = i == 8 ? "ninth" : string.concat("member ", vm.toString(i));
            _whitelist(_owner(name), 7);
            if (i == 8) _deposit(_register(name), MIN_BOND);
            else _activate(name, MIN_BOND);
        }
    }

    function test_activate_RevertWhen_SetIsFull_UntilSomebodyLeaves() public {
        string[6] memory names = ["a", "b", "c", "d", "e", "f"];
        for (uint256 i; i < names.length; ++i) {
            _activate(names[i], MIN_BOND);
        }
        uint16 late = _register("late");
        _deposit(late, MIN_BOND);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_SetFull.selector, uint256(MAX_OPERATORS))
        );
        vm.prank(_owner("late"));
        registry.activate(late);

        vm.prank(_owner("c"));
        registry.deactivate(4);
        vm.prank(_owner("late"));
        registry.activate(late);
        (uint16[] memory ids,) = registry.eligibleSet(2);
        assertEq(ids.length, MAX_OPERATORS);
        assertEq(ids[2], 5, "id order");
        assertEq(ids[5], late);
    }

    function test_deactivate_LeavesTheSetTwoEpochsOn() public {
        uint16 alice = _activate("alice", MIN_BOND);
        _warpToEpoch(3);
        vm.prank(_owner("alice"));
        registry.deactivate(alice);
        assertTrue(registry.isEligible(alice, 4));
        assertFalse(registry.isEligible(alice, 5));
        assertEq(_status(alice), uint8(Status.Exited));
    }

    function test_deactivate_RevertWhen_NotActive() public {
        uint16 alice = _register("alice");
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_WrongStatus.selector, alice, Status.None)
        );
        vm.prank(_owner("alice"));
        registry.deactivate(alice);
    }

    function test_reserve_NeitherEntersNorLeavesNorIsJailed() public {
        vm.startPrank(FOUNDATION);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_WrongStatus.selector, RESERVE, Status.Active)
        );
        registry.activate(RESERVE);
        vm.expectRevert(IOperatorRegistry.OperatorRegistry_ReserveStays.selector);
        registry.deactivate(RESERVE);
        vm.expectRevert(IOperatorRegistry.OperatorRegistry_ReserveStays.selector);
        registry.jailUnderbonded(RESERVE);
        vm.stopPrank();
        _whitelist(FOUNDATION, 0);
        assertEq(_status(RESERVE), uint8(Status.Active));
    }

    function test_jailUnderbonded_ByAnyone_OnceTheBondIsBelowTheMinimum() public {
        uint16 alice = _activate("alice", MIN_BOND);
        _warpToEpoch(3);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOperatorRegistry.OperatorRegistry_StillBonded.selector, alice, uint256(MIN_BOND), uint256(MIN_BOND)
            )
        );
        registry.jailUnderbonded(alice);

        vm.prank(BATON);
        vault.leak(alice, 1, 0);
        registry.jailUnderbonded(alice);
        assertEq(_status(alice), uint8(Status.Jailed));
        assertEq(registry.jailedUntil(alice), block.timestamp + JAIL_DELAY);
        assertTrue(registry.isEligible(alice, 4), "an epoch whose set is closed is left alone");
        assertFalse(registry.isEligible(alice, 5));
    }

    function test_jailUnderbonded_RevertWhen_NotActive() public {
        uint16 alice = _register("alice");
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_WrongStatus.selector, alice, Status.None)
        );
        registry.jailUnderbonded(alice);
    }

    function test_activate_GivenJailed_AfterTheDelayAndATopUp() public {
        uint16 alice = _activate("alice", MIN_BOND);
        _warpToEpoch(3);
        vm.prank(BATON);
        vault.leak(alice, 1, 0);
        registry.jailUnderbonded(alice);
        uint256 until = block.timestamp + JAIL_DELAY;

        vm.startPrank(_owner("alice"));
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_WrongStatus.selector, alice, Status.Jailed)
        );
        registry.deactivate(alice);
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_StillJailed.selector, alice, until));
        registry.activate(alice);
        vm.warp(until);
        vm.expectPartialRevert(IOperatorRegistry.OperatorRegistry_Underbonded.selector);
        registry.activate(alice);
        vm.stopPrank();
        _deposit(alice, MIN_DEPOSIT);
        vm.prank(_owner("alice"));
        registry.activate(alice);
        assertTrue(registry.isEligible(alice, registry.currentEpoch() + 2));
    }
}

contract OperatorRegistry_Governance_Test is BondedTest {
    function _entityIn(uint16 operator, uint64 epoch) internal view returns (uint32) {
        (uint16[] memory ids, uint32[] memory entities) = registry.eligibleSet(epoch);
        for (uint256 i; i < ids.length; ++i) {
            if (ids[i] == operator) return entities[i];
        }
        return 0;
    }

    function test_setWhitelisted_0_TakesAllOperatorsOfTheOwnerOutTwoEpochsOn() public {
        uint16 alice = _activate("alice", MIN_BOND);
        uint16 bob = _activate("bob", MIN_BOND);
        _warpToEpoch(3);
        _whitelist(_owner("alice"), 0);
        assertTrue(registry.isEligible(alice, 4));
        assertFalse(registry.isEligible(alice, 5));
        assertTrue(registry.isEligible(bob, 5));
        (Status status, uint64 from) = registry.statusOf(alice);
        assertEq(uint8(status), uint8(Status.Exited));
        assertEq(from, 5);

        address owner = _owner("alice");
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotWhitelisted.selector, owner));
        vm.prank(owner);
        registry.activate(alice);
    }

    function test_setWhitelisted_AnotherEntity_CountsTwoEpochsOn() public {
        uint16 alice = _activate("alice", MIN_BOND);
        uint32 old = registry.entityOf(alice);
        _warpToEpoch(3);
        _whitelist(_owner("alice"), 555);
        assertEq(_entityIn(alice, 4), old);
        assertEq(_entityIn(alice, 5), 555);
    }

    function test_acceptOwnership_IsTwoStep_AndTakesTheNewOwnersEntity() public {
        uint16 alice = _activate("alice", MIN_BOND);
        uint32 old = registry.entityOf(alice);
        address buyer = makeAddr("buyer");
        _warpToEpoch(3);
        vm.prank(_owner("alice"));
        registry.offerOwnership(alice, buyer);
        assertEq(registry.ownerOf(alice), _owner("alice"));

        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotOffered.selector, buyer, address(this))
        );
        registry.acceptOwnership(alice);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotWhitelisted.selector, buyer));
        vm.prank(buyer);
        registry.acceptOwnership(alice);

        _whitelist(buyer, 77);
        vm.prank(buyer);
        registry.acceptOwnership(alice);
        assertEq(registry.ownerOf(alice), buyer);
        assertEq(_entityIn(alice, 4), old, "one party may not turn into another in a closed set");
        assertEq(_entityIn(alice, 5), 77);

        vm.expectPartialRevert(IOperatorRegistry.OperatorRegistry_NotOffered.selector);
        vm.prank(buyer);
        registry.acceptOwnership(alice);
    }

    function test_acceptGovernance_IsTwoStep() public {
        address next = makeAddr("next");
        vm.prank(GOVERNANCE);
        registry.offerGovernance(next);
        assertEq(registry.governance(), GOVERNANCE);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotOffered.selector, next, address(this))
        );
        registry.acceptGovernance();
        vm.prank(next);
        registry.acceptGovernance();
        assertEq(registry.governance(), next);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotGovernance.selector, GOVERNANCE));
        vm.prank(GOVERNANCE);
        registry.offerGovernance(GOVERNANCE);
    }

    function test_governancesCalls_RevertWhen_CallerIsNotGovernance() public {
        bytes memory refusal =
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotGovernance.selector, address(this));
        vm.expectRevert(refusal);
        registry.setWhitelisted(address(this), 1);
        vm.expectRevert(refusal);
        registry.advanceStage();
        vm.expectRevert(refusal);
        registry.offerGovernance(address(this));
    }

    function test_advanceStage_ByOne_ThreeEpochsOn_AfterTheDwell_WithEnoughOperators() public {
        _deploy(address(token), 0);
        uint256 deployed = block.timestamp;
        _whitelist(_owner("alice"), FOUNDATION_ENTITY);
        _whitelist(_owner("bob"), FOUNDATION_ENTITY);
        _activate("alice", MIN_BOND);
        vm.startPrank(GOVERNANCE);
        vm.warp(deployed + STAGE_DWELL - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOperatorRegistry.OperatorRegistry_StageTooYoung.selector, block.timestamp, deployed + STAGE_DWELL
            )
        );
        registry.advanceStage();
        vm.warp(deployed + STAGE_DWELL);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_TooFewOperators.selector, 1, 2));
        registry.advanceStage();
        vm.stopPrank();

        _activate("bob", MIN_BOND);
        uint64 from = registry.currentEpoch() + 3;
        vm.expectEmit();
        emit IOperatorRegistry.StageAdvanced(1, from);
        vm.startPrank(GOVERNANCE);
        registry.advanceStage();
        assertEq(registry.stageAt(from - 1), 0);
        assertEq(registry.stageAt(from), 1);
        vm.expectPartialRevert(IOperatorRegistry.OperatorRegistry_StageTooYoung.selector);
        registry.advanceStage();

        vm.warp(_startOf(from) + STAGE_DWELL - 1);
        vm.expectPartialRevert(IOperatorRegistry.OperatorRegistry_StageTooYoung.selector);
        registry.advanceStage();
        vm.warp(_startOf(from) + STAGE_DWELL);
        registry.advanceStage();
        uint64 next = registry.currentEpoch() + 3;
        assertEq(registry.stageAt(from - 1), 0);
        assertEq(registry.stageAt(next - 1), 1);
        assertEq(registry.stageAt(next), 2);

        vm.warp(_startOf(next) + STAGE_DWELL);
        registry.advanceStage();
        uint64 last = registry.currentEpoch() + 3;
        assertEq(registry.stageAt(last - 1), 2);
        assertEq(registry.stageAt(last), 3);
        vm.warp(_startOf(last) + STAGE_DWELL);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_LastStage.selector, 3));
        registry.advanceStage();
    }

    function test_advanceStage_GivenNoDwell_SkipsNoStage() public {
        IOperatorRegistry.Params memory params = _registryParams(0);
        (params.stageMinOperators, params.stageDwell) = (0, 0);
        registry =
            new OperatorRegistry(clock, vault, IBaton(address(0)), SLASHER, COURT, GOVERNANCE, params, _reserve());
        vm.startPrank(GOVERNANCE);
        _warpToEpoch(3);
        registry.advanceStage();
        vm.warp(_startOf(6) - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOperatorRegistry.OperatorRegistry_StageTooYoung.selector, _startOf(6) - 1, _startOf(6)
            )
        );
        registry.advanceStage();
        _warpToEpoch(6);
        registry.advanceStage();
        assertEq(registry.stageAt(5), 0);
        assertEq(registry.stageAt(6), 1);
        assertEq(registry.stageAt(8), 1);
        assertEq(registry.stageAt(9), 2);
    }
}
