// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IProceedsSplitter, Leg} from "../interfaces/IProceedsSplitter.sol";
import {Clocked} from "../libraries/Clocked.sol";
import {Lever, toLever} from "../types/Lever.sol";
import {Clock} from "../types/Types.sol";

/// @title ProceedsSplitter
/// @notice Divides the auctions' proceeds among four legs when they arrive, and pays each leg by pull.
/// @dev Trusts `REGISTRY` to name governance. Does not trust receivers, or who sends.
contract ProceedsSplitter is IProceedsSplitter, Clocked {
    /* CONSTANTS AND IMMUTABLES */
    /// @dev Nobody has its key, no code can be there, and explorers know it: what arrives is seen to be gone.
    address public constant BURN_ADDRESS = 0x000000000000000000000000000000000000dEaD;
    uint256 internal constant LEGS = 4;
    uint256 internal constant BPS = 10_000;
    uint64 internal constant LANE_BITS = 16;

    IOperatorRegistry public immutable REGISTRY;
    address internal immutable TREASURY;
    address internal immutable PUBLIC_GOODS;
    address internal immutable BUYBACK;
    // The ranges, a lane of 16 bits for each leg: there are no immutable arrays.
    uint64 internal immutable LEAST;
    uint64 internal immutable MOST;

    /* STORAGE */
    /// @dev The four shares in one number, a lane of 16 bits each, the first leg's lowest.
    Lever internal _shares;
    /// @dev By leg, wei; two words.
    uint128[LEGS] internal _owed;

    /* CONSTRUCTOR */
    constructor(Clock memory clock_, IOperatorRegistry registry, Params memory params) Clocked(clock_) {
        if (params.treasury == address(0)) revert ProceedsSplitter_ZeroReceiver(Leg.Treasury);
        if (params.publicGoods == address(0)) revert ProceedsSplitter_ZeroReceiver(Leg.PublicGoods);
        if (params.buyback == address(0)) revert ProceedsSplitter_ZeroReceiver(Leg.Buyback);
        REGISTRY = registry;
        (TREASURY, PUBLIC_GOODS, BUYBACK) = (params.treasury, params.publicGoods, params.buyback);
        (LEAST, MOST) = (_pack(params.least), _pack(params.most));
        for (uint256 i; i < LEGS; ++i) {
            _checkRange(Leg(i), params.shares[i], params.least[i], params.most[i]);
        }
        _checkWhole(params.shares);
        _shares = toLever(_pack(params.shares));
        emit SharesSet(params.shares, 0);
    }

    /* PROCEEDS */
    /// @dev Anybody's ETH is welcome. Makes no call, so no receiver can refuse what an auction hands over.
    receive() external payable {
        _divide(msg.value);
    }

    /// @inheritdoc IProceedsSplitter
    function pay(Leg leg) external returns (uint256 amount) {
        // Check
        amount = _owed[uint256(leg)];
        if (amount == 0) revert ProceedsSplitter_NothingOwed(leg);

        // Effect
        _owed[uint256(leg)] = 0;
        address to = receiverOf(leg);
        emit LegPaid(leg, to, amount);

        // Interaction: what the receiver returns is not copied.
        if (!SafeTransferLib.trySafeTransferETH(to, amount, gasleft())) {
            revert ProceedsSplitter_PaymentFailed(leg, to, amount);
        }
    }

    /* GOVERNANCE */
    /// @inheritdoc IProceedsSplitter
    function setShares(uint16[4] calldata shares) external {
        if (msg.sender != REGISTRY.governance()) revert ProceedsSplitter_NotGovernance(msg.sender);
        uint64 epoch = _currentEpoch();
        Lever lever = _shares;
        if (epoch < lever.changesAt()) revert ProceedsSplitter_SharesPending(lever.changesAt());
        for (uint256 i; i < LEGS; ++i) {
            (uint16 least, uint16 most) = rangeOf(Leg(i));
            _checkRange(Leg(i), shares[i], least, most);
        }
        _checkWhole(shares);
        _shares = lever.moved(_pack(shares), epoch + 2);
        emit SharesSet(shares, epoch + 2);
    }

    /* VIEWS */
    /// @inheritdoc IProceedsSplitter
    function receiverOf(Leg leg) public view returns (address) {
        if (leg == Leg.Treasury) return TREASURY;
        if (leg == Leg.PublicGoods) return PUBLIC_GOODS;
        return leg == Leg.Burn ? BURN_ADDRESS : BUYBACK;
    }

    /// @inheritdoc IProceedsSplitter
    function owed(Leg leg) external view returns (uint256) {
        return _owed[uint256(leg)];
    }

    /// @inheritdoc IProceedsSplitter
    function sharesAt(uint64 epoch) public view returns (uint16[4] memory shares) {
        uint256 packed = _shares.valueAt(epoch);
        for (uint256 i; i < LEGS; ++i) {
            shares[i] = _lane(packed, i);
        }
    }

    /// @inheritdoc IProceedsSplitter
    function rangeOf(Leg leg) public view returns (uint16 least, uint16 most) {
        return (_lane(LEAST, uint256(leg)), _lane(MOST, uint256(leg)));
    }

    /* INTERNAL */
    function _divide(uint256 amount) internal {
        uint16[4] memory shares = sharesAt(_currentEpoch());
        uint256[4] memory parts;
        uint256 rest = amount;
        for (uint256 i = 1; i < LEGS; ++i) {
            parts[i] = amount * shares[i] / BPS;
            rest -= parts[i];
        }
        // The treasury's part is what the others leave: no wei is lost to rounding.
        parts[0] = rest;
        for (uint256 i; i < LEGS; ++i) {
            // A part of an amount of ETH: it and every sum of such have far less than 128 bits.
            // forge-lint: disable-next-line(unsafe-typecast)
            if (parts[i] != 0) _owed[i] += uint128(parts[i]);
        }
        emit ProceedsReceived(msg.sender, amount, parts);
    }

    function _currentEpoch() internal view returns (uint64 epoch) {
        (epoch,,) = _now();
    }

    function _checkRange(Leg leg, uint256 share, uint256 least, uint256 most) internal pure {
        if (share < least || share > most) revert ProceedsSplitter_ShareOutOfRange(leg, share, least, most);
    }

    /// @dev Asked by the constructor and the one setter, as the ranges are (INV-83).
    function _checkWhole(uint16[4] memory shares) internal pure {
        uint256 sum = uint256(shares[0]) + shares[1] + shares[2] + shares[3];
        if (sum != BPS) revert ProceedsSplitter_NotTheWhole(sum);
    }

    function _pack(uint16[4] memory lanes) internal pure returns (uint64 packed) {
        for (uint256 i = LEGS; i != 0; --i) {
            packed = packed << LANE_BITS | lanes[i - 1];
        }
    }

    function _lane(uint256 packed, uint256 i) internal pure returns (uint16) {
        // The lane's 16 bits, on purpose.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint16(packed >> (i * LANE_BITS));
    }
}
