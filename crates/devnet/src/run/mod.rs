//! A run of the devnet from its first process to its verdict.
//!
//! ```text
//!  users ──> entrances        follower ──> witness ─┐
//!  faults ──> processes       L1 ──────> ledger ────┼──> evidence ──> report ──> violations ──> exit code
//!                             streams ──> signed ───┘
//! ```
//!
//! [`run`] brings the stack up, loads it, breaks what it is told to break, and watches. After the last scheduled epoch it waits
//! until what was sent is safe, takes everything down, and judges: [`report`] says what happened, [`rules`] what of that must
//! not happen. Both are functions of [`evidence::Evidence`] alone.
//!
//! **What it does not trust**: the keepers. Arrival is when the follower's op-geth shows a block, inclusion is a safe block of
//! the follower, offences are judged from what each operator published itself, and what still runs is read from the machine's
//! process table.

pub mod evidence;
pub mod faults;
pub mod ledger;
pub mod load;
pub mod report;
pub mod rules;
mod screen;
pub mod streams;
pub mod witness;

pub use faults::{Fault, Injected, Kind, Sabotage};
pub use report::Report;
pub use screen::Screen;

use crate::{
    Options, Stack, Tools,
    genesis::{FUNDED, L2_CHAIN_ID},
    l1::L1_CHAIN_ID,
    tools::write,
};
use alloy::primitives::Address;
use evidence::Evidence;
use eyre::{Result, WrapErr, eyre};
use faults::{Fired, Scene};
use futures::future::join_all;
use ledger::Ledger;
use load::{Load, Sent};
use rota_chain::{Accounts, L1, Observation, Watcher, load_deployment, now};
use rota_core::{
    message,
    timeline::Timeline,
    types::{Epoch, Timestamp},
    view::ChainView,
};
use screen::Page;
use serde_json::json;
use std::{path::PathBuf, sync::Arc, time::Duration};
use streams::Streams;
use tokio::{sync::watch, task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;
use witness::Witness;

/// How often it is looked whether the run is over.
const LOOK: Duration = Duration::from_millis(250);
/// L1 blocks within which a transaction that was answered for has to be in a safe block.
const PATIENCE_BLOCKS: u64 = 30;

/// What to run.
#[derive(Clone, Debug)]
pub struct Run {
    pub stack: Options,
    /// Scheduled epochs after which the run ends; none: when it is stopped.
    pub epochs: Option<u64>,
    pub report: Option<PathBuf>,
    pub faults: Vec<Fault>,
    pub sabotage: Vec<Sabotage>,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub report: Report,
    /// Everything in which the run was not as it should be, in words. None: all checks held.
    pub violations: Vec<String>,
}

/// Runs the devnet until `plan.epochs` are over or `stop`; whatever way it ends, no process stays behind.
pub async fn run(plan: Run, tools: Tools, stop: CancellationToken) -> Result<Outcome> {
    let screen = Screen::default();
    let say = |line: &str| screen.say(line);
    let stack = tokio::select! {
        up = Stack::up(plan.stack.clone(), tools, &say) => up?,
        () = stop.cancelled() => return Err(eyre!("stopped before it was up")),
    };
    introduce(&stack, &screen)?;
    if plan.sabotage.contains(&Sabotage::Orphan) {
        faults::leave_orphan(&stack.supervisor)?;
    }

    let l1 = Arc::new(L1::new(std::slice::from_ref(&stack.l1.url))?);
    let mut deployment = load_deployment(&l1, stack.contracts, L1_CHAIN_ID, L2_CHAIN_ID).await?;
    // The judge forgets nothing.
    deployment.timeline.delays.ring = u64::MAX;
    let timeline = deployment.timeline;
    let deployment = Arc::new(deployment);
    let watching = CancellationToken::new();
    let loading = CancellationToken::new();
    let mut tasks = JoinSet::new();

    let (observations, observed) = watch::channel(None);
    let nobody = Accounts { sequencer_key: Address::ZERO, owner: Address::ZERO };
    tasks.spawn(
        Watcher::new(l1, Arc::clone(&deployment), stack.deployed_at, nobody)
            .run(observations, watching.clone()),
    );
    let witness = Witness::new(stack.follower.node.clone());
    tasks.spawn(witness.clone().run(watching.clone()));
    let streams = Streams::new(message::domain(L1_CHAIN_ID, stack.contracts.baton));
    for operator in &stack.operators {
        tasks.spawn(streams.clone().read(operator.id, operator.relay.clone(), watching.clone()));
    }
    let sent = Sent::default();
    let load = Load {
        timeline,
        reads: stack.follower.node.el_rpc.clone(),
        entrances: Load::entrances(&stack.operators),
        seed: plan.stack.seed,
        sent: sent.clone(),
        drop_one: plan.sabotage.contains(&Sabotage::DropTransaction),
    };
    tasks.spawn(load.run(loading.clone()));

    let fired = Fired::default();
    let course = Course { plan: &plan, stack: &stack, timeline, witness, sent, screen: &screen };
    let scene =
        Scene { stack: &stack, observed: observed.clone(), screen: &screen, fired: fired.clone() };
    let (ended, broken) = course.follow(observed.clone(), scene, loading, stop).await?;

    // What L1 and the streams say is read while they are still there.
    let ledger = Ledger::read(&stack.l1.url, &deployment).await?;
    let view = observed.borrow().as_ref().map(|seen| ChainView::clone(&seen.view));
    let view = view.ok_or_else(|| eyre!("L1 was never seen"))?;
    watching.cancel();
    while tasks.join_next().await.is_some() {}
    let Course { witness, sent, .. } = course;
    let found = streams.found();

    stack.down().await?;
    let remnants = stack.supervisor.remnants();
    for (pid, line) in &remnants {
        screen.say(&format!("still running: {pid} {line}"));
        stack.supervisor.end_remnant(*pid);
    }
    let evidence = Evidence {
        policy: plan.stack.policy,
        view,
        ledger,
        seen: witness.seen(),
        samples: witness.samples(),
        safe: witness.safe(),
        signed: found.signed,
        sent: sent.all(),
        faults: fired.all(),
        until: ended.until,
        patience_ends: ended.patience_ends,
        left_running: remnants.len() as u64,
    };
    let report = Report::new(&evidence);
    let mut violations = rules::violations(&evidence, &report, &found.receipts);
    violations.extend(broken);
    violations
        .extend(found.broken.iter().map(|item| format!("a signature that is nobody's: {item}")));
    conclude(&plan, &screen, &report, &violations)?;
    Ok(Outcome { report, violations })
}

/// How the run came to its end.
struct End {
    until: Timestamp,
    patience_ends: u64,
}

/// A run under way.
struct Course<'a> {
    plan: &'a Run,
    stack: &'a Stack,
    timeline: Timeline,
    witness: Witness,
    sent: Sent,
    screen: &'a Screen,
}

