// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice The clock of a deployment. Every instant of the protocol comes from it, none from when a transaction arrives.
/// @param genesis Start of slot 0, L1 seconds (block.timestamp).
/// @param slotSeconds Length of a slot, L1 seconds; at least 8 L1 blocks.
/// @param slotsPerEpoch Slots in an epoch, 1 to 45.
/// @param l1BlockSeconds Time between L1 blocks, seconds.
/// @param l2GenesisTime Timestamp of L2 block 0, L2 seconds.
/// @param l2BlockSeconds Time between L2 blocks, seconds; not above `l1BlockSeconds`.
struct Clock {
    uint64 genesis;
    uint32 slotSeconds;
    uint16 slotsPerEpoch;
    uint16 l1BlockSeconds;
    uint64 l2GenesisTime;
    uint16 l2BlockSeconds;
}

/// @notice What an operator signs before a block leaves its maker (EIP-712). See DESIGN's vocabulary.
/// @param slot The slot whose authority the signer claims, not the slot of `timestamp`.
struct BlockCommitment {
    uint256 l2ChainId;
    uint64 slot;
    uint64 number;
    uint64 timestamp;
    bytes32 parentHash;
    bytes32 blockHash;
    uint64 l1OriginNumber;
    bytes32 l1OriginHash;
}

/// @notice What the outgoing holder signs when it hands over, and the incoming one countersigns once it has every payload up
/// to `number` (EIP-712).
/// @param boundarySlot The incoming holder's first slot.
/// @param number L2 block number of the last block handed over. @param hash Its hash.
struct HandoffReceipt {
    uint256 l2ChainId;
    uint64 boundarySlot;
    uint64 number;
    bytes32 hash;
}

/// @notice Standing of an operator. Changes act on epochs at least two after the current one.
enum Status {
    None,
    Active,
    Jailed,
    Tombstoned,
    Exited
}

/// @notice How an epoch stands. `Settled` is the auction's business and not told here.
enum EpochPhase {
    Pending, // nothing recorded yet
    Seeded, // the seed is recorded, slots are not assigned
    Frozen, // the slots are assigned for good
    Cancelled // every slot is the reserve's
}

/// @dev The reserve's operator id: the first one, registered by the registry's constructor.
uint16 constant RESERVE = 1;

/// @dev What others give to an operator's bond, in multiples of what is its own: at most, to enter the set, and there to take out or be given.
uint256 constant MAX_DELEGATION = 9;
