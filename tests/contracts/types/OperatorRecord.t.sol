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
        assertEq(record.isSeated(), dirt >> 248 & 1 == 1);
        assertEq(OperatorRecord.unwrap(record) >> 251, dirt >> 251, "bits that are nobody's");
    }

    function testFuzz_withSeat_ChangesNothingElse(uint256 dirt, bool seated) public pure {
        OperatorRecord record = OperatorRecord.wrap(dirt).withSeat(seated);
        assertEq(record.isSeated(), seated);
        assertEq((OperatorRecord.unwrap(record) ^ dirt) & ~(uint256(1) << 248), 0);
    }

    /// @dev Against a plain list by epoch: each change counts from its epoch on, and replaces what was decided for it.
    function testFuzz_activeAt_IsExactFromTwoEpochsBeforeTheLastChangeOn(uint256 seed) public pure {
        OperatorRecord record = OperatorRecord.wrap(0);
        bool[80] memory active;
        uint256 from = 2;
        for (uint256 i; i < 20; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            from += dice % 4;
            Status status = Status((dice >> 8) % 5);
            record = record.withStatus(status, uint32(from));
            for (uint256 epoch = from; epoch < active.length; ++epoch) {
                active[epoch] = status == Status.Active;
            }
            for (uint256 epoch = from - 2; epoch < from + 4; ++epoch) {
                assertEq(record.activeAt(uint64(epoch)), active[epoch]);
            }
        }
    }
}