impl Course<'_> {
    /// Follows the run to its end; also what went wrong with the faults.
    async fn follow(
        &self,
        observed: watch::Receiver<Option<Observation>>,
        scene: Scene<'_>,
        loading: CancellationToken,
        stop: CancellationToken,
    ) -> Result<(End, Vec<String>)> {
        let over = CancellationToken::new();
        let faults = join_all(self.plan.faults.iter().map(|fault| {
            let (scene, over) = (scene.clone(), over.clone());
            async move {
                let missed = Err(eyre!("--fault {fault} never came to its end"));
                tokio::select! {
                    injected = scene.inject(*fault) => injected,
                    () = over.cancelled() => missed,
                }
            }
        }));
        let sabotage = async {
            if self.plan.sabotage.contains(&Sabotage::DelayHandoff) {
                scene.clone().delay_handoff().await?;
            }
            Ok(())
        };
        let course = async {
            let end = self.wait(observed, loading, stop).await;
            over.cancel();
            end
        };
        let (end, faults, sabotage) = tokio::join!(course, faults, async {
            tokio::select! { done = sabotage => done, () = over.cancelled() => Err(eyre!("the sabotage never happened")) }
        });
        let broken = faults.into_iter().chain([sabotage]).filter_map(Result::err);
        Ok((end?, broken.map(|error| format!("{error:#}")).collect()))
    }

    /// Waits until the run is over.
    async fn wait(
        &self,
        mut observed: watch::Receiver<Option<Observation>>,
        loading: CancellationToken,
        stop: CancellationToken,
    ) -> Result<End> {
        let patience = PATIENCE_BLOCKS * self.timeline.clock.l1_block_seconds;
        let end = self.plan.epochs.map(|epochs| {
            self.timeline.start_of_epoch(Epoch(Timeline::FIRST_SCHEDULED_EPOCH.0 + epochs))
        });
        let mut revived = false;
        loop {
            tokio::select! {
                () = sleep(LOOK) => {}
                () = stop.cancelled() => {
                    loading.cancel();
                    // What is under way is not judged: whole slots are, as far as they are safe.
                    let safe = self.timeline.l2_timestamp(self.witness.latest().safe_head);
                    let until = self.timeline.start_of(self.timeline.slot_at(safe));
                    return Ok(End { until, patience_ends: now().0.saturating_sub(patience * 1_000) });
                }
            }
            let at = now();
            self.show(at, &mut observed);
            let Some(end) = end.filter(|end| at.timestamp() >= *end) else { continue };
            loading.cancel();
            let last = self.timeline.last_l2_block(end).unwrap_or_default();
            let waiting = self.witness.missing(self.sent.all().keys());
            let settled = waiting == 0 && self.witness.latest().safe_head >= last;
            if settled || at.timestamp() >= Timestamp(end.0 + patience) {
                return Ok(End { until: end, patience_ends: at.0 });
            }
            if waiting > 0 && !revived {
                revived = true;
                self.revive().await?;
            }
        }
    }

    /// Starts the killed operators again, now that all turns are over: what a keeper accepted, only it or its restarted self
    /// can offer.
    async fn revive(&self) -> Result<()> {
        for fault in self.plan.faults.iter().filter(|fault| fault.kind == Kind::Kill) {
            let dead = self
                .stack
                .operator(fault.operator)
                .is_some_and(|o| !self.stack.supervisor.is_running(&o.keeper()));
            if dead {
                self.screen
                    .say(&format!("operator {} comes back to keep its promises", fault.operator));
                self.stack.restart(fault.operator).await?;
            }
        }
        Ok(())
    }

    fn show(
        &self,
        at: rota_core::types::Millis,
        observed: &mut watch::Receiver<Option<Observation>>,
    ) {
        let Some(view) = observed.borrow().as_ref().map(|seen| seen.view.clone()) else { return };
        let sent = self.sent.all();
        self.screen.show(&Page {
            now: at,
            view: &view,
            heads: self.witness.latest(),
            sent: sent.len(),
            waiting: self.witness.missing(sent.keys()),
        });
    }
}

