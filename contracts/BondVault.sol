// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondAssets} from "./BondAssets.sol";
import {BondExits} from "./BondExits.sol";
import {BondPenalties} from "./BondPenalties.sol";
import {IBondVault} from "./interfaces/IBondVault.sol";
import {IRewardHook} from "./interfaces/IRewardHook.sol";
import {Clocked} from "./libraries/Clocked.sol";
import {Pool} from "./types/Pool.sol";
import {Clock} from "./types/Types.sol";
import {ERC6909} from "@openzeppelin/contracts/token/ERC6909/ERC6909.sol";

/// @title BondVault
/// @notice Bonds in ETH and ERC-20s, the operators' own and delegated: deposits here, and how they leave or are lost in its parts.
/// @dev Trusts `REGISTRY` for owners, payees and standing, `PLEDGES` for what must stay, it, `BATON`, `SLASHER` and
/// `COURT` to punish only what the rules punish: none of them can make it pay anybody but a payee, a holder, a reporter or the burn. Trusts `REWARDS` not to revert: it could hold back who wants to leave.
///
/// What it has are pools, released exits, rewards and what is to be burned, to the smallest unit (INV-31), but for ETH that was forced
/// on it and tokens that were just sent to it, which nobody can take out.
///
/// Trusts its tokens not to change balances other than by transfer: one that rebases down would leave the last to exit unpaid in that
/// token, never in another asset. For liveness a token must have less than 2^63 quanta. It may return false or nothing, take fees,
/// revert or reenter.
contract BondVault is BondPenalties, ERC6909 {
    /* CONSTANTS AND IMMUTABLES */
    /// @notice Told of every change of delegated shares; zero: nobody is.
    address public immutable REWARDS;

    /* CONSTRUCTOR */
    /// @param addresses All may be computed in advance: none is called here.
    constructor(Clock memory clock_, Addresses memory addresses, Params memory params)
        Clocked(clock_)
        BondAssets(addresses.registry, params.minDeposit, [params.token1, params.token2, params.token3])
        BondExits(addresses.pledges, params)
        BondPenalties(addresses.baton, addresses.slasher, addresses.court)
    {
        REWARDS = addresses.rewards;
    }

    /* SELF-BOND */
    /// @inheritdoc IBondVault
    function deposit(uint16 operator) external payable {
        _grow(operator, 0, _deposited(0, msg.value), true);
        emit Deposited(operator, 0, msg.value);
    }

    /// @inheritdoc IBondVault
    function depositToken(uint16 operator, uint8 asset, uint256 amount) external nonReentrant {
        address token = _checkedToken(asset);
        _grow(operator, asset, _deposited(asset, amount), true);
        emit Deposited(operator, asset, amount);
        _pull(token, amount);
    }

    /// @inheritdoc IBondVault
    function delegateSelfBond(uint16 operator, uint8 asset, uint256 amount, address to)
        external
        returns (uint256 shares)
    {
        _checkOwner(operator);
        Pool pool;
        (pool, shares) = _takeSelf(operator, asset, amount);
        _checkStays(operator, true);
        _mint(to, _toId(operator, asset, pool.generation()), shares);
        emit SelfBondDelegated(operator, asset, to, shares);
    }

    /* DELEGATION */
    /// @inheritdoc IBondVault
    function delegate(uint16 operator) external payable returns (uint256 shares) {
        return _delegate(operator, 0, msg.value);
    }

    /// @inheritdoc IBondVault
    function delegateToken(uint16 operator, uint8 asset, uint256 amount)
        external
        nonReentrant
        returns (uint256 shares)
    {
        address token = _checkedToken(asset);
        shares = _delegate(operator, asset, amount);
        _pull(token, amount);
    }

    /// @inheritdoc IBondVault
    function undelegate(uint256 id, uint256 shares) external returns (uint256 ticket) {
        // Check: shares of now.
        if (shares == 0) revert BondVault_ZeroAmount();
        (uint16 operator, uint256 asset) = _operatorAndAsset(id);
        Pool pool = _touch(operator, asset);
        uint256 current = _toId(operator, asset, pool.generation());
        if (id != current) revert BondVault_OldGeneration(id, current);

        // Check: the caller's. Asked here, for the rewards are told before the shares move.
        uint256 held = balanceOf(msg.sender, id);
        if (shares > held) revert ERC6909InsufficientBalance(msg.sender, held, shares, id);

        // Effect: they are the caller's no more, but stay in the pool.
        _burn(msg.sender, id, shares);
        ticket = _queue(operator, asset, pool, false, shares, msg.sender);
    }

    /// @inheritdoc IBondVault
    function claimUndelegated(uint16 operator, uint256 ticket, address holder) external nonReentrant {
        if (holder == address(0)) revert BondVault_NoTicket(operator, ticket, holder);
        _claim(operator, ticket, holder, holder);
    }

    /* VIEWS */
    /// @inheritdoc IBondVault
    function commissionAt(uint16 operator, uint64 epoch) external view returns (uint256) {
        return PLEDGES.commissionAt(operator, epoch);
    }

    /* INTERNAL */
    function _delegate(uint16 operator, uint8 asset, uint256 amount) internal returns (uint256 shares) {
        Pool pool;
        (pool, shares) = _grow(operator, asset, _deposited(asset, amount), false);
        if (shares == 0) revert BondVault_ZeroAmount();
        _checkRatio(operator, _worthOf(operator, false));
        _mint(msg.sender, _toId(operator, asset, pool.generation()), shares);
        emit Delegated(operator, asset, msg.sender, amount, shares);
    }

    /// @dev Every change of balances: the rewards' turn comes before it.
    function _update(address from, address to, uint256 id, uint256 amount) internal override {
        if (REWARDS != address(0)) {
            (uint16 operator,) = _operatorAndAsset(id);
            IRewardHook(REWARDS).onSharesChanged(operator, id, from, to, amount);
        }
        super._update(from, to, id, amount);
    }

    function _operatorAndAsset(uint256 id) private pure returns (uint16 operator, uint256 asset) {
        // An id that has more bits is nobody's.
        // forge-lint: disable-next-line(unsafe-typecast)
        return (uint16(id >> 24), uint8(id >> 16));
    }
}
