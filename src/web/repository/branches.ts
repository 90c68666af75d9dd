import type { RefDetails } from "../../git/objects/ref-details.ts";
import type { Account } from "../../model/account.ts";
import { Failure } from "../../model/failure.ts";
import type { Filter } from "../../model/filter.ts";
import { permits } from "../../model/permission.ts";
import { BRANCH_PREFIX, parseBranchName } from "../../model/ref-name.ts";
import { createBranch } from "../../operations/refs/create-ref.ts";
import {
  findRefAccounts,
  listRefPage,
  type RefPage,
  readRefs,
  SORTED_BY_DATE_MAX,
} from "../../operations/refs/refs.ts";
import type { Ports } from "../../ports.ts";
import { countListedRefs } from "../../storage/sql/refs/ref-list.ts";
import { branchTexts } from "../catalogue/branch.ts";
import { commitTexts } from "../catalogue/commits.ts";
import { listTexts } from "../catalogue/lists.ts";
import { flag, type Html, html, NOTHING } from "../html.ts";
import { commitAuthor } from "../layout/commit-author.ts";
import { commitSummary } from "../layout/commit-message.ts";
import { empty, howToPush, noMatch } from "../layout/empty.ts";
import { describeOptions, errorSummary, input, type Problem } from "../layout/form.ts";
import { ledger } from "../layout/ledger.ts";
import { pager, readPage } from "../layout/pager.ts";
import { repositoryPlace } from "../layout/place.ts";
import { timeAgo } from "../layout/time.ts";
import { visibleText } from "../layout/visible-text.ts";
import { branchPath, repositoryPath, withQuery } from "../links.ts";
import { page, type RepositoryPage, type RepositoryPageRequest, redirect } from "../page.ts";
import { flash } from "../pipeline/flash.ts";
import { shortId } from "../short-id.ts";
import {
  type BranchFacts,
  distanceWords,
  loadBranchFacts,
  pullRequestLinks,
} from "./branches/branch-facts.ts";
import { comparePath } from "./branches/compare-path.ts";

const PAGELEN = 25;
const QUERY_LENGTH_MAX = 200;

/** The branches of a repository, each compared with the main branch; and the form that creates one. */
export const branchesPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/branches",
  subject: "repository",
  permission: "read",
  postPermission: "write",
  get: (ports, request) => showBranches(ports, request, { isOpen: request.query.has("create") }),
  async post(ports, request) {
    const { t, form, repository, by } = request;
    const name = (form.get("name") ?? "").trim();
    const from = (form.get("from") ?? "").trim();
    const problems: Problem[] = [];
    if (name === "") problems.push({ field: "name", message: t(branchTexts.enterName) });
    else if (parseBranchName(name) === undefined)
      problems.push({ field: "name", message: t(branchTexts.notAName) });
    if (problems.length === 0) {
      try {
        await createBranch(ports, by, repository, { name, revision: from === "" ? "HEAD" : from });
        return redirect(branchPath(repository, name), flash(branchTexts.created, { name }));
      } catch (error) {
        problems.push(problemOf(request, error, from));
      }
    }
    return showBranches(ports, request, { isOpen: true, name, from, problems });
  },
};

/** @throws what is not for the one who fills in the form. */
function problemOf({ t }: RepositoryPageRequest, error: unknown, from: string): Problem {
  if (!(error instanceof Failure)) throw error;
  switch (error.kind) {
    case "not-found":
      return { field: "from", message: t(branchTexts.notThere, { name: html`<bdi>${from}</bdi>` }) };
    case "conflict":
      return { field: "name", message: t(branchTexts.inTheWay) };
    case "permission-missing":
      return { field: "name", message: t(branchTexts.refusedByRule) };
    case "invalid-input": {
      if (error.details.fields?.name === undefined)
        return { field: "from", message: t(branchTexts.notThere, { name: html`<bdi>${from}</bdi>` }) };
      const isTaken = error.details.data?.key === "BRANCH_ALREADY_EXISTS";
      return { field: "name", message: t(isTaken ? branchTexts.taken : branchTexts.notAName) };
    }
    default:
      throw error;
  }
}

