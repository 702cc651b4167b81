// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IBondVault} from "../interfaces/IBondVault.sol";
import {IOpenBidAuction, Refusal} from "../interfaces/IOpenBidAuction.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {ISchedule} from "../interfaces/ISchedule.sol";
import {Clocked} from "../libraries/Clocked.sol";
import {Timeline} from "../libraries/Timeline.sol";
import {Bidder, SlotBid, SlotBidLib} from "../types/OpenBidWords.sol";
import {Clock, EpochPhase} from "../types/Types.sol";
import {OpenBidLedger} from "./OpenBidLedger.sol";

/// @title OpenBidAuction
/// @notice Sells each slot of an epoch to the highest open bid; with `OpenBidLedger`, keeps the bidders' money meanwhile.
/// @dev What a bid needs stands in three words: the bidder's, the slot's and the rival's. Who may bid is asked once an epoch, by
/// `enter`. Trusts `REGISTRY`, `VAULT` and `SCHEDULE`; `POLICY` not even to assign what was sold: a bid that got no slot is given back.
contract OpenBidAuction is OpenBidLedger {
    using Timeline for Clock;

    /* TYPES */
    /// @param closes Of a slot without late bids, L1 seconds. @param latest Of any slot.
    struct Round {
        uint16 operator;
        uint64 epoch;
        uint256 closes;
        uint256 latest;
    }

    /* CONSTANTS AND IMMUTABLES */
    uint256 internal constant BPS = 10_000;

    IBondVault public immutable VAULT;
    /// @inheritdoc IOpenBidAuction
    address public immutable POLICY;
    uint256 internal immutable FLOOR_GWEI;
    /// @inheritdoc IOpenBidAuction
    uint256 public immutable STEP_BPS;
    /// @inheritdoc IOpenBidAuction
    uint256 public immutable EXTENSION;
    uint256 internal immutable CAP_SLOTS;

    /* STORAGE */
    /// @dev Who bids for an entity: 64 bits epoch | 16 bits operator, from the lowest bit.
    mapping(uint32 entity => uint256) internal _bidderOf;

    /* CONSTRUCTOR */
    constructor(
        Clock memory clock_,
        IOperatorRegistry registry,
        IBondVault vault,
        ISchedule schedule,
        Params memory params
    ) Clocked(clock_) OpenBidLedger(registry, schedule, params.treasury) {
        if (params.policy == address(0)) revert OpenBidAuction_OutOfRange("policy", 0);
        if (params.stepBps == 0) revert OpenBidAuction_OutOfRange("stepBps", 0);
        if (params.extension == 0) revert OpenBidAuction_OutOfRange("extension", 0);
        if (params.capBps == 0 || params.capBps > BPS) revert OpenBidAuction_OutOfRange("capBps", params.capBps);
        (VAULT, POLICY, STEP_BPS, EXTENSION) = (vault, params.policy, params.stepBps, params.extension);
        FLOOR_GWEI = _toGwei(params.floorPrice);
        if (FLOOR_GWEI > type(uint48).max) revert OpenBidAuction_OutOfRange("floorPrice", params.floorPrice);
        uint256 cap = uint256(clock_.slotsPerEpoch) * params.capBps / BPS;
        CAP_SLOTS = cap == 0 ? 1 : cap;
    }

    /* BIDDING */
    /// @inheritdoc IOpenBidAuction
    function enter(uint16 operator, uint64 epoch) external {
        // Check: the time, the caller, and that there is something to win.
        (uint256 opens,, uint256 latest) = bidWindow(epoch);
        if (block.timestamp < opens || block.timestamp >= latest) {
            revert OpenBidAuction_WrongWindow(epoch, opens, latest);
        }
        if (!REGISTRY.isController(operator, msg.sender)) revert OpenBidAuction_NotController(operator, msg.sender);
        _requireSold(epoch);
        if (!REGISTRY.isEligible(operator, epoch)) revert OpenBidAuction_NotEligible(operator, epoch);

        // Check: what it may win is covered.
        _requireBond(operator, _bidders[operator], epoch);

        // Check and effect: one operator bids for an entity, so that the cap of the one is the other's.
        _takeEntity(operator, epoch);

        // Effect: the words, which may give something back to this very operator; then who bids.
        _openEpoch(epoch);
        _bidders[operator] = _bidders[operator].entered(epoch, msg.sender);
        emit BidderEntered(epoch, operator, msg.sender);
    }

    /// @inheritdoc IOpenBidAuction
    function bid(uint16 operator, uint64 epoch, uint256 index, uint256 priceGwei) external {
        (Bidder bidder, Round memory round) = _entered(operator, epoch);
        Refusal refusal;
        uint256 least;
        (bidder, refusal, least) = _place(bidder, round, index, priceGwei);
        if (refusal != Refusal.None) revert OpenBidAuction_Refused(epoch, index, refusal, least);
        _bidders[operator] = bidder;
    }

    /// @inheritdoc IOpenBidAuction
    function bidBatch(uint16 operator, uint64 epoch, uint8[] calldata indices, uint48[] calldata pricesGwei)
        external
        returns (Refusal[] memory refusals)
    {
        if (indices.length != pricesGwei.length) {
            revert OpenBidAuction_BatchMismatch(indices.length, pricesGwei.length);
        }
        (Bidder bidder, Round memory round) = _entered(operator, epoch);
        refusals = new Refusal[](indices.length);
        for (uint256 i; i < indices.length; ++i) {
            (bidder, refusals[i],) = _place(bidder, round, indices[i], pricesGwei[i]);
            if (refusals[i] != Refusal.None) emit BidSkipped(epoch, operator, indices[i], refusals[i]);
        }
        _bidders[operator] = bidder;
    }

    /* VIEWS */
    /// @inheritdoc IOpenBidAuction
    function FLOOR_PRICE() external view returns (uint256) {
        return FLOOR_GWEI * 1 gwei;
    }

    /// @inheritdoc IOpenBidAuction
    function capSlots() external view returns (uint256) {
        return CAP_SLOTS;
    }

    /// @inheritdoc IOpenBidAuction
    function bidderOf(uint16 operator) external view returns (uint64 epoch, address agent, uint256 leads) {
        Bidder bidder = _bidders[operator];
        return (bidder.epoch(), bidder.agent(), bidder.leads());
    }

    /// @inheritdoc IOpenBidAuction
    function bidOf(uint64 epoch, uint256 index)
        external
        view
        returns (uint16 operator, uint256 priceGwei, uint256 closes, uint256 least)
    {
        if (index >= SLOTS_PER_EPOCH) revert OpenBidAuction_Refused(epoch, index, Refusal.NoSuchSlot, 0);
        SlotBid best = _bids[_key(epoch, index)];
        if (best.isOf(epoch)) {
            return (best.operator(), best.priceGwei(), best.closes(), _leastOver(best.priceGwei()));
        }
        (, closes,) = bidWindow(epoch);
        least = FLOOR_GWEI;
    }

    /// @inheritdoc IOpenBidAuction
    function leadersOf(uint64 epoch) external view returns (uint16[] memory operators) {
        operators = new uint16[](SLOTS_PER_EPOCH);
        for (uint256 i; i < operators.length; ++i) {
            SlotBid best = _bids[_key(epoch, i)];
            if (best.isOf(epoch)) operators[i] = best.operator();
        }
    }

    /// @inheritdoc IOpenBidAuction
    function bidWindow(uint64 epoch) public view returns (uint256 opens, uint256 closes, uint256 latest) {
        (opens, closes) = _clock().commitWindow(epoch);
        latest = _startOf(epoch - 1, 0);
    }

    /* INTERNAL: BIDS */
    /// @dev The bidder as the caller may use it. Whoever entered for `epoch` did so in its window, so that only its end is asked later.
    function _entered(uint16 operator, uint64 epoch) internal view returns (Bidder bidder, Round memory round) {
        bidder = _bidders[operator];
        if (bidder.agent() != msg.sender || bidder.epoch() != epoch || msg.sender == address(0)) {
            revert OpenBidAuction_NotEntered(operator, epoch, bidder.agent(), bidder.epoch());
        }
        // No underflow: nobody enters for epochs 0 and 1.
        unchecked {
            uint256 opens = _startOf(epoch - 2, 0);
            uint256 latest = _startOf(epoch - 1, 0);
            round = Round({
                operator: operator,
                epoch: epoch,
                closes: opens + (latest - opens) * Timeline.COMMIT_PERCENT / 100,
                latest: latest
            });
        }
    }

    /// @dev Places one bid if nothing speaks against it. @return The bidder as the caller has to write it.
    function _place(Bidder bidder, Round memory round, uint256 index, uint256 priceGwei)
        internal
        returns (Bidder, Refusal, uint256 least)
    {
        // Check
        if (index >= SLOTS_PER_EPOCH) return (bidder, Refusal.NoSuchSlot, 0);
        uint256 key = _key(round.epoch, index);
        SlotBid best = _bids[key];
        bool contested = best.isOf(round.epoch);
        uint256 closes = contested ? best.closes() : round.closes;
        least = contested ? _leastOver(best.priceGwei()) : FLOOR_GWEI;
        if (block.timestamp >= closes) return (bidder, Refusal.Closed, least);
        if (contested && best.operator() == round.operator) return (bidder, Refusal.Leading, least);
        if (priceGwei < least || priceGwei > type(uint48).max) return (bidder, Refusal.TooLow, least);
        if (bidder.leads() >= CAP_SLOTS) return (bidder, Refusal.AtCap, least);
        if (bidder.freeGwei() < priceGwei) return (bidder, Refusal.Unfunded, least);

        // Effect: who is outbid has its money back at once (INV-27), and leads a slot less (INV-26).
        if (contested) {
            Bidder rival = _bidders[best.operator()];
            _bidders[best.operator()] = rival.credit(best.priceGwei()).leadLess();
        }
        if (closes < block.timestamp + EXTENSION) {
            closes = block.timestamp + EXTENSION;
            if (closes > round.latest) closes = round.latest;
        }
        _bids[key] = SlotBidLib.toSlotBid(priceGwei, round.operator, round.epoch, closes);
        emit BidPlaced(round.epoch, round.operator, index, priceGwei);
        return (bidder.debit(priceGwei).leadMore(), Refusal.None, least);
    }

    /// @dev The lowest price that outbids `priceGwei`, rounded up.
    function _leastOver(uint256 priceGwei) internal view returns (uint256) {
        // No overflow: 48 x 16 bits.
        unchecked {
            return priceGwei + (priceGwei * STEP_BPS + BPS - 1) / BPS;
        }
    }

    /* INTERNAL: ENTERING */
    function _requireSold(uint64 epoch) internal view {
        address first = address(SCHEDULE.firstPolicyOf(epoch));
        if (first != POLICY) revert OpenBidAuction_NotSold(epoch, first);
    }

    /// @dev What it may win counts as if it were won already, and so does what it won in the epoch before while that is not frozen:
    /// afterwards it is among the live slots.
    function _requireBond(uint16 operator, Bidder bidder, uint64 epoch) internal view {
        uint256 slots = SCHEDULE.liveSlotsOf(operator) + CAP_SLOTS;
        if (bidder.epoch() == epoch - 1 && SCHEDULE.phaseOf(epoch - 1) != EpochPhase.Frozen) slots += bidder.leads();
        uint256 needed = slots * VAULT.PLEDGES().lockPerSlotAt(epoch);
        uint256 minimum = VAULT.MIN_BOND();
        if (needed < minimum) needed = minimum;
        uint256 bonded = VAULT.bondOf(operator);
        if (bonded < needed) revert OpenBidAuction_InsufficientBond(operator, bonded, needed);
    }

    function _takeEntity(uint16 operator, uint64 epoch) internal {
        uint32 entity = REGISTRY.entityOf(operator);
        uint256 taken = _bidderOf[entity];
        // The two fields of the word.
        // forge-lint: disable-next-line(unsafe-typecast)
        (uint64 last, uint16 by) = (uint64(taken), uint16(taken >> 64));
        if (last == epoch && by != operator) revert OpenBidAuction_EntityBids(epoch, entity, by);
        if (last != epoch) _bidderOf[entity] = uint256(epoch) | uint256(operator) << 64;
    }
}
