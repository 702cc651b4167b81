//! The keeper: everything below runs until SIGTERM or until one part of it ends.
//!
//! ```text
//!            L1 watcher ──observation──> duties ──intents──> transaction manager ──> L1
//!                 │                        ^
//!                 ├──role──> sequencer ────┤ node view
//!                 │            ^  │ stream
//!   peers <──────relay─────────┘  └──> relay ──> peers, followers
//!   users ──> ingress ──> outbox ──> pools of whoever includes next
//! ```
//!
//! A part that ends, ends the keeper: half a keeper is worse than one that its supervisor restarts.

mod duties;
mod node;
mod role;

pub use duties::Report;

use crate::{
    config::Config,
    directory::Network,
    http,
    operator::{self, Operator},
    preflight,
};
use eyre::{Context, Result, eyre};
use rota_chain::{Observation, TxManager, Watcher, now};
use rota_core::{
    me::NodeView,
    message::{StreamItem, domain},
    types::OperatorId,
};
use rota_relay::{
    Received, client::Peers, ingress::Ingress, offers::Offers, pool::Pool, server::Relay,
};
use rota_sequencer::{FromPeers, Gap, clients::OpNode};
use rota_store::{Deployment, Store, on_own_thread};
use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::{Notify, mpsc, watch},
    task::JoinSet,
    time::sleep,
};
use tokio_util::sync::CancellationToken;

/// How long open streams have to deliver the last block, the receipt and that we leave.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// Messages that may wait between two parts: a burst of blocks after a restart.
const QUEUE: usize = 1_024;

/// The keeper's parts. The first one that ends decides how the keeper ends.
struct Parts {
    running: JoinSet<(&'static str, Result<()>)>,
    stop: CancellationToken,
}

impl Parts {
    fn spawn(
        &mut self,
        name: &'static str,
        part: impl Future<Output = Result<()>> + Send + 'static,
    ) {
        self.running.spawn(async move { (name, part.await) });
    }

