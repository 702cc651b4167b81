// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {MechanismTest} from "./MechanismTest.sol";
import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";

/// @notice Slots sold one by one to open bids; what has no bid goes round. Half of the first operator's bond is delegated.
contract OpenAuctionMechanismTest is MechanismTest {
    uint256 internal constant FUNDS = 10 ether;
    /// @dev Nobody bids for its slots.
    uint64 internal constant QUIET = 5;

    address internal dora = makeAddr("dora");
    /// @dev Balance in no bid, wei; and the highest bids of each epoch: who and gwei, by slot.
    mapping(uint16 operator => uint256) internal free;
    mapping(uint64 epoch => uint16[4]) internal leaders;
    mapping(uint64 epoch => uint256[4]) internal prices;

    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.choice.names[2][0], c.choice.names[2][1]) = (PolicyName.OpenAuction, PolicyName.RoundRobin);
    }

    function test_Mechanism_OpenAuction() public {
        _drive(Mechanism(_bidAll, _nothing, _checkSold));
        assertEq(sleeper, operators[1].id);
        assertEq(offender, operators[2].id, "paid for slots that it lost");
    }

    /* ENTERING */
    function _provide() internal override {
        delegators = [dora];
        _delegate(dora, operators[0].id, 10 ether);
        for (uint256 i; i < operators.length; ++i) {
            _fundOpen(operators[i].id, FUNDS);
            free[operators[i].id] = FUNDS;
        }
    }

    /// @dev The first is outbid for the first slot by the second one, who has the next slot, too; the last one wants the third as long as
    /// it is in the set, and nobody the fourth.
    function _bidAll(uint64 epoch) internal {
        if (epoch == QUIET) return;
        _warpToCommit(epoch);
        for (uint256 i; i < operators.length; ++i) {
            if (registry.isEligible(operators[i].id, epoch)) _enter(operators[i], epoch);
        }
        _place(operators[0], epoch, 0, 5_000_000);
        _place(operators[1], epoch, 0, 6_000_000 + epoch);
        _place(operators[1], epoch, 1, 4_000_000);
        if (registry.isEligible(operators[2].id, epoch)) _place(operators[2], epoch, 2, 3_000_000);
    }

    /// @dev A bid is paid when it is placed, and who is outbid has its money back at once.
    function _place(Operator memory operator, uint64 epoch, uint256 index, uint256 price) private {
        uint16 rival = leaders[epoch][index];
        free[rival] += prices[epoch][index] * 1 gwei;
        free[operator.id] -= price * 1 gwei;
        (leaders[epoch][index], prices[epoch][index]) = (operator.id, price);
        _openBid(operator, epoch, index, price);
        assertEq(openAuction.freeBalanceOf(operator.id), free[operator.id], "a bid is paid");
        if (rival != 0) assertEq(openAuction.freeBalanceOf(rival), free[rival], "who is outbid is paid back");
    }

    /// @dev Each slot that was sold is its bidder's, and what was not goes round.
    function _checkSold(uint64 epoch, uint16[] memory slots) internal view {
        for (uint256 i; i < slots.length; ++i) {
            if (leaders[epoch][i] != 0) assertEq(slots[i], leaders[epoch][i], "who bid most");
            else assertTrue(registry.isEligible(slots[i], epoch), "what is left goes round");
        }
    }

    /* MONEY */
    /// @dev What was paid is proceeds, whatever became of the winners.
    function _collectProceeds() internal override returns (uint256 all) {
        for (uint64 epoch = FIRST; epoch <= LAST + 1; ++epoch) {
            uint256 held;
            for (uint256 i; i < leaders[epoch].length; ++i) {
                held += prices[epoch][i] * 1 gwei;
            }
            assertEq(openAuction.heldOf(epoch), held);
            if (held != 0) openAuction.close(epoch);
            all += held;
        }
        for (uint256 i; i < operators.length; ++i) {
            Operator memory operator = operators[i];
            assertEq(openAuction.freeBalanceOf(operator.id), free[operator.id], "its winning bids, and no more");
            uint256 before = operator.payee.balance;
            vm.prank(operator.owner);
            openAuction.withdraw(operator.id, free[operator.id]);
            assertEq(operator.payee.balance - before, free[operator.id]);
        }
        assertEq(openAuction.proceeds(), all);
        assertEq(openAuction.withdrawProceeds(), all);
    }
}
