//! An operator loses its keeper, its node, its disk or its time, in its turn and outside of it; the chain goes on, the operator
//! pays for what it missed and nothing else, and comes back.

use alloy::primitives::B256;
use e2e::{
    between::Between,
    chain::{Chain, SOON, block_hash},
    l1::RESERVE,
    suite::{self, Setting},
    until::until,
};
use eyre::{Result, ensure, eyre};
use futures::{FutureExt, future::LocalBoxFuture};
use rota_bindings::{
    Baton::TakenOver,
    SealedBidAuction::{AuctionSettled, BidCommitted, BidRevealed, DepositForfeited},
};
use rota_core::{OperatorId, envelope::EnvelopeError, message::Payload};
use rota_devnet::{Options, operator::Operator, rpc};
use serde_json::{Value, json};
use std::{fs, process::ExitCode};
use tokio::time::timeout;

fn main() -> ExitCode {
    suite::run(
        Setting {
            name: "operator_fails",
            options: |options| Options {
                slot_seconds: 20,
                slots_per_epoch: 2,
                l1_block_time: 1,
                genesis_delay: 30,
                ..options
            },
            unused: &[],
        },
        &[
            (
                "restarted_between_commit_and_reveal_with_and_without_its_disk",
                restarted_before_reveal,
            ),
            ("a_bidder_that_fails_to_reveal_loses_its_deposit", fails_to_reveal),
            ("holder_killed_in_mid_turn", holder_killed),
            ("node_killed_and_the_keeper_alive", node_killed),
            ("holder_frozen_and_thawed_after_the_take_over", holder_frozen),
            ("keeper_restarted_in_mid_turn", keeper_restarted),
            ("killed_between_fsync_and_answer", killed_before_the_answer),
            ("disk_lost_in_mid_turn", disk_lost),
            ("the_displaced_come_back", come_back),
        ],
    )
}

fn restarted_before_reveal(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let [with, without] = [OperatorId(2), OperatorId(3)];
        let epoch = committed(chain, &[with.0, without.0]).await?;
        let supervisor = &chain.stack.supervisor;
        let keepers = [with, without].map(|id| keeper(chain, id));
        let keepers = keepers.each_ref().map(String::as_str);
        supervisor.kill(&keepers).await?;
        lose_disk(chain, without)?;
        let (opens, _) = reveal_window(chain, epoch);
        chain.reach(opens).await?;
        let revealed = chain.l1.events::<BidRevealed>(chain.l1.contracts.auction).await?;
        let theirs = |(_, bid): &(u64, BidRevealed)| {
            bid.epoch == epoch && [with.0, without.0].contains(&bid.operator)
        };
        ensure!(!revealed.iter().any(theirs), "revealed before it was restarted");
        for keeper in keepers {
            supervisor.restart(keeper)?;
        }
        for id in [with, without] {
            until(
                &format!("operator {id} revealing its bid for epoch {epoch}"),
                SOON,
                async || {
                    let all = chain.l1.events::<BidRevealed>(chain.l1.contracts.auction).await?;
                    Ok(all.into_iter().find(|(_, b)| b.epoch == epoch && b.operator == id.0))
                },
            )
            .await?;
        }
        Ok(())
    }
    .boxed_local()
}

fn fails_to_reveal(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let late = OperatorId(4);
        let epoch = committed(chain, &[late.0]).await?;
        let keeper = keeper(chain, late);
        chain.stack.supervisor.kill(&[&keeper]).await?;
        let (_, closes) = reveal_window(chain, epoch);
        chain.reach(closes).await?;
        chain.stack.supervisor.restart(&keeper)?;
        let auction = chain.l1.contracts.auction;
        let forfeited = until("the deposit's forfeit", SOON, async || {
            let all = chain.l1.events::<DepositForfeited>(auction).await?;
            Ok(all.into_iter().find(|(_, f)| f.epoch == epoch && f.operator == late.0))
        });
        let (_, forfeited) = forfeited.await?;
        ensure!(!forfeited.amount.is_zero(), "it lost nothing");
        let settled = until("the auction's end", SOON, async || {
            let all = chain.l1.events::<AuctionSettled>(auction).await?;
            Ok(all.into_iter().find(|(_, settled)| settled.epoch == epoch))
        });
        let winners = settled.await?.1.winners;
        ensure!(!winners.is_empty() && !winners.contains(&late.0), "winners {winners:?}");
        Ok(())
    }
    .boxed_local()
}

