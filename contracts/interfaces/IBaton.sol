// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BlockCommitment, HandoffReceipt} from "../types/Types.sol";
import {IBondVault} from "./IBondVault.sol";
import {IOperatorRegistry} from "./IOperatorRegistry.sol";
import {IRotationTarget} from "./IRotationTarget.sol";
import {ISchedule} from "./ISchedule.sol";

/// @title Baton
/// @notice Liveness of the holder on L1: claims, call-outs, heartbeats, take-overs, misses; moves the batcher key.
/// @dev Sequencing authority changes by timestamp alone, in the Schedule. The Baton decides who may tell the Schedule of a claim or
/// a take-over, and when. All times are L1 seconds (block.timestamp), all waits for an answer are L1 blocks.
interface IBaton {
    /* TYPES */
    /// @param registry Operators and their keys. @param schedule Turns. @param vault Where a miss leaks from.
    /// @param target What rotates; it has code before the Baton has.
    struct Addresses {
        IOperatorRegistry registry;
        ISchedule schedule;
        IBondVault vault;
        IRotationTarget target;
    }

    /// @param l2ChainId Chain id of the L2, in every signed struct.
    /// @param tailWindow From a turn's start, while the predecessor's batcher posts its tail, seconds; below a slot.
    /// @param claimGrace From a turn's start, while an unclaimed turn is not taken over, seconds.
    /// @param claimLead Before a turn's start, while it can be claimed already, seconds; with the grace at most a slot.
    /// @param callOutGrace L1 blocks after the call-out's own in which an answer counts (G).
    /// @param missesToVoid Misses in an epoch that void the operator's remaining slots (X).
    /// @param callOutBond What a call-out costs if it is answered, wei.
    /// @param leakPerMiss What a miss takes from the bond, wei.
    struct Params {
        uint256 l2ChainId;
        uint32 tailWindow;
        uint32 claimGrace;
        uint32 claimLead;
        uint16 callOutGrace;
        uint8 missesToVoid;
        uint128 callOutBond;
        uint128 leakPerMiss;
    }

    /* ERRORS */
    /// @notice There is nothing to rotate at this address: deploy the target first.
    error Baton_TargetWithoutCode(address target);
    /// @notice The tail window is not shorter than a slot, both in seconds.
    error Baton_TailWindowTooLong(uint256 tailWindow, uint256 slotSeconds);
    /// @notice A turn could be claimed in another's grace, which would hide a gap of L1: claimLead + claimGrace is above a slot.
    error Baton_ClaimWindowTooLong(uint256 claimWindow, uint256 slotSeconds);
    /// @notice A grace of no block, a void at no miss, or an L2 without a chain id.
    error Baton_ZeroParameter();

    /// @notice The slot is assigned to another operator than the one whose sequencer key calls.
    error Baton_NotYourTurn(uint64 slot, uint16 assigned, address caller);
    /// @notice Claim from `opens` on, L1 seconds.
    error Baton_ClaimTooEarly(uint64 slot, uint256 opens);
    /// @notice A return must be claimed at `closed` at the latest, 2 L1 blocks before its slot. Return at a later slot.
    error Baton_ReturnTooLate(uint64 slot, uint256 closed);
    /// @notice Too little gas left to rotate: the claim would stand with the batcher unmoved. Raise the gas limit.
    error Baton_GasTooLow(uint256 left, uint256 required);
    /// @notice The predecessor's batcher posts its tail until `opens`, L1 seconds.
    error Baton_RotateTooEarly(uint256 opens);
    /// @notice The target did not take the batcher. Look at its owner and its state.
    error Baton_RotationFailed(uint16 operator, address batcher);
    /// @notice The caller is not the sequencer key of the operator that holds, or has just taken over.
    error Baton_NotTheHolder(uint16 holder, address caller);
    /// @notice The operator registered no batcher key under this index.
    error Baton_NoBatcherKey(uint16 operator, uint8 index);

    /// @notice The caller is the current sequencer key of no active operator, nor of the reserve; or it is tombstoned.
    error Baton_NotActive(address caller);
    /// @notice Only the slot in progress can be called out.
    error Baton_NotCurrentSlot(uint64 slot, uint64 current);
    /// @notice The holder answers call-outs, it makes none.
    error Baton_HolderCannotCallOut(uint16 holder);
    /// @notice Nobody has claimed the turn that `slot` opened: no call-out is needed to take it over from `opens` on.
    error Baton_Unclaimed(uint64 slot, uint256 opens);
    /// @notice A take-over is recorded already; the taker holds from `timestamp` on, L1 seconds.
    error Baton_TakeOverPending(uint16 taker, uint256 timestamp);
    /// @notice One call-out at a time: this one can be answered up to the L1 block `deadlineBlock`.
    error Baton_CallOutOpen(uint64 slot, uint256 deadlineBlock);
    /// @notice The holder has just answered. Call out from the L1 block `earliestBlock` on.
    error Baton_CallOutTooSoon(uint256 earliestBlock);
    /// @notice Each operator calls out once a slot.
    error Baton_AlreadyCalledOut(uint64 slot, uint16 caller);
    /// @notice Send exactly the bond, wei.
    error Baton_WrongBond(uint256 sent, uint256 required);

