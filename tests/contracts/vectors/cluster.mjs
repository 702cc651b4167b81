// Prints cluster.json: what a cluster of four keepers signs, three together, by an implementation that shares no code with the EVM's
// precompiles. How to run it: README.md.
import { bls12_381 as bls } from "@noble/curves/bls12-381.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";

const SUITE = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_";
const RFC_SUITE = "QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_";
const { G1, G2 } = bls;
const ORDER = G1.Point.Fn.ORDER;

const utf8 = (text) => new TextEncoder().encode(text);
const digits = (number, size) => number.toString(16).padStart(2 * size, "0");
const bytes = (hex) => Buffer.from(hex.slice(2), "hex");
const hex = (some) => "0x" + Buffer.from(some).toString("hex");
const word = (number) => bytes("0x" + digits(BigInt(number), 32));
const keccak = (...parts) => keccak_256(Buffer.concat(parts));
const scalarOf = (label) => BigInt(hex(sha256(utf8(label)))) % ORDER;

// Points as the contracts take them: 48 bytes a coordinate in G1, EIP-2537's 64 in G2.
const g1 = (point) => "0x" + digits(point.toAffine().x, 48) + digits(point.toAffine().y, 48);
const g2 = (point) => {
  const { x, y } = point.toAffine();
  return "0x" + [x.c0, x.c1, y.c0, y.c1].map((field) => digits(field, 64)).join("");
};

// The secret is a polynomial of degree 2 at 0, a share its value at a keeper's number: any three make the secret's signature.
const coefficients = ["rota cluster: secret", "rota cluster: coefficient 1", "rota cluster: coefficient 2"].map(scalarOf);
const secret = coefficients[0];
const shares = [1n, 2n, 3n, 4n].map((keeper) => coefficients.reduceRight((sum, c) => (sum * keeper + c) % ORDER, 0n));
const key = G2.Point.BASE.multiply(secret);

// EIP-712 under the Baton's domain; the Baton is the first contract that account 0x1111…1111 creates.
const baton = "0x8f7a45ebde059392e46a46dcc14ab24681a961ea";
const domain = keccak(
  keccak(utf8("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")),
  keccak(utf8("Rota")), keccak(utf8("1")), word(31337), word(baton),
);
const typed = (type, ...members) => keccak(utf8("\x19\x01"), domain, keccak(keccak(utf8(type)), ...members));

const sign = (digest) => {
  const hash = G1.hashToCurve(digest, { DST: SUITE });
  const signature = hash.multiply(secret);
  const message = bls.shortSignatures.hash(digest, SUITE);
  const agrees = bls.shortSignatures.sign(message, word(secret)).equals(signature);
  if (!agrees || !bls.shortSignatures.verify(signature, message, key)) throw new Error("the library disagrees with itself");
  return {
    point: signature,
    json: { digest: hex(digest), hash: g1(hash), signature: g1(signature), partials: shares.map((s) => g1(hash.multiply(s))) },
  };
};

const block = {
  l2ChainId: 901, slot: 16, number: 356, timestamp: 1456, parentHash: hex(keccak(utf8("parent"))),
  l1OriginNumber: 1127, l1OriginHash: hex(keccak(utf8("origin"))),
};
const COMMITMENT =
  "BlockCommitment(uint256 l2ChainId,uint64 slot,uint64 number,uint64 timestamp,bytes32 parentHash,bytes32 blockHash," +
  "uint64 l1OriginNumber,bytes32 l1OriginHash)";
const commit = (name) => {
  const blockHash = hex(keccak(utf8(name)));
  const { point, json } = sign(typed(
    COMMITMENT, word(block.l2ChainId), word(block.slot), word(block.number), word(block.timestamp),
    bytes(block.parentHash), bytes(blockHash), word(block.l1OriginNumber), bytes(block.l1OriginHash),
  ));
  return { point, json: { blockHash, ...json } };
};
const [first, second] = [commit("block"), commit("another block")];

const receipt = { boundarySlot: 24, number: 483, blockHash: hex(keccak(utf8("last block"))) };
const receiptDigest = typed(
  "HandoffReceipt(uint256 l2ChainId,uint64 boundarySlot,uint64 number,bytes32 hash)",
  word(block.l2ChainId), word(receipt.boundarySlot), word(receipt.number), bytes(receipt.blockHash),
);
const claim = { slot: 16 };
const claimDigest = typed("Claim(uint256 l2ChainId,uint64 slot)", word(block.l2ChainId), word(claim.slot));

// On the curve and outside of the subgroup: the point of the smallest x that is.
const outside = (field, Point, xOf, b) => {
  for (let i = 1n; ; i++) {
    const x = xOf(i);
    try {
      const point = Point.fromAffine({ x, y: field.sqrt(field.add(field.pow(x, 3n), b)) });
      if (!point.isTorsionFree()) return point;
    } catch {
      // No square: no point has this x.
    }
  }
};
const { Fp, Fp2 } = bls.fields;

const messages = ["", "abc", "abcdef0123456789", "q128_" + "q".repeat(128), "a512_" + "a".repeat(512)];

console.log(JSON.stringify({
  baton,
  key: g2(key),
  secret: hex(word(secret)),
  shares: shares.map((share) => hex(word(share))),
  block,
  commitment: first.json,
  conflicting: second.json,
  aggregate: g1(first.point.add(second.point)),
  doubled: g1(first.point.double()),
  receipt: { ...receipt, ...sign(receiptDigest).json },
  claim: { ...claim, ...sign(claimDigest).json },
  outside: {
    g1: g1(outside(Fp, G1.Point, (i) => i, 4n)),
    g2: g2(outside(Fp2, G2.Point, (i) => Fp2.create({ c0: i, c1: 0n }), Fp2.create({ c0: 4n, c1: 4n }))),
    otherKey: g2(G2.Point.BASE.multiply(scalarOf("rota: another cluster"))),
  },
  rfc9380: {
    suite: RFC_SUITE,
    messages,
    points: messages.map((message) => g1(G1.hashToCurve(utf8(message), { DST: RFC_SUITE }))),
  },
}, null, 2));
