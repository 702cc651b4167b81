// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {OperatorRecord} from "@rota/contracts/types/OperatorRecord.sol";
import {Status} from "@rota/contracts/types/Types.sol";
import {Test} from "forge-std/Test.sol";

contract OperatorRecord_Test is Test {
    function testFuzz_setters_ChangeTheirOwnFieldsOnly(
        address owner,
        uint8 status,
        uint32 from,
        uint40 until,
        uint8 count,
        uint256 dirt
    ) public pure {
        Status valid = Status(status % 5);
        // Whatever stood there before, but for a status that is none.
        OperatorRecord record = OperatorRecord.wrap(dirt).withStatus(Status.None, 0);
        record = record.withOwner(owner).withStatus(valid, from).withJailedUntil(until).withBatcherCount(count);
        assertEq(record.owner(), owner);
        assertEq(uint8(record.status()), uint8(valid));
        assertEq(record.statusFrom(), from);
        assertEq(record.jailedUntil(), until);
        assertEq(record.batcherCount(), count);
        assertEq(OperatorRecord.unwrap(record) >> 248, dirt >> 248, "bits that are nobody's");
    }
}
