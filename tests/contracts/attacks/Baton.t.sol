// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BatonTest} from "../BatonTest.sol";

import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {IBaton} from "@rota/contracts/interfaces/IBaton.sol";
import {IRotationTarget} from "@rota/contracts/interfaces/IRotationTarget.sol";
import {Commitments} from "@rota/contracts/libraries/Commitments.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";
import {BlockCommitment} from "@rota/contracts/types/Types.sol";

/// @notice Attacks on the Baton on the real SystemConfig.
contract BatonAttacksTest is BatonTest {
    function setUp() public {
        _deployWithBaton();
        _sellTurns();
    }

    /* A CLAIM THAT L1 DELAYED */
    /// @dev L1 makes no block while the claim waits; the first one after the gap has the take-over in front of it.
    function test_attack_TakeOverOfAHolderWhoseClaimL1Delayed_CostsItNothing() public {
        _claim(reserve, FIRST - 8);
        uint256 bonded = vault.bondOf(alice.id);
        _mineAfterGap(baton.CLAIM_LEAD() + baton.CLAIM_GRACE());
        vm.expectEmit(address(baton));
        emit IBaton.Missed(FIRST, alice.id, 1, 0);
        _takeOver(reserve);
        assertEq(vault.bondOf(alice.id), bonded);

        // It has the rest of its turn back one slot later.
        _claim(alice, FIRST + 1);
        _warpToSlot(FIRST + 1);
        assertEq(schedule.currentHolder(), alice.id);
    }

    /// @dev The same without a gap is idleness.
    function test_attack_IdlenessIsNotAGap() public {
        _claim(reserve, FIRST - 8);
        uint256 bonded = vault.bondOf(alice.id);
        _warpTo(_start(FIRST) + baton.CLAIM_GRACE());
        _takeOver(reserve);
        assertEq(bonded - vault.bondOf(alice.id), baton.LEAK_PER_MISS());
    }

    /// @dev The operator after it claims early, in the first block after the gap, so that the last claim looks recent.
    function test_attack_GapHiddenByAnotherTurnsEarlyClaim_IsStillWaived() public {
        uint64 first = _givenATurnOfTwoSlots();
        Operator memory late = _operatorAt(first);
        Operator memory next = _operatorAt(first + 2);
        uint256 bonded = vault.bondOf(late.id);
        _mineAfterGap(_start(first + 2) - baton.CLAIM_LEAD() - vm.getBlockTimestamp());
        _claim(next, first + 2);
        _takeOver(reserve);
        assertTrue(schedule.isMissed(first + 1));
        assertEq(vault.bondOf(late.id), bonded);
    }

    /* A STARVED ROTATION */
    /// @dev With any gas limit a late claim either fails whole, or moves the batcher; where gas ends on the way to the target, it
    /// says so before.
    function test_attack_ClaimStarvedOfGas_FailsWhole() public {
        _warpToSlot(FIRST + 1);
        (uint256 stood, uint256 refused) = (0, 0);
        for (uint256 gas = 20_000; gas <= 320_000; gas += 1500) {
            uint256 snapshot = vm.snapshotState();
            vm.prank(alice.sequencer);
            (bool ok, bytes memory reason) = address(baton).call{gas: gas}(abi.encodeCall(IBaton.claim, (FIRST)));
            if (ok) {
                ++stood;
                assertEq(adapter.batcher(), alice.batcher);
            } else {
                if (bytes4(reason) == IBaton.Baton_GasTooLow.selector) ++refused;
                assertFalse(schedule.isClaimed(FIRST));
            }
            vm.revertToState(snapshot);
        }
        assertGt(stood, 50);
        // From the first gas left for the check to the target's whole share of it: 100,000 and a bit.
        assertGt(refused, 60);
    }

    function test_attack_TakeOverStarvedOfGas_FailsWhole() public {
        _givenAliceIsSilent();
        uint256 stood;
        for (uint256 gas = 20_000; gas <= 520_000; gas += 2500) {
            uint256 snapshot = vm.snapshotState();
            vm.prank(reserve.sequencer);
            (bool ok,) = address(baton).call{gas: gas}(abi.encodeCall(IBaton.takeOver, ()));
            if (ok) {
                ++stood;
                assertEq(adapter.batcher(), reserve.batcher);
            }
            vm.revertToState(snapshot);
        }
        assertGt(stood, 50);
    }

    /* A BATCHER MOVED BACK */
    /// @dev Whom the take-over displaces still holds for two blocks, and rotates, claims and picks another key in them.
    function test_attack_DisplacedHolderMovesTheBatcherBack() public {
        _givenAliceIsSilent();
        _takeOver(reserve);
        for (uint256 i; i < 2; ++i) {
            vm.startPrank(alice.sequencer);
            baton.rotate();
            vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_NotTheHolder.selector, reserve.id, alice.sequencer));
            baton.useBatcherKey(0);
            vm.expectRevert();
            baton.claim(FIRST);
            vm.stopPrank();
            assertEq(adapter.batcher(), reserve.batcher);
            _mine(1);
        }
        baton.rotate();
        assertEq(adapter.batcher(), reserve.batcher);
    }

    /// @dev The predecessor rotates as long as it can: its successor's start ends that.
    function test_attack_PredecessorKeepsTheBatcher() public {
        _givenAliceHolds();
        baton.rotate();
        assertEq(adapter.batcher(), alice.batcher);
        _prepare(3);
        _warpToSlot(END);
        vm.prank(alice.sequencer);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_RotateTooEarly.selector, _start(END) + baton.TAIL_WINDOW()));
        baton.rotate();
        _mine(1);
        vm.prank(alice.sequencer);
        baton.rotate();
        assertEq(adapter.batcher(), _operatorAt(END).batcher);
    }

    /* COST THAT GROWS */
    /// @dev Operators that queue for the set make neither a claim nor a take-over dearer.
    function test_attack_PendingOperatorsMakeNothingDearer() public {
        uint256 snapshot = vm.snapshotState();
        (uint256 claim, uint256 takeOver) = _costs();
        vm.revertToState(snapshot);
        for (uint32 i; i < 40; ++i) {
            Operator memory operator = _register(string.concat("pending ", vm.toString(i)), 1000 + i);
            _bond(operator.id, 2 ether);
            _activate(operator);
        }
        (uint256 claimAfter, uint256 takeOverAfter) = _costs();
        // Less is warmth: what registering touched.
        assertLe(claimAfter, claim);
        assertLe(takeOverAfter, takeOver);
    }

    /* REPLAY */
    /// @dev A heartbeat, and so the commitment that evidence is made of, is of one deployment on one L1 for one L2.
    function test_attack_HeartbeatReplayedFromElsewhere() public {
        _givenAliceHolds();
        _callOut(bob);
        BlockCommitment memory commitment = _blockNow();

        // Of another Baton.
        bytes memory signature = _signTyped(makeAddr("another baton"), Commitments.hash(commitment), alice.sequencerKey);
        vm.expectPartialRevert(IBaton.Baton_WrongSigner.selector);
        baton.heartbeat(commitment, signature);

        // Of a fork of this L1.
        uint256 chainId = block.chainid;
        vm.chainId(chainId + 1);
        signature = _sign(alice, commitment);
        vm.chainId(chainId);
        vm.expectPartialRevert(IBaton.Baton_WrongSigner.selector);
        baton.heartbeat(commitment, signature);

        // Of this Baton, seen on the fork.
        signature = _sign(alice, commitment);
        vm.chainId(chainId + 1);
        vm.expectPartialRevert(IBaton.Baton_WrongSigner.selector);
        baton.heartbeat(commitment, signature);
        vm.chainId(chainId);

        // Of another L2.
        commitment.l2ChainId = 10;
        signature = _sign(alice, commitment);
        vm.expectPartialRevert(IBaton.Baton_WrongChain.selector);
        baton.heartbeat(commitment, signature);
    }

    /// @dev An earlier answer shows no life after a later question.
    function test_attack_HeartbeatReplayedForTheNextCallOut() public {
        _givenAliceHolds();
        _callOut(bob);
        (BlockCommitment memory commitment, bytes memory signature) = _signedBlock(alice);
        baton.heartbeat(commitment, signature);
        _mine(baton.CALLOUT_GRACE_BLOCKS());
        _callOut(carol);
        vm.expectPartialRevert(IBaton.Baton_StaleHeartbeat.selector);
        baton.heartbeat(commitment, signature);
    }

    /* INTERNAL */
    function _costs() internal returns (uint256 claim, uint256 takeOver) {
        uint256 snapshot = vm.snapshotState();
        _claim(alice, FIRST);
        claim = vm.lastCallGas().gasTotalUsed;
        vm.revertToState(snapshot);
        _warpTo(_start(FIRST) + baton.CLAIM_GRACE());
        _takeOver(reserve);
        takeOver = vm.lastCallGas().gasTotalUsed;
    }

    /// @dev Sells epoch 4 so that a turn of two slots is followed by another operator's; mines up to the block before it.
    function _givenATurnOfTwoSlots() internal returns (uint64 first) {
        _run(2);
        _commit(alice, 4, _curve(20_000_000, 5));
        _commit(bob, 4, _curve(19_000_000, 3));
        _warpToReveal(4);
        _reveal(alice, 4, _curve(20_000_000, 5));
        _reveal(bob, 4, _curve(19_000_000, 3));
        _run(4);
        uint64 end;
        for (first = 33; end != first + 2; first = end != first + 2 ? end : first) {
            (, end,) = schedule.turnOf(first);
        }
        assertLt(end, 40);
        _warpTo(_start(first) - 2);
    }
}

