import { operatorBy } from "../../authorization/operator-by.ts";
import type { Account } from "../../model/account.ts";
import type { Secret } from "../../model/secret.ts";
import { createPasswordLink } from "../../operations/accounts/password-links.ts";
import type { By, Ports } from "../../ports.ts";
import { findPasswordByUuid } from "../../storage/sql/accounts/passwords.ts";
import { describeDemoCredentials, readDemoTokens } from "./demo-credentials.ts";
import { type DemoData, openDemoData } from "./demo-data.ts";
import { describeDemo, describeDemoCommands } from "./demo-guide.ts";
import { areDemoTokens, type DemoTokens, renewDemoTokens } from "./demo-tokens.ts";
import type { PreparedDemo } from "./prepared-demo.ts";

/** Makes what is missing. `files` are those of credentials that an earlier start may have written. */
export type DemoPreparation = (ports: Ports, by: By, files: readonly string[]) => Promise<PreparedDemo>;

/**
 * How the data of a demo is made: that of the file, or the usual. The file is read before anything is opened, so one with errors leaves
 * nothing behind.
 *
 * @throws Failure with all that is wrong in it.
 */
export async function readDemoPreparation(seedFile: string | undefined): Promise<DemoPreparation> {
  return seedFile === undefined ? prepareDemo : openSeeded(seedFile);
}

async function openSeeded(path: string): Promise<DemoPreparation> {
  // Loaded only here: most demos have no seed.
  const [{ readSeedFile }, { prepareSeeded }] = await Promise.all([
    import("../../seeds/read-seed-file.ts"),
    import("./prepare-seeded.ts"),
  ]);
  const seed = await readSeedFile(path);
  return (ports, by, files) => prepareSeeded(ports, by, seed, files);
}

async function prepareDemo(ports: Ports, by: By, files: readonly string[]): Promise<PreparedDemo> {
  const demo = await openDemoData(ports, by);
  const tokens = await openDemoTokens(ports, by, demo, files);
  return {
    account: demo.account,
    describe(url, signInUrl, paths) {
      const credentials = describeDemoCredentials(url, demo, tokens, signInUrl);
      return {
        credentials,
        commands: describeDemoCommands(credentials),
        text: describeDemo(credentials, paths),
      };
    },
  };
}

/** Undefined: the account has a password. Made once the server's address is known. */
export async function createSignInUrl(
  ports: Ports,
  account: Account | undefined,
): Promise<Secret | undefined> {
  if (account === undefined || account.isDisabled) return undefined;
  const held = await findPasswordByUuid(ports.database.kysely, account.uuid);
  if (held?.passwordHash !== undefined) return undefined;
  return (await createPasswordLink(ports, operatorBy(ports), account)).url;
}

/** The tokens of an earlier start if a file still has them, else new ones. */
async function openDemoTokens(
  ports: Ports,
  by: By,
  { account }: DemoData,
  files: readonly string[],
): Promise<DemoTokens> {
  for (const file of files.toReversed()) {
    const tokens = await readDemoTokens(file);
    if (tokens !== undefined && (await areDemoTokens(ports, account, tokens))) return tokens;
  }
  return renewDemoTokens(ports, by, account);
}
