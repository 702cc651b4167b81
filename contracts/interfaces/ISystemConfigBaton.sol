// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRotationTarget} from "./IRotationTarget.sol";

/// @title Adapter that owns an OP Stack chain's SystemConfig
/// @notice Splits the power of SystemConfig's owner: the Baton moves the batcher, the chain's owner keeps every other setter and
/// can have the whole back after a delay that everybody sees coming.
/// @dev The chain's owner hands over by `SystemConfig.transferOwnership(adapter)`. It cannot move the batcher, the unsafe block
/// signer or the ownership through the adapter; the Baton can move nothing but the batcher; nobody else can do anything.
interface ISystemConfigBaton is IRotationTarget {
    /* ERRORS */
    /// @notice Only the Baton moves the batcher.
    error SystemConfigBaton_NotBaton(address caller);
    /// @notice Only the chain's owner forwards and returns.
    error SystemConfigBaton_NotChainOwner(address caller);
    /// @notice The chain's owner gave its power up, for ever.
    error SystemConfigBaton_Ossified();
    /// @notice SystemConfig took the call and has another batcher hash than it was given.
    error SystemConfigBaton_NotApplied(bytes32 expected, bytes32 found);
    /// @notice This setter is not for forwarding: the batcher is the Baton's, ownership leaves by `announceReturn`.
    error SystemConfigBaton_Denied(bytes4 selector);
    /// @notice The forwarded call changed the owner, the batcher hash or the unsafe block signer under another name.
    error SystemConfigBaton_Moved(bytes4 selector);
    /// @notice Nothing was announced. Call `announceReturn` first.
    error SystemConfigBaton_ReturnNotAnnounced();
    /// @notice The delay is not over: try again at `earliest`, L1 seconds.
    error SystemConfigBaton_ReturnTooEarly(uint256 earliest);
    /// @notice The announcement was for the time before `expiry`, L1 seconds. Announce the return again.
    error SystemConfigBaton_ReturnExpired(uint256 expiry);
    /// @notice A return without notice would end turns that are paid for.
    error SystemConfigBaton_NoReturnDelay();
    /// @notice SystemConfig would be nobody's for ever. Name the account that shall own it.
    error SystemConfigBaton_ZeroOwner();
    /// @notice Nothing to return: SystemConfig belongs to `owner`.
    error SystemConfigBaton_NotOwnerOfConfig(address owner);
    /// @notice There is no contract at this address: deploy SystemConfig first.
    error SystemConfigBaton_ConfigWithoutCode(address config);

    /* EVENTS */
    /// @param data The whole call, selector included.
    event Forwarded(bytes4 indexed selector, bytes data);
    /// @param earliest From when `returnConfig` works, L1 seconds.
    event ReturnAnnounced(uint256 earliest, address indexed newOwner);
    event ReturnAbandoned();
    event ConfigReturned(address indexed newOwner);
    event AdapterOssified();

    /* CHAIN OWNER */
    /// @notice Calls any setter of SystemConfig but those on the deny list: ownership, batcher hash, unsafe block signer.
    /// @dev Emits {Forwarded}. A revert of SystemConfig is passed on.
    ///
    /// Requirements:
    /// - the chain's owner calls, else {SystemConfigBaton_NotChainOwner}
    /// - the selector is not denied, else {SystemConfigBaton_Denied}
    /// - owner, batcher hash and unsafe block signer are afterwards what they were, else {SystemConfigBaton_Moved}
    /// @param data Selector and arguments of the setter.
    /// @return What SystemConfig returned.
    function forward(bytes calldata data) external returns (bytes memory);

    /// @notice Starts the delay after which `returnConfig` hands SystemConfig to `newOwner`; again to start over.
    /// @dev Emits {ReturnAnnounced}. The chain goes on as before until then.
    ///
    /// Requirements:
    /// - the chain's owner calls, else {SystemConfigBaton_NotChainOwner}
    /// - `newOwner` is not zero, else {SystemConfigBaton_ZeroOwner}
    /// - the adapter owns SystemConfig, else {SystemConfigBaton_NotOwnerOfConfig}
    function announceReturn(address newOwner) external;

    /// @notice Takes the announcement back.
    /// @dev Emits {ReturnAbandoned}.
    ///
    /// Requirements:
    /// - the chain's owner calls, else {SystemConfigBaton_NotChainOwner}
    /// - a return is announced, else {SystemConfigBaton_ReturnNotAnnounced}
    function abandonReturn() external;

    /// @notice Hands SystemConfig to the announced owner. From then on rotations fail, and claims go on without them.
    /// @dev Emits {ConfigReturned}.
    ///
    /// Requirements:
    /// - the chain's owner calls, else {SystemConfigBaton_NotChainOwner}
    /// - a return is announced, else {SystemConfigBaton_ReturnNotAnnounced}
    /// - the delay is over, else {SystemConfigBaton_ReturnTooEarly}
    /// - for less than `RETURN_WINDOW`, else {SystemConfigBaton_ReturnExpired}
    function returnConfig() external;

    /// @notice Ends all that the chain's owner can do here, for ever: SystemConfig stays the adapter's with all its values, an announced
    /// return does not happen, and the Baton goes on to move the batcher. Apart from the core's ossification, so that the
    /// owner can hand SystemConfig to a successor of a core that never changes again.
    /// @dev Emits {AdapterOssified}. Requires the chain's owner as caller, else {SystemConfigBaton_NotChainOwner}. Afterwards each function
    /// for the chain's owner reverts with {SystemConfigBaton_Ossified}.
    function ossifyAdapter() external;

    /* VIEWS */
    /// @notice May forward and return: the chain's governance, behind a timelock.
    function CHAIN_OWNER() external view returns (address);
    /// @return Whether the chain's owner gave its power up.
    function isOssified() external view returns (bool);
    /// @notice From the announcement to the return, seconds.
    function RETURN_DELAY() external view returns (uint256);
    /// @notice How long an announced return can be made once its delay is over, seconds: long enough for the signers of a timelock, too
    /// short to be kept in stock. An old announcement would be a return without notice.
    function RETURN_WINDOW() external view returns (uint256);
    /// @notice The chain's SystemConfig (its proxy).
    function SYSTEM_CONFIG() external view returns (address);
    /// @notice May move the batcher.
    function BATON() external view returns (address);
    /// @return newOwner Who SystemConfig goes to; zero if nothing is announced.
    /// @return earliest When, L1 seconds; no more from `RETURN_WINDOW` later on.
    function announcedReturn() external view returns (address newOwner, uint256 earliest);
}
