// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {InvariantTest} from "./InvariantTest.sol";
import {Status} from "@rota/contracts/types/Types.sol";

/// @notice What INV-62 and INV-65 say of the state as it is.
abstract contract SlasherChecks is InvariantTest {
    /// @dev What was tombstoned or evicted stays so, and is in no set from two epochs on.
    function _assert62() internal view {
        uint16[] memory exiles = handler.exiles();
        for (uint256 i; i < exiles.length; ++i) {
            (Status status,) = registry.statusOf(exiles[i]);
            assertTrue(status == Status.Tombstoned, "INV-62");
            assertFalse(registry.isEligible(exiles[i], registry.currentEpoch() + 2), "INV-62");
            (uint16[] memory set,) = registry.eligibleSet(registry.currentEpoch() + 2);
            for (uint256 k; k < set.length; ++k) {
                assertTrue(set[k] != exiles[i], "INV-62");
            }
        }
        (Status ofReserve,) = registry.statusOf(1);
        assertTrue(ofReserve == Status.Active, "INV-62: the reserve stands by");
    }

    function _assert65() internal view {
        for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
            (uint16 bps,,) = handler.system().court.caseOf(id);
            assertLe(bps, 5000, "INV-65");
        }
    }
}

/// @notice INV-61 to INV-65: evidence, standing and the court.
/// forge-config: default.invariant.runs = 10
/// forge-config: long.invariant.runs = 20
contract SlasherInvariants is SlasherChecks {
    function invariant_INV61_VerdictsAreTheRules() public view {
        _assertUnbroken(61);
    }

    function invariant_INV62_ExilesNeverComeBack() public view {
        _assert62();
        _assertUnbroken(62);
    }

    function invariant_INV63_EachOffenceCostsItsPriceAtMost() public view {
        _assertUnbroken(63);
    }

    function invariant_INV64_HonestHoldersAreSpared() public view {
        _assertUnbroken(64);
    }

    function invariant_INV65_TheCourtKeepsItsTimesAndBounds() public view {
        _assert65();
        _assertUnbroken(65);
    }
}
