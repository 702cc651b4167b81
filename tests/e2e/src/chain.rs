//! A booted devnet under load, with what a scenario asks of it.

use crate::{
    l1::{Holders, L1, RESERVE},
    rules::{Clock, offences},
    streams::{Streams, now_ms},
    suite::Setting,
    until::until,
    users::{Accepted, Silence, WALLETS, use_chain},
};
use alloy::primitives::{B256, U64};
use eyre::{Result, ensure, eyre};
use rota_bindings::Baton::{CalledOut, Claimed, Missed, TakenOver};
use rota_core::{OperatorId, message};
use rota_devnet::{
    Options, Stack, Tools, l1::L1_CHAIN_ID, node::Node, operator::Operator, process::Spec, rpc,
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// What anything on the chain gets to happen: two turns and a slow machine.
pub const SOON: Duration = Duration::from_secs(90);
/// L1 blocks from a call-out to the first block of another operator: the grace and as many again to act.
const TAKE_OVER_BLOCKS: u64 = 3 + 5;
/// How long after its start a turn is still good for a fault, seconds: a call-out and a take-over have to fit into the rest.
const FRESH: u64 = 3;

/// A chain that runs, its users, and everything that its operators say.
pub struct Chain {
    pub stack: Stack,
    pub l1: L1,
    pub clock: Clock,
    pub streams: Streams,
    pub accepted: Accepted,
    name: String,
    since: Instant,
    tasks: JoinSet<()>,
}

/// A turn that has just begun, its holder sealing.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    pub slot: u64,
    pub holder: OperatorId,
    /// Unix seconds.
    pub end: u64,
}

impl Chain {
    /// Boots a devnet in `target/e2e/NAME`, where the log of every process stays.
    pub async fn up(setting: Setting) -> Result<Self> {
        let Setting { name, options, unused } = setting;
        let since = Instant::now();
        let dir = folder(name)?;
        let say = |line: &str| progress(name, since, line);
        let stack = Stack::up(options(Options::new(dir)), tools()?, &say).await?;
        let clock = Clock {
            genesis: stack.genesis_time,
            slot_seconds: stack.options.slot_seconds.into(),
            slots_per_epoch: stack.options.slots_per_epoch.into(),
            l1_block_time: stack.options.l1_block_time.into(),
            l2_block_time: stack.options.l2_block_time.into(),
        };
        let l1 = L1 { url: stack.l1.url.clone(), contracts: stack.contracts };
        let streams = Streams::new(message::domain(L1_CHAIN_ID, stack.contracts.baton));
        let (accepted, mut tasks) = (Accepted::default(), JoinSet::new());
        for operator in &stack.operators {
            tasks.spawn(streams.clone().read(operator.id.0, operator.relay.clone()));
        }
        let used = stack.operators.iter().filter(|o| !unused.contains(&o.id.0));
        let entrances: Vec<_> = used.map(|o| o.ingress.clone()).collect();
        for wallet in 0..WALLETS {
            let reads = stack.follower.node.el_rpc.clone();
            tasks.spawn(use_chain(wallet, entrances.clone(), reads, accepted.clone()));
        }
        Ok(Self { stack, l1, clock, streams, accepted, name: name.into(), since, tasks })
    }

    /// A line on stderr, with the time since the boot began.
    pub fn say(&self, line: &str) {
        progress(&self.name, self.since, line);
    }

    /* LOOKING */

    pub fn slot_now(&self) -> u64 {
        self.clock.slot_at(now_ms() / 1_000)
    }

    pub async fn holders(&self) -> Result<Holders> {
        self.l1.holders(self.clock.slots_per_epoch).await
    }

    /// Number of the follower's unsafe head.
    pub async fn head(&self) -> Result<u64> {
        head(&self.stack.follower.node).await
    }

    /// Who sealed block `number` of the follower's chain; none if the follower does not have it.
    pub async fn sealer(&self, number: u64) -> Result<Option<u16>> {
        let hash = block_hash(&self.stack.follower.node, number).await?;
        Ok(hash.and_then(|hash| self.streams.sealers().get(&hash).copied()))
    }

