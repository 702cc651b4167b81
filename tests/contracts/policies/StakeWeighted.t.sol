// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RefusingReceiver} from "../tokens/EthReceivers.sol";
import {BondBook, MemberRegistry} from "./PolicyMocks.sol";
import {IBondVault} from "@rota/contracts/interfaces/IBondVault.sol";
import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {IStakeWeighted} from "@rota/contracts/interfaces/IStakeWeighted.sol";
import {StakeWeighted} from "@rota/contracts/policies/StakeWeighted.sol";
import {Clock} from "@rota/contracts/types/Types.sol";
import {Test} from "forge-std/Test.sol";

/// @notice The stake policy alone: a queue that decides weights when a set closes, and a committee drawn from them.
contract StakeWeightedTest is Test {
    uint256 internal constant GENESIS = 1_800_000_000;
    uint256 internal constant EPOCH = 64;
    uint256 internal constant FEE = 0.001 ether;

    MemberRegistry internal registry = new MemberRegistry();
    BondBook internal vault = new BondBook();
    StakeWeighted internal policy;

    /// @dev The reference: all that was ever queued, what of it was applied, and the weights that came of it.
    struct Queued {
        uint16 operator;
        uint256 weight;
        uint64 from;
    }

    Queued[] internal queued;
    uint256 internal head;
    mapping(uint16 operator => uint256) internal applied;

    function setUp() public {
        vm.warp(GENESIS - 1000);
        policy = _policy(2, 5000);
        registry.setMany(2, 400);
        vm.deal(address(this), 1000 ether);
        _toEpoch(1);
    }

    receive() external payable {}

    /* QUEUE */
    function test_queue_CountsFromTwoEpochsOn() public {
        vault.set(2, 10 ether);
        vm.expectEmit(address(policy));
        emit IStakeWeighted.Queued(2, 100, 3);
        policy.queue{value: FEE}(2);
        (uint256 weight, uint64 from) = policy.lastEntryOf(2);
        assertEq(weight, 100);
        assertEq(from, 3);
        assertEq(policy.queueLength(), 1);

        // Not due for epoch 2, whose set is closed.
        assertTrue(policy.isReady(2));
        vm.expectRevert(abi.encodeWithSelector(IStakeWeighted.StakeWeighted_NothingDue.selector, 2));
        policy.applyQueue(2);

        _toEpoch(2);
        assertFalse(policy.isReady(3));
        assertEq(policy.weightOf(2), 0);
        vm.expectEmit(address(policy));
        emit IStakeWeighted.QueueApplied(3, 1);
        policy.applyQueue(3);
        assertTrue(policy.isReady(3));
        assertEq(policy.weightOf(2), 100);
        assertEq(policy.totalWeight(), 100);
        assertEq(policy.queueLength(), 0);
    }

    /// @dev In an epoch, the last word counts, at the price of one entry; and what was said in an earlier one stays said.
    function test_queue_Again_ReplacesWithinAnEpochAlone() public {
        _queue(2, 10 ether);
        vault.set(2, 3 ether);
        assertEq(policy.feeOf(2), 0);
        policy.queue(2);
        assertEq(policy.queueLength(), 1);

        _toEpoch(2);
        assertEq(policy.feeOf(2), FEE);
        _queue(2, 7 ether);
        assertEq(policy.queueLength(), 2);
        policy.applyQueue(3);
        assertEq(policy.weightOf(2), 30);
        _toEpoch(3);
        policy.applyQueue(4);
        assertEq(policy.weightOf(2), 70);
    }

    function test_queue_OfWhoLeft_TakesItsWeight() public {
        _queue(2, 10 ether);
        _toEpoch(2);
        policy.applyQueue(3);
        registry.set(2, false, 0);
        policy.queue{value: FEE}(2);
        _toEpoch(3);
        policy.applyQueue(4);
        assertEq(policy.totalWeight(), 0);
    }

    function test_queue_GivenAPledge_WeighsThePledge() public {
        vault.setPledge(2, 30 ether);
        _queue(2, 10 ether);
        (uint256 weight,) = policy.lastEntryOf(2);
        assertEq(weight, 300);
        vault.setPledge(2, 3 ether);
        policy.queue(2);
        (weight,) = policy.lastEntryOf(2);
        assertEq(weight, 30);
    }

    /// @dev Promises are free: they weigh as far as the idle part of them, a quarter here, is there to pay for a default.
    function test_attack_APledgeWithoutABond_WeighsFourTimesTheBond() public {
        vault.setPledge(2, 6553 ether);
        _queue(2, 10 ether);
        (uint256 weight,) = policy.lastEntryOf(2);
        assertEq(weight, 400);
    }

    function test_queue_BeyondALeaf_CountsAsTheMost() public {
        _queue(2, type(uint128).max);
        (uint256 weight,) = policy.lastEntryOf(2);
        assertEq(weight, 65_535);
    }

    function test_queue_RevertWhen_NothingChanges() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeWeighted.StakeWeighted_NothingToQueue.selector, 2, 0));
        policy.queue{value: FEE}(2);
        _queue(2, 10 ether);
        // Rounded down to units.
        vault.set(2, 10.09 ether);
        vm.expectRevert(abi.encodeWithSelector(IStakeWeighted.StakeWeighted_NothingToQueue.selector, 2, 100));
        policy.queue{value: FEE}(2);
    }

    function test_queue_RevertWhen_FeeIsNotExact() public {
        vault.set(2, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IStakeWeighted.StakeWeighted_WrongFee.selector, 0, FEE));
        policy.queue(2);
        vm.expectRevert(abi.encodeWithSelector(IStakeWeighted.StakeWeighted_WrongFee.selector, FEE + 1, FEE));
        policy.queue{value: FEE + 1}(2);
        policy.queue{value: FEE}(2);
        vault.set(2, 2 ether);
        vm.expectRevert(abi.encodeWithSelector(IStakeWeighted.StakeWeighted_WrongFee.selector, FEE, 0));
        policy.queue{value: FEE}(2);
    }

    /* APPLICATION */
    /// @dev 64 an epoch, first come first served; each pays whoever applied it.
    function test_applyQueue_TakesSixtyFourAnEpoch() public {
        for (uint16 i; i < 150; ++i) {
            _queue(2 + i, 1 ether);
        }
        _toEpoch(2);
        uint256 before = address(this).balance;
        policy.applyQueue(3);
        assertEq(address(this).balance - before, 64 * FEE);
        assertTrue(policy.isReady(3));
        assertEq(policy.queueLength(), 86);
        assertEq(policy.weightOf(65), 10);
        assertEq(policy.weightOf(66), 0);
        vm.expectRevert(abi.encodeWithSelector(IStakeWeighted.StakeWeighted_NothingDue.selector, 3));
        policy.applyQueue(3);

        _toEpoch(3);
        assertFalse(policy.isReady(4));
        policy.applyQueue(4);
        _toEpoch(4);
        policy.applyQueue(5);
        assertEq(policy.totalWeight(), 1500);
        assertEq(policy.queueLength(), 0);
        assertEq(address(policy).balance, 0);
    }

    /// @dev An epoch in which nobody applied anything: the entries wait, and count from the next one on.
    function test_applyQueue_AfterAnEpochWithout() public {
        _queue(2, 1 ether);
        _toEpoch(4);
        assertFalse(policy.isReady(5));
        policy.applyQueue(5);
        assertEq(policy.weightOf(2), 10);
    }

    function test_applyQueue_RevertWhen_NotForTheNextEpoch() public {
        _queue(2, 1 ether);
        _toEpoch(2);
        vm.expectRevert(abi.encodeWithSelector(IStakeWeighted.StakeWeighted_NotNext.selector, 2, 3));
        policy.applyQueue(2);
        vm.expectRevert(abi.encodeWithSelector(IStakeWeighted.StakeWeighted_NotNext.selector, 4, 3));
        policy.applyQueue(4);
    }

    function test_applyQueue_RevertWhen_CallerRefusesItsFees() public {
        _queue(2, 1 ether);
        _toEpoch(2);
        address refuser = address(new RefusingReceiver());
        vm.expectRevert(abi.encodeWithSelector(IStakeWeighted.StakeWeighted_PaymentFailed.selector, refuser, FEE));
        vm.prank(refuser);
        policy.applyQueue(3);
        policy.applyQueue(3);
    }

    /// @dev Operators come and go for six epochs, in any order, with and without somebody who applies: the tree is a list of what was
    /// queued, applied in order, 64 an epoch, and not before it is due.
    function testFuzz_queue_MatchesPlainReference(uint256 seed) public {
        for (uint64 epoch = 2; epoch < 8; ++epoch) {
            _toEpoch(epoch);
            uint256 count = uint256(keccak256(abi.encode(seed, epoch))) % 45;
            for (uint256 i; i < count; ++i) {
                uint256 word = uint256(keccak256(abi.encode(seed, epoch, i)));
                _queueBoth(uint16(2 + word % 40), word >> 16 & 127, epoch + 2);
            }
            if (uint256(keccak256(abi.encode(seed, epoch, "lazy"))) % 4 != 0) _applyBoth(epoch + 1);
        }
    }

    function _queueBoth(uint16 operator, uint256 weight, uint64 from) private {
        (uint256 last, uint64 lastFrom) = policy.lastEntryOf(operator);
        vault.set(operator, weight * 0.1 ether);
        if (weight == last) return;
        policy.queue{value: policy.feeOf(operator)}(operator);
        if (lastFrom != from) {
            queued.push(Queued(operator, weight, from));
            return;
        }
        uint256 i = queued.length - 1;
        while (queued[i].operator != operator) --i;
        queued[i].weight = weight;
    }

    function _applyBoth(uint64 epoch) private {
        uint256 before = head;
        for (; head < queued.length && queued[head].from <= epoch && head - before < 64; ++head) {
            applied[queued[head].operator] = queued[head].weight;
        }
        assertEq(policy.isReady(epoch), head == before);
        if (head != before) policy.applyQueue(epoch);
        assertTrue(policy.isReady(epoch));

        uint256 total;
        for (uint16 i = 2; i < 42; ++i) {
            assertEq(policy.weightOf(i), applied[i]);
            total += applied[i];
        }
        assertEq(policy.totalWeight(), total);
        assertEq(policy.queueLength(), queued.length - head);
        assertEq(address(policy).balance, (queued.length - head) * FEE);
    }

    function test_queue_FullAfterItsCapacity() public {
        vm.pauseGasMetering();
        registry.setMany(2, 4097);
        for (uint16 i; i < 4096; ++i) {
            _queue(2 + i, 1 ether);
        }
        vault.set(4098, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IStakeWeighted.StakeWeighted_QueueFull.selector, 4096));
        policy.queue{value: FEE}(4098);
        _toEpoch(2);
        policy.applyQueue(3);
        policy.queue{value: FEE}(4098);
        assertEq(policy.queueLength(), 4096 - 64 + 1);
    }

    /* COMMITTEE */
    function test_fill_SeatsTakeTurns() public {
        _stake(2, 3 ether);
        _stake(3, 5 ether);
        uint16[] memory seats = policy.committee(3, keccak256("seed"));
        assertEq(seats.length, 2);
        assertNotEq(seats[0], seats[1]);
        uint16[] memory slots = new uint16[](7);
        slots[2] = 9;
        slots = policy.fill(3, keccak256("seed"), slots);
        uint16[7] memory expected = [seats[0], seats[1], 9, seats[0], seats[1], seats[0], seats[1]];
        for (uint256 i; i < 7; ++i) {
            assertEq(slots[i], expected[i]);
        }
    }

    /// @dev One sequencer an epoch.
    function test_fill_WithOneSeat_IsOneOperators() public {
        policy = _policy(1, 5000);
        _stake(2, 3 ether);
        uint16[] memory slots = policy.fill(3, keccak256("seed"), new uint16[](12));
        for (uint256 i; i < 12; ++i) {
            assertEq(slots[i], 2);
        }
    }

    /// @dev Nobody gets a second seat for want of others: its slots stay free.
    function test_fill_WithTooFewMembers_LeavesTheirSlots() public {
        _stake(2, 3 ether);
        uint16[] memory slots = policy.fill(3, keccak256("seed"), new uint16[](4));
        assertEq(slots[0], 2);
        assertEq(slots[1], 0);
        assertEq(slots[2], 2);
        assertEq(slots[3], 0);
    }

    function test_fill_WithoutWeights_FillsNothing() public view {
        uint16[] memory slots = policy.fill(2, keccak256("seed"), new uint16[](4));
        for (uint256 i; i < 4; ++i) {
            assertEq(slots[i], 0);
        }
    }

    /// @dev Who left and was not queued since is drawn, and passed over.
    function test_committee_PassesOverWhoLeft() public {
        _stake(2, 3 ether);
        _stake(3, 500 ether);
        _stake(4, 3 ether);
        registry.set(3, false, 0);
        for (uint256 i; i < 20; ++i) {
            uint16[] memory seats = policy.committee(3, keccak256(abi.encode(i)));
            assertEq(uint256(seats[0]) + seats[1], 6);
        }
    }

    function test_committee_CapsEntities() public {
        policy = _policy(4, 5000);
        for (uint16 i = 2; i < 8; ++i) {
            registry.set(i, true, i < 6 ? 7 : 100 + i);
            _stake(i, 1 ether);
        }
        for (uint256 i; i < 20; ++i) {
            uint16[] memory seats = policy.committee(3, keccak256(abi.encode(i)));
            uint256 ofSeven;
            for (uint256 j; j < 4; ++j) {
                assertNotEq(seats[j], 0);
                if (seats[j] < 6) ++ofSeven;
            }
            assertEq(ofSeven, 2);
        }
    }

    /// @dev The first seat of 2,000 committees, by weight within 4 standard deviations.
    function test_committee_DrawsByWeight() public {
        _stake(2, 1 ether);
        _stake(3, 2 ether);
        _stake(300, 7 ether);
        uint256[3] memory counts;
        for (uint256 i; i < 2000; ++i) {
            uint16 first = policy.committee(3, keccak256(abi.encode("seed", i)))[0];
            ++counts[first == 300 ? 2 : first - 2];
        }
        assertApproxEqAbs(counts[0], 200, 54);
        assertApproxEqAbs(counts[1], 400, 72);
        assertApproxEqAbs(counts[2], 1400, 82);
    }

    /* CONSTRUCTOR */
    function test_constructor_RevertWhen_ParametersAreOutOfRange() public {
        vm.warp(GENESIS - 1000);
        _expectOutOfRange(IStakeWeighted.Params({unit: 0, seats: 1, capBps: 1, fee: 0}), "unit", 0);
        _expectOutOfRange(IStakeWeighted.Params({unit: 1, seats: 0, capBps: 1, fee: 0}), "seats", 0);
        _expectOutOfRange(IStakeWeighted.Params({unit: 1, seats: 46, capBps: 1, fee: 0}), "seats", 46);
        _expectOutOfRange(IStakeWeighted.Params({unit: 1, seats: 1, capBps: 0, fee: 0}), "capBps", 0);
        _expectOutOfRange(IStakeWeighted.Params({unit: 1, seats: 1, capBps: 10_001, fee: 0}), "capBps", 10_001);
    }

    function _expectOutOfRange(IStakeWeighted.Params memory params, string memory name, uint256 value) internal {
        vm.expectRevert(abi.encodeWithSelector(IStakeWeighted.StakeWeighted_OutOfRange.selector, name, value));
        new StakeWeighted(_clock(), IOperatorRegistry(address(registry)), IBondVault(address(vault)), params);
    }

    /* INTERNAL */
    function _policy(uint8 seats, uint16 capBps) internal returns (StakeWeighted) {
        uint256 now_ = vm.getBlockTimestamp();
        vm.warp(GENESIS - 1000);
        StakeWeighted created = new StakeWeighted(
            _clock(),
            IOperatorRegistry(address(registry)),
            IBondVault(address(vault)),
            IStakeWeighted.Params({unit: 0.1 ether, seats: seats, capBps: capBps, fee: uint96(FEE)})
        );
        vm.warp(now_);
        return created;
    }

    function _clock() internal pure returns (Clock memory) {
        return Clock({
            genesis: uint64(GENESIS),
            slotSeconds: 16,
            slotsPerEpoch: 4,
            l1BlockSeconds: 2,
            l2GenesisTime: 0,
            l2BlockSeconds: 1
        });
    }

    function _toEpoch(uint64 epoch) internal {
        vm.warp(GENESIS + epoch * EPOCH);
    }

    function _queue(uint16 operator, uint256 bond) internal {
        vault.set(operator, bond);
        policy.queue{value: FEE}(operator);
    }

    /// @dev The operator's weight counts at once: an epoch passes, and all is as it was but for that.
    function _stake(uint16 operator, uint256 bond) internal {
        _toEpoch(1);
        _queue(operator, bond);
        _toEpoch(2);
        policy.applyQueue(3);
    }
}
