// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {Operator, RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";

/// @dev What the open auction's tests share: slots of stage 2 are sold openly, the rest goes round. 4 slots an epoch, two for one
/// operator at most; 10 ETH each to bid with.
abstract contract OpenBidTest is RotaFixture {
    /// @dev First epoch that is auctioned.
    uint64 internal constant E = 2;
    /// @dev Gwei.
    uint256 internal constant FLOOR = 1_000_000;

    Operator internal alice;
    Operator internal bob;
    Operator internal carol;

    function _config() internal virtual override returns (RotaConfig memory c) {
        c = super._config();
        (c.choice.names[2][0], c.choice.names[2][1]) = (PolicyName.OpenAuction, PolicyName.RoundRobin);
    }

    function setUp() public virtual {
        _deployRota();
        alice = operators[0];
        bob = operators[1];
        carol = operators[2];
        for (uint256 i; i < operators.length; ++i) {
            _fundOpen(operators[i].id, 10 ether);
        }
        _warpToCommit(E);
    }

    /// @dev To the wei, and with nothing counted twice (INV-25).
    function _assertConserved() internal view {
        uint256 total = openAuction.proceeds();
        for (uint16 id = 1; id <= registry.operatorCount(); ++id) {
            total += openAuction.freeBalanceOf(id);
        }
        uint64 last = schedule.currentEpoch() + 2;
        for (uint64 epoch = 2; epoch <= last; ++epoch) {
            total += openAuction.heldOf(epoch);
        }
        assertEq(address(openAuction).balance, total, "conservation");
    }

    function _free(Operator memory operator) internal view returns (uint256) {
        return openAuction.freeBalanceOf(operator.id);
    }

    function _leads(Operator memory operator) internal view returns (uint256 leads) {
        (,, leads) = openAuction.bidderOf(operator.id);
    }

    function _leaderOf(uint64 epoch, uint256 index) internal view returns (uint16 operator) {
        (operator,,,) = openAuction.bidOf(epoch, index);
    }

    function _closesAt(uint64 epoch, uint256 index) internal view returns (uint256 closes) {
        (,, closes,) = openAuction.bidOf(epoch, index);
    }
}
