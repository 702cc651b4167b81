// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {MechanismTest} from "./MechanismTest.sol";
import {ERC6909} from "@openzeppelin/contracts/token/ERC6909/ERC6909.sol";
import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
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
    uint256 internal constant BPS = 10_000;
    uint256 internal constant COMMISSION = 100;

    address internal dora = makeAddr("dora");
    address internal ed = makeAddr("ed");
    /// @dev Rewards of an operator's delegators, wei and the token's smallest unit.
    mapping(uint16 operator => uint256[2]) internal theirs;
    mapping(uint16 operator => uint256[2]) internal tickets;

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
    function _delegateAll() internal override {
        for (uint256 i; i < operators.length; ++i) {
            _delegate(dora, operators[i].id, DORAS * 1 gwei);
            _delegate(ed, operators[i].id, EDS * 1 gwei);
        }
        vm.expectPartialRevert(bytes4(keccak256("BondVault_DelegatedTooMuch(uint16,uint256,uint256)")));
        this.delegateOneMore();
    }

    /// @dev Nine times the self-bond, and a deposit.
    function delegateOneMore() external {
        _delegate(dora, operators[0].id, (9 * OWN - DELEGATED) * 1 gwei + 0.01 ether);
    }

    function _delegate(address holder, uint16 operator, uint256 amount) private {
        vm.deal(holder, holder.balance + amount);
        vm.prank(holder);
        uint256 shares = vault.delegate{value: amount}(operator);
        assertEq(shares, amount / 1 gwei);
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
            if (epoch == FIRST + 2) _giveAway(id);
        }
    }

    function _giveAway(uint16 operator) private {
        uint256 id = vault.idOf(operator, 0);
        vm.prank(dora);
        assertTrue(vault.transfer(ed, id, GIVEN));
        assertEq(vault.balanceOf(dora, id), DORAS - GIVEN);
        assertEq(vault.balanceOf(ed, id), EDS + GIVEN);
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

    /* REWARDS */
    /// @dev By what their shares are worth of the whole, less commission.
    function _noteRewards(uint64 epoch, uint16[] memory served, uint256[2] memory perSlot) internal override {
        uint256 kept = epoch < COMMISSION_FROM ? BPS : BPS - COMMISSION;
        for (uint256 i; i < operators.length; ++i) {
            uint16 id = operators[i].id;
            uint256 slots = _count(served, id);
            (uint256 own, uint256 delegated) = (_worth(id, OWN), _worth(id, DELEGATED));
            for (uint256 asset; asset < 2; ++asset) {
                uint256 part = slots * perSlot[asset] * kept * delegated / (BPS * (own + delegated));
                theirs[id][asset] += part;
                if (asset == 0) earned[id] -= part;
                else earnedTokens[id] -= part;
            }
        }
    }

    function _claimDelegatedRewards() internal override returns (uint256 dust) {
        for (uint256 i; i < operators.length; ++i) {
            uint16 id = operators[i].id;
            if (theirs[id][0] == 0) continue;
            for (uint256 asset; asset < 2; ++asset) {
                uint256 doras = _claimReward(dora, id, asset == 1);
                uint256 eds = _claimReward(ed, id, asset == 1);
                dust += theirs[id][asset] - doras - eds;
                // Each credit and each release rounds down by less than a unit.
                uint256 all = theirs[id][asset];
                assertApproxEqAbs(doras, all * (DORAS - GIVEN) / DELEGATED, 16, "dora's shares");
                assertApproxEqAbs(eds, all * (EDS + GIVEN) / DELEGATED, 16, "ed's shares");
            }
        }
    }

    function _claimReward(address holder, uint16 operator, bool ofToken) private returns (uint256 amount) {
        uint256 before = ofToken ? token.balanceOf(holder) : holder.balance;
        uint256 id = vault.idOf(operator, 0);
        vm.prank(holder);
        amount = rota.rewards.claimDelegated(id, ofToken, holder);
        assertEq((ofToken ? token.balanceOf(holder) : holder.balance) - before, amount);
    }

    /* LEAVING */
    function _undelegateAll(Operator memory operator) internal override {
        uint16 id = operator.id;
        vm.expectPartialRevert(ERC6909.ERC6909InsufficientBalance.selector);
        this.undelegateMore(id);
        tickets[id] = [_undelegate(dora, id, DORAS - GIVEN), _undelegate(ed, id, EDS + GIVEN)];
        assertEq(tickets[id][0], tickets[id][1], "one release");
    }

    function undelegateMore(uint16 operator) external {
        _undelegate(dora, operator, OWN + DELEGATED);
    }

    function _undelegate(address holder, uint16 operator, uint256 shares) private returns (uint256) {
        uint256 id = vault.idOf(operator, 0);
        vm.prank(holder);
        return vault.undelegate(id, shares);
    }

    /// @dev Their part of what is left, each quantum of it.
    function _claimUndelegated(Operator memory operator, uint256 due) internal override returns (uint256 paid) {
        uint256 quanta = DELEGATED * (due / 1 gwei + 1) / (OWN + DELEGATED + 1);
        uint256 doras = quanta * (DORAS - GIVEN) / DELEGATED;
        _assertPaid(dora, operator.id, doras * 1 gwei);
        _assertPaid(ed, operator.id, (quanta - doras) * 1 gwei);
        return quanta * 1 gwei;
    }

    function _assertPaid(address holder, uint16 operator, uint256 amount) private {
        uint256 before = holder.balance;
        vault.claimUndelegated(operator, tickets[operator][0], holder);
        assertEq(holder.balance - before, amount, "a delegator's bond less its part of the penalties");
    }

    /* INTERNAL */
    /// @dev Of so many shares of an operator's pool, wei.
    function _worth(uint16 operator, uint256 shares) private view returns (uint256) {
        uint256 assets = (bonded[operator] - lost[operator]) / 1 gwei;
        return shares * (assets + 1) / (OWN + DELEGATED + 1) * 1 gwei;
    }
}
