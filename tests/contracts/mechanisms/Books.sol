// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondModel} from "./BondModel.sol";
import {RewardModel} from "./RewardModel.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Leg} from "@rota/contracts/interfaces/IProceedsSplitter.sol";
import {Operator, RotaFixture} from "@rota/contracts/testing/RotaFixture.sol";
import {RESERVE} from "@rota/contracts/types/Types.sol";

/// @title Books
/// @notice A second set of books beside the contracts': each step that moves money is entered here first, by what the interfaces say
/// of amounts and rounding, and then has to come to the same in the contracts, to the wei.
/// @dev No amount here is asked of the contract that is to pay it. Amounts are wei or the token's smallest unit, those of bonds gwei.
abstract contract Books is RotaFixture {
    /* CONSTANTS */
    uint256 internal constant BPS = 10_000;
    uint256 internal constant FEES = 28 ether;
    uint256 internal constant ISSUE = 10_000e18;
    address internal constant BURN_ADDRESS = 0x000000000000000000000000000000000000dEaD;

    /* BOOKS */
    mapping(uint16 operator => BondModel) internal bonds;
    /// @dev What penalties took in all, wei.
    mapping(uint16 operator => uint256) internal lost;
    /// @dev Of penalties, gwei: not claimed by anybody, and the reporter's.
    uint256 internal burned;
    uint256 internal reported;
    /// @dev What the vault keeps of pools that everybody left, gwei: shares were redeemed rounded down.
    uint256 internal vaultDust;

    /// @dev Of each asset, ETH first, as everything below: what is not divided yet, what slots earned operators, and their delegators.
    uint256[2] internal undivided;
    mapping(uint16 operator => uint256[2]) internal earned;
    mapping(uint16 operator => RewardModel[2]) internal rewards;
    /// @dev Credited to delegators, and not paid.
    uint256[2] internal poolDust;

    /// @dev Whoever has shares.
    address[] internal delegators;
    /// @dev Basis points, of everybody; and from when on.
    uint256 internal commission;
    uint64 internal commissionFrom;

    /// @dev The slots that were assigned, and who served each.
    mapping(uint64 epoch => uint16[]) internal frozen;
    mapping(uint64 slot => uint16) internal server;

    /* OPENING */
    /// @dev The reserve's bond, and what the pool has to pay out.
    function _openBooks() internal {
        bonds[RESERVE].addOwn(2 * config.vault.minBond / 1 gwei);
        _checkBond(RESERVE);
        assertEq(address(vault).balance, 2 * config.vault.minBond);

        undivided = [FEES, ISSUE];
        vm.deal(address(this), FEES);
        (bool ok,) = address(rota.rewards).call{value: FEES}("");
        assertTrue(ok);
        token.mint(address(rota.rewards), ISSUE);
        _checkUndivided();
    }

    /* BONDS */
    function _bondSelf(uint16 operator, uint256 amount) internal {
        bonds[operator].addOwn(amount / 1 gwei);
        _bond(operator, amount);
        _checkBond(operator);
    }

    function _delegate(address holder, uint16 operator, uint256 amount) internal {
        uint256 shares = bonds[operator].add(amount / 1 gwei);
        _moveShares(operator, address(0), holder, shares);
        vm.deal(holder, holder.balance + amount);
        vm.prank(holder);
        assertEq(vault.delegate{value: amount}(operator), shares);
        _checkBond(operator);
    }

    function _giveShares(address from, address to, uint16 operator, uint256 shares) internal {
        _moveShares(operator, from, to, shares);
        uint256 id = vault.idOf(operator, 0);
        vm.prank(from);
        assertTrue(vault.transfer(to, id, shares));
        assertEq(vault.balanceOf(from, id), _sharesOf(from, operator));
        assertEq(vault.balanceOf(to, id), _sharesOf(to, operator));
    }

    function _moveShares(uint16 operator, address from, address to, uint256 shares) private {
        for (uint256 asset; asset < 2; ++asset) {
            rewards[operator][asset].move(from, to, shares, vm.getBlockTimestamp());
        }
    }

    function _sharesOf(address holder, uint16 operator) internal view returns (uint256) {
        return rewards[operator][0].shares[holder];
    }

    function _checkBond(uint16 operator) internal view {
        BondModel storage bond = bonds[operator];
        assertEq(vault.slashableOf(operator), bond.assets * 1 gwei, "a pool");
        assertEq(vault.selfBondOf(operator), bond.worth(bond.own) * 1 gwei, "a self-bond");
    }

    /* PENALTIES */
    /// @dev A leak: a third of what it takes, in whole gwei, is the taker's bond, the rest burned.
    function _enterMiss(uint16 operator, uint16 taker) internal {
        bonds[taker].addOwn(_lose(operator, config.baton.leakPerMiss, 3));
    }

    /// @dev The first operator that equivocates loses two quarters of its core, which is self-bond up to the minimum, and the lock of
    /// each slot that can be disputed yet.
    function _enterOffence(uint16 operator) internal {
        BondModel storage bond = bonds[operator];
        uint256 core = Math.min(bond.worth(bond.own) * 1 gwei, config.vault.minBond);
        _enterSlash(operator, core * 2 / 4);
        uint256 live;
        for (uint64 epoch = schedule.currentEpoch() + 1; _isDisputable(epoch); --epoch) {
            live += _count(frozen[epoch], operator);
        }
        _enterLocks(operator, live);
    }

    function _enterLocks(uint16 operator, uint256 slots) internal {
        _enterSlash(operator, slots * config.pledges.firstLock);
    }

    /// @dev Of what the operator's own shares lose, a tenth, in whole gwei, is the reporter's; all else is burned.
    function _enterSlash(uint16 operator, uint256 value) private {
        BondModel storage bond = bonds[operator];
        uint256 ofOwn = value * bond.worth(bond.own) / bond.assets;
        reported += _lose(operator, ofOwn, 10);
        if (value != ofOwn) _lose(operator, value - ofOwn, 0);
    }

    /// @param divisor Of the part that is not burned, 0: all is.
    function _lose(uint16 operator, uint256 value, uint256 divisor) private returns (uint256 part) {
        uint256 loss = bonds[operator].lose(value);
        if (divisor != 0) part = loss / divisor;
        burned += loss - part;
        lost[operator] += loss * 1 gwei;
    }

    function _checkPenalties(uint16 operator) internal view {
        _checkBond(operator);
        _checkBond(RESERVE);
        assertEq(vault.burnable()[0], burned * 1 gwei, "penalties less what others got");
        assertEq(vault.rewardOf(stranger)[0], reported * 1 gwei, "a reporter's tenths");
    }

    function _isDisputable(uint64 epoch) private view returns (bool) {
        return vm.getBlockTimestamp() < schedule.startOfEpoch(epoch + 1) + config.disputePeriod;
    }

    /* REWARDS */
    /// @dev Divides the rewards of all epochs that can be disputed no more.
    function _finalizeDue() internal {
        for (uint64 epoch = rota.rewards.nextEpoch(); !_isDisputable(epoch); ++epoch) {
            uint256 slots = config.clock.slotsPerEpoch;
            uint16[] memory served = new uint16[](slots);
            for (uint64 i; i < slots; ++i) {
                served[i] = server[uint64(epoch * slots) + i];
            }
            assertEq(abi.encode(schedule.servedIn(epoch)), abi.encode(served), "who served");

            // Fees are spread over epochs, the token is issued at a rate; a slot's part of it is rounded down.
            uint256[2] memory perSlot = [
                undivided[0] / config.rewards.feeEpochs / slots, Math.min(config.rewards.emission, undivided[1]) / slots
            ];
            for (uint16 id = RESERVE; id <= operators.length + 1; ++id) {
                _enterRewards(epoch, id, _count(served, id), perSlot);
            }
            rota.rewards.finalize(epoch);
            _checkUndivided();
        }
    }

    /// @dev Delegators by what their shares are worth, less commission, rounded down; the operator has the rest.
    function _enterRewards(uint64 epoch, uint16 operator, uint256 slots, uint256[2] memory perSlot) private {
        uint256 kept = epoch < commissionFrom ? BPS : BPS - commission;
        BondModel storage bond = bonds[operator];
        (uint256 own, uint256 theirs) = (bond.worth(bond.own), bond.worth(rewards[operator][0].supply));
        for (uint256 asset; asset < 2; ++asset) {
            uint256 total = slots * perSlot[asset];
            uint256 part = total * kept * theirs / (BPS * (own + theirs));
            undivided[asset] -= total;
            earned[operator][asset] += total - part;
            poolDust[asset] += part;
            rewards[operator][asset].credit(part, vm.getBlockTimestamp(), config.rewards.vestingPeriod);
        }
    }

    /// @dev Everybody, once the last half is released.
    function _claimRewards() internal {
        vm.warp(vm.getBlockTimestamp() + config.rewards.vestingPeriod);
        for (uint256 asset; asset < 2; ++asset) {
            for (uint16 id = RESERVE; id <= operators.length + 1; ++id) {
                _claimOwn(id, asset);
                for (uint256 i; i < delegators.length; ++i) {
                    _claimDelegated(id, asset, delegators[i]);
                }
            }
            assertEq(rota.rewards.unpaid(asset == 1), poolDust[asset], "what rounding left of delegators' rewards");
        }
        assertEq(address(rota.rewards).balance, undivided[0] + poolDust[0], "the pool's fees");
        assertEq(token.balanceOf(address(rota.rewards)), undivided[1] + poolDust[1], "the pool's tokens");
    }

    function _claimOwn(uint16 operator, uint256 asset) private {
        if (earned[operator][asset] == 0) return;
        address payee = operator == RESERVE ? reserve.payee : operators[operator - 2].payee;
        uint256 before = _balanceOf(payee, asset);
        assertEq(rota.rewards.claim(operator, asset == 1), earned[operator][asset], "by slots served");
        assertEq(_balanceOf(payee, asset) - before, earned[operator][asset]);
    }

    function _claimDelegated(uint16 operator, uint256 asset, address holder) private {
        uint256 amount = rewards[operator][asset].claim(holder, vm.getBlockTimestamp());
        if (amount == 0) return;
        poolDust[asset] -= amount;
        uint256 before = _balanceOf(holder, asset);
        uint256 id = vault.idOf(operator, 0);
        vm.prank(holder);
        assertEq(rota.rewards.claimDelegated(id, asset == 1, holder), amount, "by shares held");
        assertEq(_balanceOf(holder, asset) - before, amount);
    }

    function _balanceOf(address account, uint256 asset) private view returns (uint256) {
        return asset == 0 ? account.balance : token.balanceOf(account);
    }

    function _checkUndivided() private view {
        assertEq(rota.rewards.undivided(false), undivided[0], "fees that no slot earned yet");
        assertEq(rota.rewards.undivided(true), undivided[1], "tokens that no slot earned yet");
    }

    /* EXITS */
    /// @dev All that is left of an operator's pool: delegators' first, for theirs is released earlier, then its own.
    function _exit(Operator memory operator) internal {
        BondModel storage bond = bonds[operator.id];
        _checkBond(operator.id);
        (uint256 shares, uint256 delegatedTicket) = _undelegateAll(operator.id);
        uint256 own = bond.worth(bond.own) * 1 gwei;
        vm.prank(operator.owner);
        uint256 ticket = vault.requestExit(operator.id, 0, own);
        (,, uint256 releaseTime) = vault.ticketOf(operator.id, ticket, address(0));
        _warpPast(releaseTime);

        // All of one release leave together; of these each holder has its part, rounded down, and the last one what is left.
        uint256 amount = bond.redeem(shares);
        for (uint256 i; i < delegators.length; ++i) {
            uint256 held = _sharesOf(delegators[i], operator.id);
            if (held == 0) continue;
            uint256 part = amount * held / shares;
            (amount, shares) = (amount - part, shares - held);
            uint256 hers = delegators[i].balance;
            vault.claimUndelegated(operator.id, delegatedTicket, delegators[i]);
            assertEq(delegators[i].balance - hers, part * 1 gwei, "a delegator's bond less its part of the penalties");
        }

        amount = bond.redeem(bond.own);
        uint256 before = operator.payee.balance;
        vault.claimExit(operator.id, ticket);
        assertEq(operator.payee.balance - before, amount * 1 gwei, "a bond less its part of the penalties");
        assertEq(vault.bondOf(operator.id), 0);
        assertEq(vault.slashableOf(operator.id), bond.assets * 1 gwei, "dust");
        assertEq(bond.shares, 0);
        vaultDust += bond.assets;
    }

    /// @return shares Of all delegators. @return ticket Theirs.
    function _undelegateAll(uint16 operator) private returns (uint256 shares, uint256 ticket) {
        uint256 id = vault.idOf(operator, 0);
        for (uint256 i; i < delegators.length; ++i) {
            uint256 held = _sharesOf(delegators[i], operator);
            if (held == 0) continue;
            vm.prank(delegators[i]);
            uint256 found = vault.undelegate(id, held);
            assertTrue(shares == 0 || found == ticket, "one release");
            (shares, ticket) = (shares + held, found);
        }
    }

    /// @dev After all exits: the reserve's bond, the penalties, and dust; and without the penalties, when these have left.
    function _closeVault() internal {
        uint256 kept = (bonds[RESERVE].assets + vaultDust) * 1 gwei;
        assertEq(address(vault).balance, kept + (burned + reported) * 1 gwei, "the reserve's bond, penalties and dust");
        uint256 before = BURN_ADDRESS.balance;
        assertEq(vault.burn(0), burned * 1 gwei);
        assertEq(BURN_ADDRESS.balance - before, burned * 1 gwei);
        before = stranger.balance;
        vm.prank(stranger);
        assertEq(vault.collectReward(0, stranger), reported * 1 gwei);
        assertEq(stranger.balance - before, reported * 1 gwei);
        assertEq(address(vault).balance, kept, "the reserve's bond and dust");
        _checkBond(RESERVE);
    }

    /* PROCEEDS */
    /// @dev What auctions brought has arrived, and goes four ways: each rounded down, the treasury's is the rest.
    /// @param proceeds All of it, wei.
    function _divide(uint256 proceeds) internal {
        assertEq(address(auction).balance, 0, "all left the auction");
        assertEq(address(openAuction).balance, 0, "all left the open auction");
        assertEq(address(rota.splitter).balance, proceeds);
        if (proceeds == 0) return;
        uint256 rest = proceeds;
        address[4] memory to = [treasury, publicGoods, BURN_ADDRESS, address(rota.burner)];
        for (uint256 i = 1; i < to.length; ++i) {
            uint256 part = proceeds * config.splitter.shares[i] / BPS;
            rest -= part;
            _checkLeg(Leg(i), to[i], part);
        }
        _checkLeg(Leg.Treasury, to[0], rest);
        assertEq(address(rota.splitter).balance, 0, "the splitter keeps nothing");
    }

    function _checkLeg(Leg leg, address to, uint256 amount) private {
        uint256 before = to.balance;
        rota.splitter.pay(leg);
        assertEq(to.balance - before, amount, "a leg");
    }

    /* INTERNAL */
    function _count(uint16[] memory slots, uint16 id) internal pure returns (uint256 count) {
        for (uint256 i; i < slots.length; ++i) {
            if (slots[i] == id) ++count;
        }
    }
}
