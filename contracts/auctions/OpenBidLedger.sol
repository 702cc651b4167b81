// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

import {IOpenBidAuction} from "../interfaces/IOpenBidAuction.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {ISchedule} from "../interfaces/ISchedule.sol";
import {Clocked} from "../libraries/Clocked.sol";
import {Timeline} from "../libraries/Timeline.sol";
import {Bidder, BidderLib, SlotBid} from "../types/OpenBidWords.sol";
import {Clock, EpochPhase} from "../types/Types.sol";

/// @title OpenBidLedger
/// @notice The open auction's money: whose it is at each moment, and how it leaves.
/// @dev Every wei is in one of three places: an operator's free balance, the highest bid for a slot of an epoch that is not closed,
/// or the proceeds. Nothing but the last step of a withdrawal calls out. Not `AuctionLedger`, whose rounds are of sealed curves: there a
/// bid locks what it may cost, here it is paid.
abstract contract OpenBidLedger is IOpenBidAuction, Clocked {
    using Timeline for Clock;

    /* CONSTANTS AND IMMUTABLES */
    // Literals, since an array's length may not name another library's constant: as in `Assignments`.
    uint256 internal constant SLOTS_PER_RING_EPOCH = 45;
    uint256 internal constant MAX_RING = 128;

    IOperatorRegistry public immutable REGISTRY;
    ISchedule public immutable SCHEDULE;
    /// @inheritdoc IOpenBidAuction
    address public immutable TREASURY;
    /// @notice Epochs kept, as many as the schedule's.
    uint256 public immutable RING;
    /// @notice Time from the end of an epoch until what was paid for it is due, seconds.
    uint256 public immutable DISPUTE_PERIOD;

    /* STORAGE */
    /// @inheritdoc IOpenBidAuction
    uint256 public proceeds;
    mapping(uint16 operator => Bidder) internal _bidders;
    // Arrays of fixed size, not mappings: a bid has no hash to compute.
    /// @dev By slot of the ring.
    SlotBid[SLOTS_PER_RING_EPOCH * MAX_RING] internal _bids;
    /// @dev By epoch of the ring: the epoch whose bids may hold money there, plus 1; 0 for none.
    uint64[MAX_RING] internal _open;

    /* CONSTRUCTOR */
    /// @param schedule Deployed before: it is asked for its parameters.
    constructor(IOperatorRegistry registry, ISchedule schedule, address treasury) {
        if (treasury == address(0)) revert OpenBidAuction_OutOfRange("treasury", 0);
        (REGISTRY, SCHEDULE, TREASURY) = (registry, schedule, treasury);
        (RING, DISPUTE_PERIOD) = (schedule.RING(), schedule.DISPUTE_PERIOD());
        // An epoch's words are taken anew two epochs before the next one of its index, which is RING - 3 epochs after its end.
        uint256 epochSeconds = _clock().epochSeconds();
        if (RING < 3 + (DISPUTE_PERIOD + epochSeconds - 1) / epochSeconds || RING > MAX_RING) {
            revert OpenBidAuction_OutOfRange("ring", RING);
        }
    }

    /* BALANCES */
    /// @inheritdoc IOpenBidAuction
    function deposit(uint16 operator) external payable {
        if (REGISTRY.ownerOf(operator) == address(0)) revert OpenBidAuction_UnknownOperator(operator);
        Bidder bidder = _bidders[operator];
        uint256 amount = _toGwei(msg.value);
        // Half of the room: what is held by bids comes back.
        if (bidder.freeGwei() + amount > BidderLib.MOST_GWEI / 2) revert OpenBidAuction_BadAmount(msg.value);
        _bidders[operator] = bidder.credit(amount);
        emit BalanceDeposited(operator, msg.value);
    }

    /// @inheritdoc IOpenBidAuction
    function withdraw(uint16 operator, uint256 amount) external {
        // Check: the owner's, and there.
        if (REGISTRY.ownerOf(operator) != msg.sender) revert OpenBidAuction_NotOwner(operator, msg.sender);
        uint256 gwei_ = _toGwei(amount);
        Bidder bidder = _bidders[operator];
        if (gwei_ > bidder.freeGwei()) {
            revert OpenBidAuction_InsufficientBalance(operator, bidder.freeGwei() * 1 gwei, amount);
        }

        // Effect
        _bidders[operator] = bidder.debit(gwei_);
        address payee = REGISTRY.payeeOf(operator);
        emit BalanceWithdrawn(operator, payee, amount);

        // Interaction
        _send(payee, amount);
    }

    /// @inheritdoc IOpenBidAuction
    function withdrawProceeds() external returns (uint256 amount) {
        // Effect
        amount = proceeds;
        if (amount == 0) revert OpenBidAuction_BadAmount(0);
        proceeds = 0;
        emit ProceedsWithdrawn(TREASURY, amount);

        // Interaction
        _send(TREASURY, amount);
    }

    /* AFTERWARDS */
    /// @inheritdoc IOpenBidAuction
    function refund(uint64 epoch) external {
        uint256 begins = _startOf(epoch, 0);
        if (block.timestamp < begins) revert OpenBidAuction_WrongWindow(epoch, begins, type(uint256).max);
        _requireOpen(epoch);
        (uint256 refunded,) = _giveBack(epoch);
        if (refunded == 0) revert OpenBidAuction_NothingToDo(epoch);
    }

    /// @inheritdoc IOpenBidAuction
    function close(uint64 epoch) external {
        uint256 due = _clock().endOfEpoch(epoch) + DISPUTE_PERIOD;
        if (block.timestamp < due) revert OpenBidAuction_WrongWindow(epoch, due, type(uint256).max);
        _requireOpen(epoch);
        _close(epoch);
    }

    /* VIEWS */
    /// @inheritdoc IOpenBidAuction
    function freeBalanceOf(uint16 operator) external view returns (uint256) {
        return _bidders[operator].freeGwei() * 1 gwei;
    }

    /// @inheritdoc IOpenBidAuction
    function heldOf(uint64 epoch) external view returns (uint256 held) {
        if (!_isOpen(epoch)) return 0;
        for (uint256 i; i < SLOTS_PER_EPOCH; ++i) {
            SlotBid best = _bids[_key(epoch, i)];
            if (best.isOf(epoch)) held += best.priceGwei() * 1 gwei;
        }
    }

    /* INTERNAL */
    /// @dev Takes the ring's words for `epoch`, and settles before what an older epoch left there, so that nothing is lost by nobody
    /// calling.
    function _openEpoch(uint64 epoch) internal {
        uint256 index = epoch % RING;
        uint64 marked = _open[index];
        if (marked == epoch + 1) return;
        if (marked != 0) _close(marked - 1);
        _open[index] = epoch + 1;
    }

    function _close(uint64 epoch) internal {
        (, uint256 kept) = _giveBack(epoch);
        _open[epoch % RING] = 0;
        proceeds += kept;
        emit EpochClosed(epoch, kept);
    }

    /// @dev Credits every price to its bidder whose slot was not assigned to it (INV-28).
    /// @return refunded Wei. @return kept Of the others, wei.
    function _giveBack(uint64 epoch) internal returns (uint256 refunded, uint256 kept) {
        (uint16[] memory slots, bool forgotten) = _assigned(epoch);
        for (uint256 i; i < SLOTS_PER_EPOCH; ++i) {
            SlotBid best = _bids[_key(epoch, i)];
            if (!best.isOf(epoch)) continue;
            uint16 operator = best.operator();
            uint256 price = best.priceGwei();
            if (forgotten || slots[i] == operator) {
                kept += price * 1 gwei;
                continue;
            }
            _bids[_key(epoch, i)] = best.withoutPrice();
            _bidders[operator] = _bidders[operator].credit(price);
            refunded += price * 1 gwei;
            emit BidRefunded(epoch, operator, i, price * 1 gwei);
        }
    }

    /// @dev The frozen slots; none of an epoch that was not frozen. What the schedule remembers no more than that it was frozen counts
    /// as assigned: to ask for it back, there was the whole ring's time.
    function _assigned(uint64 epoch) internal view returns (uint16[] memory slots, bool forgotten) {
        (uint64 current,,) = _now();
        if (epoch + RING >= current + 2) return (SCHEDULE.slotsOf(epoch), false);
        return (new uint16[](SLOTS_PER_EPOCH), SCHEDULE.phaseOf(epoch) == EpochPhase.Frozen);
    }

    function _isOpen(uint64 epoch) internal view returns (bool) {
        return _open[epoch % RING] == epoch + 1;
    }

    function _requireOpen(uint64 epoch) internal view {
        if (!_isOpen(epoch)) revert OpenBidAuction_NothingToDo(epoch);
    }

    /// @dev Position of a slot in the ring. No overflow: a ring is at most 128 and not 0.
    function _key(uint64 epoch, uint256 index) internal view returns (uint256) {
        unchecked {
            return epoch % RING * SLOTS_PER_RING_EPOCH + index;
        }
    }

    /// @dev The last step of its callers; what the receiver returns is not copied.
    function _send(address to, uint256 amount) internal {
        if (!SafeTransferLib.trySafeTransferETH(to, amount, gasleft())) {
            revert OpenBidAuction_PaymentFailed(to, amount);
        }
    }

    function _toGwei(uint256 amount) internal pure returns (uint256) {
        if (amount == 0 || amount % 1 gwei != 0) revert OpenBidAuction_BadAmount(amount);
        return amount / 1 gwei;
    }
}