fn holder_killed(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let turn = chain.fresh_turn().await?;
        chain.stack.kill(turn.holder).await?;
        let taker = chain.taken_over(turn).await?;
        ensure!(taker.0 == RESERVE, "operator {taker} was before the reserve");
        chain.stack.restart(turn.holder).await?;
        Ok(())
    }
    .boxed_local()
}

fn node_killed(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let turn = chain.fresh_turn().await?;
        let operator =
            chain.stack.operator(turn.holder).ok_or_else(|| eyre!("no such operator"))?;
        let names = operator.processes();
        let names = names.each_ref().map(String::as_str);
        // The keeper is the last one: it lives, and must not answer a call-out without a node that seals.
        chain.stack.supervisor.kill(&names[..3]).await?;
        chain.taken_over(turn).await?;
        ensure!(chain.stack.supervisor.is_running(names[3]), "the keeper died with its node");
        chain.stack.supervisor.kill(&names[3..]).await?;
        chain.stack.restart(turn.holder).await?;
        Ok(())
    }
    .boxed_local()
}

fn holder_frozen(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let turn = chain.fresh_turn().await?;
        let operator =
            chain.stack.operator(turn.holder).ok_or_else(|| eyre!("no such operator"))?;
        let names = operator.processes();
        let names = names.each_ref().map(String::as_str);
        chain.stack.supervisor.freeze(&names)?;
        chain.taken_over(turn).await?;
        chain.stack.supervisor.thaw(&names)?;
        // Whatever it signs in the rest of what was its turn is judged by the checks after the scenario.
        chain.reach(turn.end).await
    }
    .boxed_local()
}

fn keeper_restarted(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let turn = chain.fresh_turn().await?;
        let keeper = keeper(chain, turn.holder);
        chain.stack.supervisor.kill(&[&keeper]).await?;
        let before = chain.head().await?;
        chain.stack.supervisor.restart(&keeper)?;
        // Back within the turn: it goes on by itself, and what was due meanwhile is made up.
        let last = chain.clock.block_at(turn.end) - 1;
        let own = until("a block of the restarted keeper in its turn", SOON, async || {
            for number in before + 2..=last.min(chain.head().await?) {
                if chain.sealer(number).await? == Some(turn.holder.0) {
                    return Ok(Some(number));
                }
            }
            Ok(None)
        })
        .await?;
        chain.say(&format!("head {before} at its death, block {own} its own"));
        chain.reach(turn.end).await
    }
    .boxed_local()
}

/// The keeper has sealed a block and dies before op-node hears of it. Asked for another one in its place, the restarted keeper
/// refuses and gives op-node the first one, which it can have from nowhere else.
fn killed_before_the_answer(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        let turn = chain.fresh_turn().await?;
        let operator =
            chain.stack.operator(turn.holder).ok_or_else(|| eyre!("no such operator"))?;
        let (supervisor, keeper) = (&chain.stack.supervisor, operator.keeper());
        let mut between = Between::new(&operator.conductor).await?;
        chain
            .restart_node_with(operator, |arguments| {
                for argument in arguments.iter_mut().filter(|a| **a == *operator.conductor) {
                    *argument = between.url.clone().into();
                }
            })
            .await?;
        let sealed = timeout(SOON, between.keep_an_answer()).await??;
        supervisor.kill(&[&keeper]).await?;
        let first = Payload::from_envelope(sealed.clone())?;
        let (number, hash) = (first.number, first.hash);
        let here = async || block_hash(&operator.node, number).await;
        ensure!(here().await?.is_none(), "block {number} reached op-geth without the keeper");

        supervisor.restart(&keeper)?;
        let other = another(sealed)?;
        let refusal = until("a refusal of another block", SOON, async || {
            let method = "conductor_commitUnsafePayload";
            match rpc::call::<Value>(&operator.conductor, method, json!([other])).await {
                Ok(_) => Ok(Some("it was sealed".to_owned())),
                // Before it has heard its peers and leads again, it refuses anything.
                Err(error) => Ok(Some(error.to_string()).filter(|e| e.contains("already signed"))),
            }
        })
        .await?;
        chain.say(&refusal);
        ensure!(refusal.contains(&hash.to_string()), "not for the sake of {hash}: {refusal}");
        until(&format!("block {number} being {hash}"), SOON, async || {
            Ok((here().await? == Some(hash)).then_some(()))
        })
        .await?;
        between.open();
        let last = chain.clock.block_at(turn.end) - 1;
        chain.reach(chain.clock.time_of(last)).await?;
        ensure!(chain.sealer(number).await? == Some(turn.holder.0), "block {number} was replaced");
        Ok(())
    }
    .boxed_local()
}

