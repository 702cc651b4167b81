// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {MechanismTest} from "./MechanismTest.sol";
import {ERC6909} from "@openzeppelin/contracts/token/ERC6909/ERC6909.sol";
import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {IBondVault} from "@rota/contracts/interfaces/IBondVault.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";

/// @notice Committees drawn by what is staked with each operator, its own and its delegators': these share in what it earns, less its
/// commission, and in what it loses.
contract DelegatedProofOfStakeTest is MechanismTest {
    /// @dev A gwei is a share, before anything is lost.
    uint256 internal constant OWN = 10e9;
    uint256 internal constant DORAS = 4e9;
    uint256 internal constant EDS = 2e9;
    uint256 internal constant DELEGATED = DORAS + EDS;
    /// @dev What dora gives ed of each of her holdings, on the way.
    uint256 internal constant GIVEN = 1e9;
    /// @dev An exit that is asked for in epoch 0 is released in the epoch before: nobody has to bear a commission.
    uint64 internal constant COMMISSION_FROM = 5;
    uint256 internal constant COMMISSION = 100;

    address internal dora = makeAddr("dora");
    address internal ed = makeAddr("ed");

    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.choice.names[2][0], c.choice.names[2][1]) = (PolicyName.Stake, PolicyName.RoundRobin);
        c.choice.stake.seats = 2;
    }

    function test_Mechanism_DelegatedProofOfStake() public {
        _drive(Mechanism(_stakeAll, _nothing, _checkCommittee));
        assertEq(address(stake).balance, stake.queueLength() * stake.FEE(), "fees of what waits");
    }

    /* ENTERING */
    function _provide() internal override {
        delegators = [dora, ed];
        (commission, commissionFrom) = (COMMISSION, COMMISSION_FROM);
        for (uint256 i; i < operators.length; ++i) {
            _delegate(dora, operators[i].id, DORAS * 1 gwei);
            _delegate(ed, operators[i].id, EDS * 1 gwei);
        }
        vm.expectPartialRevert(IBondVault.BondVault_DelegatedTooMuch.selector);
        this.delegateOneMore();
    }

    /// @dev Nine times the self-bond, and a deposit.
    function delegateOneMore() external {
        _delegate(dora, operators[0].id, (9 * OWN - DELEGATED) * 1 gwei + 0.01 ether);
    }

    /// @dev Weights are what is bonded in all. Commissions are set in epoch 0; in epoch 2 dora gives shares away.
    function _stakeAll(uint64 epoch) internal {
        for (uint256 i; i < operators.length; ++i) {
            uint16 id = operators[i].id;
            (uint256 weight,) = stake.lastEntryOf(id);
            uint256 next = registry.isEligible(id, epoch) ? vault.bondOf(id) / stake.UNIT() : 0;
            if (next != weight) _queue(id);
            if (epoch == FIRST) {
                vm.prank(operators[i].owner);
                pledges.setCommission(id, uint16(COMMISSION));
                assertEq(pledges.commissionAt(id, COMMISSION_FROM - 1), 0);
                assertEq(pledges.commissionAt(id, COMMISSION_FROM), COMMISSION);
            }
            if (epoch == FIRST + 2) _giveShares(dora, ed, id, GIVEN);
        }
    }

    /// @dev A committee of two whose seats take turns, each drawn with the weight of all that is staked with it.
    function _checkCommittee(uint64 epoch, uint16[] memory slots) internal view {
        assertEq(slots[0], slots[2], "seats take turns");
        assertEq(slots[1], slots[3], "seats take turns");
        assertNotEq(slots[0], slots[1], "two seats");
        for (uint256 i; i < operators.length; ++i) {
            uint16 id = operators[i].id;
            if (!registry.isEligible(id, epoch)) continue;
            uint256 most = (OWN + DELEGATED) * 1 gwei / stake.UNIT();
            assertLe(stake.weightOf(id), most);
            assertGe(stake.weightOf(id), lost[id] == 0 ? most : most - 1 - lost[id] / stake.UNIT());
        }
    }

    /* LEAVING */
    function _beforeExit(Operator memory operator) internal override {
        vm.expectPartialRevert(ERC6909.ERC6909InsufficientBalance.selector);
        this.undelegateMore(operator.id);
    }

    /// @dev Whoever has shares of the pool has no more than its own to leave with.
    function undelegateMore(uint16 operator) external {
        uint256 id = vault.idOf(operator, 0);
        vm.prank(dora);
        vault.undelegate(id, OWN + DELEGATED);
    }
}