type CreateForm = {
  readonly isOpen: boolean;
  readonly name?: string;
  readonly from?: string;
  readonly problems?: readonly Problem[];
};

async function showBranches(ports: Ports, request: RepositoryPageRequest, create: CreateForm) {
  const { t, repository, query, path, signal, held } = request;
  const { problems = [] } = create;
  const q = (query.get("q") ?? "").trim().slice(0, QUERY_LENGTH_MAX);
  const asked = readPage(query);
  const { found, isByName, isTooMany } = await listBranches(ports, request, q, asked);
  const facts = await loadBranchFacts(ports, repository, found.values, signal);
  const accounts = await findRefAccounts(ports, found.values);
  const own = repositoryPath(repository, "branches");
  const list =
    found.values.length > 0
      ? html`<p class="dim small after">${t(branchTexts.count, { n: found.size })}${isTooMany && html` · ${t(branchTexts.tooMany)}`}</p>${branchTable(request, found.values, facts, accounts)}`
      : q === ""
        ? empty(t(branchTexts.none), t(branchTexts.noneText), howToPush(t, repository))
        : noMatch(t, q, own);
  const mayCreate = permits(held, "write") && request.account !== undefined && facts.main !== undefined;
  return page({
    title: html`${t(branchTexts.title)} · ${repository.workspace.slug}/${repository.slug}`,
    place: repositoryPlace(request, "branches"),
    hasProblems: problems.length > 0,
    status: problems.length > 0 ? 422 : 200,
    main: html`<div class="head"><h1>${t(branchTexts.title)}</h1><div class="acts"><a class="btn" href="${repositoryPath(repository, "tags")}">${t(branchTexts.tagsLink)}</a><a class="btn" href="${comparePath(repository)}">${t(branchTexts.compareLink)}</a>${mayCreate && createForm(request, create)}</div></div>
${errorSummary(t, problems)}${filters(request, q, isByName)}${list}${pager(t, { page: asked, pagelen: PAGELEN, size: found.size }, request.query.has("create") ? own : path)}`,
  });
}

/** With the last commit first, unless there are more than can be sorted so. */
async function listBranches(
  ports: Ports,
  { repository, query }: RepositoryPageRequest,
  q: string,
  asked: number,
): Promise<{ readonly found: RefPage; readonly isByName: boolean; readonly isTooMany: boolean }> {
  const filter = q === "" ? {} : { filter: hasName(q) };
  const kinds = ["branch"] as const;
  const isByName = query.get("order") === "name";
  const size = await countListedRefs(ports.database.kysely, repository.uuid, { kinds, ...filter });
  const isTooMany = !isByName && size > SORTED_BY_DATE_MAX;
  const request = { kinds, ...filter, page: asked, pagelen: PAGELEN };
  const found = await listRefPage(
    ports,
    repository,
    isByName || isTooMany ? request : { ...request, sort: { field: "target.date", direction: "desc" } },
  );
  return { found: await withMainFirst(ports, { repository, asked, q }, found), isByName, isTooMany };
}

/** The main branch stands above all others of the first page, where nothing is looked for. */
async function withMainFirst(
  ports: Ports,
  {
    repository,
    asked,
    q,
  }: { readonly repository: RepositoryPageRequest["repository"]; readonly asked: number; readonly q: string },
  found: RefPage,
): Promise<RefPage> {
  const { mainBranch } = repository;
  if (mainBranch === undefined || asked > 1 || q !== "" || found.values.length === 0) return found;
  const others = found.values.filter(({ name }) => name !== mainBranch);
  const main =
    found.values.find(({ name }) => name === mainBranch) ?? (await findBranch(ports, repository, mainBranch));
  return { ...found, values: main === undefined ? others : [main, ...others] };
}

async function findBranch(
  ports: Ports,
  repository: RepositoryPageRequest["repository"],
  name: string,
): Promise<RefDetails | undefined> {
  const refs = await ports.database.lookups.listRefs(repository.uuid);
  const [main] = await readRefs(
    ports,
    repository,
    refs.filter((ref) => ref.name === BRANCH_PREFIX + name),
  );
  return main;
}

