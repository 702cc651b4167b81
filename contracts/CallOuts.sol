// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {EIP712} from "solady/src/utils/EIP712.sol";
import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

import {Turns} from "./Turns.sol";
import {IBaton} from "./interfaces/IBaton.sol";
import {Commitments} from "./libraries/Commitments.sol";
import {Signers} from "./libraries/Signers.sol";
import {Timeline} from "./libraries/Timeline.sol";
import {BlockCommitment, Clock, HandoffReceipt} from "./types/Types.sol";

/// @title Call-outs
/// @notice The part of the Baton that asks a holder whether it is alive: call-outs, their bonds, heartbeats.
/// @dev A bond is held for the open call-out or credited to one operator (INV-12): the balance is `CALLOUT_BOND` if a call-out is
/// open, plus everything collectable, plus ETH forced on the contract, which nobody can take out.
abstract contract CallOuts is Turns, EIP712 {
    using Timeline for Clock;

    /* TYPES */
    /// @dev The latest call-out, one word. `caller` 0: not open any more.
    /// @param turn First slot of the turn called out. @param l1Block Number of its L1 block. @param timestamp Of that block.
    /// @param answeredIn L1 block of the last heartbeat; 0: none yet.
    struct CallOut {
        uint40 turn;
        uint40 slot;
        uint16 holder;
        uint16 caller;
        uint40 l1Block;
        uint40 timestamp;
        uint40 answeredIn;
    }

    /// @dev An operator's account, one word.
    /// @param calledOut The slot it called out last, plus 1. @param collectable Credited to it, wei.
    struct Account {
        uint64 calledOut;
        uint128 collectable;
    }

    /* CONSTANTS AND IMMUTABLES */
    /// @dev L2 blocks that a heartbeat may be ahead of L1's time: a sequencer seals a block a little before its date, and L1's
    /// clock may lag. More would let a holder that does not sequence answer with what it signed ahead.
    uint256 internal constant AHEAD_BLOCKS = 2;

    /// @inheritdoc IBaton
    uint256 public immutable L2_CHAIN_ID;
    /// @inheritdoc IBaton
    uint256 public immutable CLAIM_GRACE;
    /// @inheritdoc IBaton
    uint256 public immutable CALLOUT_GRACE_BLOCKS;
    /// @inheritdoc IBaton
    uint256 public immutable CALLOUT_BOND;

    /* STORAGE */
    CallOut internal _callOut;
    mapping(uint16 operator => Account) internal _accounts;

    /* CONSTRUCTOR */
    constructor(Params memory params) {
        uint256 window = uint256(params.claimLead) + params.claimGrace;
        uint256 slotSeconds = _clock().slotSeconds;
        if (window > slotSeconds) revert Baton_ClaimWindowTooLong(window, slotSeconds);
        if (params.callOutGrace == 0 || params.l2ChainId == 0) revert Baton_ZeroParameter();
        (L2_CHAIN_ID, CLAIM_GRACE) = (params.l2ChainId, params.claimGrace);
        (CALLOUT_GRACE_BLOCKS, CALLOUT_BOND) = (params.callOutGrace, params.callOutBond);
    }

    /* LIVENESS */
    /// @inheritdoc IBaton
    function callOut(uint64 slot) external payable {
        // Check: the slot is in progress and the bond is there.
        Clock memory c = _clock();
        uint64 current = c.slotAt(block.timestamp);
        if (slot != current || block.timestamp < c.genesis) revert Baton_NotCurrentSlot(slot, current);
        if (msg.value != CALLOUT_BOND) revert Baton_WrongBond(msg.value, CALLOUT_BOND);

        // Check: somebody asks somebody else.
        uint16 caller = _activeCaller(c.epochOf(slot));
        Stay memory stay = _stay(slot);
        if (stay.next != 0) revert Baton_TakeOverPending(stay.next, stay.from);
        if (caller == stay.holder) revert Baton_HolderCannotCallOut(stay.holder);

        // Check: the holder has taken the baton. Before that the claim grace protects it, which may be longer than G blocks.
        if (!_hasBaton(stay)) revert Baton_Unclaimed(stay.opening, c.startOfSlot(stay.opening) + CLAIM_GRACE);

        // Check: it is not asked too often.
        CallOut memory last = _callOut;
        if (last.caller != 0) {
            if (_isToHolder(last, stay)) revert Baton_CallOutOpen(last.slot, _deadline(last));
            _close(last);
        }
        uint256 earliest = nextCallOutBlock();
        if (block.number < earliest) revert Baton_CallOutTooSoon(earliest);
        if (_accounts[caller].calledOut == slot + 1) revert Baton_AlreadyCalledOut(slot, caller);

        // Effect: the call-out. 40 bits of seconds last for 34,000 years, and there are fewer slots and blocks than seconds.
        _accounts[caller].calledOut = slot + 1;
        // forge-lint: disable-start(unsafe-typecast)
        last.turn = uint40(stay.turn);
        last.slot = uint40(slot);
        last.holder = stay.holder;
        last.caller = caller;
        last.l1Block = uint40(block.number);
        last.timestamp = uint40(block.timestamp);
        // forge-lint: disable-end(unsafe-typecast)
        _callOut = last;
        emit CalledOut(slot, stay.holder, caller, _deadline(last));
    }

    /// @inheritdoc IBaton
    function heartbeat(BlockCommitment calldata commitment, bytes calldata signature) external {
        // Check: somebody asked, and not too long ago.
        CallOut memory open = _callOut;
        if (open.caller == 0) revert Baton_NoCallOut();
        if (block.number > _deadline(open)) revert Baton_AnswerTooLate(block.number, _deadline(open));

        // Check: the block can be one of this turn, and was made between the question and now.
        Clock memory c = _clock();
        if (commitment.l2ChainId != L2_CHAIN_ID) revert Baton_WrongChain(commitment.l2ChainId, L2_CHAIN_ID);
        (uint64 turn,,) = SCHEDULE.turnOf(commitment.slot);
        if (turn != open.turn) revert Baton_WrongSlot(commitment.slot, open.turn);
        uint256 dated = c.l2Timestamp(commitment.number);
        if (commitment.timestamp != dated || dated >= c.endOfSlot(commitment.slot)) {
            revert Baton_WrongTimestamp(commitment.timestamp, dated);
        }
        if (dated < open.timestamp) revert Baton_StaleHeartbeat(dated, open.timestamp);
        uint256 latest = block.timestamp + AHEAD_BLOCKS * L2_BLOCK_SECONDS;
        if (dated > latest) revert Baton_HeartbeatAhead(dated, latest);

        // Check: it is the holder's word (INV-16).
        address key = REGISTRY.sequencerKeyAt(open.holder, c.epochOf(open.slot));
        bytes32 digest = _hashTypedData(Commitments.hash(commitment));
        address signer = Signers.signerOf(REGISTRY, key, digest, signature);
        if (signer == address(0) || signer != key) revert Baton_WrongSigner(signer, key);

        // Effect: the answer, and its reward.
        _callOut.caller = 0;
        _callOut.answeredIn = uint40(block.number);
        _credit(open.holder);
        emit Answered(open.slot, open.holder, commitment.number, commitment.blockHash);
    }

    /// @inheritdoc IBaton
    function collect(uint16 operator) external returns (uint256 amount) {
        // Effect: a call-out that lapsed is the caller's again.
        CallOut memory open = _callOut;
        if (open.caller == operator && operator != 0 && !_isToHolder(open, _stay(_clock().slotAt(block.timestamp)))) {
            _close(open);
        }

        // Effect: nothing is left.
        amount = _accounts[operator].collectable;
        if (amount == 0) return 0;
        _accounts[operator].collectable = 0;
        address payee = REGISTRY.payeeOf(operator);
        emit Collected(operator, payee, amount);

        // Interaction: the payee is of the operator's choice, and can only harm it.
        if (!SafeTransferLib.trySafeTransferETH(payee, amount, gasleft())) revert Baton_PaymentFailed(payee, amount);
    }

    /* VIEWS */
    /// @inheritdoc IBaton
    function openCallOut()
        external
        view
        returns (bool open, uint64 slot, uint16 holder, uint16 caller, uint256 timestamp, uint256 deadlineBlock)
    {
        CallOut memory last = _callOut;
        if (last.caller == 0) return (false, 0, 0, 0, 0, 0);
        return (true, last.slot, last.holder, last.caller, last.timestamp, _deadline(last));
    }

    /// @inheritdoc IBaton
    function nextCallOutBlock() public view returns (uint256) {
        uint256 answeredIn = _callOut.answeredIn;
        return answeredIn == 0 ? 0 : answeredIn + CALLOUT_GRACE_BLOCKS;
    }

    /// @inheritdoc IBaton
    function collectable(uint16 operator) external view returns (uint256) {
        return _accounts[operator].collectable;
    }

    /// @inheritdoc IBaton
    function commitmentDigest(BlockCommitment calldata commitment) external view returns (bytes32) {
        return _hashTypedData(Commitments.hash(commitment));
    }

    /// @inheritdoc IBaton
    function receiptDigest(HandoffReceipt calldata receipt) external view returns (bytes32) {
        return _hashTypedData(Commitments.hash(receipt));
    }

    /* INTERNAL */
    /// @dev Whether the holder showed up for its stay, by a claim or a take-over.
    function _hasBaton(Stay memory stay) internal view returns (bool) {
        return stay.tookOver || _isClaimed(stay.opening);
    }

    function _isClaimed(uint64 slot) internal view returns (bool) {
        return SCHEDULE.isClaimed(slot);
    }

    /// @dev Whether the call-out concerns who holds now. Else it lapsed: its turn ended, or its holder lost the slot.
    function _isToHolder(CallOut memory open, Stay memory stay) internal pure returns (bool) {
        return open.turn == stay.turn && open.holder == stay.holder;
    }

    function _deadline(CallOut memory open) internal view returns (uint256) {
        return open.l1Block + CALLOUT_GRACE_BLOCKS;
    }

    /// @dev Ends an open call-out unanswered: the bond was for a question that it answered by silence, or that became moot.
    function _close(CallOut memory open) internal {
        _callOut.caller = 0;
        _credit(open.caller);
        emit CallOutClosed(open.slot, open.caller);
    }

    function _credit(uint16 operator) internal {
        // The constructor took the bond from 128 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        _accounts[operator].collectable += uint128(CALLOUT_BOND);
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("Rota", "1");
    }
}
