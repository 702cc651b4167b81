//! JSON-RPC, one call at a time.

use crate::Error;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{sync::LazyLock, time::Duration};

/// What a server gets to answer.
const PATIENCE: Duration = Duration::from_secs(10);

static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
    // Without a pool a process that was killed and started again is met on a fresh connection.
    reqwest::Client::builder()
        .timeout(PATIENCE)
        .pool_max_idle_per_host(0)
        .no_proxy()
        .build()
        .expect("a client without options of the machine can always be made")
});

/// Calls `method` at `url` and reads the result as `T`.
pub async fn call<T: DeserializeOwned>(url: &str, method: &str, params: Value) -> Result<T, Error> {
    ask(&CLIENT, url, method, params).await
}

async fn ask<T: DeserializeOwned>(
    client: &reqwest::Client,
    url: &str,
    method: &str,
    params: Value,
) -> Result<T, Error> {
    let fail = |reason: String| Error::Rpc { url: url.into(), method: method.into(), reason };
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let answer = client.post(url).json(&body).send().await.map_err(|e| fail(e.to_string()))?;
    let mut answer: Value = answer.json().await.map_err(|e| fail(e.to_string()))?;
    match answer.get("error") {
        Some(error) if !error.is_null() => Err(fail(error.to_string())),
        _ => serde_json::from_value(answer["result"].take()).map_err(|e| fail(e.to_string())),
    }
}

/// A server that is asked often: one connection is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    client: reqwest::Client,
    url: String,
}

impl Kept {
    pub fn new(url: &str) -> Self {
        let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build();
        Self {
            client: client.expect("a client without options of the machine can always be made"),
            url: url.into(),
        }
    }

    /// As [`call`].
    pub async fn call<T: DeserializeOwned>(&self, method: &str, params: Value) -> Result<T, Error> {
        ask(&self.client, &self.url, method, params).await
    }
}
