// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {MechanismTest} from "./MechanismTest.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";

/// @notice Sealed bids for an epoch's slots at one price.
contract SealedAuctionMechanismsTest is MechanismTest {
    uint256 internal constant FUNDS = 100 ether;

    PolicyName internal second;
    /// @dev How many slots each bids for.
    uint8 internal quantity;
    /// @dev Paid by each operator in all rounds, wei.
    mapping(uint16 operator => uint256) internal paid;
    /// @dev Deposits of bids that could not be revealed, since their operator is out of the set for good, wei; and for which epoch.
    mapping(uint16 operator => uint256) internal forfeited;
    mapping(uint16 operator => uint64) internal forfeitedFor;
    /// @dev Reference price after the round of each epoch, gwei.
    mapping(uint64 epoch => uint256) internal refPrice;

    /// @dev Gwei that each operator bids, by its position.
    function _priceOf(uint256 i) internal pure returns (uint48) {
        return uint48(3_000_000 + 1_000_000 * i);
    }

    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.choice.names[2][0], c.choice.names[2][1]) = (PolicyName.Auction, second);
    }

    function _provide() internal override {
        refPrice[FIRST - 2] = config.auction.firstRefPrice / 1 gwei;
        refPrice[FIRST - 1] = refPrice[FIRST - 2];
        for (uint256 i; i < operators.length; ++i) {
            _fund(operators[i].id, FUNDS);
        }
    }

    /// @dev Each operator bids for as many slots as it may have: the highest two have the epoch.
    function test_Mechanism_SealedAuction() public {
        quantity = 2;
        _drive(Mechanism(_commitAll, _revealAll, _checkHighest));
    }

    /// @dev Each operator bids for one slot: winners are interleaved with what is left, which goes round.
    function test_Mechanism_AuctionWithRotation() public {
        (quantity, second) = (1, PolicyName.RoundRobin);
        _drive(Mechanism(_commitAll, _revealAll, _checkOneEach));
    }

    /* ROUNDS */
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
            uint16 id = operators[i].id;
            if (auction.committed(epoch, id) == 0) continue;
            if (registry.isEligible(id, epoch)) _reveal(operators[i], epoch, _curve(_priceOf(i), quantity));
            else (forfeited[id], forfeitedFor[id]) = (_depositFor(epoch), epoch);
        }
    }

    function _checkHighest(uint64 epoch, uint16[] memory slots) internal {
        _sell(epoch, slots);
        assertEq(_named(slots), 2);
    }

    function _checkOneEach(uint64 epoch, uint16[] memory slots) internal {
        _sell(epoch, slots);
        assertEq(_count(slots, 0), 0, "what is left goes round");
        for (uint256 i; i < operators.length; ++i) {
            assertLe(_count(slots, operators[i].id), 2);
        }
    }

    /// @dev The highest bids have what they ask for while there are slots, at the price of the first one that gets none, or the floor.
    function _sell(uint64 epoch, uint16[] memory slots) private {
        (, uint256 foundPrice, uint16[] memory winners, uint8[] memory quantities) = auction.resultOf(epoch);
        uint256 price = config.auction.floorPrice;
        uint256 sold;
        for (uint256 i = operators.length; i != 0; --i) {
            uint16 id = operators[i - 1].id;
            if (!registry.isEligible(id, epoch)) continue;
            if (sold * quantity == slots.length) {
                price = uint256(_priceOf(i - 1)) * 1 gwei;
                break;
            }
            assertEq(winners[sold], id);
            assertEq(quantities[sold], quantity);
            assertGe(_count(slots, id), quantity, "a winner has what it paid for");
            ++sold;
        }
        assertEq(winners.length, sold);
        assertEq(foundPrice, price, "one price for all");
        for (uint256 i; i < sold; ++i) {
            paid[winners[i]] += price * quantity;
        }
        _moveRefPrice(epoch, price / 1 gwei);
    }

    /* DEPOSITS */
    /// @dev Towards the price, by an eighth and a gwei at most.
    function _moveRefPrice(uint64 epoch, uint256 price) private {
        uint256 last = refPrice[epoch - 1];
        uint256 most = last / 8 + 1;
        refPrice[epoch] = Math.max(last - most, Math.min(last + most, price));
    }

    /// @dev 15 % of what all slots that it may have cost at the reference price of the epoch before last, wei.
    function _depositFor(uint64 epoch) private view returns (uint256) {
        uint256 cap = uint256(config.clock.slotsPerEpoch) * config.capBps / BPS;
        return Math.max(refPrice[epoch - 2] * cap * 1500 / BPS * 1 gwei, config.auction.minDeposit);
    }

    /* MONEY */
    function _collectProceeds() internal override returns (uint256 all) {
        for (uint256 i; i < operators.length; ++i) {
            Operator memory operator = operators[i];
            if (forfeited[operator.id] != 0) auction.forfeit(forfeitedFor[operator.id], operator.id);
            uint256 gone = paid[operator.id] + forfeited[operator.id];
            all += gone;
            assertEq(auction.freeBalanceOf(operator.id), FUNDS - gone, "paid p x q, and no more");
            uint256 before = operator.payee.balance;
            vm.prank(operator.owner);
            auction.withdraw(operator.id, FUNDS - gone);
            assertEq(operator.payee.balance - before, FUNDS - gone);
        }
        assertGt(all, 0);
        assertEq(auction.proceeds(), all);
        assertEq(auction.withdrawProceeds(), all, "all epochs are beyond dispute");
    }
}
