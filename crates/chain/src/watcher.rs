//! Follows L1: the past once, then every head, and every reorg.

use crate::{ChainError, L1, encode::sealed_curve};
use alloy::{
    eips::BlockId,
    primitives::{Address, B256, U256},
    rpc::types::{Filter, Log},
};
use futures::future::{try_join, try_join_all, try_join3, try_join4, try_join5};
use rota_bindings::{
    Baton, BondVault, OpenBidAuction, Pledges, RewardPool, RotationTarget, Schedule,
    SealedBidAuction::{self, SealedBidAuctionEvents},
};
use rota_core::{
    BlockId as L1BlockId, Contracts, Epoch, L1Block, Millis, OperatorId,
    view::{ChainView, DEPTH, Deployment, Event, Misfit, Money},
};
use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// Between two requests for the head: a quarter of the shortest L2 block time.
const POLL: Duration = Duration::from_millis(250);
/// L1 blocks whose logs are read at once while catching up.
const SPAN: u64 = 2_000;
/// L1 block times without a new head after which another endpoint is asked.
const STALE_BLOCKS: u64 = 4;

/// Whose money the view is told about.
#[derive(Clone, Copy, Debug)]
pub struct Accounts {
    pub sequencer_key: Address,
    pub owner: Address,
}

/// What L1 says.
#[derive(Clone, Debug)]
pub struct Observation {
    pub view: Arc<ChainView>,
    /// When the request for the head that this answers was sent: whatever L1 knew by then is in the view.
    pub answered_at: Millis,
}

/// The keeper's clock.
pub fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(since.as_millis() as u64)
}

/// Makes views of L1's blocks.
#[derive(Debug)]
pub struct Watcher {
    l1: Arc<L1>,
    deployment: Arc<Deployment>,
    /// L1 block of the first deployment transaction.
    deployed_at: u64,
    accounts: Accounts,
    view: Option<ChainView>,
}

impl Watcher {
    pub fn new(
        l1: Arc<L1>,
        deployment: Arc<Deployment>,
        deployed_at: u64,
        accounts: Accounts,
    ) -> Self {
        Self { l1, deployment, deployed_at, accounts, view: None }
    }

