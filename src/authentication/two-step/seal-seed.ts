import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import type { Secret } from "../../model/secret.ts";

/**
 * The seed of codes has to be read again, so it is not a digest that is stored. It is sealed with a key that lies in the
 * data folder and not in the database: a copy of the database alone gives no codes. AES-256-GCM; the account's UUID is part
 * of it, so that a seed cannot be moved to another account.
 */
export const SEAL_NONCE_BYTES = 12;
const TAG_BYTES = 16;

export function sealSeed(key: Secret, accountUuid: string, seed: Buffer, nonce: Buffer): Buffer {
  const cipher = createCipheriv("aes-256-gcm", sealingKey(key), nonce);
  cipher.setAAD(Buffer.from(accountUuid));
  return Buffer.concat([nonce, cipher.update(seed), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error if it was sealed with another key, or for another account. */
export function openSeed(key: Secret, accountUuid: string, sealed: Buffer): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", sealingKey(key), sealed.subarray(0, SEAL_NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(accountUuid));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(SEAL_NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}

function sealingKey(key: Secret): Buffer {
  return Buffer.from(hkdfSync("sha256", Buffer.from(key.reveal(), "hex"), "", "pail two-step seeds", 32));
}
