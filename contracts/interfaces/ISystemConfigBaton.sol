// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRotationTarget} from "./IRotationTarget.sol";

/// @title Adapter that owns an OP Stack chain's SystemConfig
interface ISystemConfigBaton is IRotationTarget {
    /* ERRORS */
    error SystemConfigBaton_NotBaton(address caller);
    error SystemConfigBaton_NotChainOwner(address caller);
    error SystemConfigBaton_NotApplied(address expected, address found);
    error SystemConfigBaton_Denied(bytes4 selector);
    error SystemConfigBaton_ReturnNotAnnounced();
    error SystemConfigBaton_ReturnTooEarly(uint256 earliest);
    error SystemConfigBaton_NotOwnerOfConfig(address owner);

    /* EVENTS */
    event Forwarded(bytes4 indexed selector, bytes data);
    event ReturnAnnounced(uint256 earliest, address newOwner);
    event ReturnAbandoned();
    event ConfigReturned(address newOwner);

    /* CHAIN OWNER */
    /// @notice Calls any setter of SystemConfig but those on the deny list (ownership, batcherHash, unsafeBlockSigner).
    function forward(bytes calldata data) external returns (bytes memory);
    /// @notice Starts the delay after which `returnConfig` hands SystemConfig to `newOwner`.
    function announceReturn(address newOwner) external;
    function abandonReturn() external;
    function returnConfig() external;

    /* VIEWS */
    function CHAIN_OWNER() external view returns (address);
    function RETURN_DELAY() external view returns (uint256);
    function SYSTEM_CONFIG() external view returns (address);
}
