// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RotaConfig} from "../deploy/RotaDeployer.sol";
import {IPolicy} from "../interfaces/IPolicy.sol";
import {RESERVE} from "../types/Types.sol";
import {Operator, RotaFixture} from "./RotaFixture.sol";

/// @title Policy conformance
/// @notice What any policy must pass: inherit this, name the policy, and forge runs the rest against a whole deployed system.
/// @dev The system is as hard on a policy as one can be: epochs of 45 slots, and nearly as many operators as a set holds. Write it into
/// a stage's list by overriding {_config}, as `c.policies[2][0] = new MyPolicy(_expected(c).registry)`; the deployment is in stage 2.
abstract contract PolicyConformance is RotaFixture {
    /// @dev The epoch that the policy is asked about.
    uint64 internal constant EPOCH = 4;
    /// @dev Four less than a set holds: the tests let others in.
    uint256 internal constant CROWD = 60;

    /* WHAT A POLICY'S TEST SAYS */
    /// @notice The policy under test.
    function _policy() internal view virtual returns (IPolicy);

    /// @notice What operators do for `epoch` in epoch - 2 so that the policy has something to go by: bid, queue a stake, or nothing.
    function _enter(uint64 epoch) internal virtual {}

    /// @notice What a call of `fill` may cost at most: it is part of a freeze, which must fit into a block easily.
    function _gasLimit() internal pure virtual returns (uint256) {
        return 5_000_000;
    }

    /// @notice Whether the policy is asked first, as one is that has sold its slots: it need not cope with slots that are taken.
    function _fillsFirst() internal pure virtual returns (bool) {
        return false;
    }

    /* SET-UP */
    function setUp() public virtual {
        _deployRota();
        while (operators.length < CROWD) {
            string memory name = string.concat("operator ", vm.toString(operators.length + 2));
            Operator memory operator = _register(name, uint32(100 + operators.length));
            // Bonds of all sizes.
            _bond(operator.id, vault.MIN_BOND() * (1 + operators.length % 7));
            _activate(operator);
            _fund(operator.id, 100 ether);
            operators.push(operator);
        }
    }

    function _config() internal virtual override returns (RotaConfig memory c) {
        c = super._config();
        c.clock.slotsPerEpoch = 45;
        c.vault.coreExitDelay = uint32(c.disputePeriod + 3 * 45 * uint256(c.clock.slotSeconds));
    }

    /* ANSWERS */
    function test_conformance_SameAnswerTwice() public {
        _toReady();
        _assertSame(_ask(), _ask());
    }

    /// @dev Nothing that a sender or a block's proposer chooses makes a difference.
    function testFuzz_conformance_SameAnswerToWhoeverAsksAndWhen(address caller, uint256 entropy, uint16 blocks)
        public
    {
        _toReady();
        uint16[] memory answer = _ask();

        // Any time that is left of the epoch in which an epoch is frozen.
        uint256 left = (schedule.startOfEpoch(EPOCH) - vm.getBlockTimestamp()) / _l1BlockSeconds;
        _mine(blocks % left);
        vm.prevrandao(keccak256(abi.encode(entropy)));
        vm.coinbase(address(uint160(entropy)));
        vm.fee(entropy % 1e12);
        vm.txGasPrice(entropy % 1e12);
        vm.startPrank(caller, caller);
        _assertSame(_ask(), answer);
        vm.stopPrank();
    }

    /// @dev From the start of the epoch before on, whatever anybody does meanwhile, before or after the policy is ready.
    function testFuzz_conformance_FixedWhenTheSetCloses(uint256 actions) public {
        _toClosed();
        uint256 start = vm.snapshotState();
        _makeReady(EPOCH);
        uint16[] memory answer = _ask();

        _disturb(actions);
        _assertSame(_ask(), answer);
        assertTrue(_policy().isReady(EPOCH), "not ready any more");

        vm.revertToState(start);
        _disturb(actions >> 128);
        _makeReady(EPOCH);
        _assertSame(_ask(), answer);
    }

    /* SLOTS */
    /// @param taken Bitmap of the slots that were filled before it was asked.
    function testFuzz_conformance_FillsFreeSlotsAlone(bytes32 seed, uint256 taken) public {
        if (_fillsFirst()) taken = 0;
        _toReady();
        uint16[] memory slots = new uint16[](config.clock.slotsPerEpoch);
        for (uint256 i; i < slots.length; ++i) {
            if (taken >> i & 1 == 1) slots[i] = uint16(1 + uint256(keccak256(abi.encode(taken, i))) % 100);
        }
        uint16[] memory filled = _policy().fill(EPOCH, seed, slots);
        assertEq(filled.length, slots.length, "another number of slots");
        for (uint256 i; i < slots.length; ++i) {
            if (slots[i] != 0) assertEq(filled[i], slots[i], "a slot that was taken");
        }
    }

    function test_conformance_LeavesAFullEpochAlone() public {
        if (_fillsFirst()) return;
        _toReady();
        uint16[] memory slots = new uint16[](config.clock.slotsPerEpoch);
        for (uint256 i; i < slots.length; ++i) {
            // From the last one down: in the set's order, round robin would write what is there.
            slots[i] = operators[operators.length - 1 - i].id;
        }
        _assertSame(_policy().fill(EPOCH, keccak256("seed"), slots), slots);
    }

    /// @dev Operators of the epoch's closed set, not the reserve, whatever the seed.
    function testFuzz_conformance_NamesEligibleOperatorsAlone(bytes32 seed) public {
        _toReady();
        uint16[] memory filled = _policy().fill(EPOCH, seed, new uint16[](config.clock.slotsPerEpoch));
        for (uint256 i; i < filled.length; ++i) {
            if (filled[i] == 0) continue;
            assertTrue(registry.isEligible(filled[i], EPOCH), "not eligible");
            assertNotEq(filled[i], RESERVE, "the reserve");
        }
    }

    /* LIVENESS */
    /// @dev It is ready, costs what it may, and the schedule takes its answer.
    function test_conformance_FreezesWithinItsGas() public {
        _toReady();
        IPolicy policy = _policy();
        uint16[] memory slots = new uint16[](config.clock.slotsPerEpoch);
        bytes32 seed = schedule.seedOf(EPOCH);
        vm.cool(address(policy));
        vm.cool(address(registry));
        uint256 before = gasleft();
        assertTrue(policy.isReady(EPOCH), "not ready");
        policy.fill(EPOCH, seed, slots);
        assertLe(before - gasleft(), _gasLimit(), "too much gas");
        _freeze(EPOCH);
    }

    /// @dev Nobody entered, and all left: there is nobody to name, and nothing to revert about.
    function test_conformance_WithoutOperators_FillsNothing() public {
        _run(EPOCH - 2);
        for (uint256 i; i < operators.length; ++i) {
            vm.prank(operators[i].owner);
            registry.deactivate(operators[i].id);
        }
        _run(EPOCH - 1);
        _recordSeed(EPOCH);
        _makeReady(EPOCH);
        uint16[] memory filled = _ask();
        for (uint256 i; i < filled.length; ++i) {
            assertEq(filled[i], 0, "names somebody");
        }
        _freeze(EPOCH);
    }

    /* INTERNAL */
    /// @notice Goes to where the set of {EPOCH} is closed and its seed recorded.
    function _toClosed() internal {
        _run(EPOCH - 2);
        _enter(EPOCH);
        _run(EPOCH - 1);
        _recordSeed(EPOCH);
    }

    function _toReady() internal {
        _toClosed();
        _makeReady(EPOCH);
    }

    /// @dev About a whole free epoch with the seed that it has.
    function _ask() internal view returns (uint16[] memory) {
        return _policy().fill(EPOCH, schedule.seedOf(EPOCH), new uint16[](config.clock.slotsPerEpoch));
    }

    /// @dev What can happen in the epoch before; each bit of `actions` decides about one thing.
    function _disturb(uint256 actions) internal {
        Operator memory a = operators[(actions >> 8) % operators.length];
        Operator memory b = operators[(actions >> 16) % operators.length];
        if (actions & 1 != 0) _bond(a.id, 50 ether);
        if (actions & 2 != 0) {
            Operator memory late = _register("a late operator", 7);
            _bond(late.id, 100 ether);
            _activate(late);
        }
        if (actions & 4 != 0) {
            vm.prank(a.owner);
            registry.deactivate(a.id);
            if (actions & 8 != 0) _activate(a);
        }
        if (actions & 16 != 0) {
            vm.prank(governance);
            registry.setWhitelisted(b.owner, actions & 32 != 0 ? 0 : 100);
        }
        if (actions & 64 != 0) {
            (uint256 weight,) = stake.lastEntryOf(a.id);
            if (weight != vault.bondOf(a.id) / stake.UNIT() || !registry.isEligible(a.id, EPOCH + 1)) _tryQueue(a.id);
        }
        if (actions & 128 != 0) _mine((actions >> 24) % 16);
    }

    /// @dev It may have nothing to change.
    function _tryQueue(uint16 operator) private {
        uint256 fee = stake.feeOf(operator);
        vm.deal(stranger, stranger.balance + fee);
        vm.prank(stranger);
        try stake.queue{value: fee}(operator) {} catch {}
    }

    function _assertSame(uint16[] memory a, uint16[] memory b) internal pure {
        assertEq(keccak256(abi.encode(a)), keccak256(abi.encode(b)), "another answer");
    }
}
