// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRotationTarget} from "../../interfaces/IRotationTarget.sol";
import {ISystemConfigBaton} from "../../interfaces/ISystemConfigBaton.sol";

/// @dev What the adapter needs of SystemConfig: functions that the npm package's and later releases share.
interface ISystemConfig {
    function batcherHash() external view returns (bytes32);
    function owner() external view returns (address);
    function renounceOwnership() external;
    function setBatcherHash(bytes32 hash) external;
    function setUnsafeBlockSigner(address signer) external;
    function transferOwnership(address newOwner) external;
    function unsafeBlockSigner() external view returns (address);
}

/// @title SystemConfigBaton
/// @notice Owns the real SystemConfig of an OP Stack chain.
/// @dev Trusts `SYSTEM_CONFIG` to be upgraded by the chain's own proxy admin only, and reads back what it set. Trusts `BATON`
/// with the batcher, `CHAIN_OWNER` with the rest.
contract SystemConfigBaton is ISystemConfigBaton {
    /* CONSTANTS AND IMMUTABLES */
    /// @dev `setBatcherHash(address)`, a second way to the batcher in later releases.
    bytes4 internal constant SET_BATCHER_BY_ADDRESS = bytes4(keccak256("setBatcherHash(address)"));

    /// @inheritdoc ISystemConfigBaton
    uint256 public constant RETURN_WINDOW = 7 days;

    /// @inheritdoc ISystemConfigBaton
    address public immutable BATON;
    /// @inheritdoc ISystemConfigBaton
    address public immutable CHAIN_OWNER;
    /// @inheritdoc ISystemConfigBaton
    address public immutable SYSTEM_CONFIG;
    /// @inheritdoc ISystemConfigBaton
    uint256 public immutable RETURN_DELAY;

    /* STORAGE */
    address internal _newOwner;
    uint96 internal _earliest;
    /// @inheritdoc ISystemConfigBaton
    bool public isOssified;

    /* CONSTRUCTOR */
    constructor(address baton, address chainOwner, address systemConfig, uint32 returnDelay) {
        if (systemConfig.code.length == 0) revert SystemConfigBaton_ConfigWithoutCode(systemConfig);
        if (chainOwner == address(0)) revert SystemConfigBaton_ZeroOwner();
        if (returnDelay == 0) revert SystemConfigBaton_NoReturnDelay();
        (BATON, CHAIN_OWNER, SYSTEM_CONFIG, RETURN_DELAY) = (baton, chainOwner, systemConfig, returnDelay);
    }

    /* MODIFIERS */
    modifier onlyChainOwner() {
        if (msg.sender != CHAIN_OWNER) revert SystemConfigBaton_NotChainOwner(msg.sender);
        if (isOssified) revert SystemConfigBaton_Ossified();
        _;
    }

    /* BATON */
    /// @inheritdoc IRotationTarget
    function rotate(address batcher_) external {
        if (msg.sender != BATON) revert SystemConfigBaton_NotBaton(msg.sender);
        bytes32 expected = bytes32(uint256(uint160(batcher_)));
        bytes32 found = _setBatcherHash(expected);
        if (found != expected) revert SystemConfigBaton_NotApplied(expected, found);
    }

    /* CHAIN OWNER */
    /// @inheritdoc ISystemConfigBaton
    function forward(bytes calldata data) external onlyChainOwner returns (bytes memory) {
        // Check: the setter is not on the deny list.
        // Fewer than 4 bytes name no function: the missing ones read as zeros.
        // forge-lint: disable-next-line(unsafe-typecast)
        bytes4 selector = bytes4(data);
        if (_isDenied(selector)) revert SystemConfigBaton_Denied(selector);
        bytes32 before = _guarded();
        emit Forwarded(selector, data);

        // Interaction: with the reason passed on.
        (bool ok, bytes memory returned) = SYSTEM_CONFIG.call(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(returned, 0x20), mload(returned))
            }
        }

        // Check: an upgraded SystemConfig may have setters that no list knows.
        if (_guarded() != before) revert SystemConfigBaton_Moved(selector);
        return returned;
    }

    /// @inheritdoc ISystemConfigBaton
    function announceReturn(address newOwner) external onlyChainOwner {
        if (newOwner == address(0)) revert SystemConfigBaton_ZeroOwner();
        address owner = ISystemConfig(SYSTEM_CONFIG).owner();
        if (owner != address(this)) revert SystemConfigBaton_NotOwnerOfConfig(owner);

        uint256 earliest = block.timestamp + RETURN_DELAY;
        // The delay has 32 bits, and time a long way to 96.
        // forge-lint: disable-next-line(unsafe-typecast)
        (_newOwner, _earliest) = (newOwner, uint96(earliest));
        emit ReturnAnnounced(earliest, newOwner);
    }

    /// @inheritdoc ISystemConfigBaton
    function abandonReturn() external onlyChainOwner {
        if (_newOwner == address(0)) revert SystemConfigBaton_ReturnNotAnnounced();
        (_newOwner, _earliest) = (address(0), 0);
        emit ReturnAbandoned();
    }

    /// @inheritdoc ISystemConfigBaton
    function returnConfig() external onlyChainOwner {
        (address newOwner, uint256 earliest) = (_newOwner, _earliest);
        if (newOwner == address(0)) revert SystemConfigBaton_ReturnNotAnnounced();
        if (block.timestamp < earliest) revert SystemConfigBaton_ReturnTooEarly(earliest);
        uint256 expiry = earliest + RETURN_WINDOW;
        if (block.timestamp >= expiry) revert SystemConfigBaton_ReturnExpired(expiry);

        (_newOwner, _earliest) = (address(0), 0);
        emit ConfigReturned(newOwner);
        ISystemConfig(SYSTEM_CONFIG).transferOwnership(newOwner);
    }

    /// @inheritdoc ISystemConfigBaton
    function ossifyAdapter() external onlyChainOwner {
        isOssified = true;
        emit AdapterOssified();
    }

    /* VIEWS */
    /// @inheritdoc IRotationTarget
    function batcher() external view returns (address) {
        return address(uint160(uint256(ISystemConfig(SYSTEM_CONFIG).batcherHash())));
    }

    /// @inheritdoc ISystemConfigBaton
    function announcedReturn() external view returns (address newOwner, uint256 earliest) {
        return (_newOwner, _earliest);
    }

    /* INTERNAL */
    /// @dev `config.setBatcherHash(hash)`, then `config.batcherHash()`: a proxy whose implementation is gone, or that ignores the
    /// call, succeeds as well. By hand, for 300 gas less: no look for code, for what is read back shows it, and no memory but
    /// scratch.
    /// @param hash Not zero.
    /// @return found What is set now; zero if there is no answer.
    function _setBatcherHash(bytes32 hash) internal returns (bytes32 found) {
        address config = SYSTEM_CONFIG;
        (bytes4 setter, bytes4 getter) = (ISystemConfig.setBatcherHash.selector, ISystemConfig.batcherHash.selector);
        assembly ("memory-safe") {
            mstore(0x00, setter)
            mstore(0x04, hash)
            if iszero(call(gas(), config, 0, 0x00, 0x24, 0x00, 0x00)) {
                let reason := mload(0x40)
                returndatacopy(reason, 0, returndatasize())
                revert(reason, returndatasize())
            }
            mstore(0x00, getter)
            if staticcall(gas(), config, 0x00, 0x04, 0x00, 0x20) {
                if gt(returndatasize(), 0x1f) { found := mload(0x00) }
            }
        }
    }

    function _isDenied(bytes4 selector) internal pure returns (bool) {
        return selector == ISystemConfig.transferOwnership.selector
            || selector == ISystemConfig.renounceOwnership.selector || selector == ISystemConfig.setBatcherHash.selector
            || selector == SET_BATCHER_BY_ADDRESS || selector == ISystemConfig.setUnsafeBlockSigner.selector;
    }

    /// @dev What no forwarded call may change, as one word to compare.
    function _guarded() internal view returns (bytes32) {
        ISystemConfig config = ISystemConfig(SYSTEM_CONFIG);
        return keccak256(abi.encode(config.owner(), config.batcherHash(), config.unsafeBlockSigner()));
    }
}
