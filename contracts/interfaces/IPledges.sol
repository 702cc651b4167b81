// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Pledges
/// @notice What operators promise, and what they must hold for it: pledge, commission, and the lock of each live slot.
/// @dev Values are in wei of ETH. Whatever is promised or moved counts from a later epoch on: two ahead for pledges and lower commissions,
/// three for the lock, so that what an epoch is drawn from and bid for is known before. Holds no money; the vault takes penalties.
interface IPledges {
    /* STRUCTS */
    /// @param firstLock Value tied to each live slot at first, wei.
    /// @param minLock Never less, wei; at least 8 gwei.
    /// @param maxLock Never more, wei; below 2^48 gwei.
    /// @param sequencingValue Value of sequencing for 1,800 s, wei: what a batcher may take ahead of its successor.
    /// @param idleBps Part of its pledge that an operator without slots ahead must hold, basis points (rho).
    /// @param defaultBps Part of the shortfall that a default costs besides the locks, basis points (kappa).
    struct Params {
        uint128 firstLock;
        uint128 minLock;
        uint128 maxLock;
        uint128 sequencingValue;
        uint16 idleBps;
        uint16 defaultBps;
    }

    /* ERRORS */
    /// @notice A constructor value outside of its range: `parameter` names it.
    error Pledges_OutOfRange(string parameter, uint256 value);
    /// @notice Only the operator's owner may do this.
    error Pledges_NotOwner(uint16 operator, address caller);
    /// @notice Only the schedule takes the penalty of a default.
    error Pledges_NotSchedule(address caller);
    /// @notice The last change is not in effect yet, or is still asked for epochs before it: wait for `fromEpoch`.
    error Pledges_ChangePending(uint64 fromEpoch);
    /// @notice Commission is 30 % at most, and rises by 1 % at a time, basis points.
    error Pledges_CommissionTooHigh(uint256 asked, uint256 maximum);
    /// @notice A pledge has less than 2^72 gwei.
    error Pledges_PledgeTooLarge(uint256 value);
    /// @notice The lock moves once an epoch.
    error Pledges_LockMoved(uint64 epoch);
    /// @notice The operator holds its whole pledge for this epoch.
    error Pledges_Held(uint16 operator, uint64 epoch);

    /* EVENTS */
    /// @param value Wei; 0: no pledge.
    /// @param fromEpoch First epoch it is asked for in.
    event PledgeSet(uint16 indexed operator, uint256 value, uint64 fromEpoch);
    /// @param bps Basis points of what delegators earn.
    event CommissionSet(uint16 indexed operator, uint256 bps, uint64 fromEpoch);
    /// @param lock Wei a slot, from `fromEpoch` on.
    event LockMoved(uint256 lock, uint64 fromEpoch);
    /// @notice The operator did not hold its pledge when it was asked for it.
    /// @param penalty Asked, wei.
    /// @param taken Value taken, wei; all of it is burned.
    event Defaulted(
        uint16 indexed operator, uint64 indexed epoch, uint256 slots, uint256 shortfall, uint256 penalty, uint256 taken
    );

    /* PROMISES */
    /// @notice Sets the value that the operator promises to hold when it has slots, from `currentEpoch + 3` on; 0: no pledge.
    /// @dev What a weight can be queued by now, that of `currentEpoch + 2`, is decided: nobody has a weight from a pledge that it takes
    /// back before it counts. Emits {PledgeSet}.
    ///
    /// Requirements:
    /// - the caller is the owner, else {Pledges_NotOwner}
    /// - the last change is in effect, else {Pledges_ChangePending}
    /// - the value fits, else {Pledges_PledgeTooLarge}; it is rounded down to gwei
    function setPledge(uint16 operator, uint256 value) external;

    /// @notice Sets the operator's part of what its delegators earn. Less of it counts from `currentEpoch + 2` on, more from when an
    /// exit requested now is released.
    /// @dev Emits {CommissionSet}.
    ///
    /// Requirements:
    /// - the caller is the owner, else {Pledges_NotOwner}
    /// - every epoch before the last change has left the schedule's ring, else {Pledges_ChangePending}
    /// - 30 % at most, and 1 % more than now at most, else {Pledges_CommissionTooHigh}
    function setCommission(uint16 operator, uint16 bps) external;

    /* LOCK */
    /// @notice Moves the lock of `currentEpoch + 3` towards 1.5 x the sealed auction's reference price + the value of 1,800 s
    /// of sequencing, within its range, by an eighth of the epoch before's at most. By anyone.
    /// @dev Emits {LockMoved}. Requires that nobody did in this epoch, else {Pledges_LockMoved}.
    function moveLock() external;

    /* SCHEDULE ONLY */
    /// @notice Takes the penalty for an operator that does not hold its pledge for `epoch`: the lock for each of its slots, and
    /// `DEFAULT_BPS` of the shortfall, as far as the pool can weigh now: of what penalties reach, times 10,000 / `IDLE_BPS`. All of
    /// it is burned (INV-09).
    /// @dev Emits {Defaulted}.
    ///
    /// Requirements:
    /// - the caller is the schedule, else {Pledges_NotSchedule}
    /// - there is a shortfall, else {Pledges_Held}
    /// @return shortfall See {checkPledge}, wei.
    /// @return taken Value taken, wei.
    function takeDefault(uint16 operator, uint64 epoch, uint256 slots)
        external
        returns (uint256 shortfall, uint256 taken);

    /* VIEWS */
    /// @notice Value that the operator pledges for `epoch`, wei; 0: none. Fixed from the start of epoch - 2 on.
    function pledgeAt(uint16 operator, uint64 epoch) external view returns (uint256);
    /// @notice What an operator lacks of its pledge for `epoch`, wei. Exits that stay in its pools to the end of the epoch count as
    /// held: who delegates cannot make the operator default by leaving.
    function checkPledge(uint16 operator, uint64 epoch) external view returns (uint256 shortfall);
    /// @notice Basis points; fixed from the start of epoch - 1 on, and exact as long as the schedule remembers the epoch.
    function commissionAt(uint16 operator, uint64 epoch) external view returns (uint256);
    /// @notice Value tied to each live slot of `epoch`, wei; fixed from the start of epoch - 2 on. Exact for the current epoch and
    /// later ones.
    function lockPerSlotAt(uint64 epoch) external view returns (uint256);
    /// @notice Value that the operator's live slots lock, wei: their number x the lock of the current epoch.
    function lockOf(uint16 operator) external view returns (uint256);
    /// @notice Bond that an exit of the self-bond must leave now, wei: the greater of the minimum (unless the operator is out of the
    /// set, in effect) and what its pledge demands, and the highest lock decided for each live slot. Of a pledge, the whole from the
    /// freeze of an epoch in which the operator has slots to that epoch's end, `IDLE_BPS` else.
    /// @return required Wei.
    /// @return inSet Whether the operator is in the set, or was in an epoch that it may have slots of: its self-bond must stay at the
    /// minimum then.
    function requiredOf(uint16 operator) external view returns (uint256 required, bool inSet);

    /* PARAMETERS */
    /// @notice Range of the lock a slot, wei.
    function MIN_LOCK() external view returns (uint256);
    function MAX_LOCK() external view returns (uint256);
    /// @notice Part of a pledge's shortfall that a default costs, basis points.
    function DEFAULT_BPS() external view returns (uint256);
    /// @notice Part of its pledge that an idle operator must hold, basis points.
    function IDLE_BPS() external view returns (uint256);
}
