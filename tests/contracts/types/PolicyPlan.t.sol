// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PolicyPlan, PolicyPlanLib} from "@rota/contracts/types/PolicyPlan.sol";
import {Test} from "forge-std/Test.sol";

contract PolicyPlanTest is Test {
    struct List {
        uint64 from;
        uint256 count;
        uint256 slot;
    }

    function test_blank_IsStage0WithoutPolicies() public pure {
        PolicyPlan plan = PolicyPlanLib.blank();
        assertEq(plan.stageAt(0), 0);
        assertEq(plan.stageAt(1e9), 0);
        for (uint8 stage; stage < 4; ++stage) {
            (, uint256 count) = plan.listAt(stage, 7);
            assertEq(count, 0);
        }
    }

    function testFuzz_withStage_StagesFollowEachOther(uint32[3] memory from, uint32 epoch) public pure {
        uint64 last;
        PolicyPlan plan = PolicyPlanLib.blank();
        uint8 expected;
        for (uint8 i; i < 3; ++i) {
            last += uint64(bound(from[i], 0, 1e9));
            plan = plan.withStage(i + 1, last);
            assertEq(plan.stageFrom(i + 1), last);
            if (epoch >= last) expected = i + 1;
        }
        assertEq(plan.stageAt(epoch), expected);
    }

    /// @dev Against a list of all lists that there ever were: the two latest are known.
    function testFuzz_withList_KnowsTheLatestTwo(uint8[12] memory stages, uint8[12] memory counts) public pure {
        PolicyPlan plan = PolicyPlanLib.blank().withStage(1, 5);
        List[2][4] memory lists;
        uint64 from;
        for (uint256 i; i < stages.length; ++i) {
            uint8 stage = stages[i] % 4;
            from += 3;
            uint256 count = counts[i] % 8;
            uint256 slot;
            (plan, slot) = plan.withList(stage, count, from);
            assertNotEq(slot, lists[stage][1].from == 0 ? 2 : lists[stage][1].slot);
            lists[stage][0] = lists[stage][1];
            lists[stage][1] = List({from: from, count: count, slot: slot});

            for (uint8 s; s < 4; ++s) {
                _check(plan, s, lists[s], from - 1);
                _check(plan, s, lists[s], from);
            }
        }
        assertEq(plan.stageAt(4), 0);
        assertEq(plan.stageAt(5), 1);
    }

    function _check(PolicyPlan plan, uint8 stage, List[2] memory lists, uint64 epoch) private pure {
        if (lists[1].from == 0) return;
        assertEq(plan.listFrom(stage), lists[1].from);
        List memory expected = epoch >= lists[1].from ? lists[1] : lists[0];
        (uint256 slot, uint256 count) = plan.listAt(stage, epoch);
        assertEq(count, expected.count);
        if (expected.from != 0) assertEq(slot, expected.slot);
    }
}
