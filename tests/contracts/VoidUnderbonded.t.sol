// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ScheduleBase} from "./utils/ScheduleBase.sol";
import {ISchedule} from "@rota/contracts/interfaces/ISchedule.sol";

/// @notice As much of vault and pledges as the schedule asks for: whether a pledge is held, and the penalty.
contract PledgeBook {
    error PledgeHeld(uint16 operator);

    mapping(uint16 operator => uint256) public shortfallOf;
    uint256 public slotsPaidFor;

    function PLEDGES() external view returns (address) {
        return address(this);
    }

    function set(uint16 operator, uint256 shortfall) external {
        shortfallOf[operator] = shortfall;
    }

    function takeDefault(uint16 operator, uint64, uint256 slots) external returns (uint256, uint256) {
        if (shortfallOf[operator] == 0) revert PledgeHeld(operator);
        slotsPaidFor += slots;
        return (shortfallOf[operator], slots);
    }
}

/// @notice The one time at which bonds are held against pledges: the last tenth of the epoch before.
contract VoidUnderbondedTest is ScheduleBase {
    PledgeBook internal pledges = new PledgeBook();
    uint256 internal opens;

    function setUp() public {
        _deploy(4, 160, 8);
        registry.setVault(address(pledges));
        // 6.4 of 64 seconds, rounded down.
        opens = _start(_first(2)) - 6;
    }

    function test_voidUnderbonded_TakesAllSlotsOfTheEpoch() public {
        _freeze(2, _ids(2, 3, 2, 4));
        pledges.set(2, 1 ether);
        _to(opens);
        vm.expectEmit(address(schedule));
        emit ISchedule.SlotsVoided(2, _first(2));
        assertEq(schedule.voidUnderbonded(2, 2), 2);
        assertEq(pledges.slotsPaidFor(), 2);
        assertEq(schedule.assignedTo(_first(2)), 1);
        assertEq(schedule.assignedTo(_first(2) + 1), 3);
        assertEq(schedule.assignedTo(_first(2) + 2), 1);
        assertTrue(schedule.isVoided(_first(2) + 2));

        // Once: there is nothing left to pay for.
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_NothingToVoid.selector, 2, 2));
        schedule.voidUnderbonded(2, 2);
    }

    /// @dev Of another epoch's slots, and the current one's, nothing is touched.
    function test_voidUnderbonded_LeavesTheCurrentEpochAlone() public {
        _freeze(2, _ids(2, 2, 2, 2));
        _toSlot(_first(2));
        _freeze(3, _ids(2, 3, 3, 3));
        pledges.set(2, 1 ether);
        _to(_start(_first(3)) - 6);
        schedule.voidUnderbonded(3, 2);
        assertEq(schedule.currentHolder(), 2);
        for (uint64 slot = _first(2); slot < _first(3); ++slot) {
            assertFalse(schedule.isVoided(slot));
        }
        assertEq(schedule.assignedTo(_first(3)), 1);
    }

    function test_voidUnderbonded_RevertWhen_ThePledgeIsHeld() public {
        _freeze(2, _ids(2, 3, 2, 4));
        _to(opens);
        vm.expectRevert(abi.encodeWithSelector(PledgeBook.PledgeHeld.selector, 2));
        schedule.voidUnderbonded(2, 2);
        assertFalse(schedule.isVoided(_first(2)));
    }

    function test_voidUnderbonded_RevertWhen_NotInTheLastTenth() public {
        _freeze(2, _ids(2, 3, 2, 4));
        pledges.set(2, 1 ether);
        _to(opens - 1);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TooEarly.selector, 2, opens));
        schedule.voidUnderbonded(2, 2);
        _toSlot(_first(2));
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TooLate.selector, 2, _start(_first(2))));
        schedule.voidUnderbonded(2, 2);
    }

    function test_voidUnderbonded_RevertWhen_NothingIsItsOwn() public {
        _seed(2);
        _to(opens);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_EpochUndecided.selector, 2));
        schedule.voidUnderbonded(2, 2);
        policy.set(_ids(2, 3, 2, 4));
        schedule.freeze(2);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_NothingToVoid.selector, 2, 9));
        schedule.voidUnderbonded(2, 9);
    }
}
