// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {GossipPayload, Gossiped} from "@rota/contracts/libraries/GossipPayload.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Against payloads of real op-nodes, encoded and signed by op-node's own code: see tests/contracts/vectors/README.md.
contract GossipPayloadTest is Test {
    using GossipPayload for bytes;

    string internal json;

    function setUp() public {
        // It reads the one file that it is about.
        json = vm.readFile("tests/contracts/vectors/gossip.json");
    }

    function test_read_IsWhatTheNodeSealed() public view {
        string[2] memory names = [".a", ".b"];
        for (uint256 i; i < 2; ++i) {
            Gossiped memory found = this.read(_bytes(names[i], ".raw"));
            assertEq(found.number, 62);
            assertEq(found.number, vm.parseJsonUint(json, string.concat(names[i], ".number")));
            assertEq(found.timestamp, vm.parseJsonUint(json, string.concat(names[i], ".timestamp")));
            assertEq(found.parentHash, vm.parseJsonBytes32(json, string.concat(names[i], ".parent_hash")));
            assertEq(found.blockHash, vm.parseJsonBytes32(json, string.concat(names[i], ".block_hash")));
            assertEq(found.originNumber, vm.parseJsonUint(json, string.concat(names[i], ".l1_origin_number")));
            assertEq(found.originHash, vm.parseJsonBytes32(json, string.concat(names[i], ".l1_origin_hash")));
        }
    }

    function test_digest_IsWhatTheNodeSigns() public view {
        bytes memory signature = _bytes(".a", ".signature");
        bytes32 signed = this.digest(_bytes(".a", ".raw"), vm.parseJsonUint(json, ".l2_chain_id"));
        (bytes32 r, bytes32 s, uint8 v) = this.split(signature);
        assertEq(ecrecover(signed, v + 27, r, s), vm.parseJsonAddress(json, ".signer"));
    }

    /// @dev V3 ends before the withdrawals root; its other offsets are the same.
    function test_read_GivenV3() public view {
        bytes memory v4 = _bytes(".b", ".raw");
        bytes memory v3 = new bytes(v4.length - 32);
        for (uint256 i; i < v3.length; ++i) {
            v3[i] = v4[i < 560 ? i : i + 32];
        }
        _put32(v3, 468, 528);
        _put32(v3, 536, _get32(v4, 536) - 32);
        _put32(v3, 540, _get32(v4, 540) - 32);
        assertEq(abi.encode(this.read(v3)), abi.encode(this.read(v4)));
    }

    function test_read_RevertWhen_NotOfThisVersion() public {
        bytes memory raw = _bytes(".b", ".raw");
        _put32(raw, 468, 512);
        vm.expectRevert(abi.encodeWithSelector(GossipPayload.GossipPayload_UnknownVersion.selector, 512));
        this.read(raw);
    }

    function test_read_RevertWhen_FirstTransactionIsAnother() public {
        bytes memory raw = _bytes(".b", ".raw");
        raw[605] = 0x02;
        vm.expectRevert(
            abi.encodeWithSelector(GossipPayload.GossipPayload_NoL1Attributes.selector, 2, bytes4(0x098999be))
        );
        this.read(raw);
    }

    /// @dev Cut anywhere before the L1 origin: refused with a reason.
    function testFuzz_read_RevertWhen_CutShort(uint256 length) public {
        bytes memory raw = _bytes(".b", ".raw");
        length = bound(length, 0, raw.length - 45);
        bytes memory cut = new bytes(length);
        for (uint256 i; i < length; ++i) {
            cut[i] = raw[i];
        }
        vm.expectPartialRevert(GossipPayload.GossipPayload_TooShort.selector);
        this.read(cut);
    }

    /// @dev Whatever it is, it is read or refused with a reason: no panic, and no read past the end.
    function testFuzz_read_NeverPanics(uint256 seed, uint16 position, uint8 count) public view {
        bytes memory raw = _bytes(".b", ".raw");
        for (uint256 i; i < uint256(count) % 16; ++i) {
            raw[(uint256(position) + i * 37) % raw.length] = bytes1(uint8(seed >> (i * 8)));
        }
        try this.read(raw) returns (Gossiped memory) {}
        catch (bytes memory reason) {
            assertTrue(bytes4(reason) != 0x4e487b71);
        }
    }

    /* CALLDATA */
    function read(bytes calldata raw) external pure returns (Gossiped memory) {
        return raw.read();
    }

    function digest(bytes calldata raw, uint256 l2ChainId) external pure returns (bytes32) {
        return raw.digest(l2ChainId);
    }

    function split(bytes calldata signature) external pure returns (bytes32 r, bytes32 s, uint8 v) {
        return (bytes32(signature[:32]), bytes32(signature[32:64]), uint8(signature[64]));
    }

    /* INTERNAL */
    function _bytes(string memory name, string memory field) private view returns (bytes memory) {
        return vm.parseJsonBytes(json, string.concat(name, field));
    }

    function _get32(bytes memory raw, uint256 position) private pure returns (uint256 value) {
        for (uint256 i; i < 4; ++i) {
            value |= uint256(uint8(raw[position + i])) << (8 * i);
        }
    }

    function _put32(bytes memory raw, uint256 position, uint256 value) private pure {
        for (uint256 i; i < 4; ++i) {
            raw[position + i] = bytes1(uint8(value >> (8 * i)));
        }
    }
}
