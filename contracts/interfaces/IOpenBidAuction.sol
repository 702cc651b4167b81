// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice Why a bid was not placed; `None` if it was.
enum Refusal {
    None,
    NoSuchSlot,
    Closed, // bidding for the slot is over
    Leading, // the highest bid is the operator's own
    TooLow, // below the floor, or less than a step above the highest bid
    AtCap, // the operator leads as many slots as it may win
    Unfunded // the free balance is too small
}

/// @title Open auction of an epoch's slots
/// @notice Each slot of an epoch is sold by itself to the highest bid. Bids for an epoch are placed in the first 60 % of epoch - 2;
/// a bid shortly before a slot closes keeps it open a while longer, up to the end of epoch - 2 at most.
/// @dev A bid is paid when it is placed, from a balance that is there before; who is outbid has its balance back in the same
/// transaction. Money leaves by pull alone. At all times, to the wei: balance = free balances + bids held + proceeds (INV-25).
///
/// A bid binds. It pays for the slot that the schedule then assigned to its operator; for any other reason or none, it is given
/// back. Prices are whole gwei per slot. Windows are half open, in L1 seconds. Only epochs whose first policy is `POLICY` are sold.
///
/// What an address can do: an operator's owner or sequencer key enters it for an epoch and bids from then on with its balance; its
/// owner withdraws to its payee. Nobody can move a balance elsewhere, or bid for another.
interface IOpenBidAuction {
    /// @param treasury Receives the proceeds; nobody can change it.
    /// @param policy Assigns what was sold, see {OpenAuctionPolicy}.
    /// @param floorPrice Lowest price of a slot, wei, whole gwei, above zero.
    /// @param stepBps What a bid has to be above the highest one, basis points of it; above zero.
    /// @param extension Time for which a slot stays open after a bid, seconds; above zero.
    /// @param capBps Share of an epoch's slots that one operator, and one entity, can win at most, basis points.
    struct Params {
        address treasury;
        address policy;
        uint256 floorPrice;
        uint16 stepBps;
        uint32 extension;
        uint16 capBps;
    }

    /* ERRORS */
    /// @notice A constructor value outside of its range: `parameter` names it.
    error OpenBidAuction_OutOfRange(string parameter, uint256 value);
    /// @notice Only the owner or the current sequencer key of the operator may enter it.
    error OpenBidAuction_NotController(uint16 operator, address caller);
    /// @notice Only the operator's owner may withdraw its free balance.
    error OpenBidAuction_NotOwner(uint16 operator, address caller);
    /// @notice Nobody has registered this id: money credited to it could not be withdrawn.
    error OpenBidAuction_UnknownOperator(uint16 operator);
    /// @notice The operator is not in the set of the epoch: activate it at least two epochs ahead.
    error OpenBidAuction_NotEligible(uint16 operator, uint64 epoch);
    /// @notice The epoch's slots are not sold here: its first policy is another one (zero: it has none).
    error OpenBidAuction_NotSold(uint64 epoch, address policy);
    /// @notice Another operator of the same entity bids in this epoch. Bid by that one.
    error OpenBidAuction_EntityBids(uint64 epoch, uint32 entity, uint16 operator);
    /// @notice The bond does not cover the slots that the operator could win, wei: add bond and enter again.
    error OpenBidAuction_InsufficientBond(uint16 operator, uint256 bonded, uint256 needed);
    /// @notice The call belongs between `opens` and `closes`, L1 seconds.
    error OpenBidAuction_WrongWindow(uint64 epoch, uint256 opens, uint256 closes);
    /// @notice The caller did not enter the operator for this epoch: `agent` did, for `entered`.
    error OpenBidAuction_NotEntered(uint16 operator, uint64 epoch, address agent, uint64 entered);
    /// @notice The bid was not placed. `least` is the lowest price that would do, gwei; see {Refusal}.
    error OpenBidAuction_Refused(uint64 epoch, uint256 index, Refusal refusal, uint256 least);
    /// @notice A batch has a price for each slot.
    error OpenBidAuction_BatchMismatch(uint256 slots, uint256 prices);
    /// @notice Amounts are whole gwei above zero; a balance has room for 72 million ETH.
    error OpenBidAuction_BadAmount(uint256 amount);
    /// @notice The free balance is too small, wei.
    error OpenBidAuction_InsufficientBalance(uint16 operator, uint256 free, uint256 needed);
    /// @notice Nothing of this epoch is held that could be closed or given back now.
    error OpenBidAuction_NothingToDo(uint64 epoch);
    /// @notice The receiver refused the payment: name another payee.
    error OpenBidAuction_PaymentFailed(address to, uint256 amount);