    /// Waits for all of them; a part that ends before the keeper was asked to stop makes it stop.
    async fn join(mut self) -> Result<()> {
        let mut failure = None;
        while let Some(ended) = self.running.join_next().await {
            let (name, result) = ended.unwrap_or_else(|panic| ("a part", Err(eyre!(panic))));
            let result = match result {
                Ok(()) if !self.stop.is_cancelled() => Err(eyre!("it ended by itself")),
                result => result,
            };
            if let Err(error) = result {
                failure = failure
                    .or(Some(error.wrap_err(format!("{name} stopped, and with it the keeper"))));
            }
            self.stop.cancel();
        }
        failure.map_or(Ok(()), Err)
    }
}

/// `rota run`: until SIGTERM or SIGINT. With `dry_run` every L1 transaction is printed instead of sent, and nothing is sequenced.
pub async fn run(config: Config, dry_run: bool) -> Result<()> {
    if let Some(fault) = preflight::faults(&config).await.into_iter().next() {
        return Err(fault.into());
    }
    let operator = Operator::load(&config).await?;
    let strategy = operator::strategy(&config);
    let stop = stop_on_signal()?;
    // Cancelled last: the block in hand needs a fresh view of L1, and the receipt needs readers of its stream.
    let over = CancellationToken::new();
    let mut parts = Parts { running: JoinSet::new(), stop: stop.clone() };

    let deployment = operator.deployment.clone();
    let timeline = deployment.timeline;
    let started = now().timestamp();
    let store = Arc::new(Store::open(
        &config.data_dir,
        Deployment {
            l1_chain_id: config.l1.chain_id,
            l2_chain_id: config.l2.chain_id,
            baton: config.contracts.baton,
        },
        timeline.has_begun(started).then(|| timeline.slot_at(started)),
    )?);

    let (observations, observed) = watch::channel(None);
    let watcher = Watcher::new(
        operator.l1.clone(),
        deployment.clone(),
        config.l1.deployed_at,
        operator.accounts(),
    );
    parts.spawn("the L1 watcher", {
        let over = over.clone();
        async move {
            watcher.run(observations, over).await;
            Ok(())
        }
    });

    let pool = Pool::new(config.l2.el_rpc.parse()?);
    let network = Arc::new(Network::new(
        observed.clone(),
        config.l1.chain_id,
        config.contracts.baton,
        config.l2.chain_id,
        Some(operator.sequencer.address()),
    ));
    let relay = Relay::new(store.clone(), pool.clone())
        .serve(listen(config.relay_listen).await?, over.clone());
    parts.spawn("the relay", async move { Ok(relay.await?) });

    let promised = Arc::new(Notify::new());
    let ingress = Ingress {
        store: store.clone(),
        pool: pool.clone(),
        l2_chain_id: config.l2.chain_id,
        promised: promised.clone(),
    };
    let ingress = ingress.serve(listen(config.ingress_listen).await?, stop.clone());
    parts.spawn("the ingress", async move { Ok(ingress.await?) });
    let offers = Offers::new(store.clone(), pool.clone(), network.clone())?;
    parts.spawn("the outbox", offers.run(promised, stop.clone()));

    let (seen, node_view) = watch::channel(NodeView::default());
    let node = OpNode::new(&config.l2.node_rpc)?;
    let node_watcher =
        node::NodeWatcher { node: node.clone(), pool, store: store.clone(), timeline, seen };
    let node_watcher = on_own_thread(node_watcher.run(stop.clone()));
    parts.spawn("the node watcher", async move { Ok(node_watcher.await?) });

    let (plans, plan) = watch::channel(duties::Report::default());
    if let Some(address) = config.http_listen {
        let page = http::Page {
            observed: observed.clone(),
            node: node_view.clone(),
            plan,
            own: operator.sequencer.address(),
        };
        let served = http::serve(page, listen(address).await?, stop.clone());
        parts.spawn("the status page", async move { Ok(served.await?) });
    }

    let manager = TxManager::new(
        operator.l1.clone(),
        config.l1.chain_id,
        operator.wallets(),
        store.clone(),
        dry_run,
    )?;
    let duties = duties::Duties {
        manager,
        me: operator.me.clone(),
        strategy,
        observed: observed.clone(),
        node_view,
        plans,
    };
    let duties = on_own_thread(duties.run(stop.clone()));
    parts.spawn("the duties", async move { duties.await? });

    let sequencer = {
        let stop = stop.clone();
        async move {
            if dry_run {
                stop.cancelled().await;
                return Ok(());
            }
            sequence(config, operator, store, network, node, observed, stop).await
        }
    };
    parts.spawn("the sequencer", async move {
        let ended = sequencer.await;
        sleep(LAST_WORDS).await;
        over.cancel();
        ended
    });
    parts.join().await
}

/// Waits until the operator is registered, then sequences whenever it holds a slot.
async fn sequence(
    config: Config,
    operator: Operator,
    store: Arc<Store>,
    network: Arc<Network>,
    node: OpNode,
    mut observed: watch::Receiver<Option<Observation>>,
    stop: CancellationToken,
) -> Result<()> {
    let own = operator.sequencer.address();
    let id = tokio::select! {
        () = stop.cancelled() => return Ok(()),
        id = registered(&mut observed, own) => id?,
    };
    tracing::info!(operator = %id, "keeper.registered");
    let first = observed.borrow().as_ref().map(|seen| role::role(seen, id)).unwrap_or_default();
    let (roles, role) = watch::channel(first);
    let (received, mut from_relay) = mpsc::channel(QUEUE);
    let (to_sequencer, peers) = mpsc::channel(QUEUE);
    let (gaps, mut asked) = mpsc::channel::<Gap>(QUEUE);
    let (ask, gaps_asked) = mpsc::channel(QUEUE);
    let reader =
        Peers { directory: network, store: Some(store.clone()), received, gaps: gaps_asked };

    let inputs = rota_sequencer::shell::Inputs { role, peers, gaps, stop: stop.clone() };
    let sequencer = rota_sequencer::shell::run(
        rota_sequencer::shell::Config {
            operator: id,
            l2_chain_id: config.l2.chain_id,
            block_time: operator.deployment.timeline.clock.l2_block_seconds,
            domain: domain(config.l1.chain_id, config.contracts.baton),
            node_rpc: config.l2.node_rpc.clone(),
            batcher_rpc: config.l2.batcher_rpc.clone(),
            l1_rpc: config.l1.rpc.clone(),
        },
        store,
        operator.sequencer.clone(),
        listen(config.l2.conductor_listen).await?,
        inputs,
    );
    // Apart from the messages: while those wait for the sequencer, its role must not grow old.
    let refreshing = async {
        loop {
            observed.changed().await.wrap_err("the L1 watcher ended")?;
            if let Some(seen) = observed.borrow_and_update().as_ref() {
                roles.send_replace(role::role(seen, id));
            }
        }
    };
    let plumbing = async {
        loop {
            tokio::select! {
                Some(message) = from_relay.recv() => {
                    if let Some(message) = for_sequencer(message, id) {
                        to_sequencer.send(message).await?;
                    }
                }
                Some(gap) = asked.recv() => drop(ask.try_send(gap.from)),
                else => return Err(eyre!("the relay ended")),
            }
        }
    };
    // The sequencer decides when this ends: after SIGTERM it still seals the block in hand and signs the receipt, for which it
    // needs its role to be refreshed.
    tokio::select! {
        ended = sequencer => Ok(ended?),
        broken = refreshing => broken,
        broken = plumbing => broken,
        () = async {
            // Asked before that, peers would be asked for the whole chain; and until then nothing can be sealed anyway.
            let safe = node.known_heads().await.safe;
            reader.run(safe.number, stop).await;
            std::future::pending().await
        } => Ok(()),
    }
}

async fn registered(
    observed: &mut watch::Receiver<Option<Observation>>,
    own: alloy::primitives::Address,
) -> Result<OperatorId> {
    let seen = observed
        .wait_for(|seen| seen.as_ref().is_some_and(|seen| seen.view.operator_of_key(own).is_some()))
        .await
        .wrap_err("the L1 watcher ended")?;
    seen.as_ref()
        .and_then(|seen| seen.view.operator_of_key(own))
        .ok_or_else(|| eyre!("waited for its registration"))
}

/// What concerns the sequencer of what peers said.
fn for_sequencer(message: Received, own: OperatorId) -> Option<FromPeers> {
    match message {
        Received::Item(StreamItem::Sealed(block)) | Received::Block(block) => {
            Some(FromPeers::Block(block))
        }
        Received::Item(StreamItem::Receipt(receipt)) if receipt.from != own => {
            Some(FromPeers::Receipt(receipt))
        }
        Received::Item(_) => None,
        Received::Heard => Some(FromPeers::Heard),
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.wrap_err_with(|| format!("cannot listen on {address}"))
}

/// A token that SIGTERM and SIGINT cancel.
pub fn stop_on_signal() -> Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = CancellationToken::new();
    let cancelled = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("keeper.stopping");
        cancelled.cancel();
    });
    Ok(stop)
}
