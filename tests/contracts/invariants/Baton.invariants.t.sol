// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {InvariantTest} from "./InvariantTest.sol";

/// @notice What INV-12 says of the state as it is.
abstract contract BatonChecks is InvariantTest {
    function _assert12() internal view {
        (bool open,,,,,) = baton.openCallOut();
        uint256 owed = open ? config.baton.callOutBond : 0;
        for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
            owed += baton.collectable(id);
        }
        assertEq(address(baton).balance, owed + handler.forced(address(baton)), "INV-12");
    }
}

/// @notice INV-11 to INV-17: claims, take-overs, call-outs.
/// forge-config: default.invariant.runs = 10
/// forge-config: long.invariant.runs = 20
contract BatonInvariants is BatonChecks {
    function invariant_INV11_NoTargetMakesAClaimOrTakeOverRevert() public view {
        _assertUnbroken(11);
    }

    function invariant_INV12_BatonHoldsItsBondsToTheWei() public view {
        _assert12();
        _assertUnbroken(12);
    }

    function invariant_INV13_TakeOverMovesTheRestOfItsTurnOnly() public view {
        _assertUnbroken(13);
    }

    function invariant_INV14_OnlyTheAssignedKeyClaims() public view {
        _assertUnbroken(14);
    }

    function invariant_INV15_OnlyTheHoldersBatcherIsRotatedTo() public view {
        _assertUnbroken(15);
    }

    function invariant_INV16_OnlyTheHolderAnswers() public view {
        _assertUnbroken(16);
    }

    function invariant_INV17_AMissLeaksItsPriceAtMost() public view {
        _assertUnbroken(17);
    }
}