/// @notice What a rotation target can do to whoever calls it.
contract HostileTarget is IRotationTarget {
    enum Mode {
        Reverts,
        Panics,
        BurnsGas,
        ReturnsABomb,
        RevertsWithABomb,
        ComesBack
    }

    Mode internal _mode;

    function set(Mode mode) external {
        _mode = mode;
    }

    function rotate(address) external {
        _misbehave();
    }

    function batcher() external view returns (address) {
        Mode mode = _mode;
        if (mode != Mode.ComesBack) _misbehaveStatically(mode);
        return address(0);
    }

    function _misbehave() internal {
        if (_mode != Mode.ComesBack) _misbehaveStatically(_mode);
        // Whatever it finds there, it must find as the claim left it.
        (bool ok,) = msg.sender.call(abi.encodeCall(IBaton.claim, (16)));
        require(!ok, "claimed twice");
        (ok,) = msg.sender.call(abi.encodeCall(IBaton.takeOver, ()));
        require(!ok, "took over");
    }

    function _misbehaveStatically(Mode mode) internal pure {
        if (mode == Mode.Reverts) revert("no");
        if (mode == Mode.Panics) assert(false);
        if (mode == Mode.BurnsGas) {
            while (true) {}
        }
        // As much as the gas pays for.
        assembly ("memory-safe") {
            switch mode
            case 3 { return(0, 150000) }
            default { revert(0, 150000) }
        }
    }
}

