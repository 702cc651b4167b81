// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Status} from "../types/Types.sol";

/// @title Operator registry
/// @notice Who may sequence: operators, their keys and standing, the whitelist and the stage ratchet.
/// @dev Whatever can change an assignment (keys, standing, stage) takes effect from `currentEpoch + 2` on, so that no frozen
/// epoch and no epoch whose set is closed is touched.
interface IOperatorRegistry {
    /* ERRORS */
    error OperatorRegistry_NotGovernance(address caller);
    error OperatorRegistry_NotOwner(uint16 operator, address caller);
    error OperatorRegistry_NotVault(address caller);
    error OperatorRegistry_NotWhitelisted(address owner);
    error OperatorRegistry_ZeroKey();
    error OperatorRegistry_KeyTaken(address key, uint16 operator);
    error OperatorRegistry_BadKeyProof(address key, address recovered);
    error OperatorRegistry_UnknownOperator(uint16 operator);
    error OperatorRegistry_BatcherIndexOutOfRange(uint8 index, uint8 count);
    error OperatorRegistry_WrongStatus(uint16 operator, Status status);
    error OperatorRegistry_SetFull(uint256 maximum);
    error OperatorRegistry_Underbonded(uint16 operator, uint256 bonded, uint256 required);
    error OperatorRegistry_StillBonded(uint16 operator, uint256 bonded, uint256 required);
    error OperatorRegistry_StillJailed(uint16 operator, uint256 until);
    error OperatorRegistry_LastStage(uint8 stage);
    error OperatorRegistry_StageTooYoung(uint256 now_, uint256 earliest);
    error OperatorRegistry_TooFewOperators(uint256 active, uint256 required);

    /* EVENTS */
    event OperatorRegistered(uint16 indexed operator, address indexed owner, uint32 indexed entity);
    event EndpointSet(uint16 indexed operator, string endpoint);
    event SequencerKeySet(uint16 indexed operator, address key, uint64 activeFrom);
    event BatcherKeySet(uint16 indexed operator, uint8 index, address key, uint64 activeFrom);
    event PayeeSet(uint16 indexed operator, address payee);
    event OwnershipOffered(uint16 indexed operator, address indexed newOwner);
    event OwnershipAccepted(uint16 indexed operator, address indexed newOwner);
    /// @param fromEpoch First epoch for which the operator is (Active) or is not (else) eligible.
    event StatusChanged(uint16 indexed operator, Status status, uint64 fromEpoch);
    event Whitelisted(address indexed owner, uint32 entity);
    event StageAdvanced(uint8 stage, uint64 fromEpoch);
    event GovernanceOffered(address indexed newGovernance);
    event GovernanceAccepted(address indexed newGovernance);

    /* OPERATORS */
    /// @notice Registers the caller as a new operator, with status None until `activate`.
    /// @param sequencerKey Signs commitments and sends the keeper's transactions.
    /// @param keyProof EIP-712 `KeyBinding(address owner)` signed by `sequencerKey`: nobody can take another's key.
    /// @param batcherKey First batcher key, the one that posts batches to L1.
    /// @param payee Receives withdrawn bond and balances.
    /// @param endpoint Base URL of the operator's relay, only announced.
    /// @return operator The new id, counted from 1.
    function register(address sequencerKey, bytes calldata keyProof, address batcherKey, address payee, string calldata endpoint)
        external
        returns (uint16 operator);
    /// @notice Enters the eligible set from `currentEpoch + 2` on. Needs the whole minimum bond. Owner only.
    function activate(uint16 operator) external;
    /// @notice Leaves the eligible set from `currentEpoch + 2` on, so that the bond can exit afterwards. Owner only.
    function deactivate(uint16 operator) external;
    /// @notice Jails an active operator whose bond fell below the minimum. By anyone; never the reserve.
    function jailUnderbonded(uint16 operator) external;
    function setEndpoint(uint16 operator, string calldata endpoint) external;
    function setSequencerKey(uint16 operator, address key, bytes calldata keyProof) external;
    /// @param index 0 to 3; equal to the number of keys to add one.
    function setBatcherKey(uint16 operator, uint8 index, address key) external;
    function setPayee(uint16 operator, address payee) external;
    function offerOwnership(uint16 operator, address newOwner) external;
    function acceptOwnership(uint16 operator) external;

    /* GOVERNANCE */
    /// @notice Sets an owner's entity; 0 takes it off the whitelist and its operators out of the set from `currentEpoch + 2` on.
    function setWhitelisted(address owner, uint32 entity) external;
    /// @notice Advances the stage by one, from `currentEpoch + 2` on.
    function advanceStage() external;
    function offerGovernance(address newGovernance) external;
    function acceptGovernance() external;

    /* VIEWS */
    function governance() external view returns (address);
    function operatorCount() external view returns (uint16);
    function ownerOf(uint16 operator) external view returns (address);
    function payeeOf(uint16 operator) external view returns (address);
    function entityOf(uint16 operator) external view returns (uint32);
    function statusOf(uint16 operator) external view returns (Status status, uint64 fromEpoch);
    /// @return The key valid in `epoch`; zero for an unknown operator.
    function sequencerKeyAt(uint16 operator, uint64 epoch) external view returns (address);
    function batcherKeyAt(uint16 operator, uint8 index, uint64 epoch) external view returns (address);
    function batcherKeyCount(uint16 operator) external view returns (uint8);
    /// @return The operator a key was ever bound to; 0 if none.
    function operatorOfKey(address key) external view returns (uint16);
    /// @notice Whether `account` may act for the operator: its owner or its sequencer key of the current epoch.
    function isController(uint16 operator, address account) external view returns (bool);
    function isEligible(uint16 operator, uint64 epoch) external view returns (bool);
    /// @notice The operators a policy may assign slots of `epoch` to, in id order, without the reserve, with their entities.
    function eligibleSet(uint64 epoch) external view returns (uint16[] memory operators, uint32[] memory entities);
    function stageAt(uint64 epoch) external view returns (uint8);
    function currentEpoch() external view returns (uint64);
}
