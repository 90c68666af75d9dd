import { fullName } from "../../../model/repository.ts";
import type { ApiToken } from "../../../model/token.ts";
import { listMatchingRules } from "../../../operations/branch-rules/branch-rules.ts";
import type { Ports } from "../../../ports.ts";
import { listPullRequests } from "../../../storage/sql/pull-requests/pull-requests.ts";
import { findRepository } from "../../../storage/sql/repositories/repositories.ts";
import { overviewTexts } from "../../catalogue/overview.ts";
import { type Hole, type Html, html } from "../../html.ts";
import { formatSize } from "../../layout/size.ts";
import { timeAgo } from "../../layout/time.ts";
import { projectPath, repositoryPath } from "../../links.ts";
import type { RepositoryPageRequest } from "../../page.ts";
import type { RefNames } from "../source/revision-form.ts";
import { TOKENS_PATH } from "./clone-sheet.ts";
import { describePushRule } from "./push-rule.ts";

const DESCRIPTION_LENGTH_MAX = 2000;

/** What the reader may here, and what the repository is. */
export async function describeSide(
  ports: Ports,
  request: RepositoryPageRequest,
  names: RefNames,
  tokens: readonly ApiToken[],
): Promise<Html> {
  const { t } = request;
  const [access, about] = await Promise.all([
    describeAccess(ports, request, tokens),
    describeAbout(ports, request, names),
  ]);
  return html`<aside aria-label="${t(overviewTexts.about)}">${access}${about}</aside>`;
}

async function describeAccess(
  ports: Ports,
  { t, repository, held, account }: RepositoryPageRequest,
  tokens: readonly ApiToken[],
): Promise<Html> {
  const texts = overviewTexts.access;
  const { mainBranch } = repository;
  const rules =
    mainBranch === undefined
      ? undefined
      : await listMatchingRules(ports, repository, mainBranch, ["push", "require_approvals_to_merge"]);
  const reach =
    tokens.length === 0
      ? html`<a href="${TOKENS_PATH}">${t(texts.noTokens)}</a>`
      : html`<a href="${TOKENS_PATH}">${t(texts.reach, { n: tokens.length })}</a>`;
  return html`<div class="rimmed"><h2>${t(texts.title)}</h2><dl class="facts"><dt>${t(texts.permission)}</dt><dd>${account === undefined ? t(texts.anybody) : html`<b>${held}</b>`}</dd>${account !== undefined && html`<dt>${t(texts.tokens)}</dt><dd>${reach}</dd>`}${rules !== undefined && html`<dt class="m">${mainBranch}</dt><dd>${describePushRule(t, rules)}</dd>`}</dl></div>`;
}

async function describeAbout(
  { database }: Ports,
  request: RepositoryPageRequest,
  { branches, tags }: RefNames,
): Promise<Html> {
  const { t, repository } = request;
  const texts = overviewTexts.facts;
  const { size: open } = await listPullRequests(database.kysely, {
    repositoryUuid: repository.uuid,
    states: ["OPEN"],
    page: 1,
    pagelen: 1,
  });
  const { description, website, project } = repository;
  const page = (name: string, count: number) =>
    html`<a href="${repositoryPath(repository, name)}">${t(texts.count, { n: count })}</a>`;
  return html`<div class="rimmed"><h2>${t(texts.title)}</h2>${description !== "" && html`<p dir="auto">${description.slice(0, DESCRIPTION_LENGTH_MAX).toWellFormed()}</p>`}<dl class="facts">${await describeParent(database, request)}<dt>${t(texts.project)}</dt><dd><a href="${projectPath(repository.workspace, project)}"><bdi>${project.name}</bdi></a></dd>${website !== undefined && website !== "" && describeWebsite(t(texts.website), website)}<dt>${t(texts.size)}</dt><dd>${formatSize(repository.sizeBytes)}</dd><dt>${t(texts.branches)}</dt><dd>${page("branches", branches.length)}</dd><dt>${t(texts.tags)}</dt><dd>${page("tags", tags.length)}</dd><dt>${t(texts.pullRequests)}</dt><dd><a href="${repositoryPath(repository, "pull-requests")}">${t(texts.open, { n: open })}</a></dd><dt>${t(texts.updated)}</dt><dd>${timeAgo(request, repository.updatedAt)}</dd></dl></div>`;
}

/** Of a fork, where it comes from, to who may see that. */
async function describeParent(
  database: Ports["database"],
  { t, repository: { parentUuid }, admission }: RepositoryPageRequest,
): Promise<Hole> {
  if (parentUuid === undefined) return undefined;
  const parent = await findRepository(database.kysely, undefined, { uuid: parentUuid });
  if (parent === undefined || !(await admission.maySee(parent))) return undefined;
  return html`<dt>${t(overviewTexts.facts.forkOf)}</dt><dd><a href="${repositoryPath(parent)}">${fullName(parent)}</a></dd>`;
}

/** A link only where it leads to a page of the web. */
function describeWebsite(label: Html, website: string): Html {
  const shown = html`<bdi>${website}</bdi>`;
  return html`<dt>${label}</dt><dd>${/^https?:\/\//i.test(website) ? html`<a href="${website}" rel="nofollow noreferrer">${shown}</a>` : shown}</dd>`;
}
