//! Random actions, restarts among them, against maps in memory.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Action {
    Accept { number: u64, branch: u8 },
    Seal { branch: u8 },
    Adopt { number: u64 },
    Promise(u8),
    Include { tx: u8, number: u64 },
    ReopenFrom(u64),
    Reopen,
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => (1u64..12, 0u8..2).prop_map(|(number, branch)| Action::Accept { number, branch }),
        3 => (0u8..3).prop_map(|branch| Action::Seal { branch }),
        1 => (1u64..12).prop_map(|number| Action::Adopt { number }),
        1 => (0u8..6).prop_map(Action::Promise),
        1 => (0u8..6, 1u64..12).prop_map(|(tx, number)| Action::Include { tx, number }),
        1 => (1u64..12).prop_map(Action::ReopenFrom),
        1 => Just(Action::Reopen),
    ]
}

/// The same as plain maps.
#[derive(Default)]
struct Model {
    head: Option<L2Block>,
    /// By hash, with whether it is ours.
    blocks: BTreeMap<B256, (L2Block, bool)>,
    /// Hashes as they came, the newest last.
    order: Vec<B256>,
    stream: Vec<B256>,
    outbox: BTreeMap<B256, Option<u64>>,
}

impl Model {
    /// Ours are sealed in a later slot than those of peers.
    fn tip(&self, block: L2Block) -> L2Block {
        let children = self.order.iter().map(|hash| self.blocks[hash]).enumerate();
        let on_block = children.filter(|(_, (child, _))| child.parent_hash == block.hash);
        let best = on_block.max_by_key(|(order, (_, ours))| (*ours, *order));
        best.map_or(block, |(_, (child, _))| self.tip(child))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn behaves_like_maps_that_survive(actions in prop::collection::vec(action(), 1..30)) {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Arc::new(open(dir.path()));
        let mut model = Model::default();
        for action in actions {
            match action {
                Action::Accept { number, branch } => {
                    let block = by_peer(number, branch);
                    let summary = block.payload.block();
                    let is_new = !model.blocks.contains_key(&summary.hash);
                    prop_assert_eq!(store.accept(&block).unwrap() == Accepted::New, is_new);
                    if is_new {
                        model.order.push(summary.hash);
                        model.blocks.insert(summary.hash, (summary, false));
                        if model.head.is_some_and(|head| head.hash == summary.parent_hash) {
                            model.head = Some(model.tip(summary));
                        }
                    }
                }
                Action::Seal { branch } => {
                    let Some(head) = model.head else { continue };
                    let number = head.number + 1;
                    let mut own = hash(number, 0x10 + branch);
                    own[1..9].copy_from_slice(&keccak256(head.hash)[..8]);
                    let proposal =
                        Payload { parent_hash: head.hash, hash: own, ..payload(number, 0, 0) };
                    let summary = proposal.block();
                    let signed_otherwise = model.blocks.values().any(|(other, ours)| {
                        *ours && other.parent_hash == head.hash && other.hash != summary.hash
                    });
                    let before = model.blocks.get(&summary.hash).is_some_and(|(_, ours)| *ours);
                    let sealed = seal(&store, proposal);
                    prop_assert_eq!(sealed.is_ok(), before || !signed_otherwise, "{:?}", sealed);
                    if sealed.is_ok() && !before {
                        model.order.retain(|hash| *hash != summary.hash);
                        model.order.push(summary.hash);
                        model.blocks.insert(summary.hash, (summary, true));
                        model.head = Some(summary);
                        model.stream.push(summary.hash);
                    }
                }
                Action::Adopt { number } => {
                    let block = payload(number, 0, 0).block();
                    store.set_head(block).unwrap();
                    model.head = Some(model.tip(block));
                }
                Action::Promise(tx) => {
                    let tx = hash(0, tx);
                    prop_assert_eq!(store.promise(tx, Address::ZERO, 0, b"raw").unwrap(), !model.outbox.contains_key(&tx));
                    model.outbox.entry(tx).or_default();
                }
                Action::Include { tx, number } => {
                    let tx = hash(0, tx);
                    store.included(BlockId { number, hash: hash(number, 0) }, &[tx]).unwrap();
                    model.outbox.entry(tx).and_modify(|included| *included = Some(number));
                }
                Action::ReopenFrom(number) => {
                    store.reopen_from(number).unwrap();
                    model.outbox.values_mut().for_each(|included| *included = included.filter(|at| *at < number));
                }
                Action::Reopen => {
                    drop(store);
                    store = Arc::new(open(dir.path()));
                }
            }
            prop_assert_eq!(store.head().unwrap(), model.head);
            for (hash, (block, _)) in &model.blocks {
                prop_assert_eq!(store.block(*hash).unwrap(), Some(*block));
            }
            let stream = store.stream_from(0, 1_000).unwrap();
            let hashes = stream.iter().map(|(_, item)| match item {
                StreamItem::Sealed(block) => block.payload.hash,
                _ => B256::ZERO,
            });
            prop_assert!(hashes.eq(model.stream.iter().copied()));
            let waiting = store.waiting(0, 100).unwrap().len();
            prop_assert_eq!(waiting, model.outbox.values().filter(|included| included.is_none()).count());
        }
    }
}
