// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IPerformance} from "../interfaces/IPerformance.sol";
import {IPolicy} from "../interfaces/IPolicy.sol";
import {ISchedule} from "../interfaces/ISchedule.sol";
import {IStakeWeighted} from "../interfaces/IStakeWeighted.sol";
import {Clocked} from "../libraries/Clocked.sol";
import {Committee} from "../libraries/Committee.sol";
import {Timeline} from "../libraries/Timeline.sol";
import {ScoreWord, ScoreWordLib} from "../types/ScoreWord.sol";
import {Clock, RESERVE} from "../types/Types.sol";

/// @title Performance
/// @notice A committee drawn by stake x score without replacement, of as many seats as the misses of late ask for.
/// @dev Trusts `SCHEDULE` not to change its mind about an epoch that is over, and `STAKE` for weights that are decided when an epoch's
/// set closes. Operators beyond the registry's enumerable set are not drawn.
///
/// Gas: at most 45 draws among 64 operators; a score reads an epoch of 45 slots.
contract Performance is IPerformance, Clocked {
    /* CONSTANTS AND IMMUTABLES */
    uint256 public constant MIN_SEATS = 3;
    /// @notice Epochs without a miss after which the committee loses a seat.
    uint256 public constant CLEAN_EPOCHS = 8;
    uint256 internal constant SEATS_LIMIT = 45;

    IOperatorRegistry public immutable REGISTRY;
    ISchedule public immutable SCHEDULE;
    IStakeWeighted public immutable STAKE;
    /// @inheritdoc IPerformance
    uint256 public immutable MAX_SEATS;
    /// @inheritdoc IPerformance
    uint256 public immutable CAP_BPS;

    /* TYPES */
    /// @param next The first epoch that is not scored. @param seats Of a committee. @param clean Epochs without a miss.
    struct Course {
        uint64 next;
        uint8 seats;
        uint8 clean;
    }

    /* STORAGE */
    Course internal _course;
    /// @dev By operator, 16 a word.
    ScoreWord[4096] internal _scores;

    /* CONSTRUCTOR */
    /// @param schedule May be an address computed in advance, as the others: none is called here.
    constructor(
        Clock memory clock_,
        IOperatorRegistry registry,
        ISchedule schedule,
        IStakeWeighted stake,
        Params memory params
    ) Clocked(clock_) {
        if (params.maxSeats < MIN_SEATS || params.maxSeats > SEATS_LIMIT) {
            revert Performance_OutOfRange("maxSeats", params.maxSeats);
        }
        if (params.capBps == 0 || params.capBps > Committee.BPS) {
            revert Performance_OutOfRange("capBps", params.capBps);
        }
        (REGISTRY, SCHEDULE, STAKE) = (registry, schedule, stake);
        (MAX_SEATS, CAP_BPS) = (params.maxSeats, params.capBps);
        _course = Course({next: Timeline.FIRST_SCHEDULED_EPOCH, seats: params.maxSeats, clean: 0});
    }

    /* SCORES */
    /// @inheritdoc IPerformance
    function score(uint64 epoch) external {
        // Check: it is over, and the next one.
        uint256 end = _startOf(epoch + 1, 0);
        if (block.timestamp < end) revert Performance_NotOver(epoch, end);
        uint64 next = nextEpoch();
        if (epoch != next) revert Performance_NotNext(epoch, next);

        // Effect: the scores, slot by slot. A slot that was voided or taken over is served by another, and one that was not claimed
        // by nobody.
        uint16[] memory frozen = SCHEDULE.slotsOf(epoch);
        uint16[] memory served = SCHEDULE.servedIn(epoch);
        uint256 slots;
        uint256 misses;
        for (uint256 i; i < frozen.length; ++i) {
            (uint16 operator, uint16 server) = (frozen[i], served[i]);
            if (operator != 0 && operator != RESERVE) {
                ++slots;
                if (operator != server) ++misses;
                _move(operator, operator == server);
            }
            if (server != operator && server != 0 && server != RESERVE) _move(server, true);
        }

        // Effect: the seats, within their range (INV-76). An epoch without assigned slots shows nothing.
        Course memory course = _course;
        course.next = epoch + 1;
        if (slots != 0) _resize(course, misses);
        _course = course;
        emit EpochScored(epoch, misses, course.seats);
    }

    /* POLICY */
    /// @inheritdoc IPolicy
    function fill(uint64 epoch, bytes32 seed, uint16[] memory slots) external view returns (uint16[] memory) {
        Committee.rotate(slots, committee(epoch, seed));
        return slots;
    }

    /// @inheritdoc IPolicy
    /// @dev All epochs but the one in progress have to be scored.
    function isReady(uint64 epoch) external view returns (bool) {
        return STAKE.isReady(epoch) && nextEpoch() + 1 >= epoch;
    }

    /// @inheritdoc IPerformance
    function committee(uint64 epoch, bytes32 seed) public view returns (uint16[] memory members) {
        (uint16[] memory operators, uint32[] memory ofOperators) = REGISTRY.eligibleSet(epoch);
        (uint256[] memory weights, uint256 left) = _weightsOf(operators);
        members = new uint16[](_course.seats);
        uint32[] memory entities = new uint32[](members.length);
        uint256 cap = Committee.capOf(members.length, CAP_BPS);
        uint256 taken;
        for (uint256 draw; taken < members.length && left != 0; ++draw) {
            uint256 i = _pick(weights, uint256(keccak256(abi.encode(seed, address(this), draw))) % left);
            (left, weights[i]) = (left - weights[i], 0);
            if (!Committee.hasRoom(entities, taken, ofOperators[i], cap)) continue;
            (members[taken], entities[taken]) = (operators[i], ofOperators[i]);
            ++taken;
        }
    }

    /* VIEWS */
    /// @inheritdoc IPerformance
    function nextEpoch() public view returns (uint64) {
        (uint64 current,,) = _now();
        uint256 ring = SCHEDULE.RING();
        uint64 next = _course.next;
        // A ring is at most 128.
        // forge-lint: disable-next-line(unsafe-typecast)
        return next + ring < current + 2 ? current + 2 - uint64(ring) : next;
    }

    /// @inheritdoc IPerformance
    function scoreOf(uint16 operator) public view returns (uint256) {
        return _scores[operator / ScoreWordLib.LANES].scoreAt(operator % ScoreWordLib.LANES);
    }

    /// @inheritdoc IPerformance
    function seats() external view returns (uint256) {
        return _course.seats;
    }

    /// @inheritdoc IPerformance
    function cleanEpochs() external view returns (uint256) {
        return _course.clean;
    }

    /* INTERNAL */
    function _move(uint16 operator, bool good) internal {
        uint256 word = operator / ScoreWordLib.LANES;
        _scores[word] = _scores[word].moved(operator % ScoreWordLib.LANES, good);
        emit ScoreChanged(operator, scoreOf(operator));
    }

    function _resize(Course memory course, uint256 misses) internal view {
        if (misses != 0) {
            uint256 grown = course.seats + misses;
            // At most 45, both of them.
            // forge-lint: disable-next-line(unsafe-typecast)
            (course.seats, course.clean) = (uint8(grown < MAX_SEATS ? grown : MAX_SEATS), 0);
        } else if (++course.clean == CLEAN_EPOCHS) {
            course.clean = 0;
            if (course.seats > MIN_SEATS) --course.seats;
        }
    }

    /// @return weights Stake x score of each operator. @return sum Of all.
    function _weightsOf(uint16[] memory operators) internal view returns (uint256[] memory weights, uint256 sum) {
        weights = STAKE.weightsOf(operators);
        for (uint256 i; i < operators.length; ++i) {
            weights[i] *= scoreOf(operators[i]);
            sum += weights[i];
        }
    }

    /// @return i The party that a point lies in, if parties lie one after the other, each as long as its weight.
    function _pick(uint256[] memory weights, uint256 point) internal pure returns (uint256 i) {
        while (point >= weights[i]) {
            point -= weights[i];
            ++i;
        }
    }
}
