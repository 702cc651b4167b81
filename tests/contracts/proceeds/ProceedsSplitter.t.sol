// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RefusingReceiver} from "../tokens/EthReceivers.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {IProceedsSplitter, Leg} from "@rota/contracts/interfaces/IProceedsSplitter.sol";
import {ProceedsSplitter} from "@rota/contracts/proceeds/ProceedsSplitter.sol";
import {RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";

contract ProceedsSplitterTest is RotaFixture {
    ProceedsSplitter internal splitter;

    function setUp() public {
        _deployRota();
        splitter = rota.splitter;
    }

    /* ARRIVAL */
    function test_receive_DividesByTheSharesInForce() public {
        vm.expectEmit(address(splitter));
        emit IProceedsSplitter.ProceedsReceived(address(this), 10 ether, [uint256(4 ether), 2 ether, 1 ether, 3 ether]);
        _give(10 ether);
        _assertOwed(4 ether, 2 ether, 1 ether, 3 ether);
    }

    function test_receive_RoundsInTheTreasurysFavour() public {
        _give(9);
        _assertOwed(9 - 1 - 0 - 2, 1, 0, 2);
        _give(0);
        _assertOwed(6, 1, 0, 2);
    }

    /// @dev Each arrival by the shares of its own time, whatever is called when.
    function test_receive_GivenSharesMoved_DividesWhatArrivesAfterwards() public {
        _warpToEpoch(1);
        vm.prank(governance);
        splitter.setShares([uint16(1000), 500, 500, 8000]);
        _give(1 ether);
        _assertOwed(0.4 ether, 0.2 ether, 0.1 ether, 0.3 ether);
        _warpTo(schedule.startOfEpoch(3) - 2);
        _give(1 ether);
        _assertOwed(0.8 ether, 0.4 ether, 0.2 ether, 0.6 ether);
        _warpToEpoch(3);
        _give(1 ether);
        _assertOwed(0.9 ether, 0.45 ether, 0.25 ether, 1.4 ether);
    }

    function testFuzz_receive_ConservesEveryWei(uint128[6] memory amounts, uint256 paid) public {
        uint256 out;
        for (uint256 i; i < amounts.length; ++i) {
            _give(amounts[i] % 1e27);
            Leg leg = Leg((paid >> (8 * i)) % 4);
            if (splitter.owed(leg) != 0) out += splitter.pay(leg);
            uint256 owed;
            for (uint256 j; j < 4; ++j) {
                owed += splitter.owed(Leg(j));
            }
            assertEq(address(splitter).balance, owed, "INV-81");
        }
        assertEq(
            out, treasury.balance + publicGoods.balance + splitter.BURN_ADDRESS().balance + address(rota.burner).balance
        );
    }

    /* PAYMENT */
    function test_pay_PaysEachLegByItself() public {
        _give(10 ether);
        vm.expectEmit(address(splitter));
        emit IProceedsSplitter.LegPaid(Leg.PublicGoods, publicGoods, 2 ether);
        assertEq(splitter.pay(Leg.PublicGoods), 2 ether);
        assertEq(publicGoods.balance, 2 ether);
        _assertOwed(4 ether, 0, 1 ether, 3 ether);
        splitter.pay(Leg.Treasury);
        splitter.pay(Leg.Burn);
        splitter.pay(Leg.Buyback);
        assertEq(treasury.balance, 4 ether);
        assertEq(splitter.BURN_ADDRESS().balance, 1 ether);
        assertEq(address(rota.burner).balance, 3 ether);
        assertEq(address(splitter).balance, 0);
    }

    function test_pay_RevertGiven_NothingOwed() public {
        vm.expectRevert(abi.encodeWithSelector(IProceedsSplitter.ProceedsSplitter_NothingOwed.selector, Leg.Burn));
        splitter.pay(Leg.Burn);
    }

    /* SHARES */
    function test_setShares_RevertWhen_NotGovernance() public {
        vm.expectRevert(abi.encodeWithSelector(IProceedsSplitter.ProceedsSplitter_NotGovernance.selector, stranger));
        vm.prank(stranger);
        splitter.setShares([uint16(4000), 2000, 1000, 3000]);
    }

    function test_setShares_RevertGiven_OneIsPending() public {
        vm.startPrank(governance);
        splitter.setShares([uint16(4000), 2000, 0, 4000]);
        vm.expectRevert(abi.encodeWithSelector(IProceedsSplitter.ProceedsSplitter_SharesPending.selector, 2));
        splitter.setShares([uint16(4000), 2000, 1000, 3000]);
        _warpToEpoch(2);
        splitter.setShares([uint16(4000), 2000, 1000, 3000]);
        assertEq(splitter.sharesAt(3)[2], 0);
        assertEq(splitter.sharesAt(4)[2], 1000);
    }

    function test_setShares_RevertWhen_OutOfRange() public {
        vm.startPrank(governance);
        vm.expectRevert(
            abi.encodeWithSelector(
                IProceedsSplitter.ProceedsSplitter_ShareOutOfRange.selector, Leg.Treasury, 999, 1000, 9000
            )
        );
        splitter.setShares([uint16(999), 2001, 3000, 4000]);
        vm.expectRevert(
            abi.encodeWithSelector(
                IProceedsSplitter.ProceedsSplitter_ShareOutOfRange.selector, Leg.PublicGoods, 5001, 500, 5000
            )
        );
        splitter.setShares([uint16(1000), 5001, 0, 3999]);
        vm.expectRevert(
            abi.encodeWithSelector(
                IProceedsSplitter.ProceedsSplitter_ShareOutOfRange.selector, Leg.Buyback, 8001, 0, 8000
            )
        );
        splitter.setShares([uint16(1000), 999, 0, 8001]);
    }

    function test_setShares_RevertWhen_NotTheWhole() public {
        vm.startPrank(governance);
        vm.expectRevert(abi.encodeWithSelector(IProceedsSplitter.ProceedsSplitter_NotTheWhole.selector, 9999));
        splitter.setShares([uint16(4000), 2000, 1000, 2999]);
        vm.expectRevert(abi.encodeWithSelector(IProceedsSplitter.ProceedsSplitter_NotTheWhole.selector, 10_001));
        splitter.setShares([uint16(4000), 2000, 1001, 3000]);
    }

    /* CONSTRUCTION */
    function test_constructor_RevertWhen_AReceiverIsMissing() public {
        IProceedsSplitter.Params memory params = _params();
        params.publicGoods = address(0);
        vm.expectRevert(
            abi.encodeWithSelector(IProceedsSplitter.ProceedsSplitter_ZeroReceiver.selector, Leg.PublicGoods)
        );
        new ProceedsSplitter(config.clock, registry, params);
    }

    function test_constructor_RevertWhen_SharesBreakTheirRanges() public {
        IProceedsSplitter.Params memory params = _params();
        params.most[0] = 3999;
        vm.expectRevert(
            abi.encodeWithSelector(
                IProceedsSplitter.ProceedsSplitter_ShareOutOfRange.selector, Leg.Treasury, 4000, 1000, 3999
            )
        );
        new ProceedsSplitter(config.clock, registry, params);
    }

    function test_deployment_TheAuctionPaysTheSplitter() public view {
        assertEq(auction.TREASURY(), address(splitter));
        assertEq(splitter.receiverOf(Leg.Treasury), treasury);
        assertEq(splitter.receiverOf(Leg.PublicGoods), publicGoods);
        assertEq(splitter.receiverOf(Leg.Buyback), address(rota.burner));
        (uint16 least, uint16 most) = splitter.rangeOf(Leg.PublicGoods);
        assertEq(least, 500);
        assertEq(most, 5000);
    }

    /* INTERNAL */
    function _params() internal view returns (IProceedsSplitter.Params memory params) {
        params = config.splitter;
        (params.treasury, params.buyback) = (treasury, address(rota.burner));
    }

    function _give(uint256 amount) internal {
        vm.deal(address(this), amount);
        (bool ok,) = address(splitter).call{value: amount}("");
        assertTrue(ok);
    }

    function _assertOwed(uint256 a, uint256 b, uint256 c, uint256 d) internal view {
        assertEq(splitter.owed(Leg.Treasury), a, "treasury");
        assertEq(splitter.owed(Leg.PublicGoods), b, "public goods");
        assertEq(splitter.owed(Leg.Burn), c, "burn");
        assertEq(splitter.owed(Leg.Buyback), d, "buy back");
    }
}

/// @dev A treasury that takes nothing.
contract ProceedsSplitter_Attack_Test is RotaFixture {
    function _config() internal override returns (RotaConfig memory c) {
        treasury = address(new RefusingReceiver());
        return super._config();
    }

    function test_attack_BlockingTreasury_StopsNoOtherLeg() public {
        _deployRota();
        ProceedsSplitter splitter = rota.splitter;
        vm.deal(address(this), 10 ether);
        (bool ok,) = address(splitter).call{value: 10 ether}("");
        assertTrue(ok, "arrival calls nobody");
        vm.expectRevert(
            abi.encodeWithSelector(
                IProceedsSplitter.ProceedsSplitter_PaymentFailed.selector, Leg.Treasury, treasury, 4 ether
            )
        );
        splitter.pay(Leg.Treasury);
        splitter.pay(Leg.PublicGoods);
        splitter.pay(Leg.Burn);
        splitter.pay(Leg.Buyback);
        assertEq(splitter.owed(Leg.Treasury), 4 ether, "what is its own stays");
        assertEq(address(splitter).balance, 4 ether);
    }
}
