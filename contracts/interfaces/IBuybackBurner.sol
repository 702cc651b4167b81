// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Buy back and burn
/// @notice Sells the ETH it holds for the token, in lots, at a price that falls until somebody buys, and burns what it gets.
/// @dev No oracle: the first price of a lot is twice the last sale's, and halves every `HALF_LIFE`, so that it passes the market's
/// wherever that has gone. A lot is sold whole, so nobody can move the price by a purchase of dust; it has a maximum, so that a price
/// which nobody watches costs one lot at most. No lot is sold below `MIN_PRICE`, and none starts above `MAX_PRICE`.
///
/// Prices are smallest units of the token per ETH (1e18 wei). Trusts nobody: the token may return false or nothing, take a fee,
/// revert or reenter; then there is no sale, and the ETH stays.
interface IBuybackBurner {
    /// @param minLot Least ETH on sale, wei: below it the clock of the price stands.
    /// @param maxLot Most ETH in one sale, wei.
    /// @param minPrice Lowest price of a sale.
    /// @param firstPrice Price at which the first lot starts.
    /// @param maxPrice Highest price at which a lot starts.
    /// @param halfLife Time in which the price halves, seconds.
    struct Params {
        uint128 minLot;
        uint128 maxLot;
        uint128 minPrice;
        uint128 firstPrice;
        uint128 maxPrice;
        uint32 halfLife;
    }

    /* ERRORS */
    /// @notice A constructor value outside of its range: `parameter` names it.
    error BuybackBurner_OutOfRange(string parameter, uint256 value);
    /// @notice There is less ETH than a lot takes. Wait for more proceeds.
    error BuybackBurner_NothingOnSale(uint256 balance, uint256 minLot);
    /// @notice The lot is smaller than the buyer wants, wei: somebody else bought first.
    error BuybackBurner_LotTooSmall(uint256 lot, uint256 wanted);
    /// @notice The lot costs more than the buyer would pay, smallest units. Wait for the price to fall.
    error BuybackBurner_TooExpensive(uint256 cost, uint256 most);
    /// @notice The token burned another amount than it was asked to: it takes a fee, or lies.
    error BuybackBurner_BurnFell(uint256 expected, uint256 balanceBefore, uint256 balanceAfter);
    /// @notice The buyer's receiver refused the ETH.
    error BuybackBurner_PaymentFailed(address to, uint256 amount);

    /* EVENTS */
    /// @notice A lot is on sale.
    /// @param price At which it starts.
    event SaleStarted(uint256 price, uint256 timestamp);
    /// @param lot Sold, wei.
    /// @param burned Paid and burned, smallest units.
    /// @param price Of the sale.
    event Sold(address indexed buyer, address to, uint256 lot, uint256 burned, uint256 price);

    /* SALE */
    /// @notice Buys the lot on sale. The caller's tokens go straight to the burn, the ETH to `to`.
    /// @dev Emits {Sold}; {SaleStarted} if another lot is there.
    ///
    /// Requirements:
    /// - a lot is on sale, else {BuybackBurner_NothingOnSale}
    /// - it has `minEth` or more, else {BuybackBurner_LotTooSmall}
    /// - it costs `maxTokens` or less, else {BuybackBurner_TooExpensive}
    /// - the caller approved the burner, and the burn grows by exactly the cost, else {BuybackBurner_BurnFell} or the token's error
    /// - `to` takes the ETH, else {BuybackBurner_PaymentFailed}
    /// @param minEth Wei.
    /// @param maxTokens Smallest units.
    /// @return lot Wei.
    /// @return cost Smallest units, rounded up.
    function buy(uint256 minEth, uint256 maxTokens, address to) external returns (uint256 lot, uint256 cost);

    /* VIEWS */
    function TOKEN() external view returns (address);
    function MIN_LOT() external view returns (uint256);
    function MAX_LOT() external view returns (uint256);
    function MIN_PRICE() external view returns (uint256);
    function MAX_PRICE() external view returns (uint256);
    function HALF_LIFE() external view returns (uint256);
    /// @notice The lot that `buy` would sell now.
    /// @return lot Wei; 0 if none is on sale.
    /// @return cost Smallest units, rounded up.
    /// @return price See above; of the next lot's start if none is on sale.
    function offer() external view returns (uint256 lot, uint256 cost, uint256 price);
}
