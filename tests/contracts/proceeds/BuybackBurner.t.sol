// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {FalseToken, FeeToken, LyingToken, ReentrantToken} from "../tokens/BrokenTokens.sol";
import {RefusingReceiver} from "../tokens/EthReceivers.sol";
import {PlainToken} from "../tokens/PlainToken.sol";
import {IBuybackBurner} from "@rota/contracts/interfaces/IBuybackBurner.sol";
import {BuybackBurner} from "@rota/contracts/proceeds/BuybackBurner.sol";
import {Test} from "forge-std/Test.sol";
import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

abstract contract BurnerTest is Test {
    uint256 internal constant T = 1_000_000;
    address internal constant DEAD = 0x000000000000000000000000000000000000dEaD;

    PlainToken internal token;
    BuybackBurner internal burner;
    address internal buyer = makeAddr("buyer");
    address internal receiver = makeAddr("receiver");

    function _deploy(PlainToken token_) internal {
        vm.warp(T);
        token = token_;
        burner = new BuybackBurner(address(token), _params());
        token.mint(buyer, 1e30);
        vm.prank(buyer);
        token.approve(address(burner), type(uint256).max);
    }

    /// @dev Lots of 1 to 10 ETH; from 2,000 tokens an ETH down to 10, from 100,000 at most.
    function _params() internal pure returns (IBuybackBurner.Params memory) {
        return IBuybackBurner.Params({
            minLot: 1 ether,
            maxLot: 10 ether,
            minPrice: 10e18,
            firstPrice: 2000e18,
            maxPrice: 100_000e18,
            halfLife: 1 hours
        });
    }

    function _give(uint256 amount) internal {
        vm.deal(address(this), amount);
        (bool ok,) = address(burner).call{value: amount}("");
        assertTrue(ok);
    }

    function _buy() internal returns (uint256 lot, uint256 cost) {
        vm.prank(buyer);
        return burner.buy(0, type(uint256).max, receiver);
    }

    function _price() internal view returns (uint256 price) {
        (,, price) = burner.offer();
    }
}

