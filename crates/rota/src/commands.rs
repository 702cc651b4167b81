//! What the one-shot commands wish for.

use crate::{
    config::Config,
    operator, preflight,
    send::{Session, describe},
};
use alloy::primitives::{U256, utils::format_ether};
use eyre::{Result, bail, ensure};
use rota_chain::{Outcome, now};
use rota_core::{
    Epoch, Wei,
    bid::{Auction, Curve},
    duties::{Held, due},
    intent::Action,
    me::NodeView,
    view::{Market, Status},
};
use std::process::ExitCode;

/// `rota register`: registers the operator, bonds it as configured, and activates it. Does what is missing of that.
pub async fn register(config: &Config, dry_run: bool, say: &dyn Fn(&str)) -> Result<ExitCode> {
    let mut session = Session::open(config).await?;
    let view = session.look().await?;
    let me = session.operator.me.clone();
    ensure!(
        me.has_owner_key,
        "registering needs the owner's key: set keys.owner_file or ROTA_OWNER_KEY"
    );
    if me.id(&view).is_none() {
        ensure!(
            view.is_admitted(me.owner),
            "{} is not whitelisted: ask governance for it",
            me.owner
        );
        let Some(batcher_proof) = me.batcher_proof.clone() else {
            bail!(Held::NoBatcherProof { batcher: me.batcher })
        };
        let action = Action::Register {
            sequencer_key: me.sequencer_key,
            key_proof: me.key_proof.clone(),
            batcher_key: me.batcher,
            batcher_proof,
            payee: me.payee,
            endpoint: me.endpoint.clone(),
        };
        session.send(vec![action], dry_run, say).await?;
        if dry_run {
            say(
                "after that: the bond (bond.eth) and the activation, which need the new operator's id",
            );
            return Ok(ExitCode::SUCCESS);
        }
    }
    let view = session.look().await?;
    let operator = session.id(&view)?;
    let mut actions = vec![];
    let (bonded, wanted) =
        (view.self_bond(operator), config.bond.max(view.bond_to_enter(operator)));
    if bonded < wanted {
        let amount = view.deployment.deposit_for(wanted - bonded);
        actions.push(Action::DepositBond { operator, amount });
    }
    if view.operator(operator).and_then(|known| known.status.latest()) != Some(Status::Active) {
        actions.push(Action::Activate { operator });
    }
    if actions.is_empty() {
        say(&format!(
            "operator {operator} is registered, bonded with {} ETH and active",
            format_ether(bonded)
        ));
    }
    session.send(actions, dry_run, say).await?;
    Ok(ExitCode::SUCCESS)
}

/// `rota bond add`: `eth` wei and `token` smallest units.
pub async fn bond_add(
    config: &Config,
    eth: U256,
    token: U256,
    dry_run: bool,
    say: &dyn Fn(&str),
) -> Result<ExitCode> {
    ensure!(!(eth.is_zero() && token.is_zero()), "nothing to add: give --eth or --token");
    let mut session = Session::open(config).await?;
    let view = session.look().await?;
    let operator = session.id(&view)?;
    let mut actions = vec![];
    if !eth.is_zero() {
        actions.push(Action::DepositBond { operator, amount: eth });
    }
    if !token.is_zero() {
        actions.push(Action::ApproveToken { amount: token });
        actions.push(Action::DepositToken { operator, amount: token });
    }
    session.send(actions, dry_run, say).await?;
    Ok(ExitCode::SUCCESS)
}

/// `rota bond exit`: queues `eth` wei and `token` smallest units, or, without an amount, leaves the set so that all can exit.
pub async fn bond_exit(
    config: &Config,
    eth: U256,
    token: U256,
    dry_run: bool,
    say: &dyn Fn(&str),
) -> Result<ExitCode> {
    let mut session = Session::open(config).await?;
    let view = session.look().await?;
    let operator = session.id(&view)?;
    let mut actions = vec![];
    if eth.is_zero() && token.is_zero() {
        actions.push(Action::Deactivate { operator });
        say("leaves the set; once it is out of it, exit with --eth or --token");
    }
    if !eth.is_zero() {
        actions.push(Action::RequestExit { operator, token: false, amount: eth });
    }
    if !token.is_zero() {
        actions.push(Action::RequestExit { operator, token: true, amount: token });
    }
    session.send(actions, dry_run, say).await?;
    Ok(ExitCode::SUCCESS)
}

/// `rota bond claim`: pays a released exit ticket to the payee.
pub async fn bond_claim(
    config: &Config,
    ticket: u64,
    dry_run: bool,
    say: &dyn Fn(&str),
) -> Result<ExitCode> {
    let mut session = Session::open(config).await?;
    let view = session.look().await?;
    let operator = session.id(&view)?;
    session.send(vec![Action::ClaimExit { operator, ticket }], dry_run, say).await?;
    Ok(ExitCode::SUCCESS)
}

