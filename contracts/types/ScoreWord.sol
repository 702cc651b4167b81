// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @dev The scores of 16 operators, 16 bits each, lowest first: basis points; 0: none yet, which reads as `ScoreWordLib.FIRST`.
type ScoreWord is uint256;

using ScoreWordLib for ScoreWord global;

library ScoreWordLib {
    uint256 internal constant LANES = 16;
    uint256 internal constant FIRST = 5000;
    uint256 internal constant LOWEST = 2500;
    uint256 internal constant HIGHEST = 10_000;

    /// @return score Basis points.
    function scoreAt(ScoreWord word, uint256 lane) internal pure returns (uint256 score) {
        score = uint16(ScoreWord.unwrap(word) >> (16 * lane));
        if (score == 0) score = FIRST;
    }

    /// @notice Moves a score by an eighth of the way up or down, rounded up, so that both ends are reached, and not passed (INV-76).
    function moved(ScoreWord word, uint256 lane, bool good) internal pure returns (ScoreWord) {
        uint256 score = word.scoreAt(lane);
        score = good ? score + (HIGHEST - score + 7) / 8 : score - (score + 7) / 8;
        if (score < LOWEST) score = LOWEST;
        uint256 shift = 16 * lane;
        return ScoreWord.wrap((ScoreWord.unwrap(word) & ~(uint256(type(uint16).max) << shift)) | score << shift);
    }
}
