// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondExits} from "./BondExits.sol";
import {IBondVault} from "./interfaces/IBondVault.sol";
import {Basket} from "./types/Basket.sol";
import {ExitTicket, toExitTicket} from "./types/ExitTicket.sol";
import {Pool} from "./types/Pool.sol";
import {Release} from "./types/Release.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Bond penalties
/// @notice How bonds are lost: leaks, slashes, defaults; and where that goes.
/// @dev A penalty takes the same part of every asset, so that no delegator bears it for those of another asset. No penalty calls
/// anybody who could refuse.
abstract contract BondPenalties is BondExits {
    /* STRUCTS */
    /// @notice The part of one asset that the court can reach.
    struct Core {
        Pool pool;
        uint256 own;
        uint256 exit;
        uint256 ticket;
        uint256 weight;
    }

    /// @notice What the court takes. Shares by asset.
    struct CoreLoss {
        Basket loss;
        uint256 taken;
        uint256[4] ownShares;
        uint256[4] exitShares;
    }

    /* CONSTANTS AND IMMUTABLES */
    /// @dev A third at most (INV-17), so that an idle operator's pool loses more than it can pay an accomplice.
    uint256 internal constant LEAK_REWARD = 3;
    /// @dev A tenth at most (INV-35): who reports itself first still loses nine tenths. For that, the slasher names a reporter for the
    /// operator's own part of a penalty alone.
    uint256 internal constant SLASH_REWARD = 10;

    address public immutable BATON;
    address public immutable SLASHER;
    address public immutable COURT;

    /* STORAGE */
    mapping(address reporter => Basket) internal _rewards;

    /* CONSTRUCTOR */
    constructor(address baton, address slasher, address court) {
        if (baton == address(0)) revert BondVault_BadAddress("baton", baton);
        (BATON, SLASHER, COURT) = (baton, slasher, court);
    }

    /* PENALTIES */
    /// @inheritdoc IBondVault
    function leak(uint16 operator, uint256 value, uint16 rewarded) external returns (uint256 taken) {
        if (msg.sender != BATON) revert BondVault_NotBaton(msg.sender);
        Basket loss;
        (loss, taken) = _take(operator, value);
        Basket reward = rewarded != 0 && rewarded != operator ? loss.part(LEAK_REWARD) : Basket.wrap(0);
        for (uint256 asset; asset < MAX_ASSETS && !reward.isZero(); ++asset) {
            uint256 quanta = reward.quantaOf(asset);
            if (quanta != 0) _grow(rewarded, asset, quanta, true);
        }
        _setAside(loss, reward);
        emit Leaked(operator, value, taken, rewarded, loss, reward);
    }

    /// @inheritdoc IBondVault
    function slash(uint16 operator, uint256 value, address reporter) external returns (uint256 taken) {
        if (msg.sender != SLASHER && msg.sender != address(PLEDGES)) revert BondVault_NotSlasher(msg.sender);
        Basket loss;
        (loss, taken) = _take(operator, value);
        Basket reward = _reward(reporter, loss);
        _setAside(loss, reward);
        emit Slashed(operator, value, taken, reporter, loss, reward);
    }

    /// @inheritdoc IBondVault
    function slashCore(uint16 operator, uint256 value, address reporter) external returns (uint256 taken) {
        if (msg.sender != COURT) revert BondVault_NotCourt(msg.sender);
        CoreLoss memory core = _takeCore(operator, value);
        Basket reward = _reward(reporter, core.loss);
        _setAside(core.loss, reward);
        taken = core.taken;
        emit CoreSlashed(operator, value, taken, reporter, core.loss, reward, core.ownShares, core.exitShares);
    }

    /* WHAT PENALTIES TOOK */
    /// @inheritdoc IBondVault
    function collectReward(uint8 asset, address to) external nonReentrant returns (uint256 amount) {
        Basket rest;
        (rest, amount) = _takeAll(_rewards[msg.sender], asset);
        _rewards[msg.sender] = rest;
        emit RewardCollected(msg.sender, asset, amount, to);
        _pay(asset, to, amount);
    }

    /// @inheritdoc IBondVault
    function burn(uint8 asset) external nonReentrant returns (uint256 amount) {
        (_burnable, amount) = _takeAll(_burnable, asset);
        emit Burned(asset, amount);
        _pay(asset, BURN_ADDRESS, amount);
    }

    /* VIEWS */
    /// @inheritdoc IBondVault
    function coreOf(uint16 operator) external view returns (uint256 value) {
        (, value,) = _coresOf(operator, _assetBits[operator]);
    }

    /// @inheritdoc IBondVault
    function rewardOf(address reporter) external view returns (uint256[4] memory) {
        return _amountsOf(_rewards[reporter]);
    }

    /// @inheritdoc IBondVault
    function burnable() external view returns (uint256[4] memory) {
        return _amountsOf(_burnable);
    }

    /* INTERNAL */
    /// @dev Takes `taken / all there is` of each pool, rounded up to its quantum.
    function _take(uint16 operator, uint256 value) internal returns (Basket loss, uint256 taken) {
        Pool[4] memory pools;
        uint256[4] memory worth;
        uint256 bits = _assetBits[operator];
        uint256 total;
        for (uint256 asset; asset < MAX_ASSETS; ++asset) {
            if (bits >> asset & 1 == 0) continue;
            pools[asset] = _touch(operator, asset);
            worth[asset] = _worth(asset, pools[asset].assets(), _weightOf(asset, false));
            total += worth[asset];
        }
        taken = Math.min(value, total);
        for (uint256 asset; asset < MAX_ASSETS; ++asset) {
            if (bits >> asset & 1 == 0) continue;
            Pool pool = pools[asset];
            uint256 quanta = _share(pool.assets(), taken, total);
            loss = loss.plus(asset, quanta);
            _setPool(operator, asset, pool.without(quanta, 0, 0));
        }
    }

    /// @dev The same from the operator's own shares up to `MIN_BOND` and its core exits. The shares go with what they were worth,
    /// rounded up, so that all others are worth no less than before (INV-35).
    function _takeCore(uint16 operator, uint256 value) internal returns (CoreLoss memory core) {
        uint256 bits = _assetBits[operator];
        for (uint256 asset; bits >> asset != 0; ++asset) {
            _touch(operator, asset);
        }
        (Core[4] memory cores, uint256 reachable, uint256 total) = _coresOf(operator, bits);
        core.taken = Math.min(value, reachable);
        for (uint256 asset; bits >> asset != 0; ++asset) {
            _cutCore(operator, asset, cores[asset], core, total);
        }
    }

    /// @return cores By asset.
    /// @return reachable What the court can take, wei.
    /// @return total Of all of it, wei: the self-bond above the minimum included.
    function _coresOf(uint16 operator, uint256 bits)
        private
        view
        returns (Core[4] memory cores, uint256 reachable, uint256 total)
    {
        uint256 exits;
        for (uint256 asset; bits >> asset != 0; ++asset) {
            (Pool pool,) = _peek(operator, asset);
            Core memory c = _coreOf(operator, asset, pool);
            cores[asset] = c;
            total += _worth(asset, c.own, c.weight);
            exits += _worth(asset, c.exit, c.weight);
        }
        return (cores, Math.min(total, MIN_BOND) + exits, total + exits);
    }

    /// @dev `core.taken / total` of one asset.
    function _cutCore(uint16 operator, uint256 asset, Core memory c, CoreLoss memory core, uint256 total) private {
        Pool pool = c.pool;
        uint256 fromOwn = _share(c.own, core.taken, total);
        uint256 ownShares = Math.min(pool.sharesUp(fromOwn), pool.selfShares());
        uint256 fromExit = _share(c.exit, core.taken, total);
        uint256 exitShares = fromExit == 0 ? 0 : _cutExit(operator, asset, c, fromExit);
        core.loss = core.loss.plus(asset, fromOwn + fromExit);
        (core.ownShares[asset], core.exitShares[asset]) = (ownShares, exitShares);
        _setPool(operator, asset, pool.without(fromOwn + fromExit, ownShares + exitShares, ownShares));
    }

    /// @dev Takes shares worth `quanta` out of the core exit that waits.
    function _cutExit(uint16 operator, uint256 asset, Core memory c, uint256 quanta) private returns (uint256 shares) {
        uint256 id = _toId(operator, asset, c.pool.generation());
        mapping(address holder => uint256) storage tickets = _tickets[operator][c.ticket];
        mapping(uint256 release => Release) storage releases = _releases[id];
        Exits storage exits = _exits[id];
        uint256 held = tickets[address(0)];
        shares = Math.min(c.pool.sharesUp(quanta), held);
        tickets[address(0)] = held - shares;
        releases[exits.core] = releases[exits.core].dropShares(shares);
        // What was added there.
        // forge-lint: disable-next-line(unsafe-typecast)
        exits.shares -= uint128(shares);
        if (shares == held) exits.core = 0;
    }

    function _coreOf(uint16 operator, uint256 asset, Pool pool) private view returns (Core memory c) {
        (c.pool, c.weight) = (pool, _weightOf(asset, false));
        c.own = pool.quantaDown(pool.selfShares());
        if (pool.nextRelease() == 0) return c;
        uint256 release = _exits[_toId(operator, asset, pool.generation())].core;
        if (release == 0 || _isReleased(release)) return c;
        c.ticket = ExitTicket.unwrap(toExitTicket(asset, pool.generation(), true, release));
        c.exit = pool.quantaDown(_tickets[operator][c.ticket][address(0)]);
    }

    /// @return `taken / total` of `quanta`, rounded up, and never more than there are.
    function _share(uint256 quanta, uint256 taken, uint256 total) private pure returns (uint256) {
        if (taken == total) return quanta;
        return Math.ceilDiv(quanta * taken, total);
    }

    function _reward(address reporter, Basket loss) private returns (Basket reward) {
        if (reporter == address(0) || loss.isZero()) return reward;
        reward = loss.part(SLASH_REWARD);
        _rewards[reporter] = _rewards[reporter].plusAll(reward);
    }

    /// @dev What is not a reward is burned later.
    function _setAside(Basket loss, Basket reward) private {
        if (loss.isZero()) return;
        _burnable = _burnable.plusAll(loss.minus(reward));
    }

    function _takeAll(Basket basket, uint256 asset) private view returns (Basket rest, uint256 amount) {
        Basket all = basket.only(asset);
        if (all.isZero()) revert BondVault_ZeroAmount();
        return (basket.minus(all), all.quantaOf(asset) * _quantumOf(asset));
    }

    function _amountsOf(Basket basket) private view returns (uint256[4] memory amounts) {
        for (uint256 asset; asset < ASSETS; ++asset) {
            amounts[asset] = basket.quantaOf(asset) * _quantumOf(asset);
        }
    }
}
