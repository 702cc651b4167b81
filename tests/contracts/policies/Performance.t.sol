// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {MemberRegistry} from "./PolicyMocks.sol";
import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {IPerformance} from "@rota/contracts/interfaces/IPerformance.sol";
import {ISchedule} from "@rota/contracts/interfaces/ISchedule.sol";
import {IStakeWeighted} from "@rota/contracts/interfaces/IStakeWeighted.sol";
import {Performance} from "@rota/contracts/policies/Performance.sol";
import {Clock} from "@rota/contracts/types/Types.sol";
import {Test} from "forge-std/Test.sol";

/// @notice As much of a schedule as the policy asks for: who had the slots of an epoch, and who served them.
contract CourseBook {
    uint256 public constant RING = 8;
    mapping(uint64 epoch => uint16[]) internal _slots;
    mapping(uint64 epoch => uint16[]) internal _served;

    function set(uint64 epoch, uint16[] memory slots, uint16[] memory served) external {
        (_slots[epoch], _served[epoch]) = (slots, served);
    }

    function slotsOf(uint64 epoch) external view returns (uint16[] memory) {
        return _slots[epoch];
    }

    function servedIn(uint64 epoch) external view returns (uint16[] memory) {
        return _served[epoch];
    }
}

/// @notice As much of a stake policy as this one asks for: weights.
contract WeightBook {
    mapping(uint16 operator => uint256) public weightOf;
    bool public notReady;

    function set(uint16 operator, uint256 weight) external {
        weightOf[operator] = weight;
    }

    function setNotReady(bool notReady_) external {
        notReady = notReady_;
    }

    function weightsOf(uint16[] calldata operators) external view returns (uint256[] memory weights) {
        weights = new uint256[](operators.length);
        for (uint256 i; i < operators.length; ++i) {
            weights[i] = weightOf[operators[i]];
        }
    }

    function isReady(uint64) external view returns (bool) {
        return !notReady;
    }
}