/// @notice INV: no rotation target can make a claim or a take-over revert, or cost more than the cap.
contract HostileTargetTest is BatonTest {
    HostileTarget internal target;

    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        target = new HostileTarget();
        c.target = target;
    }

    function setUp() public {
        _deployWithBaton();
        _sellTurns();
    }

    function test_attack_HostileTarget_CannotStopAClaim() public {
        _warpToSlot(FIRST + 1);
        for (uint256 mode; mode <= uint256(HostileTarget.Mode.RevertsWithABomb); ++mode) {
            uint256 snapshot = vm.snapshotState();
            target.set(HostileTarget.Mode(mode));
            // A bomb that fits the gas is a success: the target took the call.
            if (mode != uint256(HostileTarget.Mode.ReturnsABomb)) {
                vm.expectEmit(address(baton));
                emit IBaton.RotationFailed(FIRST, alice.id, alice.batcher);
            }
            _claim(alice, FIRST);
            assertLt(vm.lastCallGas().gasTotalUsed, 100_000 + 100_000);
            assertTrue(schedule.isClaimed(FIRST));
            vm.revertToState(snapshot);
        }
    }

    function test_attack_HostileTarget_CannotStopATakeOver() public {
        _givenAliceIsSilent();
        for (uint256 mode; mode <= uint256(HostileTarget.Mode.ComesBack); ++mode) {
            uint256 snapshot = vm.snapshotState();
            target.set(HostileTarget.Mode(mode));
            _takeOver(reserve);
            _mine(2);
            assertEq(schedule.currentHolder(), reserve.id);
            vm.revertToState(snapshot);
        }
    }

    function test_attack_HostileTarget_ComesBackAndFindsTheClaim() public {
        _warpToSlot(FIRST + 1);
        target.set(HostileTarget.Mode.ComesBack);
        vm.expectEmit(address(baton));
        emit IBaton.Claimed(FIRST, alice.id, alice.batcher);
        _claim(alice, FIRST);
    }

    /// @dev A call that is about the rotation alone tells its failure.
    function test_attack_HostileTarget_FailsRotateAlone() public {
        _warpToSlot(FIRST + 1);
        target.set(HostileTarget.Mode.Reverts);
        vm.expectRevert();
        baton.rotate();
        vm.prank(alice.sequencer);
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_RotationFailed.selector, alice.id, alice.batcher));
        baton.useBatcherKey(0);
    }
}