    /// @notice Nobody asked.
    error Baton_NoCallOut();
    /// @notice The last L1 block that could answer is over.
    error Baton_AnswerTooLate(uint256 blockNumber, uint256 deadlineBlock);
    /// @notice The commitment is to a block of another chain.
    error Baton_WrongChain(uint256 l2ChainId, uint256 expected);
    /// @notice The commitment claims the authority of a slot outside the called turn, which begins with slot `first`.
    error Baton_WrongSlot(uint64 slot, uint64 first);
    /// @notice The L2 block of this number is dated otherwise, or after the slot whose authority it claims.
    error Baton_WrongTimestamp(uint256 timestamp, uint256 expected);
    /// @notice The L2 block is older than the call-out: it shows no life after it.
    error Baton_StaleHeartbeat(uint256 timestamp, uint256 callOutTimestamp);
    /// @notice The L2 block is dated more than 2 L2 blocks after block.timestamp, so after `latest`: answer with an earlier one.
    error Baton_HeartbeatAhead(uint256 timestamp, uint256 latest);
    /// @notice The signature is not the holder's sequencer key's.
    error Baton_WrongSigner(address signer, address expected);

    /// @notice The holder claimed, and no call-out to it is open.
    error Baton_HolderNotSilent(uint16 holder);
    /// @notice The turn is unclaimed; this operator's rank may take it over from `earliest` on, L1 seconds.
    error Baton_GraceRunning(uint16 operator, uint256 earliest);
    /// @notice The call-out is unanswered; this operator's rank may take over from the L1 block `earliestBlock` on.
    error Baton_NotYourRank(uint16 operator, uint256 earliestBlock);
    /// @notice The silent holder's stay ends at `end`, before the caller would hold. Claim or take over what follows.
    error Baton_StayEnding(uint256 timestamp, uint256 end);
    /// @notice The payee refuses ETH. Let the operator's owner set another one.
    error Baton_PaymentFailed(address payee, uint256 amount);

    /// @notice Only the registry tells of keys.
    error Baton_NotRegistry(address caller);

    /* EVENTS */
    /// @notice `operator` opened the turn at `slot`.
    /// @param batcher Where the claim moved the chain's batcher to; zero: it did not, for it came early or the target refused.
    event Claimed(uint64 indexed slot, uint16 indexed operator, address batcher);
    /// @notice The assigned operator holds again from the start of `slot`.
    event Returned(uint64 indexed slot, uint16 indexed operator);
    /// @notice The chain's batcher moved by another call than a claim: that one tells it in {Claimed}.
    /// @param slot The slot taken over, or in progress.
    event Rotated(uint64 indexed slot, uint16 indexed operator, address batcher);
    /// @notice The claim or take-over stands, the batcher did not move. Anyone can try again by `rotate`.
    event RotationFailed(uint64 indexed slot, uint16 indexed operator, address batcher);
    /// @param deadlineBlock Last L1 block that can answer.
    event CalledOut(uint64 indexed slot, uint16 indexed holder, uint16 indexed caller, uint256 deadlineBlock);
    /// @param slot The slot called out. @param number L2 block number of the heartbeat. @param blockHash Its hash.
    event Answered(uint64 indexed slot, uint16 indexed holder, uint64 number, bytes32 blockHash);
    /// @notice The call-out ended unanswered, by a take-over or because somebody else holds; its bond is the caller's again.
    event CallOutClosed(uint64 indexed slot, uint16 indexed caller);
    /// @param slot The slot `timestamp` is in. @param timestamp When the taker begins to hold, L1 seconds.
    event TakenOver(uint64 indexed slot, uint16 indexed from, uint16 indexed taker, uint64 timestamp);
    /// @param misses The operator's misses in the slot's epoch, this one included.
    /// @param leaked Value taken from its bond, wei; 0 if waived.
    event Missed(uint64 indexed slot, uint16 indexed operator, uint8 misses, uint256 leaked);
    /// @param amount Wei.
    event Collected(uint16 indexed operator, address indexed payee, uint256 amount);

