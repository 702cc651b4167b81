// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {LibRLP} from "solady/src/utils/LibRLP.sol";

import {Guardian} from "../governance/Guardian.sol";
import {RotaGovernor} from "../governance/RotaGovernor.sol";
import {RotaTimelock} from "../governance/RotaTimelock.sol";

/// @notice What a governance is deployed with.
/// @param token Votes, past ones by seconds.
/// @param guard Who vetoes. @param guardUntil End of its term, L1 seconds.
/// @param delay Of the timelock, seconds. @param executionGrace From then until a decision lapses, seconds.
struct GovernanceConfig {
    IVotes token;
    RotaGovernor.Params governor;
    uint256 delay;
    uint256 executionGrace;
    address guard;
    uint64 guardUntil;
}

/// @notice The contracts of one governance.
/// @param timelock The registry's governance and the chain's owner. @param guardian The court's guardian, too.
struct GovernanceSystem {
    RotaTimelock timelock;
    RotaGovernor governor;
    Guardian guardian;
}

/// @title Deployer of a governance
/// @notice Timelock, governor and guardian, which refer to each other; nobody has a role for the time in between.
/// @dev It comes before the system that it governs, or after it: then its present governance offers the seat, and a vote accepts.
library GovernanceDeployer {
    /// @notice Something else used the deployer's nonce meanwhile.
    error GovernanceDeployer_WrongAddress(string name, address expected, address found);

    /// @notice Deploys everything. Internal: the creations are made by the caller, or by whom its script broadcasts for.
    /// @param deployer Account that creates the contracts. @param nonce Its next nonce.
    function deploy(GovernanceConfig memory c, address deployer, uint256 nonce)
        internal
        returns (GovernanceSystem memory s)
    {
        address governor = LibRLP.computeAddress(deployer, nonce + 1);
        address guardian = LibRLP.computeAddress(deployer, nonce + 2);
        s.timelock = new RotaTimelock(c.delay, c.executionGrace, governor, guardian);
        s.governor = new RotaGovernor(c.token, s.timelock, c.governor);
        s.guardian = new Guardian(s.timelock, c.guard, c.guardUntil);
        _same("governor", governor, address(s.governor));
        _same("guardian", guardian, address(s.guardian));
    }

    function _same(string memory name, address wanted, address found) private pure {
        if (wanted != found) revert GovernanceDeployer_WrongAddress(name, wanted, found);
    }
}
