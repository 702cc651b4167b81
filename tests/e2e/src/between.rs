//! Stands between an op-node and its keeper, as the conductor that op-node asks: passes everything on, until it is told to keep
//! an answer to itself.

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use eyre::{Result, eyre};
use serde_json::Value;
use std::{future::pending, sync::Arc};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
};

/// What becomes of op-node's requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Pass,
    /// The next block that the keeper seals is the last that it hears of: its answer is kept back for ever.
    Keep,
    /// No block reaches the keeper.
    Shut,
}

struct Gate {
    conductor: String,
    mode: watch::Sender<Mode>,
    kept: mpsc::Sender<Value>,
}

/// The gate, once it is open; it stays as long as the runtime, because op-node knows no other way any more.
pub struct Between {
    /// Where op-node's `--conductor.rpc` is to point.
    pub url: String,
    gate: Arc<Gate>,
    kept: mpsc::Receiver<Value>,
}

impl Between {
    /// Listens on a free port and passes on to the keeper that answers at `conductor`.
    pub async fn new(conductor: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (kept_in, kept) = mpsc::channel(1);
        let (mode, _) = watch::channel(Mode::Pass);
        let gate = Arc::new(Gate { conductor: conductor.to_owned(), mode, kept: kept_in });
        let app = Router::new().route("/", post(pass)).with_state(Arc::clone(&gate));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self { url, gate, kept })
    }

    /// Returns the next block that the keeper says it has sealed, as op-node proposed it, and shuts the gate: op-node does not
    /// hear of it, nor does any block of its reach the keeper before [`Self::open`].
    pub async fn keep_an_answer(&mut self) -> Result<Value> {
        self.gate.mode.send_replace(Mode::Keep);
        self.kept.recv().await.ok_or_else(|| eyre!("the gate is gone"))
    }

    pub fn open(&self) {
        self.gate.mode.send_replace(Mode::Pass);
    }
}

async fn pass(
    State(gate): State<Arc<Gate>>,
    Json(request): Json<Value>,
) -> Result<Json<Value>, StatusCode> {
    let is_block = request["method"] == "conductor_commitUnsafePayload";
    let mode = *gate.mode.borrow();
    if is_block && mode == Mode::Shut {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    let answer = ask(&gate.conductor, &request).await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    let is_seal = request["method"] == "conductor_commitUnsafePayload" && answer["error"].is_null();
    // Whoever comes first shuts it.
    let shuts = |mode: &mut Mode| {
        let shuts = is_seal && *mode == Mode::Keep;
        if shuts {
            *mode = Mode::Shut;
        }
        shuts
    };
    if gate.mode.send_if_modified(shuts) {
        let _ = gate.kept.send(request["params"][0].clone()).await;
        return pending().await;
    }
    Ok(Json(answer))
}

async fn ask(conductor: &str, request: &Value) -> Result<Value> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    Ok(client.post(conductor).json(request).send().await?.json().await?)
}
