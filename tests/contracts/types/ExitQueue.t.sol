// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ExitQueue, ExitQueue_Full} from "@rota/contracts/types/ExitQueue.sol";
import {Test} from "forge-std/Test.sol";

contract ExitQueue_Test is Test {
    /// Against a bitmap of the numbers in it.
    function testFuzz_with_KeepsThemAscendingAndOnce(uint24[10] memory releases) public view {
        ExitQueue queue;
        uint256 distinct;
        for (uint256 i; i < 10; ++i) {
            uint24 release = releases[i] % 64 + 1;
            bool known;
            for (uint256 j; j < i; ++j) {
                if (releases[j] == release) known = true;
            }
            releases[i] = release;
            if (!known) ++distinct;
            queue = this.with(queue, release);
        }
        uint256 last;
        while (!queue.isEmpty()) {
            uint256 next = queue.first();
            assertGt(next, last);
            bool known;
            for (uint256 i; i < 10; ++i) {
                if (releases[i] == next) known = true;
            }
            assertTrue(known);
            (last, distinct) = (next, distinct - 1);
            queue = queue.withoutFirst();
        }
        assertEq(distinct, 0);
    }

    function test_with_RevertWhen_TenWait() public {
        ExitQueue queue;
        for (uint256 i = 1; i <= 10; ++i) {
            queue = this.with(queue, 2 * i);
        }
        for (uint256 i = 1; i <= 10; ++i) {
            assertEq(ExitQueue.unwrap(this.with(queue, 2 * i)), ExitQueue.unwrap(queue));
            vm.expectRevert(abi.encodeWithSelector(ExitQueue_Full.selector, queue, 2 * i - 1));
            this.with(queue, 2 * i - 1);
        }
        vm.expectRevert(abi.encodeWithSelector(ExitQueue_Full.selector, queue, 21));
        this.with(queue, 21);
    }

    function with(ExitQueue queue, uint256 release) external pure returns (ExitQueue) {
        return queue.with(release);
    }
}