/// Tells the user, and for scripts `devnet.json`, where everything is.
fn introduce(stack: &Stack, screen: &Screen) -> Result<()> {
    screen.say(&format!("L1 {} (chain {L1_CHAIN_ID}), L2 chain {L2_CHAIN_ID}", stack.l1.url));
    screen.say(&format!("follower, for reading: {}", stack.follower.node.el_rpc));
    for operator in &stack.operators {
        let role = if operator.id.0 == 1 { " (reserve)" } else { "" };
        screen.say(&format!(
            "operator {}{role}: send transactions to {}, status {}, op-geth {}, op-node {}",
            operator.id,
            operator.ingress,
            operator.http,
            operator.node.el_rpc,
            operator.node.node_rpc
        ));
    }
    screen.say("accounts with ETH on L2, address and key:");
    for (address, key) in FUNDED {
        screen.say(&format!("  {address} {key}"));
    }
    let operators: Vec<_> = stack
        .operators
        .iter()
        .map(|o| {
            json!({
                "id": o.id, "owner": o.owner, "sequencer": o.sequencer, "batcher": o.batcher,
                "relay": o.relay, "ingress": o.ingress, "http": o.http, "conductor": o.conductor,
                "el_rpc": o.node.el_rpc, "node_rpc": o.node.node_rpc, "batcher_rpc": o.node.batcher_rpc,
            })
        })
        .collect();
    let (node, dir) = (&stack.follower.node, &stack.options.dir);
    let all = json!({
        "l1": stack.l1.url, "l1_chain_id": L1_CHAIN_ID, "l2_chain_id": L2_CHAIN_ID,
        "policy": stack.options.policy.name(), "contracts": stack.contracts, "system_config": stack.system_config,
        "deployed_at": stack.deployed_at, "genesis_time": stack.genesis_time,
        "follower": { "el_rpc": node.el_rpc, "node_rpc": node.node_rpc }, "operators": operators,
    });
    Ok(write(&dir.join("devnet.json"), &serde_json::to_string_pretty(&all)?)?)
}

/// Writes the report, and says how it went.
fn conclude(plan: &Run, screen: &Screen, report: &Report, violations: &[String]) -> Result<()> {
    if let Some(path) = &plan.report {
        let text = serde_json::to_string_pretty(report)?;
        std::fs::write(path, text + "\n")
            .wrap_err_with(|| format!("--report {} can't be written", path.display()))?;
    }
    let mut latencies: Vec<i64> =
        report.handoffs.iter().map(|handoff| handoff.latency_ms).collect();
    latencies.sort_unstable();
    let middle = latencies.get(latencies.len() / 2).copied().unwrap_or_default();
    let worst = latencies.last().copied().unwrap_or_default();
    if report.blocks.last < report.blocks.first {
        screen.say("stopped before a slot of epoch 1 was over");
    } else {
        let (blocks, handoffs) = (&report.blocks, latencies.len());
        screen.say(&format!(
            "blocks {} to {}, {} missed; {handoffs} handoffs, first block late by {middle} ms \
             (median), {worst} ms (worst)",
            blocks.first, blocks.last, blocks.missed
        ));
    }
    let t = &report.transactions;
    screen.say(&format!(
        "transfers: {} sent, {} included, {} lost; safe head at most {} blocks behind; \
         {} slots missed",
        t.sent,
        t.included,
        t.lost,
        report.safe_head.max_lag_blocks,
        report.misses.len()
    ));
    for violation in violations {
        screen.say(&format!("FAILED: {violation}"));
    }
    if violations.is_empty() {
        screen.say("all checks held");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
