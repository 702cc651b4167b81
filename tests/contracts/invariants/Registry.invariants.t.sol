// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {InvariantTest} from "./InvariantTest.sol";
import {RESERVE, Status} from "@rota/contracts/types/Types.sol";

/// @notice What INV-41 to INV-44 say of the state as it is.
abstract contract RegistryChecks is InvariantTest {
    function _assert41() internal view {
        for (uint64 epoch; epoch <= registry.currentEpoch() + 1; ++epoch) {
            assertTrue(handler.isSetUnchanged(epoch), "INV-41");
        }
    }

    function _assert42() internal view {
        uint64 epoch = registry.currentEpoch();
        assertGe(registry.stageAt(epoch + 1), handler.highestStage(), "INV-42");
        assertGe(registry.stageAt(epoch + 2), registry.stageAt(epoch + 1), "INV-42");
    }

    function _assert43() internal view {
        address[] memory keys = handler.keys();
        for (uint256 i; i < keys.length; ++i) {
            assertEq(registry.operatorOfKey(keys[i]), handler.boundTo(keys[i]), "INV-43");
        }
    }

    function _assert44() internal view {
        uint64 epoch = registry.currentEpoch() + 2;
        (uint16[] memory ids, uint32[] memory entities) = registry.eligibleSet(epoch);
        assertLe(ids.length, config.registry.maxOperators, "INV-44");
        for (uint256 i; i < ids.length; ++i) {
            assertGt(ids[i], i == 0 ? RESERVE : ids[i - 1], "INV-44");
            assertGt(entities[i], 0, "INV-44");
            (Status status,) = registry.statusOf(ids[i]);
            assertTrue(status == Status.Active, "INV-44");
        }
        (Status ofReserve,) = registry.statusOf(RESERVE);
        assertTrue(ofReserve == Status.Active, "INV-44");
    }
}

/// @notice INV-41 to INV-45: operators, keys, stages; and INV-51, of all contracts.
/// forge-config: default.invariant.runs = 10
/// forge-config: long.invariant.runs = 20
contract RegistryInvariants is RegistryChecks {
    function invariant_INV41_WhatIsSaidOfAClosedEpochNeverChanges() public view {
        _assert41();
    }

    function invariant_INV42_StagesOnlyAdvance() public view {
        _assert42();
    }

    function invariant_INV43_AKeyBelongsToOneOperatorForEver() public view {
        _assert43();
    }

    function invariant_INV44_TheSetIsSortedBoundedAndWithoutTheReserve() public view {
        _assert44();
        _assertUnbroken(44);
    }

    function invariant_INV45_StrangersDoNothingThatIsAnothers() public view {
        _assertUnbroken(45);
    }

    function invariant_INV51_WhatIsRefusedIsRefusedWithAReason() public view {
        _assertUnbroken(51);
    }
}
