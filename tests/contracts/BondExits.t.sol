// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondedTest} from "./BondedTest.sol";
import {FalseToken} from "./tokens/BrokenTokens.sol";
import {ReentrantReceiver, RefusingReceiver} from "./tokens/EthReceivers.sol";
import {IBondVault} from "@rota/contracts/interfaces/IBondVault.sol";
import {ReentrancyGuardTransient} from "solady/src/utils/ReentrancyGuardTransient.sol";
import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

/// @dev Exits are released in steps of 40 s from genesis on: (3 epochs + the elastic delay) / 8.
contract BondExits_Test is BondedTest {
    uint256 internal constant STEP = 40;

    uint16 internal alice;
    address internal owner;

    function setUp() public override {
        super.setUp();
        alice = _register("alice");
        owner = _owner("alice");
        _deposit(alice, 20 ether);
        _depositToken(alice, 20e18); // worth 10
    }

    function _activateAlice() internal {
        vm.prank(owner);
        registry.activate(alice);
        _warpToEpoch(2);
    }

    function _exit(uint8 asset, uint256 amount) internal returns (uint256 ticket) {
        vm.prank(owner);
        return vault.requestExit(alice, asset, amount);
    }

    function _releaseOf(uint256 ticket) internal view returns (uint256 releaseTime) {
        (,, releaseTime) = vault.ticketOf(alice, ticket, address(0));
    }

    /// @dev The first step at or after `timestamp`.
    function _step(uint256 timestamp) internal view returns (uint256) {
        return clock.genesis + (timestamp - clock.genesis + STEP - 1) / STEP * STEP;
    }

    function _expectBelow(uint256 left, uint256 required) internal {
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_BelowRequirement.selector, alice, left, required));
    }

    /* REQUESTS */
    function test_requestExit_QueuesATicket() public {
        uint256 release = _step(_startOf(3) + ELASTIC_EXIT);
        assertEq(vault.elasticRelease(), release);
        vm.expectEmit();
        emit IBondVault.ExitRequested(alice, 8, address(0), 5e9, 5 ether, release);
        assertEq(_exit(0, 5 ether), 8);
        uint256 ticket = _exit(1, 20e18);
        assertEq(ticket, uint256(1) << 48 | 8);
        assertEq(vault.bondOf(alice), 15 ether);
        assertEq(vault.slashableOf(alice), 30 ether, "still within reach");
        (uint256 amount, uint256 shares, uint256 releaseTime) = vault.ticketOf(alice, ticket, address(0));
        assertEq(amount, 20e18);
        assertEq(shares, 20e9);
        assertEq(releaseTime, release);
    }

    /// A bid revealed now is for the epoch after next at the latest; what it wins can be proven against for a window after its end.
    function testFuzz_requestExit_Elastic_OutlastsWhatCanBeWonNow(uint256 time) public {
        vm.warp(bound(time, block.timestamp, _startOf(100)));
        uint256 epoch = block.timestamp < clock.genesis ? 0 : (block.timestamp - clock.genesis) / EPOCH;
        uint256 released = _releaseOf(_exit(0, 1 ether));
        assertGe(released, _startOf(epoch + 3) + ELASTIC_EXIT);
        assertLt(released, _startOf(epoch + 3) + ELASTIC_EXIT + STEP);
    }

    function test_requestExit_OfTheCore_TakesAsLongAsTheCourt() public {
        _warpToEpoch(5);
        uint256 ticket = _exit(0, 20 ether + 0); // 10 are left, no less than the minimum: elastic
        assertEq(_releaseOf(ticket), _step(_startOf(8) + ELASTIC_EXIT));
        uint256 core = _exit(1, 1e18);
        assertEq(core >> 24 & 1, 1);
        assertEq(_releaseOf(core), _step(block.timestamp + CORE_EXIT));
        assertEq(vault.coreOf(alice), 10 ether, "still all of it");

        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_CoreExitPending.selector, alice, 1));
        _exit(1, 1e18);
        vm.warp(_releaseOf(core));
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_CoreExitPending.selector, alice, 1));
        _exit(1, 1e18);
        vault.claimExit(alice, core);
        _exit(1, 19e18);
    }

    function test_requestExit_GivenInTheSet_LeavesTheMinimum() public {
        _activateAlice();
        _assertRequired(alice, MIN_BOND);
        _exit(1, 20e18);
        _expectBelow(MIN_BOND - 1 gwei, MIN_BOND);
        _exit(0, 10 ether + 1 gwei);
        _exit(0, 10 ether);
    }

    function test_requestExit_LeavesTheLocksOfLiveSlots() public {
        schedule.set(alice, 4, 0);
        _assertRequired(alice, 4 * LOCK); // never in the set: no minimum
        _exit(1, 20e18);
        _expectBelow(4 ether - 1 gwei, 4 ether);
        _exit(0, 16 ether + 1 gwei);
        _exit(0, 16 ether);
    }

    function test_requestExit_GivenDeactivated_AllOfItOnceThatIsInEffect() public {
        _activateAlice();
        _warpToEpoch(4);
        vm.prank(owner);
        registry.deactivate(alice);
        _warpToEpoch(6);
        vm.warp(block.timestamp - 1);
        _assertRequired(alice, MIN_BOND); // may still be assigned slots of epoch 5
        _warpToEpoch(6);
        _assertRequired(alice, 0);
        _exit(0, 20 ether);
        _exit(1, 20e18);
        assertEq(vault.bondOf(alice), 0);
    }

    function test_requestExit_CountsAtTheLowerWeightToCome() public {
        _activateAlice();
        vm.prank(GOVERNANCE);
        vault.setWeight(1, WEIGHT * 3 / 4);
        // 20 + 7.5 will be left to exit from, not 20 + 10.
        _expectBelow(MIN_BOND - 1 gwei, MIN_BOND);
        _exit(0, 17.5 ether + 1 gwei);
        _exit(0, 17.5 ether);
    }

    function test_requestExit_RevertWhen_NotTheOwnerOrNothingOrTooMuch() public {
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotOwner.selector, alice, address(this)));
        vault.requestExit(alice, 0, 1);
        vm.expectRevert(IBondVault.BondVault_ZeroAmount.selector);
        _exit(0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IBondVault.BondVault_BalanceTooLow.selector, alice, 20 ether, 20 ether + 1)
        );
        _exit(0, 20 ether + 1);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_BalanceTooLow.selector, alice, 20e18, 20e18 + 1));
        _exit(1, 20e18 + 1);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotWholeQuanta.selector, 1 ether + 1, 1 gwei));
        _exit(0, 1 ether + 1);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_UnknownAsset.selector, 4));
        _exit(4, 1);
    }

    /// Whoever exits a little in every block fills no queue: what is released together shares a ticket.
    function test_requestExit_AsOftenAsOneLikes() public {
        _warpToEpoch(3);
        uint256 first = _exit(0, 1 gwei);
        assertEq(_exit(0, 1 gwei), first);
        (uint256 amount,,) = vault.ticketOf(alice, first, address(0));
        assertEq(amount, 2 gwei);
        _exit(0, 12 ether);
        uint256 core = _exit(0, 1 gwei); // 18 - 10 of its value are in tokens
        assertTrue(core >> 24 & 1 == 0);
        for (uint256 i; i < 200; ++i) {
            vm.warp(block.timestamp + 7);
            _exit(1, 1e9);
        }
    }

    /* CLAIMS */
    function test_claimExit_ByAnyone_PaysThePayeeOnce() public {
        uint256 eth = _exit(0, 5 ether);
        uint256 tokens = _exit(1, 7e18);
        address payee = _payee("alice");
        vm.warp(_releaseOf(eth));
        vm.expectEmit();
        emit IBondVault.ExitClaimed(alice, eth, address(0), 5 ether, payee);
        vault.claimExit(alice, eth);
        vault.claimExit(alice, tokens);
        assertEq(payee.balance, 5 ether);
        assertEq(token.balanceOf(payee), 7e18);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NoTicket.selector, alice, eth, address(0)));
        vault.claimExit(alice, eth);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NoTicket.selector, alice, 99, address(0)));
        vault.claimExit(alice, 99);
    }

    /// Claimable if and only if the release time is reached, if and only if no penalty can take it.
    function testFuzz_claimExit_ReleasedIffNotSlashable(uint256 after_) public {
        uint256 ticket = _exit(0, 20 ether);
        uint256 core = _exit(1, 20e18);
        (uint256 release, uint256 coreRelease) = (_releaseOf(ticket), _releaseOf(core));
        uint256 kind = after_ % 5;
        vm.warp(
            kind == 0
                ? release - 1
                : kind == 1
                    ? release
                    : kind == 2
                        ? coreRelease - 1
                        : kind == 3 ? coreRelease : bound(after_, release - 50, coreRelease + 50)
        );
        (bool eth, bool tokens) = (block.timestamp >= release, block.timestamp >= coreRelease);
        uint256 reachable = (eth ? 0 : 20 ether) + (tokens ? 0 : 10 ether);
        assertEq(vault.slashableOf(alice), reachable);

        uint256 before = vm.snapshotState();
        vm.prank(SLASHER);
        assertEq(vault.slash(alice, type(uint256).max, address(0)), reachable);
        vm.revertToState(before);

        if (!eth) vm.expectPartialRevert(IBondVault.BondVault_NotReleased.selector);
        vault.claimExit(alice, ticket);
        if (!tokens) vm.expectPartialRevert(IBondVault.BondVault_NotReleased.selector);
        vault.claimExit(alice, core);
        assertEq(_payee("alice").balance, eth ? 20 ether : 0);
        assertEq(token.balanceOf(_payee("alice")), tokens ? 20e18 : 0);
    }

    function test_claimExit_GivenPayeeRefusesEth_WaitsForAnother() public {
        uint256 ticket = _exit(0, 5 ether);
        address refusing = address(new RefusingReceiver());
        vm.prank(owner);
        registry.setPayee(alice, refusing);
        vm.warp(_releaseOf(ticket));
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_PaymentFailed.selector, refusing, 5 ether));
        vault.claimExit(alice, ticket);
        vm.prank(owner);
        registry.setPayee(alice, owner);
        vault.claimExit(alice, ticket);
        assertEq(owner.balance, 5 ether);
    }

    function test_attack_PayeeReentersClaimExit_IsPaidOnce() public {
        uint256 ticket = _exit(0, 5 ether);
        ReentrantReceiver receiver = new ReentrantReceiver();
        receiver.arm(address(vault), abi.encodeCall(vault.claimExit, (alice, ticket)));
        vm.prank(owner);
        registry.setPayee(alice, address(receiver));
        vm.warp(_releaseOf(ticket));
        vault.claimExit(alice, ticket);
        assertTrue(receiver.called());
        assertFalse(receiver.succeeded());
        assertEq(receiver.answer(), abi.encodeWithSelector(ReentrancyGuardTransient.Reentrancy.selector));
        assertEq(address(receiver).balance, 5 ether);
    }

    function test_claimExit_GivenTokenIsBroken_EthIsPaidAllTheSame() public {
        FalseToken broken = new FalseToken();
        _deploy(address(broken), 2);
        alice = _register("alice");
        _deposit(alice, 1 ether);
        _depositToken(alice, 1e18);
        uint256 tokens = _exit(1, 1e18);
        uint256 eth = _exit(0, 1 ether);
        broken.refuse();
        vm.warp(_releaseOf(eth));
        vm.expectRevert(SafeTransferLib.TransferFailed.selector);
        vault.claimExit(alice, tokens);
        vault.claimExit(alice, eth);
        assertEq(_payee("alice").balance, 1 ether);
    }

    /// What stays is not diluted, and what leaves is not either, whoever claims when: each at the price of its release.
    function test_claimExit_GivenSlashInBetween_EachPaysForItsTime() public {
        _exit(1, 20e18);
        uint256 early = _exit(0, 5 ether);
        _warpToEpoch(2);
        uint256 late = _exit(0, 5 ether);
        vm.warp(_releaseOf(early));
        // Of 15 ETH that are left in the pool, a third.
        vm.prank(SLASHER);
        vault.slash(alice, 5 ether, address(0));
        vault.claimExit(alice, early);
        assertEq(_payee("alice").balance, 5 ether, "released in the same second: untouched");
        vm.warp(_releaseOf(late));
        vault.claimExit(alice, late);
        assertEq(_payee("alice").balance, 5 ether + 5 ether * 2 / uint256(3) / 1 gwei * 1 gwei);
    }

    /* DELAYS */
    function test_setExitDelays_WithinTheirRanges_ForLaterRequests() public {
        uint256 before = _exit(0, 1 ether);
        uint256 release = _releaseOf(before);
        vm.startPrank(GOVERNANCE);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_ElasticExitOutOfRange.selector, 124, 125, 128));
        vault.setExitDelays(124, CORE_EXIT);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_ElasticExitOutOfRange.selector, 129, 125, 128));
        vault.setExitDelays(129, CORE_EXIT);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_CoreExitOutOfRange.selector, 351, 352, 800));
        vault.setExitDelays(ELASTIC_EXIT, 351);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_CoreExitOutOfRange.selector, 801, 352, 800));
        vault.setExitDelays(ELASTIC_EXIT, 801);
        vm.expectEmit();
        emit IBondVault.ExitDelaysSet(125, 800);
        vault.setExitDelays(125, 800);
        vm.stopPrank();
        assertEq(_releaseOf(before), release);
        _exit(0, 18 ether);
        assertEq(_releaseOf(_exit(1, 20e18)), _step(block.timestamp + 800));
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotGovernance.selector, address(this)));
        vault.setExitDelays(125, 800);
    }

    function _assertRequired(uint16 operator, uint256 wanted) internal view {
        (uint256 required,) = pledges.requiredOf(operator);
        assertEq(required, wanted);
    }
}
