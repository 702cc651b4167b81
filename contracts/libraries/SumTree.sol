// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev A weight for each of 65,536 leaves, and all sums over them, in five levels of packed words. Lowest bits first:
///
/// level 0: 4,096 words of 16 leaves, 16 bits each
/// level 1: 512 words, level 2: 64, level 3: 8, level 4: 1, of 8 sums, 32 bits each: lane i of word w is the sum of word 8 w + i
/// of the level below
///
/// Arrays of fixed size, not mappings: a word's place takes no hash to compute. No sum can overflow: 65,536 leaves of less than
/// 2^16 are less than 2^32.
struct SumTree {
    uint256[4096] leaves;
    uint256[512] sums1;
    uint256[64] sums2;
    uint256[8] sums3;
    uint256 root;
}

/// @title Sum tree
/// @notice Weights that can be changed and drawn from at the cost of five words, however many there are.
library SumTreeLib {
    uint256 internal constant LEAVES = 1 << 16;
    uint256 internal constant MAX_WEIGHT = type(uint16).max;

    // Both shifts of a position by these give its word, and its lane's bits.
    uint256 private constant LEAF_LANES = 16;
    uint256 private constant SUM_LANES = 8;
    uint256 private constant LEAF_BITS = 16;
    uint256 private constant SUM_BITS = 32;

    /// @dev A 1 in each lane of a word of sums.
    uint256 private constant PREFIXES = 0x0000000100000001000000010000000100000001000000010000000100000001;

    /* CHANGES */
    /// @notice Sets the weight of a leaf.
    /// @param leaf Below 65,536. @param weight At most 65,535.
    function set(SumTree storage self, uint256 leaf, uint256 weight) internal {
        uint256 word = self.leaves[leaf / LEAF_LANES];
        uint256 shift = leaf % LEAF_LANES * LEAF_BITS;
        uint256 old = (word >> shift) & MAX_WEIGHT;
        if (old == weight) return;

        // A change of a lane is a change of its word: no lane can overflow, and none becomes less than nothing, since each sum has
        // the old weight in it. So added lanes carry nothing over, and the difference may wrap around.
        unchecked {
            uint256 change = weight - old;
            self.leaves[leaf / LEAF_LANES] = word + (change << shift);
            uint256 i = leaf / LEAF_LANES;
            self.sums1[i / SUM_LANES] += change << (i % SUM_LANES * SUM_BITS);
            i /= SUM_LANES;
            self.sums2[i / SUM_LANES] += change << (i % SUM_LANES * SUM_BITS);
            i /= SUM_LANES;
            self.sums3[i / SUM_LANES] += change << (i % SUM_LANES * SUM_BITS);
            i /= SUM_LANES;
            self.root += change << (i * SUM_BITS);
        }
    }

    /* VIEWS */
    /// @return The weight of a leaf.
    function weightOf(SumTree storage self, uint256 leaf) internal view returns (uint256) {
        return (self.leaves[leaf / LEAF_LANES] >> (leaf % LEAF_LANES * LEAF_BITS)) & MAX_WEIGHT;
    }

    /// @return The sum of all weights.
    function total(SumTree storage self) internal view returns (uint256) {
        return _sumOf(self.root);
    }

    /// @notice The leaf that a point lies in, on the line on which all leaves lie one after the other, each as long as its weight.
    /// @param point Below the total.
    /// @return leaf Which one. @return start Where it begins on the line. @return weight How long it is.
    function find(SumTree storage self, uint256 point)
        internal
        view
        returns (uint256 leaf, uint256 start, uint256 weight)
    {
        (uint256 i, uint256 rest) = _laneAt(self.root, point, 0);
        (i, rest) = _laneAt(self.sums3[i], rest, i);
        (i, rest) = _laneAt(self.sums2[i], rest, i);
        (i, rest) = _laneAt(self.sums1[i], rest, i);

        // Two neighbours make a lane of 32 bits: the one that the point lies in is found as in the levels above.
        uint256 word = self.leaves[i];
        // No overflow: as in `_laneAt`.
        unchecked {
            uint256 even = 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;
            (leaf, rest) = _laneAt((word & even) + ((word >> LEAF_BITS) & even), rest, i);
            leaf *= 2;
            weight = (word >> (leaf % LEAF_LANES * LEAF_BITS)) & MAX_WEIGHT;
            if (rest >= weight) {
                rest -= weight;
                ++leaf;
                weight = (word >> (leaf % LEAF_LANES * LEAF_BITS)) & MAX_WEIGHT;
            }
            start = point - rest;
        }
    }

    /* INTERNAL */
    function _sumOf(uint256 word) private pure returns (uint256 sum) {
        // for (; word != 0; word >>= SUM_BITS) sum += uint32(word);
        // The last lane of the product, see `_laneAt`.
        unchecked {
            return (word * PREFIXES) >> 224;
        }
    }

    /// @param i Where the word stands in its level.
    /// @param point Below the sum of the word's lanes.
    /// @return child Where the word of the lane that the point lies in stands, in the level below.
    /// @return rest How far in that lane it lies.
    function _laneAt(uint256 word, uint256 point, uint256 i) private pure returns (uint256 child, uint256 rest) {
        // for (child = 8 * i; point >= lane child % 8; ++child) point -= lane child % 8; rest = point;
        // All sums at once: lane n of the product is the sum of lanes 0 to n, which fits, since the sum of all of them does. The point
        // lies in the lane after those whose sums it reaches: three comparisons count them. No underflow: it reaches the last one.
        unchecked {
            uint256 sums = word * PREFIXES;
            uint256 lane;
            // Casting cuts the sums of the lanes above off, on purpose.
            // forge-lint: disable-next-line(unsafe-typecast)
            if (point >= uint32(sums >> 96)) lane = 4;
            // forge-lint: disable-next-line(unsafe-typecast)
            if (point >= uint32(sums >> (SUM_BITS * lane + 32))) lane += 2;
            // forge-lint: disable-next-line(unsafe-typecast)
            if (point >= uint32(sums >> (SUM_BITS * lane))) ++lane;
            rest = point - uint32((sums << SUM_BITS) >> (SUM_BITS * lane));
            child = i * SUM_LANES + lane;
        }
    }
}