/** By a part of the name, in any case. */
export function hasName(text: string): Filter {
  const value = { kind: "text", text: text.toWellFormed().replaceAll("\0", "") } as const;
  return { kind: "comparison", field: "name", operator: "~", value };
}

function filters({ t }: RepositoryPageRequest, q: string, isByName: boolean): Html {
  const orders = [
    { value: "newest", label: t(branchTexts.newest) },
    { value: "name", label: t(branchTexts.byName) },
  ];
  return html`<form class="filters" method="get" role="search"><div class="grow"><label for="q">${t(branchTexts.search)}</label><input id="q" name="q" value="${q}" autocomplete="off" data-key="/"></div><div><label for="order">${t(branchTexts.order)}</label><select id="order" name="order">${describeOptions(orders, isByName ? "name" : "newest")}</select></div><button>${t(listTexts.filter)}</button></form>`;
}

function createForm(
  request: RepositoryPageRequest,
  { isOpen, name = "", from, problems = [] }: CreateForm,
): Html {
  const { t, repository, csrf } = request;
  const fields = [
    input(t, { name: "name", label: t(branchTexts.name), problems, value: name, autocomplete: "off" }),
    input(t, {
      name: "from",
      label: t(branchTexts.from),
      hint: t(branchTexts.fromHint),
      problems,
      value: from ?? repository.mainBranch,
      autocomplete: "off",
    }),
  ];
  return html`<details class="pop"${flag("open", isOpen)}><summary class="btn main">${t(branchTexts.create)}</summary><form class="sheet flow" method="post" action="${repositoryPath(repository, "branches")}">${csrf}${fields}<div class="acts"><button class="main">${t(branchTexts.create)}</button></div></form></details>`;
}

function branchTable(
  request: RepositoryPageRequest,
  branches: readonly RefDetails[],
  facts: BranchFacts,
  accounts: ReadonlyMap<string, Account>,
): Html {
  const { t, repository, held, account } = request;
  const mayDelete = permits(held, "write") && account !== undefined;
  const main = facts.main?.name;
  const columns = [
    { label: t(branchTexts.branch) },
    ...(main === undefined
      ? []
      : [{ label: t(branchTexts.compared, { name: html`<bdi class="m">${visibleText(main)}</bdi>` }) }]),
    { label: t(branchTexts.pullRequest) },
    ...(mayDelete ? [{ label: html`<span class="vh">${t(branchTexts.actions)}</span>`, isEnd: true }] : []),
  ];
  const rows = branches.map((branch) => {
    const { name } = branch;
    const hidden = html`<span class="vh">: ${visibleText(name)}</span>`;
    const distance = distanceWords(t, facts.distances.get(branch.ref.target));
    return [
      nameCell(request, branch, facts, accounts),
      ...(main === undefined
        ? []
        : [
            name === main
              ? NOTHING
              : html`<a class="num" href="${comparePath(repository, name, main)}">${distance}</a>`,
          ]),
      pullRequestLinks(facts, name) ?? NOTHING,
      ...(mayDelete
        ? [
            name === main
              ? NOTHING
              : html`<a class="plain" href="${withQuery(branchPath(repository, name), { delete: "yes" })}">${t(branchTexts.deleteOf, { hidden })}</a>`,
          ]
        : []),
    ];
  });
  return ledger(columns, rows);
}

function nameCell(
  request: RepositoryPageRequest,
  { name, commit }: RefDetails,
  { main, rules }: BranchFacts,
  accounts: ReadonlyMap<string, Account>,
): Html {
  const { t, repository } = request;
  const tags = [
    name === main?.name && html` <span class="tag full">${t(branchTexts.main)}</span>`,
    rules.has(name) && html` <span class="tag">${t(branchTexts.restricted)}</span>`,
  ];
  const last =
    commit &&
    html`<span class="sub"><code>${shortId(commit.id)}</code> ${commitSummary(t, commit)} · ${t(commitTexts.by, { person: commitAuthor(t, commit.author, accounts), when: timeAgo(request, commit.committer.date) })}</span>`;
  return html`<a class="m" href="${branchPath(repository, name)}"><bdi>${visibleText(name)}</bdi></a>${tags}${last}`;
}
