// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {IBaton} from "@rota/contracts/interfaces/IBaton.sol";
import {IBondVault} from "@rota/contracts/interfaces/IBondVault.sol";
import {IPledges} from "@rota/contracts/interfaces/IPledges.sol";
import {ISchedule} from "@rota/contracts/interfaces/ISchedule.sol";
import {Operator, RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";
import {Status} from "@rota/contracts/types/Types.sol";

/// @title Pledge default setup
/// @notice Stake policy, schedule, pledges and vault as they are deployed, and alice, who is drawn by a pledge that she does not hold.
abstract contract PledgeDefaultSetup is RotaFixture {
    /// @dev The first epoch that a pledge made in epoch 2 counts for.
    uint64 internal constant EPOCH = 5;
    /// @dev Of each operator, as the fixture deposits it.
    uint256 internal constant BOND = 10 ether;
    /// @dev A committee of two takes turns in an epoch of four slots.
    uint256 internal constant SLOTS = 2;

    Operator internal alice;

    function setUp() public {
        _deployRota();
        alice = operators[0];
        _run(EPOCH - 3);
    }

    function _config() internal virtual override returns (RotaConfig memory c) {
        c = super._config();
        c.choice.names[2][0] = PolicyName.Stake;
    }

    /// @dev Alice pledges for {EPOCH}, and is drawn with it.
    function _drawWith(uint256 pledge) internal {
        _pledge(pledge);
        uint256 covered = vault.bondOf(alice.id) * 10_000 / pledges.IDLE_BPS();
        uint256 weight = pledge < covered ? pledge : covered;
        assertEq(stake.weightOf(alice.id), weight / stake.UNIT(), "her pledge is her weight, as far as it is covered");
        assertGt(weight, vault.bondOf(alice.id));
        assertEq(stake.weightOf(operators[1].id), BOND / stake.UNIT());
        assertEq(_count(schedule.slotsOf(EPOCH)), SLOTS);
        assertEq(schedule.liveSlotsOf(alice.id), SLOTS);
    }

    /// @dev She and one other are all who stake: both have a seat. The epoch is frozen.
    function _pledge(uint256 pledge) internal {
        _setPledge(pledge);
        _run(EPOCH - 2);
        _queue(alice.id);
        _queue(operators[1].id);
        _run(EPOCH - 1);
        _prepare(EPOCH);
    }

    function _delegate(uint256 value) internal {
        address dora = makeAddr("dora");
        vm.deal(dora, value);
        vm.prank(dora);
        vault.delegate{value: value}(alice.id);
    }

    function _setPledge(uint256 pledge) internal {
        vm.prank(alice.owner);
        pledges.setPledge(alice.id, pledge);
    }

    function _toLastTenth() internal {
        _warpTo(schedule.startOfEpoch(EPOCH) - 6);
    }

    function _assertRequires(uint256 expected) internal view {
        (uint256 required,) = pledges.requiredOf(alice.id);
        assertEq(required, expected);
    }

    function _first() internal view returns (uint64) {
        return EPOCH * config.clock.slotsPerEpoch;
    }

    /// @return slot The first one that was frozen to her.
    function _slotOfAlice() internal view returns (uint64 slot) {
        uint16[] memory frozen = schedule.slotsOf(EPOCH);
        while (frozen[slot] != alice.id) ++slot;
        slot += _first();
    }

    function _count(uint16[] memory slots) internal view returns (uint256 count) {
        for (uint256 i; i < slots.length; ++i) {
            if (slots[i] == alice.id) ++count;
        }
    }
}

/// @notice A pledge that is drawn and not held: what it costs, and when.
contract PledgeDefaultTest is PledgeDefaultSetup {
    uint256 internal constant LOCKS = SLOTS * 0.1 ether;

    /* THE PENALTY */
    function test_voidUnderbonded_TakesTheSlots_TheirLocks_AndATenthOfTheShortfall() public {
        _drawWith(40 ether);
        uint16[] memory frozen = schedule.slotsOf(EPOCH);
        uint256 vaultHeld = address(vault).balance;
        _toLastTenth();

        vm.expectEmit(address(schedule));
        emit ISchedule.SlotsVoided(alice.id, _first());
        vm.expectEmit(address(pledges));
        emit IPledges.Defaulted(alice.id, EPOCH, SLOTS, 30 ether, LOCKS + 3 ether, LOCKS + 3 ether);
        vm.prank(stranger);
        assertEq(schedule.voidUnderbonded(EPOCH, alice.id), SLOTS);

        // All of it is burned: nothing is left to who reports, and nobody else's bond moved.
        assertEq(vault.bondOf(alice.id), 6.8 ether);
        assertEq(vault.burnable()[0], 3.2 ether);
        assertEq(vault.rewardOf(stranger)[0], 0);
        assertEq(vault.bondOf(operators[1].id) + vault.bondOf(operators[2].id), 2 * BOND);
        assertEq(vault.bondOf(reserve.id), 2 ether);
        assertEq(address(vault).balance, vaultHeld);
        assertEq(vault.burn(0), 3.2 ether);
        assertEq(address(vault).balance, vaultHeld - 3.2 ether);

        // What was frozen stays as it was; who is assigned is the reserve in alice's slots alone.
        assertEq(keccak256(abi.encode(schedule.slotsOf(EPOCH))), keccak256(abi.encode(frozen)));
        for (uint64 i; i < frozen.length; ++i) {
            bool hers = frozen[i] == alice.id;
            assertEq(schedule.isVoided(_first() + i), hers);
            assertEq(schedule.assignedTo(_first() + i), hers ? reserve.id : frozen[i]);
        }
    }

    /// @dev It opens them as its own, and who lost them cannot.
    function test_voidUnderbonded_TheReserveSequencesTheSlots() public {
        _drawWith(40 ether);
        _toLastTenth();
        schedule.voidUnderbonded(EPOCH, alice.id);
        uint64 slot = _slotOfAlice();
        _warpToSlot(slot);
        assertEq(schedule.currentHolder(), reserve.id);
        vm.prank(alice.sequencer);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_NotYourTurn.selector, slot, reserve.id, alice.sequencer));
        baton.claim(slot);
        _claim(reserve, slot);
        assertTrue(schedule.isClaimed(slot));
        _warpToEpoch(EPOCH + 1);
        assertEq(schedule.servedIn(EPOCH)[slot - _first()], reserve.id);
    }

    /// @dev No more is charged for than her pool weighs: an owner cannot burn all that was delegated by one pledge that is absurd.
    function test_attack_AbsurdPledge_CostsNoMoreThanItWeighed() public {
        _delegate(2 * BOND);
        _drawWith(1_000_000 ether);
        uint256 held = 3 * BOND;
        uint256 weighed = held * 10_000 / config.pledges.idleBps;
        assertLt(weighed, 1_000_000 ether);
        _toLastTenth();
        vm.expectEmit(address(pledges));
        emit IPledges.Defaulted(
            alice.id, EPOCH, SLOTS, 1_000_000 ether - held, LOCKS + weighed / 10, LOCKS + weighed / 10
        );
        schedule.voidUnderbonded(EPOCH, alice.id);
        assertEq(vault.burnable()[0], LOCKS + weighed / 10);
        assertApproxEqAbs(vault.bondOf(alice.id), held - LOCKS - weighed / 10, 1 gwei);
    }

    /// @dev Delegated bond counts, and bears its part.
    function test_voidUnderbonded_DelegatorsBearTheirPart() public {
        _delegate(20 ether);
        _drawWith(40 ether);
        _toLastTenth();
        schedule.voidUnderbonded(EPOCH, alice.id);
        assertEq(vault.burnable()[0], LOCKS + 1 ether, "a tenth of ten");
        assertEq(vault.selfBondOf(alice.id), 9.6 ether);
        assertEq(vault.bondOf(alice.id), 28.8 ether);
    }

    /// @dev By the rule, whatever was pledged and restaked; the vault counts in gwei and rounds up.
    function testFuzz_voidUnderbonded_CostsWhatItSays(uint256 pledge, uint256 restaked) public {
        pledge = bound(pledge, BOND / 1 gwei, 1000 ether / 1 gwei) * 1 gwei;
        restaked = bound(restaked, 0, pledge / 1 gwei) * 1 gwei;
        if (restaked < config.vault.minDeposit) restaked = 0;
        _pledge(pledge);
        if (restaked != 0) _bond(alice.id, restaked);
        _toLastTenth();

        uint256 held = BOND + restaked;
        bool holds = held >= pledge;
        if (holds) vm.expectRevert(abi.encodeWithSelector(IPledges.Pledges_Held.selector, alice.id, EPOCH));
        schedule.voidUnderbonded(EPOCH, alice.id);

        uint256 weighed = held * 10_000 / config.pledges.idleBps;
        uint256 lacks = holds ? 0 : pledge - held;
        uint256 penalty = holds ? 0 : LOCKS + (lacks < weighed ? lacks : weighed) / 10;
        uint256 lost = (penalty + 1 gwei - 1) / 1 gwei * 1 gwei;
        assertEq(vault.bondOf(alice.id), held - lost);
        assertEq(vault.burnable()[0], lost);
    }

    /* RESTAKING */
    function test_voidUnderbonded_RevertWhen_ItRestakedInTime() public {
        _drawWith(40 ether);
        _toLastTenth();
        _bond(alice.id, 30 ether);
        vm.expectRevert(abi.encodeWithSelector(IPledges.Pledges_Held.selector, alice.id, EPOCH));
        schedule.voidUnderbonded(EPOCH, alice.id);

        assertEq(vault.bondOf(alice.id), 40 ether);
        assertEq(vault.burnable()[0], 0);
        uint64 slot = _slotOfAlice();
        assertFalse(schedule.isVoided(slot));
        _warpToSlot(slot);
        _claim(alice, slot);
        assertEq(schedule.currentHolder(), alice.id);
    }

    function test_voidUnderbonded_GivenAGweiIsMissing_CostsTheLocksAndWhatRoundsUp() public {
        _drawWith(40 ether);
        _bond(alice.id, 30 ether - 1 gwei);
        _toLastTenth();
        vm.expectEmit(address(pledges));
        emit IPledges.Defaulted(alice.id, EPOCH, SLOTS, 1 gwei, LOCKS + 0.1 gwei, LOCKS + 0.1 gwei);
        schedule.voidUnderbonded(EPOCH, alice.id);
        assertEq(vault.burnable()[0], LOCKS + 1 gwei);
        assertEq(vault.bondOf(alice.id), 40 ether - LOCKS - 2 gwei);
    }

    function test_voidUnderbonded_RevertWhen_NotInTheLastTenth() public {
        _drawWith(40 ether);
        uint256 start = schedule.startOfEpoch(EPOCH);
        _warpTo(start - 8);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TooEarly.selector, EPOCH, start - 6));
        schedule.voidUnderbonded(EPOCH, alice.id);
        _warpTo(start);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_TooLate.selector, EPOCH, start));
        schedule.voidUnderbonded(EPOCH, alice.id);
        assertEq(vault.bondOf(alice.id), BOND);
        assertFalse(schedule.isVoided(_slotOfAlice()));
    }

    /* ONCE */
    function test_voidUnderbonded_RevertWhen_ItIsVoidedAlready() public {
        _drawWith(40 ether);
        _toLastTenth();
        schedule.voidUnderbonded(EPOCH, alice.id);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_NothingToVoid.selector, EPOCH, alice.id));
        schedule.voidUnderbonded(EPOCH, alice.id);

        // Too late to win them back.
        _bond(alice.id, 40 ether);
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_NothingToVoid.selector, EPOCH, alice.id));
        schedule.voidUnderbonded(EPOCH, alice.id);
        assertEq(vault.burnable()[0], 3.2 ether, "paid once");
        assertEq(schedule.assignedTo(_slotOfAlice()), reserve.id);
    }

    /// @dev Who was expelled has nothing left to default on.
    function test_voidUnderbonded_RevertWhen_ItWasExpelled() public {
        _drawWith(40 ether);
        _equivocate(alice);
        assertTrue(schedule.isVoided(_slotOfAlice()));
        uint256 left = vault.slashableOf(alice.id);
        _toLastTenth();
        vm.expectRevert(abi.encodeWithSelector(ISchedule.Schedule_NothingToVoid.selector, EPOCH, alice.id));
        schedule.voidUnderbonded(EPOCH, alice.id);
        assertEq(vault.slashableOf(alice.id), left);
    }

    /* LOCKS */
    /// @dev They are as long open to dispute as if they had not been voided, and so is what they lock.
    function test_voidUnderbonded_SlotsStayLiveUntilTheirDisputeEnds() public {
        _drawWith(40 ether);
        _toLastTenth();
        schedule.voidUnderbonded(EPOCH, alice.id);
        uint256 end = schedule.startOfEpoch(EPOCH + 1) + config.disputePeriod;
        assertEq(schedule.lastDisputeEnd(alice.id), end);
        assertEq(schedule.liveSlotsOf(alice.id), SLOTS);
        assertEq(pledges.lockOf(alice.id), LOCKS);

        // To the end of the epoch it owes the whole pledge, then a part of it; it withdraws it meanwhile.
        _warpToEpoch(EPOCH);
        _setPledge(0);
        _assertRequires(40 ether + LOCKS);
        vm.prank(alice.owner);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBondVault.BondVault_BelowRequirement.selector, alice.id, 6.8 ether - 1 gwei, 40 ether + LOCKS
            )
        );
        vault.requestExit(alice.id, 0, 1 gwei);
        _warpToEpoch(EPOCH + 1);
        _assertRequires(10 ether + LOCKS);
        _warpToEpoch(EPOCH + 3);
        _assertRequires(1 ether + LOCKS);
        _warpTo(end);
        assertEq(schedule.liveSlotsOf(alice.id), 0);
        assertEq(pledges.lockOf(alice.id), 0);
        _assertRequires(1 ether);

        vm.prank(alice.owner);
        uint256 ticket = vault.requestExit(alice.id, 0, 5.8 ether);
        (,, uint256 release) = vault.ticketOf(alice.id, ticket, address(0));
        _warpTo(release);
        uint256 before = alice.payee.balance;
        vault.claimExit(alice.id, ticket);
        // Shares round down: a gwei stays in her pool.
        assertEq(alice.payee.balance - before, 5.8 ether - 1 gwei);
        assertEq(vault.bondOf(alice.id), 1 ether + 1 gwei);
    }
}

/// @notice Slots so dear that their locks alone are more than she has.
contract PledgeDefaultOfDearSlotsTest is PledgeDefaultSetup {
    uint128 internal constant LOCK = 6 ether;

    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.pledges.firstLock, c.pledges.maxLock) = (LOCK, LOCK);
    }

    function test_voidUnderbonded_GivenThePenaltyExceedsTheBond_TakesAllOfIt() public {
        _drawWith(40 ether);
        _toLastTenth();
        vm.expectEmit(address(pledges));
        emit IPledges.Defaulted(alice.id, EPOCH, SLOTS, 30 ether, SLOTS * LOCK + 3 ether, BOND);
        schedule.voidUnderbonded(EPOCH, alice.id);
        assertEq(vault.slashableOf(alice.id), 0);
        assertEq(vault.burnable()[0], BOND);

        registry.jailUnderbonded(alice.id);
        (Status status,) = registry.statusOf(alice.id);
        assertTrue(status == Status.Jailed);
    }
}
