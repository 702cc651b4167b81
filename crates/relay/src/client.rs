//! Reads the streams of all other operators, for as long as the keeper runs, and asks them for blocks that are missing.
//!
//! One task a peer; a peer that joins the registry, or moves, is picked up at the next look at the directory. An item that
//! nobody vouches for is left out: the rest of the stream may still be true.

use crate::{
    Directory, Peer, Received, Verdict,
    server::{KEEP_ALIVE, Line, STREAM_ID},
};
use eyre::{Context, Result, bail, ensure};
use futures::{StreamExt, future::join_all};
use rota_core::{
    message::{SealedBlock, StreamItem},
    types::OperatorId,
};
use rota_store::{Cursor, Store};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// How often the directory is asked for new peers, and how long a lost peer is left alone.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// How long an item may wait for L1 to support it: a few L1 blocks, since our view may be behind the sender's.
const NOT_YET: u32 = 80;
const NOT_YET_STEP: Duration = Duration::from_millis(100);
/// How long a peer may take to begin an answer, and for one page of blocks.
const PAGE_PATIENCE: Duration = Duration::from_secs(3);
/// How long a peer is listened to when it is asked for blocks: one that never comes to an end must not keep us from sealing.
const ASK_PATIENCE: Duration = Duration::from_secs(20);
/// Largest page, bytes; a peer that has more serves it in several.
const MAX_PAGE_BYTES: usize = 64 * 1024 * 1024;
/// Largest line, bytes: an L2 block of 60 million gas in JSON stays well under it.
const MAX_LINE: usize = 32 * 1024 * 1024;

/// The reading side of a relay.
pub struct Peers<D> {
    pub directory: Arc<D>,
    /// Where the cursors are; none for a follower, which reads every stream from its start.
    pub store: Option<Arc<Store>>,
    pub received: mpsc::Sender<Received>,
    /// Asks for the blocks from a number on.
    pub gaps: mpsc::Receiver<u64>,
}

impl<D: Directory> Peers<D> {
    /// Asks every peer for its blocks from L2 block `from` on, says [`Received::Heard`], then reads all streams until `stop`.
    pub async fn run(mut self, from: u64, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = async {
                self.ask_all(from).await;
                // A closed channel ends the readers below.
                let _ = self.received.send(Received::Heard).await;
                self.read_all().await;
            } => {}
        }
    }

    async fn ask_all(&self, from: u64) {
        join_all(self.directory.peers().into_iter().map(|peer| async move {
            if let Err(error) = self.ask(&peer, from).await {
                tracing::warn!(operator = %peer.operator, error = %format!("{error:#}"), "relay.peer_unheard");
            }
        }))
        .await;
    }

    /// Hands on all blocks that `peer` has from L2 block `from` on; answers whether there were any.
    async fn ask(&self, peer: &Peer, from: u64) -> Result<bool> {
        timeout(ASK_PATIENCE, self.read_pages(peer, from)).await.wrap_err("no end of blocks")?
    }

    async fn read_pages(&self, peer: &Peer, mut from: u64) -> Result<bool> {
        let client = client();
        let mut any = false;
        loop {
            let url = format!("{}/v1/blocks?from={from}", base(peer));
            let page =
                timeout(PAGE_PATIENCE, page(&client, &url)).await.wrap_err("no answer")??;
            let highest = page.iter().map(|block| block.payload.number).max();
            for block in page {
                let item = StreamItem::Sealed(Box::new(block));
                if self.directory.judge(&item) == Verdict::Good
                    && let StreamItem::Sealed(block) = item
                {
                    any = true;
                    self.received.send(Received::Block(block)).await?;
                }
            }
            match highest.and_then(|highest| highest.checked_add(1)) {
                Some(next) if next > from => from = next,
                _ => return Ok(any),
            }
        }
    }

    async fn read_all(&mut self) {
        let mut readers = JoinSet::new();
        let mut known: BTreeMap<OperatorId, (String, tokio::task::AbortHandle)> = BTreeMap::new();
        let mut asked = 0;
        let mut look = interval(LOOK_AGAIN);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = look.tick() => {
                    for peer in self.directory.peers() {
                        match known.get(&peer.operator) {
                            Some((endpoint, reader)) if *endpoint == peer.endpoint && !reader.is_finished() => continue,
                            Some((_, moved)) => moved.abort(),
                            None => {}
                        }
                        let reader = Reader {
                            directory: self.directory.clone(),
                            store: self.store.clone(),
                            received: self.received.clone(),
                            peer: peer.clone(),
                            cursor: None,
                        };
                        known.insert(peer.operator, (peer.endpoint, readers.spawn(reader.run())));
                    }
                }
                Some(from) = self.gaps.recv() => {
                    self.fill(from, asked).await;
                    asked += 1;
                }
            }
        }
    }

    /// Asks one peer after another until one had something, every time beginning with the next one: what a peer has need not help.
    async fn fill(&self, from: u64, asked: usize) {
        let mut peers = self.directory.peers();
        let first = asked % peers.len().max(1);
        peers.rotate_left(first);
        for peer in peers {
            match self.ask(&peer, from).await {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => {
                    tracing::debug!(operator = %peer.operator, error = %format!("{error:#}"), "relay.gap_unanswered");
                }
            }
        }
    }
}

