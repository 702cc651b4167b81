// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Filed} from "./HandlerBase.sol";
import {InvariantTest} from "./InvariantTest.sol";

/// @notice What INV-31 to INV-38 say of the state as it is.
abstract contract VaultChecks is InvariantTest {
    /// @dev Pools, releases that are not claimed, rewards and what is to be burned. A release is told by the last share in it.
    function _assert31() internal {
        uint256 snapshot = vm.snapshotState();
        Filed[] memory filed = handler.allFiled();
        (uint256 eth, uint256 tokens) = (0, 0);
        for (uint256 i; i < filed.length; ++i) {
            if (_isDue(filed[i])) _claim(filed[i]);
        }
        // Who is not paid, for its payee refuses, is the last of its release then, and is told of all that is left.
        for (uint256 i; i < filed.length; ++i) {
            if (!_isDue(filed[i])) continue;
            (uint256 amount,,) = vault.ticketOf(filed[i].operator, filed[i].ticket, filed[i].holder);
            (eth, tokens) = filed[i].ticket >> 48 == 0 ? (eth + amount, tokens) : (eth, tokens + amount);
        }
        for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
            (uint256 e,,,) = vault.poolOf(id, 0);
            (uint256 t,,,) = vault.poolOf(id, 1);
            (eth, tokens) = (eth + e * 1 gwei, tokens + t * 1e9);
        }
        address[] memory reporters = handler.reporters();
        for (uint256 i; i < reporters.length; ++i) {
            uint256[4] memory reward = vault.rewardOf(reporters[i]);
            (eth, tokens) = (eth + reward[0], tokens + reward[1]);
        }
        uint256[4] memory burnable = vault.burnable();
        assertEq(address(vault).balance, eth + burnable[0] + handler.forced(address(vault)), "INV-31");
        assertEq(token.balanceOf(address(vault)), tokens + burnable[1], "INV-31");
        vm.revertToState(snapshot);
    }

    /// @dev Slashes all there is, and claims every ticket: what one reaches, the other does not.
    function _assert32() internal {
        uint256 snapshot = vm.snapshotState();
        Filed[] memory filed = handler.allFiled();
        uint256[] memory due = new uint256[](filed.length);
        for (uint256 i; i < filed.length; ++i) {
            (uint256 amount,, uint256 releaseTime) = vault.ticketOf(filed[i].operator, filed[i].ticket, filed[i].holder);
            if (vm.getBlockTimestamp() >= releaseTime) {
                due[i] = amount;
            } else {
                assertLe(
                    amount, vault.slashableOf(filed[i].operator) * (filed[i].ticket >> 48 == 0 ? 1 : 1e6), "INV-32"
                );
            }
        }
        for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
            vm.prank(vault.SLASHER());
            vault.slash(id, type(uint256).max, address(0));
            assertEq(vault.slashableOf(id), 0, "INV-32");
        }
        for (uint256 i; i < filed.length; ++i) {
            (uint256 amount,,) = vault.ticketOf(filed[i].operator, filed[i].ticket, filed[i].holder);
            assertEq(amount, due[i], "INV-32: claimable and slashed, or neither");
        }
        // After all are compared: of one release, the last to claim gets what rounding left.
        for (uint256 i; i < filed.length; ++i) {
            (, uint256 shares, uint256 releaseTime) =
                vault.ticketOf(filed[i].operator, filed[i].ticket, filed[i].holder);
            if (shares == 0 || registry.payeeOf(filed[i].operator) == handler.refuser()) continue;
            bool released = vm.getBlockTimestamp() >= releaseTime;
            assertEq(_claim(filed[i]), released, "INV-32");
        }
        vm.revertToState(snapshot);
    }

    /// @dev What an exit could take below that is what penalties took.
    function _assert34() internal view {
        uint256 weight = vault.weightAt(1, registry.currentEpoch());
        assertGt(weight, 0, "INV-34");
        for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
            (uint256 ownEth, uint256 heldEth) = _quanta(id, 0);
            (uint256 ownTokens, uint256 heldTokens) = _quanta(id, 1);
            uint256 own = ownEth * 1 gwei + ownTokens * 1e9 * weight / 1e18;
            assertEq(vault.selfBondOf(id), own, "INV-34");
            assertEq(vault.bondOf(id), own + heldEth * 1 gwei + heldTokens * 1e9 * weight / 1e18, "INV-34");
            assertGe(vault.slashableOf(id), vault.bondOf(id), "INV-34");
            assertLe(vault.coreOf(id), vault.slashableOf(id), "INV-34");
        }
    }

    /// @dev The pool's shares are the operator's, those that wait, and those that accounts hold, to the last one.
    function _assert36() internal {
        address[] memory holders = handler.delegators();
        for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
            for (uint8 asset; asset < 2; ++asset) {
                (, uint256 shares, uint256 self, uint256 exiting) = vault.poolOf(id, asset);
                uint256 held;
                uint256 current = _currentId(id, asset);
                for (uint256 i; i < holders.length; ++i) {
                    held += vault.balanceOf(holders[i], current);
                }
                assertEq(shares, self + exiting + held, "INV-36");
            }
        }
    }

    function _assert38() internal view {
        for (uint64 ahead; ahead < 4; ++ahead) {
            uint256 lock = pledges.lockPerSlotAt(registry.currentEpoch() + ahead);
            assertGe(lock, pledges.MIN_LOCK(), "INV-38");
            assertLe(lock, pledges.MAX_LOCK(), "INV-38");
        }
    }

    /* WHAT IS THERE */
    function _quanta(uint16 id, uint8 asset) private view returns (uint256 own, uint256 held) {
        (uint256 assets, uint256 shares, uint256 self, uint256 exiting) = vault.poolOf(id, asset);
        own = self * (assets + 1) / (shares + 1);
        held = (shares - self - exiting) * (assets + 1) / (shares + 1);
    }

    /// @dev The generation that shares are held of: `idOf` names the next one as soon as a pool is worn out.
    function _currentId(uint16 id, uint8 asset) private view returns (uint256 current) {
        current = vault.idOf(id, asset);
        (uint256 assets, uint256 shares,,) = vault.poolOf(id, asset);
        if ((assets + 1) * 1e6 < shares + 1) --current;
    }

    /// @dev Whether its release has come, and it is not claimed.
    function _isDue(Filed memory filed) private view returns (bool) {
        (, uint256 shares, uint256 releaseTime) = vault.ticketOf(filed.operator, filed.ticket, filed.holder);
        return shares != 0 && vm.getBlockTimestamp() >= releaseTime;
    }

    function _claim(Filed memory filed) private returns (bool ok) {
        bytes memory data = filed.holder == address(0)
            ? abi.encodeCall(vault.claimExit, (filed.operator, filed.ticket))
            : abi.encodeCall(vault.claimUndelegated, (filed.operator, filed.ticket, filed.holder));
        (ok,) = address(vault).call(data);
    }
}

/// @notice INV-31 to INV-38: bonds, shares, exits and penalties.
/// forge-config: default.invariant.runs = 10
/// forge-config: long.invariant.runs = 20
contract VaultInvariants is VaultChecks {
    function invariant_INV31_VaultHoldsItsMoneyToTheWei() public {
        _assert31();
    }

    function invariant_INV32_ATicketIsClaimableOrSlashableAndNeverBoth() public {
        _assert32();
        _assertUnbroken(32);
    }

    function invariant_INV33_NoExitLeavesLessThanRequired() public view {
        _assertUnbroken(33);
    }

    function invariant_INV34_BondsAreCountedAtTheirWeight() public view {
        _assert34();
    }

    function invariant_INV35_PenaltiesTakeWhatIsAskedAndBurnNineTenths() public view {
        _assertUnbroken(35);
    }

    function invariant_INV36_EveryShareIsSomebodys() public {
        _assert36();
        _assertUnbroken(36);
    }

    function invariant_INV37_LeavingAndGivingChangeNothingForOthers() public view {
        _assertUnbroken(37);
    }

    function invariant_INV38_PromisesAndLocksMoveSlowly() public view {
        _assert38();
        _assertUnbroken(38);
    }
}
