// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Evidence} from "./Evidence.sol";
import {IBaton} from "./interfaces/IBaton.sol";
import {IPledges} from "./interfaces/IPledges.sol";
import {ISlasher} from "./interfaces/ISlasher.sol";
import {GossipPayload, Gossiped} from "./libraries/GossipPayload.sol";
import {Timeline} from "./libraries/Timeline.sol";
import {Offenders, OffendersLib} from "./types/Offenders.sol";
import {BlockCommitment, Clock, HandoffReceipt, MAX_DELEGATION, RESERVE, Status} from "./types/Types.sol";

/// @title Slasher
/// @notice Judges what operators signed, and punishes: in the vault, the registry and the schedule.
/// @dev Trusts `REGISTRY` for whose key signed, `SCHEDULE` never to change who held a slot, and `VAULT` to make no outside call in a
/// slash. It holds no money, and has no power but over who signed against itself (INV-61).
contract Slasher is Evidence {
    using Timeline for Clock;
    using GossipPayload for bytes;

    /* CONSTANTS AND IMMUTABLES */
    /// @dev L1 blocks around a take-over, or after a void, in which its operators may see L1 differently.
    uint256 internal constant TOLERANCE_BLOCKS = 3;
    /// @dev The core is slashed in quarters: two for the first of several offenders.
    uint256 internal constant QUARTERS = 4;
    uint256 internal constant FIRST_SHARE = 2;

    /// @inheritdoc ISlasher
    uint256 public immutable CORRELATION_WINDOW;

    /* STORAGE */
    Offenders internal _offenders = OffendersLib.none();
    /// @dev What was paid for, other than by a tombstone.
    mapping(bytes32 offence => bool) internal _judged;

    /* CONSTRUCTOR */
    constructor(IBaton baton, Params memory params) Evidence(baton, params) {
        CORRELATION_WINDOW = params.correlationWindow;
    }

    /* EQUIVOCATION */
    /// @inheritdoc ISlasher
    function proveEquivocation(
        uint16 operator,
        BlockCommitment calldata a,
        bytes calldata signatureA,
        BlockCommitment calldata b,
        bytes calldata signatureB
    ) external {
        // Check: the blocks exclude each other.
        _checkChain(b.l2ChainId);
        _checkConflict(a, b);

        // Check: the operator signed both, with one key, or each with that of its slot: they may be of two epochs. Then the older one
        // tells which epoch the reserve pays for: else a key that it gave up would cost it each epoch of the next one.
        address key = _checkCommitment(operator, a, signatureA);
        uint64 slot = a.slot;
        if (_signerOf(key, b, signatureB) != key) {
            _checkCommitment(operator, b, signatureB);
            if (b.slot < slot) slot = b.slot;
        }

        _punishEquivocation(operator, slot, a.number);
    }

    /// @inheritdoc ISlasher
    function proveClusterEquivocation(
        uint16 operator,
        BlockCommitment calldata a,
        BlockCommitment calldata b,
        bytes32[3] calldata aggregated
    ) external {
        // Check: the blocks exclude each other.
        _checkChain(b.l2ChainId);
        _checkConflict(a, b);

        // Check: the cluster signed both.
        _checkBoth(operator, a, b, aggregated);

        _punishEquivocation(operator, a.slot, a.number);
    }

    /// @inheritdoc ISlasher
    function proveGossipEquivocation(
        uint16 operator,
        bytes calldata a,
        bytes calldata signatureA,
        bytes calldata b,
        bytes calldata signatureB
    ) external {
        // Check: the blocks exclude each other.
        Gossiped memory first = a.read();
        _checkConflict(first, b.read());

        // Check: one key that the operator named signed both.
        (uint64 slot, address key) = _gossipKeyFor(operator, first);
        _checkGossip(operator, a, signatureA, key);
        _checkGossip(operator, b, signatureB, key);

        _punishEquivocation(operator, slot, first.number);
    }

    /// @inheritdoc ISlasher
    function proveMixedEquivocation(
        uint16 operator,
        BlockCommitment calldata committed,
        bytes calldata signature,
        bytes calldata gossip,
        bytes calldata gossipSignature
    ) external {
        // Check: the blocks exclude each other.
        Gossiped memory gossiped = gossip.read();
        _checkConflict(committed, gossiped);

        // Check: the operator committed to the one and gossiped the other.
        _checkCommitment(operator, committed, signature);
        (uint64 slot, address key) = _gossipKeyFor(operator, gossiped);
        _checkGossip(operator, gossip, gossipSignature, key);

        // By the older one, as with two keys.
        _punishEquivocation(operator, slot < committed.slot ? slot : committed.slot, committed.number);
    }

    /// @inheritdoc ISlasher
    function expel(uint16 operator) external returns (uint256 taken) {
        // Check: it was tombstoned here, and not by vote alone, which voids nothing.
        if (!REGISTRY.isConvicted(operator)) revert Slasher_NotTombstoned(operator);

        // The frozen ids stay: the slots are the reserve's from the next one on.
        uint256 voided = SCHEDULE.voidAll(operator);

        // Effect: the locks of all that is live, and later those of what was frozen since.
        bytes32 offence = _offence("locks", operator, 0);
        IPledges pledges = VAULT.PLEDGES();
        uint256 locks;
        if (!_judged[offence]) {
            _judged[offence] = true;
            locks = pledges.lockOf(operator);
        } else {
            if (voided == 0) return 0;
            locks = voided * pledges.lockPerSlotAt(_clock().epochAt(block.timestamp) + 1);
        }
        taken = _slash(operator, locks, VAULT.coreOf(operator));
        emit Expelled(operator, msg.sender, taken);
    }

    /* TURNS */
    /// @inheritdoc ISlasher
    function proveOutOfTurn(uint16 operator, BlockCommitment calldata commitment, bytes calldata signature)
        external
        returns (Rule rule)
    {
        // Check: the operator's word, about a block that could be.
        _checkCommitment(operator, commitment, signature);
        Clock memory c = _clock();
        uint256 dated = c.l2Timestamp(commitment.number);
        if (commitment.timestamp != dated) revert Slasher_WrongTimestamp(commitment.timestamp, dated);
        _checkDecided(commitment.slot);

        // Check: the slot did not give it, and the operator must have known.
        rule = _ruleBroken(operator, commitment.slot, dated);
        _checkNoTakeOverNear(dated);

        _judge("turn", operator, commitment.slot);
        emit OutOfTurn(operator, commitment.slot, msg.sender, rule, commitment.number);
        _punishLightly(operator, commitment.slot);
    }

    /* RECEIPTS */
    /// @inheritdoc ISlasher
    function proveTwoReceipts(
        uint16 operator,
        HandoffReceipt calldata a,
        bytes calldata signatureA,
        HandoffReceipt calldata b,
        bytes calldata signatureB
    ) external {
        // Check: they contradict each other.
        bool same = a.number == b.number && a.hash == b.hash;
        if (a.boundarySlot != b.boundarySlot || same) revert Slasher_OneReceipt(a.boundarySlot, b.boundarySlot);

        // Check: both are what the outgoing holder said.
        (uint16 outgoing, uint64 last) = _outgoing(a.boundarySlot);
        if (outgoing != operator) revert Slasher_NotTheOutgoing(operator, a.boundarySlot, outgoing);
        _checkReceipt(operator, a, signatureA, last);
        _checkReceipt(operator, b, signatureB, last);

        _punishReceipt(operator, a.boundarySlot);
    }

    /// @inheritdoc ISlasher
    function proveReceiptBroken(
        uint16 operator,
        HandoffReceipt calldata receipt,
        bytes calldata receiptSignature,
        BlockCommitment calldata commitment,
        bytes calldata signature
    ) external {
        (uint16 outgoing, uint64 last) = _outgoing(receipt.boundarySlot);
        bool broken;
        if (outgoing == operator) {
            // Check: it said that these slots' blocks end there.
            _checkReceipt(operator, receipt, receiptSignature, last);
            broken = commitment.number > receipt.number && commitment.slot < receipt.boundarySlot;
        } else {
            // Check: it countersigned. Who held the slot before the boundary, too, may have signed as the one to hand over, when it
            // left before it was taken over: such a receipt says nothing of what it builds on later.
            if (_everHeld(operator, last, _clock().startOfSlot(last))) {
                revert Slasher_NotTheOutgoing(operator, receipt.boundarySlot, outgoing);
            }
            // Nor does one by who never held the slot after it: it hands over to somebody else.
            uint64 next = receipt.boundarySlot;
            if (!_everHeld(operator, next, _clock().startOfSlot(next))) {
                revert Slasher_NotTheOutgoing(operator, next, outgoing);
            }
            // Check: it said that it has this chain and builds on it.
            _checkReceipt(operator, receipt, receiptSignature, receipt.boundarySlot);
            broken = commitment.number == receipt.number
                ? commitment.blockHash != receipt.hash
                : commitment.number == uint256(receipt.number) + 1 && commitment.parentHash != receipt.hash;
        }
        if (!broken) revert Slasher_ReceiptKept(operator, receipt.boundarySlot);
        _checkCommitment(operator, commitment, signature);

        _punishReceipt(operator, receipt.boundarySlot);
    }

    /* VIEWS */
    /// @inheritdoc ISlasher
    function coreShare() external view returns (uint256) {
        return _shareAfter(_offenders, 0);
    }

    /// @inheritdoc ISlasher
    function penaltyOf(uint16 operator) external view returns (uint256 core, uint256 locks) {
        uint256 share = _shareAfter(_offenders, operator);
        return (_corePenalty(VAULT.coreOf(operator), share), VAULT.PLEDGES().lockOf(operator));
    }

    /* INTERNAL: JUDGEMENT */
    /// @dev Slots are without end, and whoever has the key could sign a lock's worth for each: those that are assigned by now, or about
    /// to be, no others.
    function _checkDecided(uint64 slot) internal view {
        Clock memory c = _clock();
        uint64 beyond = c.firstSlotOf(c.epochAt(block.timestamp) + 2);
        if (slot >= beyond) revert Slasher_SlotUndecided(slot, beyond);
    }

    /// @dev Reverts unless the slot gave the operator no authority for a block of that date.
    function _ruleBroken(uint16 operator, uint64 slot, uint256 dated) internal view returns (Rule) {
        Clock memory c = _clock();
        (uint256 start, uint256 end) = (c.startOfSlot(slot), c.endOfSlot(slot));
        if (dated >= end) return Rule.AfterItsSlot;
        if (block.timestamp + EARLY_LEAD < start) return Rule.BeforeItsSlot;
        bool settled = block.timestamp >= _settledAt(end);
        if (!settled || _everHeld(operator, slot, start) || _justVoided(operator, slot, start, dated)) {
            revert Slasher_InTurn(operator, slot);
        }
        return Rule.NeverHeld;
    }

    function _everHeld(uint16 operator, uint64 slot, uint256 start) internal view returns (bool) {
        if (SCHEDULE.holderAt(slot, start) == operator) return true;
        (uint16[] memory holders,) = SCHEDULE.changesOf(slot);
        for (uint256 i; i < holders.length; ++i) {
            if (holders[i] == operator) return true;
        }
        return false;
    }

    /// @dev A void may be decided in the last block before the slot: its operator sees it when the slot has begun.
    function _justVoided(uint16 operator, uint64 slot, uint256 start, uint256 dated) internal view returns (bool) {
        if (dated >= start + TOLERANCE_BLOCKS * L1_BLOCK_SECONDS || !SCHEDULE.isVoided(slot)) return false;
        (uint64 first,, uint16 assigned) = SCHEDULE.turnOf(slot);
        return assigned == operator && (slot == first || !SCHEDULE.isVoided(slot - 1));
    }

    /// @dev Reverts if who holds changed near `dated`. A slot is 8 L1 blocks long: two of them at most are near.
    function _checkNoTakeOverNear(uint256 dated) internal view {
        Clock memory c = _clock();
        uint256 tolerance = TOLERANCE_BLOCKS * L1_BLOCK_SECONDS;
        uint64 slot = c.slotAt(dated > tolerance ? dated - tolerance : 0);
        uint64 beyond = c.slotAt(dated + tolerance) + 1;
        uint64 epoch = c.epochAt(block.timestamp);
        for (; slot < beyond; ++slot) {
            // What the ring does not know yet did not change, and what it knows no more is old.
            if (c.epochOf(slot) > epoch + 1 || c.epochOf(slot) + SCHEDULE.RING() < epoch + 2) continue;
            (, uint256[] memory changes) = SCHEDULE.changesOf(slot);
            for (uint256 i; i < changes.length; ++i) {
                uint256 distance = changes[i] > dated ? changes[i] - dated : dated - changes[i];
                if (distance <= tolerance) revert Slasher_NearTakeOver(dated, changes[i]);
            }
        }
    }

    /// @dev Who handed over at the boundary, and the slot before it.
    function _outgoing(uint64 boundary) internal view returns (uint16 operator, uint64 last) {
        uint256 start = _clock().startOfSlot(boundary);
        _checkWindow(start);
        uint256 opens = _settledAt(start);
        if (block.timestamp < opens) revert Slasher_TooEarly(opens);
        // Nobody hands over at the first boundary of all.
        if (boundary == 0) return (0, 0);
        last = boundary - 1;
        operator = SCHEDULE.holderAt(last, start - 1);
    }

    /* INTERNAL: PUNISHMENT */
    /// @dev The tombstone comes first: its refusal is what stops a second proof.
    function _punishEquivocation(uint16 operator, uint64 slot, uint64 number) internal {
        Offenders before = _offenders;
        uint256 share = _shareAfter(before, operator);
        uint256 core = VAULT.coreOf(operator);
        // Who is never tombstoned pays once for an epoch that it equivocated in: heights are without end, and the proof stays good.
        if (operator == RESERVE) {
            _checkDecided(slot);
            _judge("epoch", operator, _clock().epochOf(slot));
        } else {
            REGISTRY.tombstone(operator);
        }
        // Who has nothing at stake makes nobody's offence dearer, nor does the reserve by each of its epochs.
        if (2 * core >= VAULT.MIN_BOND() && !before.contains(operator)) {
            _offenders = before.push(operator, block.timestamp);
        }
        emit Equivocated(operator, number, msg.sender, share);
        _slash(operator, _corePenalty(core, share), core);
    }

    function _corePenalty(uint256 core, uint256 share) internal pure returns (uint256) {
        return core * share / QUARTERS;
    }

    /// @dev Quarters of the core (INV-63), by the others who equivocated before.
    function _shareAfter(Offenders before, uint16 operator) internal view returns (uint256) {
        uint256 since = block.timestamp > CORRELATION_WINDOW ? block.timestamp - CORRELATION_WINDOW : 0;
        return Math.min(FIRST_SHARE + before.othersSince(operator, since), QUARTERS);
    }

    function _punishReceipt(uint16 operator, uint64 boundary) internal {
        _judge("receipt", operator, boundary);
        emit ReceiptBroken(operator, boundary, msg.sender);
        _punishLightly(operator, boundary);
    }

    /// @dev One slot lock (INV-63), and jail for who can be jailed.
    function _punishLightly(uint16 operator, uint64 slot) internal {
        (Status status, uint64 from) = REGISTRY.statusOf(operator);
        bool canBeJailed = status == Status.Active || status == Status.Jailed || status == Status.Exited;
        if (operator != RESERVE && canBeJailed) REGISTRY.jail(operator);
        Clock memory c = _clock();
        uint256 value = VAULT.PLEDGES().lockPerSlotAt(c.epochOf(slot));
        (uint256 all, uint256 own) = VAULT.reachOf(operator);
        uint256 core = VAULT.coreOf(operator);
        // Who left the set and took its own out costs the others the less, the less of its own is left. In the set its exits leave enough.
        bool inSet = status == Status.Active || c.epochAt(block.timestamp) < from;
        uint256 reach = (1 + MAX_DELEGATION) * Math.max(own, core);
        if (!inSet && reach < all) value = value * reach / all;
        _slash(operator, value, core);
    }

    /// @dev Takes `value`, at most what there is, from the whole pool. The reporter earns by the part of it that is the operator's own,
    /// its core exit included: a tenth of what others lose would pay an operator of little bond to destroy theirs (INV-35).
    function _slash(uint16 operator, uint256 value, uint256 core) internal returns (uint256 taken) {
        (uint256 all, uint256 own) = VAULT.reachOf(operator);
        own = Math.max(own, core);
        value = Math.min(value, all);
        uint256 rewarded = own < all ? value * own / all : value;
        taken = VAULT.slash(operator, rewarded, msg.sender);
        if (rewarded != value) taken += VAULT.slash(operator, value - rewarded, address(0));
    }

    /// @dev Notes that the operator pays for this slot, boundary or epoch; reverts if it did before.
    function _judge(string memory offence, uint16 operator, uint64 number) internal {
        bytes32 key = _offence(offence, operator, number);
        if (_judged[key]) revert Slasher_AlreadyJudged(operator, number);
        _judged[key] = true;
    }

    function _offence(string memory offence, uint16 operator, uint64 number) internal pure returns (bytes32) {
        return keccak256(abi.encode(offence, operator, number));
    }
}
