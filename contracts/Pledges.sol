// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IBondVault} from "./interfaces/IBondVault.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {IPledges} from "./interfaces/IPledges.sol";
import {ISchedule} from "./interfaces/ISchedule.sol";
import {ISealedBidAuction} from "./interfaces/ISealedBidAuction.sol";
import {Clocked} from "./libraries/Clocked.sol";
import {LockWord, toLockWord} from "./types/LockWord.sol";
import {PledgeWord} from "./types/PledgeWord.sol";
import {Clock, Status} from "./types/Types.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Pledges
/// @notice What an operator promises, and what it must hold.
/// @dev Trusts `VAULT` for what is held, `SCHEDULE` for live slots and to report a default only of an operator with slots, the auction for
/// nothing but a price, within bounds.
contract Pledges is IPledges, Clocked {
    /* CONSTANTS AND IMMUTABLES */
    uint256 internal constant BPS = 10_000;
    /// @dev Basis points: the most, and how much it rises at a time (INV-38).
    uint256 internal constant MAX_COMMISSION = 3000;
    uint256 internal constant COMMISSION_STEP = 100;
    /// @dev The part of the lock that follows the price of a slot, percent.
    uint256 internal constant PRICE_PERCENT = 150;
    /// @dev A lock moves by one part of this many at most in an epoch (INV-38).
    uint256 internal constant LOCK_STEP = 8;

    IOperatorRegistry public immutable REGISTRY;
    IBondVault public immutable VAULT;
    ISchedule public immutable SCHEDULE;
    ISealedBidAuction public immutable AUCTION;
    /// @inheritdoc IPledges
    uint256 public immutable MIN_LOCK;
    /// @inheritdoc IPledges
    uint256 public immutable MAX_LOCK;
    /// @inheritdoc IPledges
    uint256 public immutable IDLE_BPS;
    /// @inheritdoc IPledges
    uint256 public immutable DEFAULT_BPS;
    uint256 internal immutable SEQUENCING_VALUE;

    /* STORAGE */
    mapping(uint16 operator => PledgeWord) internal _words;
    LockWord internal _lock;

    /* CONSTRUCTOR */
    /// @dev All addresses may be computed in advance: none is called here.
    constructor(
        Clock memory clock_,
        IOperatorRegistry registry,
        IBondVault vault,
        ISchedule schedule,
        ISealedBidAuction auction,
        Params memory params
    ) Clocked(clock_) {
        if (params.minLock < LOCK_STEP * 1 gwei) {
            revert Pledges_OutOfRange("minLock", params.minLock);
        }
        if (params.maxLock / 1 gwei > type(uint48).max || params.maxLock < params.minLock) {
            revert Pledges_OutOfRange("maxLock", params.maxLock);
        }
        if (params.firstLock < params.minLock || params.firstLock > params.maxLock) {
            revert Pledges_OutOfRange("firstLock", params.firstLock);
        }
        if (params.idleBps == 0 || params.idleBps > BPS) revert Pledges_OutOfRange("idleBps", params.idleBps);
        if (params.defaultBps > BPS) revert Pledges_OutOfRange("defaultBps", params.defaultBps);

        (REGISTRY, VAULT, SCHEDULE, AUCTION) = (registry, vault, schedule, auction);
        (MIN_LOCK, MAX_LOCK) = (params.minLock, params.maxLock);
        (IDLE_BPS, DEFAULT_BPS) = (params.idleBps, params.defaultBps);
        SEQUENCING_VALUE = params.sequencingValue;
        _lock = toLockWord(params.firstLock / 1 gwei);
        emit LockMoved(params.firstLock / 1 gwei * 1 gwei, 0);
    }

    /* MODIFIERS */
    modifier onlyOwner(uint16 operator) {
        if (msg.sender != REGISTRY.ownerOf(operator)) revert Pledges_NotOwner(operator, msg.sender);
        _;
    }

    /* PROMISES */
    /// @inheritdoc IPledges
    function setPledge(uint16 operator, uint256 value) external onlyOwner(operator) {
        PledgeWord word = _words[operator];
        uint64 epoch = _currentEpoch();
        if (epoch < word.pledgeFrom()) revert Pledges_ChangePending(word.pledgeFrom());
        if (value / 1 gwei > type(uint72).max) revert Pledges_PledgeTooLarge(value);

        // Weights are drawn from what is pledged two epochs ahead: what one was drawn from is never taken back.
        _words[operator] = word.withPledge(word.pledgeGweiAt(epoch), value / 1 gwei, epoch + 3);
        emit PledgeSet(operator, value / 1 gwei * 1 gwei, epoch + 3);
    }

    /// @inheritdoc IPledges
    function setCommission(uint16 operator, uint16 bps) external onlyOwner(operator) {
        PledgeWord word = _words[operator];
        uint64 epoch = _currentEpoch();
        // Rewards still ask for the commission of any epoch in the ring, and the word keeps one change.
        uint64 last = word.commissionFrom();
        if (last != 0 && epoch + 2 < last + SCHEDULE.RING()) {
            // Below twice 32 bits.
            // forge-lint: disable-next-line(unsafe-typecast)
            revert Pledges_ChangePending(uint64(last + SCHEDULE.RING() - 2));
        }
        uint256 current = word.commissionAt(epoch);
        uint256 most = Math.min(current + COMMISSION_STEP, MAX_COMMISSION);
        if (bps > most) revert Pledges_CommissionTooHigh(bps, most);

        // Who does not want to pay more is out by then.
        uint64 from = bps > current ? _epochAfter(VAULT.elasticRelease()) : epoch + 2;
        _words[operator] = word.withCommission(current, bps, from);
        emit CommissionSet(operator, bps, from);
    }

    /* LOCK */
    /// @inheritdoc IPledges
    function moveLock() external {
        uint64 epoch = _currentEpoch();
        LockWord lock = _lock;
        if (epoch < lock.movableFrom()) revert Pledges_LockMoved(epoch);

        uint256 wanted = AUCTION.refPrice() * PRICE_PERCENT / 100 + SEQUENCING_VALUE;
        wanted = Math.max(MIN_LOCK, Math.min(MAX_LOCK, wanted));
        uint256 before = lock.gweiAt(epoch + 2) * 1 gwei;
        uint256 step = before / LOCK_STEP;
        uint256 next = Math.max(before - step, Math.min(before + step, wanted)) / 1 gwei;
        _lock = lock.moved(epoch, next);
        emit LockMoved(next * 1 gwei, epoch + 3);
    }

    /* SCHEDULE ONLY */
    /// @inheritdoc IPledges
    function takeDefault(uint16 operator, uint64 epoch, uint256 slots)
        external
        returns (uint256 shortfall, uint256 taken)
    {
        // Check.
        if (msg.sender != address(SCHEDULE)) revert Pledges_NotSchedule(msg.sender);
        shortfall = checkPledge(operator, epoch);
        if (shortfall == 0) revert Pledges_Held(operator, epoch);

        // Interaction: with the vault. The lock aims at 1.5 times the sealed auction's reference price and more: as far as that tells
        // what a slot is worth, skipping an unlucky draw is not cheaper than holding the pledge.
        // As far as the pool can weigh: a pledge that is above it would let an owner burn its delegators' bond at once.
        uint256 weighed = VAULT.slashableOf(operator) * BPS / IDLE_BPS;
        uint256 penalty = slots * lockPerSlotAt(epoch) + Math.min(shortfall, weighed) * DEFAULT_BPS / BPS;
        taken = VAULT.slash(operator, penalty, address(0));
        emit Defaulted(operator, epoch, slots, shortfall, penalty, taken);
    }

    /* VIEWS */
    /// @inheritdoc IPledges
    function pledgeAt(uint16 operator, uint64 epoch) public view returns (uint256) {
        return _words[operator].pledgeGweiAt(epoch) * 1 gwei;
    }

    /// @inheritdoc IPledges
    function checkPledge(uint16 operator, uint64 epoch) public view returns (uint256) {
        uint256 pledge = pledgeAt(operator, epoch);
        if (pledge == 0) return 0;
        uint256 held = VAULT.heldThrough(operator, _startOf(epoch + 1, 0));
        return held < pledge ? pledge - held : 0;
    }

    /// @inheritdoc IPledges
    function commissionAt(uint16 operator, uint64 epoch) external view returns (uint256) {
        return _words[operator].commissionAt(epoch);
    }

    /// @inheritdoc IPledges
    function lockPerSlotAt(uint64 epoch) public view returns (uint256) {
        return _lock.gweiAt(epoch) * 1 gwei;
    }

    /// @inheritdoc IPledges
    function lockOf(uint16 operator) external view returns (uint256) {
        return SCHEDULE.liveSlotsOf(operator) * lockPerSlotAt(_currentEpoch());
    }

    /// @inheritdoc IPledges
    function requiredOf(uint16 operator) external view returns (uint256 required, bool inSet) {
        uint64 epoch = _currentEpoch();
        (Status status, uint64 fromEpoch) = REGISTRY.statusOf(operator);
        inSet = status == Status.Active || epoch < fromEpoch;
        if (inSet) required = VAULT.MIN_BOND();

        // All that is decided: the one that weights are drawn from now, too.
        uint256 pledge = Math.max(pledgeAt(operator, epoch), pledgeAt(operator, epoch + 1));
        pledge = Math.max(pledge, pledgeAt(operator, epoch + 2));
        if (pledge != 0) {
            // Slots in this epoch or the next one: their dispute ends later than that of any slot that is over.
            bool ahead = SCHEDULE.lastDisputeEnd(operator) > block.timestamp + SCHEDULE.DISPUTE_PERIOD();
            required = Math.max(required, ahead ? pledge : pledge * IDLE_BPS / BPS);
        }
        required += SCHEDULE.liveSlotsOf(operator) * _lock.highestFrom(epoch) * 1 gwei;
    }

    /* INTERNAL */
    function _currentEpoch() internal view returns (uint64 epoch) {
        (epoch,,) = _now();
    }

    /// @dev The first epoch that begins at or after a time after genesis.
    function _epochAfter(uint256 timestamp) internal view returns (uint64) {
        uint256 epochSeconds = uint256(SLOT_SECONDS) * SLOTS_PER_EPOCH;
        // A time of 64 bits, divided.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint64((timestamp - GENESIS + epochSeconds - 1) / epochSeconds);
    }
}
