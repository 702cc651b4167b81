//! `/status` (JSON, for `rota status` and people) and `/metrics` (Prometheus), on loopback unless told otherwise. Reads only.

use crate::run::Report;
use alloy::primitives::Address;
use axum::{Json, Router, extract::State, routing::get};
use rota_chain::{Observation, now};
use rota_core::me::NodeView;
use serde_json::{Value, json};
use std::io;
use tokio::{net::TcpListener, sync::watch};
use tokio_util::sync::CancellationToken;

/// Where the answers come from.
#[derive(Clone)]
pub struct Page {
    pub observed: watch::Receiver<Option<Observation>>,
    pub node: watch::Receiver<NodeView>,
    pub plan: watch::Receiver<Report>,
    /// Our sequencer key.
    pub own: Address,
}

/// Serves on `listener` until `stop`.
pub async fn serve(page: Page, listener: TcpListener, stop: CancellationToken) -> io::Result<()> {
    let router = Router::new()
        .route("/status", get(status))
        .route("/metrics", get(metrics))
        .with_state(page);
    axum::serve(listener, router)
        .with_graceful_shutdown(async move { stop.cancelled().await })
        .await
}

async fn status(State(page): State<Page>) -> Json<Value> {
    Json(page.status())
}

async fn metrics(State(page): State<Page>) -> String {
    page.metrics()
}

impl Page {
    /// Everything an operator asks first. Amounts are wei, as decimal text.
    fn status(&self) -> Value {
        let (node, plan) = (self.node.borrow().clone(), self.plan.borrow().clone());
        let Some(seen) = self.observed.borrow().clone() else {
            return json!({ "l1": null, "due": plan.due, "held": plan.held });
        };
        let (view, at) = (&seen.view, now().timestamp());
        let own = view.operator_of_key(self.own);
        let turn = view.current_turn(at);
        json!({
            "operator": own,
            "l1": { "number": view.head().number, "age_ms": now().0.saturating_sub(seen.answered_at.0) },
            "slot": view.timeline().slot_at(at),
            "epoch": view.timeline().epoch_at(at),
            "holder": view.holder(at),
            "turn": { "first": turn.first, "end": turn.end, "assigned": turn.assigned },
            "next_turns": own.map(|id| view.turns_of(id, at).iter().map(|turn| turn.first).collect::<Vec<_>>()),
            "bond": own.map(|id| view.self_bond(id).to_string()),
            "auction_balance": view.money.auction_free.to_string(),
            "spent": own.map(|id| view.spent(id).to_string()),
            "gas": view.money.gas.to_string(),
            "node": {
                "synced": node.synced,
                "unsafe": node.unsafe_head.map(|head| head.id.number),
                "safe": node.safe_head.map(|head| head.id.number),
            },
            "due": plan.due,
            "held": plan.held,
        })
    }

    /// The numbers of the status as gauges.
    fn metrics(&self) -> String {
        let status = self.status();
        let gauges = [
            ("rota_operator", &status["operator"], "own operator id"),
            ("rota_slot", &status["slot"], "current slot"),
            ("rota_holder", &status["holder"], "operator that holds the current slot"),
            ("rota_l1_head", &status["l1"]["number"], "L1 head"),
            ("rota_l1_age_ms", &status["l1"]["age_ms"], "milliseconds since L1 last answered"),
            ("rota_unsafe_head", &status["node"]["unsafe"], "unsafe L2 head"),
            ("rota_safe_head", &status["node"]["safe"], "safe L2 head"),
        ];
        let known = gauges
            .into_iter()
            .filter_map(|(name, value, help)| Some((name, value.as_u64()?, help)));
        known
            .map(|(name, value, help)| {
                format!("# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n")
            })
            .collect()
    }
}
