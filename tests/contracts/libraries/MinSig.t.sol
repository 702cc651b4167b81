// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ClusterVectors} from "../cluster/ClusterVectors.sol";
import {ReferenceHash} from "./ReferenceHash.sol";
import {MinSig} from "@rota/contracts/libraries/MinSig.sol";
import {BLS} from "solady/src/utils/ext/ithaca/BLS.sol";

contract MinSigTest is ClusterVectors {
    bytes internal constant SUITE = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_";
    uint256 internal constant P_HIGH = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
    uint256 internal constant P_LOW = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;

    bytes32[8] internal key;
    bytes32 internal digest;

    function setUp() public {
        key = _key(".key");
        digest = _word(".commitment.digest");
    }

    /* HASHING */
    /// @dev RFC 9380, J.9.1: messages of 0 to 517 bytes. What the library is compared with below.
    function test_ReferenceHash_MatchesRfc9380() public view {
        bytes memory suite = bytes(vm.parseJsonString(vectors, ".rfc9380.suite"));
        string[] memory messages = vm.parseJsonStringArray(vectors, ".rfc9380.messages");
        bytes[] memory points = vm.parseJsonBytesArray(vectors, ".rfc9380.points");
        assertEq(messages.length, 5);
        for (uint256 i; i < messages.length; ++i) {
            _assertEq(ReferenceHash.toG1(bytes(messages[i]), suite), _point(points[i]));
        }
    }

    function test_writeHash_MatchesTheOtherImplementation() public view {
        string[4] memory signed = [".commitment", ".conflicting", ".receipt", ".claim"];
        for (uint256 i; i < signed.length; ++i) {
            bytes32 message = _word(string.concat(signed[i], ".digest"));
            _assertEq(_hashed(message, false), _point(_bytes(string.concat(signed[i], ".hash"))));
        }
    }

    function testFuzz_writeHash_MatchesReference(bytes32 message, bool dirty) public view {
        _assertEq(_hashed(message, dirty), ReferenceHash.toG1(abi.encodePacked(message), SUITE));
    }

    function test_writeHashes_IsTheSum() public view {
        bytes memory input = MinSig.buffer();
        MinSig.writeHashes(input, digest, _word(".conflicting.digest"));
        _assertEq(_first(input), BLS.add(_point(_bytes(".commitment.hash")), _point(_bytes(".conflicting.hash"))));
    }

    function testFuzz_reduce_MatchesModexp(uint256 high, uint256 low) public view {
        (uint256 foundHigh, uint256 foundLow) = MinSig.reduce(high, low);
        (uint256 wantedHigh, uint256 wantedLow) = ReferenceHash.reduce(high, low);
        assertEq(foundHigh, wantedHigh);
        assertEq(foundLow, wantedLow);
    }

    /// @dev Where the quotient is found 1 too small: at multiples of the prime, and right above.
    function testFuzz_reduce_NearMultiplesOfThePrime(uint128 multiple, int8 offset) public view {
        unchecked {
            uint256 all = mulmod(multiple, P_LOW, type(uint256).max);
            uint256 low = uint256(multiple) * P_LOW;
            uint256 high = all - low - (all < low ? 1 : 0) + uint256(multiple) * P_HIGH;
            uint256 moved = low + uint256(int256(offset));
            if (offset > 0 && moved < low) ++high;
            if (offset < 0 && moved > low) --high;
            testFuzz_reduce_MatchesModexp(high, moved);
        }
    }

    function test_reduce_AtTheEnds() public view {
        testFuzz_reduce_MatchesModexp(0, 0);
        testFuzz_reduce_MatchesModexp(P_HIGH, P_LOW - 1);
        testFuzz_reduce_MatchesModexp(P_HIGH, P_LOW);
        testFuzz_reduce_MatchesModexp(P_HIGH, P_LOW + 1);
        testFuzz_reduce_MatchesModexp(type(uint256).max, type(uint256).max);
    }

    /* VERIFICATION */
    function test_isSignature() public view {
        assertTrue(_isSigned(_bytes(".commitment.signature"), digest));
        assertTrue(_isSigned(_bytes(".receipt.signature"), _word(".receipt.digest")));
    }

    function test_isSignature_WhenOfAnotherMessage() public view {
        assertFalse(_isSigned(_bytes(".commitment.signature"), _word(".conflicting.digest")));
    }

    function test_isSignature_WhenOfAnotherKey() public {
        key = _key(".outside.otherKey");
        assertFalse(_isSigned(_bytes(".commitment.signature"), digest));
    }

    function test_isSignature_WhenInfinity() public view {
        assertFalse(_isSigned(new bytes(96), digest));
    }

    /// @dev On the curve: only the pairing can tell.
    function test_isSignature_WhenOutsideOfTheSubgroup() public view {
        assertFalse(_isSigned(_bytes(".outside.g1"), digest));
    }

    /// @dev Adding takes the point, and the sum is on the curve too.
    function test_isSignature_WhenSumWithAPointOutsideOfTheSubgroup() public view {
        BLS.G1Point memory sum = BLS.add(_point(_bytes(".commitment.signature")), _point(_bytes(".outside.g1")));
        assertFalse(_isSigned(_signature(sum), digest));
    }

    function test_isSignature_WhenNotOnTheCurve() public view {
        bytes memory signature = _bytes(".commitment.signature");
        signature[95] ^= 0x01;
        assertFalse(_isSigned(signature, digest));
    }

    /// @dev x + p is x in the field, and would be a second encoding of the same point.
    function test_isSignature_WhenCoordinateIsNotReduced() public view {
        BLS.G1Point memory point = _point(_bytes(".commitment.signature"));
        unchecked {
            uint256 sum = uint256(point.x_b) + P_LOW;
            point.x_a = bytes32(uint256(point.x_a) + P_HIGH + (sum < P_LOW ? 1 : 0));
            point.x_b = bytes32(sum);
        }
        assertFalse(_isSigned(_signature(point), digest));
    }

    /// @dev A refused point burns what the precompile was given, and no more.
    function test_isSignature_WhenRefused_LeavesGas() public view {
        bytes memory signature = _bytes(".outside.g1");
        uint256 before = gasleft();
        _isSigned(signature, digest);
        assertLt(before - gasleft(), MinSig.PAIRING_GAS + 100_000);
    }

    /* KEYS */
    function test_isKey() public view {
        assertTrue(MinSig.isKey(key));
        assertTrue(MinSig.isKey(_key(".outside.otherKey")));
    }

    function test_isKey_WhenInfinity() public view {
        bytes32[8] memory infinity;
        assertFalse(MinSig.isKey(infinity));
    }

    function test_isKey_WhenOutsideOfTheSubgroup() public view {
        assertFalse(MinSig.isKey(_key(".outside.g2")));
    }

    function test_isKey_WhenNotOnTheCurve() public view {
        bytes32[8] memory bent = key;
        bent[7] ^= bytes32(uint256(1));
        assertFalse(MinSig.isKey(bent));
    }

    /* THRESHOLD */
    /// @dev Shamir's shares: the signatures of any 3 of 4 keepers make the group's one, those of 2 do not.
    function test_Threshold_AnyThreeOfFourPartialsAreTheGroupsSignature() public view {
        uint256[3][4] memory quorums = [[uint256(1), 2, 3], [uint256(1), 2, 4], [uint256(1), 3, 4], [uint256(2), 3, 4]];
        for (uint256 i; i < quorums.length; ++i) {
            uint256[] memory quorum = new uint256[](3);
            (quorum[0], quorum[1], quorum[2]) = (quorums[i][0], quorums[i][1], quorums[i][2]);
            _assertEq(_combine(_partials(quorum), quorum), _point(_bytes(".commitment.signature")));
        }
        uint256[] memory two = new uint256[](2);
        (two[0], two[1]) = (1, 2);
        assertFalse(_isSigned(_signature(_combine(_partials(two), two)), digest));
    }

    /// @dev A partial signature is its keeper's share times the hash: what one keeper says is nothing.
    function test_Threshold_OnePartialIsNoSignature() public view {
        bytes[] memory partials = vm.parseJsonBytesArray(vectors, ".commitment.partials");
        bytes32[] memory shares = vm.parseJsonBytes32Array(vectors, ".shares");
        for (uint256 i; i < partials.length; ++i) {
            _assertEq(_signWith(digest, shares[i]), _point(partials[i]));
            assertFalse(_isSigned(partials[i], digest));
        }
    }

    function _partials(uint256[] memory quorum) internal view returns (BLS.G1Point[] memory points) {
        bytes[] memory partials = vm.parseJsonBytesArray(vectors, ".commitment.partials");
        points = new BLS.G1Point[](quorum.length);
        for (uint256 i; i < quorum.length; ++i) {
            points[i] = _point(partials[quorum[i] - 1]);
        }
    }

    /* INTERNAL */
    function _hashed(bytes32 message, bool dirty) internal view returns (BLS.G1Point memory) {
        if (dirty) _soil();
        bytes memory input = MinSig.buffer();
        MinSig.writeHash(input, message);
        return _first(input);
    }

    function _isSigned(bytes memory signature, bytes32 message) internal view returns (bool) {
        return this.isSigned(abi.decode(signature, (bytes32[3])), message);
    }

    function isSigned(bytes32[3] calldata signature, bytes32 message) external view returns (bool) {
        bytes32[8] memory copy = key;
        _soil();
        bytes memory input = MinSig.buffer();
        MinSig.writeHash(input, message);
        for (uint256 i; i < 8; ++i) {
            bytes32 word = copy[i];
            assembly ("memory-safe") {
                mstore(add(add(input, 0xa0), shl(5, i)), word)
            }
        }
        return MinSig.isSignature(input, signature);
    }

    /// @dev What lies beyond the free memory is not to be taken for zeros, nor what lies in the scratch space for an answer.
    function _soil() internal pure {
        assembly ("memory-safe") {
            let free := mload(0x40)
            for { let i := 0 } lt(i, 0x800) { i := add(i, 0x20) } { mstore(add(free, i), not(0)) }
            mstore(0x00, 1)
        }
    }
}
