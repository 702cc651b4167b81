// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Filed, HandlerBase} from "./HandlerBase.sol";
import {IOperatorRegistry} from "@rota/contracts/interfaces/IOperatorRegistry.sol";
import {Operator} from "@rota/contracts/testing/RotaFixture.sol";
import {MAX_DELEGATION, Status} from "@rota/contracts/types/Types.sol";

/// @notice What operators' owners do: registration, standing, keys, bonds.
abstract contract OwnerActions is HandlerBase {
    /* REGISTRATION AND STANDING */
    function register(uint256 seed) external action(seed) {
        if (operators.length == MOST_OPERATORS && _spared()) return;
        Operator memory operator = _keysOf(string.concat("newcomer ", vm.toString(++_names)));
        // Some belong to one party.
        bool open = registry.stageAt(registry.currentEpoch() + 2) == registry.LAST_STAGE();
        if (operators.length != MOST_OPERATORS && !open) {
            vm.prank(registry.governance());
            registry.setWhitelisted(operator.owner, uint32(100 + _roll(3)));
        }
        (bool ok, bytes memory answer) = _try(
            "register",
            operator.owner,
            address(registry),
            0,
            abi.encodeCall(
                registry.register,
                (
                    operator.sequencer,
                    _keyProof(operator.owner, operator.sequencerKey),
                    operator.batcher,
                    _keyProof(operator.owner, operator.batcherKey),
                    operator.payee,
                    ""
                )
            )
        );
        if (!ok) return;
        operator.id = abi.decode(answer, (uint16));
        operators.push(operator);
        _learn(operator);
    }

    function activate(uint256 seed) external action(seed) {
        uint16 id = _anyOperatorThatIs(false);
        if (id == 0) id = _anyOperator();
        (Status status,) = registry.statusOf(id);
        if ((status == Status.Active || status == Status.Tombstoned) && _spared()) return;
        if (status == Status.Jailed && _roll(2) == 0) _reach(registry.jailedUntil(id));
        address owner = registry.ownerOf(id);
        bool open = registry.stageAt(registry.currentEpoch() + 2) == registry.LAST_STAGE();
        if (!open && registry.entityOfOwner(owner) == 0 && _roll(4) != 0) {
            vm.prank(registry.governance());
            registry.setWhitelisted(owner, uint32(100 + _roll(3)));
        }
        // What the set asks for, and the part of what is delegated.
        uint256 own = vault.selfBondOf(id);
        uint256 least = (vault.bondOf(id) - own) / MAX_DELEGATION + 2 gwei;
        if (least < vault.MIN_BOND()) least = vault.MIN_BOND();
        if (own < least && _roll(4) != 0) _deposit(id, _whole(least));
        _try("activate", registry.ownerOf(id), address(registry), abi.encodeCall(registry.activate, (id)));
    }

    function deactivate(uint256 seed) external action(seed) {
        uint16 id = _anyOperatorThatIs(true);
        // The last two stay, most of the time: without operators there is nothing to see.
        (uint16[] memory set,) = registry.eligibleSet(registry.currentEpoch() + 2);
        if ((id == 0 || set.length < 3) && _spared()) return;
        _try("deactivate", registry.ownerOf(id), address(registry), abi.encodeCall(registry.deactivate, (id)));
    }

    function jailUnderbonded(uint256 seed) external action(seed) {
        uint16 id;
        for (uint16 i = 2; i <= registry.operatorCount(); ++i) {
            (Status status,) = registry.statusOf(i);
            if (status == Status.Active && vault.selfBondOf(i) < vault.MIN_BOND()) id = i;
        }
        if (id == 0 && _roll(3) == 0) id = _underbonded();
        if (id == 0 && _spared()) return;
        if (id == 0) id = _anyOperator();
        _try("jailUnderbonded", stranger, address(registry), abi.encodeCall(registry.jailUnderbonded, (id)));
    }

    /* KEYS */
    function setSequencerKey(uint256 seed) external action(seed) {
        uint16 id = _anyOperator();
        address owner = registry.ownerOf(id);
        (address key, uint256 privateKey) = makeAddrAndKey(string.concat("key ", vm.toString(++_names)));
        // Now and then a key that is, or was, somebody's.
        if (_roll(3) == 0) {
            Operator memory other = _acting(_anyOperator(), registry.currentEpoch());
            (key, privateKey) = (other.sequencer, other.sequencerKey);
        }
        bytes memory data = abi.encodeCall(registry.setSequencerKey, (id, key, _keyProof(owner, privateKey)));
        if (!_try("setSequencerKey", owner, address(registry), data)) return;
        _privateKey[key] = privateKey;
        _bound(key, id);
    }

    function setBatcherKey(uint256 seed) external action(seed) {
        uint16 id = _anyOperator();
        address owner = registry.ownerOf(id);
        (address key, uint256 secret) = makeAddrAndKey(string.concat("batcher ", vm.toString(++_names)));
        bytes memory proof = _keyProof(owner, secret);
        if (_roll(4) == 0) key = _keys[_roll(_keys.length)];
        bytes memory data = abi.encodeCall(registry.setBatcherKey, (id, uint8(_roll(4)), key, proof));
        if (_try("setBatcherKey", owner, address(registry), data)) _bound(key, id);
    }

    function setPayee(uint256 seed) external action(seed) {
        uint16 id = _anyOperator();
        address payee = _roll(6) == 0 ? refusing : makeAddr(string.concat("payee ", vm.toString(id)));
        _try("setPayee", registry.ownerOf(id), address(registry), abi.encodeCall(registry.setPayee, (id, payee)));
    }

    function moveOwnership(uint256 seed) external action(seed) {
        uint16 id = uint16(2 + _roll(operators.length));
        address next = operators[_roll(operators.length)].owner;
        _try(
            "offerOwnership",
            registry.ownerOf(id),
            address(registry),
            abi.encodeCall(registry.offerOwnership, (id, next))
        );
        _try(
            "acceptOwnership",
            _roll(4) == 0 ? stranger : next,
            address(registry),
            abi.encodeCall(IOperatorRegistry.acceptOwnership, (id))
        );
    }

    /* BONDS */
    function depositEth(uint256 seed) external action(seed) {
        uint16 id = _roll(8) == 0 ? 99 : _anyOperator();
        _deposit(id, _whole(_roll(4) == 0 ? _roll(0.02 ether) : _roll(2 ether)));
    }

    function depositToken(uint256 seed) external action(seed) {
        uint16 id = _roll(8) == 0 ? 99 : _anyOperator();
        uint256 amount = _whole(_roll(1000e18));
        token.mint(stranger, amount);
        vm.prank(stranger);
        token.approve(address(vault), _roll(8) == 0 ? amount / 2 : amount);
        _try("depositToken", stranger, address(vault), abi.encodeCall(vault.depositToken, (id, 1, amount)));
    }

    function requestExit(uint256 seed) external action(seed) {
        uint16 id = _anyOperator();
        (uint256 required, bool inSet) = pledges.requiredOf(id);
        (uint256 bonded, uint256 own) = (vault.bondOf(id), vault.selfBondOf(id));
        uint256 spare = bonded > required ? bonded - required : 0;
        if (inSet) {
            uint256 core = vault.MIN_BOND();
            if (own < core) spare = 0;
            else if (own - core < spare) spare = own - core;
        }
        uint8 asset = _own(id, 1) != 0 && _roll(2) == 0 ? 1 : 0;
        uint256 most = _own(id, asset);
        if (asset == 0 && most > spare) most = spare;
        most = _whole(most);
        if (most == 0 && _spared()) return;
        uint256 amount = _roll(4) == 0 ? most : _whole(_roll(most + 1));
        // Now and then just too much.
        if (_roll(6) == 0) amount = _whole(most + 1 gwei + _roll(config.pledges.firstLock));
        bool ok = _try(
            "requestExit", registry.ownerOf(id), address(vault), abi.encodeCall(vault.requestExit, (id, asset, amount))
        );
        if (!ok) return;
        (required, inSet) = pledges.requiredOf(id);
        _check(33, vault.bondOf(id) >= required, "an exit left less than required");
        _check(33, !inSet || vault.selfBondOf(id) >= vault.MIN_BOND(), "an exit left less than the core");
    }

    function claimExit(uint256 seed) external action(seed) {
        uint256 count = _filed.length;
        if (count == 0) return;
        uint256 from = _roll(count);
        for (uint256 i; i < count && i < 24; ++i) {
            Filed memory filed = _filed[(from + i) % count];
            (, uint256 shares, uint256 releaseTime) = vault.ticketOf(filed.operator, filed.ticket, filed.holder);
            if (shares == 0) continue;
            if (_roll(6) == 0) _reach(releaseTime);
            if (_now() < releaseTime && _roll(3) != 0) continue;
            _claimTicket(filed);
            return;
        }
    }

    /* INTERNAL */
    /// @return id Somebody of the set, slashed below the minimum; 0 if hardly anybody is in it.
    function _underbonded() private returns (uint16 id) {
        (uint16[] memory set,) = registry.eligibleSet(registry.currentEpoch() + 2);
        if (set.length < 3) return 0;
        id = set[_roll(set.length)];
        bytes memory data = abi.encodeCall(vault.slash, (id, vault.slashableOf(id) - vault.MIN_BOND() / 2, address(0)));
        _try("slash", address(slasher), address(vault), data);
    }

    function _deposit(uint16 id, uint256 amount) internal {
        _try("deposit", stranger, address(vault), amount, abi.encodeCall(vault.deposit, (id)));
    }

    /// @return id Some operator but the reserve with that standing; 0 if there is none.
    function _anyOperatorThatIs(bool active) internal returns (uint16 id) {
        uint256 from = _roll(operators.length);
        for (uint256 i; i < operators.length; ++i) {
            uint16 candidate = uint16(2 + (from + i) % operators.length);
            (Status status,) = registry.statusOf(candidate);
            if ((status == Status.Active) == active) return candidate;
        }
    }
}
