// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Vm} from "forge-std/Vm.sol";

/// @notice The real SystemConfig, as far as tests call it.
interface IRealSystemConfig {
    struct ResourceConfig {
        uint32 maxResourceLimit;
        uint8 elasticityMultiplier;
        uint8 baseFeeMaxChangeDenominator;
        uint32 minimumBaseFee;
        uint32 systemTxMaxGas;
        uint128 maximumBaseFee;
    }

    struct Addresses {
        address l1CrossDomainMessenger;
        address l1ERC721Bridge;
        address l1StandardBridge;
        address disputeGameFactory;
        address optimismPortal;
        address optimismMintableERC20Factory;
        address gasPayingToken;
    }

    event ConfigUpdate(uint256 indexed version, uint8 indexed updateType, bytes data);

    function initialize(
        address owner,
        uint32 basefeeScalar,
        uint32 blobbasefeeScalar,
        bytes32 batcherHash,
        uint64 gasLimit,
        address unsafeBlockSigner,
        ResourceConfig calldata config,
        address batchInbox,
        Addresses calldata addresses
    ) external;
    function basefeeScalar() external view returns (uint32);
    function batcherHash() external view returns (bytes32);
    function gasLimit() external view returns (uint64);
    function owner() external view returns (address);
    function renounceOwnership() external;
    function setBatcherHash(bytes32 hash) external;
    function setGasConfigEcotone(uint32 basefeeScalar, uint32 blobbasefeeScalar) external;
    function setGasLimit(uint64 gasLimit) external;
    function setUnsafeBlockSigner(address signer) external;
    function transferOwnership(address newOwner) external;
    function unsafeBlockSigner() external view returns (address);
    function version() external view returns (string memory);
}

/// @notice The real Proxy, as far as tests call it.
interface IRealProxy {
    function upgradeTo(address implementation) external;
    function upgradeToAndCall(address implementation, bytes calldata data) external returns (bytes memory);
}

/// @title OP Stack
/// @notice Puts the real SystemConfig behind the real Proxy: the bytecode of npm's @eth-optimism/contracts-bedrock.
library OpStack {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    string private constant ARTIFACTS = "node_modules/@eth-optimism/contracts-bedrock/forge-artifacts/";
    /// @dev SystemConfig's word for "fees are paid in ETH".
    address private constant ETHER = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;

    /// @notice Whether the artifacts are there: a project that installed this package may do without the OP Stack's.
    function isInstalled() internal view returns (bool) {
        try VM.getCode(string.concat(ARTIFACTS, "Proxy.sol/Proxy.json")) returns (bytes memory) {
            return true;
        } catch {
            return false;
        }
    }

    /// @param admin May upgrade the proxy. @param owner May call the setters. @param batcher First batcher.
    function deploySystemConfig(address admin, address owner, address batcher) internal returns (IRealSystemConfig) {
        address implementation = VM.deployCode(string.concat(ARTIFACTS, "SystemConfig.sol/SystemConfig.json"));
        address proxy = VM.deployCode(string.concat(ARTIFACTS, "Proxy.sol/Proxy.json"), abi.encode(admin));
        IRealSystemConfig.Addresses memory addresses;
        addresses.gasPayingToken = ETHER;
        bytes memory initialize = abi.encodeCall(
            IRealSystemConfig.initialize,
            (
                owner,
                1368,
                810_949,
                bytes32(uint256(uint160(batcher))),
                60_000_000,
                address(0x516),
                IRealSystemConfig.ResourceConfig(20_000_000, 10, 8, 1 gwei, 1_000_000, type(uint128).max),
                address(0xB0),
                addresses
            )
        );
        VM.prank(admin);
        IRealProxy(proxy).upgradeToAndCall(implementation, initialize);
        return IRealSystemConfig(proxy);
    }
}
