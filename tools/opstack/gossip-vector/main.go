// Encodes and signs payloads as op-node gossips them, with op-node's own code. From the payload envelopes named as arguments (the
// JSON of `conductor_commitUnsafePayload`, as a keeper's store keeps it) it prints a test vector:
//
//	go -C tools/opstack run ./gossip-vector CHAIN_ID PRIVATE_KEY FILE...
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/ethereum-optimism/optimism/op-service/eth"
	"github.com/ethereum-optimism/optimism/op-service/signer"
)

type gossip struct {
	BlockHash  common.Hash    `json:"block_hash"`
	Number     hexutil.Uint64 `json:"number"`
	ParentHash common.Hash    `json:"parent_hash"`
	// What op-node signs and publishes: parent beacon root and payload in SSZ.
	Raw       hexutil.Bytes  `json:"raw"`
	Signature hexutil.Bytes  `json:"signature"`
	Timestamp hexutil.Uint64 `json:"timestamp"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("usage: gossip-vector CHAIN_ID PRIVATE_KEY FILE")
	}
	chainID, err := strconv.ParseUint(args[0], 10, 64)
	if err != nil {
		return fmt.Errorf("chain id: %w", err)
	}
	key, err := crypto.HexToECDSA(args[1])
	if err != nil {
		return fmt.Errorf("private key: %w", err)
	}
	var blocks []gossip
	for _, file := range args[2:] {
		block, err := encode(file, eth.ChainIDFromUInt64(chainID), signer.NewLocalSigner(key))
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		blocks = append(blocks, block)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	return out.Encode(map[string]any{
		"blocks":      blocks,
		"l2_chain_id": chainID,
		"signer":      crypto.PubkeyToAddress(key.PublicKey),
	})
}

func encode(file string, chainID eth.ChainID, by *signer.LocalSigner) (block gossip, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return block, err
	}
	var envelope eth.ExecutionPayloadEnvelope
	if err := json.Unmarshal(text, &envelope); err != nil {
		return block, err
	}
	if hash, ok := envelope.CheckBlockHash(); !ok {
		return block, fmt.Errorf("the payload's block hash is %s, its contents hash to %s", envelope.ExecutionPayload.BlockHash, hash)
	}
	var raw bytes.Buffer
	if _, err := envelope.MarshalSSZ(&raw); err != nil {
		return block, err
	}
	signature, err := by.SignBlockV1(context.Background(), chainID, signer.PayloadHash(raw.Bytes()))
	if err != nil {
		return block, err
	}
	payload := envelope.ExecutionPayload
	return gossip{
		BlockHash:  payload.BlockHash,
		Number:     hexutil.Uint64(payload.BlockNumber),
		ParentHash: payload.ParentHash,
		Raw:        raw.Bytes(),
		Signature:  signature[:],
		Timestamp:  hexutil.Uint64(payload.Timestamp),
	}, nil
}
