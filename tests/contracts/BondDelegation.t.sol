// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondedTest} from "./BondedTest.sol";
import {RefusingReceiver} from "./tokens/EthReceivers.sol";
import {IERC6909} from "@openzeppelin/contracts/interfaces/IERC6909.sol";
import {ERC6909} from "@openzeppelin/contracts/token/ERC6909/ERC6909.sol";
import {IBondVault} from "@rota/contracts/interfaces/IBondVault.sol";
import {IRewardHook} from "@rota/contracts/interfaces/IRewardHook.sol";

/// @notice Remembers the last change of shares it was told of, and the sender's balance at that moment.
contract RecordingHook is IRewardHook {
    IERC6909 public vault;
    uint256 public calls;
    bytes32 public last;
    uint256 public balanceBefore;

    function watch(IERC6909 vault_) external {
        vault = vault_;
    }

    function onSharesChanged(uint16 operator, uint256 id, address from, address to, uint256 amount) external {
        ++calls;
        last = keccak256(abi.encode(operator, id, from, to, amount));
        balanceBefore = vault.balanceOf(from == address(0) ? to : from, id);
    }
}

contract BondDelegation_Test is BondedTest {
    uint16 internal alice;
    address internal owner;
    uint256 internal id;
    RecordingHook internal hook;

    function setUp() public override {
        hook = new RecordingHook();
        rewards = address(hook);
        super.setUp();
        hook.watch(vault);
        alice = _register("alice");
        owner = _owner("alice");
        _deposit(alice, 20 ether);
        id = vault.idOf(alice, 0);
    }

    function _assertTold(address from, address to, uint256 amount, uint256 before) internal view {
        assertEq(hook.last(), keccak256(abi.encode(alice, id, from, to, amount)));
        assertEq(hook.balanceBefore(), before, "before balances move");
    }

    function _slash(uint256 value) internal {
        vm.prank(SLASHER);
        vault.slash(alice, value, address(0));
    }

    function _undelegate(address holder, uint256 shares) internal returns (uint256 ticket) {
        vm.prank(holder);
        return vault.undelegate(id, shares);
    }

    function _release(uint256 ticket, address holder) internal {
        (,, uint256 releaseTime) = vault.ticketOf(alice, ticket, holder);
        vm.warp(releaseTime);
    }

    /* COMING */
    function test_delegate_MintsTransferableShares() public {
        assertEq(id, uint256(alice) << 24);
        address dora = makeAddr("dora");
        deal(dora, 5 ether);
        vm.expectEmit();
        emit IBondVault.Delegated(alice, 0, dora, 5 ether, 5e9);
        vm.prank(dora);
        assertEq(vault.delegate{value: 5 ether}(alice), 5e9);
        _assertTold(address(0), dora, 5e9, 0);
        assertEq(vault.balanceOf(dora, id), 5e9);
        assertEq(vault.bondOf(alice), 25 ether);
        assertEq(vault.selfBondOf(alice), 20 ether);

        address emil = makeAddr("emil");
        vm.prank(dora);
        vault.transfer(emil, id, 2e9);
        _assertTold(dora, emil, 2e9, 5e9);
        assertEq(vault.balanceOf(emil, id), 2e9);
        assertEq(vault.bondOf(alice), 25 ether);
        assertTrue(vault.supportsInterface(type(IERC6909).interfaceId));
    }

    function test_delegateToken_FourAssets_AndWhatRewardsAsk() public {
        _delegate("dora", alice, 3 ether);
        usd.mint(address(this), 2500e6);
        usd.approve(address(vault), 2500e6);
        assertEq(vault.delegateToken(alice, 3, 2500e6), 2500e6);
        (uint256 self, uint256[] memory ids, uint256[] memory delegated) = vault.stakesOf(alice);
        assertEq(self, 20 ether);
        assertEq(ids.length, 2);
        assertEq(ids[0], id);
        assertEq(ids[1], uint256(alice) << 24 | 3 << 16);
        assertEq(delegated[0], 3 ether);
        assertEq(delegated[1], 1 ether);
        assertEq(hook.calls(), 2);
        _deposit(alice, 1 ether);
        assertEq(hook.calls(), 2, "the self-bond is nobody's share");
    }

    function test_delegate_NineTimesTheSelfBondAtMost() public {
        _delegate("dora", alice, 180 ether);
        address emil = makeAddr("emil");
        deal(emil, 1 ether);
        vm.prank(emil);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBondVault.BondVault_DelegatedTooMuch.selector, alice, 180 ether + MIN_DEPOSIT, 180 ether
            )
        );
        vault.delegate{value: MIN_DEPOSIT}(alice);
        vm.prank(owner);
        registry.activate(alice);
        _warpToEpoch(2);
        vm.prank(owner);
        vm.expectRevert(
            abi.encodeWithSelector(IBondVault.BondVault_DelegatedTooMuch.selector, alice, 180 ether, 180 ether - 9 gwei)
        );
        vault.requestExit(alice, 0, 1 gwei);
    }

    /* SELF-BOND AS SHARES */
    function test_delegateSelfBond_AboveTheMinimumOnly() public {
        vm.startPrank(owner);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBondVault.BondVault_BelowRequirement.selector, alice, MIN_BOND - 1 gwei, uint256(MIN_BOND)
            )
        );
        vault.delegateSelfBond(alice, 0, 10 ether + 1 gwei, owner);
        vm.expectEmit();
        emit IBondVault.SelfBondDelegated(alice, 0, owner, 10e9);
        vault.delegateSelfBond(alice, 0, 10 ether, owner);
        vm.stopPrank();
        assertEq(vault.balanceOf(owner, id), 10e9);
        assertEq(vault.bondOf(alice), 20 ether);
        assertEq(vault.selfBondOf(alice), MIN_BOND);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotOwner.selector, alice, address(this)));
        vault.delegateSelfBond(alice, 0, 1 gwei, address(this));
    }

    /* GOING */
    function test_undelegate_PaysTheHolderAfterTheDelay() public {
        address dora = _delegate("dora", alice, 5 ether);
        uint256 release = vault.elasticRelease();
        vm.expectEmit();
        emit IBondVault.ExitRequested(alice, 8, dora, 5e9, 5 ether, release);
        uint256 ticket = _undelegate(dora, 5e9);
        _assertTold(dora, address(0), 5e9, 5e9);
        assertEq(vault.bondOf(alice), 20 ether);
        assertEq(vault.slashableOf(alice), 25 ether);

        vm.warp(release - 1);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotReleased.selector, ticket, release));
        vault.claimUndelegated(alice, ticket, dora);
        vm.warp(release);
        vault.claimUndelegated(alice, ticket, dora);
        assertEq(dora.balance, 5 ether);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NoTicket.selector, alice, ticket, dora));
        vault.claimUndelegated(alice, ticket, dora);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NoTicket.selector, alice, ticket, address(0)));
        vault.claimUndelegated(alice, ticket, address(0));
    }

    /// Nothing that an operator owes holds back who delegated to it.
    function test_undelegate_GivenTheOperatorIsAtItsLimit_GoesAllTheSame() public {
        address dora = _delegate("dora", alice, 5 ether);
        vm.startPrank(owner);
        registry.activate(alice);
        pledges.setPledge(alice, 25 ether);
        vm.stopPrank();
        _warpToEpoch(3);
        schedule.set(alice, 20, _startOf(6));
        vm.prank(owner);
        vm.expectPartialRevert(IBondVault.BondVault_BelowRequirement.selector);
        vault.requestExit(alice, 0, 1 gwei);
        _undelegate(dora, 5e9);
    }

    function test_undelegate_RevertWhen_NoneOrNotTheirs() public {
        address dora = _delegate("dora", alice, 5 ether);
        vm.expectRevert(IBondVault.BondVault_ZeroAmount.selector);
        _undelegate(dora, 0);
        vm.expectRevert(abi.encodeWithSelector(ERC6909.ERC6909InsufficientBalance.selector, owner, 0, 1, id));
        _undelegate(owner, 1);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_OldGeneration.selector, id + 1, id));
        vault.undelegate(id + 1, 1);
    }

    function test_claimUndelegated_GivenTheHolderRefusesEth_HoldsBackNobodyElse() public {
        address refusing = address(new RefusingReceiver());
        address dora = _delegate("dora", alice, 5 ether);
        vm.prank(dora);
        vault.transfer(refusing, id, 1e9);
        uint256 ticket = _undelegate(refusing, 1e9);
        assertEq(_undelegate(dora, 4e9), ticket);
        _release(ticket, dora);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_PaymentFailed.selector, refusing, 1 ether));
        vault.claimUndelegated(alice, ticket, refusing);
        vault.claimUndelegated(alice, ticket, dora);
        assertEq(dora.balance, 4 ether);
    }

    /* PENALTIES */
    /// A slash takes the same part of everybody: the operator, who delegated, who is leaving.
    function test_slash_TakesTheSamePartOfEverybody() public {
        address dora = _delegate("dora", alice, 30 ether);
        address emil = _delegate("emil", alice, 50 ether);
        uint256 ticket = _undelegate(emil, 50e9);
        _slash(25 ether);
        assertEq(vault.selfBondOf(alice), 15 ether);
        assertEq(vault.bondOf(alice), 37.5 ether);
        (uint256 amount,,) = vault.ticketOf(alice, ticket, emil);
        assertEq(amount, 37.5 ether);
        uint256 second = _undelegate(dora, 30e9);
        _release(second, dora);
        vault.claimUndelegated(alice, second, dora);
        vault.claimUndelegated(alice, ticket, emil);
        assertEq(dora.balance, 22.5 ether);
        assertEq(emil.balance, 37.5 ether);
    }

    function test_attack_ExitQueuedJustBeforeASlash_OfADelegator_IsSlashed() public {
        address dora = _delegate("dora", alice, 20 ether);
        uint256 ticket = _undelegate(dora, 20e9);
        (,, uint256 releaseTime) = vault.ticketOf(alice, ticket, dora);
        vm.warp(releaseTime - 1);
        _slash(20 ether);
        vm.warp(releaseTime);
        vault.claimUndelegated(alice, ticket, dora);
        assertEq(dora.balance, 10 ether);
    }

    /// The next one is not a second later: what is released in that very second is out of reach.
    function test_attack_SlashInTheSecondOfARelease_ReachesTheOthersOnly() public {
        address dora = _delegate("dora", alice, 20 ether);
        _release(_undelegate(dora, 20e9), dora);
        _slash(type(uint256).max);
        vault.claimUndelegated(alice, 8, dora);
        assertEq(dora.balance, 20 ether);
        assertEq(vault.slashableOf(alice), 0);
    }

    /// Shares cannot be made dear: there is no way to give a pool assets without shares.
    function testFuzz_attack_FirstDepositorInflatesTheShare(uint96 donation, uint96 victim) public {
        uint16 mallory = _register("mallory");
        _deposit(mallory, MIN_DEPOSIT);
        donation = uint96(bound(donation, 0, 1e6 ether)) / 1 gwei * 1 gwei;
        victim = uint96(bound(victim, MIN_DEPOSIT, 9 * MIN_DEPOSIT)) / 1 gwei * 1 gwei;
        deal(address(vault), address(vault).balance + donation);
        // All but a quantum of it burned: the cheapest share there can be.
        vm.prank(SLASHER);
        vault.slash(mallory, MIN_DEPOSIT - 1 gwei, address(0));
        _deposit(mallory, 2 * MIN_DEPOSIT);

        address dora = _delegate("dora", mallory, victim);
        uint256 shares = vault.balanceOf(dora, vault.idOf(mallory, 0));
        (uint256 assets, uint256 all,,) = vault.poolOf(mallory, 0);
        assertApproxEqAbs(shares * (assets + 1) / (all + 1) * 1 gwei, victim, 1 gwei, "all of it but a quantum");
    }

    /* GENERATIONS */
    function test_delegate_GivenThePoolIsWornOut_StartsANewGeneration() public {
        address dora = _delegate("dora", alice, 30 ether);
        address emil = _delegate("emil", alice, 50 ether);
        uint256 ticket = _undelegate(emil, 50e9);
        _slash(100 ether - 20 gwei);
        assertEq(vault.slashableOf(alice), 20 gwei);
        uint256 next = vault.idOf(alice, 0);
        assertEq(next, id + 1);

        deal(address(this), 10 ether);
        vm.expectEmit();
        emit IBondVault.GenerationStarted(alice, 0, next, 20 gwei);
        vault.deposit{value: 10 ether}(alice);
        assertEq(vault.bondOf(alice), 10 ether);
        assertEq(vault.slashableOf(alice), 10 ether);
        assertEq(vault.burnable()[0], 100 ether);
        vm.prank(dora);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_OldGeneration.selector, id, next));
        vault.undelegate(id, 30e9);

        _release(ticket, emil);
        vault.claimUndelegated(alice, ticket, emil);
        assertEq(emil.balance, 0);
        assertEq(vault.bondOf(alice), 10 ether, "and nobody else's either");
        _delegate("fred", alice, 10 ether);
        assertEq(vault.balanceOf(makeAddr("fred"), next), 10e9);
    }

    function test_generation_GivenSharesLeft_StaysUntilAMillionth() public {
        _slash(20 ether - 30_000 gwei);
        assertEq(vault.idOf(alice, 0), id);
        _deposit(alice, 1 ether);
        assertEq(vault.idOf(alice, 0), id);
        assertApproxEqAbs(vault.bondOf(alice), 1 ether + 30_000 gwei, 1 gwei);
    }
}
