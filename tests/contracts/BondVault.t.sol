// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondedTest} from "./BondedTest.sol";
import {BlockingToken, FalseToken, FeeToken, LyingToken, ReentrantToken, SilentToken} from "./tokens/BrokenTokens.sol";
import {BondVault} from "@rota/contracts/BondVault.sol";
import {IBondVault} from "@rota/contracts/interfaces/IBondVault.sol";
import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

contract BondVault_Constructor_Test is BondedTest {
    function _expectBadAddress(string memory parameter, IBondVault.Addresses memory addresses) internal {
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_BadAddress.selector, parameter, address(0)));
        new BondVault(clock, addresses, _vaultParams());
    }

    function _expectOutOfRange(string memory parameter, uint256 value, IBondVault.Params memory params) internal {
        IBondVault.Addresses memory addresses = _vaultAddresses();
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_OutOfRange.selector, parameter, value));
        new BondVault(clock, addresses, params);
    }

    function test_constructor_RevertWhen_AddressIsMissing() public {
        IBondVault.Addresses memory addresses = _vaultAddresses();
        addresses.registry = address(0);
        _expectBadAddress("registry", addresses);
        addresses = _vaultAddresses();
        addresses.pledges = address(0);
        _expectBadAddress("pledges", addresses);
        addresses = _vaultAddresses();
        addresses.baton = address(0);
        _expectBadAddress("baton", addresses);
    }

    function test_constructor_RevertWhen_TokenHasNoCode() public {
        IBondVault.Params memory params = _vaultParams();
        params.token2.token = BATON;
        IBondVault.Addresses memory addresses = _vaultAddresses();
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_BadAddress.selector, "token", BATON));
        new BondVault(clock, addresses, params);
    }

    function test_constructor_RevertWhen_AParameterIsOutOfRange() public {
        IBondVault.Params memory params = _vaultParams();
        params.minDeposit = 0;
        _expectOutOfRange("minDeposit", 0, params);
        params = _vaultParams();
        params.token3.minDeposit = 0;
        _expectOutOfRange("minDeposit", 0, params);
        params = _vaultParams();
        params.token1.quantum = 0;
        _expectOutOfRange("quantum", 0, params);
        params = _vaultParams();
        params.token1.weight = 0;
        _expectOutOfRange("weight", 0, params);
    }

    /// What covered a bid, and what a vote may want, cannot leave before its time.
    function test_constructor_RevertWhen_AnExitIsTooShort() public {
        IBondVault.Params memory params = _vaultParams();
        IBondVault.Addresses memory addresses = _vaultAddresses();
        params.coreExitDelay = uint32(160 + 3 * EPOCH - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IBondVault.BondVault_CoreExitOutOfRange.selector, 351, 352, 2 * uint256(351))
        );
        new BondVault(clock, addresses, params);

        params.court.timelock += 43;
        params.coreExitDelay = 352;
        vm.expectRevert(
            abi.encodeWithSelector(IBondVault.BondVault_CoreExitOutOfRange.selector, 352, 353, 2 * uint256(352))
        );
        new BondVault(clock, addresses, params);

        params = _vaultParams();
        params.elasticExitDelay = 124;
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_ElasticExitOutOfRange.selector, 124, 125, 124));
        new BondVault(clock, addresses, params);
    }

    function test_constructor_GivenFewerTokens_HasFewerAssets() public {
        IBondVault.Params memory params = _vaultParams();
        (params.token2.token, params.token3.token) = (address(0), address(0));
        BondVault two = new BondVault(clock, _vaultAddresses(), params);
        assertEq(two.ASSETS(), 2);
        assertEq(vault.ASSETS(), 4);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_UnknownAsset.selector, 2));
        two.assetOf(2);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_UnknownAsset.selector, 2));
        two.depositToken(1, 2, 1e18);
        (address found, uint256 quantum, uint256 minDeposit) = vault.assetOf(3);
        assertEq(found, address(usd));
        assertEq(quantum, 1);
        assertEq(minDeposit, 1e6);
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
        emit IBondVault.Deposited(alice, 0, 1 ether);
        vault.deposit{value: 1 ether}(alice);
        vault.deposit{value: 2 ether}(alice);
        assertEq(_own(alice, 0), 3 ether);
        assertEq(_own(alice, 1), 0);
        assertEq(vault.bondOf(alice), 3 ether);
        assertEq(vault.selfBondOf(alice), 3 ether);
        assertEq(address(vault).balance, 3 ether);
    }

    function test_depositToken_ByAnyone_CountsAtTheWeight() public {
        token.mint(address(this), 4e18);
        token.approve(address(vault), 4e18);
        vm.expectEmit();
        emit IBondVault.Deposited(alice, 1, 4e18);
        vault.depositToken(alice, 1, 4e18);
        assertEq(_own(alice, 1), 4e18);
        assertEq(vault.bondOf(alice), 2 ether, "half a wei for each unit");
        assertEq(token.balanceOf(address(vault)), 4e18);
    }

    function test_deposit_FourAssets_CountAsOneValue() public {
        _deposit(alice, 1 ether);
        _depositToken(alice, 2e18); // 1 ether
        _depositAsset(alice, 2, 4e18); // 1 ether
        _depositAsset(alice, 3, 2500e6); // 1 ether
        assertEq(vault.bondOf(alice), 4 ether);
        assertEq(vault.slashableOf(alice), 4 ether);
    }

    function test_deposit_RevertWhen_BelowTheMinimum() public {
        deal(address(this), 1 ether);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBondVault.BondVault_DepositTooSmall.selector, MIN_DEPOSIT - 1 gwei, uint256(MIN_DEPOSIT)
            )
        );
        vault.deposit{value: MIN_DEPOSIT - 1 gwei}(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBondVault.BondVault_DepositTooSmall.selector, MIN_TOKEN_DEPOSIT - 1e9, uint256(MIN_TOKEN_DEPOSIT)
            )
        );
        vault.depositToken(alice, 1, MIN_TOKEN_DEPOSIT - 1e9);
    }

    function test_deposit_RevertWhen_NotWholeQuanta() public {
        deal(address(this), 2 ether);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotWholeQuanta.selector, 1 ether + 1, 1 gwei));
        vault.deposit{value: 1 ether + 1}(alice);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotWholeQuanta.selector, 1e18 + 1, 1e9));
        vault.depositToken(alice, 1, 1e18 + 1);
        _depositAsset(alice, 3, 1e6 + 1);
    }

    function test_deposit_RevertWhen_OperatorIsUnknown() public {
        deal(address(this), 1 ether);
        for (uint16 id = 0; id < 10; id += 9) {
            vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_UnknownOperator.selector, id));
            vault.deposit{value: 1 ether}(id);
            vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_UnknownOperator.selector, id));
            vault.depositToken(id, 1, 1e18);
            vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_UnknownOperator.selector, id));
            vault.delegate{value: 1 ether}(id);
        }
    }

    function test_deposit_RevertWhen_ThereIsNoSuchToken() public {
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_UnknownAsset.selector, 0));
        vault.depositToken(alice, 0, 1e18);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_UnknownAsset.selector, 4));
        vault.depositToken(alice, 4, 1e18);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_UnknownAsset.selector, 255));
        vault.delegateToken(alice, 255, 1e18);
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
        vault.depositToken(alice, 1, 1e18);
    }

    function test_depositToken_RevertWhen_TokenLies() public {
        _fund(address(new LyingToken()), 1e18);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_TransferFell.selector, 1e18, 0, 0));
        vault.depositToken(alice, 1, 1e18);
    }

    function test_depositToken_RevertWhen_TokenTakesAFee() public {
        _fund(address(new FeeToken()), 1e18);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_TransferFell.selector, 1e18, 0, 0.99e18));
        vault.depositToken(alice, 1, 1e18);
        _deposit(alice, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_TransferFell.selector, 1e18, 0, 0.99e18));
        vault.delegateToken(alice, 1, 1e18);
    }

    function test_depositToken_RevertWhen_TokenReverts() public {
        _fund(address(new BlockingToken()), 1e18);
        BlockingToken(address(token)).block_(address(vault));
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        vault.depositToken(alice, 1, 1e18);
    }

    function test_depositToken_GivenTokenReturnsNothing_Counts() public {
        SilentToken silent = new SilentToken();
        _deploy(address(silent), 2);
        alice = _register("alice");
        silent.mint(address(this), 1e18);
        vault.depositToken(alice, 1, 1e18);
        assertEq(vault.bondOf(alice), 0.5 ether);
    }

    /// The nested deposit makes up for the fee that the outer one lost: 99 + 1 arrive, and 100 + 1 would be counted.
    function test_attack_NestedDepositMakesUpForTheFee_IsRefused() public {
        ReentrantToken reentrant = new ReentrantToken();
        _fund(address(reentrant), 100e18);
        reentrant.mint(address(reentrant), 1e18);
        reentrant.approveFor(address(reentrant), address(vault), 1e18);
        reentrant.arm(address(vault), abi.encodeCall(vault.depositToken, (alice, 1, 1e18)));
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        vault.depositToken(alice, 1, 100e18);
        reentrant.arm(address(vault), abi.encodeCall(vault.delegateToken, (alice, 1, 1e18)));
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        vault.depositToken(alice, 1, 100e18);
        assertEq(vault.bondOf(alice), 0);
    }
}

contract BondVault_Weight_Test is BondedTest {
    function _setWeight(uint96 weight) internal {
        vm.prank(GOVERNANCE);
        vault.setWeight(1, weight);
    }

    function test_setWeight_TakesEffectTwoEpochsOn() public {
        uint16 alice = _register("alice");
        _depositToken(alice, 8e18);
        _warpToEpoch(3);
        vm.expectEmit();
        emit IBondVault.WeightSet(1, WEIGHT * 5 / 4, 5);
        _setWeight(WEIGHT * 5 / 4);
        assertEq(vault.weightAt(1, 4), WEIGHT);
        assertEq(vault.weightAt(1, 5), WEIGHT * 5 / 4);
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
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_ChangePending.selector, 5));
        _setWeight(WEIGHT);
        _warpToEpoch(5);
        _setWeight(WEIGHT);
    }

    function test_setWeight_RevertWhen_CallerIsNotGovernanceOrItIsNoToken() public {
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_NotGovernance.selector, address(this)));
        vault.setWeight(1, WEIGHT);
        vm.startPrank(GOVERNANCE);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_UnknownAsset.selector, 0));
        vault.setWeight(0, 1e18);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondVault_UnknownAsset.selector, 4));
        vault.setWeight(4, 1e18);
    }
}
