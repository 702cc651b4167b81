// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IBaton} from "./interfaces/IBaton.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {IRotationTarget} from "./interfaces/IRotationTarget.sol";
import {ISchedule} from "./interfaces/ISchedule.sol";
import {Clocked} from "./libraries/Clocked.sol";
import {Timeline} from "./libraries/Timeline.sol";
import {ClaimWord, toClaimWord} from "./types/ClaimWord.sol";
import {Clock, RESERVE, Status} from "./types/Types.sol";

/// @title Turns
/// @notice The part of the Baton that a healthy chain uses: claims, and the batcher that follows them.
/// @dev Trusts `SCHEDULE` never to change who held a slot, and `REGISTRY` never to change a key of a frozen epoch, and to
/// tell of every key that it sets. Does not trust `TARGET`: it is called last, with capped gas, and neither its revert nor what
/// it returns can stop a claim or a take-over.
abstract contract Turns is IBaton, Clocked {
    using Timeline for Clock;

    /* TYPES */
    /// @dev The latest take-over of a turn, one word. `taker` 0: none.
    /// @param turn First slot of the turn. @param from When the taker begins to hold, L1 seconds.
    /// @param returnSlot Where the assigned operator returns or returned; 0: nowhere (the first slot of all is nobody's to return to).
    /// @param waived The reserve was silent too or late in this turn, or L1 was: its leaks are waived.
    struct TakeOver {
        uint64 turn;
        uint40 from;
        uint64 returnSlot;
        uint16 taker;
        bool waived;
    }

    /// @dev Who holds the slot in progress, and since when.
    /// @param turn First slot of its turn. @param end First slot after it.
    /// @param opening The slot that this stay began with: the turn's first one, the first voided one, or one returned at.
    /// @param frozen The operator that the turn is frozen to, or the reserve.
    /// @param holder The operator that holds now. @param tookOver It does by a take-over.
    /// @param next The operator that is about to hold by a recorded take-over; 0: none. @param from When, L1 seconds.
    struct Stay {
        uint64 turn;
        uint64 end;
        uint64 opening;
        uint16 frozen;
        uint16 holder;
        bool tookOver;
        uint16 next;
        uint256 from;
    }

    /* CONSTANTS AND IMMUTABLES */
    /// @dev A ceiling, not an estimate: the most that a hostile target can cost a claim, in gas. The real SystemConfig takes 25,000.
    uint256 internal constant ROTATE_GAS = 100_000;
    /// @dev Left before that call: ROTATE_GAS * 64 / 63, for a call gets 63/64 at most, and 10,000 for the event and the way out
    /// after a target that burned it all. A literal: solc would compute the product at each claim.
    uint256 internal constant GAS_TO_ROTATE = 111_588;
    /// @dev More than the 45 slots of an epoch: the turns of an epoch never share a word.
    uint64 internal constant TAKE_OVER_RING = 64;

    /// @inheritdoc IBaton
    IOperatorRegistry public immutable REGISTRY;
    /// @inheritdoc IBaton
    ISchedule public immutable SCHEDULE;
    /// @inheritdoc IBaton
    IRotationTarget public immutable TARGET;
    /// @inheritdoc IBaton
    uint256 public immutable TAIL_WINDOW;
    /// @inheritdoc IBaton
    uint256 public immutable CLAIM_LEAD;

    /* STORAGE */
    /// @dev By the first slot of the turn, modulo the ring.
    mapping(uint256 ringTurn => TakeOver) internal _takeOvers;
    /// @dev Copies of what the registry has set last, so that a claim reads one word here and no other contract's.
    mapping(address sequencerKey => ClaimWord) internal _claimWords;

    /* CONSTRUCTOR */
    constructor(
        IOperatorRegistry registry,
        ISchedule schedule,
        IRotationTarget target,
        uint256 tailWindow,
        uint256 claimLead
    ) {
        // A call to an address without code would revert in the Baton itself, where nothing catches it.
        if (address(target).code.length == 0) revert Baton_TargetWithoutCode(address(target));
        uint256 slotSeconds = _clock().slotSeconds;
        if (tailWindow >= slotSeconds) revert Baton_TailWindowTooLong(tailWindow, slotSeconds);
        (REGISTRY, SCHEDULE, TARGET) = (registry, schedule, target);
        (TAIL_WINDOW, CLAIM_LEAD) = (tailWindow, claimLead);
    }

    /* MODIFIERS */
    modifier onlyRegistry() {
        if (msg.sender != address(REGISTRY)) revert Baton_NotRegistry(msg.sender);
        _;
    }

    /* TURNS */
    /// @inheritdoc IBaton
    function claim(uint64 slot) external {
        // Effect: the Schedule notes the claim and tells whose it is, in one call; what is wrong with it undoes that.
        (uint16 assigned, bool isReturn) = _recordClaim(slot);

        // Check: the caller is whose turn it is (INV-14). Asked by operator, not by key: a stranger's id, 0, must match no assignment.
        ClaimWord word = _claimWords[msg.sender];
        bool known = word.covers(assigned, slot);
        if (!known && REGISTRY.sequencerKeyAt(assigned, _epochOf(slot)) != msg.sender) {
            revert Baton_NotYourTurn(slot, assigned, msg.sender);
        }

        uint256 start = _startOf(slot);
        if (isReturn) return _return(slot, assigned, start);

        address moved;
        // No overflow: times and windows are far below 256 bits.
        unchecked {
            if (block.timestamp >= start + TAIL_WINDOW) {
                // Interaction: the batcher, for the predecessor's tail had its time.
                address batcher = known ? word.batcher() : REGISTRY.batcherKeyAt(assigned, 0, _epochOf(slot));
                if (_rotate(batcher)) moved = batcher;
                else emit RotationFailed(slot, assigned, batcher);
            } else if (block.timestamp + CLAIM_LEAD < start) {
                // Check: it is near enough.
                revert Baton_ClaimTooEarly(slot, start - CLAIM_LEAD);
            }
        }
        // One event tells of both: a second one is 1,500 gas.
        emit Claimed(slot, assigned, moved);
    }

    /// @inheritdoc IBaton
    function rotate() external {
        Clock memory c = _clock();
        uint64 slot = c.slotAt(block.timestamp);
        uint16 operator = _rotatable(c, slot);

        // Asked by key: another key of the holder's stays, so that nobody can undo `useBatcherKey`.
        if (REGISTRY.operatorOfKey(TARGET.batcher()) == operator) return;
        _rotateOrRevert(slot, operator, 0);
    }

    /// @inheritdoc IBaton
    function useBatcherKey(uint8 index) external {
        Clock memory c = _clock();
        uint64 slot = c.slotAt(block.timestamp);
        uint16 operator = _rotatable(c, slot);

        // Check: it is the holder's own.
        if (REGISTRY.sequencerKeyAt(operator, c.epochOf(slot)) != msg.sender) {
            revert Baton_NotTheHolder(operator, msg.sender);
        }
        _rotateOrRevert(slot, operator, index);
    }

    /* REGISTRY ONLY */
    /// @inheritdoc IBaton
    function noteKeys(uint16 operator, address previous, address sequencerKey, address batcherKey, uint32 from)
        external
        onlyRegistry
    {
        // Epochs have 32 bits and 45 slots at most: 40 bits hold any slot.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint40 slot = uint40(from * SLOTS_PER_EPOCH);

        // Effect: the previous key claims nothing from then on, whatever batcher is set later.
        if (previous != sequencerKey) _claimWords[previous] = _claimWords[previous].cutAt(slot);

        // Effect: for earlier slots of the same key claims ask the registry.
        _claimWords[sequencerKey] = toClaimWord(operator, slot, batcherKey);
    }

    /* INTERNAL: EPOCHS */
    function _epochOf(uint64 slot) internal view returns (uint64) {
        return _clock().epochOf(slot);
    }

    /* INTERNAL: CLAIMS */
    /// @dev `SCHEDULE.recordClaim(slot)`, with its reverts, for 250 gas less: what comes back goes where the arguments were, and is
    /// a contract's of ours, whose values need no look.
    function _recordClaim(uint64 slot) internal returns (uint16 assigned, bool isReturn) {
        (address schedule, bytes4 selector) = (address(SCHEDULE), ISchedule.recordClaim.selector);
        assembly ("memory-safe") {
            mstore(0x00, selector)
            mstore(0x04, and(slot, 0xffffffffffffffff)) // Solidity cleans a value where it uses it, not before
            let ok := call(gas(), schedule, 0, 0x00, 0x24, 0x00, 0x40)
            // Less than two words is a revert, or no contract.
            if iszero(and(ok, gt(returndatasize(), 0x3f))) {
                let reason := mload(0x40)
                returndatacopy(reason, 0, returndatasize())
                revert(reason, returndatasize())
            }
            assigned := mload(0x00)
            isReturn := mload(0x20)
        }
    }

    /// @dev The rest of a claim that returns to a turn taken over.
    function _return(uint64 slot, uint16 assigned, uint256 start) internal {
        // Check: the taker can see it coming.
        uint256 closed = start - Timeline.NOTICE_BLOCKS * L1_BLOCK_SECONDS;
        if (block.timestamp > closed) revert Baton_ReturnTooLate(slot, closed);

        // Effect: `rotate` has to wait for the tail of the taker.
        (uint64 turn,,) = SCHEDULE.turnOf(slot);
        _takeOvers[turn % TAKE_OVER_RING].returnSlot = slot;
        emit Returned(slot, assigned);
    }

    /* INTERNAL: ROTATION */
    /// @dev Whose batcher is due (INV-15). A recorded take-over counts from its transaction on: else whom it displaces could rotate back
    /// in the blocks before it takes effect.
    function _rotatable(Clock memory c, uint64 slot) internal view returns (uint16) {
        Stay memory stay = _stay(slot);
        if (stay.next != 0) return stay.next;
        if (!stay.tookOver) {
            uint256 opens = c.startOfSlot(stay.opening) + TAIL_WINDOW;
            if (block.timestamp < opens) revert Baton_RotateTooEarly(opens);
        }
        return stay.holder;
    }

    /// @dev For a take-over, which stands whatever the target does.
    function _rotateOrNote(uint64 slot, uint16 operator) internal {
        address batcher = REGISTRY.batcherKeyAt(operator, 0, _epochOf(slot));
        if (_rotate(batcher)) emit Rotated(slot, operator, batcher);
        else emit RotationFailed(slot, operator, batcher);
    }

    /// @dev For a call that is about nothing else: its sender is to see it fail before it is sent.
    function _rotateOrRevert(uint64 slot, uint16 operator, uint8 index) internal {
        address batcher = REGISTRY.batcherKeyAt(operator, index, _epochOf(slot));
        // Every operator has a first one, so that claims and take-overs need not ask.
        if (batcher == address(0)) revert Baton_NoBatcherKey(operator, index);
        if (!_rotate(batcher)) revert Baton_RotationFailed(operator, batcher);
        emit Rotated(slot, operator, batcher);
    }

    /// @dev The reason is not copied: a hostile target could return more data than the caller can pay for.
    function _rotate(address batcher) internal returns (bool ok) {
        // Check: with less than the cap the caller could starve the target on purpose, and the claim would stand without a batcher.
        if (gasleft() < GAS_TO_ROTATE) revert Baton_GasTooLow(gasleft(), GAS_TO_ROTATE);

        // Interaction: last, and allowed to fail (INV-11).
        // try TARGET.rotate{gas: ROTATE_GAS}(batcher) { ok = true; } catch {}
        // Without that one's look for code: the constructor saw it, and code stays.
        (address target, bytes4 selector) = (address(TARGET), IRotationTarget.rotate.selector);
        assembly ("memory-safe") {
            mstore(0x00, selector)
            mstore(0x04, shr(96, shl(96, batcher))) // Solidity cleans a value where it uses it, not before
            ok := call(ROTATE_GAS, target, 0, 0x00, 0x24, 0x00, 0x00)
        }
    }

    /* INTERNAL: STAYS */
    /// @dev Who holds now, and how it came to. `slot` is the one in progress.
    function _stay(uint64 slot) internal view returns (Stay memory stay) {
        (stay.turn, stay.end, stay.frozen) = SCHEDULE.turnOf(slot);
        stay.holder = SCHEDULE.currentHolder();
        stay.opening = stay.turn;

        // A return counts unless its slot was voided before it began.
        TakeOver memory last = _takeOverOf(stay.turn);
        bool returned = last.returnSlot != 0 && last.returnSlot <= slot && !SCHEDULE.isVoided(last.returnSlot);
        if (returned) stay.opening = last.returnSlot;

        if (last.from > block.timestamp) (stay.next, stay.from) = (last.taker, last.from);
        else stay.tookOver = last.taker == stay.holder && !returned;

        if (SCHEDULE.isVoided(slot) && !stay.tookOver) {
            stay.opening = slot;
            while (stay.opening > stay.turn && SCHEDULE.isVoided(stay.opening - 1)) --stay.opening;
        }
    }

    /// @dev The latest take-over of the turn that begins with slot `turn`; blank if there was none.
    function _takeOverOf(uint64 turn) internal view returns (TakeOver memory last) {
        last = _takeOvers[turn % TAKE_OVER_RING];
        if (last.turn != turn) delete last;
    }

    /* INTERNAL: OPERATORS */
    /// @dev The operator whose current sequencer key calls, if it is the reserve or may be given slots, and is not tombstoned.
    function _activeCaller(uint64 epoch) internal view returns (uint16 operator) {
        operator = REGISTRY.operatorOfKey(msg.sender);
        bool current = operator != 0 && REGISTRY.sequencerKeyAt(operator, epoch) == msg.sender;
        if (!current || (operator != RESERVE && !REGISTRY.isEligible(operator, epoch))) {
            revert Baton_NotActive(msg.sender);
        }

        // A tombstoned one stays in the sets that are closed, but nobody's turn is for it any more.
        (Status status,) = REGISTRY.statusOf(operator);
        if (status == Status.Tombstoned) revert Baton_NotActive(msg.sender);
    }
}
