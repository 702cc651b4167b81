// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BatonTest} from "./BatonTest.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";
import {BlockCommitment, HandoffReceipt, Status} from "@rota/contracts/types/Types.sol";

/// @title Slasher test
/// @notice `BatonTest`'s system in alice's turn, and what its operators may sign.
/// @dev Slots of 16 s, L1 blocks of 2 s, L2 blocks of 1 s; evidence for 120 s, settled after 16 s, a lead of 4 s.
abstract contract SlasherTest is BatonTest {
    address internal immutable REPORTER = makeAddr("reporter");

    /// @dev `commitment` as the fixture makes it.
    function _dated(uint64 slot, uint256 timestamp) internal view returns (BlockCommitment memory commitment) {
        commitment = _blockNow();
        commitment.slot = slot;
        commitment.timestamp = uint64(timestamp);
        commitment.number = uint64((timestamp - config.clock.l2GenesisTime) / config.clock.l2BlockSeconds);
    }

    function _receipt(uint64 boundary, uint64 number, bytes32 hash) internal view returns (HandoffReceipt memory) {
        return HandoffReceipt({l2ChainId: config.baton.l2ChainId, boundarySlot: boundary, number: number, hash: hash});
    }

    /* REPORTS */
    function _report(Operator memory operator, BlockCommitment memory a, BlockCommitment memory b) internal {
        (bytes memory signatureA, bytes memory signatureB) = (_sign(operator, a), _sign(operator, b));
        vm.prank(REPORTER);
        slasher.proveEquivocation(operator.id, a, signatureA, b, signatureB);
    }

    function _expel(Operator memory operator) internal {
        vm.prank(REPORTER);
        slasher.expel(operator.id);
    }

    function _expectRefused(
        bytes memory reason,
        Operator memory operator,
        BlockCommitment memory a,
        BlockCommitment memory b
    ) internal {
        (bytes memory signatureA, bytes memory signatureB) = (_sign(operator, a), _sign(operator, b));
        vm.expectRevert(reason);
        slasher.proveEquivocation(operator.id, a, signatureA, b, signatureB);
    }

    function _reportTurn(Operator memory operator, BlockCommitment memory commitment) internal {
        bytes memory signature = _sign(operator, commitment);
        vm.prank(REPORTER);
        slasher.proveOutOfTurn(operator.id, commitment, signature);
    }

    function _expectInTurn(bytes memory reason, Operator memory operator, BlockCommitment memory commitment) internal {
        bytes memory signature = _sign(operator, commitment);
        vm.expectRevert(reason);
        slasher.proveOutOfTurn(operator.id, commitment, signature);
    }

    /* STATE */
    function _status(Operator memory operator) internal view returns (Status status) {
        (status,) = registry.statusOf(operator.id);
    }

    function _epochOf(uint64 slot) internal view returns (uint64) {
        return slot / config.clock.slotsPerEpoch;
    }
}
