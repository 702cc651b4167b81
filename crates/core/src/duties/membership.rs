//! Being an operator: registration, bond, standing, money.

use super::{Context, Held, intent};
use crate::{
    intent::{Action, Intent},
    me::Me,
    types::{Epoch, OperatorId, Timestamp, Wei},
    view::{ChainView, Market, Status},
};

/// For what has no date by which it is useless.
const NEVER: Timestamp = Timestamp(u64::MAX);
/// Wei.
const GWEI: Wei = Wei::from_limbs([1_000_000_000, 0, 0, 0]);

/// Registers our keys. Needs the owner's key and, until stage 3, its place on the whitelist.
pub fn register(view: &ChainView, me: &Me) -> Result<Option<Intent>, Held> {
    if !me.has_owner_key {
        return Err(Held::NotRegistered);
    }
    if !view.is_admitted(me.owner) {
        return Err(Held::NotWhitelisted { owner: me.owner });
    }
    let Some(batcher_proof) = me.batcher_proof.clone() else {
        return Err(Held::NoBatcherProof { batcher: me.batcher });
    };
    let action = Action::Register {
        sequencer_key: me.sequencer_key,
        key_proof: me.key_proof.clone(),
        batcher_key: me.batcher,
        batcher_proof,
        payee: me.payee,
        endpoint: me.endpoint.clone(),
    };
    Ok(Some(intent(action, NEVER)))
}

/// Announces another endpoint once the configured one is not the one that the others know.
pub fn announce(ctx: &Context<'_>) -> Option<Intent> {
    let known = &ctx.view.operator(ctx.id)?.endpoint;
    if !ctx.me.has_owner_key || *known == ctx.me.endpoint {
        return None;
    }
    Some(intent(Action::SetEndpoint { operator: ctx.id, endpoint: ctx.me.endpoint.clone() }, NEVER))
}

/// Keeps as much ETH in the bond as the configuration says.
pub fn bond(ctx: &Context<'_>) -> Result<Option<Intent>, Held> {
    let (me, money, operator) = (ctx.me, &ctx.view.money, ctx.id);
    if !me.has_owner_key {
        return Ok(None);
    }
    let missing = me.bond_eth.saturating_sub(money.bond_eth);
    if missing.is_zero() {
        return Ok(None);
    }
    let amount = ctx.view.deployment.deposit_for(missing);
    match money.owner_eth > amount {
        true => Ok(Some(intent(Action::DepositBond { operator, amount }, NEVER))),
        false => Err(Held::OwnerShort { held: money.owner_eth, missing: amount }),
    }
}

/// Enters the set once the bond is there: after the registration, and again after jail. Who left by itself stays out.
pub fn activate(ctx: &Context<'_>) -> Result<Option<Intent>, Held> {
    let (view, operator) = (ctx.view, ctx.id);
    let status =
        view.operator(operator).and_then(|operator| operator.status.latest()).unwrap_or_default();
    if operator == OperatorId::RESERVE || !matches!(status, Status::None | Status::Jailed) {
        return Ok(None);
    }
    let (bonded, needed) = (view.self_bond(operator), view.bond_to_enter(operator));
    if bonded < needed {
        return Err(Held::Underbonded { operator, bonded, needed });
    }
    match ctx.me.has_owner_key {
        true => Ok(Some(intent(Action::Activate { operator }, NEVER))),
        false => Err(Held::NotActive { operator }),
    }
}

/// Fills the balance at the auction up once it is down by half, so that not every lock is a reason for a transfer. While slots are
/// sold there: elsewhere it would lie idle.
pub fn fund(ctx: &Context<'_>) -> Result<Option<Intent>, Held> {
    let (me, money) = (ctx.me, &ctx.view.money);
    let epoch = Epoch(ctx.timeline().epoch_at(ctx.at()).0 + 2);
    let (free, wanted, market) = match ctx.view.market(epoch) {
        None => return Ok(None),
        Some(Market::Sealed) => (money.auction_free, me.auction_balance, Market::Sealed),
        // It keeps whole gwei.
        Some(Market::Open) => {
            (money.open_free, me.auction_balance - me.auction_balance % GWEI, Market::Open)
        }
    };
    if ctx.id == OperatorId::RESERVE || free >= wanted.div_ceil(Wei::from(2)) {
        return Ok(None);
    }
    let missing = wanted - free;
    // What the transactions of the turns need is not for sale.
    match money.gas > missing.saturating_add(me.gas_minimum) {
        true => {
            let action = Action::FundAuction { operator: ctx.id, amount: missing, market };
            Ok(Some(intent(action, NEVER)))
        }
        false => Err(Held::SequencerShort { held: money.gas, missing, kept: me.gas_minimum }),
    }
}

/// Fetches what answered and lapsed call-outs credited, and released bond.
pub fn collect(ctx: &Context<'_>) -> Vec<Intent> {
    let operator = ctx.id;
    let mut intents = vec![];
    if !ctx.view.money.collectable.is_zero() {
        intents.push(intent(Action::Collect { operator }, NEVER));
    }
    let ours = ctx.view.state().exits.range((operator, 0)..=(operator, u64::MAX));
    let released = ours.filter(|(_, release)| **release <= ctx.at());
    intents
        .extend(released.map(|((_, ticket), _)| {
            intent(Action::ClaimExit { operator, ticket: *ticket }, NEVER)
        }));
    intents
}