    /* EVENTS */
    /// @param amount Wei.
    event BalanceDeposited(uint16 indexed operator, uint256 amount);
    /// @param amount Wei.
    event BalanceWithdrawn(uint16 indexed operator, address payee, uint256 amount);
    /// @param agent May bid for it.
    event BidderEntered(uint64 indexed epoch, uint16 indexed operator, address agent);
    /// @notice The slot is the operator's unless it is outbid; who led before has its balance back. If less than the extension was left
    /// to bid, the slot closes by the extension later now, and not after the start of epoch - 1.
    /// @param index Position of the slot in the epoch.
    event BidPlaced(uint64 indexed epoch, uint16 indexed operator, uint256 index, uint256 priceGwei);
    /// @notice A bid of a batch that was left out.
    event BidSkipped(uint64 indexed epoch, uint16 indexed operator, uint256 index, Refusal refusal);
    /// @notice The slot was not assigned to who paid for it.
    /// @param amount Credited to the free balance, wei.
    event BidRefunded(uint64 indexed epoch, uint16 indexed operator, uint256 index, uint256 amount);
    /// @param amount Added to the proceeds, wei.
    event EpochClosed(uint64 indexed epoch, uint256 amount);
    /// @param amount Wei.
    event ProceedsWithdrawn(address indexed treasury, uint256 amount);

    /* BALANCES */
    /// @notice Credits the value to an operator's free balance. By anyone.
    /// @dev Emits {BalanceDeposited}.
    ///
    /// Requirements:
    /// - whole gwei, some, and not too many, else {OpenBidAuction_BadAmount}
    /// - the operator is registered, else {OpenBidAuction_UnknownOperator}
    function deposit(uint16 operator) external payable;

    /// @notice Pays a part of an operator's free balance to its payee.
    /// @dev Emits {BalanceWithdrawn}.
    ///
    /// Requirements:
    /// - the caller is the owner, else {OpenBidAuction_NotOwner}
    /// - whole gwei, some, else {OpenBidAuction_BadAmount}; that are free, else {OpenBidAuction_InsufficientBalance}
    /// - the payee takes them, else {OpenBidAuction_PaymentFailed}
    /// @param amount Wei.
    function withdraw(uint16 operator, uint256 amount) external;

    /// @notice Pays the proceeds to the treasury. By anyone.
    /// @dev Emits {ProceedsWithdrawn}. Requires that there are any, else {OpenBidAuction_BadAmount}, and a treasury that takes them,
    /// else {OpenBidAuction_PaymentFailed}.
    /// @return amount Wei.
    function withdrawProceeds() external returns (uint256 amount);

    /* BIDDING */
    /// @notice Enters an operator for the bidding for `epoch`; the caller bids for it from then on. Once an epoch: all that does not
    /// change from bid to bid is asked here.
    /// @dev Emits {BidderEntered}. Settles what an epoch that used the same words has left, see {close}.
    ///
    /// Requirements:
    /// - in epoch - 2, else {OpenBidAuction_WrongWindow}
    /// - the caller is the operator's owner or current sequencer key, else {OpenBidAuction_NotController}
    /// - the first policy of `epoch` is `POLICY`, else {OpenBidAuction_NotSold}
    /// - the operator is in the set of `epoch`, else {OpenBidAuction_NotEligible}
    /// - no other operator of its entity entered, else {OpenBidAuction_EntityBids}
    /// - its bond covers the minimum, and the locks of its live slots, of those it leads or led in epoch - 1 while that is not frozen,
    ///   and of `capSlots` more, else {OpenBidAuction_InsufficientBond}
    function enter(uint16 operator, uint64 epoch) external;

