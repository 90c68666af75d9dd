import { GitError, runGit } from "../git/git-process.ts";
import { listCommits } from "../git/history/list-commits.ts";
import type { Commit } from "../git/objects/commit.ts";
import type { Account } from "../model/account.ts";
import { type PushChange, parseRepositoryEvent, type RepositoryEvent } from "../model/event.ts";
import type { ObjectId } from "../model/object-id.ts";
import { BRANCH_PREFIX, TAG_PREFIX } from "../model/ref-name.ts";
import type { Repository } from "../model/repository.ts";
import type { WebhookDelivery } from "../model/webhook.ts";
import type { Ports } from "../ports.ts";
import { representCommit } from "../representations/commit.ts";
import { representEmbeddedAccount } from "../representations/embedded-account.ts";
import { type Bases, repositoryApiUrl, repositoryHtmlUrl } from "../representations/links.ts";
import { representRepository } from "../representations/repository.ts";
import { findAccountByUuid, findAccountsByEmails } from "../storage/sql/accounts.ts";
import { findRepository } from "../storage/sql/repositories.ts";
import { getRepositoryDetails } from "../storage/sql/repository-details.ts";

type PayloadPorts = Pick<Ports, "database" | "packs" | "objects">;

/** Documented: a payload larger than this is not delivered. */
export const PAYLOAD_BYTES_MAX = 256 * 1024;
/** Recorded: at most five commits of each change, then `truncated`. */
const COMMITS_MAX = 5;

type Subject = { readonly repository: Repository; readonly bases: Bases };

/**
 * The body of a delivery: contract, rest.md §7.
 *
 * @returns undefined if the repository is no longer there, or the body would be too large.
 */
export async function renderPayload(
  ports: PayloadPorts,
  delivery: WebhookDelivery,
): Promise<string | undefined> {
  const event = parseRepositoryEvent(delivery.event);
  const { kysely } = ports.database;
  const repository = await findRepository(kysely, undefined, { uuid: event.repositoryUuid });
  if (repository === undefined) return undefined;
  const actor = event.actorUuid === undefined ? undefined : await findAccountByUuid(kysely, event.actorUuid);
  const happened = await renderEvent(ports, event, { repository, bases: event.bases });
  if (happened === undefined) return undefined;
  const payload = JSON.stringify({
    ...happened,
    repository: await renderRepository(ports, repository, event.bases),
    actor: actor === undefined ? null : representEmbeddedAccount(actor, event.bases),
  });
  return Buffer.byteLength(payload) > PAYLOAD_BYTES_MAX ? undefined : payload;
}

/** What is told beside the repository and who did it; undefined if what it is about is no longer there. */
async function renderEvent(ports: PayloadPorts, event: RepositoryEvent, subject: Subject) {
  switch (event.kind) {
    case "repo:push": {
      const changes = [];
      for (const change of event.changes) changes.push(await renderChange(ports, subject, change));
      return { push: { changes } };
    }
    case "repo:fork": {
      const fork = await findRepository(ports.database.kysely, undefined, { uuid: event.forkUuid });
      return fork && { fork: await renderRepository(ports, fork, event.bases) };
    }
  }
}

/** Who reads the payload is not known: it tells what anyone may know of the repository's parent. */
async function renderRepository({ database }: PayloadPorts, repository: Repository, bases: Bases) {
  const details = await getRepositoryDetails(database.kysely, repository.uuid, undefined);
  const { links, ...shown } = representRepository(repository, details, bases, { kind: "anonymous" });
  const { self, html, avatar } = links;
  return { ...shown, links: { self, html, avatar } };
}

