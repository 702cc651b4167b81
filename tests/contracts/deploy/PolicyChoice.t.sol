// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ConfigFile} from "../../../script/ConfigFile.sol";
import {Policies, PolicyName, PolicyNames} from "@rota/contracts/deploy/PolicyChoice.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {IPolicy} from "@rota/contracts/interfaces/IPolicy.sol";
import {AuctionPolicy} from "@rota/contracts/policies/Auction.sol";
import {Composite} from "@rota/contracts/policies/Composite.sol";
import {OpenAuctionPolicy} from "@rota/contracts/policies/OpenAuction.sol";
import {Performance} from "@rota/contracts/policies/Performance.sol";
import {RoundRobin} from "@rota/contracts/policies/RoundRobin.sol";
import {StakeWeighted} from "@rota/contracts/policies/StakeWeighted.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Which policies a configuration stands for.
contract PolicyChoiceTest is Test {
    PolicyName[4][4] internal names;
    IPolicy[4][4] internal given;

    function test_byStage_WithoutNames_IsTheDefault() public view {
        IPolicy[][] memory lists = PolicyNames.byStage(_all(), names, given);
        for (uint256 stage; stage < 4; ++stage) {
            assertEq(lists[stage].length, stage < 2 ? 1 : 2);
            assertEq(address(lists[stage][0]), stage < 2 ? address(1) : address(2));
            if (stage >= 2) assertEq(address(lists[stage][1]), address(1));
        }
    }

    function test_byStage_TakesNamesUpToTheFirstNone() public {
        names[1] = [PolicyName.Stake, PolicyName.Performance, PolicyName.None, PolicyName.RoundRobin];
        names[3] = [PolicyName.Composite, PolicyName.RoundRobin, PolicyName.Stake, PolicyName.Auction];
        IPolicy[][] memory lists = PolicyNames.byStage(_all(), names, given);
        assertEq(lists[1].length, 2);
        assertEq(address(lists[1][0]), address(3));
        assertEq(address(lists[1][1]), address(4));
        assertEq(lists[3].length, 4);
        assertEq(address(lists[3][0]), address(5));
        assertEq(address(lists[3][3]), address(2));
    }

    function test_byStage_AddressesGoBeforeNames() public {
        names[2] = [PolicyName.Stake, PolicyName.RoundRobin, PolicyName.None, PolicyName.None];
        given[2][0] = IPolicy(address(77));
        IPolicy[][] memory lists = PolicyNames.byStage(_all(), names, given);
        assertEq(lists[2].length, 1);
        assertEq(address(lists[2][0]), address(77));
    }

    /// @dev Every configuration that comes with the project.
    function test_parse_ReadsTheConfigurations() public view {
        RotaConfig memory c = _parse("script/config/devnet.toml");
        assertTrue(c.choice.names[0][0] == PolicyName.RoundRobin);
        assertTrue(c.choice.names[2][0] == PolicyName.Auction);
        assertTrue(c.choice.names[2][1] == PolicyName.RoundRobin);
        assertEq(c.choice.stake.capBps, c.capBps);
        c = _parse("script/config/mainnet.example.toml");
        assertTrue(c.choice.names[3][0] == PolicyName.Auction);
        assertTrue(c.choice.names[3][1] == PolicyName.Stake);
        assertEq(c.choice.stake.seats, 4);
        assertEq(uint256(c.choice.shares[0]) + c.choice.shares[1] + c.choice.shares[2], 100);
    }

    function test_parse_RevertWhen_NobodyHasTheName() public {
        vm.expectRevert(abi.encodeWithSelector(PolicyNames.PolicyNames_Unknown.selector, "lottery"));
        this.named("lottery");
    }

    function named(string calldata name) external pure returns (PolicyName) {
        return PolicyNames.parse(name);
    }

    function _parse(string memory path) private view returns (RotaConfig memory c) {
        (c,) = ConfigFile.parse(vm.readFile(path));
    }

    function _all() private pure returns (Policies memory) {
        return Policies({
            roundRobin: RoundRobin(address(1)),
            auction: AuctionPolicy(address(2)),
            stake: StakeWeighted(address(3)),
            performance: Performance(address(4)),
            composite: Composite(address(5)),
            openAuction: OpenAuctionPolicy(address(6))
        });
    }
}
