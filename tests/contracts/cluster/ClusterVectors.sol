// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {MinSig} from "@rota/contracts/libraries/MinSig.sol";
import {Test} from "forge-std/Test.sol";
import {BLS} from "solady/src/utils/ext/ithaca/BLS.sol";

/// @title Cluster vectors
/// @notice What another implementation signed; see tests/contracts/vectors/README.md.
abstract contract ClusterVectors is Test {
    uint256 internal constant GROUP_ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001;

    string internal vectors = vm.readFile("tests/contracts/vectors/cluster.json");

    function _bytes(string memory path) internal view returns (bytes memory) {
        return vm.parseJsonBytes(vectors, path);
    }

    function _word(string memory path) internal view returns (bytes32) {
        return vm.parseJsonBytes32(vectors, path);
    }

    function _key(string memory path) internal view returns (bytes32[8] memory) {
        return abi.decode(_bytes(path), (bytes32[8]));
    }

    /// @dev A signature of the vectors.
    function _signed(string memory path) internal view returns (bytes32[3] memory) {
        return abi.decode(_bytes(path), (bytes32[3]));
    }

    /// @dev A point of the vectors, 48 bytes a coordinate, as EIP-2537 wants it.
    function _point(bytes memory point) internal pure returns (BLS.G1Point memory) {
        bytes memory padded = abi.encodePacked(bytes16(0), _slice(point, 0, 48), bytes16(0), _slice(point, 48, 48));
        return abi.decode(padded, (BLS.G1Point));
    }

    /// @dev A point as 48 bytes a coordinate.
    function _signature(BLS.G1Point memory point) internal pure returns (bytes memory) {
        return abi.encodePacked(uint128(uint256(point.x_a)), point.x_b, uint128(uint256(point.y_a)), point.y_b);
    }

    /// @dev The point that a buffer begins with.
    function _first(bytes memory input) internal pure returns (BLS.G1Point memory) {
        return abi.decode(input, (BLS.G1Point));
    }

    /// @dev `secret` times the hash of `message`: the precompile signs, where a keeper's own library would.
    function _signWith(bytes32 message, bytes32 secret) internal view returns (BLS.G1Point memory) {
        BLS.G1Point[] memory points = new BLS.G1Point[](1);
        bytes32[] memory scalars = new bytes32[](1);
        bytes memory input = MinSig.buffer();
        MinSig.writeHash(input, message);
        (points[0], scalars[0]) = (_first(input), secret);
        return BLS.msm(points, scalars);
    }

    /// @dev The partial signatures of the keepers `xs`, weighted by Lagrange's coefficients at 0.
    function _combine(BLS.G1Point[] memory partials, uint256[] memory xs) internal view returns (BLS.G1Point memory) {
        return BLS.msm(partials, _lagrange(xs));
    }

    /// @dev Coefficients at 0 for a polynomial known at `xs`.
    function _lagrange(uint256[] memory xs) internal pure returns (bytes32[] memory coefficients) {
        coefficients = new bytes32[](xs.length);
        for (uint256 i; i < xs.length; ++i) {
            (uint256 above, uint256 below) = (1, 1);
            for (uint256 j; j < xs.length; ++j) {
                if (j == i) continue;
                above = mulmod(above, xs[j], GROUP_ORDER);
                below = mulmod(below, addmod(xs[j], GROUP_ORDER - xs[i], GROUP_ORDER), GROUP_ORDER);
            }
            coefficients[i] = bytes32(mulmod(above, _inverse(below), GROUP_ORDER));
        }
    }

    /// @dev By Fermat: the order is prime.
    function _inverse(uint256 x) internal pure returns (uint256 inverse) {
        inverse = 1;
        for (uint256 exponent = GROUP_ORDER - 2; exponent != 0; exponent >>= 1) {
            if (exponent & 1 == 1) inverse = mulmod(inverse, x, GROUP_ORDER);
            x = mulmod(x, x, GROUP_ORDER);
        }
    }

    function _slice(bytes memory data, uint256 from, uint256 size) internal pure returns (bytes memory part) {
        part = new bytes(size);
        for (uint256 i; i < size; ++i) {
            part[i] = data[from + i];
        }
    }

    function _assertEq(BLS.G1Point memory found, BLS.G1Point memory wanted) internal pure {
        assertEq(abi.encode(found), abi.encode(wanted));
    }
}
