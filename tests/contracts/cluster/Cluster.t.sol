// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ClusterFixture} from "./ClusterFixture.sol";
import {Yes} from "./ClusterKey.t.sol";
import {PolicyName} from "@rota/contracts/deploy/PolicyChoice.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {IBaton} from "@rota/contracts/interfaces/IBaton.sol";
import {IClusterKey} from "@rota/contracts/interfaces/IClusterKey.sol";
import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {ISlasher} from "@rota/contracts/interfaces/ISlasher.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";
import {BlockCommitment, HandoffReceipt, Status} from "@rota/contracts/types/Types.sol";
import {BLS} from "solady/src/utils/ext/ithaca/BLS.sol";

/// @notice Clusters among the other contracts: registered, claiming, answering, and proven wrong.
contract ClusterTest is ClusterFixture {
    /// @dev The first slot of a cluster's turn in epoch 2, and whose it is.
    uint64 internal first;
    Operator internal cluster;

    function _config() internal override returns (RotaConfig memory c) {
        c = super._config();
        (c.registry.stage, c.choice.names[1]) =
        (1, [PolicyName.RoundRobin, PolicyName.None, PolicyName.None, PolicyName.None]);
    }

    function setUp() public {
        _deployRota();
        _run(2);
        (first,,) = schedule.turnOf(schedule.currentSlot());
        cluster = operators[schedule.assignedTo(first) - 2];
    }

    /* PROOF OF POSSESSION */
    function test_register_RevertWhen_ProofIsAnotherOwners() public {
        Operator memory honest = _keysOf("honest");
        bytes memory proof = _keyProof(honest.owner, honest.sequencerKey);
        _expectBadProof("thief", honest.sequencer, proof);
    }

    function test_register_RevertWhen_TwoKeepersProve() public {
        Operator memory late = _keysOf("late");
        bytes32 digest = keccak256("two keepers cannot prove anything");
        _expectBadProof("late", late.sequencer, _signature(_signedBy(digest, late.sequencerKey, 2)));
    }

    function test_register_RevertWhen_ProofIsInfinity() public {
        _expectBadProof("late", _keysOf("late").sequencer, new bytes(96));
    }

    /// @dev It could deny tomorrow what it says today.
    function test_attack_ContractOfItsOwnAsKey_IsRefused() public {
        _expectBadProof("late", address(new Yes()), new bytes(96));
    }

    function test_register_RevertWhen_ClusterIsAnotherOperators() public {
        vm.prank(governance);
        registry.setWhitelisted(cluster.owner, 100);
        bytes memory proof = _keyProof(cluster.owner, cluster.sequencerKey);
        (address batcher, uint256 batcherKey) = makeAddrAndKey("another batcher");
        bytes memory batcherProof = _keyProof(cluster.owner, batcherKey);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_KeyTaken.selector, cluster.sequencer, cluster.id)
        );
        vm.prank(cluster.owner);
        registry.register(cluster.sequencer, proof, batcher, batcherProof, makeAddr("payee"), "");
    }

    /* CLAIMS */
    function test_claim_RevertWhen_Replayed() public {
        _claim(cluster, first);
        assertEq(schedule.currentHolder(), cluster.id);
        vm.expectRevert();
        this.claimAgain();
    }

    function claimAgain() external {
        _claim(cluster, first);
    }

    function test_claim_RevertWhen_TwoKeepersSign() public {
        IClusterKey key = IClusterKey(cluster.sequencer);
        bytes32 digest = key.claimDigest(first);
        bytes32[3] memory signature = _words(_signature(_signedBy(digest, cluster.sequencerKey, 2)));
        vm.expectRevert(abi.encodeWithSelector(IClusterKey.ClusterKey_BadSignature.selector, digest));
        key.claim(first, signature);
    }

    /* HEARTBEATS */
    function test_heartbeat() public {
        _claim(cluster, first);
        _callOut(reserve);
        _mine();
        _heartbeat(cluster);
        assertEq(baton.collectable(cluster.id), config.baton.callOutBond);
    }

    function test_heartbeat_RevertWhen_TwoKeepersSign() public {
        _claim(cluster, first);
        _callOut(reserve);
        _mine();
        BlockCommitment memory commitment = _blockNow();
        bytes32 digest = baton.commitmentDigest(commitment);
        bytes memory signature = _signature(_signedBy(digest, cluster.sequencerKey, 2));
        vm.expectRevert(abi.encodeWithSelector(IBaton.Baton_WrongSigner.selector, address(0), cluster.sequencer));
        baton.heartbeat(commitment, signature);
    }

    /// @dev The account of a key may have code (EIP-7702): it is not asked, its key signs.
    function test_attack_KeyWithCodeOfItsOwn_IsNotAsked() public {
        Yes yes = new Yes();
        vm.signAndAttachDelegation(address(yes), reserve.sequencerKey);
        vm.prank(reserve.sequencer);
        (bool sent,) = address(0).call("");
        assertTrue(sent && reserve.sequencer.code.length == 23);
        assertEq(registry.CLUSTERS().signerOf(reserve.sequencer, bytes32(0), new bytes(96)), address(0));
    }

    /* OFFENCES */
    function test_proveClusterEquivocation_RevertWhen_OneWasNotSigned() public {
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        bytes32[3] memory one = _words(_sign(cluster, a));
        vm.expectRevert(
            abi.encodeWithSelector(ISlasher.Slasher_WrongSigner.selector, cluster.id, address(0), cluster.sequencer)
        );
        slasher.proveClusterEquivocation(cluster.id, a, b, one);
    }

    function test_proveClusterEquivocation_RevertWhen_BothAreOne() public {
        (BlockCommitment memory a,) = _twoBlocks();
        bytes32[3] memory twice = _signedBoth(cluster, a, a);
        vm.expectRevert(abi.encodeWithSelector(ISlasher.Slasher_SameBlock.selector, a.blockHash));
        slasher.proveClusterEquivocation(cluster.id, a, a, twice);
    }

    function test_proveClusterEquivocation_RevertWhen_Replayed() public {
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        bytes32[3] memory both = _signedBoth(cluster, a, b);
        slasher.proveClusterEquivocation(cluster.id, a, b, both);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOperatorRegistry.OperatorRegistry_WrongStatus.selector, cluster.id, Status.Tombstoned
            )
        );
        slasher.proveClusterEquivocation(cluster.id, a, b, both);
    }

    /// @dev The sum of two keys' signatures is nobody's.
    function test_attack_SignatureOfAnotherClusterAdded_ProvesNothing() public {
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        Operator memory other = operators[cluster.id == 2 ? 1 : 0];
        bytes32[3] memory mixed = _words(_signature(BLS.add(_point(_sign(cluster, a)), _point(_sign(other, b)))));
        vm.expectRevert(
            abi.encodeWithSelector(ISlasher.Slasher_WrongSigner.selector, cluster.id, address(0), cluster.sequencer)
        );
        slasher.proveClusterEquivocation(cluster.id, a, b, mixed);
    }

    function test_proveEquivocation_GivenCluster_TakesTwoSignatures() public {
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        slasher.proveEquivocation(cluster.id, a, _sign(cluster, a), b, _sign(cluster, b));
        (Status status,) = registry.statusOf(cluster.id);
        assertTrue(status == Status.Tombstoned);
    }

    function test_proveOutOfTurn_GivenCluster() public {
        BlockCommitment memory late = _blockNow();
        late.slot -= 1;
        uint256 before = vault.slashableOf(cluster.id);
        slasher.proveOutOfTurn(cluster.id, late, _sign(cluster, late));
        assertLt(vault.slashableOf(cluster.id), before);
    }

    /// @dev A receipt that the cluster signs, and another one for the same boundary.
    function test_proveTwoReceipts_GivenCluster() public {
        (, uint64 end,) = schedule.turnOf(first);
        HandoffReceipt memory a = HandoffReceipt(config.baton.l2ChainId, end, 100, keccak256("a"));
        HandoffReceipt memory b = HandoffReceipt(config.baton.l2ChainId, end, 100, keccak256("b"));
        _claim(cluster, first);
        _warpTo(schedule.startOfSlot(end) + 2 * config.evidence.settleBlocks);
        uint256 before = vault.slashableOf(cluster.id);
        slasher.proveTwoReceipts(cluster.id, a, _sign(cluster, a), b, _sign(cluster, b));
        assertLt(vault.slashableOf(cluster.id), before);
    }

    /* INTERNAL */
    function _expectBadProof(string memory name, address key, bytes memory proof) internal {
        address owner = makeAddr(string.concat(name, ": owner"));
        vm.prank(governance);
        registry.setWhitelisted(owner, 100);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorRegistry.OperatorRegistry_BadKeyProof.selector, key, address(0))
        );
        vm.prank(owner);
        registry.register(key, proof, makeAddr("batcher"), "", makeAddr("payee"), "");
    }
}
