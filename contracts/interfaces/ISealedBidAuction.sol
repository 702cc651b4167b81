// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Curve} from "../types/Curve.sol";

/// @title Sealed-bid auction of an epoch's slots
/// @notice Bids for an epoch are committed in the first 60 % of epoch - 2, revealed in the rest of it, and settled in epoch - 1 at
/// one price for all slots. Only epochs whose first policy is `POLICY` are sold.
/// @dev Money is credited inside and withdrawn by pull, so nobody's refusal to be paid touches anybody else. At all times, to
/// the wei: balance = free balances + deposits + locks of open rounds + proceeds (INV-21).
///
/// Prices are whole gwei per slot. Windows are half open, `opens <= block.timestamp < closes`, in L1 seconds.
interface ISealedBidAuction {
    /// @param treasury Receives the proceeds; nobody can change it.
    /// @param policy Assigns what was sold, see {AuctionPolicy}.
    /// @param floorPrice Lowest price of a slot, wei, whole gwei.
    /// @param firstRefPrice Reference price before the first settled round, wei per slot, whole gwei.
    /// @param minDeposit Least deposit of a commitment, wei, whole gwei, above zero.
    /// @param maxBids Bids in a round, 1 to 64.
    /// @param capBps Share of an epoch's slots that one operator, and one entity, can win at most, basis points.
    /// @param ring Rounds kept: the same number as the schedule's epochs.
    /// @param disputePeriod Time from the end of an epoch until its proceeds can be withdrawn, seconds.
    struct Params {
        address treasury;
        address policy;
        uint256 floorPrice;
        uint256 firstRefPrice;
        uint256 minDeposit;
        uint8 maxBids;
        uint16 capBps;
        uint16 ring;
        uint64 disputePeriod;
    }

    /* ERRORS */
    /// @notice Only the owner or the current sequencer key of the operator may commit a bid for it.
    error SealedBidAuction_NotController(uint16 operator, address caller);
    /// @notice Only the operator's owner may withdraw its free balance.
    error SealedBidAuction_NotOwner(uint16 operator, address caller);
    /// @notice Nobody has registered this id: money credited to it could not be withdrawn.
    error SealedBidAuction_UnknownOperator(uint16 operator);
    /// @notice The operator is not in the set of the epoch: activate it at least two epochs ahead.
    error SealedBidAuction_NotEligible(uint16 operator, uint64 epoch);
    /// @notice The epoch's slots are not sold here: its first policy is another one (zero: it has none).
    error SealedBidAuction_NotSold(uint64 epoch, address policy);
    /// @notice The call belongs between `opens` and `closes`, L1 seconds.
    error SealedBidAuction_WrongWindow(uint64 epoch, uint256 opens, uint256 closes);
    /// @notice The free balance is too small, wei: deposit the difference, or send it along with the reveal.
    error SealedBidAuction_InsufficientBalance(uint16 operator, uint256 free, uint256 needed);
    /// @notice The bond does not cover the slots the bid could win, wei: add bond and reveal again before the window closes.
    error SealedBidAuction_InsufficientBond(uint16 operator, uint256 bonded, uint256 needed);
    /// @notice The operator has no commitment for this epoch, or it was forfeited.
    error SealedBidAuction_NoCommitment(uint64 epoch, uint16 operator);
    /// @notice Curve and salt are not those committed to.
    error SealedBidAuction_WrongPreimage(bytes32 committed, bytes32 computed);
    /// @notice Not a demand curve; see {Curve}.
    error SealedBidAuction_MalformedCurve(uint256 curve);
    /// @notice The bid was revealed before.
    error SealedBidAuction_AlreadyRevealed(uint64 epoch, uint16 operator);
    /// @notice The round is settled, or nobody revealed a bid in it: nothing is left to settle.
    error SealedBidAuction_AlreadySettled(uint64 epoch);
    /// @notice The round may still be settled, or was and its epoch is not cancelled: call {ISchedule-cancel} if it began unfrozen.
    error SealedBidAuction_NotCancelled(uint64 epoch);
    /// @notice Nothing is locked or paid that could be given back or forfeited.
    error SealedBidAuction_NothingToDo(uint64 epoch, uint16 operator);
    /// @notice No amount to move.
    error SealedBidAuction_ZeroAmount();
    /// @notice The receiver refused the payment: name another payee.
    error SealedBidAuction_PaymentFailed(address to, uint256 amount);
    /// @notice The treasury is the zero address: proceeds would be lost.
    error SealedBidAuction_ZeroTreasury();
    /// @notice Prices and the deposit are whole gwei below 2^48, the deposit and the reference price above zero.
    error SealedBidAuction_BadAmount(uint256 amount);
    /// @notice The cap is 1 to 10,000 basis points.
    error SealedBidAuction_BadCap(uint256 capBps);
    /// @notice A round takes at least one bid, and not more than `settle` can pay for in a block.
    error SealedBidAuction_BadMaxBids(uint256 maxBids, uint256 maximum);
    /// @notice A round's words would be reused before its proceeds are due: lengthen the ring.
    error SealedBidAuction_RingTooShort(uint256 ring, uint256 minimum);

