// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Baton} from "../Baton.sol";
import {BondVault} from "../BondVault.sol";
import {OperatorRegistry} from "../OperatorRegistry.sol";
import {Pledges} from "../Pledges.sol";
import {Schedule} from "../Schedule.sol";
import {Slasher} from "../Slasher.sol";
import {SystemConfigBaton} from "../adapters/opstack/SystemConfigBaton.sol";
import {OpenBidAuction} from "../auctions/OpenBidAuction.sol";
import {SealedBidAuction} from "../auctions/SealedBidAuction.sol";
import {RotaConfig, RotaDeployer, RotaSystem} from "../deploy/RotaDeployer.sol";
import {Court} from "../governance/Court.sol";
import {IPolicy} from "../interfaces/IPolicy.sol";
import {IRotationTarget} from "../interfaces/IRotationTarget.sol";
import {Commitments} from "../libraries/Commitments.sol";
import {Performance} from "../policies/Performance.sol";
import {StakeWeighted} from "../policies/StakeWeighted.sol";
import {Curve} from "../types/Curve.sol";
import {BlockCommitment, EpochPhase, HandoffReceipt} from "../types/Types.sol";
import {ChainTarget} from "./ChainTarget.sol";
import {L1} from "./L1.sol";
import {IRealSystemConfig, OpStack} from "./OpStack.sol";
import {RotaDefaults} from "./RotaDefaults.sol";
import {TestToken} from "./TestToken.sol";

/// @notice An operator of a test with all its keys.
struct Operator {
    uint16 id;
    address owner;
    address sequencer;
    uint256 sequencerKey;
    address batcher;
    uint256 batcherKey;
    address payee;
}

