// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Clock} from "../types/Types.sol";

/// @title Clocked
/// @notice What every contract of a deployment has in common: its clock.
interface IClocked {
    /// @notice The clock of this deployment, the same in each of its contracts.
    function clock() external view returns (Clock memory);
}
