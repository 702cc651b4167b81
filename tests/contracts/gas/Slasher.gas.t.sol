// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {Operator, RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";
import {TestToken} from "@rota/contracts/testing/TestToken.sol";
import {BlockCommitment} from "@rota/contracts/types/Types.sol";

/// @notice Evidence as a watchtower sends it, which reported others before: somebody else's penalty has burned something already.
abstract contract SlasherGasTest is RotaFixture {
    BlockCommitment internal a;
    BlockCommitment internal b;
    bytes internal signatureA;
    bytes internal signatureB;
    Operator internal accused;

    function setUp() public virtual {
        _deployRota();
        _run(2);
        _warpToSlot(9);
        _prepare(3);
        _equivocate(operators[2]);
        // The set changes now and then: the next tombstone finds no other one noted.
        Operator memory late = _register("late", 200);
        _bond(late.id, vault.MIN_BOND());
        _activate(late);
        accused = operators[0];
        (BlockCommitment memory first, BlockCommitment memory second) = _twoBlocks();
        (a, b) = (first, second);
        (signatureA, signatureB) = (_sign(accused, first), _sign(accused, second));
        vm.roll(vm.getBlockNumber() + 1);
    }
}

/// @notice Of operators whose bonds are ETH.
contract Slasher_Gas_Test is SlasherGasTest {
    function test_gas_proveEquivocation_OneAsset() public {
        vm.prank(stranger);
        slasher.proveEquivocation(accused.id, a, signatureA, b, signatureB);
        vm.snapshotGasLastCall("Bars", "equivocation proof, one asset");
    }

    /// @dev A second offender before the set changed: its words are written for the first one.
    function test_gas_proveEquivocation_Second() public {
        _equivocate(operators[1]);
        vm.roll(vm.getBlockNumber() + 1);
        vm.prank(stranger);
        slasher.proveEquivocation(accused.id, a, signatureA, b, signatureB);
        vm.snapshotGasLastCall("Slasher", "equivocation proof, second in an epoch");
    }

    function test_gas_expel() public {
        slasher.proveEquivocation(accused.id, a, signatureA, b, signatureB);
        vm.prank(stranger);
        slasher.expel(accused.id);
        vm.snapshotGasLastCall("Slasher", "expel, 4 live epochs");
    }

    function test_gas_proveOutOfTurn() public {
        BlockCommitment memory commitment = a;
        commitment.slot -= 1;
        bytes memory signature = _sign(accused, commitment);
        vm.prank(stranger);
        slasher.proveOutOfTurn(accused.id, commitment, signature);
        vm.snapshotGasLastCall("Slasher", "proveOutOfTurn, dated after its slot");
    }
}

/// @notice Of one whose bond has all assets.
contract Slasher_FourAssets_Gas_Test is SlasherGasTest {
    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.vault.token2, c.vault.token3) = (c.vault.token1, c.vault.token1);
        (c.vault.token2.token, c.vault.token3.token) = (address(new TestToken()), address(new TestToken()));
    }

    function setUp() public override {
        super.setUp();
        for (uint8 asset = 1; asset < 4; ++asset) {
            (address bondToken,,) = vault.assetOf(asset);
            TestToken(bondToken).mint(address(this), 1000e18);
            TestToken(bondToken).approve(address(vault), 1000e18);
            vault.depositToken(accused.id, asset, 1000e18);
        }
    }

    function test_gas_proveEquivocation_FourAssets() public {
        vm.prank(stranger);
        slasher.proveEquivocation(accused.id, a, signatureA, b, signatureB);
        vm.snapshotGasLastCall("Bars", "equivocation proof, four assets");
        for (uint8 asset; asset < 4; ++asset) {
            assertGt(vault.rewardOf(stranger)[asset], 0, "each asset pays its part");
        }
    }
}

/// @notice The same with mainnet's clock: 30 epochs of 6 h under dispute, each a word to read when the locks are counted.
contract Slasher_Gas_Mainnet_Test is RotaFixture {
    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.clock.slotSeconds, c.clock.slotsPerEpoch, c.clock.l1BlockSeconds, c.clock.l2BlockSeconds) = (1800, 12, 12, 2);
        (c.ring, c.disputePeriod, c.seedDelay, c.vault.coreExitDelay) = (32, 7 days, 384, 8 days);
        c.vault.elasticExitDelay = 25 hours;
        (c.baton.tailWindow, c.baton.claimGrace, c.baton.claimLead) = (36, 96, 600);
        (c.evidence.evidenceWindow, c.evidence.settleBlocks, c.evidence.earlyLead) = (1 days, 64, 16);
    }

    function test_gas_expel_Mainnet() public {
        _deployRota();
        _warpToEpoch(31);
        _prepare(32);
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        Operator memory accused = operators[0];
        slasher.proveEquivocation(accused.id, a, _sign(accused, a), b, _sign(accused, b));
        slasher.expel(accused.id);
        vm.snapshotGasLastCall("Slasher", "expel, 30 live epochs");
    }
}
