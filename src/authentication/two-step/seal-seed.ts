import type { Secret } from "../../model/secret.ts";
import { openSealed, seal } from "../../storage/keys/seal.ts";

/** The seed of codes: sealed for its account, so that it cannot be moved to another. */
const PURPOSE = "pail two-step seeds";

export function sealSeed(key: Secret, accountUuid: string, seed: Buffer, nonce: Buffer): Buffer {
  return seal(key, { purpose: PURPOSE, owner: accountUuid }, seed, nonce);
}

/** @throws Error if it was sealed with another key, or for another account. */
export function openSeed(key: Secret, accountUuid: string, sealed: Buffer): Buffer {
  return openSealed(key, { purpose: PURPOSE, owner: accountUuid }, sealed);
}
