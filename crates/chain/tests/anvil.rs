//! The watcher and the transaction manager against a real node: reorgs that drop transactions, restarts, fees that rise.
//!
//! Our contracts' place is taken by an echo: it emits the event it is sent, and answers every call with zeros. What the real ones
//! do with the calls is for the end-to-end tests.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use alloy::{
    primitives::{Address, B256, Bytes, U256, address, hex, keccak256},
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::{json_rpc::RpcSend, types::TransactionRequest},
    signers::local::PrivateKeySigner,
    sol_types::SolEvent,
};
use rota_bindings::{Baton, Schedule};
use rota_chain::{Accounts, ChainError, L1, Outcome, TxManager, Wallets, Watcher};
use rota_core::{
    Contracts, Epoch, OperatorId, Slot, Timestamp,
    intent::{Action, Intent, IntentRecord, IntentStore, StoreFault},
    timeline::{Clock, Delays, Timeline},
    view::{ChainView, Deployment, PolicyTerms},
};
use rota_devnet::solo::Solo;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

/// Emits `LOG3` of three topics and the rest of the calldata if that is whole words; else returns 256 zero bytes.
const ECHO: [u8; 38] =
    hex!("36601f16601f5760603603806060600037604035602035600035836000a3005b6101006000f3");
/// Refuses everything.
const WALL: [u8; 5] = hex!("60006000fd");
/// An account that anvil signs for.
const DEV: Address = address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
const NEVER: Timestamp = Timestamp(u64::MAX);

/// An anvil that mines when told to, with the echo in our contracts' place.
struct Anvil {
    node: Solo,
    rpc: DynProvider,
    contracts: Contracts,
}

impl Anvil {
    async fn start() -> Self {
        let node = Solo::anvil().await.unwrap();
        let rpc = ProviderBuilder::new()
            .disable_recommended_fillers()
            .connect_http(node.url.parse().unwrap())
            .erased();
        let contract = Address::repeat_byte;
        let contracts = Contracts {
            registry: contract(1),
            vault: contract(2),
            auction: contract(3),
            schedule: contract(4),
            baton: contract(5),
            adapter: contract(6),
            open_auction: contract(7),
            auction_policy: contract(8),
            stake: contract(9),
            performance: contract(10),
            composite: contract(11),
            rewards: contract(12),
            slasher: contract(13),
        };
        let anvil = Self { node, rpc, contracts };
        for address in (1..=13).map(contract) {
            anvil.set_code(address, &ECHO).await;
        }
        anvil.mine(1).await;
        anvil
    }

    /// One of anvil's own methods, which answer nothing of interest.
    async fn ask(&self, method: &'static str, params: impl RpcSend + 'static) {
        let _: serde_json::Value = self.rpc.raw_request(method.into(), params).await.unwrap();
    }

    async fn mine(&self, blocks: u64) {
        self.ask("anvil_mine", (U256::from(blocks),)).await;
    }

    /// Blocks for which our transactions are too cheap, without any.
    async fn mine_dear(&self, blocks: u64) {
        for _ in 0..blocks {
            self.ask("anvil_setNextBlockBaseFeePerGas", (U256::from(100_000_000_000u64),)).await;
            self.mine(1).await;
        }
    }

    async fn set_code(&self, address: Address, code: &[u8]) {
        self.ask("anvil_setCode", (address, Bytes::copy_from_slice(code))).await;
    }

    /// Has `contract` emit an event, in a block of its own.
    async fn emit(&self, contract: Address, event: impl SolEvent) {
        let log = event.encode_log_data();
        assert_eq!(log.topics().len(), 3, "the echo emits events with two indexed parameters");
        let data =
            [log.topics().iter().flat_map(|topic| topic.0).collect::<Vec<_>>(), log.data.to_vec()]
                .concat();
        let request =
            TransactionRequest::default().from(DEV).to(contract).input(Bytes::from(data).into());
        let _ = self.rpc.send_transaction(request).await.unwrap();
        self.mine(1).await;
    }

    /// Replaces the last `depth` blocks by empty ones. Anvil puts none of their transactions back into its pool.
    async fn reorg(&self, depth: u64) {
        self.ask("anvil_reorg", (depth, Vec::<u8>::new())).await;
    }