    /// @notice Places a bid.
    /// @dev Emits {BidPlaced}.
    ///
    /// Requirements:
    /// - the caller entered the operator for `epoch`, else {OpenBidAuction_NotEntered}
    /// - nothing speaks against the bid, else {OpenBidAuction_Refused}
    /// @param index Position of the slot in the epoch.
    /// @param priceGwei Gwei.
    function bid(uint16 operator, uint64 epoch, uint256 index, uint256 priceGwei) external;

    /// @notice Places as many bids as can be placed, one after the other; the others are left out.
    /// @dev Emits {BidPlaced} or {BidSkipped} for each.
    ///
    /// Requirements:
    /// - the caller entered the operator for `epoch`, else {OpenBidAuction_NotEntered}
    /// - as many prices as slots, else {OpenBidAuction_BatchMismatch}
    /// @param indices Positions of the slots in the epoch.
    /// @param pricesGwei Gwei, of each.
    /// @return refusals Of each bid; `None` if it was placed.
    function bidBatch(uint16 operator, uint64 epoch, uint8[] calldata indices, uint48[] calldata pricesGwei)
        external
        returns (Refusal[] memory refusals);

    /* AFTERWARDS */
    /// @notice Gives back what was paid for slots of `epoch` that were not assigned to who paid. By anyone, once it began.
    /// @dev Emits {BidRefunded} for each. Requires that there is such a slot, else {OpenBidAuction_NothingToDo}, and the epoch's
    /// beginning, else {OpenBidAuction_WrongWindow}.
    function refund(uint64 epoch) external;

    /// @notice Moves what was paid for `epoch` to the proceeds, and gives back what {refund} would. By anyone, once its dispute
    /// period is over. Whoever never calls it gets the same when the words are needed again.
    /// @dev Emits {BidRefunded} as it applies, then {EpochClosed}.
    ///
    /// Requirements:
    /// - the dispute period is over, else {OpenBidAuction_WrongWindow}
    /// - there was a bidder, and it is not closed yet, else {OpenBidAuction_NothingToDo}
    function close(uint64 epoch) external;

    /* VIEWS */
    function TREASURY() external view returns (address);
    function POLICY() external view returns (address);
    /// @return Wei per slot.
    function FLOOR_PRICE() external view returns (uint256);
    /// @return Basis points of the highest bid.
    function STEP_BPS() external view returns (uint256);
    /// @return Seconds.
    function EXTENSION() external view returns (uint256);
    /// @return Slots of an epoch that one operator, and one entity, can win at most.
    function capSlots() external view returns (uint256);
    /// @return Balance that is in no bid, wei.
    function freeBalanceOf(uint16 operator) external view returns (uint256);
    /// @return epoch The epoch entered for last. @return agent Who bids for the operator in it. @return leads Slots it leads, or won.
    function bidderOf(uint16 operator) external view returns (uint64 epoch, address agent, uint256 leads);
    /// @notice The highest bid for a slot.
    /// @return operator 0: there is none, it was given back, or it is forgotten.
    /// @return priceGwei Gwei.
    /// @return closes When bidding for the slot is over, L1 seconds.
    /// @return least Lowest price that would outbid it, gwei.
    function bidOf(uint64 epoch, uint256 index)
        external
        view
        returns (uint16 operator, uint256 priceGwei, uint256 closes, uint256 least);
    /// @return operators Highest bidder of each slot; 0 for none, or once forgotten.
    function leadersOf(uint64 epoch) external view returns (uint16[] memory operators);
    /// @return What bids for slots of `epoch` hold that is neither given back nor moved to the proceeds, wei.
    function heldOf(uint64 epoch) external view returns (uint256);
    /// @return What {withdrawProceeds} would pay, wei.
    function proceeds() external view returns (uint256);
    /// @notice When bids for `epoch` are placed.
    /// @return opens L1 seconds.
    /// @return closes Of a slot without late bids, L1 seconds, exclusive.
    /// @return latest Of any slot.
    function bidWindow(uint64 epoch) external view returns (uint256 opens, uint256 closes, uint256 latest);
}
