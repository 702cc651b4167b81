// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {ChangeRecord, ChangeRecordLib} from "@rota/contracts/types/ChangeRecord.sol";

contract ChangeRecordTest is Test {
    function testFuzz_holderAt_MatchesAPlainList(
        uint16 initial,
        uint16[7] memory ids,
        uint16[7] memory offsets,
        uint256 n
    ) public pure {
        n = bound(n, 0, 7);
        ChangeRecord record = ChangeRecordLib.start(initial, 45);
        for (uint256 i; i < n; ++i) {
            ids[i] |= 1; // never 0
            if (i != 0 && offsets[i] < offsets[i - 1]) offsets[i] = offsets[i - 1];
            record = record.push(ids[i], offsets[i]);
        }
        assertEq(record.count(), n);
        assertEq(record.end(), 45);
        assertEq(record.initialId(), initial);
        for (uint256 probe; probe < 65_536; probe += 257) {
            assertEq(record.holderAt(probe), _plain(initial, ids, offsets, n, probe));
        }
        assertEq(record.holderAt(type(uint256).max), n == 0 ? initial : ids[n - 1]);
    }

    function test_without_DropsOneOperator() public pure {
        ChangeRecord record = ChangeRecordLib.start(3, 9).push(4, 0).push(5, 10).push(4, 20).without(4);
        assertEq(record.count(), 1);
        assertEq(record.end(), 9);
        assertEq(record.holderAt(9), 3);
        assertEq(record.holderAt(10), 5);
    }

    function _plain(uint16 initial, uint16[7] memory ids, uint16[7] memory offsets, uint256 n, uint256 offset)
        internal
        pure
        returns (uint16 id)
    {
        id = initial;
        for (uint256 i; i < n; ++i) {
            if (offsets[i] <= offset) id = ids[i];
        }
    }
}
