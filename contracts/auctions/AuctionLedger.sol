// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {ISchedule} from "../interfaces/ISchedule.sol";
import {ISealedBidAuction} from "../interfaces/ISealedBidAuction.sol";
import {Clocked} from "../libraries/Clocked.sol";
import {Timeline} from "../libraries/Timeline.sol";
import {Account, Bid, Round, RoundState, Till} from "../types/AuctionWords.sol";
import {Clock, EpochPhase} from "../types/Types.sol";

/// @title AuctionLedger
/// @notice The sealed auction's money: whose it is at each moment, and how it leaves.
/// @dev Every wei is in one of four places: an account's free balance, its deposit, the lock of a bid in an open round, or the
/// proceeds (a settled round's until it is closed, then the till's). Nothing but the last step of a withdrawal calls out.
abstract contract AuctionLedger is ISealedBidAuction, Clocked {
    using Timeline for Clock;

    /* CONSTANTS AND IMMUTABLES */
    IOperatorRegistry public immutable REGISTRY;
    ISchedule public immutable SCHEDULE;
    address public immutable TREASURY;
    uint256 public immutable RING;
    uint256 public immutable DISPUTE_PERIOD;

    /* STORAGE */
    Till internal _till;
    mapping(uint16 operator => Account) internal _accounts;
    /// @dev Meant for the epoch that the account names, and never cleared: the next commitment reuses the word.
    mapping(uint16 operator => bytes32) internal _commitments;
    /// @dev Keyed by epoch % RING, like the words below; what they hold belongs to the epoch that the round names.
    mapping(uint256 index => Round) internal _rounds;
    mapping(uint256 index => mapping(uint256 i => Bid)) internal _bids;
    /// @dev Winners that the round's own word has no room for.
    mapping(uint256 index => mapping(uint256 word => uint256)) internal _winners;

    /* CONSTRUCTOR */
    constructor(IOperatorRegistry registry, ISchedule schedule, Params memory params) {
        if (params.treasury == address(0)) revert SealedBidAuction_ZeroTreasury();
        // A round's words are taken anew two epochs before the next one of its index, which is RING - 3 epochs after its end.
        uint256 epochSeconds = _clock().epochSeconds();
        uint256 minimum = 3 + (params.disputePeriod + epochSeconds - 1) / epochSeconds;
        if (params.ring < minimum) revert SealedBidAuction_RingTooShort(params.ring, minimum);
        (REGISTRY, SCHEDULE, TREASURY) = (registry, schedule, params.treasury);
        (RING, DISPUTE_PERIOD) = (params.ring, params.disputePeriod);
    }

    /* BALANCES */
    /// @inheritdoc ISealedBidAuction
    function deposit(uint16 operator) external payable {
        if (msg.value == 0) revert SealedBidAuction_ZeroAmount();
        if (REGISTRY.ownerOf(operator) == address(0)) revert SealedBidAuction_UnknownOperator(operator);
        _accounts[operator] = _accounts[operator].credit(msg.value);
        emit BalanceDeposited(operator, msg.value);
    }

    /// @inheritdoc ISealedBidAuction
    function withdraw(uint16 operator, uint256 amount) external {
        // Check: the owner's, and there.
        if (amount == 0) revert SealedBidAuction_ZeroAmount();
        if (REGISTRY.ownerOf(operator) != msg.sender) revert SealedBidAuction_NotOwner(operator, msg.sender);
        Account account = _accounts[operator];
        if (amount > account.free()) {
            revert SealedBidAuction_InsufficientBalance(operator, account.free(), amount);
        }

        // Effect
        _accounts[operator] = account.debit(amount);
        address payee = REGISTRY.payeeOf(operator);
        emit BalanceWithdrawn(operator, payee, amount);

        // Interaction
        _send(payee, amount);
    }

    /// @inheritdoc ISealedBidAuction
    function withdrawProceeds() external returns (uint256 amount) {
        // Effect: every round that is due is closed, then the till is emptied.
        for (uint256 i; i < RING; ++i) {
            Round round = _rounds[i];
            if (!_isDue(round)) continue;
            amount += _proceedsOf(round);
            _rounds[i] = round.withState(RoundState.Closed);
        }
        Till till = _till;
        amount += till.proceeds();
        if (amount == 0) revert SealedBidAuction_ZeroAmount();
        _till = till.emptied();
        emit ProceedsWithdrawn(TREASURY, amount);

        // Interaction
        _send(TREASURY, amount);
    }

    /* GIVING BACK */
    /// @inheritdoc ISealedBidAuction
    function forfeit(uint64 epoch, uint16 operator) external {
        (, uint256 closes) = _clock().revealWindow(epoch);
        if (block.timestamp < closes) revert SealedBidAuction_WrongWindow(epoch, closes, type(uint256).max);
        Account account = _accounts[operator];
        if (account.epoch() != epoch || account.depositGwei() == 0) {
            revert SealedBidAuction_NothingToDo(epoch, operator);
        }
        _accounts[operator] = _forfeit(operator, account);
    }

    /// @inheritdoc ISealedBidAuction
    function refund(uint64 epoch, uint16 operator) external {
        uint256 index = epoch % RING;
        Round round = _rounds[index];
        if (round.epoch() != epoch) revert SealedBidAuction_NothingToDo(epoch, operator);
        uint256 amount;
        if (round.state() == RoundState.Open) {
            // Check: too late to be settled. What an unsold round holds is the bidders', however its slots were filled.
            if (block.timestamp < _clock().startOfEpoch(epoch)) revert SealedBidAuction_NotCancelled(epoch);
            (round, amount) = _takeBid(index, round, operator);
        } else {
            if (SCHEDULE.phaseOf(epoch) != EpochPhase.Cancelled) revert SealedBidAuction_NotCancelled(epoch);
            (round, amount) = _takePayment(index, round, operator);
        }
        if (amount == 0) revert SealedBidAuction_NothingToDo(epoch, operator);
        _rounds[index] = round;
        _refund(epoch, operator, amount);
    }

    /* VIEWS */
    /// @inheritdoc ISealedBidAuction
    function freeBalanceOf(uint16 operator) external view returns (uint256) {
        return _accounts[operator].free();
    }

    /// @inheritdoc ISealedBidAuction
    function pendingDepositOf(uint16 operator) external view returns (uint256) {
        return _accounts[operator].depositGwei() * 1 gwei;
    }

    /// @inheritdoc ISealedBidAuction
    function lockedOf(uint64 epoch, uint16 operator) external view returns (uint256) {
        Round round = _rounds[epoch % RING];
        if (round.state() != RoundState.Open) return 0;
        Bid bid = _findBid(epoch, operator);
        return Bid.unwrap(bid) == 0 ? 0 : _lockOf(bid, round.depositGwei());
    }

    /// @inheritdoc ISealedBidAuction
    function proceeds() external view returns (uint256 total) {
        total = _till.proceeds();
        for (uint256 i; i < RING; ++i) {
            Round round = _rounds[i];
            if (round.state() == RoundState.Settled) total += _proceedsOf(round);
        }
    }

    /// @inheritdoc ISealedBidAuction
    function withdrawableProceeds() external view returns (uint256 total) {
        total = _till.proceeds();
        for (uint256 i; i < RING; ++i) {
            Round round = _rounds[i];
            if (_isDue(round)) total += _proceedsOf(round);
        }
    }

    /* INTERNAL */
    /// @dev Settles an old round's money before its words are reused, so that nothing is lost by nobody calling.
    function _vacate(uint256 index, Round round) internal {
        uint64 epoch = round.epoch();
        if (round.state() == RoundState.Open) {
            for (uint256 i; i < round.bids(); ++i) {
                Bid bid = _bids[index][i];
                _refund(epoch, bid.operator(), _lockOf(bid, round.depositGwei()));
            }
        } else if (round.state() == RoundState.Settled) {
            if (_isFrozen(epoch)) {
                _till = _till.credit(_proceedsOf(round));
                return;
            }
            for (uint256 i; i < round.winners(); ++i) {
                (uint16 operator, uint256 quantity) = round.winnerAt(_winners[index], i);
                if (quantity != 0) _refund(epoch, operator, quantity * round.priceGwei() * 1 gwei);
            }
        }
    }

    /// @dev Takes an operator's bid out of an unsold round. @return amount What it locked, wei; 0 if there is none.
    function _takeBid(uint256 index, Round round, uint16 operator) internal returns (Round, uint256 amount) {
        uint256 last = round.bids();
        for (uint256 i; i < last; ++i) {
            Bid bid = _bids[index][i];
            if (bid.operator() != operator) continue;
            _bids[index][i] = _bids[index][last - 1];
            return (round.withBids(last - 1), _lockOf(bid, round.depositGwei()));
        }
        return (round, 0);
    }

    /// @dev Takes back what a winner paid for an epoch that was never frozen (INV-24).
    /// @return amount Wei; 0 if it won nothing or was refunded.
    function _takePayment(uint256 index, Round round, uint16 operator) internal returns (Round, uint256 amount) {
        if (round.state() != RoundState.Settled) return (round, 0);
        for (uint256 i; i < round.winners(); ++i) {
            (uint16 winner, uint256 quantity) = round.winnerAt(_winners[index], i);
            if (winner != operator) continue;
            round = round.clearWinner(_winners[index], i).withSold(round.sold() - quantity);
            return (round, quantity * round.priceGwei() * 1 gwei);
        }
        return (round, 0);
    }

    function _refund(uint64 epoch, uint16 operator, uint256 amount) internal {
        _accounts[operator] = _accounts[operator].credit(amount);
        emit AuctionRefunded(epoch, operator, amount);
    }

    /// @dev Moves an unrevealed deposit to the proceeds. @return The account, for the caller to write.
    function _forfeit(uint16 operator, Account account) internal returns (Account) {
        uint256 amount = account.depositGwei() * 1 gwei;
        _till = _till.credit(amount);
        emit DepositForfeited(account.epoch(), operator, amount);
        return account.withDeposit(0, 0);
    }

    function _findBid(uint64 epoch, uint16 operator) internal view returns (Bid) {
        uint256 index = epoch % RING;
        Round round = _rounds[index];
        if (round.epoch() != epoch) return Bid.wrap(0);
        for (uint256 i; i < round.bids(); ++i) {
            Bid bid = _bids[index][i];
            if (bid.operator() == operator) return bid;
        }
        return Bid.wrap(0);
    }

    function _lockOf(Bid bid, uint256 depositGwei) internal pure returns (uint256) {
        uint256 cost = bid.curve().maxCost();
        return (cost < depositGwei ? depositGwei : cost) * 1 gwei;
    }

    function _proceedsOf(Round round) internal pure returns (uint256) {
        return round.sold() * round.priceGwei() * 1 gwei;
    }

    function _isDue(Round round) internal view returns (bool) {
        return round.state() == RoundState.Settled
            && block.timestamp >= _clock().endOfEpoch(round.epoch()) + DISPUTE_PERIOD && _isFrozen(round.epoch());
    }

    function _isFrozen(uint64 epoch) internal view returns (bool) {
        return SCHEDULE.phaseOf(epoch) == EpochPhase.Frozen;
    }

    /// @dev The last step of its callers; what the receiver returns is not copied.
    function _send(address to, uint256 amount) internal {
        if (!SafeTransferLib.trySafeTransferETH(to, amount, gasleft())) {
            revert SealedBidAuction_PaymentFailed(to, amount);
        }
    }
}
