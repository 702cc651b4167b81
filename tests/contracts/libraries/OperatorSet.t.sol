// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {OperatorSet, OperatorSetLib} from "@rota/contracts/libraries/OperatorSet.sol";
import {Test} from "forge-std/Test.sol";

contract OperatorSet_Test is Test {
    using OperatorSetLib for OperatorSet;

    uint256 internal constant EPOCHS = 12;
    uint16 internal constant IDS = 14;

    OperatorSet internal set;
    /// @dev The plain reference: an entity (0: no member) for every epoch and id.
    uint32[IDS][EPOCHS] internal expected;

    function test_membersAt_GivenNoMember_IsEmpty() public view {
        (uint16[] memory ids, uint32[] memory entities) = set.membersAt(type(uint64).max);
        assertEq(ids.length + entities.length, 0);
        assertFalse(set.contains(0, 1));
    }

    function test_membersAt_64Members_SortedWhateverTheOrderOfEntry() public {
        for (uint256 i; i < 64; ++i) {
            uint16 id = uint16(i * 37 % 64 + 1);
            set.put(2, id, 1000 + id);
        }
        assertEq(set.size(), 64);
        (uint16[] memory ids, uint32[] memory entities) = set.membersAt(2);
        for (uint256 i; i < 64; ++i) {
            assertEq(ids[i], i + 1);
            assertEq(entities[i], 1001 + i);
        }
        (ids,) = set.membersAt(1);
        assertEq(ids.length, 0);
    }

    function test_contains_ReadsFewWords() public {
        for (uint16 id = 1; id <= 5; ++id) {
            set.put(2, id, 1);
        }
        set.put(3, 4, 2);
        vm.record();
        assertTrue(set.contains(3, 5));
        (bytes32[] memory reads,) = vm.accesses(address(this));
        assertLe(reads.length, 4, "number of versions, two of them, and one word of members");
    }

    /// forge-config: long.fuzz.runs = 1000
    function testFuzz_changes_MatchASetAnEpoch(uint256 seed) public {
        uint32 from;
        for (uint256 step; step < 40; ++step) {
            uint256 dice = uint256(keccak256(abi.encode(seed, step)));
            if (dice % 4 == 0 && from < EPOCHS - 1) ++from;
            uint16 id = uint16(1 + (dice >> 8) % (IDS - 1));
            uint32 entity = (dice >> 32) % 3 == 0 ? 0 : uint32(1 + (dice >> 40) % 5);
            if (entity == 0) set.remove(from, id);
            else set.put(from, id, entity);
            for (uint256 epoch = from; epoch < EPOCHS; ++epoch) {
                expected[epoch][id] = entity;
            }
            if (step % 8 == 7) _check();
        }
        assertEq(set.size(), _sizeIn(EPOCHS - 1));
    }

    /* INTERNAL */
    function _check() internal view {
        for (uint64 epoch; epoch < EPOCHS; ++epoch) {
            (uint16[] memory ids, uint32[] memory entities) = set.membersAt(epoch);
            assertEq(ids.length, _sizeIn(epoch));
            for (uint256 i; i < ids.length; ++i) {
                if (i > 0) assertGt(ids[i], ids[i - 1]);
                assertEq(entities[i], expected[epoch][ids[i]]);
                assertTrue(set.contains(epoch, ids[i]));
            }
            assertFalse(set.contains(epoch, IDS));
        }
    }

    function _sizeIn(uint256 epoch) internal view returns (uint256 members) {
        for (uint256 id; id < IDS; ++id) {
            if (expected[epoch][id] != 0) ++members;
        }
    }
}
