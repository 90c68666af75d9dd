import { listCommits } from "../../git/history/list-commits.ts";
import type { Commit, Tag } from "../../git/objects/commit.ts";
import { GitError, runGit } from "../../git/process/git-process.ts";
import type { Account } from "../../model/account.ts";
import type { EventOf, PushChange } from "../../model/event.ts";
import { MERGE_STRATEGIES } from "../../model/merge-strategy.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { BRANCH_PREFIX, TAG_PREFIX } from "../../model/ref-name.ts";
import { cutText } from "../../representations/bounded-texts.ts";
import { type CommitContext, representCommit, representCommitDate } from "../../representations/commit.ts";
import { representCommitAuthor } from "../../representations/commit-author.ts";
import { repositoryApiUrl, repositoryHtmlUrl } from "../../representations/links.ts";
import { prepareMessages } from "../../representations/markdown/rendered-messages.ts";
import { pullRequestCreateUrl } from "../../representations/pull-request-links.ts";
import { representRefLinks } from "../../representations/ref-links.ts";
import { truncatedOfTag } from "../../representations/tag.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { type PayloadPorts, type PayloadSubject, showActor, showRepository } from "./payload-subject.ts";

/** Recorded: at most five commits of each change, then `truncated`. */
const COMMITS_MAX = 5;
/** Recorded of every branch. */
const SYNC_STRATEGIES = ["merge_commit", "rebase"] as const;
/** RFC 5321, section 4.5.3.1: no address is longer. */
const ADDRESS_LENGTH_MAX = 320;
/** A tag of a tag of a tag: nobody has more. The target of a deeper chain is not shown. */
const TAG_DEPTH_MAX = 8;

/** The time for rendering the messages of one payload: the rest is shown as paragraphs. */
const RENDER_MS_MAX = 15_000;

/** How much of each message to show: the next length is tried while the payload is too large. */
const MESSAGE_LENGTHS = [undefined, 2048, 128];

/** `repo:push`: recorded. Long messages do not prevent a payload: they are cut if it would be too large with them. */
export async function renderPushPayload(
  ports: PayloadPorts,
  event: EventOf<"repo:push">,
  subject: PayloadSubject,
  bytesMax: number,
): Promise<object | "too-large"> {
  const renderDeadline = performance.now() + RENDER_MS_MAX;
  for (const messageLengthMax of MESSAGE_LENGTHS) {
    const pushSubject = { ...subject, messageLengthMax, renderDeadline };
    const rendered = await renderChanges(ports, event, pushSubject, bytesMax);
    if (rendered !== "too-large") return rendered;
  }
  return "too-large";
}

type PushSubject = PayloadSubject & {
  readonly messageLengthMax: number | undefined;
  readonly renderDeadline: number;
};

/** "too-large" as soon as it exceeds `bytesMax`, so that a push of 10,000 refs is not read in vain. */
async function renderChanges(
  ports: PayloadPorts,
  event: EventOf<"repo:push">,
  subject: PushSubject,
  bytesMax: number,
): Promise<object | "too-large"> {
  const changes = [];
  let length = 0;
  for (const change of event.changes) {
    const shown = await renderChange(ports, subject, change);
    length += JSON.stringify(shown).length;
    if (length > bytesMax) return "too-large";
    changes.push(shown);
  }
  return { push: { changes }, repository: showRepository(subject), actor: showActor(subject) };
}

async function renderChange(ports: PayloadPorts, subject: PushSubject, change: PushChange) {
  const isTag = change.name.startsWith(TAG_PREFIX);
  const { shown: before } = await renderRef(ports, subject, change, change.old);
  const after = await renderRef(ports, subject, change, change.new);
  const { commits, isTruncated } = await newCommits(ports, subject, change);
  return {
    old: before,
    new: after.shown,
    created: change.old === undefined,
    closed: change.new === undefined,
    forced: await isForced(ports, subject, change),
    truncated: isTruncated,
    // Recorded: a deletion has neither, a tag has no commits.
    ...(after.shown === null ? {} : { links: changeLinks(subject, change, after.shown.links.html) }),
    ...(after.shown === null || isTag ? {} : { commits }),
  };
}

/** Recorded: a new ref has no link to a diff, and `html` leads to itself. */
function changeLinks(
  { repository, baseUrls }: PayloadSubject,
  { old, new: tip }: PushChange,
  html: { readonly href: string },
) {
  const api = repositoryApiUrl(baseUrls, repository);
  if (old === undefined) return { commits: { href: `${api}/commits?include=${tip}` }, html };
  const compared = `${repositoryHtmlUrl(baseUrls, repository)}/branches/compare/${tip}..${old}`;
  return {
    commits: { href: `${api}/commits?include=${tip}&exclude=${old}` },
    html: { href: compared },
    diff: { href: `${api}/diff/${tip}..${old}` },
  };
}

async function newCommits(ports: PayloadPorts, subject: PushSubject, change: PushChange) {
  if (change.new === undefined || change.name.startsWith(TAG_PREFIX))
    return { commits: [], isTruncated: false };
  const exclude = change.old === undefined ? [] : [change.old];
  const query = { include: [change.new], exclude, skip: 0, limit: COMMITS_MAX + 1 };
  const { ids, commits } = await withRepository(ports.packs, subject.repository.uuid, async ({ gitDir }) => {
    const listed = await listCommits({ gitDir, ...query });
    return {
      ids: listed,
      commits: await ports.objects.readCommits(gitDir, listed.slice(0, COMMITS_MAX)),
    };
  });
  const accounts = await accountsOf(ports, commits);
  return {
    commits: await showCommits(commits, { ...subject, accounts }),
    isTruncated: ids.length > COMMITS_MAX,
  };
}

