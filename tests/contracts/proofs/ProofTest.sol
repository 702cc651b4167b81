// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

/// @notice What proofs share. `make audit` has each `testFuzz_prove_` function proved for all arguments; every run of the tests
/// fuzzes it.
abstract contract ProofTest is Test {
    /// @dev Nothing but the `bits` bits from bit `from` on differs: the layout is written down here once more, on purpose.
    function _assertOnly(uint256 before, uint256 after_, uint256 from, uint256 bits) internal pure {
        assertEq((before ^ after_) & ~(((1 << bits) - 1) << from), 0);
    }
}
