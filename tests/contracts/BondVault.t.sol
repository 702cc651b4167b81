// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondedTest} from "./BondedTest.sol";
import {BlockingToken, FalseToken, FeeToken, LyingToken, ReentrantToken, SilentToken} from "./tokens/BrokenTokens.sol";
import {ReentrantReceiver, RefusingReceiver} from "./tokens/EthReceivers.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {BondVault} from "@rota/contracts/BondVault.sol";
import {IBondVault} from "@rota/contracts/interfaces/IBondVault.sol";
import {Bond, toBond} from "@rota/contracts/types/Bond.sol";
import {RESERVE} from "@rota/contracts/types/Types.sol";
import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

contract BondVault_Constructor_Test is BondedTest {
    function test_constructor_RevertWhen_AddressIsMissing() public {
        IBondVault.Addresses memory addresses = _vaultAddresses();
        addresses.registry = address(0);
        _expectBadAddress("registry", addresses);
        addresses = _vaultAddresses();
        addresses.schedule = address(0);
        _expectBadAddress("schedule", addresses);
        addresses = _vaultAddresses();
        addresses.baton = address(0);
        _expectBadAddress("baton", addresses);
        addresses = _vaultAddresses();
        addresses.token = address(0);
        _expectBadAddress("token", addresses);
    }

    function test_constructor_RevertWhen_ABidCouldOutliveItsBond() public {
        IBondVault.Params memory params = _vaultParams();
        params.exitDelay = uint64(160 + 3 * EPOCH - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBondVault.BondVault_ExitDelayTooShort.selector, params.exitDelay, params.exitDelay + 1
            )
        );
        new BondVault(clock, _vaultAddresses(), params);
    }

    function test_constructor_RevertWhen_TokenWeighsNothing() public {
        IBondVault.Params memory params = _vaultParams();
        params.weight = 0;
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_WeightStepTooLarge.selector, 0, 0));
        new BondVault(clock, _vaultAddresses(), params);
    }

    function _expectBadAddress(string memory parameter, IBondVault.Addresses memory addresses) internal {
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_BadAddress.selector, parameter, address(0)));
        new BondVault(clock, addresses, _vaultParams());
    }
}

