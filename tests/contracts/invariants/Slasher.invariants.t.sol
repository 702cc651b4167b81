// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {InvariantTest} from "./InvariantTest.sol";
import {Status} from "@rota/contracts/types/Types.sol";

/// @notice INV-61 to INV-65: evidence, standing and the court.
/// forge-config: default.invariant.runs = 10
/// forge-config: long.invariant.runs = 20
contract SlasherInvariants is InvariantTest {
    function invariant_INV61_VerdictsAreTheRules() public view {
        _assertUnbroken(61);
    }

    /// @dev What was tombstoned or evicted stays so, and is in no set from two epochs on.
    function invariant_INV62_ExilesNeverComeBack() public view {
        _assertUnbroken(62);
        uint16[] memory exiles = handler.exiles();
        for (uint256 i; i < exiles.length; ++i) {
            (Status status,) = registry.statusOf(exiles[i]);
            assertTrue(status == Status.Tombstoned);
            assertFalse(registry.isEligible(exiles[i], registry.currentEpoch() + 2));
            (uint16[] memory set,) = registry.eligibleSet(registry.currentEpoch() + 2);
            for (uint256 k; k < set.length; ++k) {
                assertTrue(set[k] != exiles[i]);
            }
        }
        (Status ofReserve,) = registry.statusOf(1);
        assertTrue(ofReserve == Status.Active, "the reserve stands by");
    }

    function invariant_INV63_EachOffenceCostsItsPriceAtMost() public view {
        _assertUnbroken(63);
    }

    function invariant_INV64_HonestHoldersAreSpared() public view {
        _assertUnbroken(64);
    }

    function invariant_INV65_TheCourtKeepsItsTimesAndBounds() public view {
        _assertUnbroken(65);
        for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
            (uint16 bps,,) = handler.system().court.caseOf(id);
            assertLe(bps, 5000);
        }
    }
}
