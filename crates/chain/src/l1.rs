//! L1 over one or more HTTP endpoints.

use crate::ChainError;
use alloy::{
    consensus::BlockHeader,
    eips::{BlockId, BlockNumberOrTag},
    network::{Ethereum, Network},
    primitives::{Address, B256, Bytes, U64, U256},
    rpc::{
        client::RpcClient,
        json_rpc::{RpcRecv, RpcSend},
        types::{BlockOverrides, Filter, Log, Transaction, TransactionReceipt, TransactionRequest},
    },
    sol_types::SolCall,
    transports::{RpcError, http::Http},
};
use rota_core::{L1Block, Timestamp, root_cause};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

/// How long an endpoint may take before another one is asked. Below the fence's 2 s, so that one dead endpoint does not stop us.
const TIMEOUT: Duration = Duration::from_millis(1_500);

type Block = <Ethereum as Network>::BlockResponse;
type Header = <Ethereum as Network>::HeaderResponse;

/// L1. Asks one endpoint as long as it answers, and the next one when it does not.
#[derive(Debug)]
pub struct L1 {
    endpoints: Vec<Endpoint>,
    /// Index of the endpoint that answered last.
    current: AtomicUsize,
}

#[derive(Debug)]
struct Endpoint {
    /// For messages: without the credentials and the path, where API keys stand.
    name: String,
    client: RpcClient,
}

impl L1 {
    /// `urls` in order of preference.
    pub fn new(urls: &[String]) -> Result<Self, ChainError> {
        let endpoints = urls.iter().map(|url| Endpoint::new(url)).collect::<Result<Vec<_>, _>>()?;
        if endpoints.is_empty() {
            return Err(ChainError::BadUrl { url: String::new() });
        }
        Ok(Self { endpoints, current: AtomicUsize::new(0) })
    }

    /// Fails if an endpoint answers for another chain, or none answers. One that is down may come back.
    pub async fn check(&self, chain_id: u64) -> Result<(), ChainError> {
        let mut answered = 0;
        let mut failure = None;
        for endpoint in &self.endpoints {
            match endpoint.request::<_, U64>("eth_chainId", ()).await {
                Ok(found) if found.to::<u64>() == chain_id => answered += 1,
                Ok(found) => {
                    let url = endpoint.name.clone();
                    return Err(ChainError::WrongChain {
                        url,
                        found: found.to(),
                        expected: chain_id,
                    });
                }
                Err(error) => failure = Some(error),
            }
        }
        match failure {
            Some(error) if answered == 0 => Err(error),
            _ => Ok(()),
        }
    }

    /// Asks the next endpoint from now on: this one answers, but not what it should.
    pub(crate) fn distrust(&self) {
        self.current.fetch_add(1, Ordering::Relaxed);
    }

    pub async fn head(&self) -> Result<L1Block, ChainError> {
        self.block(BlockNumberOrTag::Latest)
            .await?
            .ok_or_else(|| ChainError::BlockGone("latest".to_owned()))
    }

    pub(crate) async fn block_at(&self, number: u64) -> Result<L1Block, ChainError> {
        self.block(number.into()).await?.ok_or_else(|| ChainError::BlockGone(number.to_string()))
    }

    pub(crate) async fn block_of(&self, hash: B256) -> Result<L1Block, ChainError> {
        let block: Option<Block> = self.request("eth_getBlockByHash", (hash, false)).await?;
        block
            .map(|block| l1_block(&block.header))
            .ok_or_else(|| ChainError::BlockGone(hash.to_string()))
    }

    /// The RLP of a block's header.
    pub(crate) async fn raw_header(&self, number: u64) -> Result<Bytes, ChainError> {
        let method = "eth_getBlockByNumber";
        let block: Option<Block> =
            self.request(method, (BlockNumberOrTag::from(number), false)).await?;
        let header = block.ok_or_else(|| ChainError::BlockGone(number.to_string()))?.header;
        let raw = Bytes::from(alloy::rlp::encode(&header.inner));
        if alloy::primitives::keccak256(&raw) != header.hash {
            let reason = format!("the header of block {number} does not hash to {}", header.hash);
            return Err(ChainError::Nonsense { method, reason });
        }
        Ok(raw)
    }

    pub(crate) async fn logs(&self, filter: &Filter) -> Result<Vec<Log>, ChainError> {
        self.request("eth_getLogs", (filter,)).await
    }

    pub(crate) async fn transaction(&self, hash: B256) -> Result<Option<Transaction>, ChainError> {
        self.request("eth_getTransactionByHash", (hash,)).await
    }

    pub(crate) async fn receipt(
        &self,
        hash: B256,
    ) -> Result<Option<TransactionReceipt>, ChainError> {
        self.request("eth_getTransactionReceipt", (hash,)).await
    }

    pub async fn balance(&self, account: Address, at: BlockId) -> Result<U256, ChainError> {
        self.request("eth_getBalance", (account, at)).await
    }

    pub(crate) async fn nonce(&self, account: Address, at: BlockId) -> Result<u64, ChainError> {
        self.request::<_, U64>("eth_getTransactionCount", (account, at))
            .await
            .map(|nonce| nonce.to())
    }