    /* EVENTS */
    /// @param amount Wei.
    event BalanceDeposited(uint16 indexed operator, uint256 amount);
    /// @param amount Wei.
    event BalanceWithdrawn(uint16 indexed operator, address payee, uint256 amount);
    /// @param deposit Taken from the free balance, wei; 0 when an earlier commitment is replaced.
    event BidCommitted(uint64 indexed epoch, uint16 indexed operator, bytes32 commitment, uint256 deposit);
    /// @param curve After clipping to the operator's cap.
    /// @param locked Most that the bid can cost, at least the deposit, which is part of it, wei.
    event BidRevealed(uint64 indexed epoch, uint16 indexed operator, Curve curve, uint256 locked);
    /// @notice The bid left the full round for one with a higher top price; everything locked for it is free again.
    event BidDisplaced(uint64 indexed epoch, uint16 indexed operator);
    /// @notice A bid was not revealed in its window.
    /// @param amount Added to the proceeds, wei.
    event DepositForfeited(uint64 indexed epoch, uint16 indexed operator, uint256 amount);
    /// @param clearingPrice Wei per slot, paid for each slot won.
    /// @param winners Operator ids in the order in which they won their first slot.
    /// @param quantities Slots of each.
    event AuctionSettled(uint64 indexed epoch, uint256 clearingPrice, uint16[] winners, uint8[] quantities);
    /// @param refPrice Reference price from the epoch after next on, wei per slot.
    event ReferencePriceMoved(uint64 indexed epoch, uint256 refPrice);
    /// @param amount Credited to the free balance, wei.
    event AuctionRefunded(uint64 indexed epoch, uint16 indexed operator, uint256 amount);
    /// @param amount Wei.
    event ProceedsWithdrawn(address indexed treasury, uint256 amount);

    /* BALANCES */
    /// @notice Credits the value to an operator's free balance. By anyone.
    /// @dev Emits {BalanceDeposited}.
    ///
    /// Requirements:
    /// - some value, else {SealedBidAuction_ZeroAmount}
    /// - a registered operator, else {SealedBidAuction_UnknownOperator}
    function deposit(uint16 operator) external payable;

    /// @notice Pays free balance to the operator's payee.
    /// @dev Emits {BalanceWithdrawn}.
    ///
    /// Requirements:
    /// - some amount, else {SealedBidAuction_ZeroAmount}
    /// - by the owner, else {SealedBidAuction_NotOwner}
    /// - not above the free balance, else {SealedBidAuction_InsufficientBalance}
    /// - the payee takes it, else {SealedBidAuction_PaymentFailed}
    /// @param amount Wei.
    function withdraw(uint16 operator, uint256 amount) external;

