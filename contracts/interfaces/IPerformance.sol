// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IPolicy} from "./IPolicy.sol";

/// @title Performance policy
/// @notice Draws a committee by stake x score, and lets its seats take turns. Who serves is drawn more often, who misses less; the
/// committee shrinks while nothing is missed, and grows by what is.
/// @dev A score is in basis points, from 2,500 to 10,000, and 5,000 before the first opportunity. An opportunity is a slot that was
/// frozen to the operator, served by it or not, or one that it took over and served. Each moves the score by an eighth of
/// the way to 10,000 or to 0. Seats and scores of an epoch are final with the end of the epoch two before it, since what is
/// noted about a slot that is over does not change any more: it does not matter who scores, or when.
interface IPerformance is IPolicy {
    /* STRUCTS */
    /// @param maxSeats Most members of a committee, 3 to 45; it begins with so many.
    /// @param capBps Most of the seats that one entity can have, basis points; at least one seat.
    struct Params {
        uint8 maxSeats;
        uint16 capBps;
    }

    /* ERRORS */
    /// @notice A constructor value outside of its range: `parameter` names it.
    error Performance_OutOfRange(string parameter, uint256 value);
    /// @notice The epoch lasts until `end`, L1 seconds.
    error Performance_NotOver(uint64 epoch, uint256 end);
    /// @notice Epochs are scored in their order.
    error Performance_NotNext(uint64 epoch, uint64 next);

    /* EVENTS */
    /// @param score Basis points, after an opportunity.
    event ScoreChanged(uint16 indexed operator, uint256 score);
    /// @param misses Slots frozen to an operator that it did not serve.
    /// @param seats Members of the committees from now on.
    event EpochScored(uint64 indexed epoch, uint256 misses, uint256 seats);

    /* SCORES */
    /// @notice Moves the scores of who had a slot of `epoch`, and the number of seats. By anyone.
    /// @dev Emits {ScoreChanged} for each that had one or took one over, then {EpochScored}.
    ///
    /// Requirements:
    /// - the epoch is over, else {Performance_NotOver}
    /// - it is `nextEpoch`, else {Performance_NotNext}
    function score(uint64 epoch) external;

    /* VIEWS */
    /// @return The first epoch that is not scored; older ones that the schedule forgot are left out.
    function nextEpoch() external view returns (uint64);
    /// @return Basis points.
    function scoreOf(uint16 operator) external view returns (uint256);
    /// @return Members of the next committee.
    function seats() external view returns (uint256);
    /// @return Epochs scored without a miss since the number of seats changed last.
    function cleanEpochs() external view returns (uint256);
    /// @notice The committee drawn from stakes and scores as they are now; 0 for a seat that nobody could be drawn for.
    function committee(uint64 epoch, bytes32 seed) external view returns (uint16[] memory members);

    /* PARAMETERS */
    function MAX_SEATS() external view returns (uint256);
    function CAP_BPS() external view returns (uint256);
}
