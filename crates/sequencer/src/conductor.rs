//! The JSON-RPC server that op-node takes for its conductor.

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    routing::post,
};
use rota_core::envelope::EnvelopeError;
use rota_core::fence::Refused;
use serde_json::{Value, json};
use std::{future::Future, sync::Arc};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Largest request, bytes: a block full of calldata is some 8 MiB in JSON, and one that did not fit could never be sealed.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// Why a commit was answered with an error.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    #[error("not the leader: this operator is not sequencing")]
    NotLeading,
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("the sealing task ended: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// Who answers op-node.
pub trait Conductor: Send + Sync + 'static {
    fn is_leader(&self) -> bool;
    /// Answers without an error only once the block is sealed and durable.
    fn commit(&self, envelope: Value) -> impl Future<Output = Result<(), CommitError>> + Send;
}

/// Serves until `stop` is cancelled. Listens wherever the caller bound it: loopback, for op-node does not authenticate.
pub async fn serve<C: Conductor>(
    listener: TcpListener,
    conductor: Arc<C>,
    stop: CancellationToken,
) -> std::io::Result<()> {
    // Any path: one op-node's URL may carry one.
    let app = Router::new()
        .route("/", post(answer::<C>))
        .route("/{*path}", post(answer::<C>))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(conductor);
    axum::serve(listener, app).with_graceful_shutdown(stop.cancelled_owned()).await
}

async fn answer<C: Conductor>(
    State(conductor): State<Arc<C>>,
    Json(body): Json<Value>,
) -> Json<Value> {
    let Value::Array(batch) = body else { return Json(answer_one(&*conductor, body).await) };
    let mut answers = vec![];
    for request in batch {
        answers.push(answer_one(&*conductor, request).await);
    }
    Json(Value::Array(answers))
}

async fn answer_one<C: Conductor>(conductor: &C, mut request: Value) -> Value {
    let id = request["id"].take();
    let result = match request["method"].as_str() {
        Some("conductor_leader") => Ok(json!(conductor.is_leader())),
        Some("conductor_active") => Ok(json!(true)),
        Some("conductor_commitUnsafePayload") => {
            let envelope = request["params"].get_mut(0).map(Value::take).unwrap_or_default();
            match conductor.commit(envelope).await {
                Ok(()) => Ok(Value::Null),
                Err(error) => Err((-32000, error.to_string())),
            }
        }
        Some(other) => Err((-32601, format!("the method {other} does not exist"))),
        None => Err((-32600, "the request has no method".to_owned())),
    };
    match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err((code, message)) => {
            json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Agreeable;

    impl Conductor for Agreeable {
        fn is_leader(&self) -> bool {
            true
        }

        async fn commit(&self, _: Value) -> Result<(), CommitError> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn takes_a_block_full_of_calldata() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let _ends = stop.clone().drop_guard();
        tokio::spawn(serve(listener, Arc::new(Agreeable), stop));

        let calldata = "00".repeat(4 * 1024 * 1024);
        let rpc = crate::rpc::Rpc::new(url).unwrap();
        let minute = std::time::Duration::from_secs(60);
        let answer = rpc.call::<Value>("conductor_commitUnsafePayload", json!([calldata]), minute);
        assert_eq!(answer.await.unwrap(), Value::Null);
    }
}
