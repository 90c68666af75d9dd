import type { Secret } from "../../model/secret.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import { SEAL_NONCE_BYTES, seal } from "../../storage/keys/seal.ts";

/** What is sealed, each with the UUID of its owner: a variable's own, or that of the repository of a key pair. */
export type PipelineSecretPurpose = "pail pipeline variables" | "pail pipeline private keys";

/** What of it is stored. */
export async function sealPipelineSecret(
  { keys, randomBytes }: Pick<Ports, "keys" | "randomBytes">,
  purpose: PipelineSecretPurpose,
  owner: Uuid,
  secret: Secret,
): Promise<Buffer> {
  const nonce = randomBytes(SEAL_NONCE_BYTES);
  return seal(await keys.get("pipelines"), { purpose, owner }, Buffer.from(secret.reveal()), nonce);
}