    fn l1(&self) -> Arc<L1> {
        Arc::new(L1::new(std::slice::from_ref(&self.node.url)).unwrap())
    }

    async fn watcher(&self, key: Address) -> Watcher {
        let genesis = self.l1().head().await.unwrap().timestamp;
        let clock = Clock {
            genesis,
            slot_seconds: 16_000,
            slots_per_epoch: 4,
            l1_block_seconds: 1,
            l2_genesis: genesis,
            l2_block_seconds: 1,
        };
        let delays = Delays {
            seed_delay: 2,
            tail_window: 2,
            claim_grace: 6,
            claim_lead: 8,
            answer_blocks: 3,
            dispute_period: 160,
            ring: 8,
        };
        let deployment = Deployment {
            l1_chain_id: 31_337,
            l2_chain_id: 901,
            contracts: self.contracts,
            timeline: Timeline { clock, delays },
            pledges: Address::repeat_byte(8),
            min_bond: U256::ZERO,
            min_deposit: U256::ZERO,
            quantum: U256::from(1),
            floor_price: U256::ZERO,
            cap_slots: 2,
            token: Address::ZERO,
            call_out_bond: U256::ZERO,
            most_leaked: U256::ZERO,
            terms: PolicyTerms::default(),
        };
        Watcher::new(
            self.l1(),
            Arc::new(deployment),
            1,
            Accounts { sequencer_key: key, owner: key },
        )
    }
}

/// What a disk does, in memory.
#[derive(Default)]
struct Memory(Mutex<BTreeMap<(Address, u64), IntentRecord>>);

impl IntentStore for Memory {
    fn intents(&self) -> Result<Vec<IntentRecord>, StoreFault> {
        Ok(self.0.lock().unwrap().values().cloned().collect())
    }

    fn put_intent(&self, record: &IntentRecord) -> Result<(), StoreFault> {
        self.0.lock().unwrap().insert((record.from, record.nonce), record.clone());
        Ok(())
    }

    fn drop_intent(&self, from: Address, nonce: u64) -> Result<(), StoreFault> {
        self.0.lock().unwrap().remove(&(from, nonce));
        Ok(())
    }
}

/// An operator with a funded key.
struct Keeper {
    wallet: PrivateKeySigner,
    store: Arc<Memory>,
    watcher: Watcher,
    manager: TxManager,
}

impl Keeper {
    async fn new(anvil: &Anvil, dry_run: bool) -> Self {
        let wallet = PrivateKeySigner::from_bytes(&keccak256("keeper")).unwrap();
        anvil.ask("anvil_setBalance", (wallet.address(), U256::from(10).pow(U256::from(19)))).await;
        let store = Arc::new(Memory::default());
        let watcher = anvil.watcher(wallet.address()).await;
        let manager = manager(anvil, &wallet, &store, dry_run);
        Self { wallet, store, watcher, manager }
    }

    /// The process dies and starts again; what it stored is there.
    fn restart(&mut self, anvil: &Anvil) {
        self.manager = manager(anvil, &self.wallet, &self.store, false);
    }

    /// One tick with what the duties want.
    async fn tick(&mut self, wanted: &[Intent]) -> Vec<Outcome> {
        let view = self.look().await;
        self.manager.drive(&view, wanted.to_vec(), view.head().timestamp).await.unwrap()
    }

    async fn look(&mut self) -> ChainView {
        self.watcher.look().await.unwrap()
    }

    async fn nonce(&self, anvil: &Anvil) -> u64 {
        anvil.rpc.get_transaction_count(self.wallet.address()).await.unwrap()
    }
}

fn manager(
    anvil: &Anvil,
    wallet: &PrivateKeySigner,
    store: &Arc<Memory>,
    dry_run: bool,
) -> TxManager {
    let wallets = Wallets { sequencer: wallet.clone(), owner: None };
    let store = Arc::clone(store) as Arc<dyn IntentStore>;
    TxManager::new(anvil.l1(), 31_337, wallets, store, dry_run).unwrap()
}

