//! Two operators with unmodified op-geths and op-nodes of their own, each behind its own fence, on one real L1. The test stands in
//! for the view (who holds which slot) and for the relay (it hands over what is in the other's stream), and for nothing else.
//!
//! Slots of 8 s alternate between the two. What must hold: every block is sealed by the holder of the slot that it is dated in, the
//! chain has no gap, both sides sign the receipts, a restart of a node in the middle of a turn loses nothing, and a block that no
//! node takes stops nobody.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use alloy::{
    primitives::{Address, B256},
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::SolStruct,
};
use rota_core::{
    OperatorId, Slot, Timestamp,
    authority::{Authority, Basis, Origins, Tenure},
    envelope::EnvelopeError,
    message::{Payload, SealedBlock, StreamItem, domain},
    seal::SealStore,
};
use rota_devnet::{
    Error,
    genesis::{self, Chain, L2_CHAIN_ID},
    l1::{ANVIL, L1, L1_CHAIN_ID, OWNER},
    node::{ChainFiles, Node},
    ports::Ports,
    process::Supervisor,
    rpc,
    tools::Tools,
};
use rota_sequencer::{
    Batcher, FromPeers, Role,
    seam::now,
    shell::{Config, Inputs, run},
};
use rota_store::{Deployment, Store};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

const SLOT: u64 = 8;
const WITHIN: Duration = Duration::from_secs(90);

struct Keeper {
    id: OperatorId,
    store: Arc<Store>,
    peers: mpsc::Sender<FromPeers>,
    stop: CancellationToken,
    running: JoinHandle<Result<(), rota_sequencer::shell::SequencerError>>,
    conductor: String,
}

/// Slots from the genesis on alternate: even ones are operator 2's, odd ones operator 3's.
fn tenures(id: OperatorId, genesis: u64) -> Vec<Tenure> {
    let current = (now().timestamp().0).saturating_sub(genesis) / SLOT;
    (current.saturating_sub(3)..current + 8)
        .filter(|slot| slot % 2 == u64::from(id.0 % 2))
        .map(|slot| Tenure {
            slot: Slot(slot),
            from: Timestamp(genesis + slot * SLOT),
            until: Timestamp(genesis + slot * SLOT + SLOT),
            to_slot_end: true,
            basis: Basis::Schedule,
        })
        .collect()
}