/** Recorded: with the committer, which other answers leave out. */
async function showCommits(commits: readonly Commit[], context: CommitContext & PushSubject) {
  const cut = commits.map((commit) => cutMessage(commit, context));
  const messages = await prepareMessages(
    cut.map(({ message }) => message),
    { repositoryUuid: context.repository.uuid, deadline: context.renderDeadline },
  );
  return cut.map((commit) => {
    const options = { withCommitter: true, withParticipants: false };
    const { repository: _told, ...shown } = representCommit(commit, { ...context, messages }, options);
    return { ...shown, properties: {} };
  });
}

function cutMessage<Item extends Commit | Tag>(item: Item, { messageLengthMax }: PushSubject): Item {
  return messageLengthMax === undefined || item.message.length <= messageLengthMax
    ? item
    : { ...item, message: cutText(item.message, messageLengthMax), isMessageCut: true };
}

async function accountsOf(
  { database }: PayloadPorts,
  commits: readonly Commit[],
  tag?: Tag,
): Promise<ReadonlyMap<string, Account>> {
  const addresses = commits.flatMap(({ author, committer }) => [author.email, committer.email]);
  const all = new Set(
    [...addresses, tag?.tagger?.email ?? ""].filter(
      (address) => address !== "" && address.length <= ADDRESS_LENGTH_MAX,
    ),
  );
  return database.lookups.findAccountsByEmails([...all]);
}

async function renderRef(
  ports: PayloadPorts,
  subject: PushSubject,
  change: PushChange,
  target: ObjectId | undefined,
) {
  if (target === undefined) return { shown: null };
  const { commit, tag } = await readTarget(ports, subject, target);
  const accounts = await accountsOf(ports, commit === undefined ? [] : [commit], tag);
  const context = { ...subject, accounts };
  const [shownCommit] = await showCommits(commit === undefined ? [] : [commit], context);
  // An object that has been deleted since is shown by its id.
  const shownTarget =
    shownCommit === undefined ? { type: "commit", hash: target } : withFewLinks(shownCommit);
  return {
    shown: change.name.startsWith(TAG_PREFIX)
      ? renderTag(change.name.slice(TAG_PREFIX.length), shownTarget, tag && cutMessage(tag, subject), context)
      : renderBranch(change.name.slice(BRANCH_PREFIX.length), shownTarget, subject),
  };
}

/** Recorded: the target of a ref has two of a commit's links. */
function withFewLinks({ links: { self, html }, ...commit }: Awaited<ReturnType<typeof showCommits>>[number]) {
  return { ...commit, links: { self, html } };
}

function renderBranch(name: string, target: object, { repository, baseUrls }: PayloadSubject) {
  return {
    type: "branch",
    name,
    target,
    links: {
      ...representRefLinks(repository, baseUrls, name, { api: "branches", html: "branch" }),
      pullrequest_create: { href: pullRequestCreateUrl(repository, name, baseUrls) },
    },
    merge_strategies: MERGE_STRATEGIES,
    sync_strategies: SYNC_STRATEGIES,
    default_merge_strategy: MERGE_STRATEGIES[0],
  };
}

/** Recorded: a lightweight tag has no message, date and tagger of its own. */
function renderTag(name: string, target: object, tag: Tag | undefined, context: CommitContext) {
  const tagger = tag?.tagger;
  return {
    type: "tag",
    name,
    target,
    links: representRefLinks(context.repository, context.baseUrls, name, {
      api: "tags",
      html: "commits/tag",
    }),
    message: tag?.message ?? null,
    date: tagger === undefined ? null : representCommitDate(tagger.date),
    tagger: tagger === undefined ? null : representCommitAuthor("author", tagger, context),
    ...truncatedOfTag(tag),
  };
}

/** The commit that a ref finally points at, and the annotated tag that it names. */
function readTarget(
  { packs, objects }: PayloadPorts,
  { repository }: PayloadSubject,
  target: ObjectId,
): Promise<{ readonly commit: Commit | undefined; readonly tag: Tag | undefined }> {
  return withRepository(packs, repository.uuid, async ({ gitDir }) => {
    let outer: Tag | undefined;
    let id = target;
    for (let depth = 0; depth < TAG_DEPTH_MAX; depth += 1) {
      const commit = await objects.readCommit(gitDir, id);
      if (commit !== undefined) return { commit, tag: outer };
      const tag = await objects.readTag(gitDir, id);
      if (tag === undefined) break;
      outer ??= tag;
      id = tag.target;
    }
    return { commit: undefined, tag: outer };
  });
}

/** Whether commits were removed: the old tip is not an ancestor of the new one. */
async function isForced(
  { packs }: PayloadPorts,
  { repository }: PayloadSubject,
  change: PushChange,
): Promise<boolean> {
  if (change.old === undefined || change.new === undefined || !change.name.startsWith(BRANCH_PREFIX))
    return false;
  const args = ["merge-base", "--is-ancestor", "--end-of-options", change.old, change.new];
  try {
    await withRepository(packs, repository.uuid, ({ gitDir }) => runGit(args, { gitDir }));
    return false;
  } catch (error) {
    // Status 1: it is not an ancestor. Any other status: the old tip does not exist any more.
    if (error instanceof GitError) return true;
    throw error;
  }
}
