// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice Where proceeds go.
enum Leg {
    Treasury,
    PublicGoods,
    Burn,
    Buyback
}

/// @title Proceeds splitter
/// @notice Divides the ETH it receives among treasury, public goods, the burn, and buy back and burn, by shares that governance moves.
/// @dev An amount is divided when it arrives, by the shares in force then: nobody chooses them by when it calls. Each leg is pulled
/// by itself, by anyone, so a receiver that refuses stops nobody but itself. At all times balance = what the legs are owed (INV-81);
/// ETH forced in without a call belongs to nobody.
///
/// What an address can do: governance moves the shares within the constructor's ranges, effective two epochs on. Nobody can change a
/// receiver or send a leg's ETH elsewhere. Shares are basis points of what arrives, in the order of {Leg}.
interface IProceedsSplitter {
    /// @param treasury Receiver of the first leg.
    /// @param publicGoods Receiver of the second one.
    /// @param buyback Receiver of the last one, see {IBuybackBurner}.
    /// @param shares First shares, of 10,000 together.
    /// @param least Least share of each leg that governance can set.
    /// @param most Its largest one.
    struct Params {
        address treasury;
        address publicGoods;
        address buyback;
        uint16[4] shares;
        uint16[4] least;
        uint16[4] most;
    }

    /* ERRORS */
    /// @notice A leg without a receiver: its ETH would be lost.
    error ProceedsSplitter_ZeroReceiver(Leg leg);
    /// @notice Shares are 10,000 basis points together.
    error ProceedsSplitter_NotTheWhole(uint256 sum);
    /// @notice The share is outside of the leg's range, basis points.
    error ProceedsSplitter_ShareOutOfRange(Leg leg, uint256 share, uint256 least, uint256 most);
    /// @notice Only the registry's governance may do this.
    error ProceedsSplitter_NotGovernance(address caller);
    /// @notice The last change is not in effect yet: wait for `fromEpoch`.
    error ProceedsSplitter_SharesPending(uint64 fromEpoch);
    /// @notice The leg is owed nothing.
    error ProceedsSplitter_NothingOwed(Leg leg);
    /// @notice The receiver refused the payment. What the leg is owed stays there.
    error ProceedsSplitter_PaymentFailed(Leg leg, address to, uint256 amount);

    /* EVENTS */
    /// @param parts What each leg was credited, wei.
    event ProceedsReceived(address indexed from, uint256 amount, uint256[4] parts);
    /// @param amount Wei.
    event LegPaid(Leg indexed leg, address to, uint256 amount);
    event SharesSet(uint16[4] shares, uint64 fromEpoch);

    /* PROCEEDS */
    /// @notice Pays a leg all that it is owed. By anyone.
    /// @dev Emits {LegPaid}.
    ///
    /// Requirements:
    /// - it is owed something, else {ProceedsSplitter_NothingOwed}
    /// - the receiver takes it, else {ProceedsSplitter_PaymentFailed}
    /// @return amount Wei.
    function pay(Leg leg) external returns (uint256 amount);

    /* GOVERNANCE */
    /// @notice Sets the shares of what arrives from `currentEpoch + 2` on.
    /// @dev Emits {SharesSet}.
    ///
    /// Requirements:
    /// - the caller is the registry's governance, else {ProceedsSplitter_NotGovernance}
    /// - the last change is in effect, else {ProceedsSplitter_SharesPending}
    /// - each share is in its leg's range, else {ProceedsSplitter_ShareOutOfRange}
    /// - they are the whole, else {ProceedsSplitter_NotTheWhole}
    function setShares(uint16[4] calldata shares) external;

    /* VIEWS */
    /// @return Who receives the leg.
    function receiverOf(Leg leg) external view returns (address);
    /// @return What the leg is owed, wei.
    function owed(Leg leg) external view returns (uint256);
    /// @return Shares in `epoch`, exact since the last change but one took effect.
    function sharesAt(uint64 epoch) external view returns (uint16[4] memory);
    /// @return least Least share of the leg.
    /// @return most Its largest one.
    function rangeOf(Leg leg) external view returns (uint16 least, uint16 most);
}
