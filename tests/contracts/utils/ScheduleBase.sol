// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {Headers} from "./Headers.sol";
import {Schedule} from "@rota/contracts/Schedule.sol";
import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";
import {ISchedule} from "@rota/contracts/interfaces/ISchedule.sol";
import {Clock} from "@rota/contracts/types/Types.sol";

/// @notice As much of a registry as the schedule knows: the stage, which it tells, and governance.
contract StageRegistry {
    address public governance = msg.sender;
    // The names of the real one's.
    // solhint-disable var-name-mixedcase
    address public VAULT;
    /// @dev Nobody.
    address public SLASHER;
    // solhint-enable var-name-mixedcase

    function setVault(address vault) external {
        VAULT = vault;
    }

    /// @notice Stages up to this one are in effect from the first epoch on.
    function setStage(Schedule schedule, uint8 stage) external {
        for (uint8 i = 1; i <= stage; ++i) {
            schedule.noteStage(i, 0);
        }
    }

    function noteStage(Schedule schedule, uint8 stage, uint64 fromEpoch) external {
        schedule.noteStage(stage, fromEpoch);
    }

    /// @dev Asked once, at deployment.
    function stageAt(uint64) external pure returns (uint8) {
        return 0;
    }
}

/// @notice A policy that is told what to fill.
contract ListPolicy is IPolicy {
    uint16[] internal _list;
    bool public notReady;
    bool public greedy;

    function set(uint16[] memory list) external {
        _list = list;
    }

    function setNotReady(bool notReady_) external {
        notReady = notReady_;
    }

    /// @notice A greedy one answers its list, whatever was asked.
    function setGreedy(bool greedy_) external {
        greedy = greedy_;
    }

    function fill(uint64, bytes32, uint16[] memory slots) external view returns (uint16[] memory) {
        if (greedy) return _list;
        for (uint256 i; i < slots.length && i < _list.length; ++i) {
            if (slots[i] == 0) slots[i] = _list[i];
        }
        return slots;
    }

    function isReady(uint64) external view returns (bool) {
        return !notReady;
    }
}

/// @notice A schedule alone, with the test as its Baton.
abstract contract ScheduleBase is Test {
    uint256 internal constant GENESIS = 1_800_000_000;
    uint32 internal constant SEED_DELAY = 2;

    Clock internal clock;
    StageRegistry internal registry;
    ListPolicy internal policy;
    ListPolicy internal second;
    Schedule internal schedule;

    /// @dev 2 s L1 blocks, slots of 16 s.
    function _deploy(uint16 slotsPerEpoch, uint32 disputePeriod, uint16 ring) internal {
        _deployClock(16, slotsPerEpoch, disputePeriod, ring);
    }

    function _deployClock(uint32 slotSeconds, uint16 slotsPerEpoch, uint32 disputePeriod, uint16 ring) internal {
        vm.warp(GENESIS - 1000);
        vm.roll(24_000_000);
        clock = Clock({
            genesis: uint64(GENESIS),
            slotSeconds: slotSeconds,
            slotsPerEpoch: slotsPerEpoch,
            l1BlockSeconds: 2,
            l2GenesisTime: 0,
            l2BlockSeconds: 1
        });
        registry = new StageRegistry();
        policy = new ListPolicy();
        second = new ListPolicy();
        IPolicy[][] memory policies = new IPolicy[][](2);
        policies[0] = _list(policy, second);
        policies[1] = _list(policy);
        schedule = new Schedule(
            clock,
            IOperatorRegistry(address(registry)),
            address(this),
            ISchedule.Params({seedDelay: SEED_DELAY, disputePeriod: disputePeriod, ring: ring}),
            policies
        );
    }

    /* TIME */
    /// @dev Moves to `timestamp`, L1 blocks along with it.
    function _to(uint256 timestamp) internal {
        vm.roll(block.number + (timestamp - block.timestamp + 1) / 2);
        vm.warp(timestamp);
    }

    function _toSlot(uint64 slot) internal {
        _to(_start(slot));
    }

    function _start(uint256 slot) internal view returns (uint256) {
        return GENESIS + slot * clock.slotSeconds;
    }

    function _first(uint64 epoch) internal view returns (uint64) {
        return epoch * clock.slotsPerEpoch;
    }

    /* PIPELINE */
    function _seedTime(uint64 epoch) internal view returns (uint256) {
        return _start(_first(epoch - 1)) + SEED_DELAY;
    }

    /// @dev The headers of the seed's block of `epoch` and its parent, known to the L1 as the latest but one.
    function _headers(uint64 epoch, bytes32 mixHash) internal returns (bytes memory header, bytes memory parent) {
        return _headersAt(_seedTime(epoch), _seedTime(epoch) - 2, mixHash);
    }

    function _headersAt(uint256 timestamp, uint256 parentTimestamp, bytes32 mixHash)
        internal
        returns (bytes memory header, bytes memory parent)
    {
        uint256 number = block.number - 1;
        parent = Headers.encode(number - 1, parentTimestamp, keccak256("grandparent"), keccak256("parent mix"));
        header = Headers.encode(number, timestamp, keccak256(parent), mixHash);
        vm.setBlockhash(number, keccak256(header));
    }

    function _seed(uint64 epoch) internal {
        if (block.timestamp < _seedTime(epoch) + 2) _to(_seedTime(epoch) + 2);
        (bytes memory header, bytes memory parent) = _headers(epoch, keccak256(abi.encode("mix", epoch)));
        schedule.recordSeed(epoch, header, parent);
    }

    /// @dev Seeds and freezes `epoch` in the epoch before it.
    function _freeze(uint64 epoch, uint16[] memory ids) internal {
        _seed(epoch);
        policy.set(ids);
        schedule.freeze(epoch);
    }

    /* LISTS */
    function _list(IPolicy a) internal pure returns (IPolicy[] memory list) {
        list = new IPolicy[](1);
        list[0] = a;
    }

    function _list(IPolicy a, IPolicy b) internal pure returns (IPolicy[] memory list) {
        list = new IPolicy[](2);
        (list[0], list[1]) = (a, b);
    }

    function _assertSlots(uint64 epoch, uint16[] memory expected) internal view {
        uint16[] memory found = schedule.slotsOf(epoch);
        assertEq(found.length, expected.length);
        for (uint256 i; i < found.length; ++i) {
            assertEq(found[i], expected[i]);
        }
    }

    function _ids(uint16 a, uint16 b, uint16 c, uint16 d) internal pure returns (uint16[] memory ids) {
        ids = new uint16[](4);
        (ids[0], ids[1], ids[2], ids[3]) = (a, b, c, d);
    }

    function _rotation(uint256 slots, uint256 operators) internal pure returns (uint16[] memory ids) {
        ids = new uint16[](slots);
        for (uint256 i; i < slots; ++i) {
            ids[i] = uint16(2 + i % operators);
        }
    }
}
