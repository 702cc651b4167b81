// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ECDSA} from "solady/src/utils/ECDSA.sol";

import {IBaton} from "./interfaces/IBaton.sol";
import {IBondVault} from "./interfaces/IBondVault.sol";
import {IClocked} from "./interfaces/IClocked.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {ISchedule} from "./interfaces/ISchedule.sol";
import {ISlasher} from "./interfaces/ISlasher.sol";
import {Clocked} from "./libraries/Clocked.sol";
import {Commitments} from "./libraries/Commitments.sol";
import {GossipPayload, Gossiped} from "./libraries/GossipPayload.sol";
import {Signers} from "./libraries/Signers.sol";
import {Timeline} from "./libraries/Timeline.sol";
import {BlockCommitment, Clock, HandoffReceipt} from "./types/Types.sol";

/// @title Evidence
/// @notice The part of the slasher that reads what was signed: by whom, for which chain, about which time, on which L1.
/// @dev Only checks. What is signed is told apart by its EIP-712 type and domain, and op-node's by its own domain.
abstract contract Evidence is ISlasher, Clocked {
    using Timeline for Clock;

    /* CONSTANTS AND IMMUTABLES */
    /// @dev Blocks whose hash EIP-2935 keeps.
    uint256 internal constant HISTORY_BLOCKS = 8191;

    /// @inheritdoc ISlasher
    IBaton public immutable BATON;
    /// @inheritdoc ISlasher
    IOperatorRegistry public immutable REGISTRY;
    /// @inheritdoc ISlasher
    ISchedule public immutable SCHEDULE;
    /// @inheritdoc ISlasher
    IBondVault public immutable VAULT;
    /// @inheritdoc ISlasher
    uint256 public immutable L2_CHAIN_ID;
    /// @inheritdoc ISlasher
    uint256 public immutable EVIDENCE_WINDOW;
    /// @inheritdoc ISlasher
    uint256 public immutable SETTLE_BLOCKS;
    /// @inheritdoc ISlasher
    uint256 public immutable EARLY_LEAD;
    /// @dev The domain separator on the chain of the deployment, whose id this is.
    bytes32 private immutable DOMAIN;
    uint256 private immutable CHAIN_ID;

    /* CONSTRUCTOR */
    /// @param baton Deployed before: it knows the rest of the system.
    constructor(IBaton baton, Params memory params) Clocked(IClocked(address(baton.SCHEDULE())).clock()) {
        BATON = baton;
        (REGISTRY, SCHEDULE, VAULT) = (baton.REGISTRY(), baton.SCHEDULE(), baton.VAULT());
        L2_CHAIN_ID = baton.L2_CHAIN_ID();
        (DOMAIN, CHAIN_ID) = (Commitments.domainOf(address(baton)), block.chainid);

        // Locks are released at the end of the dispute period: later evidence would find none.
        uint256 reach = Math.min(HISTORY_BLOCKS * L1_BLOCK_SECONDS, SCHEDULE.DISPUTE_PERIOD());
        if (params.evidenceWindow == 0 || params.evidenceWindow > reach) {
            revert Slasher_OutOfRange("evidenceWindow", params.evidenceWindow, reach);
        }
        // Else nothing that has to wait for the settling could ever be proven.
        uint256 mostBlocks = (params.evidenceWindow - 1) / L1_BLOCK_SECONDS;
        if (params.settleBlocks > mostBlocks) {
            revert Slasher_OutOfRange("settleBlocks", params.settleBlocks, mostBlocks);
        }
        (EVIDENCE_WINDOW, SETTLE_BLOCKS, EARLY_LEAD) = (params.evidenceWindow, params.settleBlocks, params.earlyLead);
    }

    /* INTERNAL: SIGNATURES */
    /// @dev Reverts unless the operator signed the commitment with its key of the epoch of the slot that it claims, which ended at most
    /// a window ago. By the slot, not by the date: a key that was given up can be laid to nobody once its last slots are old.
    function _checkCommitment(uint16 operator, BlockCommitment calldata commitment, bytes calldata signature)
        internal
        view
        returns (address key)
    {
        key = _keyFor(operator, commitment);
        _checkKey(operator, _signerOf(key, commitment, signature), key);
    }

    /// @dev Reverts unless the operator is a cluster whose key signed both commitments, see {_checkCommitment}.
    function _checkBoth(
        uint16 operator,
        BlockCommitment calldata a,
        BlockCommitment calldata b,
        bytes32[3] calldata aggregated
    ) internal view {
        address key = _keyFor(operator, a);
        (bytes32 digestA, bytes32 digestB) = (_digest(Commitments.hashOf(a)), _digest(Commitments.hashOf(b)));
        _checkKey(operator, REGISTRY.CLUSTERS().signerOfBoth(key, digestA, digestB, aggregated), key);
    }

    /// @dev The key that was to sign the commitment. Reverts if that is too long ago.
    function _keyFor(uint16 operator, BlockCommitment calldata commitment) private view returns (address) {
        _checkChain(commitment.l2ChainId);
        (uint256 epoch, uint256 index) = _split(commitment.slot);
        _checkWindow(_startOf(epoch, index + 1));
        return _sequencerKeyAt(operator, epoch);
    }

    /// @dev Reverts unless the operator signed the receipt with its key of the epoch of `slot`.
    function _checkReceipt(uint16 operator, HandoffReceipt calldata receipt, bytes calldata signature, uint64 slot)
        internal
        view
    {
        _checkChain(receipt.l2ChainId);
        (uint256 epoch,) = _split(slot);
        address key = _sequencerKeyAt(operator, epoch);
        _checkKey(operator, Signers.signerOf(REGISTRY, key, _digest(Commitments.hash(receipt)), signature), key);
    }

    /// @dev Reverts if the date is too long ago: a key that was given up can be laid to nobody for ever.
    /// @return slot The one that the block is dated in.
    /// @return key The one that was to sign it for op-node.
    function _gossipKeyFor(uint16 operator, Gossiped memory gossiped) internal view returns (uint64 slot, address key) {
        _checkWindow(gossiped.timestamp);
        Clock memory c = _clock();
        slot = c.slotAt(gossiped.timestamp);
        key = REGISTRY.gossipKeyAt(operator, c.epochOf(slot));
    }

    /// @dev Reverts unless the operator's `key` signed the payload in op-node's way.
    function _checkGossip(uint16 operator, bytes calldata payload, bytes calldata signature, address key)
        internal
        view
    {
        address signer;
        if (signature.length == 65) {
            uint8 v = uint8(signature[64]);
            bytes32 digest = GossipPayload.digest(payload, L2_CHAIN_ID);
            // op-node appends the recovery id itself.
            signer = ECDSA.tryRecover(digest, v < 27 ? v + 27 : v, bytes32(signature[:32]), bytes32(signature[32:64]));
        }
        _checkKey(operator, signer, key);
    }

    function _sequencerKeyAt(uint16 operator, uint256 epoch) internal view returns (address) {
        // The epoch of a slot of 64 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        return REGISTRY.sequencerKeyAt(operator, uint64(epoch));
    }

    function _signerOf(address key, BlockCommitment calldata commitment, bytes calldata signature)
        internal
        view
        returns (address)
    {
        return Signers.signerOf(REGISTRY, key, _digest(Commitments.hashOf(commitment)), signature);
    }

    /// @dev Zero is what a malformed signature recovers to, and the key of who has none: it signs nothing.
    function _checkKey(uint16 operator, address signer, address key) internal pure {
        if (signer != key || signer == address(0)) revert Slasher_WrongSigner(operator, signer, key);
    }

    /// @dev Under the Baton's domain, by the chain id of now: a fork of L1 has another.
    function _digest(bytes32 structHash) private view returns (bytes32) {
        bytes32 domain = block.chainid == CHAIN_ID ? DOMAIN : Commitments.domainOf(address(BATON));
        return keccak256(abi.encodePacked("\x19\x01", domain, structHash));
    }

    /* INTERNAL: PLACE AND TIME */
    function _checkChain(uint256 l2ChainId) internal view {
        if (l2ChainId != L2_CHAIN_ID) revert Slasher_WrongChain(l2ChainId, L2_CHAIN_ID);
    }

    /// @param from What the window is counted from, L1 seconds.
    function _checkWindow(uint256 from) internal view {
        uint256 closed = from + EVIDENCE_WINDOW;
        if (block.timestamp > closed) revert Slasher_TooLate(closed);
    }

    /// @dev When it is certain who held what ended at `end`, L1 seconds.
    function _settledAt(uint256 end) internal view returns (uint256) {
        return end + SETTLE_BLOCKS * L1_BLOCK_SECONDS;
    }

    /// @dev Reverts unless two blocks on one parent exclude each other: different ones, on L1 origins that can both be right (INV-64).
    function _checkConflict(BlockCommitment calldata a, BlockCommitment calldata b) internal view {
        _checkPlace(a.number, b.number, a.parentHash, b.parentHash);
        if (a.blockHash == b.blockHash) revert Slasher_SameBlock(a.blockHash);
        _checkOrigins(a.l1OriginNumber, a.l1OriginHash, b.l1OriginNumber, b.l1OriginHash);
    }

    /// @dev The same, if only one of them was gossiped.
    function _checkConflict(BlockCommitment calldata a, Gossiped memory b) internal view {
        _checkPlace(a.number, b.number, a.parentHash, b.parentHash);
        if (a.blockHash == b.blockHash) revert Slasher_SameBlock(a.blockHash);
        _checkOrigins(a.l1OriginNumber, a.l1OriginHash, b.originNumber, b.originHash);
    }

    /// @dev The same, if both were gossiped.
    function _checkConflict(Gossiped memory a, Gossiped memory b) internal view {
        _checkPlace(a.number, b.number, a.parentHash, b.parentHash);
        if (a.blockHash == b.blockHash) revert Slasher_SameBlock(a.blockHash);
        _checkOrigins(a.originNumber, a.originHash, b.originNumber, b.originHash);
    }

    function _checkPlace(uint64 numberA, uint64 numberB, bytes32 parentA, bytes32 parentB) private pure {
        if (numberA != numberB || parentA != parentB) revert Slasher_OtherPlace(numberA, numberB, parentA, parentB);
    }

    function _checkOrigins(uint64 numberA, bytes32 hashA, uint64 numberB, bytes32 hashB) private view {
        if (numberA == numberB && hashA == hashB) return;
        _checkCanonical(numberA, hashA);
        _checkCanonical(numberB, hashB);
    }

    function _checkCanonical(uint64 number, bytes32 hash) private view {
        bytes32 canonical = Blockhash.blockHash(number);
        if (hash != canonical || hash == 0) revert Slasher_OriginNotCanonical(number, hash, canonical);
    }
}