contract BuybackBurner_Test is BurnerTest {
    function setUp() public {
        _deploy(new PlainToken());
    }

    /* PRICE */
    function test_offer_HalvesEveryHalfLife() public {
        _give(4 ether);
        (uint256 lot, uint256 cost, uint256 price) = burner.offer();
        assertEq(lot, 4 ether);
        assertEq(price, 2000e18);
        assertEq(cost, 8000e18);
        vm.warp(T + 30 minutes);
        assertEq(_price(), 1500e18, "in a straight line in between");
        vm.warp(T + 1 hours);
        assertEq(_price(), 1000e18);
        vm.warp(T + 3 hours);
        assertEq(_price(), 250e18);
        vm.warp(T + 365 days);
        assertEq(_price(), 10e18, "not below the least one");
    }

    function testFuzz_offer_OnlyFallsAndStaysInBounds(uint32 first, uint32 second) public {
        _give(4 ether);
        vm.warp(T + first);
        uint256 before = _price();
        vm.warp(T + first + second);
        assertLe(_price(), before);
        assertGe(_price(), 10e18);
        assertLe(before, 2000e18);
    }

    /// @dev A price that fell while there was nothing to buy would give the next lot away.
    function test_offer_GivenNothingOnSale_StandsStill() public {
        _give(0.5 ether);
        vm.warp(T + 30 days);
        (uint256 lot,, uint256 price) = burner.offer();
        assertEq(lot, 0);
        assertEq(price, 2000e18);
        vm.expectRevert(abi.encodeWithSelector(IBuybackBurner.BuybackBurner_NothingOnSale.selector, 0.5 ether, 1 ether));
        _buy();
        vm.expectEmit(address(burner));
        emit IBuybackBurner.SaleStarted(2000e18, T + 30 days);
        _give(0.5 ether);
        assertEq(_price(), 2000e18);
    }

    function test_receive_GivenASaleIsOn_DoesNotRestartIt() public {
        _give(1 ether);
        vm.warp(T + 1 hours);
        _give(1 ether);
        assertEq(_price(), 1000e18);
        (uint256 lot,,) = burner.offer();
        assertEq(lot, 2 ether);
    }

    /* SALE */
    function test_buy_BurnsTheTokensAndPaysTheEth() public {
        _give(4 ether);
        vm.warp(T + 2 hours);
        vm.expectEmit(address(burner));
        emit IBuybackBurner.Sold(buyer, receiver, 4 ether, 2000e18, 500e18);
        (uint256 lot, uint256 cost) = _buy();
        assertEq(lot, 4 ether);
        assertEq(cost, 2000e18);
        assertEq(token.balanceOf(DEAD), 2000e18);
        assertEq(token.balanceOf(address(burner)), 0);
        assertEq(receiver.balance, 4 ether);
        assertEq(address(burner).balance, 0);
    }

    function test_buy_RestartsAtTwiceTheSalesPrice() public {
        _give(4 ether);
        vm.warp(T + 2 hours);
        _buy();
        vm.warp(T + 3 days);
        assertEq(_price(), 1000e18, "and waits for the next lot");
        _give(1 ether);
        vm.warp(T + 3 days + 1 hours);
        assertEq(_price(), 500e18);
    }

    function test_buy_GivenMoreThanALot_SellsOneAndStartsTheNext() public {
        _give(25 ether);
        vm.warp(T + 1 hours);
        (uint256 lot, uint256 cost) = _buy();
        assertEq(lot, 10 ether);
        assertEq(cost, 10_000e18);
        assertEq(_price(), 2000e18);
        vm.warp(T + 2 hours);
        assertEq(_price(), 1000e18, "its clock runs");
        _buy();
        (lot,,) = burner.offer();
        assertEq(lot, 5 ether);
    }

    function test_buy_RestartIsCapped() public {
        for (uint256 i; i < 10; ++i) {
            _give(1 ether);
            _buy();
        }
        assertEq(_price(), 100_000e18);
    }

    function test_buy_RoundsTheCostUp() public {
        _give(1 ether + 1);
        vm.warp(T + 1 hours + 7);
        (uint256 lot, uint256 cost, uint256 price) = burner.offer();
        assertGe(cost * 1 ether, lot * price);
        assertLt((cost - 1) * 1 ether, lot * price);
    }

    function test_buy_RevertWhen_TooExpensive() public {
        _give(1 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IBuybackBurner.BuybackBurner_TooExpensive.selector, 2000e18, 2000e18 - 1)
        );
        vm.prank(buyer);
        burner.buy(0, 2000e18 - 1, receiver);
    }

    function test_buy_RevertWhen_TheReceiverRefuses() public {
        address refusing = address(new RefusingReceiver());
        _give(1 ether);
        vm.expectRevert(abi.encodeWithSelector(IBuybackBurner.BuybackBurner_PaymentFailed.selector, refusing, 1 ether));
        vm.prank(buyer);
        burner.buy(0, type(uint256).max, refusing);
        assertEq(token.balanceOf(DEAD), 0);
    }

    /// @dev What the buyers paid is burned, to the unit, and what they got is what was there.
    function testFuzz_sales_Conserve(uint64[10] memory amounts, uint32[10] memory steps) public {
        (uint256 given, uint256 sold, uint256 burned) = (0, 0, 0);
        for (uint256 i; i < amounts.length; ++i) {
            _give(amounts[i]);
            given += amounts[i];
            vm.warp(vm.getBlockTimestamp() + steps[i] % 1 days);
            (uint256 offered, uint256 asked, uint256 price) = burner.offer();
            if (offered == 0) continue;
            assertGe(offered, 1 ether);
            assertLe(offered, 10 ether);
            (uint256 lot, uint256 cost) = _buy();
            assertEq(lot, offered);
            assertEq(cost, asked);
            assertGe(price, 10e18);
            (sold, burned) = (sold + lot, burned + cost);
        }
        assertEq(address(burner).balance, given - sold);
        assertEq(receiver.balance, sold);
        assertEq(token.balanceOf(DEAD), burned);
    }

    /* ATTACKS */
    /// @dev Who bought first took the lot and doubled the price: the next one must not get crumbs for the same money.
    function test_attack_FrontRunBuyer_GetsItsLotOrNothing() public {
        _give(10.5 ether);
        vm.warp(T + 1 hours);
        _give(1 ether);
        vm.prank(buyer);
        burner.buy(10 ether, 10_000e18, receiver);
        vm.expectRevert(abi.encodeWithSelector(IBuybackBurner.BuybackBurner_LotTooSmall.selector, 1.5 ether, 10 ether));
        vm.prank(buyer);
        burner.buy(10 ether, 10_000e18, receiver);
    }

    /// @dev A lot is sold whole: nobody holds the price up by buying a wei of it.
    function test_attack_DustPurchase_CannotHoldThePriceUp() public {
        _give(10 ether);
        vm.prank(buyer);
        (uint256 lot,) = burner.buy(1, type(uint256).max, receiver);
        assertEq(lot, 10 ether);
    }

    /// @dev ETH that a self-destruct left starts no clock, and is not lost either.
    function test_attack_ForcedEth_WaitsForTheNextArrival() public {
        vm.deal(address(burner), 5 ether);
        vm.warp(T + 10 days);
        (uint256 lot,,) = burner.offer();
        assertEq(lot, 0);
        _give(1);
        (lot,,) = burner.offer();
        assertEq(lot, 5 ether + 1);
        assertEq(_price(), 2000e18);
    }

    /* CONSTRUCTION */
    function test_constructor_RevertWhen_OutOfRange() public {
        IBuybackBurner.Params memory p = _params();
        p.minLot = 0;
        _expectRefused("minLot", 0, p);
        p = _params();
        p.maxLot = 1 ether - 1;
        _expectRefused("maxLot", 1 ether - 1, p);
        p = _params();
        p.minPrice = 0;
        _expectRefused("minPrice", 0, p);
        p = _params();
        p.firstPrice = 10e18 - 1;
        _expectRefused("firstPrice", 10e18 - 1, p);
        p = _params();
        p.firstPrice = 100_000e18 + 1;
        _expectRefused("firstPrice", 100_000e18 + 1, p);
        p = _params();
        p.maxPrice = 1;
        _expectRefused("maxPrice", 1, p);
        p = _params();
        p.halfLife = 0;
        _expectRefused("halfLife", 0, p);
        vm.expectRevert(
            abi.encodeWithSelector(IBuybackBurner.BuybackBurner_OutOfRange.selector, "token", uint160(buyer))
        );
        new BuybackBurner(buyer, _params());
    }

    function _expectRefused(string memory parameter, uint256 value, IBuybackBurner.Params memory p) internal {
        vm.expectRevert(abi.encodeWithSelector(IBuybackBurner.BuybackBurner_OutOfRange.selector, parameter, value));
        new BuybackBurner(address(token), p);
    }
}