    /* TURNS */
    /// @notice Claims the turn that `slot` opens (its first slot, or the first one after a void); after a take-over, returns to the
    /// turn at `slot`, a later one of it.
    /// @dev Emits {Claimed}, or {Returned}. A claim made after the tail window moves the batcher to the first of the operator's
    /// batcher keys and tells so in {Claimed}; before it {RotationFailed} if the target reverted. The claim stands either way.
    ///
    /// Requirements:
    /// - the slot is there to be claimed, else the Schedule's errors
    /// - the caller is the sequencer key of the assigned operator in the slot's epoch, else {Baton_NotYourTurn}
    /// - at most `CLAIM_LEAD` is left to the turn, else {Baton_ClaimTooEarly}
    /// - a return leaves 2 L1 blocks or more to its slot, else {Baton_ReturnTooLate}
    /// - after the tail window: enough gas for the target, else {Baton_GasTooLow}
    /// @param slot A slot number, not a time.
    function claim(uint64 slot) external;

    /// @notice Moves the chain's batcher to the holder's first batcher key, unless it is any key of the holder's already. By anyone.
    /// @dev Emits {Rotated}, or nothing. After a take-over it is for the taker, from the take-over's transaction on.
    ///
    /// Requirements:
    /// - the tail window of the holder's stay is over, unless it took over, else {Baton_RotateTooEarly}
    /// - enough gas for the target, else {Baton_GasTooLow}; the target takes it, else {Baton_RotationFailed}
    function rotate() external;

    /// @notice Moves the chain's batcher to another batcher key of the holder: a dead batcher must not stall the safe head.
    /// @dev Emits {Rotated}.
    ///
    /// Requirements: those of {rotate}, and
    /// - the caller is the holder's sequencer key, else {Baton_NotTheHolder}
    /// - the key exists, else {Baton_NoBatcherKey}
    /// @param index Number of the key, from 0.
    function useBatcherKey(uint8 index) external;

    /* REGISTRY ONLY */
    /// @notice Copies the keys that an operator's claims use, so that a claim need not ask the registry. For every change of one.
    ///
    /// Requirements:
    /// - the registry calls, else {Baton_NotRegistry}
    /// @param previous The sequencer key before `from`; zero for a new operator, `sequencerKey` if it stays.
    /// @param sequencerKey The operator's from then on. @param batcherKey The first of its batcher keys from then on.
    /// @param from First epoch of the change; never below that of an earlier one.
    function noteKeys(uint16 operator, address previous, address sequencerKey, address batcherKey, uint32 from) external;

    /* LIVENESS */
    /// @notice Asks the holder of the slot in progress to show life within G blocks. The bond is the holder's if it answers, the
    /// caller's again if not.
    /// @dev Emits {CalledOut}; before it {CallOutClosed} if an earlier call-out had lapsed.
    ///
    /// Requirements:
    /// - the slot is in progress, else {Baton_NotCurrentSlot}
    /// - exactly `CALLOUT_BOND` is sent, else {Baton_WrongBond}
    /// - the caller is the current sequencer key of an active operator or of the reserve, else {Baton_NotActive}
    /// - nobody is about to hold by a take-over, else {Baton_TakeOverPending}
    /// - the caller is not the holder, else {Baton_HolderCannotCallOut}
    /// - the holder claimed or took over, else {Baton_Unclaimed}
    /// - no call-out to this holder in this turn is open, else {Baton_CallOutOpen}
    /// - the last answer is G blocks old, else {Baton_CallOutTooSoon}
    /// - it is the caller's first call-out in this slot, else {Baton_AlreadyCalledOut}
    function callOut(uint64 slot) external payable;

    /// @notice Answers the open call-out with a signed commitment to a block dated at or after it; earns the caller's bond.
    /// By anyone who has it.
    /// @dev Emits {Answered}. The commitment is evidence like any other, should its signer have signed another block.
    ///
    /// Requirements:
    /// - a call-out is open, else {Baton_NoCallOut}, and at most G blocks old, else {Baton_AnswerTooLate}
    /// - the commitment is to this L2 chain, else {Baton_WrongChain}, and to a slot of the called turn, else {Baton_WrongSlot}
    /// - its timestamp is the one of its number and before the end of its slot, else {Baton_WrongTimestamp}
    /// - it is dated at or after the call-out, else {Baton_StaleHeartbeat}, and at most 2 L2 blocks ahead of block.timestamp, else
    ///   {Baton_HeartbeatAhead}
    /// - the called holder's sequencer key signed it, else {Baton_WrongSigner}
    /// @param signature 65 bytes (r, s, v) or 64 (r, vs) over {commitmentDigest}; of a cluster 96.
    function heartbeat(BlockCommitment calldata commitment, bytes calldata signature) external;