fn claim(slot: u64) -> Intent {
    Intent { action: Action::Claim { slot: Slot(slot) }, deadline: NEVER }
}

fn hash_of(outcomes: &[Outcome]) -> B256 {
    match outcomes {
        [
            Outcome::Sent { hash, .. } | Outcome::Resent { hash, .. } | Outcome::Mined { hash, .. },
        ] => *hash,
        other => panic!("expected one transaction, found {other:?}"),
    }
}

#[tokio::test]
async fn the_view_follows_a_reorg_of_depth_3() {
    let anvil = Anvil::start().await;
    let mut watcher = anvil.watcher(DEV).await;
    anvil
        .emit(
            anvil.contracts.baton,
            Baton::Claimed { slot: 3, operator: 2, batcher: Address::ZERO },
        )
        .await;
    watcher.look().await.unwrap();
    let (schedule, baton) = (anvil.contracts.schedule, anvil.contracts.baton);
    let start = watcher.look().await.unwrap().timeline().start_of(Slot(3)).0;
    anvil.emit(schedule, Schedule::HolderChanged { slot: 3, operator: 4, timestamp: start }).await;
    anvil.emit(baton, Baton::Claimed { slot: 2, operator: 3, batcher: Address::ZERO }).await;
    anvil.mine(1).await;

    let before = watcher.look().await.unwrap();
    assert_eq!(before.holder_at(Slot(3), Timestamp(start)), OperatorId(4));
    assert!(before.is_claimed(Slot(2)) && before.is_claimed(Slot(3)));

    anvil.reorg(3).await;
    let after = watcher.look().await.unwrap();
    assert_ne!(after.head().hash, before.head().hash);
    assert_eq!(
        after.holder_at(Slot(3), Timestamp(start)),
        OperatorId::RESERVE,
        "its take-over was reorganized away"
    );
    assert!(
        !after.is_claimed(Slot(2)) && after.is_claimed(Slot(3)),
        "only what is still canonical is there"
    );

    // On the new branch things go on; a watcher that starts only now sees the same.
    anvil.emit(baton, Baton::Claimed { slot: 2, operator: 3, batcher: Address::ZERO }).await;
    let followed = watcher.look().await.unwrap();
    let fresh = anvil.watcher(DEV).await.look().await.unwrap();
    assert_eq!((followed.head(), followed.state()), (fresh.head(), fresh.state()));
    assert!(fresh.is_claimed(Slot(2)));
}

#[tokio::test]
async fn a_past_longer_than_the_snapshots_is_read_in_bulk() {
    let anvil = Anvil::start().await;
    let mut running = anvil.watcher(DEV).await;
    running.look().await.unwrap();
    for slot in [1, 2] {
        anvil
            .emit(
                anvil.contracts.baton,
                Baton::Claimed { slot, operator: 2, batcher: Address::ZERO },
            )
            .await;
        anvil.mine(200).await;
    }
    let fresh = anvil.watcher(DEV).await.look().await.unwrap();
    let caught_up = running.look().await.unwrap();
    assert!(fresh.is_claimed(Slot(1)) && fresh.is_claimed(Slot(2)));
    assert_eq!((caught_up.head(), caught_up.state()), (fresh.head(), fresh.state()));
    assert_eq!(
        fresh.origins().hashes.len(),
        rota_core::view::DEPTH + 1,
        "the last blocks can be rewound one by one"
    );
}

