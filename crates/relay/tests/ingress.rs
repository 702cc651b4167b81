//! What users are promised and what not, before a real op-geth.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use alloy::{
    consensus::TxEip1559,
    eips::eip2718::Encodable2718,
    primitives::{Address, B256, Bytes, U256},
    signers::local::PrivateKeySigner,
};
use rota_devnet::{
    rpc,
    solo::{RICH_KEY, Solo},
};
use serde_json::{Value, json};
use support::{L2_CHAIN_ID, NO_POOL, PATIENCE, ingress, open, signed, transfer};

/// 1 ether in wei, and what a transfer of [`transfer`] costs at most besides its value.
const ETHER: u64 = 1_000_000_000_000_000_000;
const GAS: u64 = 21_000 * 10_000_000_000;

async fn send(url: &str, payer: &PrivateKeySigner, transaction: TxEip1559) -> Result<B256, String> {
    let raw = Bytes::from(signed(payer, transaction).encoded_2718());
    rpc::call(url, "eth_sendRawTransaction", json!([raw])).await.map_err(|error| error.to_string())
}

fn paying(nonce: u64, value: u64) -> TxEip1559 {
    TxEip1559 { value: U256::from(value), ..transfer(1_337, nonce) }
}

/// A new account with 1 ether.
async fn user(op_geth: &Solo) -> PrivateKeySigner {
    let (rich, user) =
        (PrivateKeySigner::from_bytes(&RICH_KEY).unwrap(), PrivateKeySigner::random());
    let count: U256 =
        rpc::call(&op_geth.url, "eth_getTransactionCount", json!([rich.address(), "latest"]))
            .await
            .unwrap();
    let gift = TxEip1559 { to: user.address().into(), ..paying(count.to(), ETHER) };
    send(&op_geth.url, &rich, gift).await.unwrap();
    let paid = async {
        loop {
            let params = json!([user.address(), "latest"]);
            let balance: U256 = rpc::call(&op_geth.url, "eth_getBalance", params).await.unwrap();
            if !balance.is_zero() {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, paid).await.expect("op-geth mined nothing");
    user
}

#[tokio::test]
async fn what_the_ingress_cannot_keep_it_does_not_answer_for() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let served = ingress(&store, L2_CHAIN_ID, NO_POOL).await;
    let raw = |raw: Vec<u8>| json!({ "id": 7, "method": "eth_sendRawTransaction", "params": [Bytes::from(raw)] });
    let by_somebody =
        |chain_id| raw(signed(&PrivateKeySigner::random(), transfer(chain_id, 0)).encoded_2718());
    for (request, says) in [
        (by_somebody(1), "is for chain Some(1), this is chain 31337"),
        (raw(b"\x02hello".to_vec()), "not a signed transaction"),
        (
            json!({ "id": 7, "method": "eth_sendRawTransaction", "params": [] }),
            "expected one parameter",
        ),
        (json!({ "id": 7, "method": "eth_call", "params": [] }), "eth_call is not served here"),
        // Nobody there to ask whether its sender can pay.
        (by_somebody(L2_CHAIN_ID), "this operator's node does not answer"),
    ] {
        let client = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        let answer = client.post(&served.url).json(&request).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert!(answer["error"]["message"].as_str().unwrap().contains(says), "{answer}");
        assert_eq!(answer["id"], 7);
    }
    assert!(store.waiting(0, 10).unwrap().is_empty());
}

#[tokio::test]
async fn what_cannot_be_paid_for_or_included_is_refused_in_geths_words() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let op_geth = Solo::op_geth().await.unwrap();
    let served = ingress(&store, op_geth.chain_id, &op_geth.url).await;
    let user = user(&op_geth).await;
    let poor = PrivateKeySigner::random();
    let rich = PrivateKeySigner::from_bytes(&RICH_KEY).unwrap();
    for (why, payer, transaction, says) in [
        ("no ether", &poor, paying(0, 0), "insufficient funds for gas * price + value"),
        ("too much", &user, paying(0, ETHER), "insufficient funds for gas * price + value"),
        ("a nonce that is used", &rich, paying(0, 1), "nonce too low"),
        ("a nonce out of reach", &user, paying(64, 1), "nonce too high: next nonce 0, tx nonce 64"),
        (
            "less gas than a transfer",
            &user,
            TxEip1559 { gas_limit: 20_999, ..paying(0, 1) },
            "intrinsic gas too low",
        ),
        (
            "less gas than its data",
            &user,
            TxEip1559 { input: vec![1; 9].into(), ..paying(0, 1) },
            "intrinsic gas too low",
        ),
        (
            "more gas than a block",
            &rich,
            TxEip1559 { gas_limit: 12_000_000, ..paying(1, 1) },
            "exceeds block gas limit",
        ),
    ] {
        let answer = send(&served.url, payer, transaction).await;
        assert!(answer.as_ref().is_err_and(|error| error.contains(says)), "{why}: {answer:?}");
    }
    assert!(store.waiting(0, 10).unwrap().is_empty());
}

#[tokio::test]
async fn a_sender_is_promised_what_it_can_pay_for_in_all() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let op_geth = Solo::op_geth().await.unwrap();
    let served = ingress(&store, op_geth.chain_id, &op_geth.url).await;
    let user = user(&op_geth).await;
    // Nonce 0 is left out, so that nothing is included meanwhile.
    let half = ETHER / 2 - GAS;
    for (why, transaction, promised) in [
        ("half of it", paying(1, half), true),
        ("the same again", paying(1, half), true),
        ("the other half", paying(9, half), true),
        ("1 wei more than there is", paying(2, 0), false),
        (
            "for another one's money, at a higher price",
            TxEip1559 {
                max_fee_per_gas: 20_000_000_000,
                max_priority_fee_per_gas: 2,
                ..paying(9, 1)
            },
            true,
        ),
        ("which frees nothing: the dearer one may yet be included", paying(2, 0), false),
    ] {
        let answer = send(&served.url, &user, transaction).await;
        assert_eq!(answer.is_ok(), promised, "{why}: {answer:?}");
        assert!(promised || answer.unwrap_err().contains("insufficient funds"), "{why}");
    }
    assert_eq!(store.waiting(0, 10).unwrap().len(), 3);
}

#[tokio::test]
async fn a_sender_has_its_share_of_the_outbox_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let op_geth = Solo::op_geth().await.unwrap();
    let served = ingress(&store, op_geth.chain_id, &op_geth.url).await;
    let (first, second) = (user(&op_geth).await, user(&op_geth).await);
    for nonce in 1..64 {
        send(&served.url, &first, paying(nonce, 0)).await.unwrap();
    }
    let dearer = |tip| TxEip1559 {
        max_fee_per_gas: 20_000_000_000,
        max_priority_fee_per_gas: tip,
        to: Address::ZERO.into(),
        ..paying(1, 0)
    };
    send(&served.url, &first, dearer(2)).await.unwrap();
    let more = send(&served.url, &first, dearer(4)).await.unwrap_err();
    assert!(more.contains("account limit exceeded: 64 transactions"), "{more}");
    send(&served.url, &second, paying(0, 1)).await.unwrap();
}
