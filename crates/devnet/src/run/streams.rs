//! Reads every operator's public stream from its start, for as long as the run lasts, and keeps what was signed.
//!
//! It asks for no proof that an item is legitimate: illegitimate ones are what it is here for.

use alloy::{
    primitives::{Address, Signature},
    sol_types::{Eip712Domain, SolStruct},
};
use futures::StreamExt;
use rota_chain::now;
use rota_core::{
    message::{BlockCommitment, HandoffReceipt, StreamItem},
    types::OperatorId,
};
use serde::Deserialize;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Header that names a stream: another name than last time is another disk, whose stream counts from 1 again.
const STREAM_ID: &str = "rota-stream";
/// How long a lost operator is left alone.
const AGAIN: Duration = Duration::from_millis(300);

/// A commitment to a block, with who really signed it.
#[derive(Clone, Debug, PartialEq)]
pub struct Signed {
    /// Whose stream it stood in.
    pub operator: OperatorId,
    pub signer: Address,
    pub commitment: BlockCommitment,
    /// When it was public at the latest, Unix milliseconds.
    pub known_ms: u64,
}

/// A receipt, with who really signed it.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    pub receipt: HandoffReceipt,
    pub from: Address,
    pub countersigned_by: Option<Address>,
}

/// What the operators said so far. Clones share it.
#[derive(Clone, Debug)]
pub struct Streams {
    domain: Eip712Domain,
    found: Arc<Mutex<Found>>,
}

#[derive(Clone, Debug, Default)]
pub struct Found {
    pub signed: Vec<Signed>,
    pub receipts: Vec<Received>,
    /// Items whose signature is of no account, in words.
    pub broken: Vec<String>,
}

/// One line of a stream.
#[derive(Deserialize)]
struct Line {
    seq: u64,
    item: StreamItem,
}

/// Where a stream was read up to.
#[derive(Default)]
struct Cursor {
    id: String,
    seq: u64,
}

impl Streams {
    pub fn new(domain: Eip712Domain) -> Self {
        Self { domain, found: Arc::default() }
    }

    pub fn found(&self) -> Found {
        self.lock().clone()
    }

    /// Reads the stream at `relay` until `stop`, through deaths and restarts of its operator.
    pub async fn read(self, operator: OperatorId, relay: String, stop: CancellationToken) {
        let client = reqwest::Client::builder().connect_timeout(AGAIN).no_proxy().build();
        let client = client.expect("a client without options of the machine can always be made");
        let mut cursor = Cursor::default();
        tokio::select! {
            () = stop.cancelled() => {}
            () = async {
                loop {
                    // A stream that breaks off is taken up again where it did.
                    let _ = self.follow(&client, operator, &relay, &mut cursor).await;
                    sleep(AGAIN).await;
                }
            } => {}
        }
    }

    async fn follow(
        &self,
        client: &reqwest::Client,
        operator: OperatorId,
        relay: &str,
        cursor: &mut Cursor,
    ) -> eyre::Result<()> {
        let url = format!("{relay}/v1/stream?from={}", cursor.seq + 1);
        let response = client.get(url).send().await?.error_for_status()?;
        let id =
            response.headers().get(STREAM_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
        if cursor.id != id && cursor.seq > 0 {
            *cursor = Cursor::default();
            return Ok(());
        }
        cursor.id = id.to_owned();
        let mut chunks = response.bytes_stream();
        let mut buffer = vec![];
        while let Some(chunk) = chunks.next().await {
            buffer.extend_from_slice(&chunk?);
            while let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = buffer.drain(..=end).collect();
                if line.len() > 1 {
                    let Line { seq, item } = serde_json::from_slice(&line)?;
                    self.keep(operator, item);
                    cursor.seq = seq;
                }
            }
        }
        Ok(())
    }

    fn keep(&self, operator: OperatorId, item: StreamItem) {
        let signer =
            |signature: &Signature, hash| signature.recover_address_from_prehash(&hash).ok();
        let mut found = self.lock();
        match item {
            StreamItem::Sealed(block) => match block.signer(&self.domain) {
                Some(signer) => found.signed.push(Signed {
                    operator,
                    signer,
                    commitment: block.commitment,
                    known_ms: now().0,
                }),
                None => found
                    .broken
                    .push(format!("operator {operator}: block {}", block.payload.number)),
            },
            StreamItem::Receipt(signed) => {
                let hash = signed.receipt.eip712_signing_hash(&self.domain);
                match signer(&signed.signature, hash) {
                    Some(from) => found.receipts.push(Received {
                        from,
                        countersigned_by: signed
                            .countersignature
                            .and_then(|(_, s)| signer(&s, hash)),
                        receipt: signed.receipt,
                    }),
                    None => found.broken.push(format!(
                        "operator {operator}: receipt of slot {}",
                        signed.receipt.boundarySlot
                    )),
                }
            }
            // The same signature as the receipt's, which stands just before it.
            StreamItem::Leaving { .. } => {}
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Found> {
        // A panic elsewhere does not make what was signed unsigned.
        self.found.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
