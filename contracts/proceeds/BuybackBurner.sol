// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

import {IBuybackBurner} from "../interfaces/IBuybackBurner.sol";

/// @title BuybackBurner
/// @notice Sells ETH for the token at a falling price and burns the token.
contract BuybackBurner is IBuybackBurner, ReentrancyGuardTransient {
    using SafeTransferLib for address;

    /* CONSTANTS AND IMMUTABLES */
    /// @dev Nobody has its key, no code can be there, and explorers know it: what arrives is seen to be gone.
    address public constant BURN_ADDRESS = 0x000000000000000000000000000000000000dEaD;
    /// @dev From a sale's price to the next lot's first one.
    uint256 internal constant RESTART = 2;
    uint256 internal constant PRICE_UNIT = 1 ether;

    /// @inheritdoc IBuybackBurner
    address public immutable TOKEN;
    /// @inheritdoc IBuybackBurner
    uint256 public immutable MIN_LOT;
    /// @inheritdoc IBuybackBurner
    uint256 public immutable MAX_LOT;
    /// @inheritdoc IBuybackBurner
    uint256 public immutable MIN_PRICE;
    /// @inheritdoc IBuybackBurner
    uint256 public immutable MAX_PRICE;
    /// @inheritdoc IBuybackBurner
    uint256 public immutable HALF_LIFE;

    /* STORAGE */
    /// @dev Price at which the lot on sale starts, or the next one will.
    uint128 internal _startPrice;
    /// @dev When it did, L1 seconds; 0: no lot is on sale.
    uint64 internal _startedAt;

    /* CONSTRUCTOR */
    constructor(address token, Params memory params) {
        if (token.code.length == 0) revert BuybackBurner_OutOfRange("token", uint160(token));
        if (params.minLot == 0) revert BuybackBurner_OutOfRange("minLot", params.minLot);
        if (params.maxLot < params.minLot) revert BuybackBurner_OutOfRange("maxLot", params.maxLot);
        if (params.minPrice == 0) revert BuybackBurner_OutOfRange("minPrice", params.minPrice);
        if (params.maxPrice < params.minPrice) revert BuybackBurner_OutOfRange("maxPrice", params.maxPrice);
        if (params.firstPrice < params.minPrice || params.firstPrice > params.maxPrice) {
            revert BuybackBurner_OutOfRange("firstPrice", params.firstPrice);
        }
        if (params.halfLife == 0) revert BuybackBurner_OutOfRange("halfLife", params.halfLife);
        TOKEN = token;
        (MIN_LOT, MAX_LOT) = (params.minLot, params.maxLot);
        (MIN_PRICE, MAX_PRICE, HALF_LIFE) = (params.minPrice, params.maxPrice, params.halfLife);
        _startPrice = params.firstPrice;
    }

    /* SALE */
    /// @dev ETH that arrives while a lot is on sale waits behind it. The clock starts when there is something to buy: a price that
    /// fell while there was not would give the next lot away. In the middle of a sale the balance still has what was sold.
    receive() external payable {
        if (_startedAt == 0 && address(this).balance >= MIN_LOT && !_reentrancyGuardEntered()) _start(_startPrice);
    }

    /// @inheritdoc IBuybackBurner
    function buy(uint256 minEth, uint256 maxTokens, address to)
        external
        nonReentrant
        returns (uint256 lot, uint256 cost)
    {
        // Check: what is on sale is what the buyer wants. Who bought just before it doubled the price and took its lot.
        uint256 price;
        (lot, cost, price) = offer();
        if (lot == 0) revert BuybackBurner_NothingOnSale(address(this).balance, MIN_LOT);
        if (lot < minEth) revert BuybackBurner_LotTooSmall(lot, minEth);
        if (cost > maxTokens) revert BuybackBurner_TooExpensive(cost, maxTokens);

        // Effect
        emit Sold(msg.sender, to, lot, cost, price);
        // Not above MAX_PRICE, which has 128 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint128 next = uint128(Math.min(price * RESTART, MAX_PRICE));
        if (address(this).balance - lot >= MIN_LOT) _start(next);
        else (_startPrice, _startedAt) = (next, 0);

        // Interaction: the tokens first. They never pass through here, so there is nothing to be left behind (INV-82).
        uint256 balanceBefore = TOKEN.balanceOf(BURN_ADDRESS);
        TOKEN.safeTransferFrom(msg.sender, BURN_ADDRESS, cost);
        uint256 balanceAfter = TOKEN.balanceOf(BURN_ADDRESS);
        if (balanceAfter < balanceBefore || balanceAfter - balanceBefore != cost) {
            revert BuybackBurner_BurnFell(cost, balanceBefore, balanceAfter);
        }
        if (!SafeTransferLib.trySafeTransferETH(to, lot, gasleft())) revert BuybackBurner_PaymentFailed(to, lot);
    }

    /* VIEWS */
    /// @inheritdoc IBuybackBurner
    function offer() public view returns (uint256 lot, uint256 cost, uint256 price) {
        if (_startedAt == 0) return (0, 0, _startPrice);
        lot = Math.min(address(this).balance, MAX_LOT);
        price = _priceAfter(block.timestamp - _startedAt);
        cost = Math.ceilDiv(lot * price, PRICE_UNIT);
    }

    /* INTERNAL */
    function _start(uint128 price) internal {
        // A block's time has far less than 64 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        (_startPrice, _startedAt) = (price, uint64(block.timestamp));
        emit SaleStarted(price, block.timestamp);
    }

    /// @dev Halved once every half-life, in a straight line in between.
    function _priceAfter(uint256 elapsed) internal view returns (uint256 price) {
        price = uint256(_startPrice) >> (elapsed / HALF_LIFE);
        price -= price * (elapsed % HALF_LIFE) / (2 * HALF_LIFE);
        if (price < MIN_PRICE) price = MIN_PRICE;
    }
}
