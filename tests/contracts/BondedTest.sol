// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PlainToken} from "./tokens/PlainToken.sol";
import {BondVault} from "@rota/contracts/BondVault.sol";
import {OperatorRegistry} from "@rota/contracts/OperatorRegistry.sol";
import {Pledges} from "@rota/contracts/Pledges.sol";
import {IBaton} from "@rota/contracts/interfaces/IBaton.sol";
import {IBondVault} from "@rota/contracts/interfaces/IBondVault.sol";
import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {IPledges} from "@rota/contracts/interfaces/IPledges.sol";
import {ISchedule} from "@rota/contracts/interfaces/ISchedule.sol";
import {ISealedBidAuction} from "@rota/contracts/interfaces/ISealedBidAuction.sol";
import {Clock} from "@rota/contracts/types/Types.sol";
import {Test} from "forge-std/Test.sol";

/// @notice What the bonds ask of the schedule and the auction, set by hand: which slots are live, and what they fetch, is for the tests
/// of those.
contract LiveSlots {
    uint256 public constant DISPUTE_PERIOD = 160;
    uint256 public constant RING = 8;
    uint256 public refPrice = 0.01 ether;
    mapping(uint16 operator => uint256) public liveSlotsOf;
    mapping(uint16 operator => uint256) public lastDisputeEnd;

    function set(uint16 operator, uint256 slots, uint256 disputeEnd) external {
        (liveSlotsOf[operator], lastDisputeEnd[operator]) = (slots, disputeEnd);
    }

    function setPrice(uint256 price) external {
        refPrice = price;
    }
}

