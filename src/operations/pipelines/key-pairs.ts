import { repositorySubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { KeyPairInput } from "../../model/pipeline-ssh.ts";
import type { Repository } from "../../model/repository.ts";
import type { By, Ports } from "../../ports.ts";
import { deleteKeyPair, findPublicKey, upsertKeyPair } from "../../storage/sql/pipelines/key-pairs.ts";
import { parseSshPublicKey } from "../keys/ssh-public-key.ts";
import { sealPipelineSecret } from "./seal-secret.ts";

/** In characters: an RSA key of 16,384 bits has 13,000. */
export const PRIVATE_KEY_LENGTH_MAX = 16_384;

/** The frame of PEM, as OpenSSH and OpenSSL write it. What is inside is not looked at. */
const PRIVATE_KEY =
  /^-----BEGIN ([A-Z ]*)PRIVATE KEY-----\r?\n[A-Za-z0-9+/=\r\n:, -]+-----END \1PRIVATE KEY-----$/;

/** @throws Failure not-found if the repository has none. */
export async function getPublicKey(
  { database }: Pick<Ports, "database">,
  { uuid }: Repository,
): Promise<string> {
  const publicKey = await findPublicKey(database.kysely, uuid);
  if (publicKey === undefined) throw noKeyPair();
  return publicKey;
}

/**
 * Sets the key pair, in place of the one that there was.
 *
 * @returns the public key as it is stored.
 * @throws Failure invalid-input if one of them is no key.
 */
export async function setKeyPair(
  ports: Pick<Ports, "keys" | "randomBytes">,
  by: By,
  repository: Repository,
  { publicKey, privateKey }: KeyPairInput,
): Promise<string> {
  const parsed = parseSshPublicKey(publicKey);
  if ("problem" in parsed) throw invalidField("public_key", parsed.problem);
  if (!PRIVATE_KEY.test(privateKey.reveal().trim()))
    throw invalidField("private_key", "must be a private key in PEM, without a passphrase");
  const { uuid } = repository;
  const sealed = await sealPipelineSecret(ports, "pail pipeline private keys", uuid, privateKey);
  const stored = publicKey.trim();
  await by.transaction(async (tx, record) => {
    await upsertKeyPair(tx, uuid, stored, sealed);
    record.audit("pipeline-key-pair.set", repositorySubject(repository), {
      fingerprint: parsed.fingerprint,
    });
  });
  return stored;
}

/** @throws Failure not-found if there is none. */
export async function removeKeyPair(by: By, repository: Repository): Promise<void> {
  await by.transaction(async (tx, record) => {
    if (!(await deleteKeyPair(tx, repository.uuid))) throw noKeyPair();
    record.audit("pipeline-key-pair.deleted", repositorySubject(repository));
  });
}

function noKeyPair(): Failure {
  return new Failure("not-found", "Not found", { detail: "The repository has no SSH key pair" });
}