/// Asks L1 as a view does: what is answered late or not at all is not in it.
async fn watch_l1(url: String, id: OperatorId, genesis: u64, role: watch::Sender<Role>) {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Block {
        hash: B256,
        parent_hash: B256,
        number: alloy::primitives::U64,
    }
    let mut hashes = BTreeMap::new();
    loop {
        let answered_at = now();
        let block: Result<Block, _> =
            rpc::call(&url, "eth_getBlockByNumber", json!(["latest", false])).await;
        if let Ok(head) = block {
            let mut block = Some(head);
            let head = block.as_ref().unwrap().number.to::<u64>();
            hashes.split_off(&(head + 1));
            // Back to the block that is known: the last ones may have been replaced.
            while let Some(Block { hash, parent_hash, number }) = block {
                let number = number.to::<u64>();
                let known = hashes.insert(number, hash) == Some(hash);
                let joined = number == 0 || hashes.get(&(number - 1)) == Some(&parent_hash);
                let parent = json!([format!("{:#x}", number.saturating_sub(1)), false]);
                let next = rpc::call(&url, "eth_getBlockByNumber", parent);
                block = if known || joined { None } else { Some(next.await.unwrap()) };
            }
            let origins = Origins { head, hashes: hashes.clone() };
            let authority = Authority { tenures: tenures(id, genesis), origins, answered_at };
            if role.send(Role { authority, batcher: Batcher::Theirs }).is_err() {
                return;
            }
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// Hands what becomes durable at `from` over to `to`.
async fn relay(from: Arc<Store>, to: mpsc::Sender<FromPeers>) {
    let mut seen = from.subscribe();
    let mut next = 1;
    loop {
        for (seq, item) in from.stream_from(next, 100).unwrap() {
            next = seq + 1;
            let message = match item {
                StreamItem::Sealed(block) => {
                    block.check_envelope().unwrap();
                    FromPeers::Block(block)
                }
                StreamItem::Receipt(receipt) if receipt.countersignature.is_none() => {
                    FromPeers::Receipt(receipt)
                }
                StreamItem::Receipt(_) | StreamItem::Leaving { .. } => continue,
            };
            if to.send(message).await.is_err() {
                return;
            }
        }
        if seen.changed().await.is_err() {
            return;
        }
    }
}

async fn keeper(
    id: OperatorId,
    dir: &Path,
    node: &Node,
    l1: &L1,
    genesis: u64,
    listener: TcpListener,
) -> Keeper {
    let deployment =
        Deployment { l1_chain_id: L1_CHAIN_ID, l2_chain_id: L2_CHAIN_ID, baton: Address::ZERO };
    let store = Arc::new(Store::open(dir, deployment, None).unwrap());
    let (role_out, role) = watch::channel(Role::default());
    tokio::spawn(watch_l1(l1.url.clone(), id, genesis, role_out));
    let (peers, peers_in) = mpsc::channel(64);
    let (gaps, _gaps) = mpsc::channel(1);
    let stop = CancellationToken::new();
    let config = Config {
        operator: id,
        l2_chain_id: L2_CHAIN_ID,
        block_time: 1,
        domain: domain(L1_CHAIN_ID, Address::ZERO),
        node_rpc: node.node_rpc.clone(),
        batcher_rpc: node.batcher_rpc.clone(),
        l1_rpc: vec![l1.url.clone()],
    };
    let conductor = format!("http://{}", listener.local_addr().unwrap());
    let inputs = Inputs { role, peers: peers_in, gaps, stop: stop.clone() };
    let running = tokio::spawn(run(config, Arc::clone(&store), key(id), listener, inputs));
    Keeper { id, store, peers, stop, running, conductor }
}

/// Every block sealed so far, by number.
fn sealed(keepers: &[Keeper]) -> Vec<SealedBlock> {
    let mut blocks: Vec<_> = keepers
        .iter()
        .flat_map(|keeper| keeper.store.stream_from(1, 10_000).unwrap())
        .filter_map(|(_, item)| match item {
            StreamItem::Sealed(block) => Some(*block),
            _ => None,
        })
        .collect();
    blocks.sort_by_key(|block| block.payload.number);
    blocks
}

/// A block of operator 3's on top of `below`, signed and hashed as it should be, that no execution can come to.
fn untakeable(below: &SealedBlock, slot: Slot) -> SealedBlock {
    let mut envelope = below.payload.envelope.clone();
    let payload = &mut envelope["executionPayload"];
    payload["parentHash"] = json!(below.payload.hash);
    payload["blockNumber"] = json!(format!("{:#x}", below.payload.number + 1));
    payload["timestamp"] = json!(format!("{:#x}", below.payload.timestamp.0 + 1));
    payload["stateRoot"] = json!(B256::repeat_byte(1));
    let payload = rehashed(envelope);
    let commitment = payload.commitment(L2_CHAIN_ID, slot);
    let domain = domain(L1_CHAIN_ID, Address::ZERO);
    let signature = key(OperatorId(3)).sign_hash_sync(&commitment.eip712_signing_hash(&domain));
    let signature = signature.unwrap();
    let block = SealedBlock { operator: OperatorId(3), commitment, signature, payload };
    // What a relay looks at before it hands a block on.
    assert_eq!(block.signer(&domain), Some(key(OperatorId(3)).address()));
    block.check_envelope().unwrap();
    block
}

/// The payload that `envelope` is once its hash is right.
fn rehashed(mut envelope: Value) -> Payload {
    let Err(EnvelopeError::WrongHash { actual, .. }) = Payload::from_envelope(envelope.clone())
    else {
        panic!("a changed field must change the hash");
    };
    envelope["executionPayload"]["blockHash"] = json!(actual);
    Payload::from_envelope(envelope).unwrap()
}

fn key(id: OperatorId) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::with_last_byte(id.0 as u8)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_baton_passes_between_two_unmodified_nodes() {
    let dir = tempfile::tempdir().unwrap();
    let tools = Tools::find("unused").unwrap();
    let supervisor = Supervisor::new(dir.path().join("logs")).unwrap();
    let ports = Ports::default();
    let l1 = L1::start(&supervisor, &ports, &tools, dir.path(), 2).await.unwrap();
    let nobody = Address::repeat_byte(9);
    let system_config = l1.deploy_system_config(&supervisor, &tools, nobody, nobody).await.unwrap();
    let (number, hash, timestamp) = l1.head().await.unwrap();
    let genesis_time = timestamp + 12;
    let chain = Chain {
        l1_chain_id: L1_CHAIN_ID,
        anchor: (number, hash),
        genesis_time,
        block_time: 1,
        system_config,
        batcher: nobody,
        owner: OWNER,
    };
    let files = ChainFiles::within(dir.path());
    genesis::write(&files, &chain, &tools, &l1.url).await.unwrap();
    let nodes: Vec<Node> = (0..2)
        .map(|i| Node::new(i.to_string(), dir.path().join(format!("node-{i}")), &ports).unwrap())
        .collect();
    let mut genesis_hash = B256::ZERO;
    for node in &nodes {
        genesis_hash = node.start_op_geth(&supervisor, &tools, &files, L2_CHAIN_ID).await.unwrap();
    }
    genesis::write_rollup(&files, &chain, genesis_hash).unwrap();
    let mut keepers = vec![];
    for (i, node) in nodes.iter().enumerate() {
        let id = OperatorId(i as u16 + 2);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let keeper =
            keeper(id, &dir.path().join(format!("keeper-{i}")), node, &l1, genesis_time, listener)
                .await;
        node.start_op_node(&supervisor, &tools, &files, &l1, Some(&keeper.conductor))
            .await
            .unwrap();
        keepers.push(keeper);
    }
    for (from, to) in [(0, 1), (1, 0)] {
        tokio::spawn(relay(Arc::clone(&keepers[from].store), keepers[to].peers.clone()));
        keepers[to].peers.send(FromPeers::Heard).await.unwrap();
    }
    let until_block = async |number: u64| {
        supervisor
            .until(ANVIL, &format!("block {number}"), WITHIN, async || {
                let last = sealed(&keepers).last().map(|block| block.payload.number);
                Ok::<_, Error>(last.filter(|last| *last >= number))
            })
            .await
            .unwrap()
    };

    // Three hand-overs, then the holder's op-node dies in the middle of its turn and comes back.
    until_block(3 * SLOT + 3).await;
    let before_crash = sealed(&keepers).last().unwrap().payload.number;
    supervisor.kill(&[nodes[1].op_node().as_str()]).await.unwrap();
    nodes[1]
        .start_op_node(&supervisor, &tools, &files, &l1, Some(&keepers[1].conductor))
        .await
        .unwrap();
    until_block(5 * SLOT + 2).await;

    // Asked over the conductor RPC for another block at a height that is signed: refused, and the node keeps the first one.
    let signed =
        sealed(&keepers).into_iter().rev().find(|block| block.operator == keepers[1].id).unwrap();
    let mut other = signed.payload.envelope.clone();
    other["executionPayload"]["prevRandao"] = json!(B256::repeat_byte(1));
    let other = rehashed(other).envelope;
    let answer: Result<Value, _> =
        rpc::call(&keepers[1].conductor, "conductor_commitUnsafePayload", json!([other])).await;
    let refusal = answer.unwrap_err().to_string();
    assert!(refusal.contains("is already signed as"), "{refusal}");

    // L1 replaces its last three blocks: heights whose origin is gone are sealed again, once that is settled.
    let height = sealed(&keepers).last().unwrap().payload.number;
    rpc::call::<Value>(&l1.url, "anvil_reorg", json!([3, []])).await.unwrap();
    until_block(height + 6).await;
    let twice = sealed(&keepers)
        .windows(2)
        .filter(|pair| pair[0].payload.number == pair[1].payload.number)
        .count();
    println!("{twice} heights sealed twice after the L1 reorg at block {height}");
    assert!(twice > 0, "the reorg took no block's origin");

    // SIGTERM to the holder: the block in hand, the receipt, and word of its leaving.
    let holder = &keepers[1];
    until_block(7 * SLOT + 2).await;
    holder.stop.cancel();
    until_block(8 * SLOT + 2).await;
    let last_item = holder.store.stream_from(1, 10_000).unwrap().pop().unwrap().1;
    let blocks = sealed(&keepers);
    for (block, next) in blocks.iter().filter(|b| b.payload.number < height - 8).zip(&blocks[1..]) {
        assert_eq!(
            next.payload.parent_hash, block.payload.hash,
            "after block {}",
            block.payload.number
        );
    }
    for block in blocks.iter().filter(|block| block.payload.number < before_crash) {
        let slot = (block.payload.timestamp.0 - genesis_time) / SLOT;
        assert_eq!(block.commitment.slot, slot, "block {} was late", block.payload.number);
        assert_eq!(u64::from(block.operator.0 % 2), slot % 2);
    }
    for (keeper, boundary) in [(&keepers[0], 1), (&keepers[1], 2), (&keepers[0], 3)] {
        let receipt = keeper.store.handed_over(Slot(boundary)).unwrap();
        let last = receipt.expect("every turn ends in a receipt").receipt.number;
        assert_eq!(
            last,
            boundary * SLOT - 1,
            "the receipt names the last block before the boundary"
        );
    }
    // Countersigned as soon as its origin is deep enough: 8 L1 blocks, two slots later.
    let countersigned = keepers[1].store.countersigned(SLOT - 1).unwrap();
    assert_eq!(countersigned.len(), 1, "the first receipt, by the successor");
    println!("{} blocks; {last_item:?}", blocks.len());

    // A predecessor's last block that no node takes: its maker's signature is good, but not what it says of the state.
    until_block(9 * SLOT - 1).await;
    let below = sealed(&keepers).pop().unwrap();
    let bad = untakeable(&below, Slot(9));
    keepers[0].peers.send(FromPeers::Block(Box::new(bad.clone()))).await.unwrap();
    until_block(11 * SLOT - 1).await;
    let blocks = sealed(&keepers);
    let beside = blocks.iter().find(|b| b.payload.parent_hash == below.payload.hash).unwrap();
    assert_eq!(beside.payload.number, bad.payload.number, "built on the parent of the bad block");
    for block in blocks.iter().filter(|block| block.payload.number >= bad.payload.number) {
        // Within its slot the successor made up for the whole slot before, too.
        assert_eq!((block.operator, block.commitment.slot), (keepers[0].id, 10));
    }
    let rejected = keepers[0].store.sealed_block(bad.payload.hash).unwrap();
    assert!(rejected.is_some(), "the bad block was never followed");

    keepers[0].stop.cancel();
    for keeper in keepers {
        keeper.running.await.unwrap().unwrap();
    }
    supervisor.down().await.unwrap();
}