contract PerformanceTest is Test {
    uint256 internal constant GENESIS = 1_800_000_000;

    MemberRegistry internal registry = new MemberRegistry();
    CourseBook internal schedule = new CourseBook();
    WeightBook internal stakes = new WeightBook();
    Performance internal policy;

    function setUp() public {
        vm.warp(GENESIS - 1000);
        policy = _policy(6, 5000);
        registry.setMany(2, 8);
        registry.setIds(_ids(2, 3, 4, 5));
        _toEpoch(3);
    }

    /* SCORES */
    function test_score_MovesAnEighthForEachSlot() public {
        assertEq(policy.scoreOf(2), 5000);
        schedule.set(2, _ids(2, 2, 3, 0), _ids(2, 2, 4, 0));
        vm.expectEmit(address(policy));
        emit IPerformance.ScoreChanged(2, 5625);
        vm.expectEmit(address(policy));
        emit IPerformance.ScoreChanged(2, 6172);
        vm.expectEmit(address(policy));
        emit IPerformance.ScoreChanged(3, 4375);
        // Who took it over has served.
        vm.expectEmit(address(policy));
        emit IPerformance.ScoreChanged(4, 5625);
        vm.expectEmit(address(policy));
        emit IPerformance.EpochScored(2, 1, 6);
        policy.score(2);
        assertEq(policy.scoreOf(2), 6172);
        assertEq(policy.scoreOf(3), 4375);
        assertEq(policy.scoreOf(4), 5625);
        assertEq(policy.scoreOf(5), 5000);
        assertEq(policy.nextEpoch(), 3);
    }

    /// @dev An unclaimed slot is served by nobody; the reserve is neither scored for its own slots nor for others'.
    function test_score_LeavesTheReserveAlone() public {
        schedule.set(2, _ids(2, 1, 3, 0), _ids(0, 1, 1, 1));
        policy.score(2);
        assertEq(policy.scoreOf(2), 4375);
        assertEq(policy.scoreOf(3), 4375);
        assertEq(policy.scoreOf(1), 5000);
    }

    function test_score_StaysWithinItsBounds() public {
        for (uint64 epoch = 2; epoch < 42; ++epoch) {
            schedule.set(epoch, _ids(2, 2, 3, 3), _ids(2, 2, 1, 1));
            _toEpoch(epoch + 1);
            policy.score(epoch);
        }
        assertEq(policy.scoreOf(2), 10_000, "the top is reached");
        assertEq(policy.scoreOf(3), 2500, "the floor holds");
    }

    /// @dev Against a plain list of scores, and a plain rule for seats.
    function testFuzz_score_MatchesPlainReference(uint256 seed) public {
        uint256[10] memory scores;
        for (uint256 i; i < 10; ++i) {
            scores[i] = 5000;
        }
        (uint256 seats, uint256 clean) = (6, 0);
        for (uint64 epoch = 2; epoch < 22; ++epoch) {
            uint16[] memory slots = new uint16[](4);
            uint16[] memory served = new uint16[](4);
            uint256 misses;
            uint256 assigned;
            // Mostly clean, so that committees shrink.
            bool quiet = uint256(keccak256(abi.encode(seed, epoch))) % 8 != 0;
            for (uint256 i; i < 4; ++i) {
                uint256 word = uint256(keccak256(abi.encode(seed, epoch, i)));
                slots[i] = uint16(word % 10);
                served[i] = quiet || word >> 8 & 1 == 0 ? slots[i] : uint16(word >> 16 & 7);
                if (slots[i] > 1) ++assigned;
                if (slots[i] > 1 && served[i] != slots[i]) ++misses;
                if (slots[i] > 1) scores[slots[i]] = _moved(scores[slots[i]], served[i] == slots[i]);
                if (served[i] > 1 && served[i] != slots[i]) scores[served[i]] = _moved(scores[served[i]], true);
            }
            if (misses != 0) (seats, clean) = (seats + misses < 6 ? seats + misses : 6, 0);
            else if (assigned != 0 && ++clean == 8) (seats, clean) = (seats > 3 ? seats - 1 : 3, 0);

            schedule.set(epoch, slots, served);
            _toEpoch(epoch + 1);
            policy.score(epoch);
            for (uint16 i; i < 10; ++i) {
                assertEq(policy.scoreOf(i), scores[i]);
            }
            assertEq(policy.seats(), seats);
            assertEq(policy.cleanEpochs(), clean);
        }
    }

    function test_seats_ShrinkAfterCleanEpochsAndGrowByMisses() public {
        for (uint64 epoch = 2; epoch < 2 + 8 * 5; ++epoch) {
            _score(epoch, 2, 2);
        }
        assertEq(policy.seats(), 3, "not below three");
        _score(42, 2, 3);
        assertEq(policy.seats(), 4);
        schedule.set(43, _ids(2, 2, 2, 2), _ids(0, 0, 0, 0));
        _toEpoch(44);
        policy.score(43);
        assertEq(policy.seats(), 6, "not above its most");
    }

    function test_score_RevertWhen_EpochIsNotOver() public {
        uint256 end = GENESIS + 4 * 64;
        vm.expectRevert(abi.encodeWithSelector(IPerformance.Performance_NotOver.selector, 3, end));
        policy.score(3);
    }

    function test_score_RevertWhen_NotInOrder() public {
        _toEpoch(5);
        vm.expectRevert(abi.encodeWithSelector(IPerformance.Performance_NotNext.selector, 3, 2));
        policy.score(3);
        policy.score(2);
        vm.expectRevert(abi.encodeWithSelector(IPerformance.Performance_NotNext.selector, 2, 3));
        policy.score(2);
    }

    /// @dev Nobody scored for longer than the schedule remembers: it goes on with the oldest that is known.
    function test_nextEpoch_LeavesOutWhatIsForgotten() public {
        _toEpoch(20);
        assertEq(policy.nextEpoch(), 14);
        assertFalse(policy.isReady(21));
        for (uint64 epoch = 14; epoch < 20; ++epoch) {
            policy.score(epoch);
        }
        assertTrue(policy.isReady(21));
    }

    /* COMMITTEE */
    function test_isReady_OnceTheEpochBeforeTheLastIsScored() public {
        assertFalse(policy.isReady(4));
        policy.score(2);
        assertTrue(policy.isReady(4));
        stakes.setNotReady(true);
        assertFalse(policy.isReady(4));
    }

    /// @dev The first seat of 2,000 committees: 1 x 0.5 against 3 x 0.5, then against 3 x 0.25.
    function test_committee_DrawsByStakeTimesScore() public {
        stakes.set(2, 1);
        stakes.set(3, 3);
        assertApproxEqAbs(_firsts(2), 500, 78);
        for (uint64 epoch = 2; epoch < 10; ++epoch) {
            _score(epoch, 3, 0);
        }
        assertEq(policy.scoreOf(3), 2500);
        // 1 x 5000 of 1 x 5000 + 3 x 2500: two fifths.
        assertApproxEqAbs(_firsts(2), 800, 88);
    }

    function test_committee_WithoutReplacement_AndCapsEntities() public {
        for (uint16 id = 2; id < 6; ++id) {
            stakes.set(id, 10 + id);
            registry.set(id, true, id < 5 ? 7 : 8);
        }
        policy = _policy(3, 5000);
        uint16[] memory members = policy.committee(3, keccak256("seed"));
        // One seat of three is the cap of a half, so one of 2, 3 and 4, and 5.
        assertEq(members.length, 3);
        assertEq(members[2], 0);
        assertTrue((members[0] == 5) != (members[1] == 5));
    }

    function test_committee_WithoutStake_IsNobody() public view {
        uint16[] memory members = policy.committee(3, keccak256("seed"));
        for (uint256 i; i < members.length; ++i) {
            assertEq(members[i], 0);
        }
    }

    function test_constructor_RevertWhen_ParametersAreOutOfRange() public {
        vm.expectRevert(abi.encodeWithSelector(IPerformance.Performance_OutOfRange.selector, "maxSeats", 2));
        this.deploy(2, 5000);
        vm.expectRevert(abi.encodeWithSelector(IPerformance.Performance_OutOfRange.selector, "maxSeats", 46));
        this.deploy(46, 5000);
        vm.expectRevert(abi.encodeWithSelector(IPerformance.Performance_OutOfRange.selector, "capBps", 0));
        this.deploy(3, 0);
        vm.expectRevert(abi.encodeWithSelector(IPerformance.Performance_OutOfRange.selector, "capBps", 10_001));
        this.deploy(3, 10_001);
    }

    function deploy(uint8 maxSeats, uint16 capBps) external {
        _policy(maxSeats, capBps);
    }

    /* INTERNAL */
    function _firsts(uint16 id) internal view returns (uint256 count) {
        for (uint256 i; i < 2000; ++i) {
            if (policy.committee(3, keccak256(abi.encode("seed", i)))[0] == id) ++count;
        }
    }

    /// @dev One slot of `operator`, served by `server`.
    function _score(uint64 epoch, uint16 operator, uint16 server) internal {
        schedule.set(epoch, _ids(operator, 0, 0, 0), _ids(server, 0, 0, 0));
        _toEpoch(epoch + 1);
        policy.score(epoch);
    }

    function _moved(uint256 score, bool good) internal pure returns (uint256) {
        score = good ? score + (10_000 - score + 7) / 8 : score - (score + 7) / 8;
        return score < 2500 ? 2500 : score;
    }

    function _policy(uint8 maxSeats, uint16 capBps) internal returns (Performance created) {
        uint256 now_ = vm.getBlockTimestamp();
        vm.warp(GENESIS - 1000);
        Clock memory clock = Clock({
            genesis: uint64(GENESIS),
            slotSeconds: 16,
            slotsPerEpoch: 4,
            l1BlockSeconds: 2,
            l2GenesisTime: 0,
            l2BlockSeconds: 1
        });
        created = new Performance(
            clock,
            IOperatorRegistry(address(registry)),
            ISchedule(address(schedule)),
            IStakeWeighted(address(stakes)),
            IPerformance.Params({maxSeats: maxSeats, capBps: capBps})
        );
        vm.warp(now_);
    }

    function _toEpoch(uint64 epoch) internal {
        vm.warp(GENESIS + epoch * 64);
    }

    function _ids(uint16 a, uint16 b, uint16 c, uint16 d) internal pure returns (uint16[] memory ids) {
        ids = new uint16[](4);
        (ids[0], ids[1], ids[2], ids[3]) = (a, b, c, d);
    }
}
