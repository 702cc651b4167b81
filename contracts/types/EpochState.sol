// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev What happened to the slots of one epoch, in one word; layout, low bits first:
/// 16 bits epoch tag | 45 bits claimed | 45 bits changed (a change record begins in this slot) | 45 bits voided |
/// 45 bits missed | 32 bits anchor block (L1 block number) | 24 bits anchor time (L1 seconds since the epoch's start,
/// plus 2^23; 0: no anchor) | 4 bits zero. Bit i of a bitmap is the i-th slot of the epoch.
///
/// The anchor is the L1 block of the epoch's last claim or take-over: it tells a gap of L1 itself from an operator's. A claim
/// can precede its epoch by one epoch, hence the bias; 24 bits hold the longest epoch (45 x 65,535 s) on both sides of it.
type EpochState is uint256;

using EpochStateLib for EpochState global;

library EpochStateLib {
    // Where each field begins, bits.
    uint256 private constant CLAIMED = 16;
    uint256 private constant CHANGED = 61;
    uint256 private constant VOIDED = 106;
    uint256 private constant MISSED = 151;
    uint256 private constant ANCHOR_BLOCK = 196;
    uint256 private constant ANCHOR_TIME = 228;
    uint256 private constant BITMAP = (1 << 45) - 1;
    uint256 private constant EXCEPTIONS = (BITMAP << CHANGED) | (BITMAP << VOIDED);
    uint256 private constant ANCHOR_MASK = ((1 << 56) - 1) << ANCHOR_BLOCK;
    uint256 private constant BIAS = 1 << 23;

    /// @notice The word if it is `epoch`'s, else a blank one for it: what another epoch left behind says nothing.
    function orBlank(EpochState word, uint256 epoch) internal pure returns (EpochState) {
        return uint16(EpochState.unwrap(word)) == uint16(epoch) ? word : EpochState.wrap(uint16(epoch));
    }

    /* GETTERS */
    /// @notice Whether every slot of the epoch is held by whom it is frozen to: no change and no void so far.
    function isPlain(EpochState word) internal pure returns (bool) {
        return EpochState.unwrap(word) & EXCEPTIONS == 0;
    }

    function isClaimed(EpochState word, uint256 index) internal pure returns (bool) {
        return EpochState.unwrap(word) & _bit(CLAIMED, index) != 0;
    }

    function isChanged(EpochState word, uint256 index) internal pure returns (bool) {
        return EpochState.unwrap(word) & _bit(CHANGED, index) != 0;
    }

    function isVoided(EpochState word, uint256 index) internal pure returns (bool) {
        return EpochState.unwrap(word) & _bit(VOIDED, index) != 0;
    }

    function isMissed(EpochState word, uint256 index) internal pure returns (bool) {
        return EpochState.unwrap(word) & _bit(MISSED, index) != 0;
    }

    /// @notice Bitmap of the slots up to and including `index` in which a change record begins.
    function changedUpTo(EpochState word, uint256 index) internal pure returns (uint256) {
        // No underflow: 2 << index is at least 2.
        unchecked {
            return (EpochState.unwrap(word) >> CHANGED) & ((2 << index) - 1);
        }
    }

    /// @notice Bitmap of the missed slots.
    function missed(EpochState word) internal pure returns (uint256) {
        return (EpochState.unwrap(word) >> MISSED) & BITMAP;
    }

    /// @param start Start of the word's epoch, L1 seconds.
    /// @return l1Block Number of the anchor's L1 block.
    /// @return timestamp Its time, L1 seconds; both 0 without an anchor.
    function anchor(EpochState word, uint256 start) internal pure returns (uint256 l1Block, uint256 timestamp) {
        l1Block = uint32(EpochState.unwrap(word) >> ANCHOR_BLOCK);
        timestamp = uint24(EpochState.unwrap(word) >> ANCHOR_TIME);
        if (timestamp != 0) timestamp = timestamp + start - BIAS;
    }

    /* SETTERS */
    function setClaimed(EpochState word, uint256 index) internal pure returns (EpochState) {
        return EpochState.wrap(EpochState.unwrap(word) | _bit(CLAIMED, index));
    }

    function setChanged(EpochState word, uint256 index) internal pure returns (EpochState) {
        return EpochState.wrap(EpochState.unwrap(word) | _bit(CHANGED, index));
    }

    function clearChanged(EpochState word, uint256 index) internal pure returns (EpochState) {
        return EpochState.wrap(EpochState.unwrap(word) & ~_bit(CHANGED, index));
    }

    function setMissed(EpochState word, uint256 index) internal pure returns (EpochState) {
        return EpochState.wrap(EpochState.unwrap(word) | _bit(MISSED, index));
    }

    /// @notice Voids a slot and forgets its claim: a claim whose slot is voided later counts for nothing.
    function setVoided(EpochState word, uint256 index) internal pure returns (EpochState) {
        return EpochState.wrap((EpochState.unwrap(word) | _bit(VOIDED, index)) & ~_bit(CLAIMED, index));
    }

    /// @param start Start of the word's epoch, L1 seconds; `timestamp` is within 2^23 seconds of it.
    function setAnchor(EpochState word, uint256 l1Block, uint256 timestamp, uint256 start)
        internal
        pure
        returns (EpochState)
    {
        // No overflow within those bounds; beyond them the anchor is wrong, and nothing else.
        unchecked {
            uint256 bits =
                (uint256(uint32(l1Block)) << ANCHOR_BLOCK) | (uint256(uint24(timestamp + BIAS - start)) << ANCHOR_TIME);
            return EpochState.wrap((EpochState.unwrap(word) & ~ANCHOR_MASK) | bits);
        }
    }

    /* INTERNAL */
    /// @dev The bit of the `index`-th slot in the bitmap that begins at bit `field`.
    function _bit(uint256 field, uint256 index) private pure returns (uint256) {
        return (1 << field) << index;
    }
}
