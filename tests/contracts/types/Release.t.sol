// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Release} from "@rota/contracts/types/Release.sol";
import {Test} from "forge-std/Test.sol";

contract Release_Test is Test {
    /// Whoever comes last gets what is left: nothing stays behind.
    function testFuzz_take_ConservesTheQuanta(uint64[5] memory shares, uint72 quanta) public pure {
        Release exit;
        uint256 all;
        for (uint256 i; i < 5; ++i) {
            exit = exit.addShares(uint256(shares[i]) + 2).dropShares(1);
            all += uint256(shares[i]) + 1;
        }
        assertEq(exit.shares(), all);
        exit = exit.settle(quanta);
        uint256 paid;
        for (uint256 i; i < 5; ++i) {
            uint256 count = uint256(shares[i]) + 1;
            uint256 fair = uint256(quanta) * count / all;
            uint256 out;
            (exit, out) = exit.take(count);
            assertApproxEqAbs(out, fair, 5, "a quantum for each that came before, at most");
            paid += out;
        }
        assertEq(paid, quanta);
        assertEq(Release.unwrap(exit), 0);
    }
}
