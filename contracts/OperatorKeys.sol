// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Membership} from "./Membership.sol";
import {ClusterKeys} from "./cluster/ClusterKeys.sol";
import {IBaton} from "./interfaces/IBaton.sol";
import {IClusterKeys} from "./interfaces/IClusterKeys.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {KeyHistory, KeyHistoryLib} from "./libraries/KeyHistory.sol";
import {MinSig} from "./libraries/MinSig.sol";
import {OperatorRecord} from "./types/OperatorRecord.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title OperatorKeys
/// @notice The part of the registry that knows with which keys an operator signs, posts batches and gossips, by epoch.
/// @dev Each key is proven by its own signature and bound to one operator for ever. `BATON` is told of what a claim uses.
abstract contract OperatorKeys is Membership, EIP712 {
    using KeyHistoryLib for KeyHistory;

    /* CONSTANTS AND IMMUTABLES */
    uint8 public constant MAX_BATCHER_KEYS = 4;
    bytes32 internal constant KEY_BINDING_TYPEHASH = keccak256("KeyBinding(address owner)");

    /// @notice Told of every key set, so that a claim need not ask; zero for nobody.
    IBaton public immutable BATON;
    /// @inheritdoc IOperatorRegistry
    IClusterKeys public immutable CLUSTERS;

    /* STORAGE */
    mapping(uint16 operator => KeyHistory) internal _sequencerKeys;
    mapping(uint16 operator => mapping(uint8 index => KeyHistory)) internal _batcherKeys;
    mapping(uint16 operator => KeyHistory) internal _gossipKeys;
    /// @inheritdoc IOperatorRegistry
    mapping(address key => uint16) public operatorOfKey;

    /* CONSTRUCTOR */
    /// @param baton May be an address computed in advance: it is not called here.
    constructor(IBaton baton) EIP712("Rota", "1") {
        BATON = baton;
        CLUSTERS = new ClusterKeys(baton);
    }

    /* KEYS */
    /// @inheritdoc IOperatorRegistry
    function setSequencerKey(uint16 operator, address key, bytes calldata keyProof) external onlyOwner(operator) {
        _checkKeyProof(key, keyProof);
        address previous = _sequencerKeys[operator].latest.key();
        uint32 from = _effectiveEpoch();
        _setSequencerKey(operator, key, from);

        // Interaction: the Baton's copy.
        _tellKeys(operator, previous, from);
    }

    /// @inheritdoc IOperatorRegistry
    function setBatcherKey(uint16 operator, uint8 index, address key, bytes calldata keyProof)
        external
        onlyOwner(operator)
    {
        _checkKeyProof(key, keyProof);
        OperatorRecord record = _operators[operator];
        uint8 count = record.batcherCount();
        if (index > count || index >= MAX_BATCHER_KEYS) {
            revert OperatorRegistry_BatcherIndexOutOfRange(index, count);
        }
        if (index == count) _operators[operator] = record.withBatcherCount(count + 1);
        uint32 from = _effectiveEpoch();
        _setBatcherKey(operator, index, key, from);

        // Interaction: the Baton's copy, of the key that claims use.
        if (index == 0) _tellKeys(operator, _sequencerKeys[operator].latest.key(), from);
    }

    /// @inheritdoc IOperatorRegistry
    function setGossipKey(uint16 operator, address key, bytes calldata keyProof) external onlyOwner(operator) {
        _checkKeyProof(key, keyProof);
        uint32 from = _effectiveEpoch();
        _bindKey(operator, key);
        _gossipKeys[operator].set(key, from);
        emit GossipKeySet(operator, key, from);
    }

    /* VIEWS */
    /// @inheritdoc IOperatorRegistry
    function sequencerKeyAt(uint16 operator, uint64 epoch) external view returns (address) {
        return _sequencerKeys[operator].keyAt(epoch);
    }

    /// @inheritdoc IOperatorRegistry
    function batcherKeyAt(uint16 operator, uint8 index, uint64 epoch) external view returns (address) {
        return _batcherKeys[operator][index].keyAt(epoch);
    }

    /// @inheritdoc IOperatorRegistry
    function gossipKeyAt(uint16 operator, uint64 epoch) external view returns (address) {
        return _gossipKeys[operator].keyAt(epoch);
    }

    /// @inheritdoc IOperatorRegistry
    function claimKeysAt(uint16 operator, uint64 epoch) external view returns (address, address) {
        return (_sequencerKeys[operator].keyAt(epoch), _batcherKeys[operator][0].keyAt(epoch));
    }

    /// @inheritdoc IOperatorRegistry
    function batcherKeyCount(uint16 operator) external view returns (uint8) {
        return _operators[operator].batcherCount();
    }

    /// @inheritdoc IOperatorRegistry
    function isController(uint16 operator, address account) external view returns (bool) {
        // An unknown operator's owner and key are zero, and zero controls nothing.
        if (account == address(0)) return false;
        return account == _operators[operator].owner() || account == _sequencerKeys[operator].keyAt(currentEpoch());
    }

    /* INTERNAL */
    function _setSequencerKey(uint16 operator, address key, uint32 from) internal {
        _bindKey(operator, key);
        _sequencerKeys[operator].set(key, from);
        emit SequencerKeySet(operator, key, from);
    }

    function _setBatcherKey(uint16 operator, uint8 index, address key, uint32 from) internal {
        _bindKey(operator, key);
        _batcherKeys[operator][index].set(key, from);
        emit BatcherKeySet(operator, index, key, from);
    }

    /// @dev A trusted contract: a copy that was not made would be a key that changed for the registry alone.
    /// @param previous The sequencer key before `from`, the first epoch of what changed.
    function _tellKeys(uint16 operator, address previous, uint32 from) internal {
        if (address(BATON) == address(0)) return;
        address batcherKey = _batcherKeys[operator][0].latest.key();
        BATON.noteKeys(operator, previous, _sequencerKeys[operator].latest.key(), batcherKey, from);
    }

    /// @dev A binding is never undone (INV-43): a key that was an operator's is never another's.
    function _bindKey(uint16 operator, address key) internal {
        if (key == address(0)) revert OperatorRegistry_ZeroAddress();
        uint16 bound = operatorOfKey[key];
        if (bound == operator) return;
        if (bound != 0) revert OperatorRegistry_KeyTaken(key, bound);
        operatorOfKey[key] = operator;
    }

    function _checkKeyProof(address key, bytes calldata proof) internal view {
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(KEY_BINDING_TYPEHASH, msg.sender)));
        address recovered;
        if (proof.length == MinSig.SIGNATURE_BYTES) recovered = CLUSTERS.signerOf(key, digest, proof);
        else (recovered,,) = ECDSA.tryRecoverCalldata(digest, proof);
        // Zero is what a malformed proof recovers to: it must not prove the zero key.
        if (recovered != key || key == address(0)) revert OperatorRegistry_BadKeyProof(key, recovered);
    }
}
