// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IPolicy} from "./IPolicy.sol";

/// @title Stake-weighted policy
/// @notice Draws a committee for each epoch, each operator with a chance in proportion to its weight, and lets its seats take turns.
/// @dev Weights change through a queue alone. What is queued in epoch c counts from c + 2 on: so all that an epoch is drawn from
/// is decided when its set closes, before its seed exists. The queue is drained in the epoch before, at most 64 entries an
/// epoch in the order in which they came; what does not fit waits for the next one. Until the due entries are in, `isReady` says no.
interface IStakeWeighted is IPolicy {
    /* STRUCTS */
    /// @param unit Bonded value that makes one unit of weight, wei; what is above 65,535 units does not count.
    /// @param seats Members of a committee, 1 to 45; 1: one sequencer an epoch.
    /// @param capBps Most of the seats that one entity can have, basis points; at least one seat.
    /// @param fee What each entry of the queue pays to whoever applies it, wei.
    struct Params {
        uint128 unit;
        uint8 seats;
        uint16 capBps;
        uint96 fee;
    }

    /* ERRORS */
    /// @notice A constructor value outside of its range: `parameter` names it.
    error StakeWeighted_OutOfRange(string parameter, uint256 value);
    /// @notice Send exactly what `feeOf` says, wei.
    error StakeWeighted_WrongFee(uint256 sent, uint256 fee);
    /// @notice The operator's weight is, or is going to be, what it would be queued with.
    error StakeWeighted_NothingToQueue(uint16 operator, uint256 weight);
    /// @notice So many entries wait that no more can be held: wait for `applyQueue`.
    error StakeWeighted_QueueFull(uint256 capacity);
    /// @notice Only the queue of the next epoch can be applied, from epoch 2 on.
    error StakeWeighted_NotNext(uint64 epoch, uint64 next);
    /// @notice Nothing is due, or 64 entries were applied for this epoch.
    error StakeWeighted_NothingDue(uint64 epoch);
    /// @notice The caller refused its fees, wei.
    error StakeWeighted_PaymentFailed(address to, uint256 amount);

    /* EVENTS */
    /// @notice Appended to the queue; or, if the operator's last entry counts from the same epoch, that one is replaced in its place.
    /// @param weight Units. @param activeFrom First epoch it counts in.
    event Queued(uint16 indexed operator, uint256 weight, uint64 activeFrom);
    /// @notice The next `count` entries of the queue count from `epoch` on.
    event QueueApplied(uint64 indexed epoch, uint256 count);

    /* QUEUE */
    /// @notice Queues an operator's weight as it is now: what it pledges, or else its bond; nothing unless it is in the set then.
    /// By anyone: for itself to gain weight, for others who lost bond or left.
    /// @dev Emits {Queued}.
    ///
    /// Requirements:
    /// - that is another weight than the operator is going to have, else {StakeWeighted_NothingToQueue}
    /// - the value is the entry's fee, or nothing where an entry is replaced, else {StakeWeighted_WrongFee}
    /// - there is room, else {StakeWeighted_QueueFull}
    function queue(uint16 operator) external payable;

    /// @notice Applies what is due for the next epoch, and pays the caller the fees of what it applied.
    /// @dev Emits {QueueApplied}.
    ///
    /// Requirements:
    /// - `epoch` is the next one, and 2 or later, else {StakeWeighted_NotNext}
    /// - something is due, and not 64 entries were applied for it, else {StakeWeighted_NothingDue}
    /// - the caller takes its fees, else {StakeWeighted_PaymentFailed}
    function applyQueue(uint64 epoch) external;

    /* VIEWS */
    /// @notice What `queue` takes for this operator now, wei.
    function feeOf(uint16 operator) external view returns (uint256);
    /// @return Units the operator is drawn with.
    function weightOf(uint16 operator) external view returns (uint256);
    /// @return weights Units that each of `operators` is drawn with.
    function weightsOf(uint16[] calldata operators) external view returns (uint256[] memory weights);
    /// @return weight Units of the operator's last entry, applied or not.
    /// @return activeFrom First epoch it counts in, unless it has to wait; 0: it has none.
    function lastEntryOf(uint16 operator) external view returns (uint256 weight, uint64 activeFrom);
    /// @return Units of all operators.
    function totalWeight() external view returns (uint256);
    /// @return Entries not applied yet, due or not.
    function queueLength() external view returns (uint256);
    /// @notice The committee drawn from the weights as they are now; 0 for a seat that nobody could be drawn for.
    /// @dev Of those drawn, seats go to operators that are in the set of `epoch` and whose entity has less than its cap.
    function committee(uint64 epoch, bytes32 seed) external view returns (uint16[] memory seats);

    /* PARAMETERS */
    function UNIT() external view returns (uint256);
    function SEATS() external view returns (uint256);
    function CAP_BPS() external view returns (uint256);
    function FEE() external view returns (uint256);
}
