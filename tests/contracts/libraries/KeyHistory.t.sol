// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {KeyHistory, KeyHistoryLib} from "@rota/contracts/libraries/KeyHistory.sol";
import {Test} from "forge-std/Test.sol";

contract KeyHistory_Test is Test {
    using KeyHistoryLib for KeyHistory;

    uint256 internal constant EPOCHS = 40;

    KeyHistory internal history;
    /// @dev The plain reference: a key for every epoch.
    address[EPOCHS] internal expected;

    function test_keyAt_GivenNoKey_IsZero() public view {
        assertEq(history.keyAt(0), address(0));
        assertEq(history.keyAt(type(uint64).max), address(0));
    }

    function test_keyAt_BeforeTheFirstKey_IsZero() public {
        history.set(address(1), 7);
        assertEq(history.keyAt(6), address(0));
        assertEq(history.keyAt(7), address(1));
    }

    function test_keyAt_SteadyPath_ReadsOneWord() public {
        history.set(address(1), 0);
        history.set(address(2), 5);
        vm.record();
        assertEq(history.keyAt(5), address(2));
        (bytes32[] memory reads,) = vm.accesses(address(this));
        assertEq(reads.length, 1);
    }

    function testFuzz_set_MatchesOneKeyAnEpoch(uint8[20] memory steps) public {
        uint256 from;
        for (uint256 i; i < steps.length && from < EPOCHS; ++i) {
            address key = address(uint160(1 + steps[i] % 7));
            history.set(key, uint32(from));
            for (uint256 epoch = from; epoch < EPOCHS; ++epoch) {
                expected[epoch] = key;
            }
            for (uint64 epoch; epoch < EPOCHS; ++epoch) {
                assertEq(history.keyAt(epoch), expected[epoch]);
            }
            from += steps[i] % 4; // 0: replaced in the same epoch
        }
    }
}
