import { Failure } from "../../model/failure.ts";
import { permits } from "../../model/permission.ts";
import type { Ref } from "../../model/ref.ts";
import { countCommitsOfOneRef, ONLY_HERE_MAX } from "../../operations/refs/commits-of-one-ref.ts";
import { deleteRef } from "../../operations/refs/delete-ref.ts";
import { findRefAccounts, getRef, readRefs } from "../../operations/refs/refs.ts";
import type { Ports } from "../../ports.ts";
import { branchTexts } from "../catalogue/branch.ts";
import { commitTexts } from "../catalogue/commits.ts";
import { type Html, html, joined, NOTHING } from "../html.ts";
import { commitAuthor } from "../layout/commit-author.ts";
import { commitSummary } from "../layout/commit-message.ts";
import { errorSummary, type Problem } from "../layout/form.ts";
import { repositoryPlace } from "../layout/place.ts";
import { timeAgo } from "../layout/time.ts";
import { visibleText } from "../layout/visible-text.ts";
import {
  branchPath,
  commitPath,
  pathPart,
  pullRequestPath,
  repositoryPath,
  sourcePath,
  withQuery,
} from "../links.ts";
import { type PageAnswer, page, type RepositoryPage, type RepositoryPageRequest, redirect } from "../page.ts";
import { flash } from "../pipeline/flash.ts";
import { shortId } from "../short-id.ts";
import { type BranchFacts, distanceHoles, loadBranchFacts, SHOWN_KINDS } from "./branches/branch-facts.ts";
import { comparePath } from "./branches/compare-path.ts";

/** One branch. `?delete` asks whether to delete it, and says what is lost from sight with it. */
export const branchPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/branch/{name}",
  lastParameterSpans: "some",
  subject: "repository",
  permission: "read",
  postPermission: "write",
  async get(ports, request) {
    const { params, repository, query, held, account } = request;
    const ref = await getRef(ports, repository, "branch", params.name!);
    const asks = query.has("delete") && permits(held, "write") && account !== undefined;
    return asks ? askToDelete(ports, request, ref) : showBranch(ports, request, ref);
  },
  async post(ports, request) {
    const { params, repository, by, form, t } = request;
    const ref = await getRef(ports, repository, "branch", params.name!);
    // What was read on the page that asked may not be what is there now.
    if (form.get("tip") !== ref.target) return askToDelete(ports, request, ref, t(branchTexts.moved));
    try {
      await deleteRef(ports, by, repository, ref);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const words = {
        conflict: branchTexts.moved,
        "permission-missing": branchTexts.refusedDelete,
        "invalid-input": branchTexts.isMain,
      }[error.kind as string];
      if (words === undefined) throw error;
      const present = await getRef(ports, repository, "branch", params.name!);
      return askToDelete(ports, request, present, t(words));
    }
    const holes = { name: params.name!, id: shortId(ref.target) };
    return redirect(repositoryPath(repository, "branches"), flash(branchTexts.deleted, holes));
  },
};

async function showBranch(ports: Ports, request: RepositoryPageRequest, ref: Ref): Promise<PageAnswer> {
  const { t, repository, signal, held, account } = request;
  const [branch] = await readRefs(ports, repository, [ref]);
  const { name, commit } = branch!;
  const facts = await loadBranchFacts(ports, repository, [branch!], signal);
  const accounts = await findRefAccounts(ports, [branch!]);
  const isMain = facts.main?.name === name;
  const mayWrite = permits(held, "write") && account !== undefined;
  const shown = html`<bdi class="m">${visibleText(name)}</bdi>`;
  const rows: (readonly [Html, Html])[] = [];
  if (commit !== undefined) {
    const by = t(commitTexts.by, {
      person: html`<b>${commitAuthor(t, commit.author, accounts)}</b>`,
      when: timeAgo(request, commit.committer.date),
    });
    rows.push([
      t(branchTexts.lastCommit),
      html`<a href="${commitPath(repository, commit.id)}"><code>${shortId(commit.id)}</code></a> ${commitSummary(t, commit)}<br><span class="dim small">${by}</span>`,
    ]);
  }
  if (facts.main !== undefined && !isMain) rows.push(distanceFact(request, name, facts, ref));
  const requests = pullRequestsOf(request, facts);
  if (requests !== undefined) rows.push([t(branchTexts.pullRequests), requests]);
  rows.push([t(branchTexts.restrictions), rulesOf(request, name, facts)]);
  const links = [
    html`<a class="btn" href="${repositoryPath(repository, "commits", "branch", pathPart(name))}">${t(branchTexts.commits)}</a>`,
    html`<a class="btn" href="${sourcePath(repository, "src", name)}">${t(branchTexts.files)}</a>`,
    mayWrite &&
      !isMain &&
      html`<a class="btn" href="${withQuery(branchPath(repository, name), { delete: "yes" })}">${t(branchTexts.delete)}</a>`,
    account !== undefined &&
      facts.main !== undefined &&
      !isMain &&
      html`<a class="btn main" href="${withQuery(repositoryPath(repository, "pull-requests", "new"), { source: name, destination: facts.main.name })}">${t(branchTexts.createPullRequest)}</a>`,
  ];
  return page({
    title: html`${visibleText(name)} · ${repository.workspace.slug}/${repository.slug}`,
    place: repositoryPlace(request, "branches"),
    main: html`<div class="head"><h1>${t(branchTexts.branchTitle, { name: shown })}${isMain && html` <span class="tag full">${t(branchTexts.main)}</span>`}</h1><div class="acts">${links}</div></div>
<dl class="facts rimmed">${rows.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>`,
  });
}

