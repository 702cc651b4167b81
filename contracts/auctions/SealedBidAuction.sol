// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IBondVault} from "../interfaces/IBondVault.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {ISchedule} from "../interfaces/ISchedule.sol";
import {ISealedBidAuction} from "../interfaces/ISealedBidAuction.sol";
import {Clocked} from "../libraries/Clocked.sol";
import {Timeline} from "../libraries/Timeline.sol";
import {Book, UniformPrice} from "../libraries/UniformPrice.sol";
import {Account, Bid, BidLib, Round, RoundLib, RoundState, Till} from "../types/AuctionWords.sol";
import {Curve} from "../types/Curve.sol";
import {Clock} from "../types/Types.sol";
import {AuctionLedger} from "./AuctionLedger.sol";

/// @title SealedBidAuction
/// @notice Sells the slots of an epoch to sealed demand curves at one price, and keeps the bidders' money meanwhile.
/// @dev Trusts `REGISTRY`, `VAULT` and `SCHEDULE`, and that the schedule freezes an auctioned epoch only when {resultOf} calls it
/// settled. Does not trust payees, the treasury, or whoever settles: the outcome depends on bids and seed alone (INV-22).
contract SealedBidAuction is AuctionLedger {
    using Timeline for Clock;

    /* CONSTANTS AND IMMUTABLES */
    /// @dev More than this would let a crowd of bids make `settle` too expensive to be anybody's duty.
    uint256 internal constant MOST_BIDS = 64;
    /// @dev Part of the largest bid at the reference price that a hidden bid costs to hide, basis points.
    uint256 internal constant DEPOSIT_BPS = 1500;
    bytes32 internal constant COMMITMENT_DOMAIN = keccak256("Rota.SealedBid.v1");

    IBondVault public immutable VAULT;
    address public immutable POLICY;
    uint256 public immutable MAX_BIDS;
    uint256 internal immutable FLOOR_GWEI;
    uint256 internal immutable MIN_DEPOSIT_GWEI;
    uint256 internal immutable CAP_SLOTS;
    uint256 internal immutable SUPPLY;

    /* CONSTRUCTOR */
    constructor(
        Clock memory clock_,
        IOperatorRegistry registry,
        IBondVault vault,
        ISchedule schedule,
        Params memory params
    ) Clocked(clock_) AuctionLedger(registry, schedule, params) {
        if (params.capBps == 0 || params.capBps > 10_000) {
            revert SealedBidAuction_BadCap(params.capBps);
        }
        if (params.maxBids == 0 || params.maxBids > MOST_BIDS) {
            revert SealedBidAuction_BadMaxBids(params.maxBids, MOST_BIDS);
        }
        if (params.minDeposit == 0) revert SealedBidAuction_BadAmount(params.minDeposit);
        if (params.firstRefPrice == 0) revert SealedBidAuction_BadAmount(params.firstRefPrice);

        (VAULT, POLICY) = (vault, params.policy);
        MAX_BIDS = params.maxBids;
        FLOOR_GWEI = _toGwei(params.floorPrice);
        MIN_DEPOSIT_GWEI = _toGwei(params.minDeposit);
        SUPPLY = clock_.slotsPerEpoch;
        uint256 cap = SUPPLY * params.capBps / 10_000;
        CAP_SLOTS = cap == 0 ? 1 : cap;
        // Twice: there is no round yet that an earlier reference price could belong to.
        uint256 ref = _toGwei(params.firstRefPrice);
        _till = Till.wrap(0).withRef(0, ref).withRef(0, ref);
    }

    /* BIDDING */
    /// @inheritdoc ISealedBidAuction
    function commitBid(uint16 operator, uint64 epoch, bytes32 commitment) external {
        // Check: the window, the caller, and that there is something to win.
        (uint256 opens, uint256 closes) = _clock().commitWindow(epoch);
        _requireWindow(epoch, opens, closes);
        if (!REGISTRY.isController(operator, msg.sender)) revert SealedBidAuction_NotController(operator, msg.sender);
        address first = address(SCHEDULE.firstPolicyOf(epoch));
        if (first != POLICY) revert SealedBidAuction_NotSold(epoch, first);
        if (!REGISTRY.isEligible(operator, epoch)) revert SealedBidAuction_NotEligible(operator, epoch);

        // Effect: a deposit that an earlier epoch left behind is lost, one for this epoch stays.
        Account account = _accounts[operator];
        uint256 deposited;
        if (account.epoch() != epoch) {
            if (account.depositGwei() != 0) account = _forfeit(operator, account);
            uint256 deposit_ = _depositGwei(epoch);
            deposited = deposit_ * 1 gwei;
            if (account.free() < deposited) {
                revert SealedBidAuction_InsufficientBalance(operator, account.free(), deposited);
            }
            // The entity is bound with the bid, as eligibility is: whatever governance decides from now on is for later bids.
            account = account.withEntity(epoch, REGISTRY.entityOf(operator));
            _accounts[operator] = account.debit(deposited).withDeposit(epoch, deposit_);
        }
        _commitments[operator] = commitment;
        emit BidCommitted(epoch, operator, commitment, deposited);
    }

    /// @inheritdoc ISealedBidAuction
    function revealBid(uint16 operator, uint64 epoch, Curve curve, bytes32 salt) external payable {
        // Check: the window and the preimage.
        (uint256 opens, uint256 closes) = _clock().revealWindow(epoch);
        _requireWindow(epoch, opens, closes);
        Account account = _accounts[operator];
        if (account.epoch() != epoch) revert SealedBidAuction_NoCommitment(epoch, operator);
        if (account.depositGwei() == 0) revert SealedBidAuction_AlreadyRevealed(epoch, operator);
        bytes32 computed = commitmentOf(operator, epoch, curve, salt);
        if (computed != _commitments[operator]) {
            revert SealedBidAuction_WrongPreimage(_commitments[operator], computed);
        }
        if (!curve.isWellFormed()) revert SealedBidAuction_MalformedCurve(Curve.unwrap(curve));

        // Check: the bid is one that can be kept. Whoever fails here can still mend it before the window closes: nothing is asked that
        // anybody else decides, so that nobody can make another one lose its deposit.
        _requireBond(operator, epoch);
        if (msg.value != 0) {
            account = account.credit(msg.value);
            emit BalanceDeposited(operator, msg.value);
        }
        uint256 depositGwei = account.depositGwei();
        account = account.withDeposit(epoch, 0).credit(depositGwei * 1 gwei);
        Bid bid = BidLib.toBid(curve.clip(CAP_SLOTS), operator);
        uint256 locked = _lockOf(bid, depositGwei);
        if (account.free() < locked) revert SealedBidAuction_InsufficientBalance(operator, account.free(), locked);

        // Effect: the deposit becomes part of the lock, the bid part of the round.
        _accounts[operator] = account.debit(locked);
        emit BidRevealed(epoch, operator, bid.curve(), locked);
        _enter(epoch, bid, depositGwei);
    }

    /// @inheritdoc ISealedBidAuction
    function settle(uint64 epoch) external {
        // Check: the window, an open round, a seed that nobody knew when the bids were made.
        (uint256 opens, uint256 closes) = _clock().freezeWindow(epoch);
        _requireWindow(epoch, opens, closes);
        uint256 index = epoch % RING;
        Round round = _rounds[index];
        if (round.epoch() != epoch || round.bids() == 0 || round.state() != RoundState.Open) {
            revert SealedBidAuction_AlreadySettled(epoch);
        }
        bytes32 seed = SCHEDULE.seedOf(epoch);

        // Effect: sell, pay out of the locks, write down who won.
        (Book memory book, Account[] memory accounts) = _read(index, round, seed);
        (uint256 priceGwei, uint256[] memory order, uint8[] memory quantities) = UniformPrice.clear(book);
        for (uint256 i; i < order.length; ++i) {
            accounts[order[i]] = accounts[order[i]].debit(quantities[i] * priceGwei * 1 gwei);
        }
        for (uint256 i; i < accounts.length; ++i) {
            _accounts[book.bids[i].operator()] = accounts[i];
        }
        _record(index, round, book.bids, priceGwei, order, quantities);
        _moveReference(epoch, priceGwei);
    }

    /* VIEWS */
    /// @inheritdoc ISealedBidAuction
    function FLOOR_PRICE() external view returns (uint256) {
        return FLOOR_GWEI * 1 gwei;
    }

    /// @inheritdoc ISealedBidAuction
    function MIN_DEPOSIT() external view returns (uint256) {
        return MIN_DEPOSIT_GWEI * 1 gwei;
    }

    /// @inheritdoc ISealedBidAuction
    function refPrice() external view returns (uint256) {
        return _till.refGwei() * 1 gwei;
    }

    /// @inheritdoc ISealedBidAuction
    function depositFor(uint64 epoch) external view returns (uint256) {
        return _depositGwei(epoch) * 1 gwei;
    }

    /// @inheritdoc ISealedBidAuction
    function capSlots() external view returns (uint256) {
        return CAP_SLOTS;
    }

    /// @inheritdoc ISealedBidAuction
    function commitmentOf(uint16 operator, uint64 epoch, Curve curve, bytes32 salt) public view returns (bytes32) {
        return keccak256(
            abi.encode(COMMITMENT_DOMAIN, block.chainid, address(this), epoch, operator, Curve.unwrap(curve), salt)
        );
    }

    /// @inheritdoc ISealedBidAuction
    function committed(uint64 epoch, uint16 operator) external view returns (bytes32) {
        return epoch != 0 && _accounts[operator].epoch() == epoch ? _commitments[operator] : bytes32(0);
    }

    /// @inheritdoc ISealedBidAuction
    function revealed(uint64 epoch, uint16 operator) external view returns (Curve) {
        return _findBid(epoch, operator).curve();
    }

    /// @inheritdoc ISealedBidAuction
    function bidders(uint64 epoch) external view returns (uint16[] memory operators) {
        uint256 index = epoch % RING;
        Round round = _rounds[index];
        if (round.epoch() != epoch) return operators;
        operators = new uint16[](round.bids());
        for (uint256 i; i < operators.length; ++i) {
            operators[i] = _bids[index][i].operator();
        }
    }

    /// @inheritdoc ISealedBidAuction
    function resultOf(uint64 epoch)
        external
        view
        returns (bool settled, uint256 clearingPrice, uint16[] memory winners, uint8[] memory quantities)
    {
        uint256 index = epoch % RING;
        Round round = _rounds[index];
        if (round.epoch() != epoch || round.bids() == 0) {
            (, uint256 closes) = _clock().revealWindow(epoch);
            return (block.timestamp >= closes, FLOOR_GWEI * 1 gwei, winners, quantities);
        }
        if (round.state() == RoundState.Open) return (false, 0, winners, quantities);
        winners = new uint16[](round.winners());
        quantities = new uint8[](winners.length);
        for (uint256 i; i < winners.length; ++i) {
            (winners[i], quantities[i]) = round.winnerAt(_winners[index], i);
        }
        return (true, round.priceGwei() * 1 gwei, winners, quantities);
    }

    /// @inheritdoc ISealedBidAuction
    function commitWindow(uint64 epoch) external view returns (uint256 opens, uint256 closes) {
        return _clock().commitWindow(epoch);
    }

    /// @inheritdoc ISealedBidAuction
    function revealWindow(uint64 epoch) external view returns (uint256 opens, uint256 closes) {
        return _clock().revealWindow(epoch);
    }

    /* INTERNAL: BIDS */
    /// @dev Adds a bid to its round; into a full one only in the place of a bid with a lower top price.
    function _enter(uint64 epoch, Bid bid, uint256 depositGwei) internal {
        uint256 index = epoch % RING;
        Round round = _rounds[index];
        if (round.epoch() != epoch) {
            _vacate(index, round);
            round = RoundLib.open(epoch, depositGwei);
        }
        uint256 count = round.bids();
        if (count < MAX_BIDS) {
            _bids[index][count] = bid;
            _rounds[index] = round.withBids(count + 1);
            return;
        }

        uint256 lowest;
        Bid displaced = _bids[index][0];
        for (uint256 i = 1; i < MAX_BIDS; ++i) {
            Bid other = _bids[index][i];
            if (other.curve().topPrice() < displaced.curve().topPrice()) (lowest, displaced) = (i, other);
        }
        // At equal prices who came first stays. The newcomer was revealed in time, so it loses nothing but the place.
        if (bid.curve().topPrice() > displaced.curve().topPrice()) _bids[index][lowest] = bid;
        else displaced = bid;
        uint16 operator = displaced.operator();
        _accounts[operator] = _accounts[operator].credit(_lockOf(displaced, depositGwei));
        emit BidDisplaced(epoch, operator);
    }

    /* INTERNAL: SETTLEMENT */
    /// @dev The round's bids, and the accounts of their operators with the locks freed. What has become of an operator since its
    /// commitment does not matter: a bid that was opened binds.
    function _read(uint256 index, Round round, bytes32 seed)
        internal
        view
        returns (Book memory book, Account[] memory accounts)
    {
        uint256 count = round.bids();
        accounts = new Account[](count);
        book = Book({
            bids: new Bid[](count),
            groups: new uint32[](count),
            seed: seed,
            supply: SUPPLY,
            groupCap: CAP_SLOTS,
            floorGwei: FLOOR_GWEI
        });
        for (uint256 i; i < count; ++i) {
            Bid bid = _bids[index][i];
            Account account = _accounts[bid.operator()];
            (book.bids[i], book.groups[i]) = (bid, account.entityFor(round.epoch()));
            accounts[i] = account.credit(_lockOf(bid, round.depositGwei()));
        }
    }

    function _record(
        uint256 index,
        Round round,
        Bid[] memory bids,
        uint256 priceGwei,
        uint256[] memory order,
        uint8[] memory quantities
    ) internal {
        uint16[] memory winners = new uint16[](order.length);
        uint256 sold;
        for (uint256 i; i < winners.length; ++i) {
            winners[i] = bids[order[i]].operator();
            sold += quantities[i];
            round = round.writeWinner(_winners[index], i, winners[i], quantities[i]);
        }
        _rounds[index] = round.settled(priceGwei, winners.length, sold);
        emit AuctionSettled(round.epoch(), priceGwei * 1 gwei, winners, quantities);
    }

    /// @dev The reference price follows in small steps, so that one odd round does not set what the next ones cost to enter.
    function _moveReference(uint64 epoch, uint256 priceGwei) internal {
        Till till = _till;
        uint256 ref = _towards(till.refGwei(), priceGwei);
        _till = till.withRef(epoch, ref);
        emit ReferencePriceMoved(epoch, ref * 1 gwei);
    }

    /// @dev `ref` moved towards `price` by an eighth at most, and never to zero, from where it could not rise again.
    function _towards(uint256 ref, uint256 price) internal pure returns (uint256) {
        uint256 most = ref / 8 + 1;
        if (price > ref + most) price = ref + most;
        else if (price + most < ref) price = ref - most;
        if (price > type(uint48).max) return type(uint48).max;
        return price == 0 ? 1 : price;
    }

    /* INTERNAL: READING */
    function _requireWindow(uint64 epoch, uint256 opens, uint256 closes) internal view {
        if (block.timestamp < opens || block.timestamp >= closes) {
            revert SealedBidAuction_WrongWindow(epoch, opens, closes);
        }
    }

    /// @dev What the bid may win counts as if it were won already, and so does what the one before it won or may still win, unless it
    /// is frozen: then it is among the live slots.
    function _requireBond(uint16 operator, uint64 epoch) internal view {
        uint256 slots = SCHEDULE.liveSlotsOf(operator) + CAP_SLOTS + _undecidedSlots(operator, epoch - 1);
        uint256 needed = slots * VAULT.PLEDGES().lockPerSlotAt(epoch);
        uint256 minimum = VAULT.MIN_BOND();
        if (needed < minimum) needed = minimum;
        uint256 bonded = VAULT.bondOf(operator);
        if (bonded < needed) revert SealedBidAuction_InsufficientBond(operator, bonded, needed);
    }

    /// @dev Most slots of `epoch`, which is not over the freeze window yet, that an operator's bid can still bring or has brought it.
    function _undecidedSlots(uint16 operator, uint64 epoch) internal view returns (uint256) {
        uint256 index = epoch % RING;
        Round round = _rounds[index];
        if (round.epoch() != epoch) return 0;
        if (round.state() == RoundState.Open) return _findBid(epoch, operator).curve().units();
        for (uint256 i; i < round.winners(); ++i) {
            (uint16 winner, uint256 quantity) = round.winnerAt(_winners[index], i);
            if (winner == operator) return _isFrozen(epoch) ? 0 : quantity;
        }
        return 0;
    }

    /// @dev Settlements of epoch - 1 happen while `epoch` is bid for: they must not make the deposit depend on who commits when.
    function _depositGwei(uint64 epoch) internal view returns (uint256 gwei_) {
        gwei_ = _till.refGweiFor(epoch) * CAP_SLOTS * DEPOSIT_BPS / 10_000;
        if (gwei_ < MIN_DEPOSIT_GWEI) return MIN_DEPOSIT_GWEI;
        if (gwei_ > type(uint48).max) return type(uint48).max;
    }

    function _toGwei(uint256 amount) internal pure returns (uint256 gwei_) {
        gwei_ = amount / 1 gwei;
        if (amount % 1 gwei != 0 || gwei_ > type(uint48).max) revert SealedBidAuction_BadAmount(amount);
    }
}
