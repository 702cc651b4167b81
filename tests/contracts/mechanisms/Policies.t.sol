// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {MechanismTest} from "./MechanismTest.sol";
import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";

/// @notice Mechanisms without prices: a whitelist that takes turns, committees by stake and by performance, and shares for several.
contract PolicyMechanismsTest is MechanismTest {
    uint8 internal stage = 2;
    PolicyName[4] internal names;
    uint8 internal seats = 2;
    /// @dev Slots that each part of the composite policy had.
    uint256[3] internal ofPart;

    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.registry.stage, c.choice.names[stage], c.choice.stake.seats) = (stage, names, seats);
    }

    /* PROOF OF AUTHORITY */
    function test_Mechanism_ProofOfAuthority() public {
        (stage, names[0]) = (1, PolicyName.RoundRobin);
        _drive(Mechanism(_nothing, _nothing, _checkAuthority));
        for (uint256 i; i < operators.length; ++i) {
            assertGt(assigned[operators[i].id], 0);
        }
    }

    /// @dev Everybody in the set has a slot, and nobody has two more than another.
    function _checkAuthority(uint64 epoch, uint16[] memory slots) internal view {
        (uint16[] memory ids,) = registry.eligibleSet(epoch);
        uint256 least = slots.length / ids.length;
        for (uint256 i; i < ids.length; ++i) {
            uint256 count = _count(slots, ids[i]);
            assertTrue(count == least || count == least + 1, "turns are not even");
        }
        assertEq(_named(slots), ids.length);
    }

    /* PROOF OF STAKE */
    function test_Mechanism_ProofOfStake() public {
        (names[0], seats) = (PolicyName.Stake, 1);
        _drive(Mechanism(_stakeAll, _nothing, _checkOne));
        _checkFees();
    }

    function test_Mechanism_ProofOfStakeWithRotation() public {
        (names[0], names[1]) = (PolicyName.Stake, PolicyName.RoundRobin);
        _drive(Mechanism(_stakeAll, _nothing, _checkTwo));
        _checkFees();
    }

    /// @dev One sequencer an epoch.
    function _checkOne(uint64 epoch, uint16[] memory slots) internal view {
        assertEq(_count(slots, slots[0]), slots.length, "one sequencer an epoch");
        assertTrue(registry.isEligible(slots[0], epoch));
        _checkWeights(epoch);
    }

    /// @dev A committee of two whose seats take turns.
    function _checkTwo(uint64 epoch, uint16[] memory slots) internal view {
        assertEq(slots[0], slots[2], "seats take turns");
        assertEq(slots[1], slots[3], "seats take turns");
        assertNotEq(slots[0], slots[1], "two seats");
        assertTrue(registry.isEligible(slots[0], epoch) && registry.isEligible(slots[1], epoch));
        _checkWeights(epoch);
    }

    /* PERFORMANCE */
    function test_Mechanism_PerformanceRotation() public {
        (names[0], names[1]) = (PolicyName.Performance, PolicyName.RoundRobin);
        _drive(Mechanism(_stakeAll, _nothing, _checkScores));
        assertGe(performance.nextEpoch(), LAST);
        assertEq(performance.seats(), 4, "as many as it can have, after a miss");
        _checkFees();
    }

    /// @dev Scores are those of the slots that are over, one by one: an eighth up or down each.
    function _checkScores(uint64 epoch, uint16[] memory slots) internal view {
        (uint16[] memory ids,) = registry.eligibleSet(epoch);
        assertEq(_named(slots), ids.length, "three seats, and each operator has one");
        for (uint256 i; i < operators.length; ++i) {
            uint256 score = 5000;
            for (uint64 e = FIRST; e + 2 <= epoch; ++e) {
                uint16[] memory served = schedule.servedIn(e);
                for (uint256 s; s < served.length; ++s) {
                    if (served[s] == operators[i].id) score += (10_000 - score + 7) / 8;
                    else if (frozen[e][s] == operators[i].id) score -= (score + 7) / 8;
                    if (score < 2500) score = 2500;
                }
            }
            assertEq(performance.scoreOf(operators[i].id), score);
        }
    }

    /* COMPOSITE */
    function test_Mechanism_Composite() public {
        (names[0], names[1], seats) = (PolicyName.Composite, PolicyName.RoundRobin, 1);
        _drive(Mechanism(_stakeAll, _nothing, _checkShares));
        // 24 slots of a hundred: 50, 30 and 20 %.
        assertEq(ofPart[0] + ofPart[1] + ofPart[2], 4 * (LAST + 1 - FIRST + 1));
        assertApproxEqAbs(ofPart[0], 12, 1);
        assertApproxEqAbs(ofPart[1], 7, 1);
        assertApproxEqAbs(ofPart[2], 5, 1);
    }

    function _checkShares(uint64 epoch, uint16[] memory slots) internal {
        uint16[] memory staked = stake.committee(epoch, schedule.seedOf(epoch));
        for (uint256 i; i < slots.length; ++i) {
            uint256 part = rota.composite.partOf(epoch, i, slots.length);
            ++ofPart[part];
            if (part == 0) assertEq(slots[i], staked[0], "the stake policy's slot");
            if (slots[i] != 0) assertTrue(registry.isEligible(slots[i], epoch));
        }
    }

    /* STAKES */
    /// @dev Operators stake before the set of an epoch closes, as often as their bond changes.
    function _stakeAll(uint64 epoch) internal {
        for (uint256 i; i < operators.length; ++i) {
            uint16 id = operators[i].id;
            (uint256 weight,) = stake.lastEntryOf(id);
            uint256 next = registry.isEligible(id, epoch) ? vault.bondOf(id) / stake.UNIT() : 0;
            if (next != weight) _queue(id);
        }
    }

    function _checkWeights(uint64 epoch) internal view {
        for (uint256 i; i < operators.length; ++i) {
            if (registry.isEligible(operators[i].id, epoch)) assertGt(stake.weightOf(operators[i].id), 0);
        }
    }

    /// @dev Who queued has paid for it, and who applied it got that: what is there is of entries that wait.
    function _checkFees() internal view {
        assertEq(address(stake).balance, stake.queueLength() * stake.FEE());
    }
}