#[tokio::test]
async fn an_intent_is_sent_once_through_a_restart_and_a_reorg_of_depth_3() {
    let anvil = Anvil::start().await;
    let mut keeper = Keeper::new(&anvil, false).await;
    let wanted = [claim(7)];

    let sent = hash_of(&keeper.tick(&wanted).await);
    assert_eq!(keeper.tick(&wanted).await, [], "it is under way");
    keeper.restart(&anvil);
    assert_eq!(keeper.tick(&wanted).await, [], "and still is after a restart");

    anvil.mine(1).await;
    // The duty saw the view before this block; it wishes once more.
    assert_eq!(hash_of(&keeper.tick(&[]).await), sent);
    anvil.mine(2).await;
    keeper.look().await;

    anvil.reorg(3).await;
    assert_eq!(keeper.nonce(&anvil).await, 0, "anvil dropped it");
    assert!(anvil.rpc.get_transaction_by_hash(sent).await.unwrap().is_none());
    let outcomes = keeper.tick(&wanted).await;
    assert_eq!(hash_of(&outcomes), sent, "the very same bytes: {outcomes:?}");
    anvil.mine(1).await;
    let outcomes = keeper.tick(&[]).await;
    assert!(
        matches!(outcomes[..], [Outcome::Mined { hash, succeeded: true, .. }] if hash == sent),
        "{outcomes:?}"
    );
    assert_eq!(keeper.nonce(&anvil).await, 1, "one wish, one nonce");

    anvil.mine(64).await;
    keeper.tick(&[]).await;
    assert!(keeper.store.intents().unwrap().is_empty(), "buried deep enough to be forgotten");
}

#[tokio::test]
async fn a_crash_before_sending_sends_what_was_recorded() {
    let anvil = Anvil::start().await;
    let mut keeper = Keeper::new(&anvil, false).await;
    let sent = hash_of(&keeper.tick(&[claim(7)]).await);
    // As if the process had died between recording and sending.
    anvil.ask("anvil_dropTransaction", (sent,)).await;
    keeper.restart(&anvil);
    assert_eq!(hash_of(&keeper.tick(&[claim(7)]).await), sent);
}

#[tokio::test]
async fn a_transaction_that_is_too_cheap_is_replaced_at_a_tenth_more() {
    let anvil = Anvil::start().await;
    let mut keeper = Keeper::new(&anvil, false).await;
    let first = hash_of(&keeper.tick(&[claim(7)]).await);

    anvil.mine_dear(2).await;
    let outcomes = keeper.tick(&[]).await;
    assert!(
        matches!(outcomes[..], [Outcome::Resent { nonce: 0, hash, .. }] if hash != first),
        "{outcomes:?}"
    );
    let record = keeper.store.intents().unwrap().remove(0);
    let fees: Vec<_> = record.attempts.iter().map(|attempt| attempt.max_fee_per_gas).collect();
    assert!(fees[1] >= fees[0] + fees[0] / 10, "{fees:?}");

    anvil.mine(1).await;
    let outcomes = keeper.tick(&[]).await;
    assert!(matches!(outcomes[..], [Outcome::Mined { succeeded: true, .. }]), "{outcomes:?}");
    assert_eq!(keeper.nonce(&anvil).await, 1);
}

#[tokio::test]
async fn an_intent_past_its_deadline_gives_its_nonce_to_a_transfer_of_nothing() {
    let anvil = Anvil::start().await;
    let mut keeper = Keeper::new(&anvil, false).await;
    let deadline = Timestamp(keeper.look().await.head().timestamp.0 + 1);
    let late = Intent { deadline, ..claim(7) };
    keeper.tick(std::slice::from_ref(&late)).await;

    anvil.ask("evm_increaseTime", (U256::from(1),)).await;
    anvil.mine_dear(1).await;
    let outcomes = keeper.tick(std::slice::from_ref(&late)).await;
    assert_eq!(outcomes, [Outcome::Abandoned { key: "claim/7".to_owned(), nonce: 0 }]);
    anvil.mine(1).await;
    keeper.tick(&[]).await;
    let last = keeper.store.intents().unwrap().remove(0).attempts.last().hash;
    let receipt =
        anvil.rpc.get_transaction_receipt(last).await.unwrap().expect("the transfer is mined");
    assert_eq!((receipt.to, receipt.gas_used), (Some(keeper.wallet.address()), 21_000));
    assert_eq!(
        hash_of(&keeper.tick(&[claim(8)]).await),
        keeper.store.intents().unwrap()[1].attempts.last().hash
    );
}