/// @notice A real registry and a real vault, which know each other; the baton, the slasher and governance are plain accounts.
abstract contract BondedTest is Test {
    uint256 internal constant EPOCH = 64;
    uint128 internal constant MIN_BOND = 10 ether;
    uint128 internal constant LOCK = 1 ether;
    uint128 internal constant MIN_DEPOSIT = 0.1 ether;
    uint128 internal constant MIN_TOKEN_DEPOSIT = 1e18;
    uint32 internal constant ELASTIC_EXIT = 128;
    uint32 internal constant CORE_EXIT = 400;
    uint64 internal constant JAIL_DELAY = 300;
    uint64 internal constant STAGE_DWELL = 1000;
    uint96 internal constant WEIGHT = 0.5 ether;
    uint8 internal constant MAX_OPERATORS = 6;

    address internal immutable GOVERNANCE = makeAddr("governance");
    address internal immutable BATON = makeAddr("baton");
    address internal immutable SLASHER = makeAddr("slasher");
    address internal immutable COURT = makeAddr("court");
    address internal immutable FOUNDATION = makeAddr("foundation");
    uint32 internal constant FOUNDATION_ENTITY = 9;

    Clock internal clock;
    OperatorRegistry internal registry;
    BondVault internal vault;
    LiveSlots internal schedule;
    Pledges internal pledges;
    /// @dev Assets 1 to 3. The last one has 6 decimals and counts to the last of them.
    PlainToken internal token;
    PlainToken internal dai = new PlainToken();
    PlainToken internal usd = new PlainToken();
    /// @dev Told of shares that move, if it is set before {_deploy}.
    address internal rewards;

    function setUp() public virtual {
        vm.warp(1_000_000);
        _deploy(address(new PlainToken()), 2);
    }

    /* DEPLOYMENT */
    function _deploy(address token_, uint8 stage) internal {
        _deploy(token_, _registryParams(stage));
    }

    function _deploy(address token_, IOperatorRegistry.Params memory params) internal {
        clock = Clock({
            genesis: uint64(block.timestamp + 100),
            slotSeconds: 16,
            slotsPerEpoch: 4,
            l1BlockSeconds: 2,
            l2GenesisTime: uint64(block.timestamp + 100),
            l2BlockSeconds: 1
        });
        token = PlainToken(token_);
        schedule = new LiveSlots();
        IBondVault vaultToBe = IBondVault(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1));
        registry =
            new OperatorRegistry(clock, vaultToBe, IBaton(address(0)), SLASHER, COURT, GOVERNANCE, params, _reserve());
        vault = new BondVault(clock, _vaultAddresses(), _vaultParams());
        assertEq(address(vault), address(vaultToBe));
        pledges = new Pledges(
            clock, registry, vault, ISchedule(address(schedule)), ISealedBidAuction(address(schedule)), _pledgesParams()
        );
        assertEq(address(pledges), address(vault.PLEDGES()));
    }

    function _registryParams(uint8 stage) internal pure returns (IOperatorRegistry.Params memory) {
        return IOperatorRegistry.Params({
            stage: stage,
            maxOperators: MAX_OPERATORS,
            stageMinOperators: 2,
            stageDwell: STAGE_DWELL,
            jailDelay: JAIL_DELAY
        });
    }

    function _reserve() internal returns (IOperatorRegistry.Reserve memory) {
        return IOperatorRegistry.Reserve({
            owner: FOUNDATION,
            entity: FOUNDATION_ENTITY,
            sequencerKey: makeAddr("reserve sequencer"),
            batcherKey: makeAddr("reserve batcher"),
            payee: makeAddr("reserve payee"),
            endpoint: "http://reserve"
        });
    }

    /// @dev The vault is what this test creates next, the pledges come after it.
    function _vaultAddresses() internal view returns (IBondVault.Addresses memory) {
        uint256 nonce = vm.getNonce(address(this));
        return IBondVault.Addresses({
            registry: address(registry),
            pledges: vm.computeCreateAddress(address(this), nonce + 1),
            baton: BATON,
            slasher: SLASHER,
            court: COURT,
            rewards: rewards
        });
    }

    function _vaultParams() internal view returns (IBondVault.Params memory p) {
        (p.minBond, p.minDeposit) = (MIN_BOND, MIN_DEPOSIT);
        p.token1 = IBondVault.Token(address(token), 1e9, WEIGHT, MIN_TOKEN_DEPOSIT);
        p.token2 = IBondVault.Token(address(dai), 1e9, 0.25 ether, MIN_TOKEN_DEPOSIT);
        p.token3 = IBondVault.Token(address(usd), 1, 4e26, 1e6);
        p.court = IBondVault.CourtTimes({
            detection: 60, votingDelay: 10, votingPeriod: 60, timelock: 60, answerPeriod: 60, executionGrace: 60
        });
        (p.elasticExitDelay, p.coreExitDelay) = (ELASTIC_EXIT, CORE_EXIT);
        (p.evidenceWindow, p.disputePeriod) = (120, 160);
    }

    function _pledgesParams() internal pure returns (IPledges.Params memory) {
        return IPledges.Params({
            firstLock: LOCK,
            minLock: LOCK / 2,
            maxLock: 4 * LOCK,
            sequencingValue: 0.985 ether,
            idleBps: 2500,
            defaultBps: 1000
        });
    }

    /* ACTORS */
    /// @dev Everything about an operator but its id follows from its name.
    function _owner(string memory name) internal returns (address) {
        return makeAddr(string.concat(name, " owner"));
    }

    function _sequencer(string memory name) internal returns (address key) {
        (key,) = makeAddrAndKey(string.concat(name, " sequencer"));
    }

    function _batcher(string memory name) internal returns (address key) {
        (key,) = makeAddrAndKey(string.concat(name, " batcher"));
    }

    function _payee(string memory name) internal returns (address) {
        return makeAddr(string.concat(name, " payee"));
    }

    /// @return The signature of `KeyBinding(owner)` by the sequencer key of that name.
    function _proof(string memory name, address owner) internal returns (bytes memory) {
        return _proofBy(string.concat(name, " sequencer"), owner);
    }

    /// @return The same by the batcher key of that name.
    function _batcherProof(string memory name, address owner) internal returns (bytes memory) {
        return _proofBy(string.concat(name, " batcher"), owner);
    }

    function _proofBy(string memory account, address owner) internal returns (bytes memory) {
        (, uint256 secret) = makeAddrAndKey(account);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, _keyBindingDigest(owner));
        return abi.encodePacked(r, s, v);
    }

    /// @dev Written out, not asked of the registry: this is what a stranger's keeper has to compute.
    function _keyBindingDigest(address owner) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Rota"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        bytes32 binding = keccak256(abi.encode(keccak256("KeyBinding(address owner)"), owner));
        return keccak256(abi.encodePacked(hex"1901", domain, binding));
    }

    function _whitelist(address owner, uint32 entity) internal {
        vm.prank(GOVERNANCE);
        registry.setWhitelisted(owner, entity);
    }

    /// @notice Whitelisted (entity 100 + id) and registered.
    function _register(string memory name) internal returns (uint16 operator) {
        address owner = _owner(name);
        if (registry.entityOfOwner(owner) == 0) _whitelist(owner, 100 + registry.operatorCount());
        (bytes memory proof, bytes memory batcherProof) = (_proof(name, owner), _batcherProof(name, owner));
        (address key, address batcher, address payee) = (_sequencer(name), _batcher(name), _payee(name));
        vm.prank(owner);
        return registry.register(key, proof, batcher, batcherProof, payee, string.concat("http://", name));
    }

    /// @notice Registered, bonded with ETH and active, though not in the set before `currentEpoch + 2`.
    function _activate(string memory name, uint256 bond) internal returns (uint16 operator) {
        operator = _register(name);
        _deposit(operator, bond);
        vm.prank(_owner(name));
        registry.activate(operator);
    }

    function _deposit(uint16 operator, uint256 amount) internal {
        deal(address(this), amount);
        vault.deposit{value: amount}(operator);
    }

    function _depositToken(uint16 operator, uint256 amount) internal {
        _depositAsset(operator, 1, amount);
    }

    /// @param asset 1 to 3.
    function _depositAsset(uint16 operator, uint8 asset, uint256 amount) internal {
        (address found,,) = vault.assetOf(asset);
        PlainToken(found).mint(address(this), amount);
        PlainToken(found).approve(address(vault), amount);
        vault.depositToken(operator, asset, amount);
    }

    /// @notice An account that has delegated ETH to an operator.
    function _delegate(string memory name, uint16 operator, uint256 amount) internal returns (address holder) {
        holder = makeAddr(name);
        deal(holder, holder.balance + amount);
        vm.prank(holder);
        vault.delegate{value: amount}(operator);
    }

    /// @notice Self-bond of an operator in an asset, its smallest unit.
    function _own(uint16 operator, uint8 asset) internal view returns (uint256) {
        (uint256 assets, uint256 shares, uint256 self,) = vault.poolOf(operator, asset);
        (, uint256 quantum,) = vault.assetOf(asset);
        return self * (assets + 1) / (shares + 1) * quantum;
    }

    /* TIME */
    function _startOf(uint256 epoch) internal view returns (uint256) {
        return clock.genesis + epoch * EPOCH;
    }

    function _warpToEpoch(uint256 epoch) internal {
        vm.warp(_startOf(epoch));
    }
}
