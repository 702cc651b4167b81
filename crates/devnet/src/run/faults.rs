//! What a run is put through: faults, which the chain has to survive, and sabotage, which the run's own checks have to notice.

use super::Screen;
use crate::{
    Stack,
    process::{Spec, Supervisor},
};
use eyre::{Result, bail, eyre};
use rota_chain::{Observation, now};
use rota_core::{
    timeline::Timeline,
    types::{Epoch, Millis, OperatorId, Slot, Timestamp},
    view::{ChainView, Turn},
};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, time::sleep};

/// The second scheduled epoch.
const DEFAULT_EPOCH: Epoch = Epoch(3);
/// From the take-over to the new start, seconds.
const RESTART_AFTER: u64 = 10;
/// Sabotage of a handoff: the incoming keeper is stopped so long before the boundary, and goes on so long after it.
const STOP_BEFORE: u64 = 500;
const GO_ON_AFTER: u64 = 3_000;

/// What happens to an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Keeper, op-node, op-geth and batcher are killed together.
    Kill,
    /// All but the keeper.
    KillNode,
    /// SIGSTOP to all four, SIGCONT after the take-over.
    Freeze,
    /// Killed, and started [`RESTART_AFTER`] after the take-over.
    Restart,
}

/// One `--fault`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    pub kind: Kind,
    pub operator: OperatorId,
    /// A quarter into this slot; none: a quarter into the operator's first turn of [`DEFAULT_EPOCH`].
    pub slot: Option<Slot>,
}

/// A promise of the devnet that is broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// The incoming keeper of one boundary stands still across it.
    DelayHandoff,
    /// A transaction is counted as sent that no entrance ever saw.
    DropTransaction,
    /// A process is started that the devnet does not end.
    Orphan,
}

/// A fault that fired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Injected {
    /// As it was ordered: `KIND:OPERATOR[@SLOT]`.
    pub fault: String,
    pub slot: u64,
    /// Unix milliseconds.
    pub at_ms: u64,
}

/// The faults that fired so far. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Fired(Arc<Mutex<Vec<Injected>>>);

impl Fired {
    pub fn all(&self) -> Vec<Injected> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, fault: &Fault, slot: Slot) {
        let injected = Injected { fault: fault.to_string(), slot: slot.0, at_ms: now().0 };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(injected);
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "kill" => Ok(Self::Kill),
            "kill-node" => Ok(Self::KillNode),
            "freeze" => Ok(Self::Freeze),
            "restart" => Ok(Self::Restart),
            other => Err(format!("`{other}` is no fault: use kill, kill-node, freeze or restart")),
        }
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, target) = text
            .split_once(':')
            .ok_or_else(|| format!("`{text}` names no operator: write KIND:OPERATOR[@SLOT]"))?;
        let (operator, slot) = match target.split_once('@') {
            Some((operator, slot)) => (operator, Some(slot)),
            None => (target, None),
        };
        let slot = slot.map(|slot| {
            slot.parse().map(Slot).map_err(|_| format!("`{slot}` is no number of a slot"))
        });
        Ok(Self {
            kind: kind.parse()?,
            operator: operator
                .parse()
                .map(OperatorId)
                .map_err(|_| format!("`{operator}` is no operator's id"))?,
            slot: slot.transpose()?,
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Kill => "kill",
            Kind::KillNode => "kill-node",
            Kind::Freeze => "freeze",
            Kind::Restart => "restart",
        };
        write!(f, "{kind}:{}", self.operator)?;
        self.slot.map_or(Ok(()), |slot| write!(f, "@{slot}"))
    }
}

impl FromStr for Sabotage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "delay-handoff" => Ok(Self::DelayHandoff),
            "drop-transaction" => Ok(Self::DropTransaction),
            "orphan" => Ok(Self::Orphan),
            other => Err(format!(
                "`{other}` is no sabotage: use delay-handoff, drop-transaction or orphan"
            )),
        }
    }
}

/// What faults are injected into, and by whose clock.
#[derive(Clone)]
pub struct Scene<'a> {
    pub stack: &'a Stack,
    pub observed: watch::Receiver<Option<Observation>>,
    pub screen: &'a Screen,
    pub fired: Fired,
}

