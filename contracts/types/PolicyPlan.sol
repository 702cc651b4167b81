// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev From which epoch on each stage is in effect, and which of its two lists of policies is; lowest bits first:
/// 3 x 32 bits first epoch of stages 1, 2, 3 (2^32 - 1: not decided) | 4 x 40 bits for stages 0 to 3: 32 bits first epoch of the
/// latest list, 1 bit which of the two it is, 3 bits policies in list 0, 3 bits policies in list 1, 1 bit zero.
///
/// The list that is not the latest is the one before it: it counts until the latest does.
type PolicyPlan is uint256;

using PolicyPlanLib for PolicyPlan global;

library PolicyPlanLib {
    uint256 private constant EPOCH_BITS = 32;
    uint256 private constant EPOCH_MASK = (1 << EPOCH_BITS) - 1;
    uint256 private constant LISTS = 96;
    uint256 private constant LIST_BITS = 40;
    uint256 private constant LIST_MASK = (1 << LIST_BITS) - 1;
    uint256 private constant COUNT_MASK = 7;

    /// @notice No stage but the first decided, no list.
    function blank() internal pure returns (PolicyPlan) {
        return PolicyPlan.wrap((1 << LISTS) - 1);
    }

    /* GETTERS */
    // No overflow in these: stages are at most 3.

    /// @notice The stage in effect in `epoch`.
    function stageAt(PolicyPlan plan, uint64 epoch) internal pure returns (uint8 stage) {
        unchecked {
            for (uint256 from = PolicyPlan.unwrap(plan); stage < 3 && epoch >= from & EPOCH_MASK; from >>= EPOCH_BITS) {
                ++stage;
            }
        }
    }

    /// @param stage 1 to 3.
    function stageFrom(PolicyPlan plan, uint8 stage) internal pure returns (uint256) {
        unchecked {
            return (PolicyPlan.unwrap(plan) >> (EPOCH_BITS * (stage - 1))) & EPOCH_MASK;
        }
    }

    /// @notice First epoch of a stage's latest list.
    function listFrom(PolicyPlan plan, uint8 stage) internal pure returns (uint256) {
        return _lists(plan, stage) & EPOCH_MASK;
    }

    /// @return list The list in effect in `epoch`, 0 or 1. @return count Its policies.
    function listAt(PolicyPlan plan, uint8 stage, uint64 epoch) internal pure returns (uint256 list, uint256 count) {
        uint256 lists = _lists(plan, stage);
        unchecked {
            list = (lists >> EPOCH_BITS) & 1;
            if (epoch < lists & EPOCH_MASK) list ^= 1;
            count = (lists >> (33 + 3 * list)) & COUNT_MASK;
        }
    }

    /* SETTERS */
    /// @param stage 1 to 3. @param from Below 2^32 - 1.
    function withStage(PolicyPlan plan, uint8 stage, uint64 from) internal pure returns (PolicyPlan) {
        uint256 shift = EPOCH_BITS * (stage - 1);
        return PolicyPlan.wrap((PolicyPlan.unwrap(plan) & ~(EPOCH_MASK << shift)) | (uint256(from) << shift));
    }

    /// @notice A new list of `count` policies, at most 7, from an epoch on: in the place of the older one.
    /// @param from Below 2^32.
    /// @return The plan. @return list Which of the two the new one is.
    function withList(PolicyPlan plan, uint8 stage, uint256 count, uint64 from)
        internal
        pure
        returns (PolicyPlan, uint256 list)
    {
        uint256 lists = _lists(plan, stage);
        list = ((lists >> EPOCH_BITS) & 1) ^ 1;
        uint256 other = 33 + 3 * (list ^ 1);
        lists = from | list << EPOCH_BITS | (lists & (COUNT_MASK << other)) | count << (33 + 3 * list);
        uint256 shift = LISTS + LIST_BITS * stage;
        return (PolicyPlan.wrap((PolicyPlan.unwrap(plan) & ~(LIST_MASK << shift)) | lists << shift), list);
    }

    /* INTERNAL */
    function _lists(PolicyPlan plan, uint8 stage) private pure returns (uint256) {
        unchecked {
            return (PolicyPlan.unwrap(plan) >> (LISTS + LIST_BITS * stage)) & LIST_MASK;
        }
    }
}