    /// @notice Pays the treasury all that is forfeited, and what was sold for frozen epochs whose dispute period is over. By anyone.
    /// @dev Emits {ProceedsWithdrawn}.
    ///
    /// Requirements:
    /// - some proceeds are due, else {SealedBidAuction_ZeroAmount}
    /// - the treasury takes them, else {SealedBidAuction_PaymentFailed}
    /// @return amount Wei.
    function withdrawProceeds() external returns (uint256 amount);

    /* BIDDING */
    /// @notice Commits to a bid and takes the deposit from the free balance; a second one replaces the first.
    /// @dev The first one decides who bids: that the operator is in the set, and for which entity, whatever becomes of it before the
    /// reveal. Emits {BidCommitted}, and {DepositForfeited} for a deposit of an earlier epoch that was never revealed.
    ///
    /// Requirements:
    /// - in the commit window of `epoch`, else {SealedBidAuction_WrongWindow}
    /// - by the owner or the sequencer key, else {SealedBidAuction_NotController}
    /// - the first policy of `epoch` is `POLICY`, else {SealedBidAuction_NotSold}
    /// - the operator is in its set, else {SealedBidAuction_NotEligible}
    /// - the free balance covers the deposit, else {SealedBidAuction_InsufficientBalance}
    /// @param commitment See {commitmentOf}. The operator is part of it, so a copy of a rival's can't be revealed.
    function commitBid(uint16 operator, uint64 epoch, bytes32 commitment) external;

    /// @notice Opens a committed bid. By anyone who knows curve and salt; the value is credited to the operator first, so a top-up
    /// that comes with the reveal does not tell the bid's size before.
    /// @dev Emits {BalanceDeposited} for the value; {BidRevealed}; {BidDisplaced} if the round is full, for the lowest top price
    /// among its bids and this one. What reverts here is a bid not revealed: its deposit can be forfeited after the window.
    ///
    /// Requirements:
    /// - in the reveal window of `epoch`, else {SealedBidAuction_WrongWindow}
    /// - a commitment for `epoch`, else {SealedBidAuction_NoCommitment}
    /// - not revealed yet, else {SealedBidAuction_AlreadyRevealed}
    /// - curve and salt are the committed ones, else {SealedBidAuction_WrongPreimage}
    /// - a demand curve, else {SealedBidAuction_MalformedCurve}
    /// - its bond covers the minimum, and the locks of its live slots, of what its bid for the epoch before won or may still win, and of
    ///   `capSlots` more, else
    ///   {SealedBidAuction_InsufficientBond}
    /// - free balance and deposit cover the lock, else {SealedBidAuction_InsufficientBalance}
    /// @param curve Clipped to `capSlots`; steps below the floor price neither win nor count.
    function revealBid(uint16 operator, uint64 epoch, Curve curve, bytes32 salt) external payable;

    /// @notice Adds the deposit of a bid that was not revealed in its window to the proceeds. By anyone.
    /// @dev Emits {DepositForfeited}.
    ///
    /// Requirements:
    /// - the reveal window is over, else {SealedBidAuction_WrongWindow}
    /// - an unrevealed commitment, else {SealedBidAuction_NothingToDo}
    function forfeit(uint64 epoch, uint16 operator) external;

    /// @notice Sells the slots of `epoch`. By anyone. Winners pay from their locks; the rest of all locks is free again.
    /// @dev A bid that was opened binds: leaving the set after the commitment takes nothing back. Emits {AuctionSettled},
    /// {ReferencePriceMoved}.
    ///
    /// Requirements:
    /// - in epoch - 1, else {SealedBidAuction_WrongWindow}
    /// - a bid was revealed and the round is not settled, else {SealedBidAuction_AlreadySettled}
    /// - the seed is recorded, else {ISchedule-Schedule_SeedNotRecorded}
    function settle(uint64 epoch) external;

    /// @notice Gives back what an operator locked for a round that was never settled, or paid for an epoch that was cancelled. By
    /// anyone. Whoever never calls it gets the same when the round's words are needed again.
    /// @dev Emits {AuctionRefunded}.
    ///
    /// Requirements:
    /// - not settled: the epoch has begun; settled: the schedule knows it as cancelled; else {SealedBidAuction_NotCancelled}
    /// - something to give back, else {SealedBidAuction_NothingToDo}
    function refund(uint64 epoch, uint16 operator) external;

