// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondBook, MemberRegistry} from "../policies/PolicyMocks.sol";
import {ScheduleBase} from "../utils/ScheduleBase.sol";
import {IBondVault} from "@rota/contracts/interfaces/IBondVault.sol";
import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";
import {IStakeWeighted} from "@rota/contracts/interfaces/IStakeWeighted.sol";
import {Gaps, GapsLib} from "@rota/contracts/libraries/Gaps.sol";
import {SumTree, SumTreeLib} from "@rota/contracts/libraries/SumTree.sol";
import {StakeWeighted} from "@rota/contracts/policies/StakeWeighted.sol";

/// @notice A tree and nothing else: what a draw costs whoever has the tree, from the call on.
contract Forest {
    using SumTreeLib for SumTree;
    using GapsLib for Gaps;

    SumTree internal _tree;

    function plant(uint256 from, uint256 count) external {
        for (uint256 i; i < count; ++i) {
            _tree.set(from + i, 1 + uint256(keccak256(abi.encode(from + i))) % 65_535);
        }
    }

    function set(uint256 leaf, uint256 weight) external {
        _tree.set(leaf, weight);
    }

    function draw(bytes32 seed) external view returns (uint256) {
        (uint256 leaf,,) = _tree.find(uint256(seed) % _tree.total());
        return leaf;
    }

    /// @dev Without replacement, as a committee is drawn.
    function draw32(bytes32 seed) external view returns (uint256 sum) {
        Gaps memory drawn = GapsLib.create(_tree.total(), 32);
        for (uint256 i; i < 32; ++i) {
            uint256 point = uint256(keccak256(abi.encode(seed, i))) % drawn.left;
            (uint256 leaf, uint256 start, uint256 weight) = _tree.find(drawn.onLine(point));
            drawn.cut(start, weight);
            sum += leaf;
        }
    }
}

/// @notice Bonds and queues many operators in one call: in a measured run, each call of a test is a transaction.
contract Crowd {
    function enter(StakeWeighted stakes, BondBook bonds, uint256 from, uint256 count) external {
        for (uint256 i = from; i < from + count; ++i) {
            bonds.set(uint16(i), 0.1 ether * (1 + uint256(keccak256(abi.encode(i))) % 1000));
            stakes.queue(uint16(i));
        }
    }
}

/// @notice Measures a call as another contract pays for it, as the first of its transaction: the callee's account is cold too.
contract DrawMeter {
    uint256 public last;

    function draw(Forest forest, bytes32 seed) external {
        uint256 before = gasleft();
        forest.draw(seed);
        last = before - gasleft();
    }

    function draw32(Forest forest, bytes32 seed) external {
        uint256 before = gasleft();
        forest.draw32(seed);
        last = before - gasleft();
    }

    function fill(IPolicy policy, uint64 epoch, bytes32 seed, uint256 slots) external {
        uint16[] memory free = new uint16[](slots);
        uint256 before = gasleft();
        policy.isReady(epoch);
        policy.fill(epoch, seed, free);
        last = before - gasleft();
    }
}

