// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";
import {PolicyConformance} from "@rota/contracts/testing/PolicyConformance.sol";

import {Lottery} from "../src/Lottery.sol";

/// @notice Somebody else's policy passes what any policy must.
/// forge-config: default.fuzz.runs = 32
contract LotteryConformance is PolicyConformance {
    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        c.policies[2][0] = new Lottery(_expected(c).registry);
    }

    function _policy() internal view override returns (IPolicy) {
        return config.policies[2][0];
    }
}
