import { digestToken } from "../authentication/token-text.ts";
import type { Secret } from "../model/secret.ts";
import { revokeAnyToken } from "../operations/tokens/api-tokens.ts";
import type { By, Ports } from "../ports.ts";
import { listAllAccessTokens } from "../storage/sql/tokens/access-tokens.ts";
import { listTokens } from "../storage/sql/tokens/tokens.ts";
import { applyToken, resourceOf, type TokenEntry } from "./sections/tokens.ts";
import type { Seed } from "./seed.ts";
import type { SeedContext } from "./seed-context.ts";

/**
 * The tokens of a seed at a later start: those whose texts are known still, and new ones in place of the others, which end,
 * since only digests of them are stored.
 */
export async function reopenTokens(
  ports: Ports,
  by: By,
  context: SeedContext,
  { content: { tokens = [] } }: Seed,
  known: ReadonlyMap<string, Secret>,
): Promise<ReadonlyMap<string, Secret>> {
  const reopened = new Map<string, Secret>();
  for (const [index, entry] of tokens.entries()) {
    const text = known.get(entry.name);
    const found = text && (await ports.database.lookups.findTokenByDigest(digestToken(text)));
    if (text !== undefined && found?.token.name === entry.name && found.token.revokedAt === undefined) {
      reopened.set(entry.name, text);
      continue;
    }
    await context.attempt(["tokens", index], () => endOthers(ports, by, context, entry));
    const made = await applyToken(
      context,
      entry,
      ["tokens", index],
      ` again at ${ports.clock().toISOString()}`,
    );
    if (made !== undefined) reopened.set(made.name, made.text);
  }
  return reopened;
}

async function endOthers(ports: Ports, by: By, context: SeedContext, entry: TokenEntry): Promise<void> {
  const { kysely } = ports.database;
  const listed =
    entry.account === undefined
      ? (await listAllAccessTokens(kysely, resourceOf(context, entry))).map(({ token }) => token)
      : await listTokens(kysely, context.find("account", entry.account).uuid);
  for (const { uuid, name, revokedAt } of listed)
    if (name === entry.name && revokedAt === undefined) await revokeAnyToken(ports, by, uuid);
}