    /* VIEWS */
    function TREASURY() external view returns (address);
    function POLICY() external view returns (address);
    /// @return Wei per slot.
    function FLOOR_PRICE() external view returns (uint256);
    /// @return Least deposit of a commitment, wei.
    function MIN_DEPOSIT() external view returns (uint256);
    /// @return Bids in a round at most.
    function MAX_BIDS() external view returns (uint256);
    /// @return Rounds kept.
    function RING() external view returns (uint256);
    /// @return Time from the end of an epoch until its proceeds are due, seconds.
    function DISPUTE_PERIOD() external view returns (uint256);
    /// @return Balance neither deposited nor locked, wei.
    function freeBalanceOf(uint16 operator) external view returns (uint256);
    /// @return Deposit of a commitment that is neither revealed nor forfeited, wei.
    function pendingDepositOf(uint16 operator) external view returns (uint256);
    /// @return Locked for a revealed bid of an unsettled round, wei, deposit included; 0 once settled, displaced or refunded.
    function lockedOf(uint64 epoch, uint16 operator) external view returns (uint256);
    /// @return Everything sold or forfeited and neither refunded nor withdrawn, wei.
    function proceeds() external view returns (uint256);
    /// @return The part of the proceeds that can be withdrawn now, wei.
    function withdrawableProceeds() external view returns (uint256);
    /// @notice Follows the clearing prices, by at most an eighth a settled round.
    /// @return Wei per slot.
    function refPrice() external view returns (uint256);
    /// @notice Deposit of a commitment for `epoch`: 15 % of the reference price x `capSlots`, at least the minimum, rounded down to
    /// gwei. The same for all bidders at all times in the round: later rounds' prices don't count.
    /// @dev For the round that is open now; for a past one it may have been another.
    /// @return Wei.
    function depositFor(uint64 epoch) external view returns (uint256);
    /// @notice Slots of an epoch that one operator, and one entity, can win at most.
    function capSlots() external view returns (uint256);
    /// @notice keccak256(abi.encode(keccak256("Rota.SealedBid.v1"), chain id, this contract, epoch, operator, curve, salt)).
    function commitmentOf(uint16 operator, uint64 epoch, Curve curve, bytes32 salt) external view returns (bytes32);
    /// @return The commitment that stands for `epoch`, revealed or not; 0 if none or forfeited.
    function committed(uint64 epoch, uint16 operator) external view returns (bytes32);
    /// @return The clipped curve of a bid in the round; 0 if none, displaced, or forgotten.
    function revealed(uint64 epoch, uint16 operator) external view returns (Curve);
    /// @return Operators with a bid in the round, in no particular order; empty once forgotten.
    function bidders(uint64 epoch) external view returns (uint16[] memory);
    /// @notice How a round ended.
    /// @return settled Nothing is left to settle: it was settled, or its reveal window is over and nobody revealed.
    /// @return clearingPrice Wei per slot; the floor price when nobody bid.
    /// @return winners Operator ids, in the order in which they won their first slot.
    /// @return quantities Slots of each; 0 once refunded.
    function resultOf(uint64 epoch)
        external
        view
        returns (bool settled, uint256 clearingPrice, uint16[] memory winners, uint8[] memory quantities);
    /// @notice When bids for `epoch` are committed: the first 60 % of epoch - 2.
    /// @return opens L1 seconds.
    /// @return closes L1 seconds, exclusive.
    function commitWindow(uint64 epoch) external view returns (uint256 opens, uint256 closes);
    /// @notice When they are revealed: the rest of epoch - 2.
    /// @return opens L1 seconds.
    /// @return closes L1 seconds, exclusive.
    function revealWindow(uint64 epoch) external view returns (uint256 opens, uint256 closes);
}
