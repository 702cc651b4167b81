// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Pool, Pool_Overflow, Pool_Underflow} from "@rota/contracts/types/Pool.sol";
import {Test} from "forge-std/Test.sol";

contract Pool_Test is Test {
    uint256 internal constant MAX = type(uint72).max;

    function _pool(uint256 assets, uint256 shares, uint256 own) internal pure returns (Pool) {
        return Pool.wrap(uint256(7) << 240 | uint256(9) << 216 | own << 144 | shares << 72 | assets);
    }

    function _any(uint72 assets, uint72 shares, uint72 own) internal pure returns (Pool) {
        return _pool(assets, shares, own > shares ? shares : own);
    }

    function _assertTail(Pool pool) internal pure {
        assertEq(pool.nextRelease(), 9);
        assertEq(pool.generation(), 7);
    }

    /// Shares are minted rounded down, so that those that are there never lose value to new ones.
    function testFuzz_mint_RoundsDown(uint72 assets, uint72 shares, uint72 own, uint256 quanta, bool toSelf) public {
        Pool pool = _any(assets, shares, own);
        if (quanta % 4 != 0) quanta = bound(quanta, 0, MAX - assets);
        bool fits = quanta <= MAX && assets + quanta <= MAX
            && shares + quanta * (uint256(shares) + 1) / (uint256(assets) + 1) <= MAX;
        if (!fits) {
            vm.expectRevert(abi.encodeWithSelector(Pool_Overflow.selector, pool, quanta));
            this.mint(pool, quanta, toSelf);
            return;
        }
        (Pool grown, uint256 minted) = this.mint(pool, quanta, toSelf);
        assertEq(minted, quanta * (uint256(shares) + 1) / (uint256(assets) + 1));
        assertEq(grown.assets(), assets + quanta);
        assertEq(grown.shares(), shares + minted);
        assertEq(grown.selfShares(), pool.selfShares() + (toSelf ? minted : 0));
        _assertTail(grown);
        // (assets + 1) / (shares + 1) does not fall.
        assertGe((grown.assets() + 1) * (uint256(shares) + 1), (uint256(assets) + 1) * (grown.shares() + 1));
        assertLe(grown.quantaDown(minted), quanta, "nobody gains by coming and going");
    }

    /// Shares of a generation that was would come back to life.
    function test_successor_RevertWhen_ItIsTheLastGeneration() public {
        Pool last = Pool.wrap(uint256(type(uint16).max) << 240);
        assertEq(Pool.wrap(uint256(type(uint16).max - 1) << 240).successor().generation(), last.generation());
        vm.expectRevert(abi.encodeWithSelector(Pool_Overflow.selector, last, 0));
        this.successor(last);
    }

    /// Quanta are paid rounded down, so that those that stay never lose value to those that leave.
    function testFuzz_redeem_RoundsDown(uint72 assets, uint72 shares, uint72 own, uint256 count) public view {
        // A price above 1 comes of rounding alone: a quantum at a time.
        assets = uint72(bound(assets, 0, shares));
        Pool pool = _any(assets, shares, own);
        count = bound(count, 0, shares - pool.selfShares());
        (Pool rest, uint256 quanta) = this.redeem(pool, count);
        assertEq(quanta, count * (uint256(assets) + 1) / (uint256(shares) + 1));
        assertEq(rest.assets(), assets - quanta);
        assertEq(rest.shares(), shares - count);
        assertEq(rest.selfShares(), pool.selfShares());
        _assertTail(rest);
        assertGe((rest.assets() + 1) * (uint256(shares) + 1), (uint256(assets) + 1) * (rest.shares() + 1));
    }

    function testFuzz_sharesUp_IsTheLeastThatIsWorthIt(uint72 assets, uint72 shares, uint72 quanta) public pure {
        Pool pool = _pool(assets, shares, 0);
        uint256 up = pool.sharesUp(quanta);
        uint256 down = pool.sharesDown(quanta);
        assertLe(down, up);
        assertLe(up - down, 1);
        assertGe(pool.quantaDown(up), quanta);
        assertLe(pool.quantaDown(down), quanta);
    }

    function testFuzz_without_RevertWhen_ThereIsLess(
        uint72 assets,
        uint72 shares,
        uint72 own,
        uint80 quanta,
        uint80 count,
        uint80 less
    ) public {
        Pool pool = _any(assets, shares, own);
        own = uint72(pool.selfShares());
        if (quanta > assets || count > shares || less > own || own - less > shares - count) {
            vm.expectRevert(abi.encodeWithSelector(Pool_Underflow.selector, pool, quanta));
            this.without(pool, quanta, count, less);
            return;
        }
        Pool rest = this.without(pool, quanta, count, less);
        assertEq(rest.assets(), assets - quanta);
        assertEq(rest.shares(), shares - count);
        assertEq(rest.selfShares(), own - less);
        _assertTail(rest);
    }

    function testFuzz_withNextRelease_AndSuccessor(uint72 assets, uint72 shares, uint24 release) public pure {
        Pool pool = _pool(assets, shares, 0).withNextRelease(release);
        assertEq(pool.nextRelease(), release);
        assertEq(pool.assets(), assets);
        assertEq(pool.shares(), shares);
        assertEq(pool.generation(), 7);
        Pool next = pool.successor();
        assertEq(next.generation(), 8);
        assertEq(Pool.unwrap(next) << 16, 0);
        assertEq(pool.isWornOut(), (uint256(assets) + 1) * 1e6 < uint256(shares) + 1);
    }

    function mint(Pool pool, uint256 quanta, bool own) external pure returns (Pool, uint256) {
        return pool.mint(quanta, own);
    }

    function redeem(Pool pool, uint256 count) external pure returns (Pool, uint256) {
        return pool.redeem(count);
    }

    function without(Pool pool, uint256 quanta, uint256 count, uint256 own) external pure returns (Pool) {
        return pool.without(quanta, count, own);
    }

    function successor(Pool pool) external pure returns (Pool) {
        return pool.successor();
    }
}
