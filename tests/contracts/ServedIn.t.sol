// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ScheduleBase} from "./utils/ScheduleBase.sol";
import {RESERVE} from "@rota/contracts/types/Types.sol";

/// @notice Who served, with the test as the Baton. Slots of 16 s, 2 s L1 blocks. Epoch 2 has 8 slots: operator 2 has the first
/// two, 3 the next four, then nobody, then 2 again.
contract ServedInTest is ScheduleBase {
    function setUp() public {
        _deploy(8, 160, 8);
        uint16[] memory ids = new uint16[](8);
        (ids[0], ids[1], ids[2], ids[3], ids[4], ids[5], ids[6], ids[7]) = (2, 2, 3, 3, 3, 3, 0, 2);
        _freeze(2, ids);
    }

    function test_servedIn_GivenNobodyClaimed_IsNobody() public {
        _check([uint16(0), 0, 0, 0, 0, 0, 0, 0]);
        _toSlot(_first(3));
        _check([uint16(0), 0, 0, 0, 0, 0, 0, 0]);
    }

    function test_servedIn_AClaimServesItsTurnAndNoOther() public {
        _claim(0);
        _claim(6);
        _check([uint16(2), 2, 0, 0, 0, 0, RESERVE, 0]);
        _claim(7);
        _claim(2);
        _check([uint16(2), 2, 3, 3, 3, 3, RESERVE, 2]);
    }

    /// @dev The slot that was taken over is the taker's: who is displaced was silent.
    function test_servedIn_ATakeOverServesTheRestOfItsTurn() public {
        _claim(2);
        _toSlot(_first(2) + 3);
        schedule.recordTakeOver(7);
        _check([uint16(0), 0, 3, 7, 7, 7, 0, 0]);
    }

    function test_servedIn_GivenNeverClaimed_ATakeOverIsSeen() public {
        _toSlot(_first(2) + 3);
        schedule.recordTakeOver(RESERVE);
        _check([uint16(0), 0, 0, RESERVE, RESERVE, RESERVE, 0, 0]);
    }

    function test_servedIn_AReturnServesFromItsSlotOn() public {
        _toSlot(_first(2) + 2);
        schedule.recordTakeOver(7);
        _claim(4);
        _check([uint16(0), 0, 7, 7, 3, 3, 0, 0]);
    }

    /// @dev The claim of who lost the slots is not the reserve's.
    function test_servedIn_AVoidIsServedOnceTheReserveClaims() public {
        _claim(2);
        schedule.voidRemaining(3, _first(2) + 4);
        _check([uint16(0), 0, 3, 3, 0, 0, 0, 0]);
        _claim(4);
        _check([uint16(0), 0, 3, 3, RESERVE, RESERVE, 0, 0]);
    }

    function test_servedIn_GivenAReturnVoided_StaysTheTakers() public {
        _toSlot(_first(2) + 2);
        schedule.recordTakeOver(7);
        _claim(4);
        schedule.voidRemaining(3, _first(2) + 3);
        _check([uint16(0), 0, 7, 7, 7, 7, 0, 0]);
    }

    /// @dev Returned first and lost then: the void takes what is the operator's again, and no claim of its own serves it.
    function test_servedIn_GivenVoidedAfterItReturned_IsNobodyUntilTheReserveClaims() public {
        _toSlot(_first(2) + 2);
        schedule.recordTakeOver(7);
        _claim(4);
        _toSlot(_first(2) + 4);
        schedule.voidRemaining(3, _first(2) + 5);
        _check([uint16(0), 0, 7, 7, 3, 0, 0, 0]);
        _claim(5);
        _check([uint16(0), 0, 7, 7, 3, RESERVE, 0, 0]);
    }

    function test_servedIn_TheFirstEpochsAreTheReservesIfItClaims() public {
        schedule.recordClaim(8);
        uint16[] memory served = schedule.servedIn(1);
        for (uint256 i; i < 8; ++i) {
            assertEq(served[i], RESERVE);
        }
        served = schedule.servedIn(0);
        assertEq(served[0], 0);
    }

    /// @dev The n-th slot of epoch 2.
    function _claim(uint64 n) internal {
        schedule.recordClaim(_first(2) + n);
    }

    function _check(uint16[8] memory expected) internal view {
        uint16[] memory served = schedule.servedIn(2);
        assertEq(served.length, 8);
        for (uint256 i; i < 8; ++i) {
            assertEq(served[i], expected[i], vm.toString(i));
        }
    }
}
