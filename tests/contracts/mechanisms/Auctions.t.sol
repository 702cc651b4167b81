// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {MechanismTest} from "./MechanismTest.sol";
import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";

/// @notice Sealed bids for an epoch's slots at one price.
contract SealedAuctionMechanismsTest is MechanismTest {
    PolicyName internal second;
    /// @dev How many slots each bids for.
    uint8 internal quantity;
    /// @dev Paid by each operator in all rounds, wei.
    mapping(uint16 operator => uint256) internal paid;
    /// @dev Deposits of bids that could not be revealed, since their operator is out of the set for good, wei.
    mapping(uint16 operator => uint256) internal forfeited;

    /// @dev Gwei that each operator bids, by its position.
    function _priceOf(uint256 i) internal pure returns (uint48) {
        return uint48(3_000_000 + 1_000_000 * i);
    }

    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.choice.names[2][0], c.choice.names[2][1]) = (PolicyName.Auction, second);
    }

    /// @dev Each operator bids for as many slots as it may have: the highest two have the epoch.
    function test_Mechanism_SealedAuction() public {
        quantity = 2;
        _drive(Mechanism(_commitAll, _revealAll, _checkHighest));
        _checkMoney();
    }

    /// @dev Each operator bids for one slot: winners are interleaved with what is left, which goes round.
    function test_Mechanism_AuctionWithRotation() public {
        (quantity, second) = (1, PolicyName.RoundRobin);
        _drive(Mechanism(_commitAll, _revealAll, _checkOneEach));
        _checkMoney();
    }

    function _checkHighest(uint64 epoch, uint16[] memory slots) internal {
        _notePayments(epoch, slots);
        (, uint256 price, uint16[] memory winners,) = auction.resultOf(epoch);
        assertEq(winners.length, 2);
        // Three bidders: the third one's price. Without it, what nobody bids for costs the floor.
        (uint16[] memory ids,) = registry.eligibleSet(epoch);
        assertEq(price, ids.length == 3 ? uint256(_priceOf(0)) * 1 gwei : config.auction.floorPrice);
        assertEq(_named(slots), 2);
    }

    function _checkOneEach(uint64 epoch, uint16[] memory slots) internal {
        _notePayments(epoch, slots);
        (, uint256 price, uint16[] memory winners,) = auction.resultOf(epoch);
        (uint16[] memory ids,) = registry.eligibleSet(epoch);
        assertEq(winners.length, ids.length, "one slot each");
        assertEq(price, config.auction.floorPrice, "a slot stayed unsold");
        assertEq(_count(slots, 0), 0, "what is left goes round");
        for (uint256 i; i < ids.length; ++i) {
            assertLe(_count(slots, ids[i]), 2);
        }
    }

    function _commitAll(uint64 epoch) internal {
        _warpToCommit(epoch);
        for (uint256 i; i < operators.length; ++i) {
            if (registry.isEligible(operators[i].id, epoch)) {
                _commit(operators[i], epoch, _curve(_priceOf(i), quantity));
            }
        }
    }

    function _revealAll(uint64 epoch) internal {
        _warpToReveal(epoch);
        for (uint256 i; i < operators.length; ++i) {
            if (!_committed(operators[i], epoch)) continue;
            if (!registry.isEligible(operators[i].id, epoch)) {
                forfeited[operators[i].id] = auction.pendingDepositOf(operators[i].id);
                continue;
            }
            _reveal(operators[i], epoch, _curve(_priceOf(i), quantity));
        }
    }

    function _committed(Operator memory operator, uint64 epoch) private view returns (bool) {
        return auction.committed(epoch, operator.id) != 0;
    }

    /// @dev Winners pay one price, that of the best bid which won nothing more, for as many slots as they have.
    function _notePayments(uint64 epoch, uint16[] memory slots) internal {
        (, uint256 price, uint16[] memory winners, uint8[] memory quantities) = auction.resultOf(epoch);
        for (uint256 i; i < winners.length; ++i) {
            assertGe(_count(slots, winners[i]), quantities[i], "a winner has what it paid for");
            assertLe(price, uint256(_priceOf(winners[i] - 2)) * 1 gwei, "nobody pays more than it bid");
            paid[winners[i]] += price * quantities[i];
        }
    }

    /// @dev Balances and proceeds, to the wei.
    function _checkMoney() internal {
        uint256 all;
        for (uint256 i; i < operators.length; ++i) {
            Operator memory operator = operators[i];
            for (uint64 epoch = FIRST; forfeited[operator.id] != 0 && epoch <= LAST + 1; ++epoch) {
                if (_committed(operator, epoch) && !registry.isEligible(operator.id, epoch)) {
                    auction.forfeit(epoch, operator.id);
                }
            }
            all += paid[operator.id] + forfeited[operator.id];
            uint256 free = auction.freeBalanceOf(operator.id);
            assertEq(free, 100 ether - paid[operator.id] - forfeited[operator.id], "paid p x q, and no more");
            uint256 before = operator.payee.balance;
            vm.prank(operator.owner);
            auction.withdraw(operator.id, free);
            assertEq(operator.payee.balance - before, free);
        }
        assertGt(all, 0);
        assertEq(auction.proceeds(), all);
        assertEq(auction.withdrawProceeds(), all, "all epochs are beyond dispute");
        assertEq(address(auction).balance, 0);
        assertEq(address(rota.splitter).balance, all);
    }
}
