// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IRewardHook} from "../interfaces/IRewardHook.sol";
import {IRewardPool} from "../interfaces/IRewardPool.sol";
import {IStakes} from "../interfaces/IStakes.sol";
import {Vesting} from "../types/Vesting.sol";

/// @title RewardLedger
/// @notice The part of the reward pool that says whose a reward is, how much of it is released, and how it leaves.
/// @dev Two kinds of accounts: an operator's own, and one for each id of delegated shares, in which every share is worth the same.
/// Each has its released part and a {Vesting}; a holder's part of it is known by two numbers, so that every step costs the same
/// however many holders and epochs there are.
///
/// Trusts `VAULT` to tell of every change of shares beforehand, and of balances; and the token of the deployment not to have more
/// than 2^128 units.
abstract contract RewardLedger is IRewardPool {
    using SafeTransferLib for address;

    /* TYPES */
    /// @param released Not claimed yet, wei or smallest units.
    struct Own {
        uint128 released;
        Vesting vesting;
    }

    /// @param perShare Released since the beginning, wei or smallest units x 2^96 for one share.
    struct Delegated {
        uint256 perShare;
        Vesting vesting;
    }

    /// @param index `perShare` up to which `released` counts.
    /// @param released Not claimed yet, wei or smallest units.
    struct Holding {
        uint256 index;
        uint128 released;
    }

    /* CONSTANTS AND IMMUTABLES */
    uint256 internal constant ASSETS = 2;
    uint256 internal constant ETH = 0;
    uint256 internal constant TOKENS = 1;
    /// @dev Fraction bits of `perShare`. With amounts of 128 bits it has room for shares from one to 2^128.
    uint256 internal constant FRACTION_BITS = 96;

    IOperatorRegistry public immutable REGISTRY;
    IStakes public immutable VAULT;
    /// @inheritdoc IRewardPool
    address public immutable TOKEN;
    /// @inheritdoc IRewardPool
    uint256 public immutable VESTING_PERIOD;

    /* STORAGE */
    /// @dev By asset, as everything below.
    uint128[ASSETS] internal _unpaid;
    mapping(uint16 operator => Own[ASSETS]) internal _own;
    mapping(uint256 id => Delegated[ASSETS]) internal _delegated;
    mapping(uint256 id => mapping(address owner => Holding[ASSETS])) internal _holdings;
    /// @dev Shares that accounts hold.
    mapping(uint256 id => uint256) internal _supply;

    /* CONSTRUCTOR */
    constructor(IOperatorRegistry registry, IStakes vault, address token, uint256 vestingPeriod) {
        if (token.code.length == 0) revert RewardPool_OutOfRange("token", uint160(token));
        if (vestingPeriod == 0) revert RewardPool_OutOfRange("vestingPeriod", vestingPeriod);
        (REGISTRY, VAULT, TOKEN, VESTING_PERIOD) = (registry, vault, token, vestingPeriod);
    }

    /* CLAIMS */
    /// @inheritdoc IRewardPool
    function claim(uint16 operator, bool token) external returns (uint256 amount) {
        uint256 asset = _assetOf(token);

        // Check
        Own memory own = _releaseOwn(operator, asset);
        amount = own.released;
        if (amount == 0) revert RewardPool_NothingToClaim();

        // Effect
        own.released = 0;
        _own[operator][asset] = own;
        address payee = REGISTRY.payeeOf(operator);
        emit RewardClaimed(operator, payee, token, amount);

        // Interaction
        _pay(asset, payee, amount);
    }

    /// @inheritdoc IRewardPool
    function claimDelegated(uint256 id, bool token, address to) external returns (uint256 amount) {
        uint256 asset = _assetOf(token);

        // Check
        _release(id, asset);
        Holding memory holding = _held(id, asset, msg.sender);
        amount = holding.released;
        if (amount == 0) revert RewardPool_NothingToClaim();

        // Effect
        holding.released = 0;
        _holdings[id][msg.sender][asset] = holding;
        emit DelegatorRewardClaimed(id, msg.sender, to, token, amount);

        // Interaction
        _pay(asset, to, amount);
    }

    /* VAULT ONLY */
    /// @inheritdoc IRewardHook
    function onSharesChanged(uint16 operator, uint256 id, address from, address to, uint256 amount) external {
        if (msg.sender != address(VAULT)) revert RewardPool_NotVault(msg.sender);
        uint256 supply = _supply[id];
        for (uint256 asset; asset < ASSETS; ++asset) {
            _release(id, asset);
            if (from != address(0)) _holdings[id][from][asset] = _held(id, asset, from);
            if (to != address(0)) _holdings[id][to][asset] = _held(id, asset, to);
        }
        if (from == address(0)) supply += amount;
        if (to == address(0)) supply -= amount;
        _supply[id] = supply;

        // With no share left, what is still locked is the operator's: else the first one to come back would get all of it.
        if (supply == 0) _inherit(operator, id);
    }

    /* VIEWS */
    /// @inheritdoc IRewardPool
    function unpaid(bool token) external view returns (uint256) {
        return _unpaid[_assetOf(token)];
    }

    /// @inheritdoc IRewardPool
    function undivided(bool token) external view returns (uint256) {
        return _undivided(_assetOf(token));
    }

    /// @inheritdoc IRewardPool
    function rewardOf(uint16 operator, bool token) external view returns (uint256 released, uint256 locked) {
        Own memory own = _releaseOwn(operator, _assetOf(token));
        return (own.released, own.vesting.locked());
    }

    /// @inheritdoc IRewardPool
    function rewardOf(address owner, uint256 id, bool token) external view returns (uint256 released) {
        uint256 asset = _assetOf(token);
        Holding memory holding = _holdings[id][owner][asset];
        (uint256 perShare,) = _released(id, asset);
        return holding.released + _earned(VAULT.balanceOf(owner, id), perShare - holding.index);
    }

    /// @inheritdoc IRewardPool
    function lockedOf(uint256 id, bool token) external view returns (uint256) {
        (, Vesting vesting) = _released(id, _assetOf(token));
        return vesting.locked();
    }

    /* INTERNAL: CREDITS */
    /// @dev Half at once, half over the vesting period; of an odd amount the smallest unit at once.
    function _creditOwn(uint16 operator, uint256 asset, uint256 amount) internal {
        if (amount == 0) return;
        Own memory own = _releaseOwn(operator, asset);
        // A part of what is there, which has less than 128 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        own.released += uint128(amount - amount / 2);
        own.vesting = own.vesting.add(amount / 2, block.timestamp, VESTING_PERIOD);
        _own[operator][asset] = own;
    }

    /// @dev As {_creditOwn}; for an id with shares.
    function _creditDelegated(uint256 id, uint256 asset, uint256 amount) internal {
        if (amount == 0) return;
        (uint256 perShare, Vesting vesting) = _released(id, asset);
        perShare += ((amount - amount / 2) << FRACTION_BITS) / _supply[id];
        vesting = vesting.add(amount / 2, block.timestamp, VESTING_PERIOD);
        _delegated[id][asset] = Delegated({perShare: perShare, vesting: vesting});
    }

    /// @dev Moves what is locked for an id to its operator, over the time that was left.
    function _inherit(uint16 operator, uint256 id) internal {
        for (uint256 asset; asset < ASSETS; ++asset) {
            Vesting vesting = _delegated[id][asset].vesting;
            if (vesting.locked() == 0) continue;
            _delegated[id][asset].vesting = Vesting.wrap(0);
            Own memory own = _releaseOwn(operator, asset);
            own.vesting = own.vesting.add(vesting.locked(), block.timestamp, vesting.end() - block.timestamp);
            _own[operator][asset] = own;
        }
    }

    /* INTERNAL: RELEASES */
    function _release(uint256 id, uint256 asset) internal {
        (uint256 perShare, Vesting vesting) = _released(id, asset);
        _delegated[id][asset] = Delegated({perShare: perShare, vesting: vesting});
    }

    /// @dev An id's account as of now. Without shares nothing is locked, see {_inherit}.
    function _released(uint256 id, uint256 asset) internal view returns (uint256 perShare, Vesting vesting) {
        Delegated storage account = _delegated[id][asset];
        uint256 amount;
        (amount, vesting) = account.vesting.release(block.timestamp);
        perShare = account.perShare;
        if (amount != 0) perShare += (amount << FRACTION_BITS) / _supply[id];
    }

    /// @dev A holder's account as of the id's last release, with the balance it has had since its own.
    function _held(uint256 id, uint256 asset, address owner) internal view returns (Holding memory holding) {
        holding = _holdings[id][owner][asset];
        uint256 perShare = _delegated[id][asset].perShare;
        if (perShare == holding.index) return holding;
        // A part of what is there, which has less than 128 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        holding.released += uint128(_earned(VAULT.balanceOf(owner, id), perShare - holding.index));
        holding.index = perShare;
    }

    function _releaseOwn(uint16 operator, uint256 asset) internal view returns (Own memory own) {
        own = _own[operator][asset];
        uint256 amount;
        (amount, own.vesting) = own.vesting.release(block.timestamp);
        // forge-lint: disable-next-line(unsafe-typecast)
        own.released += uint128(amount);
    }

    /// @dev Rounded down: what all holders of an id can claim is never more than it was credited (INV-85).
    function _earned(uint256 shares, uint256 perShare) internal pure returns (uint256) {
        return shares * perShare >> FRACTION_BITS;
    }

    /* INTERNAL: MONEY */
    /// @dev The whole balance counts: there is no way to give to the pool that its books would miss. Zero, and not a revert, should
    /// the token have taken from it.
    function _undivided(uint256 asset) internal view returns (uint256) {
        uint256 balance = asset == ETH ? address(this).balance : TOKEN.balanceOf(address(this));
        uint256 promised = _unpaid[asset];
        return balance > promised ? balance - promised : 0;
    }

    /// @dev The last step of its callers.
    function _pay(uint256 asset, address to, uint256 amount) internal {
        // forge-lint: disable-next-line(unsafe-typecast)
        _unpaid[asset] -= uint128(amount);
        if (asset == TOKENS) {
            TOKEN.safeTransfer(to, amount);
        } else if (!SafeTransferLib.trySafeTransferETH(to, amount, gasleft())) {
            // What the receiver returns is not copied.
            revert RewardPool_PaymentFailed(to, amount);
        }
    }

    function _assetOf(bool token) internal pure returns (uint256) {
        return token ? TOKENS : ETH;
    }
}