    /* WAITING */

    /// Waits until the follower has a block dated at or after `time`.
    pub async fn reach(&self, time: u64) -> Result<()> {
        let block = self.clock.block_at(time);
        let far = Duration::from_secs(time.saturating_sub(now_ms() / 1_000));
        until(&format!("block {block} at the follower"), SOON + far, async || {
            Ok((self.head().await? >= block).then_some(()))
        })
        .await
    }

    /// Waits for the next turn of a bidder to begin, or takes one that only just has, until that has sealed its first two blocks.
    pub async fn fresh_turn(&self) -> Result<Turn> {
        let mut slot = self.slot_now();
        // Whoever was started again in the turn before gets a slot to catch up.
        let holders = self.holders().await?;
        let is_another = slot > 0 && holders.assigned(slot - 1) != holders.assigned(slot);
        if !is_another || now_ms() > (self.clock.start(slot) + FRESH) * 1_000 {
            slot += 1;
        }
        loop {
            let first = self.clock.block_at(self.clock.start(slot));
            self.reach(self.clock.time_of(first + 1)).await?;
            let holders = self.holders().await?;
            let holder = holders.at(slot, self.clock.start(slot));
            let is_first = holders.turn(slot).0 == slot;
            let in_time = self.slot_now() == slot;
            if holder != RESERVE && is_first && in_time {
                for number in [first, first + 1] {
                    let sealer = until("a commitment", SOON, async || self.sealer(number).await);
                    let sealer = sealer.await?;
                    ensure!(
                        sealer == holder,
                        "{sealer} sealed block {number}, which is {holder}'s"
                    );
                }
                let end = self.clock.start(holders.turn(slot).1);
                self.say(&format!("slot {slot} is operator {holder}'s"));
                return Ok(Turn { slot, holder: OperatorId(holder), end });
            }
            slot += 1;
        }
    }

    /// Waits until `turn` was called out and taken over, and until the taker's first block, dated within the turn, is at the
    /// follower; and that the miss costs its operator what it must. Returns the taker.
    pub async fn taken_over(&self, turn: Turn) -> Result<OperatorId> {
        let baton = self.l1.contracts.baton;
        let (_, over) = until("a take-over", SOON, async || {
            let all = self.l1.events::<TakenOver>(baton).await?;
            Ok(all.into_iter().find(|(_, over)| over.slot == turn.slot))
        })
        .await?;
        ensure!(over.from == turn.holder.0, "{} was displaced, not {}", over.from, turn.holder);
        ensure!(over.taker != over.from, "the lost operator took its own turn over");
        ensure!(over.timestamp < turn.end, "taken over after the end of the turn");
        let called = self.l1.events::<CalledOut>(baton).await?;
        let mut called = called.into_iter().filter(|(_, call)| call.slot == turn.slot);
        let (called_at, _) = called.next_back().ok_or_else(|| eyre!("nobody called it out"))?;

        let first = self.first_block_of(over.taker, turn).await?;
        let seen_at = self.l1.head().await?;
        self.say(&format!(
            "called out in L1 block {called_at}, taken over by operator {}, its block {first} seen at L1 block {seen_at}",
            over.taker
        ));
        let effective =
            (over.timestamp - self.l1.time_of(called_at).await?) / self.clock.l1_block_time;
        ensure!(
            effective <= TAKE_OVER_BLOCKS,
            "the take-over came {effective} L1 blocks after the call-out"
        );

        let missed = self.l1.events::<Missed>(baton).await?;
        let missed = missed.iter().find(|(_, missed)| missed.slot == turn.slot);
        let (_, missed) = missed.ok_or_else(|| eyre!("slot {} is no miss", turn.slot))?;
        ensure!(missed.operator == turn.holder.0, "the miss is operator {}'s", missed.operator);
        ensure!(!missed.leaked.is_zero(), "the miss costs nothing");
        Ok(OperatorId(over.taker))
    }

