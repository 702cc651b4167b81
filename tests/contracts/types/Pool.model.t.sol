// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {LANE, Pool, Pool_Overflow} from "@rota/contracts/types/Pool.sol";

/// @notice Share accounting of bonds against a plain list of what each holder owns: a deposit is owned in full, a penalty takes the
/// same part of everybody's.
/// @dev The reference counts in fractions of a quantum and does not round. It has one holder more, the pool's virtual quantum.
contract Pool_Model_Test is Test {
    uint256 internal constant HOLDERS = 4;
    uint256 internal constant FRACTION = 1e30;

    Pool internal pool;
    uint256[HOLDERS] internal shares;
    // The reference.
    uint256[HOLDERS] internal owned;
    uint256 internal virtual_;
    /// @dev What rounding can have cost a holder so far, in fractions of a quantum.
    uint256 internal dust;

    function setUp() public {
        virtual_ = FRACTION;
    }

    function testFuzz_shares_MatchAPlainList(uint256 seed) public {
        for (uint256 i; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 who = (seed >> 8) % HOLDERS;
            uint256 dice = seed >> 16;
            if (seed % 3 == 0) _deposit(who, 1 + (dice >> 8) % (10 ** (1 + dice % 18)));
            if (seed % 3 == 1) _withdraw(who, dice % 4 == 0 ? shares[who] : dice % (shares[who] + 1));
            if (seed % 3 == 2) _slash(dice % (pool.assets() / (1 + (dice >> 128) % 8) + 1));
            _compare();
        }
    }

    /* EXTERNAL: WHAT A CHEATCODE CAN WATCH */
    function mint(Pool self, uint256 quanta) external pure {
        self.mint(quanta, false);
    }

    /* ACTIONS */
    function _deposit(uint256 who, uint256 quanta) internal {
        uint256 expected = pool.sharesDown(quanta);
        // Penalties made shares so cheap that the new ones fit into no lane.
        if (pool.shares() + expected > LANE) {
            vm.expectRevert(abi.encodeWithSelector(Pool_Overflow.selector, pool, quanta));
            this.mint(pool, quanta);
            return;
        }
        (pool,) = pool.mint(quanta, who == 0);
        shares[who] += expected;
        owned[who] += quanta * FRACTION;
        _round();
    }

    /// @dev The operator's own shares leave as others' do: first they are its own no more.
    function _withdraw(uint256 who, uint256 count) internal {
        if (who == 0) pool = pool.without(0, 0, count);
        uint256 quanta;
        (pool, quanta) = pool.redeem(count);
        uint256 part = owned[who] * count / (shares[who] == 0 ? 1 : shares[who]);
        assertLe(quanta * FRACTION, part + dust, "more than its part");
        assertLe(part, (quanta + 1) * FRACTION + dust, "less than its part");
        shares[who] -= count;
        owned[who] -= part;
        _round();
    }

    function _slash(uint256 quanta) internal {
        uint256 all = pool.assets() + 1;
        pool = pool.without(quanta, 0, 0);
        for (uint256 i; i < HOLDERS; ++i) {
            owned[i] = owned[i] * (all - quanta) / all;
        }
        virtual_ = virtual_ * (all - quanta) / all;
    }

    /// @dev Each step rounds by less than a quantum and a share, whatever a share is worth, in favour of all shares together.
    function _round() internal {
        dust += FRACTION + FRACTION * (pool.assets() + 1) / (pool.shares() + 1);
    }

    /* COMPARISON */
    function _compare() internal view {
        uint256 all = virtual_;
        uint256 sum;
        for (uint256 i; i < HOLDERS; ++i) {
            uint256 worth = pool.quantaDown(shares[i]) * FRACTION;
            assertLe(worth, owned[i] + dust, "worth more than is owned");
            assertLe(owned[i], worth + FRACTION + dust, "worth less than is owned");
            all += owned[i];
            sum += shares[i];
        }
        assertEq(pool.shares(), sum, "shares");
        assertEq(pool.selfShares(), shares[0], "own shares");
        assertApproxEqAbs((pool.assets() + 1) * FRACTION, all, dust, "nothing is lost");
    }
}
