//! JSON-RPC, one call at a time.

use crate::Error;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{sync::LazyLock, time::Duration};

static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
    // Without a pool a process that was killed and started again is met on a fresh connection.
    reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .pool_max_idle_per_host(0)
        .no_proxy()
        .build()
        .expect("a client without options of the machine can always be made")
});

/// Calls `method` at `url` and reads the result as `T`.
pub async fn call<T: DeserializeOwned>(url: &str, method: &str, params: Value) -> Result<T, Error> {
    let fail = |reason: String| Error::Rpc { url: url.into(), method: method.into(), reason };
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let answer = CLIENT.post(url).json(&body).send().await.map_err(|e| fail(e.to_string()))?;
    let mut answer: Value = answer.json().await.map_err(|e| fail(e.to_string()))?;
    match answer.get("error") {
        Some(error) if !error.is_null() => Err(fail(error.to_string())),
        _ => serde_json::from_value(answer["result"].take()).map_err(|e| fail(e.to_string())),
    }
}
