// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";

/// @notice L1 block headers as an L1 hashes them, of a mainnet block's size.
library Headers {
    using RLP for RLP.Encoder;

    function encode(uint256 number, uint256 timestamp, bytes32 parentHash, bytes32 mixHash)
        internal
        pure
        returns (bytes memory)
    {
        RLP.Encoder memory header = RLP.encoder();
        header.push(parentHash);
        header.push(_noise("ommers"));
        header.push(address(0x95222290DD7278Aa3Ddd389Cc1E1d165CC4BAfe5));
        header.push(_noise("state"));
        header.push(_noise("transactions"));
        header.push(_noise("receipts"));
        header.push(_bloom());
        header.push(uint256(0));
        header.push(number);
        header.push(uint256(60_000_000));
        header.push(uint256(31_234_567));
        header.push(timestamp);
        header.push(bytes("beaverbuild.org, or so"));
        header.push(mixHash);
        header.push(bytes(hex"0000000000000000"));
        header.push(uint256(1_234_567_891));
        header.push(_noise("withdrawals"));
        header.push(uint256(786_432));
        header.push(uint256(79_953_920));
        header.push(_noise("beacon root"));
        header.push(_noise("requests"));
        return header.encode();
    }

    /// @dev Without zero bytes, as busy blocks have it: the dearest calldata.
    function _bloom() private pure returns (bytes memory bloom) {
        for (uint256 i; i < 8; ++i) {
            bloom = abi.encodePacked(
                bloom, _noise(string(abi.encodePacked("bloom", i))) | bytes32(uint256(1) * (type(uint256).max / 255))
            );
        }
    }

    function _noise(string memory what) private pure returns (bytes32) {
        return keccak256(bytes(what));
    }
}