async function renderChange(ports: PayloadPorts, subject: Subject, change: PushChange) {
  const isTag = change.name.startsWith(TAG_PREFIX);
  const { commits, isTruncated } = isTag
    ? { commits: [], isTruncated: false }
    : await newCommits(ports, subject, change);
  const context = { ...subject, accounts: await accountsOf(ports, commits) };
  const shown = commits.map((commit) =>
    representCommit(commit, context, { withCommitter: true, withParticipants: false }),
  );
  return {
    old: await renderRef(ports, subject, change, change.old),
    new: await renderRef(ports, subject, change, change.new),
    created: change.old === undefined,
    closed: change.new === undefined,
    forced: await isForced(ports, subject, change),
    truncated: isTruncated,
    ...(change.new === undefined
      ? {}
      : { links: changeLinks(subject, change.old, change.new), commits: shown }),
  };
}

/** Recorded: no link to a diff for a new ref. */
function changeLinks({ repository, bases }: Subject, old: ObjectId | undefined, tip: ObjectId) {
  const [api, html] = [repositoryApiUrl(bases, repository), repositoryHtmlUrl(bases, repository)];
  if (old === undefined) {
    return { commits: { href: `${api}/commits?include=${tip}` }, html: { href: `${html}/commits/${tip}` } };
  }
  return {
    commits: { href: `${api}/commits?include=${tip}&exclude=${old}` },
    html: { href: `${html}/branches/compare/${tip}..${old}` },
    diff: { href: `${api}/diff/${tip}..${old}` },
  };
}

async function newCommits({ packs, objects }: PayloadPorts, { repository }: Subject, change: PushChange) {
  if (change.new === undefined) return { commits: [], isTruncated: false };
  const gitDir = packs.gitDir(repository.uuid);
  const exclude = change.old === undefined ? [] : [change.old];
  const ids = await listCommits({ gitDir, include: [change.new], exclude, skip: 0, limit: COMMITS_MAX + 1 });
  return {
    commits: await objects.readCommits(gitDir, ids.slice(0, COMMITS_MAX)),
    isTruncated: ids.length > COMMITS_MAX,
  };
}

function accountsOf(
  { database }: PayloadPorts,
  commits: readonly Commit[],
): Promise<ReadonlyMap<string, Account>> {
  const addresses = commits.flatMap(({ author, committer }) => [author.email, committer.email]);
  return findAccountsByEmails(database.kysely, [...new Set(addresses.filter((address) => address !== ""))]);
}

async function renderRef(
  ports: PayloadPorts,
  subject: Subject,
  change: PushChange,
  target: ObjectId | undefined,
) {
  if (target === undefined) return null;
  const { repository, bases } = subject;
  const api = repositoryApiUrl(bases, repository);
  const html = repositoryHtmlUrl(bases, repository);
  const isTag = change.name.startsWith(TAG_PREFIX);
  const name = change.name.slice(isTag ? TAG_PREFIX.length : BRANCH_PREFIX.length);
  const commit = await ports.objects.readCommit(ports.packs.gitDir(repository.uuid), target);
  const context = { ...subject, accounts: await accountsOf(ports, commit === undefined ? [] : [commit]) };
  const options = { withCommitter: true, withParticipants: false };
  const links = {
    self: { href: `${api}/refs/${isTag ? "tags" : "branches"}/${name}` },
    commits: { href: `${api}/commits/${name}` },
    html: { href: isTag ? `${html}/commits/tag/${name}` : `${html}/branch/${name}` },
  };
  const shown =
    commit === undefined ? { type: "commit", hash: target } : representCommit(commit, context, options);
  return isTag
    ? { type: "tag", name, target: shown, links, message: null, date: null, tagger: null }
    : { type: "branch", name, target: shown, links };
}

/** Whether commits were taken away: the old tip is not among the new one's ancestors. */
async function isForced(
  { packs }: PayloadPorts,
  { repository }: Subject,
  change: PushChange,
): Promise<boolean> {
  if (change.old === undefined || change.new === undefined || !change.name.startsWith(BRANCH_PREFIX))
    return false;
  const gitDir = packs.gitDir(repository.uuid);
  try {
    await runGit(["merge-base", "--is-ancestor", "--end-of-options", change.old, change.new], { gitDir });
    return false;
  } catch (error) {
    // Status 1: it is no ancestor. Anything else: the old tip is no longer there to be asked.
    if (error instanceof GitError) return true;
    throw error;
  }
}
