// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BLS} from "solady/src/utils/ext/ithaca/BLS.sol";

/// @title MinSig
/// @notice BLS12-381 signatures with the signature in G1 and the key in G2, by EIP-2537's precompiles: hashing to G1 after RFC 9380
/// (`BLS12381G1_XMD:SHA-256_SSWU_RO_`), and e(signature, G2) = e(hash, key).
/// @dev What is paired is put together in one buffer: hash (128 bytes) | key (256) | signature (128) | -G2 (256), points as EIP-2537
/// has them. The pairing checks that points are on the curve and in the subgroup; adding does not check the subgroup: only what was
/// hashed to is ever added. Hashing makes calls that fail for want of gas alone, or where there are no such precompiles; the
/// pairing, which needs ten times the gas, fails then too. So its success is the only one looked at.
library MinSig {
    /* CONSTANTS */
    /// @dev Bytes of a signature: x and y, 48 each.
    uint256 internal constant SIGNATURE_BYTES = 96;
    /// @dev A precompile burns what it was given when it refuses a point: what that may cost, ten times what a pairing does today.
    uint256 internal constant PAIRING_GAS = 1_000_000;

    /// @dev Domain separation tag, of the scheme with proof of possession; behind it its length, as RFC 9380 wants it.
    bytes32 private constant SUITE_START = "BLS_SIG_BLS12381G1_XMD:SHA-256_S";
    bytes32 private constant SUITE_END = "SWU_RO_POP_\x2b";

    /// @dev The field's prime, 381 bits; and floor(2^636 / prime), 256 bits.
    uint256 private constant P_HIGH = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
    uint256 private constant P_LOW = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;
    uint256 private constant P_RECIPROCAL = 0x9d835d2f3cc9e45ce28101b0cc7a6ba291b82741ff6a0a94bdf4771e0286779d;

    /* BUFFER */
    /// @notice A new buffer. It is not clean: all of it is written before it is paired.
    function buffer() internal pure returns (bytes memory input) {
        assembly ("memory-safe") {
            input := mload(0x40)
            mstore(input, 0x300)
            mstore(0x40, add(input, 0x320))
        }
    }

    /// @notice Writes the hash of a message of 32 bytes, over the place of the key too.
    function writeHash(bytes memory input, bytes32 message) internal view {
        uint256 spot;
        assembly ("memory-safe") {
            spot := add(input, 0x20)
        }
        _hash(spot, message);
    }

    /// @notice Writes the sum of the hashes of two messages, over the place of the key too.
    function writeHashes(bytes memory input, bytes32 a, bytes32 b) internal view {
        (uint256 spot, uint256 next) = (0, 0);
        assembly ("memory-safe") {
            spot := add(input, 0x20)
            next := add(input, 0xa0)
        }
        _hash(spot, a);
        _hash(next, b);
        _add(spot);
    }

    /// @notice Whether `signature` is that of the key in the buffer over what was hashed. The point at infinity, or one outside
    /// of the curve or the subgroup, is no signature.
    /// @dev The key has to be one, see {isKey}.
    function isSignature(bytes memory input, bytes32[3] calldata signature) internal view returns (bool valid) {
        assembly ("memory-safe") {
            // e(hash, key) * e(signature, -G2) == 1
            mstore(add(input, 0x1a0), 0)
            mstore(add(input, 0x1e0), 0)
            calldatacopy(add(input, 0x1b0), signature, 0x30)
            calldatacopy(add(input, 0x1f0), add(signature, 0x30), 0x30)
            mstore(add(input, 0x220), 0x00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051)
            mstore(add(input, 0x240), 0xc6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8)
            mstore(add(input, 0x260), 0x0000000000000000000000000000000013e02b6052719f607dacd3a088274f65)
            mstore(add(input, 0x280), 0x596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e)
            mstore(add(input, 0x2a0), 0x000000000000000000000000000000000d1b3cc2c7027888be51d9ef691d77bc)
            mstore(add(input, 0x2c0), 0xb679afda66c73f17f9ee3837a55024f78c71363275a75d75d86bab79f74782aa)
            mstore(add(input, 0x2e0), 0x0000000000000000000000000000000013fa4d4a0ad8b1ce186ed5061789213d)
            mstore(add(input, 0x300), 0x993923066dddaf1040bc3ff59f825c78df74f2d75467e25e0f55f8a00fa030ed)
        }
        return _pair(input, 0x300);
    }

    /// @notice Whether `key` is a point of G2 other than infinity, in the subgroup.
    function isKey(bytes32[8] memory key) internal view returns (bool) {
        bytes32 any;
        for (uint256 i; i < 8; ++i) {
            any |= key[i];
        }
        if (any == 0) return false;

        // e(infinity, key) is 1 for each point that the precompile takes.
        return _pair(abi.encodePacked(new bytes(0x80), key), 0x180);
    }

    /* HASHING */
    /// @notice expand_message_xmd of RFC 9380 under this suite, to 128 bytes: two numbers of 512 bits.
    function expand(bytes32 message) internal view returns (uint256 a, uint256 b, uint256 c, uint256 d) {
        (bytes32 suiteStart, bytes32 suiteEnd) = (SUITE_START, SUITE_END);
        assembly ("memory-safe") {
            // b0 = SHA-256(64 zeros | message | 128 as 2 bytes | 0 | suite)
            let read := mload(0x40)
            mstore(read, 0)
            mstore(add(read, 0x20), 0)
            mstore(add(read, 0x43), 0x8000)
            mstore(add(read, 0x40), message)
            mstore(add(read, 0x63), suiteStart)
            mstore(add(read, 0x83), suiteEnd)
            pop(staticcall(gas(), 2, read, 0x8f, 0x00, 0x20))
            let first := mload(0x00)

            // b(i) = SHA-256(b0 xor b(i - 1) | i | suite)
            let block_ := add(read, 0x42)
            let index := add(read, 0x62)
            mstore(block_, first)
            mstore8(index, 1)
            pop(staticcall(gas(), 2, block_, 0x4d, 0x00, 0x20))
            a := mload(0x00)
            mstore(block_, xor(first, a))
            mstore8(index, 2)
            pop(staticcall(gas(), 2, block_, 0x4d, 0x00, 0x20))
            b := mload(0x00)
            mstore(block_, xor(first, b))
            mstore8(index, 3)
            pop(staticcall(gas(), 2, block_, 0x4d, 0x00, 0x20))
            c := mload(0x00)
            mstore(block_, xor(first, c))
            mstore8(index, 4)
            pop(staticcall(gas(), 2, block_, 0x4d, 0x00, 0x20))
            d := mload(0x00)
        }
    }

    /// @notice (2^256 high + low) mod the field's prime, after Barrett, for half of what modexp costs. Returns its two words.
    function reduce(uint256 high, uint256 low) internal pure returns (uint256 upper, uint256 lower) {
        assembly ("memory-safe") {
            // quotient = high * 2^256 / prime, or 1 less: what `low` and the reciprocal's lost digits add to it is below 2^-123.
            let product := mul(high, P_RECIPROCAL)
            let all := mulmod(high, P_RECIPROCAL, not(0))
            let quotient := shr(124, sub(sub(all, product), lt(all, product)))

            // (upper, lower) = (high, low) - quotient * prime, modulo 2^512.
            product := mul(quotient, P_LOW)
            all := mulmod(quotient, P_LOW, not(0))
            lower := sub(low, product)
            upper := sub(
                high,
                add(add(sub(sub(all, product), lt(all, product)), mul(quotient, P_HIGH)), lt(low, product))
            )

            if iszero(lt(upper, P_HIGH)) {
                if or(gt(upper, P_HIGH), iszero(lt(lower, P_LOW))) {
                    upper := sub(sub(upper, P_HIGH), lt(lower, P_LOW))
                    lower := sub(lower, P_LOW)
                }
            }
        }
    }

    /* PRIVATE */
    /// @dev hash_to_curve of RFC 9380. Writes 256 bytes at `spot`; the first 128 are the point.
    function _hash(uint256 spot, bytes32 message) private view {
        (uint256 a, uint256 b, uint256 c, uint256 d) = expand(message);
        (a, b) = reduce(a, b);
        (c, d) = reduce(c, d);
        address map = BLS.BLS12_MAP_FP_TO_G1;
        assembly ("memory-safe") {
            // The map clears the cofactor: its points are in the subgroup.
            mstore(0x00, a)
            mstore(0x20, b)
            pop(staticcall(gas(), map, 0x00, 0x40, spot, 0x80))
            mstore(0x00, c)
            mstore(0x20, d)
            pop(staticcall(gas(), map, 0x00, 0x40, add(spot, 0x80), 0x80))
        }
        _add(spot);
    }

    /// @dev Adds the two points at `spot`.
    function _add(uint256 spot) private view {
        address sum = BLS.BLS12_G1ADD;
        assembly ("memory-safe") {
            pop(staticcall(gas(), sum, spot, 0x100, spot, 0x80))
        }
    }

    function _pair(bytes memory input, uint256 size) private view returns (bool valid) {
        address pairing = BLS.BLS12_PAIRING_CHECK;
        assembly ("memory-safe") {
            // The answer is read after the call, in a statement of its own: arguments are evaluated from the last to the first.
            mstore(0x00, 0)
            let ok := staticcall(PAIRING_GAS, pairing, add(input, 0x20), size, 0x00, 0x20)
            valid := and(ok, eq(mload(0x00), 1))
        }
    }
}
