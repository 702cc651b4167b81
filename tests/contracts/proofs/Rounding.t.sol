// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Pool} from "@rota/contracts/types/Pool.sol";
import {Release} from "@rota/contracts/types/Release.sol";
import {Vesting, toVesting} from "@rota/contracts/types/Vesting.sol";

import {ProofTest} from "./ProofTest.sol";

/// @notice In whose favour shares round: of those who stay. For all values of the words' full width.
/// @dev A share's price is `(assets + 1) / (shares + 1)`. What is said about prices is said without division: all is multiplied out.
contract RoundingProof is ProofTest {
    /* BONDS AND DELEGATED SHARES */
    /// @dev Who deposits gets shares worth what it paid, or less: so the others' price does not fall, since
    /// `(assets + quanta + 1) / (shares + minted + 1) >= (assets + 1) / (shares + 1)` is just this, multiplied out.
    function testFuzz_prove_Pool_ADepositNeverLowersThePrice(uint72 assets, uint72 shares, uint72 quanta) public view {
        // One that would overflow is refused.
        try this.mint(assets, shares, quanta) returns (uint256 minted) {
            unchecked {
                assertLe(minted * (uint256(assets) + 1), quanta * (uint256(shares) + 1));
            }
        } catch {}
    }

    /// @dev Who leaves gets what its shares are worth, or less: so, multiplied out once more, the others' price does not fall.
    function testFuzz_prove_Pool_AnExitNeverLowersThePrice(uint72 assets, uint72 shares, uint72 count) public pure {
        uint256 quanta = _pool(assets, shares).quantaDown(count);
        unchecked {
            assertLe(quanta * (uint256(shares) + 1), count * (uint256(assets) + 1));
        }
    }

    /// @dev The court takes shares that are worth what it takes, or less than a share more. Of all amounts, in pools of each kind of
    /// price; fuzzed only, as all that is not named `prove`: no solver here multiplies out as much.
    function testFuzz_Pool_APenaltyNeverLowersThePrice(uint72 quanta) public pure {
        for (uint256 i; i < 5; ++i) {
            (uint256 assets, uint256 shares) = _poolNumber(i);
            uint256 count = _pool(assets, shares).sharesUp(quanta);
            assertGe(count * (assets + 1), quanta * (shares + 1));
            assertLt(count * (assets + 1), quanta * (shares + 1) + assets + 1);
        }
    }

    /// @dev By less than a share, or a quantum.
    function testFuzz_Pool_RoundsByLessThanOne(uint72 assets, uint72 shares, uint72 amount) public pure {
        Pool pool = _pool(assets, shares);
        uint256 count = pool.sharesDown(amount);
        uint256 quanta = pool.quantaDown(amount);
        unchecked {
            assertLe(count * (uint256(assets) + 1), amount * (uint256(shares) + 1));
            assertGt((count + 1) * (uint256(assets) + 1), amount * (uint256(shares) + 1));
            assertGt((quanta + 1) * (uint256(shares) + 1), amount * (uint256(assets) + 1));
        }
    }

    /// @dev Follows from the first two.
    function testFuzz_Pool_ARoundTripGainsNothing(uint72 assets, uint72 shares, uint72 quanta) public pure {
        Pool pool = _pool(assets, shares);
        if (!_fits(pool, quanta)) return;
        (Pool grown, uint256 minted) = pool.mint(quanta, false);
        (Pool rest, uint256 back) = grown.redeem(minted);
        assertLe(back, quanta);
        assertGe(rest.assets(), assets);
        assertEq(rest.shares(), shares);
    }

    /* EXITS */
    function testFuzz_Release_APartIsNoMoreThanItsShare(uint72 quanta, uint72 shares, uint72 count) public pure {
        if (count >= shares) return;
        (, uint256 taken) = Release.wrap(uint256(quanta) << 72 | shares).take(count);
        unchecked {
            assertLe(taken * shares, uint256(quanta) * count);
        }
    }

    function testFuzz_prove_Release_TheLastGetWhatIsLeft(uint72 quanta, uint72 shares) public pure {
        if (shares == 0) return;
        (, uint256 taken) = Release.wrap(uint256(quanta) << 72 | shares).take(shares);
        assertEq(taken, quanta);
    }

    /* REWARDS */
    function testFuzz_prove_Vesting_ReleaseKeepsTheSum(uint128 locked, uint40 last, uint40 now_, uint40 end)
        public
        pure
    {
        if (last > now_ || last >= end) return;
        (uint256 released, Vesting rest) = toVesting(locked, last, end).release(now_);
        assertEq(released + rest.locked(), locked);
    }

    /// @dev Counted from the last release, which is time 0.
    function testFuzz_prove_Vesting_IsNeverAheadOfItsTime(uint128 locked, uint40 now_, uint40 end) public pure {
        if (now_ >= end) return;
        (uint256 released,) = toVesting(locked, 0, end).release(now_);
        unchecked {
            assertLe(released * end, uint256(locked) * now_);
        }
    }

    /* CALLED BY THE PROOFS */
    function mint(uint256 assets, uint256 shares, uint256 quanta) external pure returns (uint256 minted) {
        (, minted) = _pool(assets, shares).mint(quanta, false);
    }

    /* INTERNAL */
    function _pool(uint256 assets, uint256 shares) internal pure returns (Pool) {
        return Pool.wrap(shares << 72 | assets);
    }

    /// @dev Whether a deposit of that size is not refused.
    function _fits(Pool pool, uint256 quanta) internal pure returns (bool) {
        return pool.assets() + quanta <= type(uint72).max && pool.shares() + pool.sharesDown(quanta) <= type(uint72).max;
    }

    /// @dev Empty; as it was deposited; after a penalty; after a large one; and dearer than 1, by rounding.
    function _poolNumber(uint256 i) internal pure returns (uint256 assets, uint256 shares) {
        if (i == 0) return (0, 0);
        if (i == 1) return (1e9, 1e9);
        if (i == 2) return (999_999_998, 1e9);
        if (i == 3) return (7, 1e6);
        return (1e9 + 1, 1e9);
    }
}
