// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SystemConfigBaton} from "@rota/contracts/adapters/opstack/SystemConfigBaton.sol";
import {ISystemConfigBaton} from "@rota/contracts/interfaces/ISystemConfigBaton.sol";
import {IRealProxy, IRealSystemConfig, OpStack} from "@rota/contracts/testing/OpStack.sol";
import {Test} from "forge-std/Test.sol";

/// @notice An implementation that somebody upgrades SystemConfig to: the batcher moves by a setter that no list knows.
contract RenamedSetters {
    // The words of the real one: Initializable, OwnableUpgradeable, gaps, overhead, scalar, batcherHash at 103.
    function setSequencerOfBatches(bytes32 hash) external {
        assembly ("memory-safe") {
            sstore(103, hash)
        }
    }

    function batcherHash() external view returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := sload(103)
        }
    }

    function owner() external pure returns (address) {
        return address(1);
    }

    function unsafeBlockSigner() external pure returns (address) {
        return address(2);
    }

    // Takes the call and does nothing.
    function setBatcherHash(bytes32) external {}
}

contract SystemConfigBatonTest is Test {
    uint32 internal constant DELAY = 14 days;

    address internal admin = makeAddr("proxy admin");
    address internal chainOwner = makeAddr("chain owner");
    address internal baton = makeAddr("baton");
    address internal first = makeAddr("first batcher");
    address internal next = makeAddr("next batcher");
    address internal stranger = makeAddr("stranger");

    IRealSystemConfig internal config;
    SystemConfigBaton internal adapter;

    function setUp() public {
        config = OpStack.deploySystemConfig(admin, chainOwner, first);
        adapter = new SystemConfigBaton(baton, chainOwner, address(config), DELAY);
        vm.prank(chainOwner);
        config.transferOwnership(address(adapter));
    }

    /* CONSTRUCTOR */
    /// @dev What is handed to an adapter that obeys nobody could never be taken back.
    function test_constructor_RevertWhen_ChainOwnerIsZero() public {
        vm.expectRevert(ISystemConfigBaton.SystemConfigBaton_ZeroOwner.selector);
        new SystemConfigBaton(baton, address(0), address(config), DELAY);
    }

    function test_constructor_RevertWhen_ConfigHasNoCode() public {
        vm.expectRevert(
            abi.encodeWithSelector(ISystemConfigBaton.SystemConfigBaton_ConfigWithoutCode.selector, stranger)
        );
        new SystemConfigBaton(baton, chainOwner, stranger, DELAY);
    }

    function test_constructor_TheBytecodeIsTheRealOne() public view {
        assertEq(config.version(), "2.3.0-beta.2");
        assertEq(config.owner(), address(adapter));
        assertEq(adapter.batcher(), first);
    }

    /* BATON */
    function test_rotate_MovesTheBatcher() public {
        vm.expectEmit(address(config));
        emit IRealSystemConfig.ConfigUpdate(0, 0, abi.encode(bytes32(uint256(uint160(next)))));
        vm.prank(baton);
        adapter.rotate(next);
        assertEq(config.batcherHash(), bytes32(uint256(uint160(next))));
        assertEq(adapter.batcher(), next);
    }

    function test_rotate_RevertWhen_CallerIsNotTheBaton() public {
        for (uint256 i; i < 2; ++i) {
            address caller = [stranger, chainOwner][i];
            vm.prank(caller);
            vm.expectRevert(abi.encodeWithSelector(ISystemConfigBaton.SystemConfigBaton_NotBaton.selector, caller));
            adapter.rotate(next);
        }
    }

    function test_rotate_RevertGiven_ConfigIsNotOurs() public {
        _return(stranger);
        vm.prank(baton);
        vm.expectRevert("Ownable: caller is not the owner");
        adapter.rotate(next);
    }

    function test_rotate_RevertGiven_ConfigIgnoresIt() public {
        address ignoring = address(new RenamedSetters());
        vm.prank(admin);
        IRealProxy(address(config)).upgradeTo(ignoring);
        vm.prank(baton);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISystemConfigBaton.SystemConfigBaton_NotApplied.selector,
                bytes32(uint256(uint160(next))),
                bytes32(uint256(uint160(first)))
            )
        );
        adapter.rotate(next);
    }

    /* FORWARD */
    function test_forward_ReachesOtherSetters() public {
        bytes memory data = abi.encodeCall(IRealSystemConfig.setGasLimit, (30_000_000));
        vm.expectEmit(address(adapter));
        emit ISystemConfigBaton.Forwarded(IRealSystemConfig.setGasLimit.selector, data);
        vm.startPrank(chainOwner);
        assertEq(adapter.forward(data), "");
        adapter.forward(abi.encodeCall(IRealSystemConfig.setGasConfigEcotone, (1, 2)));
        assertEq(config.gasLimit(), 30_000_000);
        assertEq(config.basefeeScalar(), 1);
        assertEq(adapter.batcher(), first);
    }

    function test_forward_PassesTheResultOn() public {
        vm.prank(chainOwner);
        assertEq(adapter.forward(abi.encodeCall(IRealSystemConfig.gasLimit, ())), abi.encode(60_000_000));
    }

    function test_forward_PassesTheReasonOn() public {
        vm.prank(chainOwner);
        vm.expectRevert("SystemConfig: gas limit too low");
        adapter.forward(abi.encodeCall(IRealSystemConfig.setGasLimit, (1)));
    }

    function test_forward_RevertWhen_SetterIsDenied() public {
        bytes[5] memory denied = [
            abi.encodeCall(IRealSystemConfig.transferOwnership, (chainOwner)),
            abi.encodeCall(IRealSystemConfig.renounceOwnership, ()),
            abi.encodeCall(IRealSystemConfig.setBatcherHash, (bytes32(uint256(1)))),
            abi.encodeWithSignature("setBatcherHash(address)", address(1)),
            abi.encodeCall(IRealSystemConfig.setUnsafeBlockSigner, (address(1)))
        ];
        for (uint256 i; i < denied.length; ++i) {
            vm.prank(chainOwner);
            vm.expectRevert(
                abi.encodeWithSelector(ISystemConfigBaton.SystemConfigBaton_Denied.selector, bytes4(denied[i]))
            );
            adapter.forward(denied[i]);
        }
    }

    function test_forward_RevertGiven_ASetterUnderAnotherName() public {
        address renamed = address(new RenamedSetters());
        vm.prank(admin);
        IRealProxy(address(config)).upgradeTo(renamed);
        vm.prank(chainOwner);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISystemConfigBaton.SystemConfigBaton_Moved.selector, RenamedSetters.setSequencerOfBatches.selector
            )
        );
        adapter.forward(abi.encodeCall(RenamedSetters.setSequencerOfBatches, (bytes32(uint256(1)))));
    }

    function test_chainOwnersFunctions_RevertWhen_CallerIsNot() public {
        bytes[4] memory calls = [
            abi.encodeCall(adapter.forward, (abi.encodeCall(IRealSystemConfig.setGasLimit, (30_000_000)))),
            abi.encodeCall(adapter.announceReturn, (stranger)),
            abi.encodeCall(adapter.abandonReturn, ()),
            abi.encodeCall(adapter.returnConfig, ())
        ];
        for (uint256 i; i < calls.length; ++i) {
            for (uint256 j; j < 2; ++j) {
                address caller = [stranger, baton][j];
                vm.prank(caller);
                (bool ok, bytes memory reason) = address(adapter).call(calls[i]);
                assertFalse(ok);
                assertEq(
                    reason, abi.encodeWithSelector(ISystemConfigBaton.SystemConfigBaton_NotChainOwner.selector, caller)
                );
            }
        }
    }

    /* RETURN */
    function test_returnConfig_HandsBackAfterTheDelay() public {
        uint256 earliest = block.timestamp + DELAY;
        vm.expectEmit(address(adapter));
        emit ISystemConfigBaton.ReturnAnnounced(earliest, chainOwner);
        vm.startPrank(chainOwner);
        adapter.announceReturn(chainOwner);
        (address newOwner, uint256 due) = adapter.announcedReturn();
        assertEq(newOwner, chainOwner);
        assertEq(due, earliest);

        vm.warp(earliest - 1);
        vm.expectRevert(abi.encodeWithSelector(ISystemConfigBaton.SystemConfigBaton_ReturnTooEarly.selector, earliest));
        adapter.returnConfig();

        vm.warp(earliest);
        vm.expectEmit(address(adapter));
        emit ISystemConfigBaton.ConfigReturned(chainOwner);
        adapter.returnConfig();
        assertEq(config.owner(), chainOwner);

        // Whole again: the owner rules the batcher as before the hand-over.
        config.setBatcherHash(bytes32(uint256(uint160(next))));
        assertEq(adapter.batcher(), next);
    }

    function test_returnConfig_HandsOverASecondTime() public {
        _return(chainOwner);
        vm.prank(chainOwner);
        config.transferOwnership(address(adapter));
        vm.prank(baton);
        adapter.rotate(next);
        assertEq(adapter.batcher(), next);

        // The first announcement is used up.
        vm.prank(chainOwner);
        vm.expectRevert(ISystemConfigBaton.SystemConfigBaton_ReturnNotAnnounced.selector);
        adapter.returnConfig();
    }

    /// @dev Else one announcement, made once and left alone, would be a return at any time without notice.
    function test_attack_ReturnAnnouncedLongAgo_HasExpired() public {
        uint256 expiry = block.timestamp + DELAY + adapter.RETURN_WINDOW();
        vm.startPrank(chainOwner);
        adapter.announceReturn(chainOwner);
        vm.warp(expiry);
        vm.expectRevert(abi.encodeWithSelector(ISystemConfigBaton.SystemConfigBaton_ReturnExpired.selector, expiry));
        adapter.returnConfig();
        adapter.announceReturn(chainOwner);
        vm.warp(expiry + DELAY + adapter.RETURN_WINDOW() - 1);
        adapter.returnConfig();
        assertEq(config.owner(), chainOwner);
    }

    function test_constructor_RevertWhen_ReturnsWouldHaveNoDelay() public {
        vm.expectRevert(ISystemConfigBaton.SystemConfigBaton_NoReturnDelay.selector);
        new SystemConfigBaton(baton, chainOwner, address(config), 0);
    }

    function test_announceReturn_AgainStartsOver() public {
        vm.startPrank(chainOwner);
        adapter.announceReturn(stranger);
        skip(DELAY - 1);
        uint256 earliest = vm.getBlockTimestamp() + DELAY;
        adapter.announceReturn(chainOwner);
        skip(1);
        vm.expectRevert(abi.encodeWithSelector(ISystemConfigBaton.SystemConfigBaton_ReturnTooEarly.selector, earliest));
        adapter.returnConfig();
    }

    function test_abandonReturn_TakesItBack() public {
        vm.startPrank(chainOwner);
        vm.expectRevert(ISystemConfigBaton.SystemConfigBaton_ReturnNotAnnounced.selector);
        adapter.abandonReturn();

        adapter.announceReturn(chainOwner);
        vm.expectEmit(address(adapter));
        emit ISystemConfigBaton.ReturnAbandoned();
        adapter.abandonReturn();
        skip(DELAY);
        vm.expectRevert(ISystemConfigBaton.SystemConfigBaton_ReturnNotAnnounced.selector);
        adapter.returnConfig();
    }

    function test_announceReturn_RevertWhen_NewOwnerIsZero() public {
        vm.prank(chainOwner);
        vm.expectRevert(ISystemConfigBaton.SystemConfigBaton_ZeroOwner.selector);
        adapter.announceReturn(address(0));
    }

    function test_announceReturn_RevertGiven_ConfigIsNotOurs() public {
        _return(stranger);
        vm.prank(chainOwner);
        vm.expectRevert(
            abi.encodeWithSelector(ISystemConfigBaton.SystemConfigBaton_NotOwnerOfConfig.selector, stranger)
        );
        adapter.announceReturn(chainOwner);
    }

    /* OSSIFICATION */
    function test_ossifyAdapter_EndsAllButTheRotation() public {
        vm.startPrank(chainOwner);
        adapter.announceReturn(stranger);
        vm.expectEmit(address(adapter));
        emit ISystemConfigBaton.AdapterOssified();
        adapter.ossifyAdapter();
        assertTrue(adapter.isOssified());
        skip(DELAY);

        bytes memory ossified = abi.encodeWithSelector(ISystemConfigBaton.SystemConfigBaton_Ossified.selector);
        vm.expectRevert(ossified);
        adapter.returnConfig();
        vm.expectRevert(ossified);
        adapter.announceReturn(chainOwner);
        vm.expectRevert(ossified);
        adapter.abandonReturn();
        vm.expectRevert(ossified);
        adapter.forward(abi.encodeCall(IRealSystemConfig.setGasLimit, (30_000_000)));
        vm.expectRevert(ossified);
        adapter.ossifyAdapter();
        vm.stopPrank();

        assertEq(config.owner(), address(adapter));
        vm.prank(baton);
        adapter.rotate(next);
        assertEq(adapter.batcher(), next);
    }

    function test_ossifyAdapter_RevertWhen_CallerIsNotTheChainOwner() public {
        for (uint256 i; i < 2; ++i) {
            address caller = [stranger, baton][i];
            vm.prank(caller);
            vm.expectRevert(abi.encodeWithSelector(ISystemConfigBaton.SystemConfigBaton_NotChainOwner.selector, caller));
            adapter.ossifyAdapter();
        }
    }

    function _return(address newOwner) internal {
        vm.startPrank(chainOwner);
        adapter.announceReturn(newOwner);
        skip(DELAY);
        adapter.returnConfig();
        vm.stopPrank();
    }
}
