// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ConfigFile} from "../../script/ConfigFile.sol";
import {GovernanceConfig, GovernanceDeployer, GovernanceSystem} from "@rota/contracts/deploy/GovernanceDeployer.sol";
import {RotaConfig, RotaDeployer} from "@rota/contracts/deploy/RotaDeployer.sol";
import {RotaGovernor} from "@rota/contracts/governance/RotaGovernor.sol";
import {RotaDefaults} from "@rota/contracts/testing/RotaDefaults.sol";
import {VotesToken} from "@rota/contracts/testing/VotesToken.sol";
import {Test} from "forge-std/Test.sol";

/// @notice What the deployment script makes of a file.
contract ConfigFileTest is Test {
    uint256 internal constant MAINNET = 1;

    function test_parse_TheExampleForMainnet_IsTakenAsItIsWritten() public {
        vm.chainId(MAINNET);
        RotaConfig memory c = this.parse(_mainnet());
        assertEq(c.ring, 32);
        assertEq(c.vault.coreExitDelay, 2_592_000);
        assertEq(c.vault.elasticExitDelay, 90_000);
        assertEq(c.returnDelay, 14 days);
    }

    /// @dev Epochs of 6 h and disputes of a week: 28 epochs, and 3.
    function test_parse_RevertWhen_ALiveChainsFileIsTooShort() public {
        vm.chainId(MAINNET);
        _expectTooShort(".schedule.ring", 30, 31);
        this.parse(vm.replace(_mainnet(), "ring = 32", "ring = 30"));
        _expectTooShort(".bond.core_exit_delay", 669_599, 669_600);
        this.parse(vm.replace(_mainnet(), "core_exit_delay = 2_592_000", "core_exit_delay = 669_599"));
    }

    /// @dev A core must stay reachable through the longest vote that there can be.
    function test_parse_RevertWhen_AVoteTakesLongerThanBondsAreToldTo() public {
        vm.chainId(MAINNET);
        string memory toml = _governedBy(172_801, 604_800, 259_200);
        _expectTooShort(".bond.voting_delay", 172_800, 172_801);
        this.parse(toml);
        toml = _governedBy(172_800, 604_801, 259_200);
        _expectTooShort(".bond.voting_period", 604_800, 604_801);
        this.parse(toml);
        toml = _governedBy(172_800, 604_800, 259_201);
        _expectTooShort(".bond.timelock", 259_200, 259_201);
        this.parse(toml);
        this.parse(_governedBy(172_800, 604_800, 259_200));
    }

    function test_attack_ShortNoticeOnALiveChain_IsRefused() public {
        vm.chainId(MAINNET);
        _expectTooShort(".chain.return_delay", 604_799, 7 days);
        this.parse(vm.replace(_mainnet(), "return_delay = 1_209_600", "return_delay = 604_799"));
    }

    /// @dev Epochs of 4 slots of 16 s; then of 40 s.
    function test_parse_OnADevnet_RaisesWhatIsTooShort() public view {
        string memory toml = vm.readFile("script/config/devnet.toml");
        assertEq(this.parse(toml).returnDelay, 3 * 64);
        RotaConfig memory c = this.parse(vm.replace(toml, "slot_seconds = 16", "slot_seconds = 40"));
        assertEq(c.ring, 8);
        assertEq(c.vault.coreExitDelay, 640);
        assertEq(c.returnDelay, 3 * 160);
    }

    function test_attack_ReturnWithoutNotice_IsNotDeployed() public {
        RotaConfig memory c = RotaDefaults.devnet(block.timestamp + 100);
        c.returnDelay = 191;
        vm.expectRevert(
            abi.encodeWithSelector(RotaDeployer.RotaDeployer_ReturnDelayTooShort.selector, 191, uint256(192))
        );
        this.deploy(c);
    }

    function parse(string calldata toml) external view returns (RotaConfig memory c) {
        (c,) = ConfigFile.parse(toml);
    }

    function deploy(RotaConfig memory c) external {
        RotaDeployer.deploy(c, address(this), vm.getNonce(address(this)));
    }

    function _mainnet() internal view returns (string memory) {
        return vm.readFile("script/config/mainnet.example.toml");
    }

    /// @dev The example's, with a governance of these times, seconds.
    function _governedBy(uint48 delay, uint32 period, uint256 timelock) internal returns (string memory) {
        GovernanceConfig memory c;
        c.token = new VotesToken(address(this), 1e24);
        c.governor = RotaGovernor.Params({
            votingDelay: delay, votingPeriod: period, proposalThreshold: 1e18, quorumPercent: 4, queueGrace: 604_800
        });
        (c.delay, c.executionGrace) = (timelock, 604_800);
        (c.guard, c.guardUntil) = (address(this), uint64(block.timestamp + 365 days));
        GovernanceSystem memory s = GovernanceDeployer.deploy(c, address(this), vm.getNonce(address(this)));
        string memory none = string.concat("governor = \"", vm.toString(address(0)));
        return vm.replace(_mainnet(), none, string.concat("governor = \"", vm.toString(address(s.governor))));
    }

    function _expectTooShort(string memory key, uint256 value, uint256 minimum) internal {
        vm.expectRevert(abi.encodeWithSelector(ConfigFile.ConfigFile_TooShort.selector, key, value, minimum));
    }
}
