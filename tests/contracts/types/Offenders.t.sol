// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Offenders, OffendersLib} from "@rota/contracts/types/Offenders.sol";
import {Test} from "forge-std/Test.sol";

contract OffendersTest is Test {
    /// @dev Against an array that keeps everything.
    function testFuzz_push_KeepsTheLastFour(
        uint16[6] memory ids,
        uint32[6] memory gaps,
        uint8 pushes,
        uint40 since,
        uint16 id
    ) public pure {
        uint256 count = uint256(pushes) % 7;
        uint256[6] memory times;
        Offenders word = OffendersLib.none();
        uint256 time = 1;
        // Few enough that they come again.
        id = id % 4;
        for (uint256 i; i < count; ++i) {
            ids[i] = 1 + ids[i] % 3;
            time += gaps[i];
            times[i] = time;
            word = word.push(ids[i], time);
            assertTrue(Offenders.unwrap(word) != 0);
        }

        uint256 kept = count < 4 ? count : 4;
        uint256 expected;
        for (uint256 i; i < kept; ++i) {
            assertEq(word.idAt(i), ids[count - 1 - i]);
            assertEq(word.timeAt(i), times[count - 1 - i]);
            assertTrue(word.contains(ids[count - 1 - i]));
            if (times[count - 1 - i] >= since && ids[count - 1 - i] != id) ++expected;
        }
        assertEq(word.othersSince(id, since), expected);
        assertFalse(word.contains(0));
        if (kept < 4) assertEq(word.idAt(kept), 0);
    }

    function test_none_HasNobody() public pure {
        assertEq(OffendersLib.none().othersSince(0, 0), 0);
        assertFalse(OffendersLib.none().contains(0));
        assertFalse(OffendersLib.none().contains(7));
    }
}