/// One peer's stream.
struct Reader<D> {
    directory: Arc<D>,
    store: Option<Arc<Store>>,
    received: mpsc::Sender<Received>,
    peer: Peer,
    cursor: Option<Cursor>,
}

impl<D: Directory> Reader<D> {
    async fn run(mut self) {
        if let Some(store) = self.store.clone() {
            let operator = self.peer.operator;
            let known = tokio::task::spawn_blocking(move || store.cursor(operator)).await;
            self.cursor = known.ok().and_then(Result::ok).flatten();
        }
        let client = client();
        let mut said = false;
        while !self.received.is_closed() {
            let before = self.cursor.clone();
            if let Err(error) = self.follow(&client).await {
                // Once an outage: a peer that is down for a night is one line, not thousands.
                said &= self.cursor == before;
                if !said {
                    tracing::warn!(operator = %self.peer.operator, endpoint = %self.peer.endpoint, error = %format!("{error:#}"), "relay.peer_lost");
                }
                said = true;
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    /// Follows one connection to its end.
    async fn follow(&mut self, client: &reqwest::Client) -> Result<()> {
        let mut next = self.cursor.as_ref().map_or(1, |cursor| cursor.seq + 1);
        let url = format!("{}/v1/stream?from={next}", base(&self.peer));
        let response =
            timeout(PAGE_PATIENCE, client.get(&url).send()).await.wrap_err("no answer")??;
        let response = response.error_for_status()?;
        let id = response
            .headers()
            .get(STREAM_ID)
            .and_then(|id| id.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        if self.cursor.as_ref().is_some_and(|cursor| cursor.stream_id != id) {
            self.cursor = None;
            bail!("the operator started a new stream: reading it from its start");
        }
        let mut chunks = response.bytes_stream();
        let mut buffer: Vec<u8> = Vec::new();
        while let Some(chunk) =
            timeout(KEEP_ALIVE * 3, chunks.next()).await.wrap_err("the stream went silent")?
        {
            // What was there holds no line's end.
            let mut searched = buffer.len();
            buffer.extend_from_slice(&chunk?);
            while let Some(end) = buffer[searched..].iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = buffer.drain(..=searched + end).collect();
                searched = 0;
                if line.len() == 1 {
                    self.remember().await?;
                    continue;
                }
                let Line { seq, item } =
                    serde_json::from_slice(&line).wrap_err("not a line of a Rota stream")?;
                ensure!(seq >= next, "item {seq} after item {next}");
                self.hand_on(seq, item).await?;
                next = seq + 1;
                self.cursor = Some(Cursor { stream_id: id.clone(), seq });
            }
            ensure!(buffer.len() <= MAX_LINE, "a line longer than {MAX_LINE} bytes");
        }
        bail!("the stream ended")
    }

    async fn hand_on(&self, seq: u64, item: StreamItem) -> Result<()> {
        let mut verdict = self.directory.judge(&item);
        for _ in 0..NOT_YET {
            if verdict != Verdict::NotYet {
                break;
            }
            sleep(NOT_YET_STEP).await;
            verdict = self.directory.judge(&item);
        }
        if verdict == Verdict::Good {
            self.received.send(Received::Item(item)).await?;
        } else {
            tracing::warn!(operator = %self.peer.operator, seq, ?verdict, "relay.item_left_out");
        }
        Ok(())
    }

    /// Keeps the cursor in quiet moments only: a write an item would double the disk's work, and reading twice does no harm.
    async fn remember(&self) -> Result<()> {
        if let (Some(store), Some(cursor)) = (self.store.clone(), self.cursor.clone()) {
            let operator = self.peer.operator;
            tokio::task::spawn_blocking(move || store.put_cursor(operator, &cursor)).await??;
        }
        Ok(())
    }
}

async fn page(client: &reqwest::Client, url: &str) -> Result<Vec<SealedBlock>> {
    let mut response = client.get(url).send().await?.error_for_status()?;
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        ensure!(
            bytes.len() + chunk.len() <= MAX_PAGE_BYTES,
            "a page longer than {MAX_PAGE_BYTES} bytes"
        );
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes).wrap_err("not a page of blocks")
}

fn base(peer: &Peer) -> &str {
    peer.endpoint.trim_end_matches('/')
}

/// Without a time-out for connecting, a peer behind a dead address would hold its task for minutes.
fn client() -> reqwest::Client {
    reqwest::Client::builder().connect_timeout(Duration::from_secs(2)).build().unwrap_or_default()
}