contract BondVault_Deposit_Test is BondedTest {
    uint16 internal alice;

    function setUp() public override {
        super.setUp();
        alice = _register("alice");
    }

    function test_deposit_ByAnyone_GrowsTheBond() public {
        deal(address(this), 3 ether);
        vm.expectEmit();
        emit IBondVault.Deposited(alice, address(0), 1 ether);
        vault.deposit{value: 1 ether}(alice);
        vault.deposit{value: 2 ether}(alice);
        (uint256 eth, uint256 tokens) = vault.balanceOf(alice);
        assertEq(eth, 3 ether);
        assertEq(tokens, 0);
        assertEq(vault.bondOf(alice), 3 ether);
        assertEq(address(vault).balance, 3 ether);
    }

    function test_depositToken_ByAnyone_CountsAtTheWeight() public {
        token.mint(address(this), 4e18);
        token.approve(address(vault), 4e18);
        vm.expectEmit();
        emit IBondVault.Deposited(alice, address(token), 4e18);
        vault.depositToken(alice, 4e18);
        (, uint256 tokens) = vault.balanceOf(alice);
        assertEq(tokens, 4e18);
        assertEq(vault.bondOf(alice), 2 ether, "half a wei for each unit");
        assertEq(token.balanceOf(address(vault)), 4e18);
    }

    function test_deposit_RevertWhen_BelowTheMinimum() public {
        deal(address(this), 1 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IBondVault.BondVault_DepositTooSmall.selector, MIN_DEPOSIT - 1, uint256(MIN_DEPOSIT))
        );
        vault.deposit{value: MIN_DEPOSIT - 1}(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBondVault.BondVault_DepositTooSmall.selector, MIN_TOKEN_DEPOSIT - 1, uint256(MIN_TOKEN_DEPOSIT)
            )
        );
        vault.depositToken(alice, MIN_TOKEN_DEPOSIT - 1);
    }

    function test_deposit_RevertWhen_OperatorIsUnknown() public {
        deal(address(this), 1 ether);
        for (uint16 id = 0; id < 10; id += 9) {
            vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_UnknownOperator.selector, id));
            vault.deposit{value: 1 ether}(id);
            vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_UnknownOperator.selector, id));
            vault.depositToken(id, 1e18);
        }
    }

    function test_deposit_GivenEthSentPastIt_CountsNothing() public {
        _deposit(alice, 1 ether);
        deal(address(vault), 100 ether);
        token.mint(address(vault), 100e18);
        assertEq(vault.bondOf(alice), 1 ether);
    }

    /* BROKEN TOKENS */
    function _fund(address broken, uint256 amount) internal {
        _deploy(broken, 2);
        alice = _register("alice");
        token.mint(address(this), amount);
        token.approve(address(vault), amount);
    }

    function test_depositToken_RevertWhen_TokenReturnsFalse() public {
        _fund(address(new FalseToken()), 1e18);
        FalseToken(address(token)).refuse();
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        vault.depositToken(alice, 1e18);
    }

    function test_depositToken_RevertWhen_TokenLies() public {
        _fund(address(new LyingToken()), 1e18);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_TransferFell.selector, 1e18, 0, 0));
        vault.depositToken(alice, 1e18);
    }

    function test_depositToken_RevertWhen_TokenTakesAFee() public {
        _fund(address(new FeeToken()), 1e18);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_TransferFell.selector, 1e18, 0, 0.99e18));
        vault.depositToken(alice, 1e18);
    }

    function test_depositToken_RevertWhen_TokenReverts() public {
        _fund(address(new BlockingToken()), 1e18);
        BlockingToken(address(token)).block_(address(vault));
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        vault.depositToken(alice, 1e18);
    }

    function test_depositToken_GivenTokenReturnsNothing_Counts() public {
        SilentToken silent = new SilentToken();
        _deploy(address(silent), 2);
        alice = _register("alice");
        silent.mint(address(this), 1e18);
        vault.depositToken(alice, 1e18);
        assertEq(vault.bondOf(alice), 0.5 ether);
    }

    /// The nested deposit makes up for the fee that the outer one lost: 99 + 1 arrive, and 100 + 1 would be counted.
    function test_attack_NestedDepositMakesUpForTheFee_IsRefused() public {
        ReentrantToken reentrant = new ReentrantToken();
        _fund(address(reentrant), 100e18);
        reentrant.mint(address(reentrant), 1e18);
        reentrant.approveFor(address(reentrant), address(vault), 1e18);
        reentrant.arm(address(vault), abi.encodeCall(vault.depositToken, (alice, 1e18)));
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        vault.depositToken(alice, 100e18);
        assertEq(vault.bondOf(alice), 0);
    }
}

