// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IBondVault} from "./interfaces/IBondVault.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {ISchedule} from "./interfaces/ISchedule.sol";
import {Clocked} from "./libraries/Clocked.sol";
import {Timeline} from "./libraries/Timeline.sol";
import {Bond, toBond} from "./types/Bond.sol";
import {ExitTicket, toExitTicket} from "./types/ExitTicket.sol";
import {Clock, Status} from "./types/Types.sol";
import {WeightWord, toWeightWord} from "./types/WeightWord.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

/// @title BondVault
/// @notice Self-bonds in ETH and one ERC-20: deposits, delayed exits, leaks and slashes.
/// @dev Trusts `REGISTRY` for owners, payees and standing, `SCHEDULE` for live slots and the end of their disputes, `BATON` and
/// `SLASHER` to punish only what the rules punish: none of them can make it pay anybody but a payee, a reporter or the burn.
///
/// Trusts `TOKEN` not to change balances other than by transfer: one that rebases down would leave the last to exit unpaid in that
/// token, never in ETH. For liveness it must have less than 2^128 units. It may return false or nothing, take fees, revert or
/// reenter.
contract BondVault is IBondVault, Clocked, ReentrancyGuardTransient {
    // solady's, not OpenZeppelin's: the bar for a token deposit has no room for the difference of 430 gas.
    using SafeTransferLib for address;

    /* CONSTANTS AND IMMUTABLES */
    /// @dev Bounds a penalty's gas: each ticket is a word to read, and at worst to write.
    uint256 public constant MAX_TICKETS = 8;
    /// @dev Nobody has its key, no code can be there, and explorers know it: what arrives is seen to be gone.
    address public constant BURN_ADDRESS = 0x000000000000000000000000000000000000dEaD;
    uint256 internal constant WEIGHT_UNIT = 1e18;
    /// @dev A reveal may come at the start of epoch - 2, and the epoch's last slot ends 3 epochs later.
    uint256 internal constant EPOCHS_FROM_REVEAL_TO_END = 3;

    IOperatorRegistry public immutable REGISTRY;
    ISchedule public immutable SCHEDULE;
    address public immutable BATON;
    address public immutable SLASHER;
    address public immutable COURT;
    /// @inheritdoc IBondVault
    address public immutable TOKEN;
    /// @inheritdoc IBondVault
    uint256 public immutable MIN_BOND;
    /// @inheritdoc IBondVault
    uint256 public immutable LOCK_PER_SLOT;
    /// @inheritdoc IBondVault
    uint256 public immutable EXIT_DELAY;
    /// @inheritdoc IBondVault
    uint256 public immutable MIN_DEPOSIT;
    /// @inheritdoc IBondVault
    uint256 public immutable MIN_TOKEN_DEPOSIT;

    /* STORAGE */
    mapping(uint16 operator => Bond) internal _bonds;
    mapping(uint16 operator => mapping(uint256 ticket => ExitTicket)) internal _tickets;
    mapping(address reporter => Bond) internal _rewards;
    Bond internal _burnable;
    WeightWord internal _weight;

    /* CONSTRUCTOR */
    /// @param addresses All but the token may be computed in advance: they are not called here.
    constructor(Clock memory clock_, Addresses memory addresses, Params memory params) Clocked(clock_) {
        _checkNotZero("registry", addresses.registry);
        _checkNotZero("schedule", addresses.schedule);
        _checkNotZero("baton", addresses.baton);
        if (addresses.token.code.length == 0) revert BondVault_BadAddress("token", addresses.token);
        uint256 minDelay = params.disputePeriod + EPOCHS_FROM_REVEAL_TO_END * Timeline.epochSeconds(clock_);
        if (params.exitDelay < minDelay) revert BondVault_ExitDelayTooShort(params.exitDelay, minDelay);
        if (params.weight == 0) revert BondVault_WeightStepTooLarge(0, 0);

        REGISTRY = IOperatorRegistry(addresses.registry);
        SCHEDULE = ISchedule(addresses.schedule);
        (BATON, SLASHER, TOKEN) = (addresses.baton, addresses.slasher, addresses.token);
        COURT = addresses.court;
        (MIN_BOND, LOCK_PER_SLOT, EXIT_DELAY) = (params.minBond, params.lockPerSlot, params.exitDelay);
        (MIN_DEPOSIT, MIN_TOKEN_DEPOSIT) = (params.minDeposit, params.minTokenDeposit);
        _weight = toWeightWord(params.weight, params.weight, 0);
        emit WeightSet(params.weight, 0);
    }

    /* BONDS */
    /// @inheritdoc IBondVault
    function deposit(uint16 operator) external payable {
        if (msg.value < MIN_DEPOSIT) revert BondVault_DepositTooSmall(msg.value, MIN_DEPOSIT);
        _deposit(operator, toBond(msg.value, 0));
        emit Deposited(operator, address(0), msg.value);
    }

    /// @inheritdoc IBondVault
    function depositToken(uint16 operator, uint256 amount) external nonReentrant {
        if (amount < MIN_TOKEN_DEPOSIT) revert BondVault_DepositTooSmall(amount, MIN_TOKEN_DEPOSIT);

        // Effect: before the token is called, which is safe because a shortfall reverts all of it.
        _deposit(operator, toBond(0, amount));
        emit Deposited(operator, TOKEN, amount);

        // Interaction. Not reentered: a nested deposit could make up for the fee that the outer one lost, and count twice.
        uint256 balanceBefore = TOKEN.balanceOf(address(this));
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        uint256 balanceAfter = TOKEN.balanceOf(address(this));
        if (balanceAfter < balanceBefore || balanceAfter - balanceBefore != amount) {
            revert BondVault_TransferFell(amount, balanceBefore, balanceAfter);
        }
    }

    /// @inheritdoc IBondVault
    function requestExit(uint16 operator, bool token, uint256 amount) external returns (uint256 ticket) {
        // Check: the owner asks for what is there.
        if (msg.sender != REGISTRY.ownerOf(operator)) revert BondVault_NotOwner(operator, msg.sender);
        if (amount == 0) revert BondVault_ZeroAmount();
        Bond bond = _bonds[operator];
        uint256 balance = token ? bond.token() : bond.eth();
        if (amount > balance) revert BondVault_BalanceTooLow(operator, balance, amount);

        // Check: enough stays, also at a lower weight that is decided already.
        bond = bond.minus(_ofAsset(token, amount));
        uint256 left = _valueOf(bond, _weight.lowestFrom(_currentEpoch()));
        uint256 required = requiredOf(operator);
        if (left < required) revert BondVault_BelowRequirement(operator, left, required);

        // Effect.
        uint256 releaseTime = Math.max(block.timestamp + EXIT_DELAY, SCHEDULE.lastDisputeEnd(operator));
        ticket = _freeTicket(operator);
        _bonds[operator] = bond;
        _tickets[operator][ticket] = toExitTicket(token, amount, releaseTime);
        emit ExitRequested(operator, ticket, _assetOf(token), amount, releaseTime);
    }

    /// @inheritdoc IBondVault
    function claimExit(uint16 operator, uint256 ticket) external nonReentrant {
        // Check.
        ExitTicket exit = _tickets[operator][ticket];
        if (exit.isFree()) revert BondVault_NoTicket(operator, ticket);
        if (!_isReleased(exit)) revert BondVault_NotReleased(ticket, exit.releaseTime());

        // Effect.
        _tickets[operator][ticket] = ExitTicket.wrap(0);
        address payee = REGISTRY.payeeOf(operator);
        emit ExitClaimed(operator, ticket, _assetOf(exit.isToken()), exit.amount(), payee);

        // Interaction.
        _pay(exit.isToken(), payee, exit.amount());
    }

    /* PENALTIES */
    /// @inheritdoc IBondVault
    function leak(uint16 operator, uint256 value, uint16 rewarded) external returns (uint256 taken) {
        if (msg.sender != BATON) revert BondVault_NotBaton(msg.sender);
        uint256 weight = _weightNow();
        Bond loss;
        (loss, taken) = _take(operator, value, weight);

        // A third at most, so that an idle operator costs itself more than it can pay an accomplice.
        bool anyone = rewarded != 0 && rewarded != operator;
        Bond reward = anyone ? _fraction(loss, 3) : Bond.wrap(0);
        if (!reward.isZero()) _setBond(rewarded, _bonds[rewarded].plus(reward));
        _burnable = _burnable.plus(loss.minus(reward));
        emit Leaked(operator, value, taken, rewarded, _valueOf(reward, weight));
    }

    /// @inheritdoc IBondVault
    function slash(uint16 operator, uint256 value, address reporter) external returns (uint256 taken) {
        if (msg.sender != SLASHER) revert BondVault_NotSlasher(msg.sender);
        return _slash(operator, value, reporter);
    }

    /// @inheritdoc IBondVault
    function slashCore(uint16 operator, uint256 value, address reporter) external returns (uint256) {
        if (msg.sender != COURT) revert BondVault_NotCourt(msg.sender);
        return _slash(operator, Math.min(value, coreOf(operator)), reporter);
    }

    function _slash(uint16 operator, uint256 value, address reporter) internal returns (uint256 taken) {
        uint256 weight = _weightNow();
        Bond loss;
        (loss, taken) = _take(operator, value, weight);

        // A tenth at most: who reports itself first still loses nine tenths.
        Bond reward = reporter != address(0) ? _fraction(loss, 10) : Bond.wrap(0);
        if (!reward.isZero()) _setReward(reporter, _rewards[reporter].plus(reward));
        _burnable = _burnable.plus(loss.minus(reward));
        emit Slashed(operator, value, taken, reporter, _valueOf(reward, weight));
    }

    /// @inheritdoc IBondVault
    function collectReward(bool token, address to) external nonReentrant returns (uint256 amount) {
        Bond reward = _rewards[msg.sender];
        amount = token ? reward.token() : reward.eth();
        if (amount == 0) revert BondVault_ZeroAmount();
        _setReward(msg.sender, reward.minus(_ofAsset(token, amount)));
        _pay(token, to, amount);
    }

    /// @inheritdoc IBondVault
    function burn(bool token) external nonReentrant returns (uint256 amount) {
        amount = token ? _burnable.token() : _burnable.eth();
        if (amount == 0) revert BondVault_ZeroAmount();
        _burnable = _burnable.minus(_ofAsset(token, amount));
        emit Burned(_assetOf(token), amount);
        _pay(token, BURN_ADDRESS, amount);
    }

    /* GOVERNANCE */
    /// @inheritdoc IBondVault
    function setWeight(uint96 weight) external {
        if (msg.sender != REGISTRY.governance()) revert BondVault_NotGovernance(msg.sender);
        uint64 epoch = _currentEpoch();
        if (epoch < _weight.changesAt()) revert BondVault_WeightPending(_weight.changesAt());
        uint256 current = _weight.weightAt(epoch);
        uint256 step = weight > current ? weight - current : current - weight;
        if (weight == 0 || step > current / 4) revert BondVault_WeightStepTooLarge(current, weight);

        _weight = toWeightWord(current, weight, epoch + 2);
        emit WeightSet(weight, epoch + 2);
    }

    /* VIEWS */
    /// @inheritdoc IBondVault
    function bondOf(uint16 operator) external view returns (uint256) {
        return _valueOf(_bonds[operator], _weightNow());
    }

    /// @inheritdoc IBondVault
    function stakesOf(uint16 operator)
        external
        view
        returns (uint256 self, uint256[] memory ids, uint256[] memory delegated)
    {
        self = _valueOf(_bonds[operator], _weightNow());
        return (self, ids, delegated);
    }

    /// @inheritdoc IBondVault
    function commissionAt(uint16, uint64) external pure returns (uint256) {
        return 0;
    }

    /// @inheritdoc IBondVault
    function slashableOf(uint16 operator) external view returns (uint256) {
        Bond reachable = _bonds[operator];
        for (uint256 i; i < MAX_TICKETS; ++i) {
            ExitTicket exit = _tickets[operator][i];
            if (!_isReleased(exit)) reachable = reachable.plus(_ofAsset(exit.isToken(), exit.amount()));
        }
        return _valueOf(reachable, _weightNow());
    }

    /// @inheritdoc IBondVault
    function requiredOf(uint16 operator) public view returns (uint256 required) {
        (Status status, uint64 fromEpoch) = REGISTRY.statusOf(operator);
        if (status == Status.Active || _currentEpoch() < fromEpoch) required = MIN_BOND;
        required += SCHEDULE.liveSlotsOf(operator) * LOCK_PER_SLOT;
    }

    /// @inheritdoc IBondVault
    function lockOf(uint16 operator) public view returns (uint256) {
        return SCHEDULE.liveSlotsOf(operator) * LOCK_PER_SLOT;
    }

    /// @inheritdoc IBondVault
    function coreOf(uint16 operator) public view returns (uint256) {
        return Math.min(_valueOf(_bonds[operator], _weightNow()), MIN_BOND);
    }

    /// @inheritdoc IBondVault
    function lockPerSlotAt(uint64) external view returns (uint256) {
        return LOCK_PER_SLOT;
    }

    /// @inheritdoc IBondVault
    function balanceOf(uint16 operator) external view returns (uint256 eth, uint256 token) {
        return (_bonds[operator].eth(), _bonds[operator].token());
    }

    /// @inheritdoc IBondVault
    function ticketOf(uint16 operator, uint256 ticket)
        external
        view
        returns (bool token, uint256 amount, uint256 releaseTime)
    {
        ExitTicket exit = _tickets[operator][ticket];
        return (exit.isToken(), exit.amount(), exit.releaseTime());
    }

    /// @inheritdoc IBondVault
    function rewardOf(address reporter) external view returns (uint256 eth, uint256 token) {
        return (_rewards[reporter].eth(), _rewards[reporter].token());
    }

    /// @inheritdoc IBondVault
    function burnable() external view returns (uint256 eth, uint256 token) {
        return (_burnable.eth(), _burnable.token());
    }

    /// @inheritdoc IBondVault
    function weightAt(uint64 epoch) external view returns (uint256) {
        return _weight.weightAt(epoch);
    }

    /* INTERNAL */
    function _deposit(uint16 operator, Bond added) internal {
        Bond bond = _bonds[operator];
        // Who has a bond is registered: a repeat deposit saves the call.
        if (bond.isZero() && REGISTRY.ownerOf(operator) == address(0)) revert BondVault_UnknownOperator(operator);
        _bonds[operator] = bond.plus(added);
    }

    /// @dev Takes assets worth at least `taken`, and less than one token unit more.
    function _take(uint16 operator, uint256 value, uint256 weight) internal returns (Bond loss, uint256 taken) {
        uint256 rest = value;
        Bond bond = _bonds[operator];
        (loss, rest) = _cut(bond, rest, weight);
        if (!loss.isZero()) _setBond(operator, bond.minus(loss));

        for (uint256 i; i < MAX_TICKETS && rest > 0; ++i) {
            ExitTicket exit = _tickets[operator][i];
            // A released ticket is its payee's, claimed or not.
            if (exit.isFree() || _isReleased(exit)) continue;
            Bond cut;
            (cut, rest) = _cut(_ofAsset(exit.isToken(), exit.amount()), rest, weight);
            if (cut.isZero()) continue;
            loss = loss.plus(cut);
            uint256 left = exit.amount() - (exit.isToken() ? cut.token() : cut.eth());
            _tickets[operator][i] = exit.withAmount(left);
            emit ExitReduced(operator, i, left);
        }
        taken = value - rest;
    }

    /// @dev ETH first: it needs no weight, so a wrong weight cannot touch who has ETH enough.
    /// @return cut The part of `bond` that covers `value`, or all of it.
    /// @return rest Of `value` not covered.
    function _cut(Bond bond, uint256 value, uint256 weight) internal pure returns (Bond cut, uint256 rest) {
        uint256 eth = Math.min(value, bond.eth());
        rest = value - eth;
        uint256 token;
        if (rest > 0) {
            // All of it when it is worth no more: `value` may be any number, so it is not multiplied before this.
            uint256 worth = bond.token() * weight / WEIGHT_UNIT;
            token = rest < worth ? Math.ceilDiv(rest * WEIGHT_UNIT, weight) : bond.token();
            rest -= Math.min(rest, worth);
        }
        cut = toBond(eth, token);
    }

    function _setBond(uint16 operator, Bond bond) internal {
        _bonds[operator] = bond;
        emit BondChanged(operator, bond.eth(), bond.token());
    }

    function _setReward(address reporter, Bond reward) internal {
        _rewards[reporter] = reward;
        emit RewardChanged(reporter, reward.eth(), reward.token());
    }

    function _pay(bool token, address to, uint256 amount) internal {
        if (token) {
            TOKEN.safeTransfer(to, amount);
        } else {
            (bool ok,) = to.call{value: amount}("");
            if (!ok) revert BondVault_PaymentFailed(to, amount);
        }
    }

    function _freeTicket(uint16 operator) internal view returns (uint256 ticket) {
        while (!_tickets[operator][ticket].isFree()) {
            if (++ticket == MAX_TICKETS) revert BondVault_TooManyTickets(operator, MAX_TICKETS);
        }
    }

    /// @dev The one test that decides both whether a ticket can be claimed and whether a penalty can reach it.
    function _isReleased(ExitTicket exit) internal view returns (bool) {
        return block.timestamp >= exit.releaseTime();
    }

    function _weightNow() internal view returns (uint256) {
        return _weight.weightAt(_currentEpoch());
    }

    function _currentEpoch() internal view returns (uint64 epoch) {
        (epoch,,) = _now();
    }

    function _assetOf(bool token) internal view returns (address) {
        return token ? TOKEN : address(0);
    }

    function _ofAsset(bool token, uint256 amount) internal pure returns (Bond) {
        return token ? toBond(0, amount) : toBond(amount, 0);
    }

    /// @dev Cannot overflow: 128 bits by 96 bits.
    function _valueOf(Bond bond, uint256 weight) internal pure returns (uint256) {
        return bond.eth() + bond.token() * weight / WEIGHT_UNIT;
    }

    function _fraction(Bond bond, uint256 divisor) internal pure returns (Bond) {
        return toBond(bond.eth() / divisor, bond.token() / divisor);
    }

    function _checkNotZero(string memory parameter, address value) internal pure {
        if (value == address(0)) revert BondVault_BadAddress(parameter, value);
    }
}
