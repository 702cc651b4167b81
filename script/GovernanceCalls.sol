// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @notice One call that governance makes, or somebody for it. No call sends ETH.
/// @param what The call in words, for those who sign it.
struct Call {
    address to;
    bytes data;
    string what;
}

/// @title Governance calls
/// @notice What calls look like for those who make them: as a vote, and as a batch of the Safe's transaction builder.
library GovernanceCalls {
    using Strings for address;
    using Strings for uint256;

    /// @notice A governor's arguments for a proposal of these calls; the description is what they do, a line each.
    function proposal(Call[] memory calls)
        internal
        pure
        returns (address[] memory targets, uint256[] memory values, bytes[] memory payloads, string memory description)
    {
        (targets, values, payloads) =
        (new address[](calls.length), new uint256[](calls.length), new bytes[](calls.length));
        for (uint256 i; i < calls.length; ++i) {
            (targets[i], payloads[i]) = (calls[i].to, calls[i].data);
            description = string.concat(description, i == 0 ? "" : "\n", calls[i].what);
        }
    }

    // solhint-disable quotes
    // JSON is full of double quotes.

    /// @notice A file for "Load batch" of the Safe's transaction builder.
    /// @dev Calldata alone, without the ABI: what the builder shows is decoded by it, not told by us. `what` must need no escapes.
    /// @param createdAt Unix seconds.
    function safeBatch(Call[] memory calls, uint256 chainId, uint256 createdAt) internal pure returns (string memory) {
        string memory transactions;
        string memory description;
        for (uint256 i; i < calls.length; ++i) {
            transactions = string.concat(transactions, i == 0 ? "" : ",", _transaction(calls[i]));
            description = string.concat(description, i == 0 ? "" : "; ", calls[i].what);
        }
        return string.concat(
            '{"version":"1.0","chainId":"',
            chainId.toString(),
            '","createdAt":',
            (createdAt * 1000).toString(),
            ',"meta":{"name":"Rota","description":"',
            description,
            '","txBuilderVersion":"1.18.2","createdFromSafeAddress":"","createdFromOwnerAddress":""},"transactions":[',
            transactions,
            "]}"
        );
    }

    function _transaction(Call memory call) private pure returns (string memory) {
        return string.concat(
            '{"to":"',
            call.to.toChecksumHexString(),
            '","value":"0","data":"',
            Strings.toHexString(call.data),
            '","contractMethod":null,"contractInputsValues":null}'
        );
    }
}