function distanceFact(
  { t, repository }: RepositoryPageRequest,
  name: string,
  { main, distances }: BranchFacts,
  ref: Ref,
): readonly [Html, Html] {
  const shown = html`<bdi class="m">${visibleText(main!.name)}</bdi>`;
  const distance = distances.get(ref.target);
  const words =
    distance === undefined
      ? t(branchTexts.notCounted)
      : t(branchTexts.distanceOf, { ...distanceHoles(t, distance), name: shown });
  return [
    t(branchTexts.compared, { name: shown }),
    html`<a class="num" href="${comparePath(repository, name, main!.name)}">${words}</a>`,
  ];
}

function pullRequestsOf({ t }: RepositoryPageRequest, { pullRequests }: BranchFacts): Html | undefined {
  if (pullRequests.length === 0) return undefined;
  const links = pullRequests.map(({ id, title, destination }) =>
    t(branchTexts.into, {
      id: html`<a href="${pullRequestPath(destination.repository, id)}">#${id} <bdi>${visibleText(title)}</bdi></a>`,
      name: html`<bdi class="m">${visibleText(destination.branch)}</bdi>`,
    }),
  );
  return joined(links, html`<br>`);
}

function rulesOf({ t }: RepositoryPageRequest, name: string, { rules }: BranchFacts): Html {
  const kinds = new Set((rules.get(name) ?? []).map(({ kind }) => kind));
  const words = SHOWN_KINDS.filter((kind) => kinds.has(kind)).map((kind) => t(branchTexts.rules[kind]));
  return words.length === 0 ? t(branchTexts.noRestrictions) : joined(words, html`<br>`);
}

async function askToDelete(
  ports: Ports,
  request: RepositoryPageRequest,
  ref: Ref,
  problem?: Html,
): Promise<PageAnswer> {
  const { t, repository, csrf, signal, takeSlot } = request;
  const [branch] = await readRefs(ports, repository, [ref]);
  const { name, commit } = branch!;
  const [only, facts] = await Promise.all([
    countCommitsOfOneRef(ports, repository, ref, { signal, takeSlot }),
    loadBranchFacts(ports, repository, [branch!], signal),
  ]);
  const texts = branchTexts.question;
  const title = t(texts.title, { name: html`<bdi class="m">${visibleText(name)}</bdi>` });
  const lost =
    only === 0
      ? t(texts.nothing)
      : only < ONLY_HERE_MAX
        ? t(texts.only, { n: only })
        : t(texts.many, { n: ONLY_HERE_MAX });
  const open = facts.pullRequests.length;
  const tip =
    commit && html`<a href="${commitPath(repository, commit.id)}"><code>${shortId(commit.id)}</code></a>`;
  const problems: Problem[] = problem === undefined ? [] : [{ field: "delete", message: problem }];
  return page({
    title: html`${title} · ${repository.workspace.slug}/${repository.slug}`,
    place: repositoryPlace(request, "branches"),
    hasProblems: problems.length > 0,
    status: problems.length > 0 ? 422 : 200,
    main: html`<h1>${title}</h1>${errorSummary(t, problems)}<div class="prose after"><p>${lost}</p>${open > 0 && html`<p>${t(texts.open, { n: open })}</p>`}${tip === undefined ? NOTHING : html`<p>${t(texts.tip, { id: tip })}</p>`}</div>
<form class="acts after" method="post" action="${branchPath(repository, name)}">${csrf}<input type="hidden" name="tip" value="${ref.target}"><button class="danger" id="delete">${t(texts.act)}</button><a class="btn" href="${branchPath(repository, name)}">${t(texts.keep)}</a></form>`,
  });
}
