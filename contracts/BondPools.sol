// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondAssets} from "./BondAssets.sol";
import {IBondVault} from "./interfaces/IBondVault.sol";
import {Basket} from "./types/Basket.sol";
import {ExitQueue} from "./types/ExitQueue.sol";
import {Pool} from "./types/Pool.sol";
import {Release} from "./types/Release.sol";

/// @title Bond pools
/// @notice One pool an operator and asset, and the exits that wait in it.
/// @dev Every share is the operator's, an exit's or an account's (INV-36). A pool that is read through `_touch` or `_peek` has no exits in
/// it that are released (INV-32): everything else here may rely on it.
abstract contract BondPools is BondAssets {
    /* STRUCTS */
    /// @param shares In all of the queue's releases.
    /// @param core Number of the release of the core exit that is not claimed yet; 0: there is none.
    struct Exits {
        ExitQueue queue;
        uint128 shares;
        uint64 core;
    }

    /// @notice A pool where it is stored.
    struct PoolSlot {
        Pool pool;
    }

    /// @notice What an operator has, weighted, wei.
    /// @param all Exits that are not released included.
    struct Worth {
        uint256 self;
        uint256 delegated;
        uint256 all;
    }

    /* CONSTANTS AND IMMUTABLES */
    /// @inheritdoc IBondVault
    uint256 public immutable EXIT_STEP;

    /* STORAGE */
    /// @dev Bit i: there was a deposit of asset i. Saves those who look at all pools the empty ones.
    mapping(uint16 operator => uint256) internal _assetBits;
    /// @dev By operator << 8 | asset: one hash.
    mapping(uint256 key => PoolSlot) private _slots;
    mapping(uint256 id => Exits) internal _exits;
    mapping(uint256 id => mapping(uint256 release => Release)) internal _releases;
    /// @dev What penalties took and nobody is owed.
    Basket internal _burnable;

    /* VIEWS */
    /// @inheritdoc IBondVault
    function bondOf(uint16 operator) external view returns (uint256) {
        Worth memory worth = _worthOf(operator, false);
        return worth.self + worth.delegated;
    }

    /// @inheritdoc IBondVault
    function selfBondOf(uint16 operator) external view returns (uint256) {
        return _worthOf(operator, false).self;
    }

    /// @inheritdoc IBondVault
    function heldThrough(uint16 operator, uint256 timestamp) external view returns (uint256 value) {
        for (uint256 asset; asset < ASSETS; ++asset) {
            (Pool pool,) = _peek(operator, asset);
            uint256 id = _toId(operator, asset, pool.generation());
            uint256 shares = pool.shares();
            ExitQueue queue = _exits[id].queue;
            while (!queue.isEmpty() && _releaseTime(queue.first()) < timestamp) {
                // What is released is out of the pool already.
                if (!_isReleased(queue.first())) shares -= _releases[id][queue.first()].shares();
                queue = queue.withoutFirst();
            }
            value += _worth(asset, pool.quantaDown(shares), _weightOf(asset, false));
        }
    }

    /// @inheritdoc IBondVault
    function stakesOf(uint16 operator)
        external
        view
        returns (uint256 own, uint256[] memory ids, uint256[] memory delegated)
    {
        (ids, delegated) = (new uint256[](ASSETS), new uint256[](ASSETS));
        uint256 count;
        for (uint256 asset; asset < ASSETS; ++asset) {
            (Pool pool, uint256 exiting) = _peek(operator, asset);
            uint256 weight = _weightOf(asset, false);
            own += _worth(asset, pool.quantaDown(pool.selfShares()), weight);
            uint256 held = _heldShares(pool, exiting);
            if (held == 0) continue;
            ids[count] = _toId(operator, asset, pool.generation());
            delegated[count++] = _worth(asset, pool.quantaDown(held), weight);
        }
        // Shortens both: their ends were never written.
        assembly ("memory-safe") {
            mstore(ids, count)
            mstore(delegated, count)
        }
    }

    /// @inheritdoc IBondVault
    function reachOf(uint16 operator) external view returns (uint256, uint256) {
        Worth memory worth = _worthOf(operator, false);
        return (worth.all, worth.self);
    }

    /// @inheritdoc IBondVault
    function slashableOf(uint16 operator) external view returns (uint256) {
        return _worthOf(operator, false).all;
    }

    /// @inheritdoc IBondVault
    function idOf(uint16 operator, uint8 asset) external view returns (uint256) {
        if (asset >= ASSETS) revert BondVault_UnknownAsset(asset);
        Pool pool = _poolOf(operator, asset);
        return _toId(operator, asset, (pool.isWornOut() ? pool.successor() : pool).generation());
    }

    /// @inheritdoc IBondVault
    function poolOf(uint16 operator, uint8 asset)
        external
        view
        returns (uint256 assets, uint256 shares, uint256 own, uint256 exiting)
    {
        Pool pool;
        (pool, exiting) = _peek(operator, asset);
        return (pool.assets(), pool.shares(), pool.selfShares(), exiting);
    }

    /* INTERNAL: TOUCHING */
    /// @notice A pool without its released exits, as it is written.
    function _touch(uint16 operator, uint256 asset) internal returns (Pool pool) {
        pool = _poolOf(operator, asset);
        uint256 next = pool.nextRelease();
        return next != 0 && _isReleased(next) ? _release(operator, asset, pool) : pool;
    }

    /// @dev At most 10 releases wait.
    function _release(uint16 operator, uint256 asset, Pool pool) private returns (Pool) {
        Exits storage exits = _exits[_toId(operator, asset, pool.generation())];
        ExitQueue queue = exits.queue;
        uint256 exiting = exits.shares;
        do {
            uint256 shares;
            (pool, shares) = _settle(operator, asset, pool, queue.first());
            exiting -= shares;
            queue = queue.withoutFirst();
        } while (!queue.isEmpty() && _isReleased(queue.first()));
        // Less than it was.
        // forge-lint: disable-next-line(unsafe-typecast)
        (exits.queue, exits.shares) = (queue, uint128(exiting));
        pool = pool.withNextRelease(queue.first());
        _setPool(operator, asset, pool);
        return pool;
    }

    /// @dev Takes the exits of one release out of the pool.
    function _settle(uint16 operator, uint256 asset, Pool pool, uint256 release)
        private
        returns (Pool rest, uint256 shares)
    {
        mapping(uint256 release => Release) storage releases = _releases[_toId(operator, asset, pool.generation())];
        Release exit = releases[release];
        uint256 quanta;
        shares = exit.shares();
        (rest, quanta) = pool.redeem(shares);
        releases[release] = exit.settle(quanta);
        // The asset is 0 to 3.
        // forge-lint: disable-next-line(unsafe-typecast)
        emit ExitsReleased(operator, uint8(asset), _releaseTime(release), shares, quanta * _quantumOf(asset));
    }

    /// @notice The same without writing.
    /// @return pool As it would be.
    /// @return exiting Shares that wait in the pool.
    function _peek(uint16 operator, uint256 asset) internal view returns (Pool pool, uint256 exiting) {
        (pool, exiting,) = _peekAt(operator, asset, 0);
    }

    /// @return pool As it would be.
    /// @return exiting Shares that wait in the pool.
    /// @return quanta What all exits of the release `wanted` are worth, out of the pool or not.
    function _peekAt(uint16 operator, uint256 asset, uint256 wanted)
        internal
        view
        returns (Pool pool, uint256 exiting, uint256 quanta)
    {
        pool = _poolOf(operator, asset);
        uint256 next = pool.nextRelease();
        if (next == 0) return (pool, 0, 0);
        uint256 id = _toId(operator, asset, pool.generation());
        ExitQueue queue = _exits[id].queue;
        exiting = _exits[id].shares;
        while (next != 0 && _isReleased(next)) {
            uint256 shares = _releases[id][next].shares();
            uint256 out;
            (pool, out) = pool.redeem(shares);
            exiting -= shares;
            if (next == wanted) quanta = out;
            queue = queue.withoutFirst();
            next = queue.first();
        }
        if (wanted != 0 && !_isReleased(wanted)) quanta = pool.quantaDown(_releases[id][wanted].shares());
    }

    /* INTERNAL: GROWING */
    /// @notice Adds quanta for new shares.
    /// @param own Whether they are the operator's.
    /// @return pool As it is written.
    /// @return shares Rounded down.
    function _grow(uint16 operator, uint256 asset, uint256 quanta, bool own)
        internal
        returns (Pool pool, uint256 shares)
    {
        PoolSlot storage slot = _slots[uint256(operator) << 8 | asset];
        pool = slot.pool;
        uint256 next = pool.nextRelease();
        if (next != 0 && _isReleased(next)) pool = _release(operator, asset, pool);
        if (Pool.unwrap(pool) == 0) _open(operator, asset);
        else if (pool.isWornOut()) pool = _renew(operator, asset, pool);
        (pool, shares) = pool.mint(quanta, own);
        slot.pool = pool;
    }

    /// @dev Who has a bond is registered: a repeat deposit saves the call.
    function _open(uint16 operator, uint256 asset) private {
        if (REGISTRY.ownerOf(operator) == address(0)) revert BondVault_UnknownOperator(operator);
        _assetBits[operator] |= 1 << asset;
    }

    /// @dev Its shares are worth less than a millionth of what was paid for them, in the pool's exits as well: all of it is burned.
    function _renew(uint16 operator, uint256 asset, Pool worn) private returns (Pool pool) {
        pool = worn.successor();
        _burnable = _burnable.plus(asset, worn.assets());
        emit GenerationStarted(
            operator,
            // 0 to 3.
            // forge-lint: disable-next-line(unsafe-typecast)
            uint8(asset),
            _toId(operator, asset, pool.generation()),
            worn.assets() * _quantumOf(asset)
        );
    }

    /* INTERNAL: READING */
    /// @param lowest At the lowest weights that are decided, instead of at those of now.
    function _worthOf(uint16 operator, bool lowest) internal view returns (Worth memory worth) {
        uint256 bits = _assetBits[operator];
        for (uint256 asset; asset < MAX_ASSETS; ++asset) {
            if (bits >> asset & 1 == 0) continue;
            (Pool pool, uint256 exiting) = _peek(operator, asset);
            uint256 weight = _weightOf(asset, lowest);
            worth.self += _worth(asset, pool.quantaDown(pool.selfShares()), weight);
            worth.delegated += _worth(asset, pool.quantaDown(_heldShares(pool, exiting)), weight);
            worth.all += _worth(asset, pool.assets(), weight);
        }
    }

    /// @dev Shares that accounts hold.
    function _heldShares(Pool pool, uint256 exiting) internal pure returns (uint256) {
        return pool.shares() - pool.selfShares() - exiting;
    }

    function _toId(uint16 operator, uint256 asset, uint256 generation) internal pure returns (uint256) {
        return uint256(operator) << 24 | asset << 16 | generation;
    }

    /* INTERNAL: WORDS */
    /// @dev With released exits.
    function _poolOf(uint16 operator, uint256 asset) internal view returns (Pool) {
        return _slots[uint256(operator) << 8 | asset].pool;
    }

    function _setPool(uint16 operator, uint256 asset, Pool pool) internal {
        _slots[uint256(operator) << 8 | asset].pool = pool;
    }

    /* INTERNAL: RELEASES */
    /// @dev The one test that decides both whether an exit can be claimed and whether a penalty can reach it.
    function _isReleased(uint256 release) internal view returns (bool) {
        return block.timestamp >= _releaseTime(release);
    }

    /// @dev First second in which the exits of a release can be claimed.
    function _releaseTime(uint256 release) internal view returns (uint256) {
        return GENESIS + release * EXIT_STEP;
    }

    /// @dev The first release at or after a time.
    function _releaseAt(uint256 timestamp) internal view returns (uint256) {
        return timestamp <= GENESIS + EXIT_STEP ? 1 : (timestamp - GENESIS + EXIT_STEP - 1) / EXIT_STEP;
    }
}