/// @dev Tokens that are not what they should be sell nothing: the ETH stays.
contract BuybackBurner_BrokenTokens_Test is BurnerTest {
    function test_attack_FeeToken_NoSale() public {
        _deploy(new FeeToken());
        _give(1 ether);
        vm.expectRevert(abi.encodeWithSelector(IBuybackBurner.BuybackBurner_BurnFell.selector, 2000e18, 0, 1980e18));
        _buy();
    }

    function test_attack_LyingToken_NoSale() public {
        _deploy(new LyingToken());
        _give(1 ether);
        vm.expectRevert(abi.encodeWithSelector(IBuybackBurner.BuybackBurner_BurnFell.selector, 2000e18, 0, 0));
        _buy();
    }

    function test_attack_FalseToken_NoSale() public {
        FalseToken token_ = new FalseToken();
        _deploy(token_);
        token_.refuse();
        _give(1 ether);
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        _buy();
    }

    /// @dev In the middle of a sale, the token buys again; and it sends ETH, which must not put on sale what is sold already.
    function test_attack_ReentrantToken_BuysOnce() public {
        ReentrantToken token_ = new ReentrantToken();
        _deploy(token_);
        token_.mint(address(token_), 1e30);
        token_.approveFor(address(token_), address(burner), type(uint256).max);
        _give(2 ether);
        token_.arm(address(burner), abi.encodeCall(burner.buy, (0, type(uint256).max, receiver)));
        vm.expectRevert();
        vm.prank(address(token_));
        burner.buy(0, type(uint256).max, receiver);

        token_.arm(address(new Sender(address(burner))), "");
        vm.deal(token_.target(), 1 wei);
        vm.prank(address(token_));
        burner.buy(0, type(uint256).max, receiver);
        (uint256 lot,,) = burner.offer();
        assertEq(lot, 0, "a wei alone is no lot");
        assertEq(address(burner).balance, 1 wei);
        assertEq(receiver.balance, 2 ether);
    }
}

/// @dev Sends all it has to one address when it is called.
contract Sender {
    address internal immutable TO;

    constructor(address to) {
        TO = to;
    }

    // solhint-disable-next-line no-complex-fallback
    fallback() external {
        (bool ok,) = TO.call{value: address(this).balance}("");
        require(ok);
    }
}
