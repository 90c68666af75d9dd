import { isFieldRequested } from "../../../http/routes/fields.ts";
import { parsePage } from "../../../http/routes/paging.ts";
import type { SnippetRoute } from "../../../http/routes/subjects/snippet.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import type { OpenSnippet } from "../../../model/snippet.ts";
import {
  type CommitWalk,
  findCommitAccounts,
  getWalk,
  readCommitPage,
  saveWalk,
} from "../../../operations/commits/commits.ts";
import { findTip } from "../../../operations/snippets/snippet-tip.ts";
import type { Ports } from "../../../ports.ts";
import { boundMessages } from "../../../representations/bounded-texts.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import { snippetApiUrl } from "../../../representations/snippet.ts";
import { representSnippetCommit } from "../../../representations/snippet-commit.ts";

/** The versions of a snippet, the newest first: pages as those of a repository's commits, which a push does not move. */
export const listSnippetCommitsRoute: SnippetRoute = {
  subject: "snippet",
  method: "GET",
  path: "/2.0/snippets/{workspace}/{encoded_id}/commits",
  apiTokenScopes: ["read:snippet:bitbucket"],
  oauthScopes: ["snippet"],
  permission: "read",
  async handle(ports, { snippet, query, baseUrls, fields, signal, takeSlot }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 30, pagelenMax: 100 });
    const key = query.get("ctx");
    const { repository } = snippet;
    const walk = key === null ? await walkFromTip(ports, snippet) : await getWalk(ports, repository, key);
    const found = await readCommitPage(ports, repository, walk, { page, pagelen, signal, takeSlot });
    const commits = boundMessages(found.commits);
    const messages = await prepareMessages(
      commits.map(({ message }) => message),
      { repositoryUuid: snippet.uuid },
    );
    const context = { snippet, baseUrls, messages, accounts: await findCommitAccounts(ports, commits) };
    const withCommitter = isFieldRequested(fields, "values.committer");
    const values = commits.map((commit) => representSnippetCommit(commit, context, { withCommitter }));
    if (!found.hasMore) return jsonAnswer(200, { pagelen, values });
    const next = new URL(`${snippetApiUrl(baseUrls, snippet)}/commits`);
    next.searchParams.set("ctx", key ?? (await saveWalk(ports, repository, walk)));
    for (const name of ["pagelen", "fields"]) {
      const value = query.get(name);
      if (value !== null) next.searchParams.set(name, value);
    }
    next.searchParams.set("page", String(page + 1));
    return jsonAnswer(200, { pagelen, values, next: next.href });
  },
};

async function walkFromTip(
  { database }: Pick<Ports, "database">,
  { repository }: OpenSnippet,
): Promise<CommitWalk> {
  const tip = await findTip(database.kysely, repository);
  return { include: tip === undefined ? [] : [tip], exclude: [], path: undefined };
}
