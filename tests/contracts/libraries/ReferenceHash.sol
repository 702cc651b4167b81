// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BLS} from "solady/src/utils/ext/ithaca/BLS.sol";

/// @notice Hashing to G1 as RFC 9380 writes it down, for any message and tag: what `MinSig` is compared with.
library ReferenceHash {
    /// @dev hash_to_curve, section 3.
    function toG1(bytes memory message, bytes memory tag) internal view returns (BLS.G1Point memory) {
        bytes memory uniform = expand(message, tag, 128);
        return BLS.add(BLS.toG1(_element(uniform, 0)), BLS.toG1(_element(uniform, 64)));
    }

    /// @dev expand_message_xmd, section 5.3.1.
    function expand(bytes memory message, bytes memory tag, uint16 size) internal pure returns (bytes memory uniform) {
        bytes memory suffix = abi.encodePacked(tag, uint8(tag.length));
        bytes32 first = sha256(abi.encodePacked(new bytes(64), message, size, uint8(0), suffix));
        bytes32 last;
        for (uint256 i = 1; i <= (uint256(size) + 31) / 32; ++i) {
            last = sha256(abi.encodePacked(first ^ last, uint8(i), suffix));
            uniform = abi.encodePacked(uniform, last);
        }
    }

    /// @dev By the precompile of EIP-198, to the power of 1.
    function reduce(uint256 high, uint256 low) internal view returns (uint256, uint256) {
        bytes memory prime =
            hex"000000000000000000000000000000001a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab";
        (bool ok, bytes memory answer) =
            address(5).staticcall(abi.encodePacked(uint256(64), uint256(1), uint256(64), high, low, uint8(1), prime));
        require(ok, "modexp");
        return abi.decode(answer, (uint256, uint256));
    }

    function _element(bytes memory uniform, uint256 from) private view returns (BLS.Fp memory) {
        uint256 high;
        uint256 low;
        for (uint256 i; i < 32; ++i) {
            high = high << 8 | uint8(uniform[from + i]);
            low = low << 8 | uint8(uniform[from + 32 + i]);
        }
        (high, low) = reduce(high, low);
        return BLS.Fp(bytes32(high), bytes32(low));
    }
}
