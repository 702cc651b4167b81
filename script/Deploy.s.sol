// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RotaConfig, RotaDeployer, RotaSystem} from "@rota/contracts/deploy/RotaDeployer.sol";
import {TestToken} from "@rota/contracts/testing/TestToken.sol";
import {Script} from "forge-std/Script.sol";
// solhint-disable-next-line no-console
import {console2} from "forge-std/console2.sol";

import {ConfigFile, Extras} from "./ConfigFile.sol";

/// @title Deploy
/// @notice Deploys a whole system from a TOML file:
///
///     ROTA_CONFIG=script/config/devnet.toml ROTA_OUT=target/rota.json \
///         forge script script/Deploy.s.sol --rpc-url URL --private-key KEY --broadcast
///
/// ROTA_OUT gets the addresses as JSON. Both paths are relative to the project, and within its `fs_permissions`.
/// @dev It does not take the chain's SystemConfig: it prints the call by which the chain's owner hands it over.
contract Deploy is Script {
    /// @notice The whitelist is governance's: deploy as governance, or leave `whitelist` empty and set it afterwards.
    error Deploy_NotGovernance(address governance, address deployer);

    function run() external {
        // It reads the one file that its caller names.
        // forge-lint: disable-next-line(unsafe-cheatcode)
        (RotaConfig memory c, Extras memory extras) = ConfigFile.parse(vm.readFile(vm.envString("ROTA_CONFIG")));
        uint256 deployedAt = vm.getBlockNumber();

        vm.startBroadcast();
        (, address deployer,) = vm.readCallers();
        if (extras.owners.length != 0 && c.governance != deployer) {
            revert Deploy_NotGovernance(c.governance, deployer);
        }
        if (extras.deployToken) c.token = address(new TestToken());
        RotaSystem memory s = RotaDeployer.deploy(c, deployer, vm.getNonce(deployer));
        for (uint256 i; i < extras.owners.length; ++i) {
            s.registry.setWhitelisted(extras.owners[i], extras.entities[i]);
        }
        vm.stopBroadcast();

        _write(c, s, deployedAt);
        _print(c, s);
    }

    /* PRIVATE */
    /// @param deployedAt L1 block before which nothing of this deployment happened.
    function _write(RotaConfig memory c, RotaSystem memory s, uint256 deployedAt) private {
        string memory json = "deployment";
        vm.serializeAddress(json, "registry", address(s.registry));
        vm.serializeAddress(json, "vault", address(s.vault));
        vm.serializeAddress(json, "pledges", address(s.pledges));
        vm.serializeAddress(json, "auction", address(s.auction));
        vm.serializeAddress(json, "schedule", address(s.schedule));
        vm.serializeAddress(json, "baton", address(s.baton));
        vm.serializeAddress(json, "adapter", address(s.adapter));
        vm.serializeAddress(json, "open_auction", address(s.openAuction));
        vm.serializeAddress(json, "open_auction_policy", address(s.openAuctionPolicy));
        vm.serializeAddress(json, "slasher", address(s.slasher));
        vm.serializeAddress(json, "court", address(s.court));
        vm.serializeAddress(json, "splitter", address(s.splitter));
        vm.serializeAddress(json, "burner", address(s.burner));
        vm.serializeAddress(json, "rewards", address(s.rewards));
        vm.serializeAddress(json, "round_robin", address(s.roundRobin));
        vm.serializeAddress(json, "auction_policy", address(s.auctionPolicy));
        vm.serializeAddress(json, "stake", address(s.stake));
        vm.serializeAddress(json, "performance", address(s.performance));
        vm.serializeAddress(json, "composite", address(s.composite));
        vm.serializeAddress(json, "cluster_keys", address(s.registry.CLUSTERS()));
        vm.serializeAddress(json, "token", c.token);
        vm.serializeAddress(json, "system_config", c.systemConfig);
        vm.serializeUint(json, "genesis", c.clock.genesis);
        vm.serializeUint(json, "deployed_at", deployedAt);
        vm.writeJson(vm.serializeUint(json, "l1_chain_id", block.chainid), vm.envString("ROTA_OUT"));
    }

    // solhint-disable no-console
    /// @dev For the operator at the terminal; programs read ROTA_OUT.
    function _print(RotaConfig memory c, RotaSystem memory s) private view {
        console2.log("registry           ", address(s.registry));
        console2.log("vault              ", address(s.vault));
        console2.log("pledges            ", address(s.pledges));
        console2.log("auction            ", address(s.auction));
        console2.log("schedule           ", address(s.schedule));
        console2.log("round robin        ", address(s.roundRobin));
        console2.log("auction policy     ", address(s.auctionPolicy));
        console2.log("stake              ", address(s.stake));
        console2.log("performance        ", address(s.performance));
        console2.log("composite          ", address(s.composite));
        console2.log("baton              ", address(s.baton));
        console2.log("adapter            ", address(s.adapter));
        console2.log("open auction       ", address(s.openAuction));
        console2.log("open auction policy", address(s.openAuctionPolicy));
        console2.log("slasher            ", address(s.slasher));
        console2.log("court              ", address(s.court));
        console2.log("splitter           ", address(s.splitter));
        console2.log("burner             ", address(s.burner));
        console2.log("rewards            ", address(s.rewards));
        console2.log("cluster keys       ", address(s.registry.CLUSTERS()));
        console2.log("bond token         ", c.token);
        console2.log("governance         ", c.governance);
        console2.log("treasury           ", c.auction.treasury);
        console2.log("");
        console2.log("genesis            ", c.clock.genesis, "s, first auctioned epoch is 2");
        console2.log("epoch              ", uint256(c.clock.slotSeconds) * c.clock.slotsPerEpoch, "s");
        console2.log("ring               ", c.ring, "epochs");
        console2.log("exit delays        ", c.vault.elasticExitDelay, c.vault.coreExitDelay, "s");
        console2.log("");
        console2.log("Nothing rotates until the chain's owner hands SystemConfig over, by this call:");
        console2.log("  from", c.chainOwner);
        console2.log("  to  ", c.systemConfig);
        console2.log(string.concat("  data transferOwnership(", vm.toString(address(s.adapter)), ")"));
        console2.logBytes(abi.encodeWithSignature("transferOwnership(address)", address(s.adapter)));
    }
}