#[tokio::test]
async fn one_that_cannot_be_paid_for_holds_up_no_other() {
    let anvil = Anvil::start().await;
    let mut keeper = Keeper::new(&anvil, false).await;
    let first = hash_of(&keeper.tick(&[claim(7)]).await);
    // Too cheap for what follows, and no money left to raise the fee.
    anvil
        .ask("anvil_setBalance", (keeper.wallet.address(), U256::from(10).pow(U256::from(15))))
        .await;
    anvil.mine_dear(2).await;
    assert_eq!(keeper.tick(&[]).await, [], "refused by the node, and no attempt of ours");
    let record = keeper.store.intents().unwrap().remove(0);
    assert_eq!(record.attempts.iter().map(|attempt| attempt.hash).collect::<Vec<_>>(), [first]);

    anvil
        .ask("anvil_setBalance", (keeper.wallet.address(), U256::from(10).pow(U256::from(19))))
        .await;
    anvil.mine_dear(1).await;
    let outcomes = keeper.tick(&[claim(8)]).await;
    assert!(
        matches!(outcomes[..], [Outcome::Resent { nonce: 0, .. }, Outcome::Sent { nonce: 1, .. }]),
        "{outcomes:?}"
    );
}

#[tokio::test]
async fn what_would_revert_is_not_sent_and_said_once() {
    let anvil = Anvil::start().await;
    anvil.set_code(anvil.contracts.schedule, &WALL).await;
    let mut keeper = Keeper::new(&anvil, false).await;
    let wanted = [Intent { action: Action::Freeze { epoch: Epoch(2) }, deadline: NEVER }];
    // The watcher asks the schedule nothing while we are no operator.
    let outcomes = keeper.tick(&wanted).await;
    assert!(
        matches!(&outcomes[..], [Outcome::Dropped { key, .. }] if key == "freeze/2"),
        "{outcomes:?}"
    );
    for _ in 0..2 {
        anvil.mine(1).await;
        assert_eq!(keeper.tick(&wanted).await, []);
    }
    assert_eq!(keeper.nonce(&anvil).await, 0);

    // It is tried again with every block, so a contract that allows it later is not missed.
    anvil.set_code(anvil.contracts.schedule, &ECHO).await;
    anvil.mine(1).await;
    hash_of(&keeper.tick(&wanted).await);
}

#[tokio::test]
async fn a_dry_run_shows_each_transaction_and_sends_none() {
    let anvil = Anvil::start().await;
    let mut keeper = Keeper::new(&anvil, true).await;
    let outcomes = keeper.tick(&[claim(7)]).await;
    assert!(
        matches!(&outcomes[..], [Outcome::WouldSend { call, .. }] if call.to == anvil.contracts.baton),
        "{outcomes:?}"
    );
    assert_eq!(keeper.tick(&[claim(7)]).await, []);
    anvil.mine(1).await;
    assert_eq!((keeper.nonce(&anvil).await, keeper.store.intents().unwrap()), (0, vec![]));
}

#[tokio::test]
async fn a_dry_run_tells_what_l1_would_refuse_beside_what_it_would_not() {
    let anvil = Anvil::start().await;
    anvil.set_code(anvil.contracts.schedule, &WALL).await;
    let mut keeper = Keeper::new(&anvil, true).await;
    let freeze = Intent { action: Action::Freeze { epoch: Epoch(2) }, deadline: NEVER };
    let outcomes = keeper.tick(&[freeze, claim(7)]).await;
    assert!(
        matches!(&outcomes[..], [Outcome::Dropped { key, .. }, Outcome::WouldSend { .. }] if key == "freeze/2"),
        "{outcomes:?}"
    );
}

#[tokio::test]
async fn another_endpoint_is_asked_when_one_is_down() {
    let anvil = Anvil::start().await;
    let dead = "http://127.0.0.1:1".to_owned();
    let l1 = L1::new(&[dead.clone(), anvil.node.url.clone()]).unwrap();
    assert_eq!(l1.head().await.unwrap(), anvil.l1().head().await.unwrap());
    l1.check(31_337).await.unwrap();
    let error = l1.check(1).await.unwrap_err();
    assert!(matches!(error, ChainError::WrongChain { found: 31_337, expected: 1, .. }), "{error}");
    let error = L1::new(&[dead]).unwrap().head().await.unwrap_err();
    assert!(matches!(error, ChainError::Unanswered { .. }), "{error}");
}
