// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IBondVault} from "./interfaces/IBondVault.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {Clocked} from "./libraries/Clocked.sol";
import {WeightWord, toWeightWord} from "./types/WeightWord.sol";
import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

/// @title Bond assets
/// @notice What bonds consist of, what it counts, and how it comes in and leaves.
abstract contract BondAssets is IBondVault, Clocked {
    // solady's, not OpenZeppelin's, and its guard, too: the bar for a token deposit has no room for the difference of 650 gas.
    using SafeTransferLib for address;

    /* CONSTANTS AND IMMUTABLES */
    /// @dev Nobody has its key, no code can be there, and explorers know it: what arrives is seen to be gone.
    address public constant BURN_ADDRESS = 0x000000000000000000000000000000000000dEaD;
    /// @dev A deployment without a token of its own for each place has fewer assets.
    uint256 internal constant MAX_ASSETS = 4;
    uint256 internal constant ETH_QUANTUM = 1 gwei;
    uint256 internal constant WEIGHT_UNIT = 1e18;

    IOperatorRegistry public immutable REGISTRY;
    /// @inheritdoc IBondVault
    uint256 public immutable ASSETS;

    /// @dev Quantum and least deposit of each asset: 4 x 64 bits, smallest units and quanta.
    uint256 internal immutable QUANTA;
    uint256 internal immutable MIN_DEPOSITS;
    // By name: there are no immutable arrays.
    address internal immutable TOKEN_1;
    address internal immutable TOKEN_2;
    address internal immutable TOKEN_3;

    /* STORAGE */
    mapping(uint256 asset => WeightWord) internal _weights;

    /* CONSTRUCTOR */
    constructor(address registry, uint256 minDeposit, Token[3] memory tokens) {
        if (registry == address(0)) revert BondVault_BadAddress("registry", registry);
        REGISTRY = IOperatorRegistry(registry);

        (uint256 quanta, uint256 minDeposits) = (ETH_QUANTUM, _minQuanta(minDeposit, ETH_QUANTUM));
        uint256 count = 1;
        while (count < MAX_ASSETS && tokens[count - 1].token != address(0)) {
            Token memory t = tokens[count - 1];
            if (t.token.code.length == 0) revert BondVault_BadAddress("token", t.token);
            if (t.quantum == 0) revert BondVault_OutOfRange("quantum", t.quantum);
            if (t.weight == 0) revert BondVault_OutOfRange("weight", t.weight);
            quanta |= uint256(t.quantum) << 64 * count;
            minDeposits |= _minQuanta(t.minDeposit, t.quantum) << 64 * count;
            _weights[count] = toWeightWord(t.weight, t.weight, 0);
            // 1 to 3.
            // forge-lint: disable-next-line(unsafe-typecast)
            emit WeightSet(uint8(count), t.weight, 0);
            ++count;
        }
        (ASSETS, QUANTA, MIN_DEPOSITS) = (count, quanta, minDeposits);
        TOKEN_1 = tokens[0].token;
        TOKEN_2 = count > 2 ? tokens[1].token : address(0);
        TOKEN_3 = count > 3 ? tokens[2].token : address(0);
    }

    function _minQuanta(uint256 minDeposit, uint256 quantum) private pure returns (uint256 quanta) {
        _checkWhole(minDeposit, quantum);
        quanta = minDeposit / quantum;
        if (quanta == 0 || quanta > type(uint64).max) revert BondVault_OutOfRange("minDeposit", minDeposit);
    }

    /* GOVERNANCE */
    /// @inheritdoc IBondVault
    function setWeight(uint8 asset, uint96 weight) external {
        _checkGovernance();
        _checkedToken(asset);
        uint64 epoch = _currentEpoch();
        WeightWord word = _weights[asset];
        if (epoch < word.changesAt()) revert BondVault_ChangePending(word.changesAt());
        uint256 current = word.weightAt(epoch);
        uint256 step = weight > current ? weight - current : current - weight;
        if (weight == 0 || step > current / 4) revert BondVault_WeightStepTooLarge(current, weight);

        _weights[asset] = toWeightWord(current, weight, epoch + 2);
        emit WeightSet(asset, weight, epoch + 2);
    }

    /* VIEWS */
    /// @inheritdoc IBondVault
    function weightAt(uint8 asset, uint64 epoch) external view returns (uint256) {
        return asset == 0 ? WEIGHT_UNIT : _weights[asset].weightAt(epoch);
    }

    /// @inheritdoc IBondVault
    function assetOf(uint8 asset) external view returns (address, uint256, uint256) {
        if (asset >= ASSETS) revert BondVault_UnknownAsset(asset);
        return (_tokenOf(asset), _quantumOf(asset), _lane(MIN_DEPOSITS, asset) * _quantumOf(asset));
    }

    /* INTERNAL: CALLERS */
    // Functions, not modifiers: the bytecode has no room for copies.

    function _checkGovernance() internal view {
        if (msg.sender != REGISTRY.governance()) revert BondVault_NotGovernance(msg.sender);
    }

    function _checkOwner(uint16 operator) internal view {
        if (msg.sender != REGISTRY.ownerOf(operator)) revert BondVault_NotOwner(operator, msg.sender);
    }

    /* INTERNAL: WORTH */
    /// @dev The weight of an asset now, or the lowest one of those decided for now or later.
    function _weightOf(uint256 asset, bool lowest) internal view returns (uint256) {
        if (asset == 0) return WEIGHT_UNIT;
        WeightWord word = _weights[asset];
        uint64 epoch = _currentEpoch();
        return lowest ? word.lowestFrom(epoch) : word.weightAt(epoch);
    }

    /// @dev The one place that values what a pool holds (INV-34). Cannot overflow: 72 bits of quanta of 64 bits at 96 bits.
    function _worth(uint256 asset, uint256 quanta, uint256 weight) internal view returns (uint256) {
        return quanta * _quantumOf(asset) * weight / WEIGHT_UNIT;
    }

    /* INTERNAL: AMOUNTS */
    /// @dev A deposit in quanta. Written out: it is a hundredth of what a deposit costs.
    /// @param asset One of those there are: their quantum is not 0.
    function _deposited(uint256 asset, uint256 amount) internal view returns (uint256 quanta) {
        unchecked {
            uint256 shift = asset << 6;
            // Lanes of 64 bits, here and below.
            // forge-lint: disable-next-line(unsafe-typecast)
            uint256 quantum = uint64(QUANTA >> shift);
            quanta = amount / quantum;
            if (quanta * quantum != amount) revert BondVault_NotWholeQuanta(amount, quantum);
            // forge-lint: disable-next-line(unsafe-typecast)
            uint256 minimum = uint64(MIN_DEPOSITS >> shift);
            if (quanta < minimum) revert BondVault_DepositTooSmall(amount, minimum * quantum);
        }
    }

    function _toQuanta(uint256 asset, uint256 amount) internal view returns (uint256) {
        uint256 quantum = _quantumOf(asset);
        _checkWhole(amount, quantum);
        return amount / quantum;
    }

    function _checkWhole(uint256 amount, uint256 quantum) internal pure {
        if (amount % quantum != 0) revert BondVault_NotWholeQuanta(amount, quantum);
    }

    /* INTERNAL: MONEY */
    /// @dev Counted before it is pulled, which is safe because a shortfall reverts all of it. Callers are not reentered: a nested
    /// deposit could make up for the fee that the outer one lost, and count twice.
    function _pull(address token, uint256 amount) internal {
        uint256 balanceBefore = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 balanceAfter = token.balanceOf(address(this));
        // What is less than before wraps around to more than there is of anything.
        unchecked {
            if (balanceAfter - balanceBefore != amount) {
                revert BondVault_TransferFell(amount, balanceBefore, balanceAfter);
            }
        }
    }

    function _pay(uint256 asset, address to, uint256 amount) internal {
        if (asset != 0) {
            _tokenOf(asset).safeTransfer(to, amount);
        } else {
            (bool ok,) = to.call{value: amount}("");
            if (!ok) revert BondVault_PaymentFailed(to, amount);
        }
    }

    /* INTERNAL: CONFIGURATION */
    /// @dev Zero for ETH.
    function _tokenOf(uint256 asset) internal view returns (address) {
        if (asset == 1) return TOKEN_1;
        if (asset == 2) return TOKEN_2;
        return asset == 3 ? TOKEN_3 : address(0);
    }

    /// @dev The same, of an ERC-20 that there is.
    function _checkedToken(uint256 asset) internal view returns (address token) {
        token = _tokenOf(asset);
        if (token == address(0)) revert BondVault_UnknownAsset(asset);
    }

    /// @dev The asset's smallest unit; 0 if there is no such asset.
    function _quantumOf(uint256 asset) internal view returns (uint256) {
        return _lane(QUANTA, asset);
    }

    function _lane(uint256 word, uint256 asset) private pure returns (uint256) {
        // One of four lanes.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint64(word >> (asset << 6));
    }

    function _currentEpoch() internal view returns (uint64 epoch) {
        (epoch,,) = _now();
    }
}