    /// Number of the first block dated within `turn` that `operator` sealed, once there is one.
    pub async fn first_block_of(&self, operator: u16, turn: Turn) -> Result<u64> {
        let (first, end) =
            (self.clock.block_at(self.clock.start(turn.slot)), self.clock.block_at(turn.end));
        until(&format!("a block of operator {operator} in slot {}", turn.slot), SOON, async || {
            for number in first..end.min(self.head().await? + 1) {
                if self.sealer(number).await? == Some(operator) {
                    return Ok(Some(number));
                }
            }
            Ok(None)
        })
        .await
    }

    /// Waits until `operator` has claimed a turn after `slot` and sealed in it.
    pub async fn serves_again(&self, operator: OperatorId, slot: u64) -> Result<()> {
        let (_, claimed) =
            until(&format!("a claim of operator {operator}"), 3 * SOON, async || {
                let all = self.l1.events::<Claimed>(self.l1.contracts.baton).await?;
                Ok(all.into_iter().find(|(_, c)| c.operator == operator.0 && c.slot > slot))
            })
            .await?;
        let slot = claimed.slot;
        let end = self.clock.start(slot + 1);
        self.reach(self.clock.start(slot)).await?;
        self.first_block_of(operator.0, Turn { slot, holder: operator, end }).await?;
        Ok(())
    }

    /* CHANGING */

    /// Holds the users back until the answer is dropped; no keeper has a promise to keep by then.
    pub async fn silence(&self) -> Result<Silence> {
        let silence = self.accepted.silence().await;
        self.all_included().await?;
        Ok(silence)
    }

    /// Starts the operator's op-node again with other arguments than the devnet's; the next call starts from those anew.
    pub async fn restart_node_with(
        &self,
        operator: &Operator,
        change: impl FnOnce(&mut Vec<OsString>),
    ) -> Result<()> {
        let (supervisor, name) = (&self.stack.supervisor, operator.node.op_node());
        let kept = operator.dir.join("op-node.arguments");
        if !kept.exists() {
            let list = supervisor.list();
            let pid = list.iter().rfind(|p| p.name == name).map(|p| p.pid);
            let pid = pid.ok_or_else(|| eyre!("{name} was never started"))?;
            fs::copy(format!("/proc/{pid}/cmdline"), &kept)?;
        }
        let line = fs::read_to_string(&kept)?;
        let mut arguments: Vec<OsString> =
            line.trim_end_matches('\0').split('\0').skip(1).map(OsString::from).collect();
        change(&mut arguments);
        supervisor.kill(&[&name]).await?;
        let spec = Spec::new(&name, &self.stack.tools.op_node, &operator.dir).args(arguments);
        supervisor.spawn(spec)?;
        until("op-node knowing its head", SOON, async || {
            Ok(operator.node.sync_status().await?.unsafe_head.map(|_| ()))
        })
        .await
    }

    /* CHECKING */

    /// What holds at any time: nobody signed what could be slashed, and what an entrance answered for is on the chain.
    pub async fn check(&self) -> Result<()> {
        let accepted = self.all_included().await?;
        let mut canonical = BTreeMap::new();
        for number in 0..=self.l1.head().await? {
            let block: Value =
                rpc::call(&self.l1.url, "eth_getBlockByNumber", json!([U64::from(number), false]))
                    .await?;
            canonical.insert(number, serde_json::from_value(block["hash"].clone())?);
        }
        let said = self.streams.said();
        let found = offences(&said, &self.clock, &self.holders().await?, &canonical);
        ensure!(found.is_empty(), "{}", found.join("\n"));
        ensure!(!said.blocks.is_empty() && !accepted.is_empty(), "nothing was said or sent");
        self.say(&format!(
            "{} commitments, {} receipts, {} transactions: nothing to object",
            said.blocks.len(),
            said.receipts.len(),
            accepted.len()
        ));
        Ok(())
    }

