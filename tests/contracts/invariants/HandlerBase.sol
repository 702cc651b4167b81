// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RefusingReceiver} from "../tokens/EthReceivers.sol";
import {FickleTarget} from "./FickleTarget.sol";
import {RotaConfig} from "@rota/contracts/deploy/RotaDeployer.sol";
import {IBondVault} from "@rota/contracts/interfaces/IBondVault.sol";
import {Operator, RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";
import {EpochPhase} from "@rota/contracts/types/Types.sol";
import {Vm} from "forge-std/Vm.sol";
import {console} from "forge-std/console.sol";

/// @notice How often an action was tried, and how often it was not refused.
struct Rate {
    uint256 tries;
    uint256 successes;
}

/// @notice What the chain answered when an epoch's set closed.
struct ClosedSet {
    bool known;
    uint16 operators;
    bytes32 answer;
}

/// @notice Who held at one instant of the past.
struct Sample {
    uint64 slot;
    uint256 timestamp;
    uint16 holder;
}

/// @notice A ticket that somebody requested.
struct Filed {
    uint16 operator;
    uint256 ticket;
    address holder;
}

/// @title Handler of all invariants: the parts that its actors share
/// @notice A deployed system, the actors' keys, the time, and what was seen so far (ghosts), which the invariants compare with what
/// is answered now.
/// @dev Actions look at the state for something that should succeed; where there is nothing, they try in vain once in eight times.
abstract contract HandlerBase is RotaFixture {
    uint256 internal constant MOST_OPERATORS = 7;

    FickleTarget public fickle;
    address internal refusing;

    /// @dev By address, of every key that an operator ever had.
    mapping(address sequencer => uint256) internal _privateKey;
    uint256 private _entropy;
    uint256 internal _names;

    /* GHOSTS */
    string[] internal _actions;
    mapping(string action => Rate) internal _rates;
    /// @dev By invariant: what broke it first.
    mapping(uint256 invariant => string) public breach;
    /// @notice The invariant that was broken first; 0 while all hold.
    uint256 public firstBroken;

    /// @notice Ether forced on vault, auction and Baton, wei.
    mapping(address contract_ => uint256) public forced;
    /// @dev Where time was last irregular, and the last slot that was observed.
    uint256 internal _lastGap;
    uint64 internal _seenSlot;
    bool internal _seenAny;

    /// @notice Hash of an epoch's slots when they were frozen.
    mapping(uint64 epoch => bytes32) public frozenSlots;
    mapping(uint64 epoch => ClosedSet) internal _closed;
    /// @notice 1: not voided, 2: voided, 0: not seen.
    mapping(uint64 slot => uint8) public voidedAtStart;
    Sample[] internal _samples;
    mapping(address key => uint16) public boundTo;
    address[] internal _keys;
    /// @dev Every ticket there ever was, once.
    Filed[] internal _filed;
    mapping(bytes32 ticket => bool) private _isFiled;
    uint8 public highestStage;

    /* SET-UP */
    constructor() {
        _deployRota();
        refusing = address(new RefusingReceiver());
        for (uint256 i; i < operators.length; ++i) {
            _learn(operators[i]);
        }
        _learn(reserve);
        _observe();
    }

    function _config() internal virtual override returns (RotaConfig memory c) {
        c = super._config();
        fickle = new FickleTarget();
        c.target = fickle;
        // Turns of several slots, two slots left to round robin, epochs that come round the ring, and a full round of bids.
        (c.clock.slotsPerEpoch, c.capBps, c.ring, c.vault.coreExitDelay) = (8, 7500, 6, 560);
        (c.auction.maxBids, c.registry.stage, c.registry.stageDwell) = (3, 1, 1);
        c.registry.stageMinOperators = 2;
    }

    /* ACTIONS */
    modifier action(uint256 seed) {
        _entropy = uint256(keccak256(abi.encode(_entropy, seed)));
        _;
        _observe();
    }

    /// @dev Below `n`.
    function _roll(uint256 n) internal returns (uint256) {
        _entropy = uint256(keccak256(abi.encode(_entropy)));
        return _entropy % n;
    }

    /// @dev Whether to leave what can't succeed untried, this time.
    function _spared() internal returns (bool) {
        return _roll(8) != 0;
    }

    /// @dev A call that may be refused, with a reason (INV-51).
    function _try(string memory name, address sender, address target, uint256 value, bytes memory data)
        internal
        returns (bool ok, bytes memory answer)
    {
        if (_rates[name].tries++ == 0) _actions.push(name);
        if (value != 0) vm.deal(sender, sender.balance + value);
        vm.recordLogs();
        vm.prank(sender);
        (ok, answer) = target.call{value: value}(data);
        if (ok && target == address(vault)) _file(vm.getRecordedLogs());
        if (ok) ++_rates[name].successes;
        else _check(51, _isReason(answer), name);
    }

    /// @dev An error with a selector, and not the compiler's own of a panic.
    function _isReason(bytes memory answer) private pure returns (bool) {
        // The first 4 bytes, on purpose.
        // forge-lint: disable-next-line(unsafe-typecast)
        return answer.length >= 4 && bytes4(answer) != 0x4e487b71;
    }

    function _try(string memory name, address sender, address target, bytes memory data) internal returns (bool ok) {
        (ok,) = _try(name, sender, target, 0, data);
    }

    /// @dev Notes the first breach of an invariant that only the moment of an action shows.
    function _check(uint256 invariant, bool holds, string memory what) internal {
        if (holds || bytes(breach[invariant]).length != 0) return;
        breach[invariant] = what;
        if (firstBroken == 0) firstBroken = invariant;
    }

    /* BONDS */
    /// @dev Rounded down to what the vault counts, for ETH and its tokens of 18 decimals.
    function _whole(uint256 amount) internal pure returns (uint256) {
        return amount / 1 gwei * 1 gwei;
    }

    /// @dev An operator's self-bond in an asset.
    function _own(uint16 id, uint8 asset) internal view returns (uint256) {
        (uint256 assets, uint256 shares, uint256 self,) = vault.poolOf(id, asset);
        return self * (assets + 1) / (shares + 1) * 1 gwei;
    }

    /// @dev Notes the tickets that a call made.
    function _file(Vm.Log[] memory logs) internal {
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IBondVault.ExitRequested.selector) continue;
            Filed memory filed = Filed({
                operator: uint16(uint256(logs[i].topics[1])),
                ticket: uint256(logs[i].topics[2]),
                holder: address(uint160(uint256(logs[i].topics[3])))
            });
            bytes32 key = keccak256(abi.encode(filed));
            if (_isFiled[key]) continue;
            _isFiled[key] = true;
            _filed.push(filed);
        }
    }

    /// @dev Paid in full, to its payee or holder alone.
    function _claimTicket(Filed memory filed) internal {
        (uint256 amount,,) = vault.ticketOf(filed.operator, filed.ticket, filed.holder);
        bool own = filed.holder == address(0);
        address to = own ? registry.payeeOf(filed.operator) : filed.holder;
        bool ofToken = filed.ticket >> 48 != 0;
        uint256 before = ofToken ? token.balanceOf(to) : to.balance;
        bytes memory data = own
            ? abi.encodeCall(vault.claimExit, (filed.operator, filed.ticket))
            : abi.encodeCall(vault.claimUndelegated, (filed.operator, filed.ticket, filed.holder));
        if (!_try(own ? "claimExit" : "claimUndelegated", stranger, address(vault), data)) return;
        uint256 afterwards = ofToken ? token.balanceOf(to) : to.balance;
        _check(32, afterwards - before == amount, "a ticket was paid in part");
    }

    function allFiled() external view returns (Filed[] memory) {
        return _filed;
    }

    /* ACTORS */
    function _anyOperator() internal returns (uint16) {
        return uint16(1 + _roll(registry.operatorCount()));
    }

    function _anyone() internal returns (address) {
        return _roll(2) == 0 ? stranger : operators[_roll(operators.length)].owner;
    }

    /// @dev The operator as it can act in `epoch`: with the key that is its own then.
    function _acting(uint16 id, uint64 epoch) internal view returns (Operator memory operator) {
        operator = id == reserve.id ? reserve : operators[id - 2];
        operator.owner = registry.ownerOf(id);
        operator.sequencer = registry.sequencerKeyAt(id, epoch);
        operator.sequencerKey = _privateKey[operator.sequencer];
    }

    function _learn(Operator memory operator) internal {
        _privateKey[operator.sequencer] = operator.sequencerKey;
        _bound(operator.sequencer, operator.id);
        _bound(operator.batcher, operator.id);
    }

    function _bound(address key, uint16 operator) internal {
        if (boundTo[key] != 0) return;
        boundTo[key] = operator;
        _keys.push(key);
    }

    /* TIME */
    /// @dev Goes on to `timestamp` if it is ahead.
    function _reach(uint256 timestamp) internal {
        if (vm.getBlockTimestamp() >= timestamp) return;
        _warpTo(timestamp);
        _observe();
    }

    function _now() internal view returns (uint256) {
        return vm.getBlockTimestamp();
    }

    /// @dev Notes what must not change from now on. After every move in time and every action.
    function _observe() internal virtual {
        _observeEpochs();
        if (_now() < config.clock.genesis) return;

        // Slots that ended or began meanwhile: nothing happened in between.
        uint64 slot = schedule.currentSlot();
        for (uint64 s = _seenAny ? _seenSlot : 0; s <= slot; ++s) {
            if (s + 16 < slot) continue;
            if (s != _seenSlot || !_seenAny) voidedAtStart[s] = schedule.isVoided(s) ? 2 : 1;
            if (s != slot) _sample(s, schedule.startOfSlot(s + 1) - 1);
        }
        (_seenSlot, _seenAny) = (slot, true);
        _sample(slot, _now());
    }

    function _observeEpochs() private {
        uint64 next = schedule.currentEpoch() + 1;
        if (frozenSlots[next] == 0 && schedule.phaseOf(next) == EpochPhase.Frozen) {
            frozenSlots[next] = keccak256(abi.encode(schedule.slotsOf(next)));
        }
        if (!_closed[next].known && _now() >= config.clock.genesis) {
            uint16 count = registry.operatorCount();
            _closed[next] = ClosedSet({known: true, operators: count, answer: _setOf(next, count)});
        }
        uint8 stage = registry.stageAt(next);
        if (stage > highestStage) highestStage = stage;
    }

    function _sample(uint64 slot, uint256 timestamp) private {
        uint256 count = _samples.length;
        if (count != 0 && _samples[count - 1].timestamp == timestamp) return;
        uint16 holder = schedule.holderAt(slot, timestamp);
        _samples.push(Sample({slot: slot, timestamp: timestamp, holder: holder}));
    }

    /// @dev All that the registry answers about an epoch, of the first `count` operators.
    function _setOf(uint64 epoch, uint16 count) internal view returns (bytes32 hash) {
        (uint16[] memory ids, uint32[] memory entities) = registry.eligibleSet(epoch);
        hash = keccak256(abi.encode(ids, entities, registry.stageAt(epoch)));
        for (uint16 id = 1; id <= count; ++id) {
            hash = keccak256(abi.encode(hash, registry.sequencerKeyAt(id, epoch)));
            for (uint8 i; i < 4; ++i) {
                hash = keccak256(abi.encode(hash, registry.batcherKeyAt(id, i, epoch)));
            }
        }
    }

    /// @dev Of an epoch that is not open yet, too.
    function _phaseOf(uint64 epoch) internal view returns (EpochPhase) {
        return epoch > schedule.currentEpoch() + 1 ? EpochPhase.Pending : schedule.phaseOf(epoch);
    }

    /* WHAT WAS SEEN */
    function samples() external view returns (Sample[] memory) {
        return _samples;
    }

    function keys() external view returns (address[] memory) {
        return _keys;
    }

    /// @return Whether the registry still answers about `epoch` as when its set closed; true if that was not seen.
    function isSetUnchanged(uint64 epoch) external view returns (bool) {
        ClosedSet memory closed = _closed[epoch];
        return !closed.known || closed.answer == _setOf(epoch, closed.operators);
    }

    function rates() external view returns (string[] memory names, Rate[] memory rates_) {
        names = _actions;
        rates_ = new Rate[](names.length);
        for (uint256 i; i < names.length; ++i) {
            rates_[i] = _rates[names[i]];
        }
    }

    /// @notice Prints each action's success rate.
    function report() external view {
        for (uint256 i; i < _actions.length; ++i) {
            Rate memory rate = _rates[_actions[i]];
            console.log("%s: %d of %d", _actions[i], rate.successes, rate.tries);
        }
    }
}
