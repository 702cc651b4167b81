// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondPools} from "./BondPools.sol";
import {IBondVault} from "./interfaces/IBondVault.sol";
import {IPledges} from "./interfaces/IPledges.sol";
import {ExitTicket, toExitTicket} from "./types/ExitTicket.sol";
import {Pool} from "./types/Pool.sol";
import {Release} from "./types/Release.sol";
import {MAX_DELEGATION} from "./types/Types.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "solady/src/utils/ReentrancyGuardTransient.sol";

/// @title Bond exits
/// @notice How bonds leave: requested, in the pool until released, then claimed.
/// @dev The delays are what holds a bond to what it stands for. An elastic exit is released a whole evidence window after the end of the
/// last slot that could be won with the bond: a bid revealed now is for the epoch after next at the latest, and so is a draw. A core
/// exit is released when a vote on anything that was done until now has had its time.
abstract contract BondExits is BondPools, ReentrancyGuardTransient {
    /* CONSTANTS AND IMMUTABLES */
    /// @dev Elastic exits wait for at most this many releases and one more, a core exit for another: `ExitQueue` has room for 10.
    uint256 internal constant STEPS = 8;
    /// @dev From the start of an epoch to the end of the one after next.
    uint256 internal constant EPOCHS_AHEAD = 3;

    /// @inheritdoc IBondVault
    IPledges public immutable PLEDGES;
    /// @inheritdoc IBondVault
    uint256 public immutable MIN_BOND;
    /// @inheritdoc IBondVault
    uint256 public immutable MIN_ELASTIC_EXIT_DELAY;
    /// @inheritdoc IBondVault
    uint256 public immutable MIN_CORE_EXIT_DELAY;
    uint256 internal immutable MAX_ELASTIC_EXIT_DELAY;
    uint256 internal immutable MAX_CORE_EXIT_DELAY;

    /* STORAGE */
    /// @inheritdoc IBondVault
    uint128 public elasticExitDelay;
    /// @inheritdoc IBondVault
    uint128 public coreExitDelay;
    /// @dev Shares. Holder zero: the operator's own.
    mapping(uint16 operator => mapping(uint256 ticket => mapping(address holder => uint256))) internal _tickets;

    /* CONSTRUCTOR */
    constructor(address pledges, Params memory params) {
        if (pledges == address(0)) revert BondVault_BadAddress("pledges", pledges);
        (PLEDGES, MIN_BOND) = (IPledges(pledges), params.minBond);

        uint256 ahead = EPOCHS_AHEAD * SLOTS_PER_EPOCH * SLOT_SECONDS;
        CourtTimes memory t = params.court;
        uint256 court = uint256(t.detection) + t.votingDelay + t.votingPeriod + t.timelock + t.answerPeriod;
        MIN_CORE_EXIT_DELAY = Math.max(court + t.executionGrace, params.disputePeriod + ahead);
        MAX_CORE_EXIT_DELAY = 2 * uint256(params.coreExitDelay);
        MIN_ELASTIC_EXIT_DELAY = Math.ceilDiv(uint256(params.evidenceWindow) * 25, 24);
        MAX_ELASTIC_EXIT_DELAY = params.elasticExitDelay;
        EXIT_STEP = Math.ceilDiv(ahead + params.elasticExitDelay, STEPS);
        _setExitDelays(params.elasticExitDelay, params.coreExitDelay);
    }

    /* SELF-BOND */
    /// @inheritdoc IBondVault
    function requestExit(uint16 operator, uint8 asset, uint256 amount) external returns (uint256 ticket) {
        _checkOwner(operator);

        // Effect: the shares are the operator's own no more, but stay in the pool until their release (INV-37).
        (Pool pool, uint256 shares) = _takeSelf(operator, asset, amount);
        bool core = _worthOf(operator, true).self < MIN_BOND;
        ticket = _queue(operator, asset, pool, core, shares, address(0));

        // Check: enough stays, also at lower weights that are decided already.
        _checkStays(operator, false);
    }

    /// @inheritdoc IBondVault
    function claimExit(uint16 operator, uint256 ticket) external nonReentrant {
        _claim(operator, ticket, address(0), REGISTRY.payeeOf(operator));
    }

    /* GOVERNANCE */
    /// @inheritdoc IBondVault
    function setExitDelays(uint32 elastic, uint32 core) external {
        _checkGovernance();
        _setExitDelays(elastic, core);
    }

    /* VIEWS */
    /// @inheritdoc IBondVault
    function elasticRelease() external view returns (uint256) {
        return _releaseTime(_elasticRelease());
    }

    /// @inheritdoc IBondVault
    function ticketOf(uint16 operator, uint256 ticket, address holder)
        external
        view
        returns (uint256 amount, uint256 shares, uint256 releaseTime)
    {
        shares = _tickets[operator][ticket][holder];
        if (shares == 0) return (0, 0, 0);
        ExitTicket t = ExitTicket.wrap(ticket);
        uint256 asset = t.asset();
        releaseTime = _releaseTime(t.release());
        Release exit = _releases[_toId(operator, asset, t.generation())][t.release()];
        uint256 quanta = exit.quanta();
        // Out of the pool, or else still in it, or of a generation that is over.
        if (quanta == 0 && _poolOf(operator, asset).generation() == t.generation()) {
            (,, quanta) = _peekAt(operator, asset, t.release());
        }
        amount = quanta * shares / exit.shares() * _quantumOf(asset);
    }

    /* INTERNAL */
    /// @dev Takes self-bond worth `amount` out of what is the operator's own, and writes the pool.
    function _takeSelf(uint16 operator, uint256 asset, uint256 amount) internal returns (Pool pool, uint256 shares) {
        if (asset >= ASSETS) revert BondVault_UnknownAsset(asset);
        if (amount == 0) revert BondVault_ZeroAmount();
        pool = _touch(operator, asset);
        uint256 own = pool.selfShares();
        uint256 balance = pool.quantaDown(own);
        if (amount > balance * _quantumOf(asset)) {
            revert BondVault_BalanceTooLow(operator, balance * _quantumOf(asset), amount);
        }
        uint256 quanta = _toQuanta(asset, amount);
        shares = quanta == balance ? own : pool.sharesDown(quanta);
        if (shares == 0) revert BondVault_ZeroAmount();
        pool = pool.without(0, 0, shares);
        _setPool(operator, asset, pool);
    }

    /// @dev What an operator must have left after it took from its self-bond, at the lowest weights decided (INV-33).
    /// @param whole Whether it is held to what is asked of those in the set, even if it is not in it.
    function _checkStays(uint16 operator, bool whole) internal view {
        Worth memory left = _worthOf(operator, true);
        (uint256 required, bool inSet) = PLEDGES.requiredOf(operator);
        if (inSet || whole) {
            if (left.self < MIN_BOND) revert BondVault_BelowRequirement(operator, left.self, MIN_BOND);
            _checkRatio(operator, left);
        }
        // What others hold may leave by an elastic exit: shares given away answer for nothing that is asked already.
        uint256 counted = whole ? left.self : left.self + left.delegated;
        if (counted < required) revert BondVault_BelowRequirement(operator, counted, required);
    }

    function _checkRatio(uint16 operator, Worth memory worth) internal pure {
        uint256 most = MAX_DELEGATION * worth.self;
        if (worth.delegated > most) revert BondVault_DelegatedTooMuch(operator, worth.delegated, most);
    }

    /// @dev Files shares that are nobody's any more under their release, and writes the pool.
    function _queue(uint16 operator, uint256 asset, Pool pool, bool core, uint256 shares, address holder)
        internal
        returns (uint256 ticket)
    {
        uint256 id = _toId(operator, asset, pool.generation());
        Exits storage exits = _exits[id];
        // Shares of the pool: 72 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        exits.shares += uint128(shares);
        if (core && exits.core != 0) revert BondVault_CoreExitPending(operator, asset);
        uint256 release = core ? _releaseAt(block.timestamp + coreExitDelay) : _elasticRelease();
        // A queue's number has 24 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        if (core) exits.core = uint64(release);
        exits.queue = exits.queue.with(release);
        _releases[id][release] = _releases[id][release].addShares(shares);
        _setPool(operator, asset, pool.withNextRelease(exits.queue.first()));
        ticket = ExitTicket.unwrap(toExitTicket(asset, pool.generation(), core, release));
        _tickets[operator][ticket][holder] += shares;
        emit ExitRequested(
            operator, ticket, holder, shares, pool.quantaDown(shares) * _quantumOf(asset), _releaseTime(release)
        );
    }

    function _claim(uint16 operator, uint256 ticket, address holder, address to) internal {
        // Check.
        mapping(address holder => uint256) storage tickets = _tickets[operator][ticket];
        uint256 shares = tickets[holder];
        if (shares == 0) revert BondVault_NoTicket(operator, ticket, holder);
        ExitTicket t = ExitTicket.wrap(ticket);
        if (!_isReleased(t.release())) revert BondVault_NotReleased(ticket, _releaseTime(t.release()));

        // Effect: out of the pool, out of the release. One of a generation that is over never left the pool: it is worth nothing.
        uint256 asset = t.asset();
        _touch(operator, asset);
        uint256 id = _toId(operator, asset, t.generation());
        mapping(uint256 release => Release) storage releases = _releases[id];
        (Release rest, uint256 quanta) = releases[t.release()].take(shares);
        releases[t.release()] = rest;
        if (t.isCore()) _exits[id].core = 0;
        delete tickets[holder];
        uint256 amount = quanta * _quantumOf(asset);
        emit ExitClaimed(operator, ticket, holder, amount, to);

        // Interaction.
        if (amount != 0) _pay(asset, to, amount);
    }

    /// @dev Number of the release of an elastic exit requested now.
    function _elasticRelease() internal view returns (uint256) {
        // 3.
        // forge-lint: disable-next-line(unsafe-typecast)
        return _releaseAt(_startOf(_currentEpoch() + uint64(EPOCHS_AHEAD), 0) + elasticExitDelay);
    }

    /// @dev On every chain: the mainnet's clients know transient storage, and so do those of all chains with its rules.
    function _useTransientReentrancyGuardOnlyOnMainnet() internal pure override returns (bool) {
        return false;
    }

    function _setExitDelays(uint32 elastic, uint32 core) private {
        if (elastic < MIN_ELASTIC_EXIT_DELAY || elastic > MAX_ELASTIC_EXIT_DELAY) {
            revert BondVault_ElasticExitOutOfRange(elastic, MIN_ELASTIC_EXIT_DELAY, MAX_ELASTIC_EXIT_DELAY);
        }
        if (core < MIN_CORE_EXIT_DELAY || core > MAX_CORE_EXIT_DELAY) {
            revert BondVault_CoreExitOutOfRange(core, MIN_CORE_EXIT_DELAY, MAX_CORE_EXIT_DELAY);
        }
        (elasticExitDelay, coreExitDelay) = (elastic, core);
        emit ExitDelaysSet(elastic, core);
    }
}
