//! Asks the duties what is due, has it done, and says once why something is not.

use eyre::{Result, WrapErr};
use rota_chain::{Observation, Outcome, TxManager, now};
use rota_core::{
    duties::{Plan, due},
    me::{Me, NodeView},
    strategy::Strategy,
};
use std::{collections::BTreeSet, time::Duration};
use tokio::{sync::watch, time::sleep};
use tokio_util::sync::CancellationToken;

/// How often to ask when L1 says nothing new: deadlines pass between L1 blocks too.
const PERIOD: Duration = Duration::from_millis(250);

/// What is due and what is held back, in words, for `status`.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub due: Vec<String>,
    pub held: Vec<String>,
}

/// The one task that sends transactions.
pub struct Duties {
    pub manager: TxManager,
    pub me: Me,
    pub strategy: Box<dyn Strategy>,
    pub observed: watch::Receiver<Option<Observation>>,
    pub node_view: watch::Receiver<NodeView>,
    pub plans: watch::Sender<Report>,
}

impl Duties {
    pub async fn run(mut self, stop: CancellationToken) -> Result<()> {
        let mut said = BTreeSet::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                changed = self.observed.changed() => changed.wrap_err("the L1 watcher ended")?,
                () = sleep(PERIOD) => {}
            }
            let Some(view) =
                self.observed.borrow_and_update().as_ref().map(|seen| seen.view.clone())
            else {
                continue;
            };
            let node = self.node_view.borrow().clone();
            let at = now();
            let Plan { intents, held } = due(&view, &self.me, &node, self.strategy.as_ref(), at);
            let report = Report {
                due: intents.iter().map(|intent| intent.action.key()).collect(),
                held: held.iter().map(ToString::to_string).collect(),
            };
            for reason in &report.held {
                if !said.contains(reason) {
                    tracing::info!(reason, "duties.held");
                }
            }
            said = report.held.iter().cloned().collect();
            self.plans.send_replace(report);
            // Left as it is recorded: the next tick goes on from there.
            match self.manager.drive(&view, intents, at.timestamp()).await {
                Ok(outcomes) => {
                    for outcome in outcomes
                        .iter()
                        .filter(|outcome| matches!(outcome, Outcome::WouldSend { .. }))
                    {
                        tracing::info!(transaction = %crate::send::describe(outcome), "duties.dry_run");
                    }
                }
                Err(error) => tracing::warn!(%error, "duties.unanswered"),
            }
        }
    }
}
