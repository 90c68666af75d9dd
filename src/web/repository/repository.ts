import { isWithin, locationOfRepository } from "../../model/bound.ts";
import { permits } from "../../model/permission.ts";
import { fullName } from "../../model/repository.ts";
import type { ApiToken } from "../../model/token.ts";
import { findCommitAccounts, getCommit } from "../../operations/commits/commits.ts";
import { findPathAtCommit, getEntry } from "../../operations/source/source.ts";
import type { Ports } from "../../ports.ts";
import { listTokens } from "../../storage/sql/tokens/tokens.ts";
import { overviewTexts } from "../catalogue/overview.ts";
import { sourceTexts } from "../catalogue/source.ts";
import { type Html, html } from "../html.ts";
import { command } from "../layout/command.ts";
import { commitAuthor } from "../layout/commit-author.ts";
import { commitSummary } from "../layout/commit-message.ts";
import { empty } from "../layout/empty.ts";
import { repositoryPlace } from "../layout/place.ts";
import { scopeTag } from "../layout/scope-tag.ts";
import { timeAgo } from "../layout/time.ts";
import { commitPath, repositoryPath, workspacePath } from "../links.ts";
import { page, type RepositoryPage, type RepositoryPageRequest } from "../page.ts";
import { shortId } from "../short-id.ts";
import { cloneAddress, STATIC_USERNAME } from "./overview/clone-addresses.ts";
import { cloneSheet, newTokenPath } from "./overview/clone-sheet.ts";
import { describeSide } from "./overview/side.ts";
import type { FoundSource } from "./source/find-source.ts";
import { describeFolder } from "./source/folder.ts";
import { filesPath } from "./source/head.ts";
import { describeReadme, findReadme } from "./source/readme.ts";
import { listRefNames, type RefNames, revisionForm } from "./source/revision-form.ts";

/** The files of the main branch, how to clone them, and what the reader may here. */
export const repositoryPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}",
  subject: "repository",
  permission: "read",
  async get(ports, request) {
    const { repository } = request;
    const [tokens, names] = await Promise.all([
      listReachingTokens(ports, request),
      listRefNames(ports, repository),
    ]);
    const main =
      names.branches.length === 0 && names.tags.length === 0
        ? describeEmpty(request)
        : await describeFilled(ports, request, names, tokens);
    const title = fullName(repository);
    return page({ title: html`${title}`, place: repositoryPlace(request, "files", { isTitle: true }), main });
  },
};

/** Living tokens that the reader has created and that may read this repository, as far as the reader may. */
async function listReachingTokens(
  { database }: Ports,
  { account, repository, now }: RepositoryPageRequest,
): Promise<readonly ApiToken[]> {
  if (account === undefined) return [];
  const tokens = await listTokens(database.kysely, account.uuid);
  return tokens.filter(
    ({ scopes, revokedAt, expiresAt, parentUuid, bound }) =>
      revokedAt === undefined &&
      expiresAt > now &&
      parentUuid === undefined &&
      scopes.includes("read:repository:bitbucket") &&
      isWithin(bound, locationOfRepository(repository)),
  );
}

async function describeFilled(
  ports: Ports,
  request: RepositoryPageRequest,
  names: RefNames,
  tokens: readonly ApiToken[],
): Promise<Html> {
  const { t, repository } = request;
  const { mainBranch } = repository;
  const side = await describeSide(ports, request, names, tokens);
  const source: FoundSource | undefined =
    mainBranch === undefined
      ? undefined
      : {
          revision: mainBranch,
          ...(await findPathAtCommit(ports, repository, mainBranch, "")),
          isPermanent: false,
        };
  const counts = html`<a href="${repositoryPath(repository, "branches")}">${t(sourceTexts.branchCount, { n: names.branches.length })}</a><a href="${repositoryPath(repository, "tags")}">${t(sourceTexts.tagCount, { n: names.tags.length })}</a>`;
  const choice = revisionForm(request, names, source ?? { revision: "", path: "" }, "src");
  const goTo =
    source &&
    html`<a class="btn" data-key="t" href="${filesPath(request, source.revision)}">${t(sourceTexts.goToFile)}</a>`;
  return html`<div class="head"><div class="acts">${choice}${counts}</div><div class="acts">${goTo}${cloneSheet(request, tokens)}</div></div>
<div class="split right"><div>${source === undefined ? empty(t(overviewTexts.empty.noMain), t(overviewTexts.empty.noMainText)) : await describeFiles(ports, request, source)}</div>
${side}</div>`;
}

async function describeFiles(
  ports: Ports,
  request: RepositoryPageRequest,
  source: FoundSource,
): Promise<Html> {
  const root = await getEntry(ports, request.repository, source);
  const [{ table, entries }, tip] = await Promise.all([
    describeFolder(ports, request, source, root),
    describeTip(ports, request, source),
  ]);
  const readme = findReadme(entries);
  return html`${tip}${table}${readme && (await describeReadme(ports, request, source, readme))}`;
}

/** The newest commit, in one line. */
async function describeTip(
  ports: Ports,
  request: RepositoryPageRequest,
  { commit: id }: FoundSource,
): Promise<Html> {
  const { t, repository } = request;
  const commit = await getCommit(ports, repository, id);
  const author = commitAuthor(t, commit.author, await findCommitAccounts(ports, [commit]));
  return html`<div class="bar"><a href="${commitPath(repository, id)}"><code>${shortId(id)}</code></a> <span>${commitSummary(t, commit)}</span> <span class="dim push">${t(sourceTexts.by, { author, time: timeAgo(request, commit.author.date) })}</span></div>`;
}

/** What to do first. */
function describeEmpty(request: RepositoryPageRequest): Html {
  const { t, repository, held, baseUrls } = request;
  const texts = overviewTexts.empty;
  if (!permits(held, "write")) return empty(t(texts.title), t(texts.reader));
  const address = cloneAddress(baseUrls.html, repository, STATIC_USERNAME);
  const commands = `git remote add origin ${address}\ngit push -u origin main`;
  return html`<div class="empty"><h2>${t(texts.title)}</h2><p>${t(texts.text, { write: scopeTag("write:repository:bitbucket"), read: scopeTag("read:repository:bitbucket") })}</p>
<div class="flow">${command(t, commands, t(overviewTexts.clone.what.push))}
<p>${t(texts.begin)}</p>${command(t, `git clone ${address}`, "git clone")}
<div class="acts"><a class="btn main" href="${newTokenPath("read:repository:bitbucket", "write:repository:bitbucket")}">${t(texts.create)}</a>${held === "admin" && html`<a href="${workspacePath(repository.workspace, "new", "import")}">${t(texts.import)}</a>`}</div></div></div>`;
}