impl Scene<'_> {
    /// Waits for the fault's moment, lets it happen, and makes good what the fault's kind says.
    pub async fn inject(mut self, fault: Fault) -> Result<()> {
        let operator = self
            .stack
            .operator(fault.operator)
            .ok_or_else(|| eyre!("--fault {fault}: there is no operator {}", fault.operator))?;
        let (turn, at) = self.moment(&fault).await?;
        sleep_until(at).await;
        let slot = self.view().await?.timeline().slot_at(at.timestamp());
        self.fired.add(&fault, slot);
        self.screen.say(&format!("fault {fault}: now, in slot {slot}"));
        let names = operator.processes();
        let names = names.each_ref().map(String::as_str);
        match fault.kind {
            Kind::Kill => self.stack.supervisor.kill(&names).await?,
            // The keeper is the last one.
            Kind::KillNode => self.stack.supervisor.kill(&names[..3]).await?,
            Kind::Freeze => {
                self.stack.supervisor.freeze(&names)?;
                sleep_until(self.taken_over(&turn, fault.operator).await?.millis()).await;
                self.stack.supervisor.thaw(&names)?;
                self.screen.say(&format!("fault {fault}: goes on"));
            }
            Kind::Restart => {
                self.stack.supervisor.kill(&names).await?;
                let at = Timestamp(self.taken_over(&turn, fault.operator).await?.0 + RESTART_AFTER);
                sleep_until(at.millis()).await;
                self.stack.restart(fault.operator).await?;
                self.screen.say(&format!("fault {fault}: started again"));
            }
        }
        Ok(())
    }

    /// Stops the incoming keeper of the first handoff of the first scheduled epoch across the boundary.
    pub async fn delay_handoff(mut self) -> Result<()> {
        const EPOCH: Epoch = Timeline::FIRST_SCHEDULED_EPOCH;
        let view = self.decided(EPOCH).await?;
        let timeline = *view.timeline();
        let start = |slot: Slot| timeline.start_of(slot);
        let slot = timeline
            .slots_of(EPOCH)
            .find(|slot| view.holder(start(*slot)) != view.holder(Timestamp(start(*slot).0 - 1)))
            .ok_or_else(|| eyre!("no handoff in epoch {EPOCH} to delay"))?;
        let keeper = format!("rota-{}", view.holder(start(slot)));
        let boundary = start(slot).millis().0;
        sleep_until(Millis(boundary - STOP_BEFORE)).await;
        self.stack.supervisor.freeze(&[&keeper])?;
        self.screen
            .say(&format!("sabotage: {keeper} stands still across the start of slot {slot}"));
        sleep_until(Millis(boundary + GO_ON_AFTER)).await;
        Ok(self.stack.supervisor.thaw(&[&keeper])?)
    }

    /// When the fault happens, and the turn that it hits.
    async fn moment(&mut self, fault: &Fault) -> Result<(Turn, Millis)> {
        let (timeline, epoch) = {
            let view = self.view().await?;
            let timeline = *view.timeline();
            (timeline, fault.slot.map_or(DEFAULT_EPOCH, |slot| timeline.epoch_of(slot)))
        };
        let view = self.decided(epoch).await?;
        if let Some(slot) = fault.slot {
            let (start, end) =
                (timeline.start_of(slot).millis().0, timeline.end_of(slot).millis().0);
            return Ok((view.turn_of(slot), Millis(start + (end - start) / 4)));
        }
        let mut turns = timeline.slots_of(epoch).map(|slot| view.turn_of(slot));
        let Some(turn) = turns.find(|turn| turn.assigned == fault.operator) else {
            bail!("--fault {fault}: operator {} has no turn in epoch {epoch}", fault.operator);
        };
        let (start, end) =
            (timeline.start_of(turn.first).millis().0, timeline.start_of(turn.end).millis().0);
        Ok((turn, Millis(start + (end - start) / 4)))
    }

    /// From when another operator holds the rest of the turn; the turn's end if nobody took it over.
    async fn taken_over(&mut self, turn: &Turn, operator: OperatorId) -> Result<Timestamp> {
        loop {
            let view = self.view().await?;
            let change =
                view.changes_in(turn).into_iter().find(|change| change.operator != operator);
            let end = view.timeline().start_of(turn.end);
            if let Some(change) = change {
                return Ok(change.from);
            }
            if now().timestamp() >= end {
                return Ok(end);
            }
            self.observed.changed().await?;
        }
    }

    /// The view once the slots of `epoch` can't change by a freeze any more.
    async fn decided(&mut self, epoch: Epoch) -> Result<Arc<ChainView>> {
        loop {
            let view = self.view().await?;
            if view.is_decided(epoch) {
                return Ok(view);
            }
            self.observed.changed().await?;
        }
    }

    async fn view(&mut self) -> Result<Arc<ChainView>> {
        let seen = self.observed.wait_for(Option::is_some).await?;
        Ok(seen.as_ref().expect("waited for").view.clone())
    }
}

/// Starts a process that leaves its parent, its group and its session, as a badly written daemon would.
pub fn leave_orphan(supervisor: &Supervisor) -> Result<()> {
    let daemon = Spec::new("orphan", "sh", "/").args(["-c", "setsid sleep 600 >/dev/null 2>&1 &"]);
    supervisor.spawn(daemon)?;
    Ok(())
}

async fn sleep_until(at: Millis) {
    sleep(Duration::from_millis(at.0.saturating_sub(now().0))).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_as_they_are_written() {
        for text in ["kill:2", "kill-node:3", "freeze:4@17", "restart:2"] {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
        for (text, named) in [
            ("kill", "names no operator"),
            ("maim:2", "`maim`"),
            ("kill:two", "`two`"),
            ("kill:2@now", "`now`"),
            ("kill:-1", "`-1`"),
        ] {
            let error = text.parse::<Fault>().unwrap_err();
            assert!(error.contains(named), "{error}");
        }
    }
}