    /// @notice Takes over from a holder that left a call-out unanswered for G blocks, or an unclaimed turn after its grace. The
    /// reserve may do so at once, the next other operator of the schedule 2 L1 blocks later, any active one 4 later; the ranks
    /// move up where the reserve is the silent one.
    /// @dev Emits {CallOutClosed} if there was one, {TakenOver}, {Missed} if the taker begins in the slot in progress (one that
    /// begins later is for {recordMiss}) and it was neither missed nor voided before, then {Rotated} or {RotationFailed}. Closes
    /// the call-out. The last miss that is allowed voids the operator's remaining slots from the next one on. The turn's leaks are
    /// waived when the reserve let another operator go first, or when L1 itself had a gap.
    ///
    /// Requirements:
    /// - the caller is the current sequencer key of an active operator or of the reserve, else {Baton_NotActive}
    /// - no take-over is about to take effect, else {Baton_TakeOverPending}
    /// - the turn is unclaimed and its grace over for the caller's rank, else {Baton_GraceRunning}; or a call-out to the holder is
    ///   open, else {Baton_HolderNotSilent}, and its answer overdue for the caller's rank, else {Baton_NotYourRank}
    /// - the holder's stay goes on when the caller would hold, else {Baton_StayEnding} or the Schedule's errors
    /// - the caller is neither the holder nor the operator the turn is frozen to, else `Schedule_CannotTakeOver`
    /// - enough gas for the target, else {Baton_GasTooLow}
    /// @return timestamp When the caller begins to hold: block.timestamp + 2 L1 blocks, L1 seconds.
    function takeOver() external returns (uint64 timestamp);

    /// @notice Records a slot of a taken-over turn that began without a return as a miss. By anyone.
    /// @dev Emits {Missed}. Voids and leaks as {takeOver}; at most a third of the leak goes to the latest taker of the turn.
    ///
    /// Requirements:
    /// - the slot began, was lost and neither voided nor recorded before, else the Schedule's errors
    function recordMiss(uint64 slot) external;

    /// @notice Pays what answered and lapsed call-outs credited to an operator to its payee. By anyone.
    /// @dev Emits {Collected} unless there is nothing; before it {CallOutClosed} if its call-out had lapsed.
    ///
    /// Requirements:
    /// - the payee takes ETH, else {Baton_PaymentFailed}
    /// @return amount Wei.
    function collect(uint16 operator) external returns (uint256 amount);

    /* CALL-OUTS */
    /// @notice The call-out that waits for an answer or a take-over; zeros and `open` false when none does.
    /// @return open Whether there is one. It lapses by itself when another operator holds.
    /// @return slot The slot called out.
    /// @return holder Who is to answer.
    /// @return caller Who asked.
    /// @return timestamp Of the call-out's L1 block, L1 seconds; a heartbeat's block is not older.
    /// @return deadlineBlock Last L1 block that can answer.
    function openCallOut()
        external
        view
        returns (bool open, uint64 slot, uint16 holder, uint16 caller, uint256 timestamp, uint256 deadlineBlock);

    /// @notice The first L1 block in which a call-out may follow the last answer; 0 before the first answer.
    function nextCallOutBlock() external view returns (uint256);

    /// @return Credited to the operator, wei; without a call-out that lapsed and was not closed yet.
    function collectable(uint16 operator) external view returns (uint256);

    /* SIGNATURES */
    /// @notice EIP-712 digest of a commitment under this deployment's domain.
    function commitmentDigest(BlockCommitment calldata commitment) external view returns (bytes32);
    /// @notice EIP-712 digest of a receipt under this deployment's domain.
    function receiptDigest(HandoffReceipt calldata receipt) external view returns (bytes32);

    /* REFERENCES AND PARAMETERS */
    function REGISTRY() external view returns (IOperatorRegistry);
    function SCHEDULE() external view returns (ISchedule);
    function VAULT() external view returns (IBondVault);
    function TARGET() external view returns (IRotationTarget);
    /// @dev Units of the parameters as in {Params}.
    function L2_CHAIN_ID() external view returns (uint256);
    function TAIL_WINDOW() external view returns (uint256);
    function CLAIM_GRACE() external view returns (uint256);
    function CLAIM_LEAD() external view returns (uint256);
    function CALLOUT_GRACE_BLOCKS() external view returns (uint256);
    function MISSES_TO_VOID() external view returns (uint256);
    function CALLOUT_BOND() external view returns (uint256);
    function LEAK_PER_MISS() external view returns (uint256);
}
