// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Gaps, GapsLib} from "@rota/contracts/libraries/Gaps.sol";
import {SumTree, SumTreeLib} from "@rota/contracts/libraries/SumTree.sol";
import {Test} from "forge-std/Test.sol";

contract SumTreeTest is Test {
    using SumTreeLib for SumTree;
    using GapsLib for Gaps;

    SumTree internal tree;
    /// @dev The reference: a plain list of weights, of which sums are made by adding.
    uint256[1 << 16] internal plain;
    uint256[] internal touched;

    function test_set_FromNothingToTheMostAndBack() public {
        uint256[5] memory leaves = [uint256(0), 15, 16, 4097, 65_535];
        for (uint256 i; i < leaves.length; ++i) {
            tree.set(leaves[i], 65_535);
            assertEq(tree.weightOf(leaves[i]), 65_535);
        }
        assertEq(tree.total(), 5 * 65_535);
        for (uint256 i; i < leaves.length; ++i) {
            tree.set(leaves[i], 0);
        }
        assertEq(tree.total(), 0);
        assertEq(tree.root, 0);
        assertEq(tree.leaves[0] + tree.leaves[1] + tree.sums1[0] + tree.sums2[0] + tree.sums3[7], 0);
    }

    /// @dev Every leaf as heavy as it can be: no lane carries over into its neighbour.
    function test_set_EveryLeafFull_NoSumOverflows() public {
        vm.pauseGasMetering();
        for (uint256 i; i < 1 << 16; ++i) {
            tree.set(i, 65_535);
        }
        assertEq(tree.total(), (1 << 16) * 65_535);
        for (uint256 i; i < 8; ++i) {
            assertEq(uint32(tree.root >> (32 * i)), 8192 * 65_535);
            assertEq(uint32(tree.sums3[7] >> (32 * i)), 1024 * 65_535);
            assertEq(uint32(tree.sums2[63] >> (32 * i)), 128 * 65_535);
            assertEq(uint32(tree.sums1[511] >> (32 * i)), 16 * 65_535);
        }
        (uint256 leaf, uint256 start,) = tree.find(tree.total() - 1);
        assertEq(leaf, 65_535);
        assertEq(start, 65_535 * 65_535);
    }

    /// @dev Weights are changed in any order, and again; then every kind of point is looked up.
    function testFuzz_find_MatchesLinearReference(uint256 seed, uint8 changes, uint256 point) public {
        _scatter(seed, bound(changes, 1, 40));
        uint256 total = _plainTotal();
        assertEq(tree.total(), total);
        if (total == 0) return;
        _checkFind(point % total);
        _checkFind(0);
        _checkFind(total - 1);
        // Around the edges of a leaf.
        (, uint256 start, uint256 weight) = _plainFind(point % total);
        _checkFind(start);
        _checkFind(start + weight - 1);
        if (start != 0) _checkFind(start - 1);
        if (start + weight < total) _checkFind(start + weight);
    }

    /// @dev All that is in the tree, drawn without replacement, comes once; and each draw is the one of a list that shrinks.
    function testFuzz_draw_WithoutReplacement_MatchesLinearReference(uint256 seed, uint8 changes) public {
        _scatter(seed, bound(changes, 1, 24));
        uint256 left = _plainTotal();
        Gaps memory drawn = GapsLib.create(left, touched.length);
        for (uint256 i; left != 0; ++i) {
            assertEq(drawn.left, left);
            uint256 point = uint256(keccak256(abi.encode(seed, "draw", i))) % left;
            (uint256 expected,, uint256 weight) = _plainFind(point);
            (uint256 found, uint256 start, uint256 length) = tree.find(drawn.onLine(point));
            assertEq(found, expected);
            drawn.cut(start, length);
            plain[expected] = 0;
            left -= weight;
        }
        assertEq(drawn.left, 0);
    }

    /// @dev 4,000 draws among four: each within 4 standard deviations of its share.
    function test_find_DrawsInProportion() public {
        uint256[4] memory weights = [uint256(1), 2, 3, 4];
        for (uint256 i; i < 4; ++i) {
            tree.set(1000 * i, weights[i]);
        }
        uint256[4] memory counts;
        for (uint256 i; i < 4000; ++i) {
            (uint256 leaf,,) = tree.find(uint256(keccak256(abi.encode(i))) % 10);
            ++counts[leaf / 1000];
        }
        for (uint256 i; i < 4; ++i) {
            assertApproxEqAbs(counts[i], 400 * weights[i], 124);
        }
    }

    /* INTERNAL */
    /// @dev Leaves near each other and far apart, weights of all sizes, some set more than once, some back to nothing.
    function _scatter(uint256 seed, uint256 changes) internal {
        for (uint256 i; i < changes; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            uint256 leaf = i != 0 && word % 3 == 0 ? touched[word % touched.length] ^ (word >> 64 & 17) : uint16(word);
            uint256 weight = word >> 128 & 7 == 0 ? 0 : uint16(word >> 16) >> (word >> 32 & 15);
            tree.set(leaf, weight);
            assertEq(tree.weightOf(leaf), weight);
            if (plain[leaf] == 0) touched.push(leaf);
            plain[leaf] = weight;
        }
        // In ascending order, once each: the order in which leaves lie.
        for (uint256 i; i < touched.length; ++i) {
            for (uint256 j = i + 1; j < touched.length;) {
                if (touched[j] == touched[i]) {
                    touched[j] = touched[touched.length - 1];
                    touched.pop();
                    continue;
                }
                if (touched[j] < touched[i]) (touched[i], touched[j]) = (touched[j], touched[i]);
                ++j;
            }
        }
    }

    function _plainTotal() internal view returns (uint256 total) {
        for (uint256 i; i < touched.length; ++i) {
            total += plain[touched[i]];
        }
    }

    function _plainFind(uint256 point) internal view returns (uint256 leaf, uint256 start, uint256 weight) {
        for (uint256 i; i < touched.length; ++i) {
            (leaf, weight) = (touched[i], plain[touched[i]]);
            if (point < start + weight) return (leaf, start, weight);
            start += weight;
        }
        revert("beyond the total");
    }

    function _checkFind(uint256 point) internal view {
        (uint256 leaf, uint256 start, uint256 weight) = _plainFind(point);
        (uint256 found, uint256 foundStart, uint256 foundWeight) = tree.find(point);
        assertEq(found, leaf);
        assertEq(foundStart, start);
        assertEq(foundWeight, weight);
    }
}
