//! The operator's own op-geth: its pool, and the blocks that include what was promised.

use alloy::{
    primitives::{Address, B256, Bytes, U64, U256},
    providers::{Provider, ProviderBuilder, RootProvider},
    transports::TransportError,
};
use rota_core::types::BlockId;
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

/// A node beside us answers within milliseconds; this is for a machine under load.
const TIMEOUT: Duration = Duration::from_secs(2);

/// op-geth's HTTP RPC.
#[derive(Clone)]
pub struct Pool {
    provider: RootProvider,
}

/// A block by what it includes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Included {
    number: U64,
    pub hash: B256,
    pub parent_hash: B256,
    pub transactions: Vec<B256>,
}

/// What an account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    /// Of its next transaction.
    pub nonce: u64,
    /// In wei.
    pub balance: U256,
}

impl Included {
    pub fn number(&self) -> u64 {
        self.number.to()
    }

    pub fn id(&self) -> BlockId {
        BlockId { number: self.number(), hash: self.hash }
    }
}

impl Pool {
    pub fn new(el_rpc: reqwest::Url) -> Self {
        // A node that hangs must not keep promises from the other operators' pools.
        let client = reqwest::Client::builder().timeout(TIMEOUT).build().unwrap_or_default();
        Self { provider: ProviderBuilder::default().connect_reqwest(client, el_rpc) }
    }

    /// Puts a transaction into the pool. One that is there or included already is no error.
    pub async fn offer(&self, raw: &Bytes) -> Result<(), TransportError> {
        match self.provider.raw_request::<_, B256>("eth_sendRawTransaction".into(), [raw]).await {
            Err(TransportError::ErrorResp(said)) if said.message.contains("already known") => {
                Ok(())
            }
            answer => answer.map(drop),
        }
    }

    /// The head, or the block with a number; none above the head.
    pub(crate) async fn block(
        &self,
        number: Option<u64>,
    ) -> Result<Option<Included>, TransportError> {
        let number = number.map_or_else(|| "latest".to_owned(), |number| format!("{number:#x}"));
        self.provider.raw_request("eth_getBlockByNumber".into(), (number, false)).await
    }

    /// What block `number` paid in base fees, wei: on an OP Stack chain the sequencer's side earns them through a vault.
    pub async fn base_fees(&self, number: u64) -> Result<Option<U256>, TransportError> {
        #[derive(Deserialize, Debug)]
        #[serde(rename_all = "camelCase")]
        struct Fees {
            gas_used: U256,
            base_fee_per_gas: U256,
        }
        let parameters = (format!("{number:#x}"), false);
        let block: Option<Fees> =
            self.provider.raw_request("eth_getBlockByNumber".into(), parameters).await?;
        Ok(block.map(|block| block.gas_used.saturating_mul(block.base_fee_per_gas)))
    }

    /// An account at the head: both figures of one block.
    pub(crate) async fn account(&self, account: Address) -> Result<Account, TransportError> {
        let head = self.block(None).await?.ok_or(TransportError::NullResp)?;
        let at = json!({ "blockHash": head.hash });
        let (nonce, balance) = tokio::try_join!(
            self.provider
                .raw_request::<_, U64>("eth_getTransactionCount".into(), (account, at.clone())),
            self.provider.raw_request("eth_getBalance".into(), (account, at)),
        )?;
        Ok(Account { nonce: nonce.to(), balance })
    }

    /// Next nonce of an account in the safe block: what L1 already holds.
    pub(crate) async fn safe_nonce(&self, account: Address) -> Result<u64, TransportError> {
        let nonce: U64 =
            self.provider.raw_request("eth_getTransactionCount".into(), (account, "safe")).await?;
        Ok(nonce.to())
    }

    /// The block that includes a transaction.
    pub(crate) async fn inclusion(&self, hash: B256) -> Result<Option<BlockId>, TransportError> {
        #[derive(Deserialize, Debug)]
        #[serde(rename_all = "camelCase")]
        struct Receipt {
            block_number: U64,
            block_hash: B256,
        }
        let receipt: Option<Receipt> =
            self.provider.raw_request("eth_getTransactionReceipt".into(), [hash]).await?;
        Ok(receipt
            .map(|receipt| BlockId { number: receipt.block_number.to(), hash: receipt.block_hash }))
    }
}