    /// What a call would answer at `at`.
    pub async fn read<C: SolCall>(
        &self,
        to: Address,
        call: C,
        at: BlockId,
    ) -> Result<C::Return, ChainError> {
        let request = TransactionRequest::default().to(to).input(call.abi_encode().into());
        let answer: Bytes = self.request("eth_call", (request, at)).await?;
        C::abi_decode_returns(&answer).map_err(|error| ChainError::Nonsense {
            method: C::SIGNATURE,
            reason: error.to_string(),
        })
    }

    pub(crate) async fn has_code(&self, address: Address) -> Result<bool, ChainError> {
        let code: Bytes = self.request("eth_getCode", (address, BlockNumberOrTag::Latest)).await?;
        Ok(!code.is_empty())
    }

    /// Gas of a transaction in the next block if that is dated `time`; what reverts is [`ChainError::Refused`] with the revert's data.
    /// Told the time, for a node dates its pending block as of now, which is up to a block too early for what opens with the next.
    pub(crate) async fn estimate_gas(
        &self,
        request: TransactionRequest,
        time: Timestamp,
    ) -> Result<u64, ChainError> {
        let (method, pending) = ("eth_estimateGas", BlockNumberOrTag::Pending);
        let overrides = BlockOverrides::default().with_time(time.0);
        let no_state = serde_json::Map::new();
        match self.request::<_, U64>(method, (request.clone(), pending, no_state, overrides)).await
        {
            // A node that does not know overrides says so in words of its own.
            Err(ChainError::Refused { revert: None, .. }) => {
                self.request::<_, U64>(method, (request, pending)).await
            }
            answer => answer,
        }
        .map(|gas| gas.to())
    }

    pub(crate) async fn send_raw(&self, raw: &Bytes) -> Result<B256, ChainError> {
        self.request("eth_sendRawTransaction", (raw,)).await
    }

    /// `(base fee of the head, suggested tip)`, wei per gas.
    pub(crate) async fn fees(&self) -> Result<(u128, u128), ChainError> {
        let method = "eth_getBlockByNumber";
        let block: Option<Block> = self.request(method, (BlockNumberOrTag::Latest, false)).await?;
        let header = block.ok_or_else(|| ChainError::BlockGone("latest".to_owned()))?.header;
        let base = header.inner.base_fee_per_gas().unwrap_or_default();
        let tip: U256 = self.request("eth_maxPriorityFeePerGas", ()).await?;
        Ok((base.into(), tip.saturating_to()))
    }

    async fn block(&self, at: BlockNumberOrTag) -> Result<Option<L1Block>, ChainError> {
        let block: Option<Block> = self.request("eth_getBlockByNumber", (at, false)).await?;
        Ok(block.map(|block| l1_block(&block.header)))
    }

    /// Asks the endpoints one after the other until one answers. A refusal is an answer.
    async fn request<P, R>(&self, method: &'static str, params: P) -> Result<R, ChainError>
    where
        P: RpcSend + Clone,
        R: RpcRecv,
    {
        let first = self.current.load(Ordering::Relaxed);
        let mut at = first;
        loop {
            let endpoint = &self.endpoints[at % self.endpoints.len()];
            let answer = endpoint.request(method, params.clone()).await;
            let unanswered = matches!(answer, Err(ChainError::Unanswered { .. }));
            if unanswered && at + 1 < first + self.endpoints.len() {
                at += 1;
                continue;
            }
            if !unanswered && at != first {
                // Another task may have moved on meanwhile: then its choice stands.
                let (order, choice) = (Ordering::Relaxed, &self.current);
                let _ = choice.compare_exchange(first, at, order, order);
            }
            return answer;
        }
    }
}

impl Endpoint {
    fn new(url: &str) -> Result<Self, ChainError> {
        let bad = || ChainError::BadUrl { url: url.to_owned() };
        let parsed: reqwest::Url = url.parse().map_err(|_| bad())?;
        let host = parsed.host_str().ok_or_else(bad)?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(bad());
        }
        let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
        let name = format!("{}://{host}{port}", parsed.scheme());
        let http = reqwest::Client::builder().timeout(TIMEOUT).build().map_err(|_| bad())?;
        Ok(Self { name, client: RpcClient::new(Http::with_client(http, parsed), true) })
    }

    async fn request<P: RpcSend, R: RpcRecv>(
        &self,
        method: &'static str,
        params: P,
    ) -> Result<R, ChainError> {
        self.client.request(method, params).await.map_err(|error| match error {
            RpcError::ErrorResp(payload) => ChainError::Refused {
                method,
                message: payload.message.to_string(),
                revert: payload.as_revert_data(),
            },
            RpcError::DeserError { err, .. } => {
                ChainError::Nonsense { method, reason: err.to_string() }
            }
            RpcError::NullResp => ChainError::Nonsense { method, reason: "null".to_owned() },
            other => ChainError::Unanswered {
                method,
                url: self.name.clone(),
                reason: root_cause(&other),
            },
        })
    }
}

fn l1_block(header: &Header) -> L1Block {
    L1Block {
        number: header.number(),
        hash: header.hash,
        parent_hash: header.parent_hash(),
        timestamp: Timestamp(header.timestamp()),
    }
}
