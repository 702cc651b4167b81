//! What the user sees: a page that is drawn anew each second on a terminal, plain lines anywhere else.

use super::witness::Sample;
use alloy::primitives::{U256, utils::format_ether};
use rota_core::{
    types::{Epoch, Millis, OperatorId, Slot, Timestamp},
    view::{ChainView, OpenBid},
};
use rustix::termios::tcgetwinsize;
use std::{
    io::{IsTerminal, Write},
    sync::{Mutex, PoisonError},
};

/// Seconds between plain lines.
const PLAIN_PERIOD: u64 = 4;
/// Turns that are announced.
const NEXT: usize = 4;

/// Standard output.
#[derive(Debug)]
pub struct Screen {
    live: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Lines of the page that stands on the screen.
    drawn: usize,
    /// Unix seconds of the last draw.
    second: u64,
}

/// What a page is made of.
pub struct Page<'a> {
    pub now: Millis,
    pub view: &'a ChainView,
    pub heads: Sample,
    pub sent: usize,
    /// Sent and in no safe block yet.
    pub waiting: usize,
}

impl Default for Screen {
    fn default() -> Self {
        Self { live: std::io::stdout().is_terminal(), state: Mutex::default() }
    }
}

impl Screen {
    /// A line that stays.
    pub fn say(&self, line: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let erased = erase(&mut state);
        write(&format!("{erased}{line}\n"));
    }

    /// Shows the page if it is time to.
    pub fn show(&self, page: &Page<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let second = page.now.0 / 1_000;
        let period = if self.live { 1 } else { PLAIN_PERIOD };
        if second < state.second + period {
            return;
        }
        state.second = second;
        let lines = page.lines();
        if self.live {
            let erased = erase(&mut state);
            state.drawn = lines.len();
            // A line that the terminal breaks in two could not be erased as one.
            // Some terminals do not know their width, and say 0.
            let width = tcgetwinsize(std::io::stdout()).map_or(0, |size| size.ws_col.into());
            let width: usize = if width == 0 { usize::MAX } else { width };
            let lines = lines.iter().map(|line| line.chars().take(width).collect::<String>());
            write(&format!("{erased}{}\n", lines.collect::<Vec<_>>().join("\n")));
        } else {
            write(&format!("{}\n", lines.join(" | ")));
        }
    }
}

/// Takes the page off the screen.
fn erase(state: &mut State) -> String {
    let lines = std::mem::take(&mut state.drawn);
    if lines == 0 { String::new() } else { format!("\x1b[{lines}A\x1b[J") }
}

fn write(text: &str) {
    // A closed pipe is the reader's choice, not an error.
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

impl Page<'_> {
    fn lines(&self) -> Vec<String> {
        let (view, timeline, at) = (self.view, self.view.timeline(), self.now.timestamp());
        let Sample { unsafe_head, safe_head, .. } = self.heads;
        if !timeline.has_begun(at) {
            return vec![format!("slot 0 begins in {} s", timeline.clock.genesis.0 - at.0)];
        }
        let slot = timeline.slot_at(at);
        let epoch = timeline.epoch_of(slot);
        let left = timeline.end_of(slot).0 - at.0;
        let mut lines = vec![
            format!(
                "{} epoch {epoch} slot {slot} ({left:2} s left) holder {} next {}",
                clock(at),
                view.holder(at),
                self.next(slot)
            ),
            format!("L2 unsafe {unsafe_head} safe {safe_head}, L1 {}", view.head().number),
            format!("transfers {} sent, {} on their way", self.sent, self.waiting),
        ];
        lines.extend(
            [Epoch(epoch.0 + 2), epoch.next()].into_iter().filter_map(|epoch| self.auction(epoch)),
        );
        let bonds =
            view.state().operators.keys().map(|id| format!("{id}: {}", ether(view.self_bond(*id))));
        lines.push(format!("bonds {}", bonds.collect::<Vec<_>>().join(", ")));
        let missed = view.state().epochs.values().flat_map(|record| &record.missed);
        let missed: Vec<_> =
            missed.map(|(slot, operator)| format!("slot {slot} by {operator}")).collect();
        lines.push(if missed.is_empty() {
            "no misses".into()
        } else {
            format!("missed: {}", missed.join(", "))
        });
        lines
    }

    fn next(&self, slot: Slot) -> String {
        let mut holders: Vec<OperatorId> = vec![];
        let mut slot = self.view.turn_of(slot).end;
        while holders.len() < NEXT && self.view.is_decided(self.view.timeline().epoch_of(slot)) {
            holders.push(self.view.assigned_to(slot));
            slot = self.view.turn_of(slot).end;
        }
        holders.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    fn auction(&self, epoch: Epoch) -> Option<String> {
        if let Some(round) = self.view.open_round(epoch) {
            let bid = |(index, bid): (&u64, &OpenBid)| {
                format!("{index}: {} for {}", bid.operator, ether(bid.price()))
            };
            let bids = round.highest.iter().map(bid).collect::<Vec<_>>().join(", ");
            return Some(format!("open auction {epoch}: {bids}"));
        }
        let round = self.view.round(epoch)?;
        Some(match &round.result {
            Some(result) => {
                let winners = result.winners.iter().map(|(id, slots)| format!("{id} x{slots}"));
                let winners = winners.collect::<Vec<_>>().join(", ");
                format!("auction {epoch}: {winners} at {} a slot", ether(result.price))
            }
            None => {
                let revealed = round.bids.values().filter(|bid| bid.revealed).count();
                format!("auction {epoch}: {} bids, {revealed} revealed", round.bids.len())
            }
        })
    }
}

/// An amount without its last zeros.
fn ether(wei: U256) -> String {
    let text = format_ether(wei);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} ETH")
}

/// Time of day, UTC.
fn clock(at: Timestamp) -> String {
    format!("{:02}:{:02}:{:02}", at.0 / 3_600 % 24, at.0 / 60 % 60, at.0 % 60)
}
