// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ListPolicy, ScheduleBase} from "./utils/ScheduleBase.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";
import {IPolicyTable} from "@rota/contracts/interfaces/IPolicyTable.sol";

/// @notice Which policies fill an epoch, and how governance goes over to others.
contract PolicyTableTest is ScheduleBase {
    ListPolicy internal next = new ListPolicy();

    function setUp() public {
        _deploy(4, 160, 8);
    }

    /* CHANGES */
    function test_setPolicies_CountsFromThreeEpochsOn() public {
        _toSlot(_first(5));
        vm.expectEmit(address(schedule));
        emit IPolicyTable.PoliciesSet(0, _list(next, policy), 8);
        schedule.setPolicies(0, _list(next, policy));
        _assertList(0, 7, _list(policy, second));
        _assertList(0, 8, _list(next, policy));
        _assertList(1, 8, _list(policy));
        _assertList(2, 8, new IPolicy[](0));
        _assertList(3, 8, new IPolicy[](0));
    }

    /// @dev Frozen by the old list up to the last epoch before the change, by the new one from then on.
    function test_setPolicies_FreezesByTheListOfTheEpoch() public {
        _toSlot(_first(1));
        policy.set(_ids(2, 3, 4, 5));
        next.set(_ids(6, 7, 8, 9));
        schedule.setPolicies(0, _list(next));
        for (uint64 epoch = 2; epoch < 6; ++epoch) {
            _seed(epoch);
            schedule.freeze(epoch);
            _assertSlots(epoch, epoch < 4 ? _ids(2, 3, 4, 5) : _ids(6, 7, 8, 9));
        }
    }

    function test_setPolicies_Again_OnceTheLastIsInEffect() public {
        _toSlot(_first(1));
        schedule.setPolicies(0, _list(next));
        _toSlot(_first(3));
        vm.expectRevert(abi.encodeWithSelector(IPolicyTable.Schedule_PoliciesPending.selector, 0, 4));
        schedule.setPolicies(0, _list(policy));
        // Other stages are free to change.
        schedule.setPolicies(1, _list(next));
        _toSlot(_first(4));
        schedule.setPolicies(0, _list(second, next));
        _assertList(0, 6, _list(next));
        _assertList(0, 7, _list(second, next));
        _assertList(1, 5, _list(policy));
        _assertList(1, 6, _list(next));
    }

    function test_setPolicies_OfAStageWithoutAny() public {
        _toSlot(_first(1));
        IPolicy[] memory four = new IPolicy[](4);
        (four[0], four[1], four[2], four[3]) = (next, policy, second, next);
        schedule.setPolicies(3, four);
        _assertList(3, 3, new IPolicy[](0));
        _assertList(3, 4, four);
    }

    function test_setPolicies_RevertWhen_NotGovernance() public {
        vm.expectRevert(abi.encodeWithSelector(IPolicyTable.Schedule_NotGovernance.selector, address(1)));
        vm.prank(address(1));
        schedule.setPolicies(0, _list(next));
    }

    function test_setPolicies_RevertWhen_ListIsNone() public {
        vm.expectRevert(abi.encodeWithSelector(IPolicyTable.Schedule_PoliciesOutOfRange.selector, 0, 4));
        schedule.setPolicies(0, new IPolicy[](0));
        IPolicy[] memory five = new IPolicy[](5);
        for (uint256 i; i < 5; ++i) {
            five[i] = next;
        }
        vm.expectRevert(abi.encodeWithSelector(IPolicyTable.Schedule_PoliciesOutOfRange.selector, 5, 4));
        schedule.setPolicies(0, five);
        vm.expectRevert(abi.encodeWithSelector(IPolicyTable.Schedule_NotAPolicy.selector, address(1)));
        schedule.setPolicies(0, _list(next, IPolicy(address(1))));
        vm.expectRevert(abi.encodeWithSelector(IPolicyTable.Schedule_UnknownStage.selector, 4));
        schedule.setPolicies(4, _list(next));
    }

    function test_policiesAt_RevertWhen_StageIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IPolicyTable.Schedule_UnknownStage.selector, 4));
        schedule.policiesAt(4, 0);
    }

    /* STAGES */
    function test_noteStage_CountsFromItsEpochOn() public {
        registry.noteStage(schedule, 1, 5);
        registry.noteStage(schedule, 2, 9);
        assertEq(schedule.stageAt(4), 0);
        assertEq(schedule.stageAt(5), 1);
        assertEq(schedule.stageAt(8), 1);
        assertEq(schedule.stageAt(9), 2);
    }

    function test_firstPolicyOf_FollowsTheStage() public {
        registry.noteStage(schedule, 1, 5);
        registry.noteStage(schedule, 2, 9);
        _toSlot(_first(1));
        schedule.setPolicies(1, _list(second, next));
        assertEq(address(schedule.firstPolicyOf(3)), address(policy));
        assertEq(address(schedule.firstPolicyOf(8)), address(second));
        assertEq(address(schedule.firstPolicyOf(9)), address(0), "stage 2 has none");
    }

    function test_noteStage_RevertWhen_NotTheRegistry() public {
        vm.expectRevert(abi.encodeWithSelector(IPolicyTable.Schedule_NotRegistry.selector, address(this)));
        schedule.noteStage(1, 0);
    }

    /* INTERNAL */
    function _assertList(uint8 stage, uint64 epoch, IPolicy[] memory expected) internal view {
        IPolicy[] memory found = schedule.policiesAt(stage, epoch);
        assertEq(abi.encode(found), abi.encode(expected));
        if (schedule.stageAt(epoch) != stage) return;
        address first = expected.length == 0 ? address(0) : address(expected[0]);
        assertEq(address(schedule.firstPolicyOf(epoch)), first, "first policy");
    }
}