fn disk_lost(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        // What a keeper promised, it can't keep without its disk.
        let silence = chain.silence().await?;
        let turn = chain.fresh_turn().await?;
        let keeper = keeper(chain, turn.holder);
        let known = |chain: &Chain| {
            let said = chain.streams.said();
            let own = said.blocks.iter().filter(|s| s.operator == turn.holder.0);
            own.filter(|s| s.block.slot == turn.slot).map(|s| s.block.number).max()
        };
        chain.stack.supervisor.kill(&[&keeper]).await?;
        lose_disk(chain, turn.holder)?;
        drop(silence);
        chain.stack.supervisor.restart(&keeper)?;
        let last = known(chain);
        chain.taken_over(turn).await?;
        chain.reach(turn.end).await?;
        ensure!(known(chain) == last, "it signed in the slot in which it lost its disk");
        Ok(())
    }
    .boxed_local()
}

/// Whoever lost a turn claims a later one, seals in it, and lost no deposit for it.
fn come_back(chain: &Chain) -> LocalBoxFuture<'_, Result<()>> {
    async move {
        for (_, over) in chain.l1.events::<TakenOver>(chain.l1.contracts.baton).await? {
            chain.serves_again(OperatorId(over.from), over.slot).await?;
        }
        Ok(())
    }
    .boxed_local()
}

/* COMMON */

fn keeper(chain: &Chain, id: OperatorId) -> String {
    chain.stack.operator(id).map(Operator::keeper).unwrap_or_default()
}

/// Takes away what the keeper stored; its keys and its configuration stay.
fn lose_disk(chain: &Chain, id: OperatorId) -> Result<()> {
    let operator = chain.stack.operator(id).ok_or_else(|| eyre!("no operator {id}"))?;
    Ok(fs::remove_dir_all(operator.dir.join("data"))?)
}

/// Waits until all of `operators` committed to a bid for one epoch whose reveals have not begun.
async fn committed(chain: &Chain, operators: &[u16]) -> Result<u64> {
    until("bids", SOON, async || {
        let all = chain.l1.events::<BidCommitted>(chain.l1.contracts.auction).await?;
        let epoch = chain.clock.epoch_of(chain.slot_now()) + 2;
        let mut bidders = operators.iter();
        let all_in =
            bidders.all(|id| all.iter().any(|(_, b)| b.epoch == epoch && b.operator == *id));
        // With some seconds to spare, so that what follows comes before the window.
        let (opens, _) = reveal_window(chain, epoch);
        Ok((all_in && e2e::streams::now_ms() / 1_000 + 4 < opens).then_some(epoch))
    })
    .await
}

/// Another block of the same number and parent, hashed as it should be.
fn another(mut envelope: Value) -> Result<Value> {
    envelope["executionPayload"]["prevRandao"] = json!(B256::repeat_byte(1));
    match Payload::from_envelope(envelope.clone()) {
        Err(EnvelopeError::WrongHash { actual, .. }) => {
            envelope["executionPayload"]["blockHash"] = json!(actual);
            Ok(envelope)
        }
        other => Err(eyre!("not another block: {other:?}")),
    }
}

/// When bids for `epoch` are revealed: the last 40 % of the epoch two before it. Unix seconds.
fn reveal_window(chain: &Chain, epoch: u64) -> (u64, u64) {
    let length = chain.clock.slot_seconds * chain.clock.slots_per_epoch;
    let start = chain.clock.genesis + (epoch - 2) * length;
    (start + length * 6 / 10, start + length)
}