    /// Waits until every transaction that an entrance answered for is on the chain, and returns them.
    async fn all_included(&self) -> Result<BTreeSet<B256>> {
        let accepted = self.accepted.all();
        until("every accepted transaction on the chain", SOON, async || {
            for hash in &accepted {
                let receipt: Option<Value> = rpc::call(
                    &self.stack.follower.node.el_rpc,
                    "eth_getTransactionReceipt",
                    json!([hash]),
                )
                .await?;
                if receipt.is_none() {
                    return Err(eyre!("{hash} is in no block"));
                }
            }
            Ok(Some(()))
        })
        .await?;
        Ok(accepted)
    }

    /// Ends the chain: every accepted transaction is in a safe block first, and no process is left afterwards.
    pub async fn end(mut self) -> Result<()> {
        self.tasks.shutdown().await;
        self.check().await?;
        let last = self.head().await?;
        let node = &self.stack.follower.node;
        until(&format!("block {last} being safe"), SOON, async || {
            let safe = node.sync_status().await?.safe_head;
            Ok(safe.filter(|safe| safe.number >= last).map(|_| ()))
        })
        .await?;
        self.check().await?;
        let logs = self.stack.options.dir.join("logs").canonicalize()?;
        ensure!(!marked(&logs).is_empty(), "no process of the devnet was found while it ran");
        self.stack.down().await?;
        let left = marked(&logs);
        ensure!(left.is_empty(), "left running: {left:?}");
        Ok(())
    }
}

/* THE MACHINE */

/// Processes of the devnet that logs to `logs`, as the machine's process table has them: id and command line.
pub fn marked(logs: &Path) -> Vec<(u32, String)> {
    let mark = format!("ROTA_DEVNET={}", logs.display());
    let look = |pid: u32| {
        let variables = fs::read(format!("/proc/{pid}/environ")).ok()?;
        variables.split(|byte| *byte == 0).any(|v| v == mark.as_bytes()).then_some(())?;
        let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        Some((pid, String::from_utf8_lossy(&line).replace('\0', " ")))
    };
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    all.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter_map(look).collect()
}

/// The folder of a test: made anew by the devnet in it.
pub fn folder(name: &str) -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    Ok(root.join("target/e2e").join(name))
}

/// The tools of this checkout, with the keeper of the profile under test, built if it is not up to date.
pub fn tools() -> Result<Tools> {
    let test = std::env::current_exe()?;
    let folder = test.ancestors().nth(2).ok_or_else(|| eyre!("{} lies nowhere", test.display()))?;
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let profile = if name == "debug" { "dev" } else { name };
    // The same call as `make build`'s, so that nothing is built twice with other features.
    let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--locked", "--bin", "rota", "--profile", profile])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .status()?;
    ensure!(built.success(), "`cargo build --bin rota` failed");
    Ok(Tools::find(folder.join("rota"))?)
}

#[expect(clippy::print_stderr, reason = "who waits for minutes wants to see how far it is")]
pub fn progress(name: &str, since: Instant, line: &str) {
    eprintln!("[{name} {:4} s] {line}", since.elapsed().as_secs());
}

/* THE NODES */

/// Number of a node's unsafe head.
pub async fn head(node: &Node) -> Result<u64> {
    Ok(rpc::call::<U64>(&node.el_rpc, "eth_blockNumber", json!([])).await?.to())
}

/// Hash of block `number` at a node; none if it does not have it.
pub async fn block_hash(node: &Node, number: u64) -> Result<Option<B256>> {
    let block: Option<Value> =
        rpc::call(&node.el_rpc, "eth_getBlockByNumber", json!([U64::from(number), false])).await?;
    block.map(|block| Ok(serde_json::from_value(block["hash"].clone())?)).transpose()
}

/// Timestamp of block `number` at a node, Unix seconds; none if it does not have it.
pub async fn block_time(node: &Node, number: u64) -> Result<Option<u64>> {
    let block: Option<Value> =
        rpc::call(&node.el_rpc, "eth_getBlockByNumber", json!([U64::from(number), false])).await?;
    block
        .map(|block| Ok(serde_json::from_value::<U64>(block["timestamp"].clone())?.to()))
        .transpose()
}
