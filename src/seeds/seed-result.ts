import type { Account } from "../model/account.ts";
import type { Repository } from "../model/repository.ts";
import type { Secret } from "../model/secret.ts";
import { bracedUuid } from "../model/uuid.ts";
import type { Workspace } from "../model/workspace.ts";
import { repositoryName } from "./sections/repositories.ts";
import type { Seed } from "./seed.ts";
import type { Made } from "./seed-context.ts";

/** What whoever uses the seeded server has to know. */
export type SeedResult = {
  /** Whose the first API token is; without one, the first account. Undefined: the seed has no accounts. */
  readonly account: Account | undefined;
  /** The account's primary address. */
  readonly email: string | undefined;
  /** The first of the seed. */
  readonly workspace: Workspace | undefined;
  readonly repository: Repository | undefined;
  /** The first API token; without one, the first token. */
  readonly token: Secret | undefined;
  /** By their names in the seed. */
  readonly tokens: ReadonlyMap<string, Secret>;
  /** Keys and secrets of OAuth consumers, by their names. Only once, when they are made. */
  readonly consumers: Made["consumer"];
};

export function seedResultOf({ content }: Seed, made: Made, tokens: ReadonlyMap<string, Secret>): SeedResult {
  const { accounts = [], workspaces = [], repositories = [], tokens: entries = [] } = content;
  const first = entries.find(({ account }) => account !== undefined);
  const name = first?.account?.toLowerCase() ?? accounts[0]?.email.toLowerCase();
  const account = name === undefined ? undefined : made.account.get(name);
  const entry = accounts.find(({ email }) => made.account.get(email.toLowerCase())?.uuid === account?.uuid);
  const repository = repositories[0] && made.repository.get(repositoryName(repositories[0]));
  const shown = first ?? entries[0];
  return {
    account,
    email: entry?.email,
    workspace:
      repository?.workspace ?? (workspaces[0] && made.workspace.get(workspaces[0].slug.toLowerCase())),
    repository,
    token: shown && tokens.get(shown.name),
    tokens,
    consumers: made.consumer,
  };
}

/** The credentials file. Its names are published: those of `pail demo` without a seed, and `tokens`. */
export function describeSeedCredentials(url: string, result: SeedResult, signInUrl: Secret | undefined) {
  const { account, email, workspace, repository, token, tokens, consumers } = result;
  return {
    url,
    api_url: `${url}/2.0`,
    ...(account === undefined
      ? {}
      : { email, username: account.username, account_uuid: bracedUuid(account.uuid) }),
    ...(workspace === undefined ? {} : { workspace: workspace.slug }),
    ...(repository === undefined ? {} : { repository: repository.slug }),
    ...(token === undefined ? {} : { token: token.reveal() }),
    tokens: Object.fromEntries(Array.from(tokens, ([name, text]) => [name, text.reveal()])),
    ...(consumers.size === 0
      ? {}
      : {
          consumers: Object.fromEntries(
            Array.from(consumers, ([name, { key, secret }]) => [name, { key, secret: secret.reveal() }]),
          ),
        }),
    ...(signInUrl === undefined ? {} : { sign_in_url: signInUrl.reveal() }),
  };
}