/// `rota bid`: commits to `curve` for the next epoch whose commit window is open. The running keeper reveals it.
pub async fn bid(
    config: &Config,
    curve: Curve,
    dry_run: bool,
    say: &dyn Fn(&str),
) -> Result<ExitCode> {
    let mut session = Session::open(config).await?;
    let view = session.look().await?;
    let operator = session.id(&view)?;
    let timeline = *view.timeline();
    let epoch = Epoch(timeline.epoch_at(now().timestamp()).0 + 2);
    let Some(window) =
        timeline.commit_window(epoch).filter(|window| window.contains(now().timestamp()))
    else {
        bail!(
            "the commit window of epoch {epoch} is closed; it is open in the first 60 % of each epoch, for the one after the next"
        );
    };
    match view.market(epoch) {
        Some(Market::Sealed) => {}
        Some(Market::Open) => bail!(
            "the slots of epoch {epoch} are sold by open bids: the running keeper places them, up to bid.curves"
        ),
        None => {
            bail!("the slots of epoch {epoch} are not sold: its policies assign them without bids")
        }
    }
    let deployment = session.operator.deployment.clone();
    let Some(curve) = curve.clipped(deployment.cap_slots) else {
        bail!("the curve asks for no slot")
    };
    let cost = curve.max_cost().max(view.money.bid_deposit);
    if view.money.auction_free < cost {
        bail!(
            "the free balance of {} ETH at the auction does not cover the {} ETH that this bid could cost: raise bid.balance_eth",
            format_ether(view.money.auction_free),
            format_ether(cost)
        );
    }
    let secret = &session.operator.me.bid_secret;
    let auction =
        Auction { chain_id: deployment.l1_chain_id, contract: deployment.contracts.auction };
    let commitment = auction.commitment(epoch, operator, curve.word(), secret.salt(epoch));
    let sealed = secret.seal(commitment, curve.word());
    say(&format!(
        "epoch {epoch}: at most {} ETH for {} slots; commits until {}",
        format_ether(cost),
        curve.slots(),
        window.closes
    ));
    session
        .send(vec![Action::CommitBid { operator, epoch, commitment, sealed }], dry_run, say)
        .await?;
    Ok(ExitCode::SUCCESS)
}

/// `rota withdraw`: pays a part of the free balance at an auction to the payee.
pub async fn withdraw(
    config: &Config,
    amount: Wei,
    market: Market,
    dry_run: bool,
    say: &dyn Fn(&str),
) -> Result<ExitCode> {
    let mut session = Session::open(config).await?;
    let view = session.look().await?;
    let operator = session.id(&view)?;
    let free = match market {
        Market::Sealed => view.money.auction_free,
        Market::Open => view.money.open_free,
    };
    if amount.is_zero() || amount > free {
        bail!(
            "{} ETH can't be withdrawn: the free balance there is {} ETH",
            format_ether(amount),
            format_ether(free)
        );
    }
    session.send(vec![Action::WithdrawAuction { operator, amount, market }], dry_run, say).await?;
    Ok(ExitCode::SUCCESS)
}

/// `rota status`: what L1 says about the chain's slots and about this operator.
pub async fn status(config: &Config, say: &dyn Fn(&str)) -> Result<ExitCode> {
    let mut session = Session::open(config).await?;
    let view = session.look().await?;
    let (timeline, at) = (*view.timeline(), now().timestamp());
    let (slot, turn) = (timeline.slot_at(at), view.current_turn(at));
    say(&format!("L1 block {} | epoch {} slot {slot}", view.head().number, timeline.epoch_at(at)));
    say(&format!(
        "holder {} | turn of {} from slot {} to {}",
        view.holder(at),
        turn.assigned,
        turn.first,
        turn.end.0 - 1
    ));
    let Some(id) = session.operator.me.id(&view) else {
        say(&format!("{} is no operator's sequencer key", session.operator.me.sequencer_key));
        return Ok(ExitCode::SUCCESS);
    };
    let status = view.status(id, timeline.epoch_at(at));
    let bond = view.money.bond;
    let (own, delegated) = (view.self_bond(id), bond.saturating_sub(view.self_bond(id)));
    say(&format!(
        "operator {id}: {status:?}, bond {} ETH: {} its own, {} delegated to it",
        format_ether(bond),
        format_ether(own),
        format_ether(delegated)
    ));
    say(&format!(
        "auction: free {} ETH, by open bids {} ETH, spent {} ETH | gas {} ETH",
        format_ether(view.money.auction_free),
        format_ether(view.money.open_free),
        format_ether(view.spent(id)),
        format_ether(view.money.gas)
    ));
    let [eth, tokens] = view.money.rewards;
    say(&format!("rewards released: {} ETH, {} tokens", format_ether(eth), format_ether(tokens)));
    let turns: Vec<String> =
        view.turns_of(id, at).iter().map(|turn| format!("{}..{}", turn.first, turn.end)).collect();
    say(&format!(
        "next turns: {}",
        if turns.is_empty() { "none".to_owned() } else { turns.join(", ") }
    ));
    Ok(ExitCode::SUCCESS)
}

/// `rota check`: everything that stands between this operator and its next turn. Fails if anything does.
pub async fn check(config: &Config, say: &dyn Fn(&str)) -> Result<ExitCode> {
    let faults = preflight::faults(config).await;
    for fault in &faults {
        say(&format!("fault: {fault}"));
    }
    if !faults.is_empty() {
        return Ok(ExitCode::FAILURE);
    }
    let mut session = Session::open(config).await?;
    let view = session.look().await?;
    let plan = due(
        &view,
        &session.operator.me,
        &NodeView { synced: true, ..NodeView::default() },
        operator::strategy(config).as_ref(),
        now(),
    );
    let mut ready = plan.held.is_empty();
    for held in &plan.held {
        say(&format!("held: {held}"));
    }
    for outcome in session.rehearse(&view, plan.intents).await? {
        match outcome {
            Outcome::Dropped { key, reason } => {
                ready = false;
                say(&format!("held: {key}: {reason}"));
            }
            outcome => say(&format!("due: {}", describe(&outcome))),
        }
    }
    if !ready {
        return Ok(ExitCode::FAILURE);
    }
    say("nothing stands between this operator and its next turn");
    Ok(ExitCode::SUCCESS)
}
