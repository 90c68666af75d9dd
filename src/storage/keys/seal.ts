import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import type { Secret } from "../../model/secret.ts";

/**
 * Secrets that have to be read again, so that it is no digest that is stored. They are sealed with a key that lies in the data
 * folder and not in the database: a copy of the database alone gives none. AES-256-GCM.
 */
export const SEAL_NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What belongs to a sealed secret, so that it opens nowhere else. */
export type SealPlace = {
  /** For what the key is used. */
  readonly purpose: string;
  /** The UUID of the row. */
  readonly owner: string;
};

export function seal(key: Secret, { purpose, owner }: SealPlace, plain: Buffer, nonce: Buffer): Buffer {
  const cipher = createCipheriv("aes-256-gcm", sealingKey(key, purpose), nonce);
  cipher.setAAD(Buffer.from(owner));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error if it was sealed with another key, or for another place. */
export function openSealed(key: Secret, { purpose, owner }: SealPlace, sealed: Buffer): Buffer {
  const nonce = sealed.subarray(0, SEAL_NONCE_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", sealingKey(key, purpose), nonce, {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(owner));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(SEAL_NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}

function sealingKey(key: Secret, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", Buffer.from(key.reveal(), "hex"), "", purpose, 32));
}
