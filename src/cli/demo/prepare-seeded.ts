import { readFile } from "node:fs/promises";
import { fullName } from "../../model/repository.ts";
import { Secret } from "../../model/secret.ts";
import type { By, Ports } from "../../ports.ts";
import { applySeed } from "../../seeds/apply-seed.ts";
import type { Seed } from "../../seeds/seed.ts";
import { describeSeedCredentials, type SeedResult } from "../../seeds/seed-result.ts";
import { cloneUrlOf, describePages } from "./demo-guide.ts";
import type { PreparedDemo } from "./prepared-demo.ts";

/** Applies a seed, or takes the data that has begun with it. @param files where an earlier start has written its tokens. */
export async function prepareSeeded(
  ports: Ports,
  by: By,
  seed: Seed,
  files: readonly string[],
): Promise<PreparedDemo> {
  const knownTokens = new Map<string, Secret>();
  for (const file of files)
    for (const [name, text] of Object.entries(await readTokens(file)))
      if (typeof text === "string") knownTokens.set(name, new Secret(text));
  const result = await applySeed(ports, by, seed, { knownTokens });
  return {
    account: result.account,
    describe(url, signInUrl, { dataFolder }) {
      const credentials = describeSeedCredentials(url, result, signInUrl);
      return { credentials, commands: undefined, text: describe(url, result, signInUrl, dataFolder) };
    },
  };
}

async function readTokens(file: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readFile(file, "utf8").catch(() => "");
  try {
    const { tokens } = JSON.parse(text) as { readonly tokens?: unknown };
    return typeof tokens === "object" && tokens !== null ? (tokens as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Fits on a screen. Tokens are in the credentials file: there may be many. */
function describe(
  url: string,
  result: SeedResult,
  signInUrl: Secret | undefined,
  dataFolder: string,
): string {
  const { account, email, repository, tokens } = result;
  return [
    `Pail listens on ${url}`,
    "",
    ...(account === undefined ? [] : [`  account     ${email}, user name ${account.username}`]),
    ...(account === undefined ? [] : [describePages({ url, sign_in_url: signInUrl?.reveal() })]),
    ...(repository === undefined ? [] : [`  repository  ${fullName(repository)}`]),
    `  tokens      ${tokens.size === 0 ? "none" : [...tokens.keys()].join(", ")}: --credentials FILE writes them`,
    ...(repository === undefined || account === undefined
      ? []
      : [
          "",
          "Try it in another terminal:",
          `  git clone ${cloneUrlOf(url, fullName(repository), account.username)}`,
        ]),
    "",
    `Ctrl-C stops the server. The data is kept in ${dataFolder} for the next start.`,
    "",
  ].join("\n");
}