contract BondVault_Exit_Test is BondedTest {
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

    function _exit(bool tokens, uint256 amount) internal returns (uint256 ticket) {
        vm.prank(owner);
        return vault.requestExit(alice, tokens, amount);
    }

    function test_requestExit_QueuesATicket() public {
        uint256 release = block.timestamp + EXIT_DELAY;
        vm.expectEmit();
        emit IBondVault.ExitRequested(alice, 0, address(0), 5 ether, release);
        assertEq(_exit(false, 5 ether), 0);
        assertEq(_exit(true, 20e18), 1);
        assertEq(vault.bondOf(alice), 15 ether);
        assertEq(vault.slashableOf(alice), 30 ether, "still within reach");
        (bool tokens, uint256 amount, uint256 releaseTime) = vault.ticketOf(alice, 1);
        assertTrue(tokens);
        assertEq(amount, 20e18);
        assertEq(releaseTime, release);
    }

    function test_requestExit_IsNotReleasedBeforeTheLastDisputeEnds() public {
        uint256 disputed = block.timestamp + EXIT_DELAY + 77;
        schedule.set(alice, 1, disputed);
        uint256 ticket = _exit(false, 5 ether);
        vm.warp(disputed - 1);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotReleased.selector, ticket, disputed));
        vault.claimExit(alice, ticket);
        vm.warp(disputed);
        vault.claimExit(alice, ticket);
    }

    function test_requestExit_GivenInTheSet_LeavesTheMinimum() public {
        _activateAlice();
        assertEq(vault.requiredOf(alice), MIN_BOND);
        _exit(true, 20e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBondVault.BondVault_BelowRequirement.selector, alice, MIN_BOND - 1, uint256(MIN_BOND)
            )
        );
        _exit(false, 10 ether + 1);
        _exit(false, 10 ether);
    }

    function test_requestExit_LeavesTheLocksOfLiveSlots() public {
        schedule.set(alice, 4, 0);
        assertEq(vault.requiredOf(alice), 4 * LOCK, "never in the set: no minimum");
        _exit(true, 20e18);
        vm.expectRevert(
            abi.encodeWithSelector(IBondVault.BondVault_BelowRequirement.selector, alice, 4 ether - 1, 4 ether)
        );
        _exit(false, 16 ether + 1);
        _exit(false, 16 ether);
    }

    function test_requestExit_GivenDeactivated_AllOfItOnceThatIsInEffect() public {
        _activateAlice();
        _warpToEpoch(4);
        vm.prank(owner);
        registry.deactivate(alice);
        _warpToEpoch(6);
        vm.warp(block.timestamp - 1);
        assertEq(vault.requiredOf(alice), MIN_BOND, "may still be assigned slots of epoch 5");
        _warpToEpoch(6);
        assertEq(vault.requiredOf(alice), 0);
        _exit(false, 20 ether);
        _exit(true, 20e18);
        assertEq(vault.bondOf(alice), 0);
    }

    function test_requestExit_CountsAtTheLowerWeightToCome() public {
        _activateAlice();
        vm.prank(GOVERNANCE);
        vault.setWeight(WEIGHT * 3 / 4);
        // 20 + 7.5 will be left to exit from, not 20 + 10.
        vm.expectRevert(
            abi.encodeWithSelector(
                IBondVault.BondVault_BelowRequirement.selector, alice, MIN_BOND - 1, uint256(MIN_BOND)
            )
        );
        _exit(false, 17.5 ether + 1);
        _exit(false, 17.5 ether);
    }

    function test_requestExit_RevertWhen_NotTheOwnerOrNothingOrTooMuch() public {
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotOwner.selector, alice, address(this)));
        vault.requestExit(alice, false, 1);
        vm.expectRevert(IBondVault.BondVault_ZeroAmount.selector);
        _exit(false, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IBondVault.BondVault_BalanceTooLow.selector, alice, 20 ether, 20 ether + 1)
        );
        _exit(false, 20 ether + 1);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_BalanceTooLow.selector, alice, 20e18, 20e18 + 1));
        _exit(true, 20e18 + 1);
    }

    function test_requestExit_UsesTicketsAgain_AndHasEight() public {
        for (uint256 i; i < 8; ++i) {
            assertEq(_exit(false, 1 ether), i);
        }
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_TooManyTickets.selector, alice, 8));
        _exit(false, 1 ether);
        vm.warp(block.timestamp + EXIT_DELAY);
        vault.claimExit(alice, 5);
        assertEq(_exit(false, 1 ether), 5);
    }

    function test_claimExit_ByAnyone_PaysThePayeeOnce() public {
        uint256 eth = _exit(false, 5 ether);
        uint256 tokens = _exit(true, 7e18);
        address payee = _payee("alice");
        vm.warp(block.timestamp + EXIT_DELAY);
        vm.expectEmit();
        emit IBondVault.ExitClaimed(alice, eth, address(0), 5 ether, payee);
        vault.claimExit(alice, eth);
        vault.claimExit(alice, tokens);
        assertEq(payee.balance, 5 ether);
        assertEq(token.balanceOf(payee), 7e18);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NoTicket.selector, alice, eth));
        vault.claimExit(alice, eth);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NoTicket.selector, alice, 99));
        vault.claimExit(alice, 99);
    }

    /// Claimable if and only if the release time is reached, if and only if no penalty can take it.
    function testFuzz_claimExit_ReleasedIffNotSlashable(uint256 after_) public {
        _exit(false, 20 ether);
        uint256 ticket = _exit(true, 20e18);
        after_ = after_ % 3 == 0 ? EXIT_DELAY - 1 : after_ % 3 == 1 ? EXIT_DELAY : after_ % (2 * EXIT_DELAY);
        vm.warp(block.timestamp + after_);
        bool released = after_ >= EXIT_DELAY;
        assertEq(vault.slashableOf(alice), released ? 0 : 30 ether);

        uint256 before = vm.snapshotState();
        vm.prank(SLASHER);
        assertEq(vault.slash(alice, type(uint256).max, address(0)), released ? 0 : 30 ether);
        vm.revertToState(before);

        if (!released) vm.expectPartialRevert(IBondVault.BondVault_NotReleased.selector);
        vault.claimExit(alice, ticket);
        assertEq(token.balanceOf(_payee("alice")), released ? 20e18 : 0);
    }

    function test_claimExit_GivenPayeeRefusesEth_WaitsForAnother() public {
        uint256 ticket = _exit(false, 5 ether);
        address refusing = address(new RefusingReceiver());
        vm.prank(owner);
        registry.setPayee(alice, refusing);
        vm.warp(block.timestamp + EXIT_DELAY);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_PaymentFailed.selector, refusing, 5 ether));
        vault.claimExit(alice, ticket);
        vm.prank(owner);
        registry.setPayee(alice, owner);
        vault.claimExit(alice, ticket);
        assertEq(owner.balance, 5 ether);
    }

    function test_attack_PayeeReentersClaimExit_IsPaidOnce() public {
        uint256 ticket = _exit(false, 5 ether);
        _exit(false, 5 ether);
        ReentrantReceiver receiver = new ReentrantReceiver();
        receiver.arm(address(vault), abi.encodeCall(vault.claimExit, (alice, ticket)));
        vm.prank(owner);
        registry.setPayee(alice, address(receiver));
        vm.warp(block.timestamp + EXIT_DELAY);
        vault.claimExit(alice, ticket);
        assertTrue(receiver.called());
        assertFalse(receiver.succeeded());
        assertEq(
            receiver.answer(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
        assertEq(address(receiver).balance, 5 ether);
    }

    function test_claimExit_GivenTokenIsBroken_EthIsPaidAllTheSame() public {
        FalseToken broken = new FalseToken();
        _deploy(address(broken), 2);
        alice = _register("alice");
        _deposit(alice, 1 ether);
        _depositToken(alice, 1e18);
        uint256 tokens = _exit(true, 1e18);
        uint256 eth = _exit(false, 1 ether);
        broken.refuse();
        vm.warp(block.timestamp + EXIT_DELAY);
        vm.expectRevert(SafeTransferLib.TransferFailed.selector);
        vault.claimExit(alice, tokens);
        vault.claimExit(alice, eth);
        assertEq(_payee("alice").balance, 1 ether);
    }
}

contract BondVault_Weight_Test is BondedTest {
    function _setWeight(uint96 weight) internal {
        vm.prank(GOVERNANCE);
        vault.setWeight(weight);
    }

    function test_setWeight_TakesEffectTwoEpochsOn() public {
        uint16 alice = _register("alice");
        _depositToken(alice, 8e18);
        _warpToEpoch(3);
        vm.expectEmit();
        emit IBondVault.WeightSet(WEIGHT * 5 / 4, 5);
        _setWeight(WEIGHT * 5 / 4);
        assertEq(vault.weightAt(4), WEIGHT);
        assertEq(vault.weightAt(5), WEIGHT * 5 / 4);
        assertEq(vault.bondOf(alice), 4 ether);
        _warpToEpoch(5);
        assertEq(vault.bondOf(alice), 5 ether);
    }

    function testFuzz_setWeight_MovesByAQuarterAtMost(uint96 weight) public {
        weight = uint96(bound(weight, 0, 2 * WEIGHT));
        bool allowed = weight <= WEIGHT * 5 / 4 && weight >= WEIGHT * 3 / 4;
        if (!allowed) {
            vm.expectRevert(
                abi.encodeWithSelector(IBondVault.BondVault_WeightStepTooLarge.selector, uint256(WEIGHT), weight)
            );
        }
        _setWeight(weight);
    }

    function test_setWeight_RevertWhen_TheLastChangeIsPending() public {
        _warpToEpoch(3);
        _setWeight(WEIGHT * 5 / 4);
        _warpToEpoch(5);
        vm.warp(block.timestamp - 1);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_WeightPending.selector, 5));
        _setWeight(WEIGHT);
        _warpToEpoch(5);
        _setWeight(WEIGHT);
    }

    function test_setWeight_RevertWhen_CallerIsNotGovernance() public {
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotGovernance.selector, address(this)));
        vault.setWeight(WEIGHT);
    }
}

