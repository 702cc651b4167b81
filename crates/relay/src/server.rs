//! The public stream and the few questions that other operators ask.
//!
//! | request | answer |
//! |---|---|
//! | `GET /v1/stream?from=SEQ` | items from number SEQ on, one JSON object a line, for as long as the reader stays |
//! | `GET /v1/blocks?from=NUMBER` | the first blocks from L2 block NUMBER on, whoever sealed them: a JSON array, empty above the last |
//! | `POST /v1/transactions` | `{"raw": "0x…"}`: offers a transaction to this operator's pool |
//!
//! The stream's header [`STREAM_ID`] names it: with another id than last time the operator lost its disk and counts from 1
//! again. An empty line at least every [`KEEP_ALIVE`] tells a reader that the connection is alive.

use crate::{bounded::Bounded, pool::Pool};
use alloy::primitives::Bytes;
use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures::stream;
use rota_core::message::StreamItem;
use rota_store::{Store, StoreError};
use serde::{Deserialize, Serialize};
use std::{io, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::{JoinError, spawn_blocking},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// Header that names a stream.
pub const STREAM_ID: &str = "rota-stream";
/// Longest silence of a stream; a reader gives up after three of them.
pub const KEEP_ALIVE: Duration = Duration::from_secs(2);
/// Blocks or items read from the store at once.
pub const PAGE: u32 = 64;
/// Largest body that is read, bytes: a transaction of 128 KiB in hex, as op-geth's pool bounds it, and its JSON.
pub const MAX_BODY: usize = 300 * 1024;
/// Readers at once: enough for every operator and a good many followers, and a bound for strangers.
const MAX_READERS: usize = 256;
/// Pages of blocks read at once; who asks for more waits. Each takes a thread of those that seal too.
const MAX_PAGES: usize = 4;

/// One line of the stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Number of the item in its stream, from 1; there are holes where the operator's store was pruned.
    pub seq: u64,
    pub item: StreamItem,
}

/// The relay of one operator.
#[derive(Clone)]
pub struct Relay {
    store: Arc<Store>,
    pool: Pool,
    readers: Arc<Semaphore>,
    pages: Arc<Semaphore>,
}

impl Relay {
    pub fn new(store: Arc<Store>, pool: Pool) -> Self {
        let (readers, pages) = (Semaphore::new(MAX_READERS), Semaphore::new(MAX_PAGES));
        Self { store, pool, readers: Arc::new(readers), pages: Arc::new(pages) }
    }

    /// Serves on `listener` until `stop`.
    pub async fn serve(self, listener: TcpListener, stop: CancellationToken) -> io::Result<()> {
        let router = Router::new()
            .route("/v1/stream", get(stream_items))
            .route("/v1/blocks", get(blocks))
            .route("/v1/transactions", post(transaction))
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .with_state(self);
        // A stream says something every KEEP_ALIVE, so a connection that is silent for longer is nobody's.
        let listener = Bounded::new(listener, KEEP_ALIVE * 15);
        // Streams never end by themselves: a graceful shutdown would wait for ever.
        tokio::select! {
            served = async { axum::serve(listener, router).await } => served,
            () = stop.cancelled() => Ok(()),
        }
    }
}

#[derive(Debug, Deserialize)]
struct From {
    from: u64,
}

async fn stream_items(State(relay): State<Relay>, Query(From { from }): Query<From>) -> Response {
    let Ok(permit) = relay.readers.clone().try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many readers: try again later")
            .into_response();
    };
    let id = relay.store.stream_id().to_owned();
    let reader =
        Reader { latest: relay.store.subscribe(), store: relay.store, next: from, _permit: permit };
    let lines = stream::try_unfold(reader, |mut reader| async move {
        let bytes = reader.lines().await?;
        Ok::<_, io::Error>(Some((bytes, reader)))
    });
    let headers =
        [(header::CONTENT_TYPE.as_str(), "application/x-ndjson"), (STREAM_ID, id.as_str())];
    (headers, Body::from_stream(lines)).into_response()
}

struct Reader {
    store: Arc<Store>,
    latest: watch::Receiver<u64>,
    next: u64,
    /// Given back when the connection ends.
    _permit: OwnedSemaphorePermit,
}

impl Reader {
    /// The next lines; an empty one if there was nothing to tell for [`KEEP_ALIVE`].
    async fn lines(&mut self) -> io::Result<Vec<u8>> {
        // Marked as seen before the store is read, so that an item recorded in between wakes us again.
        self.latest.borrow_and_update();
        let mut bytes = self.read().await?;
        if bytes.is_empty() {
            match timeout(KEEP_ALIVE, self.latest.changed()).await {
                Ok(Ok(())) => bytes = self.read().await?,
                Ok(Err(_)) => return Err(io::Error::other("the keeper stops")),
                Err(_) => {}
            }
        }
        if bytes.is_empty() {
            bytes.push(b'\n');
        }
        Ok(bytes)
    }

    async fn read(&mut self) -> io::Result<Vec<u8>> {
        let (store, from) = (self.store.clone(), self.next);
        let items = spawn_blocking(move || store.stream_from(from, PAGE))
            .await?
            .map_err(io::Error::other)?;
        let mut bytes = Vec::new();
        for (seq, item) in items {
            self.next = seq + 1;
            serde_json::to_writer(&mut bytes, &Line { seq, item })?;
            bytes.push(b'\n');
        }
        Ok(bytes)
    }
}

async fn blocks(State(relay): State<Relay>, Query(From { from }): Query<From>) -> Response {
    let _permit = relay.pages.acquire().await;
    match spawn_blocking(move || relay.store.blocks_from(from, PAGE)).await {
        Ok(Ok(blocks)) => Json(blocks).into_response(),
        Ok(Err(error)) => unreadable(&error),
        Err(error) => stopped(&error),
    }
}

/// Body of `POST /v1/transactions`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Offer {
    pub raw: Bytes,
}

async fn transaction(State(relay): State<Relay>, Json(offer): Json<Offer>) -> Response {
    match relay.pool.offer(&offer.raw).await {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

fn unreadable(error: &StoreError) -> Response {
    tracing::error!(%error, "relay.store");
    (StatusCode::INTERNAL_SERVER_ERROR, "the store could not be read").into_response()
}

fn stopped(error: &JoinError) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, error.to_string()).into_response()
}
