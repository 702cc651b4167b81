//! Everything that the operators ever signed in public: each one's stream, read from its start for as long as the chain runs.

use crate::until::AGAIN;
use alloy::{
    primitives::{Address, B256},
    sol_types::{Eip712Domain, SolStruct},
};
use eyre::Result;
use futures::StreamExt;
use rota_core::message::{BlockCommitment, HandoffReceipt, StreamItem};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::time::{sleep, timeout};

/// Longer than a living stream is silent.
const SILENCE: Duration = Duration::from_secs(20);

/// A commitment to a block.
#[derive(Clone, Debug)]
pub struct Signed {
    pub operator: u16,
    pub signer: Address,
    pub block: BlockCommitment,
    /// When it was public at the latest, Unix milliseconds.
    pub known_ms: u64,
}

/// A receipt.
#[derive(Clone, Debug)]
pub struct Receipt {
    pub receipt: HandoffReceipt,
    pub signer: Address,
    pub countersigner: Option<Address>,
}

#[derive(Clone, Debug, Default)]
pub struct Said {
    pub blocks: Vec<Signed>,
    pub receipts: Vec<Receipt>,
    /// Items that nobody's key fits.
    pub broken: Vec<String>,
}

/// What was said so far; clones share it.
#[derive(Clone, Debug)]
pub struct Streams {
    domain: Eip712Domain,
    said: Arc<Mutex<Said>>,
}

#[derive(Deserialize)]
struct Line {
    seq: u64,
    item: StreamItem,
}

impl Streams {
    pub fn new(domain: Eip712Domain) -> Self {
        Self { domain, said: Arc::default() }
    }

    pub fn said(&self) -> Said {
        self.lock().clone()
    }

    /// Who committed to which block, by the block's hash.
    pub fn sealers(&self) -> BTreeMap<B256, u16> {
        self.lock().blocks.iter().map(|s| (s.block.blockHash, s.operator)).collect()
    }

    /// Reads the stream at `relay` for ever, through deaths and restarts of its operator.
    pub async fn read(self, operator: u16, relay: String) {
        // A stream of another name is another disk's, and counts from 1 again.
        let (mut name, mut next) = (String::new(), 1);
        loop {
            // A stream that breaks off is taken up again where it did.
            let _ = self.follow(operator, &relay, &mut name, &mut next).await;
            sleep(AGAIN).await;
        }
    }

    async fn follow(
        &self,
        operator: u16,
        relay: &str,
        name: &mut String,
        next: &mut u64,
    ) -> Result<()> {
        let client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(1))
            .no_proxy()
            .build()?;
        let response = client.get(format!("{relay}/v1/stream?from={next}")).send();
        let response = timeout(SILENCE, response).await??.error_for_status()?;
        let now = response.headers().get("rota-stream").and_then(|id| id.to_str().ok());
        let now = now.unwrap_or_default().to_owned();
        if *name != now {
            let known = !name.is_empty();
            *name = now;
            if known && *next > 1 {
                *next = 1;
                return Ok(());
            }
        }
        let mut chunks = response.bytes_stream();
        let mut buffer = vec![];
        while let Some(chunk) = timeout(SILENCE, chunks.next()).await? {
            buffer.extend_from_slice(&chunk?);
            while let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = buffer.drain(..=end).collect();
                if line.len() > 1 {
                    let Line { seq, item } = serde_json::from_slice(&line)?;
                    self.keep(operator, item);
                    *next = seq + 1;
                }
            }
        }
        Ok(())
    }

    fn keep(&self, operator: u16, item: StreamItem) {
        let mut said = self.lock();
        match item {
            StreamItem::Sealed(sealed) => match sealed.signer(&self.domain) {
                Some(signer) => {
                    let block = sealed.commitment;
                    said.blocks.push(Signed { operator, signer, block, known_ms: now_ms() });
                }
                None => said.broken.push(format!("operator {operator}: {:?}", sealed.commitment)),
            },
            StreamItem::Receipt(signed) => {
                let hash = signed.receipt.eip712_signing_hash(&self.domain);
                let countersigner = signed
                    .countersignature
                    .as_ref()
                    .and_then(|(_, signature)| signature.recover_address_from_prehash(&hash).ok());
                match signed.signer(&self.domain) {
                    Some(signer) => said.receipts.push(Receipt {
                        receipt: signed.receipt,
                        signer,
                        countersigner,
                    }),
                    None => said.broken.push(format!("operator {operator}: {:?}", signed.receipt)),
                }
            }
            // The receipt that stands before it has the same signature.
            StreamItem::Leaving { .. } => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The machine's clock, Unix milliseconds.
pub fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as u64)
}