    /// Publishes what L1 says until `stop`. A failure leaves the last observation to grow old, which the fence notices.
    pub async fn run(
        mut self,
        observations: watch::Sender<Option<Observation>>,
        stop: CancellationToken,
    ) {
        let mut failing = false;
        let mut newest = (0, now());
        while !stop.is_cancelled() {
            let answered_at = now();
            match self.look().await {
                Ok(view) => {
                    if failing {
                        info!(head = view.head().number, "L1 answers again");
                    }
                    failing = false;
                    if view.head().number != newest.0 {
                        newest = (view.head().number, answered_at);
                    }
                    observations
                        .send_replace(Some(Observation { view: Arc::new(view), answered_at }));
                }
                // Once per outage: the poll goes on, and would fill the log with one line.
                Err(error) if !failing => {
                    failing = true;
                    warn!(%error, "L1 can't be followed");
                }
                Err(_) => {}
            }
            let stale = STALE_BLOCKS * self.deployment.timeline.clock.l1_block_seconds * 1_000;
            if now().0.saturating_sub(newest.1.0) > stale {
                self.l1.distrust();
                newest.1 = now();
            }
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// The view of L1's head. A failure loses nothing: the next look starts where this one did.
    pub async fn look(&mut self) -> Result<ChainView, ChainError> {
        let head = self.l1.head().await?;
        if let Some(view) = &self.view
            && view.head() == head
            && view.money.at.hash == head.hash
        {
            return Ok(view.clone());
        }
        // An endpoint that lags must not make us forget a take-over that we know of. Nor does a chain that only shrank: its next
        // block tells which of our blocks it replaces.
        if let Some(view) = &self.view
            && head.number < view.head().number
            && view.block(head.number) == Some(head)
        {
            self.l1.distrust();
            return Err(ChainError::Behind { answered: head.number, known: view.head().number });
        }
        let mut view = match self.view.clone() {
            Some(view) if head.number <= view.head().number + DEPTH as u64 => view,
            Some(view) => self.catch_up(view, head).await?,
            None => self.start(head).await?,
        };
        if let Err(Misfit::TooDeep { asked, oldest }) = self.advance(&mut view, head).await? {
            warn!(
                asked,
                oldest, "L1 was reorganized deeper than the snapshots go; reading it again"
            );
            view = self.start(head).await?;
            if let Err(misfit) = self.advance(&mut view, head).await? {
                return Err(ChainError::BlockGone(misfit.to_string()));
            }
        }
        let money = self.money(&view).await?;
        let view = view.with_money(money);
        self.view = Some(view.clone());
        Ok(view)
    }

    /// A view of the past up to where every further block has its own snapshot.
    async fn start(&self, head: L1Block) -> Result<ChainView, ChainError> {
        let before = self.l1.block_at(self.deployed_at.saturating_sub(1)).await?;
        let view = ChainView::new(Arc::clone(&self.deployment), before);
        self.catch_up(view, head).await
    }

    async fn catch_up(&self, mut view: ChainView, head: L1Block) -> Result<ChainView, ChainError> {
        let last = head.number.saturating_sub(DEPTH as u64);
        while view.head().number < last {
            let from = view.head().number + 1;
            let to = last.min(from + SPAN - 1);
            info!(from, to, "reading L1's past");
            let logs = self.l1.logs(&self.filter().from_block(from).to_block(to)).await?;
            for of_block in logs.chunk_by(|one, other| one.block_number == other.block_number) {
                let Some(number) = of_block[0].block_number.filter(|number| *number < to) else {
                    continue;
                };
                let events = self.events(&view, of_block, head).await?;
                view.fast_forward(self.l1.block_at(number).await?, &events);
            }
            let newest: Vec<_> =
                logs.iter().filter(|log| log.block_number == Some(to)).cloned().collect();
            let events = self.events(&view, &newest, head).await?;
            view.fast_forward(self.l1.block_at(to).await?, &events);
        }
        Ok(view)
    }

    /// Takes off what is no longer canonical and adds what leads to `head`.
    async fn advance(
        &self,
        view: &mut ChainView,
        head: L1Block,
    ) -> Result<Result<(), Misfit>, ChainError> {
        let mut path = vec![head];
        let mut first = head;
        while view.head() != first {
            // Below the head of the view without having met it: the blocks there are another branch's.
            if first.number <= view.head().number
                && let Err(misfit) = view.rewind(first.number.saturating_sub(1))
            {
                return Ok(Err(misfit));
            }
            if first.number == view.head().number + 1 && first.parent_hash == view.head().hash {
                break;
            }
            first = self.l1.block_of(first.parent_hash).await?;
            path.push(first);
        }
        for block in path.into_iter().rev() {
            let logs = self.l1.logs(&self.filter().at_block_hash(block.hash)).await?;
            let events = self.events(view, &logs, head).await?;
            if let Err(misfit) = view.apply(block, &events) {
                return Ok(Err(misfit));
            }
        }
        Ok(Ok(()))
    }

    fn filter(&self) -> Filter {
        let Contracts { registry, vault, auction, schedule, baton, .. } = self.deployment.contracts;
        let Contracts { open_auction, stake, performance, rewards, slasher, .. } =
            self.deployment.contracts;
        let core = [registry, vault, auction, schedule, baton, slasher, self.deployment.pledges];
        Filter::new().address([&core[..], &[open_auction, stake, performance, rewards]].concat())
    }

    async fn events(
        &self,
        view: &ChainView,
        logs: &[Log],
        head: L1Block,
    ) -> Result<Vec<Event>, ChainError> {
        let me = view.operator_of_key(self.accounts.sequencer_key);
        let mut events = vec![];
        for log in logs {
            let Some(event) = Event::decode(&self.deployment, &log.inner) else {
                continue;
            };
            let sealed = match (&event, log.transaction_hash) {
                (Event::Auction(SealedBidAuctionEvents::BidCommitted(bid)), Some(hash)) => {
                    let (epoch, operator) = (Epoch(bid.epoch), OperatorId(bid.operator));
                    let window = self.deployment.timeline.reveal_window(epoch);
                    let still_matters = window.is_some_and(|window| head.timestamp < window.closes);
                    match (still_matters && Some(operator) == me).then_some(hash) {
                        Some(hash) => self.sealed(hash, epoch, operator).await?,
                        None => None,
                    }
                }
                _ => None,
            };
            events.push(event);
            events.extend(sealed);
        }
        Ok(events)
    }

    /// What our own commit transaction carries besides its arguments.
    async fn sealed(
        &self,
        hash: B256,
        epoch: Epoch,
        operator: OperatorId,
    ) -> Result<Option<Event>, ChainError> {
        let transaction = self
            .l1
            .transaction(hash)
            .await?
            .ok_or_else(|| ChainError::BlockGone(hash.to_string()))?;
        let sealed = sealed_curve(alloy::consensus::Transaction::input(&transaction));
        Ok(sealed.map(|sealed| Event::SealedCurve { epoch, operator, sealed }))
    }

    async fn money(&self, view: &ChainView) -> Result<Money, ChainError> {
        let head = view.head();
        let at = BlockId::hash(head.hash);
        let Contracts { vault, auction, schedule, baton, adapter, .. } = self.deployment.contracts;
        let Contracts { open_auction, rewards, .. } = self.deployment.contracts;
        let Accounts { sequencer_key, owner } = self.accounts;
        let pledges = self.deployment.pledges;

        // At once: one after the other they would take a dozen round trips, and the fence refuses a view older than 2 s.
        let ids: Vec<_> = view.state().operators.keys().copied().collect();
        let bonds = ids
            .iter()
            .map(|id| self.l1.read(vault, BondVault::selfBondOfCall { operator: id.0 }, at));
        let next = view.timeline().epoch_at(head.timestamp).next();
        let scheduled: Vec<_> =
            ids.iter().copied().filter(|id| view.is_assigned_in(next, *id)).collect();
        let shortfalls = scheduled.iter().map(|id| {
            let check = Pledges::checkPledgeCall { operator: id.0, epoch: next.0 };
            self.l1.read(pledges, check, at)
        });
        // What the stake policy draws by, if anything is going to be drawn.
        let later = Epoch(next.0 + 1);
        let staked: Vec<_> = ids.iter().copied().filter(|_| view.needs(later).stake).collect();
        let stakes = staked.iter().map(|id| async move {
            let operator = id.0;
            let pledge = Pledges::pledgeAtCall { operator, epoch: later.0 };
            let (pledge, bond) = try_join(
                self.l1.read(pledges, pledge, at),
                self.l1.read(vault, BondVault::bondOfCall { operator }, at),
            )
            .await?;
            Ok(view.deployment.terms.stake_of(pledge, bond))
        });
        let own = async {
            let Some(id) = view.operator_of_key(sequencer_key) else { return Ok(Money::default()) };
            let operator = id.0;
            // The bid that could be committed now is for the epoch after next.
            let epoch = view.timeline().epoch_at(head.timestamp).0 + 2;
            let lock = Pledges::lockPerSlotAtCall { epoch };
            let pledged =
                |epoch: u64| self.l1.read(pledges, Pledges::pledgeAtCall { operator, epoch }, at);
            let pledged = try_join(pledged(epoch - 2), pledged(epoch + 1));
            let bond = try_join4(
                pledged,
                self.l1.read(vault, BondVault::bondOfCall { operator }, at),
                self.l1.read(pledges, lock, at),
                self.l1.read(vault, BondVault::poolOfCall { operator, asset: 0 }, at),
            );
            let (
                ((pledge, pledge_to_come), bond, lock_per_slot, eth_pool),
                live,
                free,
                deposit,
                collectable,
            ) = try_join5(
                bond,
                self.l1.read(schedule, Schedule::liveSlotsOfCall { operator }, at),
                self.l1.read(auction, SealedBidAuction::freeBalanceOfCall { operator }, at),
                self.l1.read(auction, SealedBidAuction::depositForCall { epoch }, at),
                self.l1.read(baton, Baton::collectableCall { operator }, at),
            )
            .await?;
            let (open_free, eth, tokens) = try_join3(
                self.l1.read(open_auction, OpenBidAuction::freeBalanceOfCall { operator }, at),
                self.l1.read(rewards, RewardPool::rewardOf_1Call { operator, token: false }, at),
                self.l1.read(rewards, RewardPool::rewardOf_1Call { operator, token: true }, at),
            )
            .await?;
            Ok(Money {
                bond,
                lock_per_slot,
                pledge,
                pledge_to_come,
                bond_eth: own_quanta(&eth_pool) * self.deployment.quantum,
                live_slots: live.saturating_to(),
                auction_free: free,
                bid_deposit: deposit,
                collectable,
                open_free,
                rewards: [eth.released, tokens.released],
                ..Money::default()
            })
        };
        let accounts = try_join4(
            self.l1.balance(sequencer_key, at),
            self.l1.balance(owner, at),
            self.l1.read(rewards, RewardPool::undividedCall { token: false }, at),
            self.l1.read(rewards, RewardPool::undividedCall { token: true }, at),
        );
        let bonds = try_join3(try_join_all(bonds), try_join_all(shortfalls), try_join_all(stakes));
        let (own, (bonds, shortfalls, stakes), batcher, (gas, owner_eth, eth, issue)) = try_join4(
            own,
            bonds,
            self.l1.read(adapter, RotationTarget::batcherCall {}, at),
            accounts,
        )
        .await?;
        Ok(Money {
            at: L1BlockId { number: head.number, hash: head.hash },
            self_bonds: ids.into_iter().zip(bonds).collect(),
            shortfalls: scheduled.into_iter().zip(shortfalls).collect(),
            stakes: staked.into_iter().zip(stakes).collect(),
            gas,
            owner_eth,
            batcher,
            undivided: [eth, issue],
            ..own
        })
    }
}

/// What the operator's own shares of a pool are worth, in quanta, as the vault rounds it: down.
fn own_quanta(pool: &BondVault::poolOfReturn) -> U256 {
    pool.own * (pool.assets + U256::ONE) / (pool.shares + U256::ONE)
}
