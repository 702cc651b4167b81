// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {InvariantTest} from "./InvariantTest.sol";

/// @notice INV-31 to INV-35: bonds, exits and penalties.
/// forge-config: default.invariant.runs = 10
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

    /// @dev Claims each ticket, then slashes all there is: what one reaches, the other does not.
    function invariant_INV32_ATicketIsClaimableOrSlashableAndNeverBoth() public {
        uint256 snapshot = vm.snapshotState();
        for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
            bool[8] memory released;
            for (uint256 ticket; ticket < 8; ++ticket) {
                (, uint256 amount, uint256 releaseTime) = vault.ticketOf(id, ticket);
                released[ticket] = vm.getBlockTimestamp() >= releaseTime;
                if (amount == 0 || registry.payeeOf(id) == handler.refuser()) continue;
                bool first = ticket % 2 == 0;
                // Half of them after the slash.
                if (first) assertEq(_claims(id, ticket), released[ticket]);
            }
            vm.prank(config.slasher);
            vault.slash(id, type(uint256).max, address(0));
            assertEq(vault.slashableOf(id), 0);
            for (uint256 ticket; ticket < 8; ++ticket) {
                (, uint256 amount,) = vault.ticketOf(id, ticket);
                if (!released[ticket]) assertEq(amount, 0, "not reached by the penalty");
                else if (amount != 0 && registry.payeeOf(id) != handler.refuser()) assertTrue(_claims(id, ticket));
            }
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

    function _claims(uint16 id, uint256 ticket) private returns (bool ok) {
        (ok,) = address(vault).call(abi.encodeCall(vault.claimExit, (id, ticket)));
    }
}
