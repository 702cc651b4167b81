// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondedTest} from "./BondedTest.sol";
import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {RESERVE, Status} from "@rota/contracts/types/Types.sol";

/// @notice The registry in its last stage, and after its governance gave itself up.
contract OperatorRegistry_OpenStage_Test is BondedTest {
    function setUp() public override {
        super.setUp();
        _deploy(address(token), 3);
        _warpToEpoch(5);
    }

    /* WHITELIST */
    function test_register_ByAnybody() public {
        uint16 id = _enroll("stranger");
        assertEq(registry.entityOfOwner(_owner("stranger")), 0);
        assertEq(registry.entityOf(id), id, "a party of its own");
    }

    function test_activate_RevertGiven_TooLittleBond() public {
        uint16 id = _enroll("stranger");
        _deposit(id, MIN_BOND - 1 gwei);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOperatorRegistry.OperatorRegistry_Underbonded.selector, id, MIN_BOND - 1 gwei, uint256(MIN_BOND)
            )
        );
        vm.prank(_owner("stranger"));
        registry.activate(id);
    }

    /// @dev It would be a way to put operators out.
    function test_setWhitelisted_RevertGiven_TheStageIsOpen() public {
        uint16 id = _join("stranger");
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_Open.selector, 7));
        vm.prank(GOVERNANCE);
        registry.setWhitelisted(_owner("stranger"), 0);
        assertTrue(registry.isEligible(id, 7));
    }

    /// @dev The whitelist holds until the epoch in which it falls, and who was admitted as one party is then several.
    function test_eligibleSet_EndsEntitiesWithTheStage() public {
        _deploy(address(token), 2);
        for (uint256 i; i < 3; ++i) {
            _whitelist(_owner(["alice", "bob", "carol"][i]), 7);
            _activate(["alice", "bob", "carol"][i], MIN_BOND);
        }
        vm.warp(_startOf(0) + STAGE_DWELL);
        vm.prank(GOVERNANCE);
        registry.advanceStage();
        uint64 open = registry.currentEpoch() + 3;
        bytes memory refusal =
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotWhitelisted.selector, _owner("stranger"));
        vm.expectRevert(refusal);
        this.enroll("stranger");

        _assertEntities(open - 1, 7, 7, 7);
        _assertEntities(open, 2, 3, 4);
        _warpToEpoch(open - 2);
        this.enroll("stranger");
    }

    /* SEATS */
    function test_activate_GivenAFullSet_IsActiveWithoutASeat() public {
        uint16[] memory ids = _fill();
        uint16 id = _enroll("seatless");
        _deposit(id, MIN_BOND);
        vm.expectEmit();
        emit IOperatorRegistry.StatusChanged(id, Status.Active, 7);
        vm.expectEmit();
        emit IOperatorRegistry.ActivatedWithoutSeat(id);
        vm.prank(_owner("seatless"));
        registry.activate(id);

        assertFalse(registry.isEligible(id, 6));
        assertTrue(registry.isEligible(id, 7));
        (bool eligible, uint32 entity) = registry.memberAt(id, 7);
        assertTrue(eligible);
        assertEq(entity, id);
        (uint16[] memory set,) = registry.eligibleSet(7);
        assertEq(keccak256(abi.encode(set)), keccak256(abi.encode(ids)), "the set has its seats");
    }

    function test_takeSeat_OnceOneComesFree() public {
        uint16[] memory ids = _fill();
        uint16 id = _join("seatless");
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_SetFull.selector, uint256(MAX_OPERATORS))
        );
        registry.takeSeat(id);

        vm.prank(_owner("member 0"));
        registry.deactivate(ids[0]);
        vm.expectEmit();
        emit IOperatorRegistry.SeatTaken(id, 7);
        registry.takeSeat(id);
        (uint16[] memory set,) = registry.eligibleSet(7);
        assertEq(set.length, MAX_OPERATORS);
        assertEq(set[MAX_OPERATORS - 1], id);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_HasSeat.selector, id));
        registry.takeSeat(id);
    }

    function test_takeSeat_RevertGiven_ItNeedsNone() public {
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_HasSeat.selector, RESERVE));
        registry.takeSeat(RESERVE);
        uint16 id = _enroll("stranger");
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_WrongStatus.selector, id, Status.None)
        );
        registry.takeSeat(id);
    }

    function test_evict_TakesTheSeatOfAMember() public {
        uint16[] memory ids = _fill();
        uint16 id = _join("seatless");
        vm.prank(COURT);
        registry.evict(ids[2]);
        registry.takeSeat(id);
        (uint16[] memory set,) = registry.eligibleSet(7);
        assertEq(set.length, MAX_OPERATORS);
        assertEq(set[MAX_OPERATORS - 1], id);
        assertFalse(registry.isEligible(ids[2], 7));
    }

    /// @dev A plain list of what each action decides, from two epochs on, against what the registry packs into one word.
    /// forge-config: default.fuzz.runs = 24
    /// forge-config: long.fuzz.runs = 500
    function testFuzz_memberAt_WithoutASeat_IsExactFromTheCurrentEpochOn(uint256 seed) public {
        _fill();
        uint16 id = _join("seatless");
        bool[200] memory model;
        for (uint256 e = 7; e < 200; ++e) {
            model[e] = true;
        }
        uint256 acted;
        for (uint256 step; step < 60; ++step) {
            uint256 dice = uint256(keccak256(abi.encode(seed, step)));
            if (dice % 2 == 0) vm.warp(block.timestamp + (dice >> 8) % (2 * EPOCH));
            (bool ok, bool active) = _act(id, (dice >> 64) % 4);
            uint64 epoch = registry.currentEpoch();
            if (ok) {
                ++acted;
                for (uint256 e = epoch + 2; e < 200; ++e) {
                    model[e] = active;
                }
            }
            for (uint64 e = epoch; e < epoch + 5; ++e) {
                assertEq(registry.isEligible(id, e), model[e], vm.toString(e));
            }
        }
        assertGt(acted, 5, "too many calls were refused to show anything");
    }

    /* OSSIFICATION */
    function test_ossifyCore_GivesTheSeatUp() public {
        vm.startPrank(GOVERNANCE);
        registry.offerGovernance(address(this));
        vm.expectEmit();
        emit IOperatorRegistry.CoreOssified();
        registry.ossifyCore();
        vm.stopPrank();
        assertEq(registry.governance(), address(0));
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotOffered.selector, address(0), address(this))
        );
        registry.acceptGovernance();
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotGovernance.selector, GOVERNANCE));
        vm.prank(GOVERNANCE);
        registry.offerGovernance(GOVERNANCE);
        _join("stranger");
    }

    function test_ossifyCore_RevertWhen_CallerIsNotGovernance() public {
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotGovernance.selector, address(this))
        );
        registry.ossifyCore();
    }

    /// @dev The whitelist would be what it is for ever.
    function test_ossifyCore_RevertGiven_AnEarlierStage() public {
        for (uint8 stage; stage < 3; ++stage) {
            _deploy(address(token), stage);
            vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_NotLastStage.selector, stage, 3));
            vm.prank(GOVERNANCE);
            registry.ossifyCore();
        }
    }

    /* INTERNAL */
    function enroll(string memory name) external returns (uint16) {
        return _enroll(name);
    }

    function _enroll(string memory name) internal returns (uint16) {
        address owner = _owner(name);
        (bytes memory proof, bytes memory batcherProof) = (_proof(name, owner), _batcherProof(name, owner));
        (address key, address batcher, address payee) = (_sequencer(name), _batcher(name), _payee(name));
        vm.prank(owner);
        return registry.register(key, proof, batcher, batcherProof, payee, "");
    }

    function _join(string memory name) internal returns (uint16 id) {
        id = _enroll(name);
        _deposit(id, MIN_BOND);
        vm.prank(_owner(name));
        registry.activate(id);
    }

    function _fill() internal returns (uint16[] memory ids) {
        ids = new uint16[](MAX_OPERATORS);
        for (uint256 i; i < ids.length; ++i) {
            ids[i] = _join(string.concat("member ", vm.toString(i)));
        }
    }

    /// @return ok Whether it was accepted. @return active What it decides.
    function _act(uint16 id, uint256 kind) internal returns (bool ok, bool active) {
        uint256 until = registry.jailedUntil(id);
        if (kind == 0 && block.timestamp < until) vm.warp(until);
        if (kind == 0 || kind == 3) {
            vm.prank(_owner("seatless"));
            (ok,) = address(registry).call(abi.encodeCall(registry.activate, (id)));
            return (ok, true);
        }
        if (kind == 1) {
            vm.prank(_owner("seatless"));
            (ok,) = address(registry).call(abi.encodeCall(registry.deactivate, (id)));
            return (ok, false);
        }
        (Status status,) = registry.statusOf(id);
        vm.prank(SLASHER);
        (ok,) = address(registry).call(abi.encodeCall(registry.jail, (id)));
        // Who is out already is only out for longer.
        return (ok && status == Status.Active, false);
    }

    function _assertEntities(uint64 epoch, uint32 a, uint32 b, uint32 c) internal view {
        (, uint32[] memory entities) = registry.eligibleSet(epoch);
        assertEq(entities.length, 3);
        assertEq(entities[0], a);
        assertEq(entities[1], b);
        assertEq(entities[2], c);
        (, uint32 entity) = registry.memberAt(2, epoch);
        assertEq(entity, a);
    }
}
