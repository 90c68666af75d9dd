import { findStepOfCode, parseOneTimeCode, SEED_BYTES } from "../../authentication/two-step/one-time-code.ts";
import {
  digestRecoveryCode,
  parseRecoveryCode,
  RECOVERY_CODES,
  writeRecoveryCode,
} from "../../authentication/two-step/recovery-code.ts";
import { openSeed, sealSeed } from "../../authentication/two-step/seal-seed.ts";
import type { Account } from "../../model/account.ts";
import { accountSubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { Secret } from "../../model/secret.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { SEAL_NONCE_BYTES } from "../../storage/keys/seal.ts";
import {
  countRecoveryCodes,
  deleteRecoveryCode,
  deleteTwoStep,
  findTwoStep,
  replaceRecoveryCodes,
  replaceTwoStep,
  setLastStep,
  setTwoStepEnabled,
} from "../../storage/sql/accounts/two-step.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import { type PasswordAsker, tooManyTries } from "./passwords.ts";
import { endSessionsOf } from "./sessions.ts";

export type TwoStepPorts = Pick<Ports, "database" | "clock" | "keys" | "randomBytes" | "signInLimiter">;

/** Begins to set up two-step verification: nothing is asked for until a code has shown that the app has the seed. */
export async function beginTwoStep(ports: TwoStepPorts, by: By, { uuid }: Account): Promise<void> {
  const key = await ports.keys.get("two-step");
  const seed = ports.randomBytes(SEED_BYTES);
  const sealed = sealSeed(key, uuid, seed, ports.randomBytes(SEAL_NONCE_BYTES));
  await by.transaction(async (tx) => {
    await lockRows(tx, [{ table: "account", uuid, strength: "update" }]);
    if ((await findTwoStep(tx, uuid))?.enabledAt !== undefined) throw isOnAlready();
    await replaceTwoStep(tx, uuid, sealed, ports.clock());
  });
}

/** The seed that is being set up, for its QR code. Undefined: none is. Once it is set up nobody sees it again. */
export async function findPendingSeed(
  { database, keys }: Pick<Ports, "database" | "keys">,
  { uuid }: Account,
): Promise<Buffer | undefined> {
  const found = await findTwoStep(database.kysely, uuid);
  if (found === undefined || found.enabledAt !== undefined) return undefined;
  return openSeed(await keys.get("two-step"), uuid, found.seed);
}

/**
 * Ends the setting up with a code of the app. From then on a code is asked for at each sign-in.
 *
 * @param session from which it is asked. All others end: they were begun without a code.
 * @returns the recovery codes, this once.
 * @throws Failure invalid-input about `code`, conflict if nothing is being set up.
 */
export async function enableTwoStep(
  ports: TwoStepPorts,
  by: By,
  account: Account,
  codeText: string,
  session?: Uuid,
): Promise<readonly Secret[]> {
  const { uuid } = account;
  const seed = await findPendingSeed(ports, account);
  if (seed === undefined) throw new Failure("conflict", "Two-step verification is not being set up");
  const now = ports.clock();
  const code = parseOneTimeCode(codeText);
  const step = code === undefined ? undefined : findStepOfCode(seed, code, now);
  if (step === undefined) throw wrongCode();
  const codes = newRecoveryCodes(ports);
  await by.transaction(async (tx, record) => {
    await lockRows(tx, [{ table: "account", uuid, strength: "update" }]);
    if ((await findTwoStep(tx, uuid))?.enabledAt !== undefined) throw isOnAlready();
    // The first code is used with it, as any other.
    if (!(await setLastStep(tx, uuid, step))) throw wrongCode();
    await setTwoStepEnabled(tx, uuid, now);
    await replaceRecoveryCodes(tx, uuid, codes.map(digestRecoveryCode));
    record.audit("account.two-step-enabled", accountSubject(account), { account: uuid });
    await endSessionsOf(tx, record, account, session);
  });
  return codes;
}

/**
 * No code is asked for any more. Nothing happens if none was.
 *
 * @param session from which it is asked. All others end.
 */
export async function disableTwoStep(by: By, account: Account, session?: Uuid): Promise<void> {
  await by.transaction(async (tx, record) => {
    await lockRows(tx, [{ table: "account", uuid: account.uuid, strength: "update" }]);
    const wasEnabled = (await findTwoStep(tx, account.uuid))?.enabledAt !== undefined;
    await deleteTwoStep(tx, account.uuid);
    if (!wasEnabled) return;
    record.audit("account.two-step-disabled", accountSubject(account), { account: account.uuid });
    await endSessionsOf(tx, record, account, session);
  }, TAKES_ACCESS);
}

/** @returns the new codes, this once; the others are refused. @throws Failure conflict if two-step verification is off. */
export async function renewRecoveryCodes(
  ports: TwoStepPorts,
  by: By,
  account: Account,
): Promise<readonly Secret[]> {
  const codes = newRecoveryCodes(ports);
  await by.transaction(async (tx, record) => {
    await lockRows(tx, [{ table: "account", uuid: account.uuid, strength: "update" }]);
    if ((await findTwoStep(tx, account.uuid))?.enabledAt === undefined)
      throw new Failure("conflict", "Two-step verification is off");
    await replaceRecoveryCodes(tx, account.uuid, codes.map(digestRecoveryCode));
    record.audit("account.recovery-codes-replaced", accountSubject(account), { account: account.uuid });
  });
  return codes;
}

export type UsedFactor =
  | { readonly kind: "code" }
  /** With how many codes are left. */
  | { readonly kind: "recovery-code"; readonly left: number };

/**
 * Uses a code of the app, or a recovery code. Each works once.
 *
 * @throws Failure invalid-input about `code`, throttled after too many.
 */
export async function useSecondFactor(
  ports: TwoStepPorts,
  by: By,
  { network }: Pick<PasswordAsker, "network">,
  account: Account,
  text: string,
): Promise<UsedFactor> {
  const attempt = { account: account.uuid, network, factor: "code" } as const;
  const until = await ports.signInLimiter.begin(attempt);
  if (until !== undefined) throw tooManyTries(until);
  const used = await useOnce(ports, by, account, text);
  if (used === undefined) throw wrongCode();
  ports.signInLimiter.succeed(attempt);
  return used;
}

async function useOnce(
  ports: TwoStepPorts,
  by: By,
  account: Account,
  text: string,
): Promise<UsedFactor | undefined> {
  const { uuid } = account;
  const key = await ports.keys.get("two-step");
  return by.transaction(async (tx, record) => {
    await lockRows(tx, [{ table: "account", uuid, strength: "update" }]);
    const twoStep = await findTwoStep(tx, uuid);
    if (twoStep?.enabledAt === undefined) return undefined;
    const code = parseOneTimeCode(text);
    if (code !== undefined) {
      const step = findStepOfCode(openSeed(key, uuid, twoStep.seed), code, ports.clock());
      if (step !== undefined && (await setLastStep(tx, uuid, step))) return { kind: "code" };
    }
    const recoveryCode = parseRecoveryCode(text);
    if (
      recoveryCode !== undefined &&
      (await deleteRecoveryCode(tx, uuid, digestRecoveryCode(recoveryCode)))
    ) {
      const left = await countRecoveryCodes(tx, uuid);
      record.audit("account.recovery-code-used", accountSubject(account), { account: uuid, left });
      return { kind: "recovery-code", left };
    }
    record.audit("account.second-factor-failed", accountSubject(account), { account: uuid });
    return undefined;
  });
}

function newRecoveryCodes({ randomBytes }: Pick<Ports, "randomBytes">): readonly Secret[] {
  return Array.from({ length: RECOVERY_CODES }, () => writeRecoveryCode(randomBytes));
}

function wrongCode(): Failure {
  return invalidField("code", "is wrong or was used already");
}

function isOnAlready(): Failure {
  return new Failure("conflict", "Two-step verification is on already");
}
