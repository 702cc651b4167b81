// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev A demand curve in one word: 4 steps, first step lowest bits; each step 48 bits price (gwei per slot) | 8 bits quantity
/// (slots); 32 bits zero. Prices fall strictly; unused steps are zero.
type Curve is uint256;

/// @title Sealed-bid auction of an epoch's slots
/// @notice Commit in the first 60 % of epoch - 2, reveal in the last 40 %, settle in epoch - 1 at one uniform price.
interface ISealedBidAuction {
    /* ERRORS */
    error SealedBidAuction_NotController(uint16 operator, address caller);
    error SealedBidAuction_NotOwner(uint16 operator, address caller);
    error SealedBidAuction_NotEligible(uint16 operator, uint64 epoch);
    error SealedBidAuction_StageWithoutAuction(uint64 epoch, uint8 stage);
    error SealedBidAuction_WrongWindow(uint64 epoch, uint256 opens, uint256 closes);
    error SealedBidAuction_InsufficientBalance(uint16 operator, uint256 free, uint256 needed);
    error SealedBidAuction_InsufficientBond(uint16 operator, uint256 bonded, uint256 needed);
    error SealedBidAuction_NoCommitment(uint64 epoch, uint16 operator);
    error SealedBidAuction_WrongPreimage(bytes32 committed, bytes32 computed);
    error SealedBidAuction_MalformedCurve(uint256 curve);
    error SealedBidAuction_AlreadyRevealed(uint64 epoch, uint16 operator);
    error SealedBidAuction_BidTooLow(uint64 epoch, uint256 price, uint256 lowest);
    error SealedBidAuction_SeedNotRecorded(uint64 epoch);
    error SealedBidAuction_AlreadySettled(uint64 epoch);
    error SealedBidAuction_NotSettled(uint64 epoch);
    error SealedBidAuction_NotCancelled(uint64 epoch);
    error SealedBidAuction_NothingToDo(uint64 epoch, uint16 operator);
    error SealedBidAuction_ZeroAmount();
    error SealedBidAuction_PaymentFailed(address to, uint256 amount);

    /* EVENTS */
    event BalanceDeposited(uint16 indexed operator, uint256 amount);
    event BalanceWithdrawn(uint16 indexed operator, address payee, uint256 amount);
    event BidCommitted(uint64 indexed epoch, uint16 indexed operator, bytes32 commitment, uint256 deposit);
    /// @param curve After clipping to the operator's cap. @param locked Most the bid can cost, wei.
    event BidRevealed(uint64 indexed epoch, uint16 indexed operator, Curve curve, uint256 locked);
    event BidDisplaced(uint64 indexed epoch, uint16 indexed operator);
    event DepositForfeited(uint64 indexed epoch, uint16 indexed operator, uint256 amount);
    /// @param clearingPrice Wei per slot. @param winners Operator ids. @param quantities Slots of each.
    event AuctionSettled(uint64 indexed epoch, uint256 clearingPrice, uint16[] winners, uint8[] quantities);
    event AuctionRefunded(uint64 indexed epoch, uint16 indexed operator, uint256 amount);
    event ProceedsWithdrawn(address indexed treasury, uint256 amount);

    /* BALANCES */
    /// @notice Credits ETH to an operator's free balance. By anyone.
    function deposit(uint16 operator) external payable;
    /// @notice Pays free balance to the operator's payee. Owner only.
    function withdraw(uint16 operator, uint256 amount) external;
    /// @notice Pays all proceeds to the treasury. By anyone.
    function withdrawProceeds() external returns (uint256 amount);

    /* BIDDING */
    /// @notice Commits to a bid and locks the deposit; replaceable until the commit window ends. By a controller.
    function commitBid(uint16 operator, uint64 epoch, bytes32 commitment) external;
    /// @notice Opens a committed bid, by anyone with the preimage; value tops up the operator's balance first.
    function revealBid(uint16 operator, uint64 epoch, Curve curve, bytes32 salt) external payable;
    /// @notice Forfeits the deposit of a commitment that was not revealed in its window. By anyone.
    function forfeit(uint64 epoch, uint16 operator) external;
    /// @notice Sells the slots of `epoch` after its seed is recorded. By anyone.
    function settle(uint64 epoch) external;
    /// @notice After `Schedule.cancel(epoch)`: gives back an operator's lock, deposit and payment. By anyone.
    function refund(uint64 epoch, uint16 operator) external;

    /* VIEWS */
    function TREASURY() external view returns (address);
    function FLOOR_PRICE() external view returns (uint256);
    function freeBalanceOf(uint16 operator) external view returns (uint256);
    function proceeds() external view returns (uint256);
    function refPrice() external view returns (uint256);
    /// @notice Deposit a commitment for `epoch` locks, wei.
    function depositFor(uint64 epoch) external view returns (uint256);
    /// @notice Slots one operator can win at most.
    function capSlots() external view returns (uint256);
    function commitmentOf(uint16 operator, uint64 epoch, Curve curve, bytes32 salt) external view returns (bytes32);
    function committed(uint64 epoch, uint16 operator) external view returns (bytes32);
    function revealed(uint64 epoch, uint16 operator) external view returns (Curve);
    function bidders(uint64 epoch) external view returns (uint16[] memory);
    function resultOf(uint64 epoch)
        external
        view
        returns (bool settled, uint256 clearingPrice, uint16[] memory winners, uint8[] memory quantities);
    function commitWindow(uint64 epoch) external view returns (uint256 opens, uint256 closes);
    function revealWindow(uint64 epoch) external view returns (uint256 opens, uint256 closes);
}
