// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Basket} from "@rota/contracts/types/Basket.sol";
import {ExitQueue} from "@rota/contracts/types/ExitQueue.sol";
import {ExitTicket, toExitTicket} from "@rota/contracts/types/ExitTicket.sol";
import {LockWord} from "@rota/contracts/types/LockWord.sol";
import {PledgeWord} from "@rota/contracts/types/PledgeWord.sol";
import {Pool} from "@rota/contracts/types/Pool.sol";
import {Release} from "@rota/contracts/types/Release.sol";

import {ProofTest} from "./ProofTest.sol";

/// @notice The packed words of bonds: what is put in a lane is got from it, and no other lane is touched.
contract BondWordsProof is ProofTest {
    /* POOLS */
    function testFuzz_prove_Pool_Without(uint256 raw, uint72 quanta, uint72 count, uint72 own) public pure {
        Pool pool = Pool.wrap(raw);
        if (quanta > pool.assets() || count > pool.shares() || own > pool.selfShares()) return;
        if (pool.selfShares() - own > pool.shares() - count) return;
        Pool rest = pool.without(quanta, count, own);
        assertEq(rest.assets(), pool.assets() - quanta);
        assertEq(rest.shares(), pool.shares() - count);
        assertEq(rest.selfShares(), pool.selfShares() - own);
        _assertOnly(raw, Pool.unwrap(rest), 0, 216);
    }

    function testFuzz_prove_Pool_Release(uint256 raw, uint24 release) public pure {
        Pool pool = Pool.wrap(raw).withNextRelease(release);
        assertEq(pool.nextRelease(), release);
        _assertOnly(raw, Pool.unwrap(pool), 216, 24);
    }

    function testFuzz_prove_Pool_Successor(uint256 raw) public pure {
        // The last one has none.
        if (raw >> 240 == type(uint16).max) return;
        Pool pool = Pool.wrap(raw).successor();
        assertEq(uint16(pool.generation()), uint16(Pool.wrap(raw).generation() + 1));
        assertEq(Pool.unwrap(pool) << 16, 0);
    }

    /* AMOUNTS */
    function testFuzz_prove_Basket_Plus(uint256 raw, uint64 quanta) public pure {
        for (uint256 asset; asset < 4; ++asset) {
            Basket basket = Basket.wrap(raw);
            if (basket.quantaOf(asset) + quanta > type(uint64).max) continue;
            Basket sum = basket.plus(asset, quanta);
            assertEq(sum.quantaOf(asset), basket.quantaOf(asset) + quanta);
            _assertOnly(raw, Basket.unwrap(sum), 64 * asset, 64);
            assertEq(Basket.unwrap(sum.only(asset)), sum.quantaOf(asset) << 64 * asset);
        }
    }

    /* EXITS */
    function testFuzz_prove_ExitTicket_RoundTrip(uint8 asset, uint16 generation, bool core, uint24 release)
        public
        pure
    {
        ExitTicket ticket = toExitTicket(asset, generation, core, release);
        assertEq(ticket.asset(), asset);
        assertEq(ticket.generation(), generation);
        assertEq(ticket.isCore(), core);
        assertEq(ticket.release(), release);
    }

    function testFuzz_prove_ExitQueue_First(uint256 raw) public pure {
        ExitQueue rest = ExitQueue.wrap(raw).withoutFirst();
        for (uint256 place; place < 9; ++place) {
            assertEq(rest.releaseAt(place), ExitQueue.wrap(raw).releaseAt(place + 1));
        }
    }

    function testFuzz_prove_Release_Settle(uint256 raw, uint72 quanta) public pure {
        Release release = Release.wrap(raw).settle(quanta);
        assertEq(release.quanta(), quanta);
        assertEq(release.shares(), Release.wrap(raw).shares());
    }

    /* PROMISES */
    function testFuzz_prove_PledgeWord_Commission(uint256 raw, uint16 before, uint16 after_, uint32 from) public pure {
        vm.assume(from != 0);
        PledgeWord word = PledgeWord.wrap(raw).withCommission(before, after_, from);
        assertEq(word.commissionAt(from - 1), before);
        assertEq(word.commissionAt(from), after_);
        _assertOnly(raw, PledgeWord.unwrap(word), 0, 64);
    }

    function testFuzz_prove_PledgeWord_Pledge(uint256 raw, uint72 before, uint72 after_, uint32 from) public pure {
        vm.assume(from != 0);
        PledgeWord word = PledgeWord.wrap(raw).withPledge(before, after_, from);
        assertEq(word.pledgeGweiAt(from - 1), before);
        assertEq(word.pledgeGweiAt(from), after_);
        _assertOnly(raw, PledgeWord.unwrap(word), 64, 176);
    }

    /// @dev What was decided for the two epochs after the move stays.
    function testFuzz_prove_LockWord_Moved(uint192 lanes, uint40 movable, uint40 epoch, uint48 gwei_) public pure {
        vm.assume(movable <= epoch);
        LockWord word = LockWord.wrap(uint256(movable) << 192 | lanes);
        LockWord moved = word.moved(epoch, gwei_);
        assertEq(moved.movableFrom(), uint64(epoch) + 1);
        for (uint64 ahead; ahead < 3; ++ahead) {
            assertEq(moved.gweiAt(epoch + ahead), word.gweiAt(epoch + ahead));
        }
        assertEq(moved.gweiAt(uint64(epoch) + 3), gwei_);
        assertEq(moved.gweiAt(uint64(epoch) + 9), gwei_);
    }
}
