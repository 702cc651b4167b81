// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ClusterVectors} from "./ClusterVectors.sol";
import {IClusterKey} from "@rota/contracts/interfaces/IClusterKey.sol";
import {Commitments} from "@rota/contracts/libraries/Commitments.sol";
import {Operator, RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";
import {BlockCommitment} from "@rota/contracts/types/Types.sol";
import {BLS} from "solady/src/utils/ext/ithaca/BLS.sol";

/// @title Cluster fixture
/// @notice `RotaFixture`'s system in which every operator but the reserve is four keepers, of which any three sign.
/// @dev An operator's `sequencer` is its `ClusterKey`; its `sequencerKey` is what the keepers' shares are made of.
abstract contract ClusterFixture is RotaFixture, ClusterVectors {
    uint256 internal constant KEEPERS = 4;

    mapping(uint256 seed => bool) internal _isCluster;

    /* KEYS */
    function _keysOf(string memory name) internal virtual override returns (Operator memory operator) {
        operator = super._keysOf(name);
        // The reserve registers with the deployment.
        if (address(registry) == address(0)) return operator;
        _isCluster[operator.sequencerKey] = true;
        operator.sequencer = registry.CLUSTERS().create(_groupKey(operator.sequencerKey));
    }

    /// @dev Of the polynomial's value at 0; nobody has it, and three shares make it.
    function _groupKey(uint256 seed) internal view returns (bytes32[8] memory) {
        BLS.G2Point[] memory points = new BLS.G2Point[](1);
        bytes32[] memory scalars = new bytes32[](1);
        (points[0], scalars[0]) = (_generator(), _shareOf(seed, 0));
        return abi.decode(abi.encode(BLS.msm(points, scalars)), (bytes32[8]));
    }

    /// @dev The keeper's number is 1 to 4.
    function _shareOf(uint256 seed, uint256 keeper) internal pure returns (bytes32) {
        uint256 value;
        for (uint256 degree = 3; degree > 0; --degree) {
            uint256 coefficient = uint256(keccak256(abi.encode(seed, degree)));
            value = addmod(mulmod(value, keeper, GROUP_ORDER), coefficient, GROUP_ORDER);
        }
        return bytes32(value);
    }

    /* SIGNATURES */
    function _signTyped(address verifier, bytes32 structHash, uint256 key)
        internal
        view
        virtual
        override
        returns (bytes memory)
    {
        if (!_isCluster[key]) return super._signTyped(verifier, structHash, key);
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", Commitments.domainOf(verifier), structHash));
        return _signature(_signedBy(digest, key, 3));
    }

    /// @dev What `count` keepers make of their partial signatures. Who is left out depends on the digest.
    function _signedBy(bytes32 digest, uint256 seed, uint256 count) internal view returns (BLS.G1Point memory) {
        uint256[] memory keepers = new uint256[](count);
        BLS.G1Point[] memory partials = new BLS.G1Point[](count);
        for (uint256 i; i < count; ++i) {
            keepers[i] = (uint256(digest) + i) % KEEPERS + 1;
            partials[i] = _signWith(digest, _shareOf(seed, keepers[i]));
        }
        return _combine(partials, keepers);
    }

    /// @dev The sum of the operator's signatures of two commitments.
    function _signedBoth(Operator memory operator, BlockCommitment memory a, BlockCommitment memory b)
        internal
        view
        returns (bytes32[3] memory)
    {
        return _words(_signature(BLS.add(_point(_sign(operator, a)), _point(_sign(operator, b)))));
    }

    function _words(bytes memory signature) internal pure returns (bytes32[3] memory) {
        return abi.decode(signature, (bytes32[3]));
    }

    /* STEPS */
    function _claim(Operator memory operator, uint64 slot) internal virtual override {
        if (!_isCluster[operator.sequencerKey]) return super._claim(operator, slot);
        IClusterKey cluster = IClusterKey(operator.sequencer);
        bytes32[3] memory signature = _words(_signature(_signedBy(cluster.claimDigest(slot), operator.sequencerKey, 3)));
        vm.prank(stranger);
        cluster.claim(slot, signature);
    }

    /// @dev By one aggregated signature.
    function _equivocate(Operator memory operator) internal virtual override returns (uint256 taken) {
        if (!_isCluster[operator.sequencerKey]) return super._equivocate(operator);
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        bytes32[3] memory both = _signedBoth(operator, a, b);
        taken = vault.slashableOf(operator.id);
        vm.startPrank(stranger);
        slasher.proveClusterEquivocation(operator.id, a, b, both);
        slasher.expel(operator.id);
        vm.stopPrank();
        taken -= vault.slashableOf(operator.id);
    }

    /* INTERNAL */
    function _generator() private pure returns (BLS.G2Point memory) {
        return BLS.G2Point(
            0x00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051,
            0xc6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8,
            0x0000000000000000000000000000000013e02b6052719f607dacd3a088274f65,
            0x596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e,
            0x000000000000000000000000000000000ce5d527727d6e118cc9cdc6da2e351a,
            0xadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801,
            0x000000000000000000000000000000000606c4a02ea734cc32acd2b02bc28b99,
            0xcb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be
        );
    }
}