/// @notice The stake policy's gas bars, with as many operators as the registry has ids for a hundred committees: draws do not depend
/// on how many there are.
contract StakeGasTest is ScheduleBase {
    uint256 internal constant MANY = 10_000;

    DrawMeter internal meter;
    MemberRegistry internal members;
    BondBook internal bonds;
    StakeWeighted internal stakes;

    function setUp() public {
        vm.pauseGasMetering();
        meter = new DrawMeter();
        members = new MemberRegistry();
        bonds = new BondBook();
        _deploy(32, 1024, 4);
        stakes = new StakeWeighted(
            clock,
            IOperatorRegistry(address(members)),
            IBondVault(address(bonds)),
            IStakeWeighted.Params({unit: 0.1 ether, seats: 32, capBps: 5000, fee: 0})
        );
        _crowd();
        vm.resumeGasMetering();
    }

    /* DRAWS */
    function test_gas_draw_First_Among1000() public {
        Forest forest = _forest(1000);
        meter.draw(forest, keccak256("draw"));
        vm.snapshotValue("Bars", "weighted draw, first, n = 1,000", meter.last());
    }

    function test_gas_draw_First_Among10000() public {
        Forest forest = _forest(MANY);
        meter.draw(forest, keccak256("draw"));
        vm.snapshotValue("Bars", "weighted draw, first, n = 10,000", meter.last());
    }

    function test_gas_draw_AverageOf32_Among10000() public {
        Forest forest = _forest(MANY);
        meter.draw32(forest, keccak256("draw"));
        vm.snapshotValue("Bars", "weighted draw, average of 32", meter.last() / 32);
    }

    function test_gas_set_Among10000() public {
        Forest forest = _forest(MANY);
        forest.set(5000, 60_000);
        vm.snapshotGasLastCall("Stake", "sum tree update, n = 10,000");
    }

    /* POLICY */
    /// @dev All that a policy does for a seat: draw without replacement, ask the registry, cap the entity.
    function test_gas_committee_Of10000() public {
        meter.fill(stakes, 4, keccak256("seed"), 32);
        vm.snapshotValue("Stake", "a seat, average of 32, n = 10,000, registry asked", meter.last() / 32);
    }

    function test_gas_queue_Of10000() public {
        bonds.set(5000, 1 ether);
        stakes.queue(5000);
        vm.snapshotGasLastCall("Stake", "queue, steady");
    }

    /// @dev 64 operators far apart, each with leaves of its own.
    function test_gas_applyQueue_Of10000() public {
        uint64 current = schedule.currentEpoch();
        for (uint256 i; i < 64; ++i) {
            bonds.set(uint16(100 + 150 * i), 1 ether);
            stakes.queue(uint16(100 + 150 * i));
        }
        _toSlot(_first(current + 1));
        stakes.applyQueue(current + 2);
        vm.snapshotGasLastCall("Stake", "applyQueue, 64 entries, n = 10,000");
    }

    /// @dev The schedule's part, with this policy in it: the bar is that of any policy.
    function test_gas_freeze_Of10000() public {
        uint64 epoch = schedule.currentEpoch() + 1;
        _govern(epoch);
        epoch = schedule.currentEpoch() + 1;
        _seed(epoch);
        schedule.freeze(epoch);
        // The ring's words are in use from now on.
        for (uint256 i; i < 4; ++i) {
            _toSlot(_first(++epoch - 1));
            _seed(epoch);
            if (i < 3) schedule.freeze(epoch);
        }
        schedule.freeze(epoch);
        uint256 total = vm.snapshotGasLastCall("Stake", "freeze 32 slots, 32 seats of 10,000");
        meter.fill(stakes, epoch, schedule.seedOf(epoch), 32);
        vm.snapshotValue("Bars", "freeze 32 slots, stake, n = 10,000", total - meter.last());
    }

    /* INTERNAL */
    function _forest(uint256 count) internal returns (Forest forest) {
        vm.pauseGasMetering();
        forest = new Forest();
        for (uint256 i; i < count; i += 500) {
            forest.plant(2 + i, 500);
        }
        vm.resumeGasMetering();
    }

    /// @dev 10,000 operators enter by the queue: 64 an epoch.
    function _crowd() internal {
        members.setMany(2, MANY);
        Crowd crowd = new Crowd();
        uint64 epoch = 1;
        for (uint256 i; i < MANY; i += 64) {
            _toSlot(_first(++epoch));
            if (i != 0) stakes.applyQueue(epoch + 1);
            crowd.enter(stakes, bonds, 2 + i, i + 64 < MANY ? 64 : MANY - i);
        }
        _toSlot(_first(++epoch));
        stakes.applyQueue(epoch + 1);
        assertEq(stakes.queueLength(), 0);
    }

    /// @dev Goes over to the stake policy, the governance way.
    function _govern(uint64 from) internal {
        registry.setStage(schedule, 1);
        schedule.setPolicies(1, _list(stakes));
        _toSlot(_first(from + 2));
    }
}