/// @title Rota fixture
/// @notice A whole deployed, funded system in one line, and the steps of its users: inherit it and call {_deployRota} in `setUp`.
/// @dev What is left for a test to do itself is what it tests. Helpers act as the right caller and let reverts through.
abstract contract RotaFixture is L1 {
    /// @dev Operators that {_deployRota} registers; they are eligible from epoch 2 on.
    uint256 internal constant OPERATORS = 3;

    RotaConfig internal config;
    RotaSystem internal rota;
    OperatorRegistry internal registry;
    BondVault internal vault;
    Pledges internal pledges;
    Schedule internal schedule;
    SealedBidAuction internal auction;
    OpenBidAuction internal openAuction;
    Baton internal baton;
    Court internal court;
    /// @dev Zero where the configuration names another slasher.
    Slasher internal slasher;
    StakeWeighted internal stake;
    Performance internal performance;
    TestToken internal token;
    /// @dev The real ones of an OP Stack chain, where its artifacts are installed and the configuration names no other target.
    SystemConfigBaton internal adapter;
    IRealSystemConfig internal systemConfig;

    /// @dev Creates the system and nothing else, so that its addresses do not depend on what a test creates.
    address internal deployer = makeAddr("deployer");
    address internal governance = makeAddr("governance");
    address internal chainOwner = makeAddr("chain owner");
    address internal genesisBatcher = makeAddr("genesis batcher");
    address internal guardian = makeAddr("guardian");
    address internal treasury = makeAddr("treasury");
    address internal publicGoods = makeAddr("public goods");
    address internal stranger = makeAddr("stranger");
    Operator internal reserve;
    /// @dev `operators[0]` has id 2: id 1 is the reserve's.
    Operator[] internal operators;

    /* DEPLOYMENT */
    /// @notice The configuration that {_deployRota} uses: the devnet's. Override it to test under another one.
    function _config() internal virtual returns (RotaConfig memory c) {
        c = RotaDefaults.devnet(vm.getBlockTimestamp() + 100);
        (c.governance, c.guardian, c.chainOwner) = (governance, guardian, chainOwner);
        (c.auction.treasury, c.splitter.publicGoods) = (treasury, publicGoods);
        c.token = address(new TestToken());
        c.reserve.owner = reserve.owner;
        c.reserve.sequencerKey = reserve.sequencer;
        c.reserve.batcherKey = reserve.batcher;
        c.reserve.payee = reserve.payee;
    }

    /// @notice Deploys everything, bonds the reserve and {OPERATORS} operators, each an entity of its own (in stage 0 the reserve's),
    /// and gives these a balance in the auction. It is before genesis then.
    function _deployRota() internal {
        _deploySystem();
        for (uint256 i; i < OPERATORS; ++i) {
            // In stage 0 they are the foundation's.
            uint32 entity = config.registry.stage == 0 ? config.reserve.entity : uint32(100 + i);
            Operator memory operator = _register(string.concat("operator ", vm.toString(i + 2)), entity);
            _bond(operator.id, 10 * vault.MIN_BOND());
            _activate(operator);
            _fund(operator.id, 100 ether);
            operators.push(operator);
        }
    }

    /// @notice {_deployRota} without operators, for who lets them join by itself: the reserve alone is registered and bonded.
    function _deploySystem() internal {
        reserve = _keysOf("reserve");
        reserve.id = 1;
        config = _config();
        _startL1(config.clock.l1BlockSeconds);
        token = TestToken(config.token);
        _deployTarget();
        vm.startPrank(deployer);
        rota = RotaDeployer.deploy(config, deployer, vm.getNonce(deployer));
        vm.stopPrank();
        (registry, vault, pledges, schedule) = (rota.registry, rota.vault, rota.pledges, rota.schedule);
        (auction, baton, adapter) = (rota.auction, rota.baton, rota.adapter);
        (slasher, court) = (rota.slasher, rota.court);
        openAuction = rota.openAuction;
        (stake, performance) = (rota.stake, rota.performance);
        if (address(systemConfig) != address(0)) {
            vm.prank(chainOwner);
            systemConfig.transferOwnership(address(adapter));
        }

        _bond(reserve.id, 2 * vault.MIN_BOND());
    }

    /// @notice Where the contracts are going to be, for those of a test's own that {_config} lets them refer to.
    function _expected(RotaConfig memory c) internal view returns (RotaSystem memory) {
        return RotaDeployer.expected(c, deployer, vm.getNonce(deployer));
    }

    /// @dev What rotates, unless {_config} says: the real SystemConfig, or the least that can where it is not installed.
    function _deployTarget() private {
        if (address(config.target) != address(0) || config.systemConfig != address(0)) return;
        if (OpStack.isInstalled()) {
            systemConfig = OpStack.deploySystemConfig(makeAddr("proxy admin"), chainOwner, genesisBatcher);
            config.systemConfig = address(systemConfig);
            return;
        }
        // The Baton's address depends on there being a target, not on which.
        config.target = IRotationTarget(address(1));
        config.target = new ChainTarget(address(_expected(config).baton));
    }

    /* OPERATORS */
    /// @notice Whitelists and registers an operator, named after `name` in traces.
    function _register(string memory name, uint32 entity) internal returns (Operator memory operator) {
        operator = _keysOf(name);
        vm.prank(governance);
        registry.setWhitelisted(operator.owner, entity);
        bytes memory proof = _keyProof(operator.owner, operator.sequencerKey);
        bytes memory batcherProof = _keyProof(operator.owner, operator.batcherKey);
        vm.prank(operator.owner);
        operator.id = registry.register(
            operator.sequencer, proof, operator.batcher, batcherProof, operator.payee, string.concat("test://", name)
        );
    }

    /// @notice Adds ETH to an operator's bond, wei.
    function _bond(uint16 operator, uint256 amount) internal {
        vm.deal(address(this), address(this).balance + amount);
        vault.deposit{value: amount}(operator);
    }

    function _activate(Operator memory operator) internal {
        vm.prank(operator.owner);
        registry.activate(operator.id);
    }

    /// @notice Adds ETH to an operator's free balance in the auction, wei.
    function _fund(uint16 operator, uint256 amount) internal {
        vm.deal(address(this), address(this).balance + amount);
        auction.deposit{value: amount}(operator);
    }

    /// @notice An operator's proof that it has a sequencer or batcher key.
    function _keyProof(address owner, uint256 key) internal view returns (bytes memory) {
        bytes32 structHash = keccak256(abi.encode(keccak256("KeyBinding(address owner)"), owner));
        return _signTyped(address(registry), structHash, key);
    }

    /* TIME */
    /// @notice Mines until the first block of `slot`.
    function _warpToSlot(uint64 slot) internal {
        _warpTo(schedule.startOfSlot(slot));
    }

    /// @notice Mines until the first block of `epoch`.
    function _warpToEpoch(uint64 epoch) internal {
        _warpTo(schedule.startOfEpoch(epoch));
    }

    /// @notice Mines until bids for `epoch` can be committed; stays if it is later than that.
    function _warpToCommit(uint64 epoch) internal {
        (uint256 opens,) = auction.commitWindow(epoch);
        _warpPast(opens);
    }

    /// @notice Mines until bids for `epoch` can be revealed; stays if it is later than that.
    function _warpToReveal(uint64 epoch) internal {
        (uint256 opens,) = auction.revealWindow(epoch);
        _warpPast(opens);
    }

    /// @notice Mines until the seed of `epoch` can be recorded, one block after the seed's own; stays if it is later than that.
    function _warpToSeed(uint64 epoch) internal {
        _warpPast(_seedTime(epoch) + 2 * _l1BlockSeconds);
    }

    /* BIDS */
    /// @param price Gwei per slot. @param quantity Slots.
    function _curve(uint48 price, uint8 quantity) internal pure returns (Curve) {
        return Curve.wrap(uint256(price) << 8 | quantity);
    }

    /// @notice The same curve with one more, lower step.
    function _then(Curve curve, uint48 price, uint8 quantity) internal pure returns (Curve) {
        uint256 shift;
        while (Curve.unwrap(curve) >> shift != 0) shift += 56;
        return Curve.wrap(Curve.unwrap(curve) | (uint256(price) << 8 | quantity) << shift);
    }

    function _saltOf(uint16 operator, uint64 epoch) internal pure returns (bytes32) {
        return keccak256(abi.encode("salt", operator, epoch));
    }

    /// @notice Commits to `curve` with {_saltOf}, by the sequencer key. The window must be open.
    function _commit(Operator memory operator, uint64 epoch, Curve curve) internal {
        bytes32 commitment = auction.commitmentOf(operator.id, epoch, curve, _saltOf(operator.id, epoch));
        vm.prank(operator.sequencer);
        auction.commitBid(operator.id, epoch, commitment);
    }

    /// @notice Reveals what {_commit} committed to.
    function _reveal(Operator memory operator, uint64 epoch, Curve curve) internal {
        auction.revealBid(operator.id, epoch, curve, _saltOf(operator.id, epoch));
    }

    /* OPEN BIDS */
    /// @notice Adds ETH to an operator's free balance in the open auction, wei.
    function _fundOpen(uint16 operator, uint256 amount) internal {
        vm.deal(address(this), address(this).balance + amount);
        openAuction.deposit{value: amount}(operator);
    }

    /// @notice Enters an operator for the bidding for `epoch`, by the sequencer key. The window must be open.
    function _enter(Operator memory operator, uint64 epoch) internal {
        vm.prank(operator.sequencer);
        openAuction.enter(operator.id, epoch);
    }

    /// @param index Position of the slot in the epoch. @param price Gwei.
    function _openBid(Operator memory operator, uint64 epoch, uint256 index, uint256 price) internal {
        vm.prank(operator.sequencer);
        openAuction.bid(operator.id, epoch, index, price);
    }

    /* STAKES */
    /// @notice Queues an operator's bond as its weight in the stake policy, from two epochs on. By {stranger}, who pays the fee.
    function _queue(uint16 operator) internal {
        uint256 fee = stake.feeOf(operator);
        vm.deal(stranger, stranger.balance + fee);
        vm.prank(stranger);
        stake.queue{value: fee}(operator);
    }

    /// @notice Applies what is due for the next epoch, as {stranger}, who gets the fees back.
    function _applyQueue(uint64 epoch) internal {
        vm.prank(stranger);
        stake.applyQueue(epoch);
    }

    /* EPOCHS */
    /// @notice Records the seed of `epoch`; mines up to its block if need be.
    function _recordSeed(uint64 epoch) internal {
        _warpToSeed(epoch);
        (bytes memory header, bytes memory parent) = _l1Headers(_seedTime(epoch));
        schedule.recordSeed(epoch, header, parent);
    }

    function _settle(uint64 epoch) internal {
        auction.settle(epoch);
    }

    function _freeze(uint64 epoch) internal {
        schedule.freeze(epoch);
    }

    /// @notice Seed, what the epoch's policies wait for, freeze. Mines into epoch - 1 if need be.
    function _prepare(uint64 epoch) internal {
        _warpPast(schedule.startOfEpoch(epoch - 1));
        if (schedule.phaseOf(epoch) == EpochPhase.Pending) _recordSeed(epoch);
        _makeReady(epoch);
        _freeze(epoch);
    }

    /// @notice Settles if somebody bid; applies queued weights and scores epochs if one of the epoch's policies waits.
    function _makeReady(uint64 epoch) internal {
        (bool settled,,,) = auction.resultOf(epoch);
        if (!settled) _settle(epoch);
        IPolicy[] memory policies = schedule.policiesAt(schedule.stageAt(epoch), epoch);
        for (uint256 i; i < policies.length; ++i) {
            if (policies[i].isReady(epoch)) continue;
            if (!stake.isReady(epoch)) _applyQueue(epoch);
            while (performance.nextEpoch() + 1 < epoch) {
                performance.score(performance.nextEpoch());
            }
        }
    }

    /// @notice Mines until the first block of `epoch`, with every epoch on the way prepared.
    function _run(uint64 epoch) internal {
        while (schedule.currentEpoch() < epoch) {
            uint64 next = schedule.currentEpoch() + 1;
            if (next >= 2 && schedule.phaseOf(next) != EpochPhase.Frozen) _prepare(next);
            _warpToEpoch(next);
        }
    }

    /* TURNS */
    function _claim(Operator memory operator, uint64 slot) internal virtual {
        vm.prank(operator.sequencer);
        baton.claim(slot);
    }

    /// @notice Calls out the holder of the slot in progress.
    function _callOut(Operator memory operator) internal {
        uint64 slot = schedule.currentSlot();
        uint256 bond = baton.CALLOUT_BOND();
        vm.deal(operator.sequencer, operator.sequencer.balance + bond);
        vm.prank(operator.sequencer);
        baton.callOut{value: bond}(slot);
    }

    /// @notice Answers the open call-out with a block dated now.
    function _heartbeat(Operator memory operator) internal {
        (BlockCommitment memory commitment, bytes memory signature) = _signedBlock(operator);
        baton.heartbeat(commitment, signature);
    }

    /// @return When the operator begins to hold, L1 seconds.
    function _takeOver(Operator memory operator) internal returns (uint64) {
        vm.prank(operator.sequencer);
        return baton.takeOver();
    }

    /// @notice A commitment to the L2 block dated now, under the authority of the slot in progress.
    function _blockNow() internal view returns (BlockCommitment memory) {
        uint256 timestamp = vm.getBlockTimestamp();
        uint64 number = uint64((timestamp - config.clock.l2GenesisTime) / config.clock.l2BlockSeconds);
        return BlockCommitment({
            l2ChainId: config.baton.l2ChainId,
            slot: schedule.currentSlot(),
            number: number,
            timestamp: uint64(timestamp),
            parentHash: keccak256(abi.encode("L2 block", number - 1)),
            blockHash: keccak256(abi.encode("L2 block", number)),
            l1OriginNumber: uint64(vm.getBlockNumber() - 1),
            l1OriginHash: keccak256("L1 origin")
        });
    }

    function _signedBlock(Operator memory operator) internal view returns (BlockCommitment memory, bytes memory) {
        BlockCommitment memory commitment = _blockNow();
        return (commitment, _sign(operator, commitment));
    }

    function _sign(Operator memory operator, BlockCommitment memory commitment) internal view returns (bytes memory) {
        return _signTyped(address(baton), Commitments.hash(commitment), operator.sequencerKey);
    }

    function _sign(Operator memory operator, HandoffReceipt memory receipt) internal view returns (bytes memory) {
        return _signTyped(address(baton), Commitments.hash(receipt), operator.sequencerKey);
    }

    /* OFFENCES */
    /// @notice The operator signs two blocks of the height that is due now, under the slot in progress; `stranger` reports it and
    /// expels it.
    /// @return taken Weighted value that it lost, wei.
    function _equivocate(Operator memory operator) internal virtual returns (uint256 taken) {
        (BlockCommitment memory a, BlockCommitment memory b) = _twoBlocks();
        (bytes memory signatureA, bytes memory signatureB) = (_sign(operator, a), _sign(operator, b));
        taken = vault.slashableOf(operator.id);
        vm.startPrank(stranger);
        slasher.proveEquivocation(operator.id, a, signatureA, b, signatureB);
        if (operator.id != reserve.id) slasher.expel(operator.id);
        vm.stopPrank();
        taken -= vault.slashableOf(operator.id);
    }

    /// @notice Two blocks of the height that is due now, on one parent and one L1 origin.
    function _twoBlocks() internal view returns (BlockCommitment memory a, BlockCommitment memory b) {
        (a, b) = (_blockNow(), _blockNow());
        b.blockHash = keccak256(abi.encode("another L2 block", b.number));
    }

    /* INTERNAL */
    function _seedTime(uint64 epoch) internal view returns (uint256) {
        return schedule.startOfEpoch(epoch - 1) + schedule.SEED_DELAY();
    }

    function _keysOf(string memory name) internal virtual returns (Operator memory operator) {
        operator.owner = makeAddr(string.concat(name, ": owner"));
        (operator.sequencer, operator.sequencerKey) = makeAddrAndKey(string.concat(name, ": sequencer"));
        (operator.batcher, operator.batcherKey) = makeAddrAndKey(string.concat(name, ": batcher"));
        operator.payee = makeAddr(string.concat(name, ": payee"));
    }

    /// @dev A signature under the deployment's EIP-712 domain of `verifier`.
    function _signTyped(address verifier, bytes32 structHash, uint256 key)
        internal
        view
        virtual
        returns (bytes memory)
    {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Rota"),
                keccak256("1"),
                block.chainid,
                verifier
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked("\x19\x01", domain, structHash)));
        return abi.encodePacked(r, s, v);
    }
}
