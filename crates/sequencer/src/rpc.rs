//! A JSON-RPC client for calls to a node beside us: short, with a time-out, and with errors that name the endpoint.

use rota_core::root_cause;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum RpcError {
    #[error("{url} did not answer {method}: {}", root_cause(source))]
    Unreachable { url: String, method: &'static str, source: reqwest::Error },
    #[error("{url} refused {method}: {message} ({code})")]
    Refused { url: String, method: &'static str, code: i64, message: String },
    #[error("{url} answered {method} with something else than expected: {source}")]
    Unexpected { url: String, method: &'static str, source: serde_json::Error },
}

impl RpcError {
    /// Whether the node answered, but with an error whose text contains `part`.
    pub fn says(&self, part: &str) -> bool {
        matches!(self, Self::Refused { message, .. } if message.contains(part))
    }
}

#[derive(Clone, Debug)]
pub struct Rpc {
    url: String,
    client: reqwest::Client,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    result: Value,
    error: Option<AnswerError>,
}

#[derive(Deserialize)]
struct AnswerError {
    code: i64,
    message: String,
}

impl Rpc {
    pub fn new(url: impl Into<String>) -> Result<Self, reqwest::Error> {
        // Each call sets its own time-out; a node beside us that takes a second to accept is down.
        let client = reqwest::Client::builder().connect_timeout(Duration::from_secs(1)).build()?;
        Ok(Self { url: url.into(), client })
    }

    pub async fn call<T: DeserializeOwned>(
        &self,
        method: &'static str,
        params: Value,
        timeout: Duration,
    ) -> Result<T, RpcError> {
        let url = || self.url.clone();
        let unreachable = |source| RpcError::Unreachable { url: url(), method, source };
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let request = self.client.post(&self.url).timeout(timeout).json(&body);
        let answer: Answer =
            request.send().await.map_err(unreachable)?.json().await.map_err(unreachable)?;
        if let Some(AnswerError { code, message }) = answer.error {
            return Err(RpcError::Refused { url: url(), method, code, message });
        }
        serde_json::from_value(answer.result).map_err(|source| RpcError::Unexpected {
            url: url(),
            method,
            source,
        })
    }
}
