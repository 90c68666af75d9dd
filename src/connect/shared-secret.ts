import { LRUCache } from "lru-cache";
import { Secret } from "../model/secret.ts";
import type { Uuid } from "../model/uuid.ts";
import type { Ports } from "../ports.ts";
import { openSealed, SEAL_NONCE_BYTES, seal } from "../storage/keys/seal.ts";

const PURPOSE = "pail shared secrets of apps";
/** 64 characters: RFC 2104, section 3 wants no less than the 32 bytes of SHA-256. */
const SECRET_BYTES = 48;

type SealingPorts = Pick<Ports, "keys" | "randomBytes">;

/** A row with a secret that is shared with an app. */
type Holder = { readonly uuid: Uuid; readonly sealedSecret: Buffer };

export function newSharedSecret({ randomBytes }: Pick<Ports, "randomBytes">): Secret {
  return new Secret(randomBytes(SECRET_BYTES).toString("base64url"));
}

export async function sealSharedSecret(
  { keys, randomBytes }: SealingPorts,
  owner: Uuid,
  secret: Secret,
): Promise<Buffer> {
  const nonce = randomBytes(SEAL_NONCE_BYTES);
  return seal(await keys.get("apps"), { purpose: PURPOSE, owner }, Buffer.from(secret.reveal()), nonce);
}

/** Secrets in memory, by their sealed form: an app that asks often is checked as quickly as a token. */
const opened = new LRUCache<string, Secret>({ max: 500 });

/** @throws Failure unavailable without the key; Error if it was sealed with another. */
export async function openSharedSecret(
  { keys }: Pick<Ports, "keys">,
  { uuid, sealedSecret }: Holder,
): Promise<Secret> {
  const name = `${uuid} ${sealedSecret.toString("base64")}`;
  const known = opened.get(name);
  if (known !== undefined) return known;
  const plain = openSealed(await keys.get("apps"), { purpose: PURPOSE, owner: uuid }, sealedSecret);
  const secret = new Secret(plain.toString());
  opened.set(name, secret);
  return secret;
}
