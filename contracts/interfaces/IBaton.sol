// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BlockCommitment} from "../types/Types.sol";

/// @title Baton
/// @notice Liveness of the holder on L1: claims, call-outs, heartbeats, take-overs, misses; moves the batcher key.
interface IBaton {
    /* ERRORS */
    error Baton_NotYourTurn(uint64 slot, uint16 assigned, address caller);
    error Baton_NotFirstOfTurn(uint64 slot, uint64 first);
    error Baton_AlreadyClaimed(uint64 slot);
    error Baton_ClaimTooEarly(uint64 slot, uint256 opens);
    error Baton_ClaimTooLate(uint64 slot, uint256 closed);
    error Baton_NotTheHolder(uint16 holder, address caller);
    error Baton_HolderCannotCallOut(uint16 holder);
    error Baton_NotActive(address caller);
    error Baton_NotCurrentSlot(uint64 slot, uint64 current);
    error Baton_CallOutOpen(uint64 slot, uint256 deadlineBlock);
    error Baton_CallOutTooSoon(uint256 earliestBlock);
    error Baton_AlreadyCalledOut(uint64 slot, uint16 caller);
    error Baton_WrongBond(uint256 sent, uint256 required);
    error Baton_NoCallOut();
    error Baton_AnswerTooLate(uint256 blockNumber, uint256 deadlineBlock);
    error Baton_StaleHeartbeat(uint256 blockTimestamp, uint256 callOutTimestamp);
    error Baton_BadCommitment();
    error Baton_HolderNotSilent(uint16 holder);
    error Baton_NotYourRank(uint16 operator, uint256 earliestBlock);
    error Baton_TurnEnding(uint256 effective, uint256 end);
    error Baton_RotateTooEarly(uint256 opens);
    error Baton_NotMissed(uint64 slot);
    error Baton_GasTooLow(uint256 left);
    error Baton_TargetWithoutCode(address target);

    /* EVENTS */
    event Claimed(uint64 indexed slot, uint16 indexed operator);
    /// @notice The assigned operator holds again from the start of `slot`.
    event Returned(uint64 indexed slot, uint16 indexed operator);
    event Rotated(uint64 indexed slot, uint16 indexed operator, address batcher);
    event RotationFailed(uint64 indexed slot, uint16 indexed operator, address batcher);
    event CalledOut(uint64 indexed slot, uint16 indexed holder, uint16 indexed caller, uint256 deadlineBlock);
    event Answered(uint64 indexed slot, uint16 indexed holder, uint64 number, bytes32 blockHash);
    /// @param timestamp When the taker begins to hold, L1 seconds.
    event TakenOver(uint64 indexed slot, uint16 indexed from, uint16 indexed taker, uint64 timestamp);
    /// @param leaked Value taken from the bond, wei; 0 if waived.
    event Missed(uint64 indexed slot, uint16 indexed operator, uint8 missesInEpoch, uint256 leaked);

    /* TURNS */
    /// @notice Claims a turn: `slot` is its first slot, claimed from `claimLead` before it. After a take-over: returns at
    /// `slot`, a later slot of the same turn, at least 2 L1 blocks ahead. Rotates in the same transaction from the tail window on.
    function claim(uint64 slot) external;
    /// @notice Moves the chain's batcher to the holder's. By anyone from the turn's start + tail window; idempotent.
    function rotate() external;
    /// @notice Moves the chain's batcher to another registered key of the holder, by the holder.
    function useBatcherKey(uint8 index) external;

    /* LIVENESS */
    /// @notice Asks the holder of the current slot to show life within G blocks. Bonded; by the reserve or an active operator.
    function callOut(uint64 slot) external payable;
    /// @notice Answers the open call-out with a signed commitment to a block dated at or after it; earns the caller's bond.
    function heartbeat(BlockCommitment calldata commitment, bytes calldata signature) external;
    /// @notice Takes over from a silent holder, or an unclaimed turn after the grace, from block.timestamp + 2 L1 blocks on.
    /// @return timestamp When the caller begins to hold, L1 seconds.
    function takeOver() external returns (uint64 timestamp);
    /// @notice Records a slot of a taken-over turn that began without a return as a miss. By anyone.
    function recordMiss(uint64 slot) external;
    /// @notice Withdraws bonds of answered or expired call-outs, credited to an operator, to its payee.
    function collect(uint16 operator) external returns (uint256 amount);

    /* VIEWS */
    /// @notice The open call-out; all zero when none. `deadlineBlock` is the last L1 block that can answer.
    function openCallOut()
        external
        view
        returns (bool open, uint64 slot, uint16 holder, uint16 caller, uint256 timestamp, uint256 deadlineBlock);
    function collectable(uint16 operator) external view returns (uint256);
    function callOutBond() external view returns (uint256);
    /// @notice EIP-712 digest of a commitment under this deployment's domain.
    function commitmentDigest(BlockCommitment calldata commitment) external view returns (bytes32);
}