contract BondVault_Penalty_Test is BondedTest {
    uint16 internal alice;

    function setUp() public override {
        super.setUp();
        alice = _register("alice");
    }

    function _leak(uint256 value, uint16 rewarded) internal returns (uint256) {
        vm.prank(BATON);
        return vault.leak(alice, value, rewarded);
    }

    function _slash(uint256 value, address reporter) internal returns (uint256) {
        vm.prank(SLASHER);
        return vault.slash(alice, value, reporter);
    }

    function _assertBond(uint16 operator, uint256 eth, uint256 tokens) internal view {
        (uint256 hasEth, uint256 hasTokens) = vault.balanceOf(operator);
        assertEq(hasEth, eth, "ETH");
        assertEq(hasTokens, tokens, "tokens");
    }

    function test_leak_TakesEthFirst_AThirdToTheTaker_TheRestIsBurned() public {
        _deposit(alice, 3 ether);
        _depositToken(alice, 10e18);
        vm.expectEmit();
        emit IBondVault.BondChanged(alice, 0, 4e18);
        vm.expectEmit();
        emit IBondVault.BondChanged(RESERVE, 1 ether, 2e18);
        vm.expectEmit();
        emit IBondVault.Leaked(alice, 6 ether, 6 ether, RESERVE, 2 ether);
        assertEq(_leak(6 ether, RESERVE), 6 ether);
        _assertBond(alice, 0, 4e18);
        _assertBond(RESERVE, 1 ether, 2e18);
        (uint256 eth, uint256 tokens) = vault.burnable();
        assertEq(eth, 2 ether);
        assertEq(tokens, 4e18);
    }

    function test_leak_GivenNobodyIsRewarded_BurnsAll() public {
        _deposit(alice, 6 ether);
        _leak(3 ether, 0);
        _leak(3 ether, alice);
        _assertBond(alice, 0, 0);
        (uint256 eth,) = vault.burnable();
        assertEq(eth, 6 ether);
    }

    function test_leak_GivenTooLittle_TakesWhatThereIs() public {
        assertEq(_leak(1 ether, RESERVE), 0);
        _deposit(alice, 1 ether);
        assertEq(_leak(type(uint256).max, RESERVE), 1 ether);
        assertEq(_leak(1 ether, RESERVE), 0);
    }

    function test_leak_TakesTheBondFirst_ThenUnreleasedTickets() public {
        _deposit(alice, 6 ether);
        _depositToken(alice, 4e18);
        vm.startPrank(_owner("alice"));
        vault.requestExit(alice, false, 1 ether); // 0, will be released
        vm.warp(block.timestamp + EXIT_DELAY);
        vault.requestExit(alice, true, 4e18); // 1, worth 2
        vault.requestExit(alice, false, 3 ether); // 2
        vm.stopPrank();
        vm.expectEmit();
        emit IBondVault.ExitReduced(alice, 1, 0);
        vm.expectEmit();
        emit IBondVault.ExitReduced(alice, 2, 2 ether);
        assertEq(_leak(5 ether, 0), 5 ether);
        _assertBond(alice, 0, 0);
        (, uint256 released,) = vault.ticketOf(alice, 0);
        (, uint256 emptied,) = vault.ticketOf(alice, 1);
        (, uint256 reduced,) = vault.ticketOf(alice, 2);
        assertEq(released, 1 ether);
        assertEq(emptied, 0);
        assertEq(reduced, 2 ether);

        vault.claimExit(alice, 0);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NoTicket.selector, alice, 1));
        vault.claimExit(alice, 1);
    }

    /// An exit requested in the block before the offence is proven, or long before it, protects nothing until its release.
    function test_attack_ExitQueuedJustBeforeASlash_IsSlashed() public {
        _deposit(alice, 6 ether);
        vm.prank(_owner("alice"));
        vault.requestExit(alice, false, 6 ether);
        vm.warp(block.timestamp + EXIT_DELAY - 1);
        assertEq(_slash(6 ether, address(0)), 6 ether);
    }

    function test_slash_ATenthToTheReporter_ByPull_TheRestIsBurned() public {
        _deposit(alice, 10 ether);
        _depositToken(alice, 20e18);
        address reporter = makeAddr("reporter");
        vm.expectEmit();
        emit IBondVault.RewardChanged(reporter, 1 ether, 2e18);
        vm.expectEmit();
        emit IBondVault.Slashed(alice, 30 ether, 20 ether, reporter, 2 ether);
        assertEq(_slash(30 ether, reporter), 20 ether);
        assertEq(reporter.balance, 0, "nothing is pushed");

        vm.startPrank(reporter);
        assertEq(vault.collectReward(false, reporter), 1 ether);
        assertEq(vault.collectReward(true, makeAddr("elsewhere")), 2e18);
        assertEq(reporter.balance, 1 ether);
        assertEq(token.balanceOf(makeAddr("elsewhere")), 2e18);
        vm.expectRevert(IBondVault.BondVault_ZeroAmount.selector);
        vault.collectReward(false, reporter);
        vm.stopPrank();

        assertEq(vault.burn(false), 9 ether);
        assertEq(vault.burn(true), 18e18);
        assertEq(vault.BURN_ADDRESS().balance, 9 ether);
        assertEq(token.balanceOf(vault.BURN_ADDRESS()), 18e18);
        vm.expectRevert(IBondVault.BondVault_ZeroAmount.selector);
        vault.burn(false);
    }

    /// Whoever reports itself still loses nine tenths.
    function test_attack_SelfSlashToCollectTheReward_DoesNotPay() public {
        _deposit(alice, 10 ether);
        address owner = _owner("alice");
        _slash(10 ether, owner);
        vm.prank(owner);
        vault.collectReward(false, owner);
        assertEq(owner.balance, 1 ether);
    }

    function test_penalties_RevertWhen_CallerIsNotAuthorized() public {
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotBaton.selector, SLASHER));
        vm.prank(SLASHER);
        vault.leak(alice, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotSlasher.selector, BATON));
        vm.prank(BATON);
        vault.slash(alice, 1, address(0));
    }

    function test_slash_GivenNoSlasher_NobodyMay() public {
        IBondVault.Addresses memory addresses = _vaultAddresses();
        addresses.slasher = address(0);
        BondVault unslashed = new BondVault(clock, addresses, _vaultParams());
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotSlasher.selector, address(this)));
        unslashed.slash(alice, 1, address(0));
    }

    /// Penalties call nobody: a token that blocks the burn, and a reporter that takes no ETH, stop neither.
    function test_attack_TokenBlocksTheBurn_PenaltiesGoOn() public {
        BlockingToken blocking = new BlockingToken();
        _deploy(address(blocking), 2);
        alice = _register("alice");
        _depositToken(alice, 6e18);
        _deposit(alice, 1 ether);
        blocking.block_(vault.BURN_ADDRESS());
        assertEq(_leak(2 ether, RESERVE), 2 ether);
        address refusing = address(new RefusingReceiver());
        assertEq(_slash(2 ether, refusing), 2 ether);

        vm.expectRevert(SafeTransferLib.TransferFailed.selector);
        vault.burn(true);
        assertGt(vault.burn(false), 0, "ETH is burned all the same");
        (, uint256 credited) = vault.rewardOf(refusing);
        assertEq(credited, 0.4e18);
    }

    /// Every wei and every unit taken is a reward or burnable; nothing is taken twice; the value asked for is a bound.
    function testFuzz_penalties_Conserve(uint256 value, uint96 eth, uint96 tokens, uint96 exiting, bool slashes)
        public
    {
        eth = uint96(bound(eth, MIN_DEPOSIT, 1e24));
        tokens = uint96(bound(tokens, MIN_TOKEN_DEPOSIT, 1e24));
        _deposit(alice, eth);
        _depositToken(alice, tokens);
        exiting = uint96(bound(exiting, 1, tokens));
        vm.prank(_owner("alice"));
        vault.requestExit(alice, true, exiting);
        uint256 slashable = vault.slashableOf(alice);
        if (value % 2 == 0) value = bound(value, 0, slashable + 1);

        uint256 taken = slashes ? _slash(value, address(this)) : _leak(value, RESERVE);

        assertLe(taken, value);
        // Bond and ticket are rounded down each for itself.
        assertApproxEqAbs(taken, value < slashable ? value : slashable, 1);
        Bond left = _bondOf(alice);
        (, uint256 ticket,) = vault.ticketOf(alice, 0);
        Bond loss = toBond(eth, tokens).minus(left).minus(toBond(0, ticket));
        (uint256 burnEth, uint256 burnTokens) = vault.burnable();
        (uint256 rewardEth, uint256 rewardTokens) = vault.rewardOf(address(this));
        Bond reward = slashes ? toBond(rewardEth, rewardTokens) : _bondOf(RESERVE);
        assertEq(reward.eth() + burnEth, loss.eth());
        assertEq(reward.token() + burnTokens, loss.token());
        assertEq(reward.eth(), loss.eth() / (slashes ? 10 : 3));
        assertEq(reward.token(), loss.token() / (slashes ? 10 : 3));
        if (left.eth() > 0) assertEq(left.token(), tokens - exiting, "ETH first");
        if (left.token() > 0) assertEq(ticket, exiting, "the bond before the ticket");
        // What is left is what was there less what was taken, up to one token unit's rounding per place.
        assertApproxEqAbs(vault.slashableOf(alice), slashable - taken, 2);
    }

    function _bondOf(uint16 operator) internal view returns (Bond) {
        (uint256 eth, uint256 tokens) = vault.balanceOf(operator);
        return toBond(eth, tokens);
    }
}
