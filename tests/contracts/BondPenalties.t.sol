// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondedTest} from "./BondedTest.sol";
import {BlockingToken} from "./tokens/BrokenTokens.sol";
import {RefusingReceiver} from "./tokens/EthReceivers.sol";
import {BondVault} from "@rota/contracts/BondVault.sol";
import {IBondVault} from "@rota/contracts/interfaces/IBondVault.sol";
import {Basket} from "@rota/contracts/types/Basket.sol";
import {RESERVE} from "@rota/contracts/types/Types.sol";
import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

contract BondPenalties_Test is BondedTest {
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

    function _slashCore(uint256 value, address reporter) internal returns (uint256) {
        vm.prank(COURT);
        return vault.slashCore(alice, value, reporter);
    }

    function _exit(uint8 asset, uint256 amount) internal returns (uint256) {
        vm.prank(_owner("alice"));
        return vault.requestExit(alice, asset, amount);
    }

    function _basket(uint256 eth, uint256 tokens) internal pure returns (Basket) {
        return Basket.wrap(tokens / 1e9 << 64 | eth / 1 gwei);
    }

    function _assertBond(uint16 operator, uint256 eth, uint256 tokens) internal view {
        assertEq(_own(operator, 0), eth, "ETH");
        assertEq(_own(operator, 1), tokens, "tokens");
    }

    /* LEAKS */
    function test_leak_TakesTheSamePartOfEachAsset_AThirdToTheTaker_TheRestIsBurned() public {
        _deposit(alice, 3 ether);
        _depositToken(alice, 12e18); // worth 6
        vm.expectEmit();
        emit IBondVault.Leaked(
            alice, 6 ether, 6 ether, RESERVE, _basket(2 ether, 8e18), _basket(0.666_666_666 ether, 2.666666666e18)
        );
        assertEq(_leak(6 ether, RESERVE), 6 ether);
        _assertBond(alice, 1 ether, 4e18);
        _assertBond(RESERVE, 0.666_666_666 ether, 2.666666666e18);
        uint256[4] memory burnable = vault.burnable();
        assertEq(burnable[0], 1.333_333_334 ether);
        assertEq(burnable[1], 5.333333334e18);
    }

    function test_leak_GivenNobodyIsRewarded_BurnsAll() public {
        _deposit(alice, 6 ether);
        _leak(3 ether, 0);
        _leak(3 ether, alice);
        _assertBond(alice, 0, 0);
        assertEq(vault.burnable()[0], 6 ether);
    }

    function test_leak_GivenTooLittle_TakesWhatThereIs() public {
        assertEq(_leak(1 ether, RESERVE), 0);
        _deposit(alice, 1 ether);
        assertEq(_leak(type(uint256).max, RESERVE), 1 ether);
        assertEq(_leak(1 ether, RESERVE), 0);
    }

    function test_leak_ReachesWhatIsNotReleased_AndNothingElse() public {
        _deposit(alice, 12 ether);
        _depositToken(alice, 4e18);
        uint256 first = _exit(0, 2 ether);
        (,, uint256 releaseTime) = vault.ticketOf(alice, first, address(0));
        vm.warp(releaseTime);
        uint256 tokens = _exit(1, 4e18);
        // 10 + 2 are left: half of it.
        assertEq(_leak(6 ether, 0), 6 ether);
        _assertBond(alice, 5 ether, 0);
        (uint256 released,,) = vault.ticketOf(alice, first, address(0));
        (uint256 halved,,) = vault.ticketOf(alice, tokens, address(0));
        assertEq(released, 2 ether);
        assertEq(halved, 2e18);
        vault.claimExit(alice, first);
        assertEq(_payee("alice").balance, 2 ether);
    }

    /* SLASHES */
    /// An exit requested in the block before the offence is proven, or long before it, protects nothing until its release.
    function test_attack_ExitQueuedJustBeforeASlash_IsSlashed() public {
        _deposit(alice, 6 ether);
        uint256 ticket = _exit(0, 6 ether);
        (,, uint256 releaseTime) = vault.ticketOf(alice, ticket, address(0));
        vm.warp(releaseTime - 1);
        assertEq(_slash(6 ether, address(0)), 6 ether);
        vm.warp(releaseTime);
        vault.claimExit(alice, ticket);
        assertEq(_payee("alice").balance, 0);
    }

    function test_slash_ATenthToTheReporter_ByPull_TheRestIsBurned() public {
        _deposit(alice, 10 ether);
        _depositToken(alice, 20e18);
        address reporter = makeAddr("reporter");
        vm.expectEmit();
        emit IBondVault.Slashed(alice, 30 ether, 20 ether, reporter, _basket(10 ether, 20e18), _basket(1 ether, 2e18));
        assertEq(_slash(30 ether, reporter), 20 ether);
        assertEq(reporter.balance, 0, "nothing is pushed");
        assertEq(vault.rewardOf(reporter)[1], 2e18);

        vm.startPrank(reporter);
        assertEq(vault.collectReward(0, reporter), 1 ether);
        assertEq(vault.collectReward(1, makeAddr("elsewhere")), 2e18);
        assertEq(reporter.balance, 1 ether);
        assertEq(token.balanceOf(makeAddr("elsewhere")), 2e18);
        vm.expectRevert(IBondVault.BondVault_ZeroAmount.selector);
        vault.collectReward(0, reporter);
        vm.stopPrank();

        assertEq(vault.burn(0), 9 ether);
        assertEq(vault.burn(1), 18e18);
        assertEq(vault.BURN_ADDRESS().balance, 9 ether);
        assertEq(token.balanceOf(vault.BURN_ADDRESS()), 18e18);
        for (uint8 asset; asset < 6; ++asset) {
            vm.expectRevert(IBondVault.BondVault_ZeroAmount.selector);
            vault.burn(asset);
        }
    }

    /// Whoever reports itself still loses nine tenths.
    function test_attack_SelfSlashToCollectTheReward_DoesNotPay() public {
        _deposit(alice, 10 ether);
        address owner = _owner("alice");
        _slash(10 ether, owner);
        vm.prank(owner);
        vault.collectReward(0, owner);
        assertEq(owner.balance, 1 ether);
    }

    function test_penalties_RevertWhen_CallerIsNotAuthorized() public {
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotBaton.selector, SLASHER));
        vm.prank(SLASHER);
        vault.leak(alice, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotSlasher.selector, BATON));
        vm.prank(BATON);
        vault.slash(alice, 1, address(0));
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotCourt.selector, SLASHER));
        vm.prank(SLASHER);
        vault.slashCore(alice, 1, address(0));
    }

    function test_slash_GivenNoSlasher_NobodyMay() public {
        IBondVault.Addresses memory addresses = _vaultAddresses();
        (addresses.slasher, addresses.court) = (address(0), address(0));
        BondVault unslashed = new BondVault(clock, addresses, _vaultParams());
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotSlasher.selector, address(this)));
        unslashed.slash(alice, 1, address(0));
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotCourt.selector, address(this)));
        unslashed.slashCore(alice, 1, address(0));
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
        vault.burn(1);
        assertGt(vault.burn(0), 0, "ETH is burned all the same");
        assertEq(vault.rewardOf(refusing)[1], 0.3e18);
    }

    /* THE CORE */
    function test_slashCore_ReachesTheOperatorsCoreAlone() public {
        _deposit(alice, 30 ether);
        address dora = _delegate("dora", alice, 50 ether);
        assertEq(vault.coreOf(alice), MIN_BOND);
        uint256 id = vault.idOf(alice, 0);
        assertEq(_slashCore(4 ether, address(0)), 4 ether);
        assertEq(vault.selfBondOf(alice), 26 ether);
        assertEq(vault.bondOf(alice), 76 ether, "who delegated lost nothing");
        assertEq(_slashCore(type(uint256).max, makeAddr("reporter")), MIN_BOND);
        assertEq(vault.rewardOf(makeAddr("reporter"))[0], 1 ether);
        assertEq(vault.burnable()[0], 13 ether);
        assertEq(vault.balanceOf(dora, id), 50e9);
        assertEq(vault.bondOf(alice) - vault.selfBondOf(alice), 50 ether);
    }

    /// A core on its way out is as near as one that stays, until its release.
    function test_attack_CoreLeavesWhileTheVoteIsOn_IsReached() public {
        _deposit(alice, 10 ether);
        _depositToken(alice, 20e18);
        address dora = _delegate("dora", alice, 20 ether);
        uint256 eth = _exit(0, 10 ether); // the tokens are the core now
        uint256 tokens = _exit(1, 20e18);
        (,, uint256 releaseTime) = vault.ticketOf(alice, tokens, address(0));
        assertEq(eth >> 24 & 1, 0);
        assertEq(tokens >> 24 & 1, 1);
        assertEq(vault.coreOf(alice), 10 ether);
        vm.warp(releaseTime - 1);
        assertEq(_slashCore(4 ether, address(0)), 4 ether);
        (uint256 left,,) = vault.ticketOf(alice, tokens, address(0));
        assertEq(left, 12e18);
        assertEq(vault.bondOf(alice), 20 ether, "dora's");

        vm.warp(releaseTime);
        assertEq(vault.coreOf(alice), 0);
        assertEq(_slashCore(4 ether, address(0)), 0);
        vault.claimExit(alice, tokens);
        vault.claimExit(alice, eth);
        assertEq(token.balanceOf(_payee("alice")), 12e18);
        assertEq(_payee("alice").balance, 10 ether);
        assertEq(vault.balanceOf(dora, vault.idOf(alice, 0)), 20e9);
    }

    function test_slashCore_GivenAllOfACoreExit_AnotherMayBeRequested() public {
        _deposit(alice, 10 ether);
        uint256 ticket = _exit(0, 10 ether);
        assertEq(_slashCore(type(uint256).max, address(0)), 10 ether);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NoTicket.selector, alice, ticket, address(0)));
        vault.claimExit(alice, ticket);
        _deposit(alice, 1 ether);
        _exit(0, 1 ether);
    }

    function testFuzz_slashCore_TakesWhatIsAsked_AndFromNobodyElse(
        uint256 value,
        uint96[2] memory own,
        uint96 leaving,
        uint96 delegated
    ) public {
        own[0] = uint96(bound(own[0], MIN_DEPOSIT, 1e24)) / 1e9 * 1e9;
        own[1] = uint96(bound(own[1], MIN_TOKEN_DEPOSIT, 1e24)) / 1e9 * 1e9;
        _deposit(alice, own[0]);
        _depositToken(alice, own[1]);
        delegated = uint96(bound(delegated, MIN_DEPOSIT, 9 * vault.selfBondOf(alice))) / 1e9 * 1e9;
        if (delegated >= MIN_DEPOSIT) _delegate("dora", alice, delegated);
        // An odd price, first.
        _slash(vault.slashableOf(alice) / 3, address(0));
        leaving = uint96(bound(leaving, 1e9, _own(alice, 1))) / 1e9 * 1e9;
        _exit(1, leaving);
        uint256 core = vault.coreOf(alice);
        uint256 others = vault.bondOf(alice) - vault.selfBondOf(alice);
        uint256 all = vault.slashableOf(alice);
        if (value % 2 == 0) value = bound(value, 0, core + 1);

        assertEq(_slashCore(value, address(0)), value < core ? value : core);
        uint256 taken = all - vault.slashableOf(alice);
        assertGe(taken + 2, value < core ? value : core);
        assertApproxEqAbs(taken, value < core ? value : core, 4 gwei);
        assertGe(vault.bondOf(alice) - vault.selfBondOf(alice) + 4 gwei, others);
    }

    /* ALL OF THEM */
    /// Every quantum taken is a reward or burnable; nothing is taken twice; the value asked for is a bound, but for a quantum an asset.
    function testFuzz_penalties_Conserve(uint256 value, uint96 eth, uint96 tokens, uint96 exiting, bool slashes)
        public
    {
        eth = uint96(bound(eth, MIN_DEPOSIT, 1e24)) / 1e9 * 1e9;
        tokens = uint96(bound(tokens, MIN_TOKEN_DEPOSIT, 1e24)) / 1e9 * 1e9;
        _deposit(alice, eth);
        _depositToken(alice, tokens);
        exiting = uint96(bound(exiting, 1e9, tokens)) / 1e9 * 1e9;
        uint256 ticket = _exit(1, exiting);
        uint256 slashable = vault.slashableOf(alice);
        if (value % 2 == 0) value = bound(value, 0, slashable + 1);

        uint256 taken = slashes ? _slash(value, address(this)) : _leak(value, RESERVE);

        assertEq(taken, value < slashable ? value : slashable);
        (uint256 leftEth,,,) = vault.poolOf(alice, 0);
        (uint256 leftTokens,,,) = vault.poolOf(alice, 1);
        (uint256 lostEth, uint256 lostTokens) = (eth - leftEth * 1e9, tokens - leftTokens * 1e9);
        uint256[4] memory burnt = vault.burnable();
        uint256[4] memory reward = vault.rewardOf(address(this));
        if (!slashes) (reward[0], reward[1]) = (_own(RESERVE, 0), _own(RESERVE, 1));
        assertEq(reward[0] + burnt[0], lostEth);
        assertEq(reward[1] + burnt[1], lostTokens);
        assertEq(reward[0], lostEth / 1e9 / (slashes ? 10 : 3) * 1e9);
        assertEq(reward[1], lostTokens / 1e9 / (slashes ? 10 : 3) * 1e9);
        // The same part of each, and of what was on its way out.
        assertApproxEqAbs(lostEth * slashable, taken * eth, slashable * 1e9);
        assertApproxEqAbs(lostTokens * slashable, taken * tokens, slashable * 1e9);
        (uint256 left,,) = vault.ticketOf(alice, ticket, address(0));
        assertApproxEqAbs(left, exiting * (leftTokens * 1e9) / tokens, 1e9);
        assertApproxEqAbs(vault.slashableOf(alice), slashable - taken, 2e9);
    }
}
