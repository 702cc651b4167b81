// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {InvariantTest} from "./InvariantTest.sol";

/// @notice INV-31 to INV-35: bonds, exits and penalties.
/// forge-config: default.invariant.runs = 10
/// forge-config: long.invariant.runs = 64
contract VaultInvariants is InvariantTest {
    function invariant_INV31_VaultHoldsItsMoneyToTheWei() public view {
        (uint256 eth, uint256 tokens) = vault.burnable();
        for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
            (uint256 e, uint256 t) = vault.balanceOf(id);
            (eth, tokens) = (eth + e, tokens + t);
            for (uint256 ticket; ticket < 8; ++ticket) {
                (bool ofToken, uint256 amount,) = vault.ticketOf(id, ticket);
                if (ofToken) tokens += amount;
                else eth += amount;
            }
        }
        address[] memory reporters = handler.reporters();
        for (uint256 i; i < reporters.length; ++i) {
            (uint256 e, uint256 t) = vault.rewardOf(reporters[i]);
            (eth, tokens) = (eth + e, tokens + t);
        }
        assertEq(address(vault).balance, eth + handler.forced(address(vault)));
        assertEq(token.balanceOf(address(vault)), tokens);
    }

    /// @dev Claims every other ticket, slashes all there is, and claims the rest: what one reaches, the other does not.
    function invariant_INV32_ATicketIsClaimableOrSlashableAndNeverBoth() public {
        uint256 snapshot = vm.snapshotState();
        for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
            _claimEverySecond(id, 0);
            uint256[8] memory due;
            for (uint256 ticket; ticket < 8; ++ticket) {
                (, uint256 amount, uint256 releaseTime) = vault.ticketOf(id, ticket);
                if (vm.getBlockTimestamp() >= releaseTime) due[ticket] = amount;
            }
            vm.prank(vault.SLASHER());
            vault.slash(id, type(uint256).max, address(0));
            assertEq(vault.slashableOf(id), 0);
            for (uint256 ticket; ticket < 8; ++ticket) {
                (, uint256 amount,) = vault.ticketOf(id, ticket);
                assertEq(amount, due[ticket], "claimable and slashed, or neither");
            }
            _claimEverySecond(id, 1);
        }
        vm.revertToState(snapshot);
        _assertUnbroken(32);
    }

    function invariant_INV33_NoExitLeavesLessThanRequired() public view {
        _assertUnbroken(33);
    }

    /// @dev What an exit could take below that is what penalties took.
    function invariant_INV34_BondsAreCountedAtTheirWeight() public view {
        uint256 weight = vault.weightAt(registry.currentEpoch());
        assertGt(weight, 0);
        for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
            (uint256 eth, uint256 tokens) = vault.balanceOf(id);
            assertEq(vault.bondOf(id), eth + tokens * weight / 1e18);
            assertGe(vault.slashableOf(id), vault.bondOf(id));
        }
    }

    function invariant_INV35_PenaltiesTakeWhatIsAskedAndBurnNineTenths() public view {
        _assertUnbroken(35);
    }

    /// @dev Each of them is paid if it is released, and only then.
    function _claimEverySecond(uint16 id, uint256 from) private {
        if (registry.payeeOf(id) == handler.refuser()) return;
        for (uint256 ticket = from; ticket < 8; ticket += 2) {
            (, uint256 amount, uint256 releaseTime) = vault.ticketOf(id, ticket);
            if (amount == 0) continue;
            (bool ok,) = address(vault).call(abi.encodeCall(vault.claimExit, (id, ticket)));
            assertEq(ok, vm.getBlockTimestamp() >= releaseTime);
        }
    }
}
