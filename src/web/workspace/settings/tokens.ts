import type { Account } from "../../../model/account.ts";
import { parseAnyScope } from "../../../model/any-scope.ts";
import type { Installation } from "../../../model/app.ts";
import { ANONYMOUS, type Viewer } from "../../../model/caller.ts";
import { HELD_KINDS, type HeldCredential, heldViolations } from "../../../model/held-credential.ts";
import { OAUTH_SCOPES } from "../../../model/oauth-scope.ts";
import { SCOPES } from "../../../model/scope.ts";
import { parseRepositorySlug } from "../../../model/slug.ts";
import type { TokenOrigin } from "../../../model/token.ts";
import { TOKEN_GROUPS, TOKEN_ORDERS, UNUSED_DAYS } from "../../../model/token-groups.ts";
import type { TokenPolicy } from "../../../model/token-policy.ts";
import { parseUuid, type Uuid } from "../../../model/uuid.ts";
import type { Workspace } from "../../../model/workspace.ts";
import { LIMIT_FIELDS, type WrittenLimits } from "../../../model/written-limits.ts";
import { describeLimits } from "../../../operations/tokens/describe-limits.ts";
import type { Ports } from "../../../ports.ts";
import { listInstallations } from "../../../storage/sql/apps/installations.ts";
import { findRepository } from "../../../storage/sql/repositories/repositories.ts";
import {
  countReachedRepositories,
  countReachingTokens,
  listReachingTokens,
  type ReachingToken,
  type ReachingTokensAsked,
  type TokenCursor,
} from "../../../storage/sql/tokens/reaching-tokens.ts";
import { findTokenPolicy } from "../../../storage/sql/tokens/token-policies.ts";
import { classicScopes } from "../../access-tokens/scope-list.ts";
import { listTexts } from "../../catalogue/lists.ts";
import { workspaceTokenTexts as texts } from "../../catalogue/workspace-tokens.ts";
import { csvLine, downloadHeaders } from "../../csv.ts";
import { formText } from "../../forms/form-text.ts";
import { current, type Html, html, joined, NOTHING } from "../../html.ts";
import { empty } from "../../layout/empty.ts";
import { describeOptions } from "../../layout/form.ts";
import { ledger } from "../../layout/ledger.ts";
import { isLow, lifeLevel } from "../../layout/level.ts";
import { workspacePlace } from "../../layout/place.ts";
import { scopeTags } from "../../layout/scope-tag.ts";
import { exactDay, exactTime, timeAgo, timeUntil } from "../../layout/time.ts";
import { pathPart, withQuery, workspacePath } from "../../links.ts";
import { file, page, type WorkspacePage, type WorkspacePageRequest } from "../../page.ts";
import { shortLimits } from "../../settings/api-tokens/limit-facts.ts";
import { type Entry, formatNumber } from "../../translate.ts";
import { describePolicy, scopeNames } from "./policies.ts";
import { withWorkspaceSide } from "./with-workspace-side.ts";

const PAGELEN = 50;
const SEARCH_LENGTH_MAX = 200;
const EXPORTED_MAX = 10_000;
const SCOPES_SHOWN = 3;
/** Their limits are looked up by one statement. */
const DESCRIBED_AT_ONCE = 500;
const DAY_MS = 86_400_000;

/** Every token and grant that reaches a workspace, for its owners. */
export const tokensPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/tokens",
  subject: "workspace",
  permission: "own",
  async get({ database }, request) {
    const { t, account, workspace, query } = request;
    const db = database.kysely;
    const slug = parseRepositorySlug(formText(query, "repository", SEARCH_LENGTH_MAX).split("/").at(-1)!);
    const repository = slug && (await findRepository(db, { uuid: workspace.uuid }, { slug }));
    const filters = readFilters(request, repository?.uuid);
    const viewer: Viewer = account === undefined ? ANONYMOUS : { kind: "account", accountUuid: account.uuid };
    const isUnknownRepository = query.get("repository") && repository === undefined;
    if (query.get("format") === "csv")
      return exportTokens(
        { database },
        request,
        viewer,
        await listReachingTokens(db, { ...filters.asked, order: filters.order, limit: EXPORTED_MAX }),
      );
    const { asked, order, after, skipped } = filters;
    const { group: _, ...ungrouped } = asked;
    const [counts, policy, found] = [
      await countReachingTokens(db, ungrouped),
      await findTokenPolicy(db, workspace.uuid),
      isUnknownRepository ? [] : await listReachingTokens(db, { ...asked, order, after, limit: PAGELEN + 1 }),
    ];
    const shown = found.slice(0, PAGELEN);
    const reached = await countReachedRepositories(db, workspace.uuid, [
      ...new Set(shown.map(({ account }) => account.uuid)),
    ]);
    const limits = await describeLimits(
      { database },
      viewer,
      shown.map(({ token }) => token),
    );
    const installations = await listInstallations(db, { workspaceUuid: workspace.uuid });
    const apps = installations.filter(({ state }) => state === "installed");
    const size = counts[asked.group ?? "all"];
    const isFiltered = [...query.keys()].some((name) => name !== "after" && name !== "sort");
    const name = html`<b>${workspace.slug}</b>`;
    const here = workspacePath(workspace, "settings/tokens");
    return page({
      title: t(texts.title, { workspace: workspace.slug }),
      place: workspacePlace(request, "settings"),
      isWide: true,
      main: withWorkspaceSide(
        request,
        html`<h1>${t(texts.title, { workspace: html`<bdi>${workspace.slug}</bdi>` })}</h1>
<p class="lead">${t(texts.lead)} ${describePolicyLine(request, policy)} <a href="${workspacePath(workspace, "settings/policies")}">${t(texts.changePolicy)}</a></p>${
          apps.length > 0 &&
          html`<p>${t(texts.installedApps, {
            apps: joined(
              apps.map((app) => appLink(request, app)),
              ", ",
            ),
          })}</p>`
        }
${describeCounts(request, counts)}
<div class="flow">${describeFilters(request)}
${
  isUnknownRepository
    ? empty(
        t(texts.noRepository, { name: html`<code>${query.get("repository")}</code>` }),
        undefined,
        html`<a class="btn" href="${here}">${t(listTexts.clear)}</a>`,
      )
    : shown.length > 0
      ? ledger(
          COLUMNS.map(({ label, ...more }) => ({ label: t(label), ...more })),
          shown.map((each, index) =>
            rowOf(request, each, policy, {
              repositories: reached.get(each.account.uuid) ?? 0,
              limits: limits[index]!,
            }),
          ),
        )
      : isFiltered
        ? empty(t(texts.noneMatch), undefined, html`<a class="btn" href="${here}">${t(listTexts.clear)}</a>`)
        : empty(t(texts.none.title, { workspace: name }), t(texts.none.text))
}</div>${shown.length > 0 && describePager(request, { shown: shown.length, size, skipped, next: found.length > PAGELEN ? shown.at(-1)!.cursor : undefined })}`,
      ),
    });
  },
};

/** An app signs each request anew, so that there is no token of it to list. */
function appLink({ workspace }: WorkspacePageRequest, { appKey, descriptor }: Installation): Html {
  return html`<a href="${workspacePath(workspace, "settings/installed-apps", pathPart(appKey))}"><bdi>${descriptor.name}</bdi></a> <code>${descriptor.scopes.join(" ")}</code>`;
}

const COLUMNS: readonly { readonly label: Entry; readonly isEnd?: boolean }[] = [
  { label: texts.owner },
  { label: texts.token },
  { label: texts.scopes },
  { label: texts.reaches },
  { label: texts.expires },
  { label: texts.lastUsed },
  { label: texts.actions, isEnd: true },
];

function readFilters({ query, workspace, now }: WorkspacePageRequest, repositoryUuid: Uuid | undefined) {
  const text = formText(query, "q", SEARCH_LENGTH_MAX);
  const asked: ReachingTokensAsked = {
    workspaceUuid: workspace.uuid,
    now,
    group: TOKEN_GROUPS.find((group) => group === query.get("show")),
    text: text === "" ? undefined : text,
    kind: HELD_KINDS.find((kind) => kind === query.get("kind")),
    scope: parseAnyScope(query.get("scope") ?? ""),
    repositoryUuid,
  };
  const order = TOKEN_ORDERS.find((each) => each === query.get("sort")) ?? "expiry";
  return { asked, order, ...readCursor(query.get("after") ?? "") };
}

/** `<at>.<uuid>.<how many were before>`: only the first two decide what is listed. */
function readCursor(text: string): { readonly after: TokenCursor | undefined; readonly skipped: number } {
  const [at = "", uuid = "", skipped = ""] = text.split(".");
  const id = parseUuid(uuid);
  if (!/^\d{1,15}$/.test(at) || id === undefined || !/^\d{1,7}$/.test(skipped))
    return { after: undefined, skipped: 0 };
  return { after: { at: Number(at), uuid: id }, skipped: Number(skipped) };
}

function describePolicyLine({ t }: WorkspacePageRequest, policy: TokenPolicy | undefined): Html {
  const words = policy && describePolicy(t, policy);
  return words === undefined ? t(texts.noPolicy) : t(texts.policy, { policy: words });
}

function describeCounts(
  { t, query, workspace }: WorkspacePageRequest,
  counts: Awaited<ReturnType<typeof countReachingTokens>>,
): Html {
  const kept = keptQuery(query, ["q", "kind", "scope", "repository", "sort"]);
  const path = workspacePath(workspace, "settings/tokens");
  const chosen = TOKEN_GROUPS.find((group) => group === query.get("show"));
  const link = (group: (typeof TOKEN_GROUPS)[number] | undefined) =>
    html`<a href="${withQuery(path, { ...kept, show: group })}"${current(group === chosen, "true")}><b${group === "against" && counts.against > 0 && html` class="bad"`}>${formatNumber(counts[group ?? "all"])}</b> ${t(texts[group ?? "all"])}</a>`;
  return html`<nav class="counts" aria-label="${t(texts.quick)}">${[undefined, ...TOKEN_GROUPS].map(link)}</nav>`;
}

function keptQuery(query: URLSearchParams, names: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(names.map((name) => [name, query.get(name) ?? undefined]));
}

function describeFilters({ t, query }: WorkspacePageRequest): Html {
  const scopes = [...SCOPES.map((scope) => scope.replace(/:bitbucket$/, "")), ...OAUTH_SCOPES];
  const show = query.get("show");
  return html`<form class="filters" method="get" role="search">${show !== null && html`<input type="hidden" name="show" value="${show}">`}<div class="grow"><label for="q">${t(texts.search)}</label><input id="q" type="search" name="q" value="${formText(query, "q", SEARCH_LENGTH_MAX)}" autocomplete="off"></div><div><label for="kind">${t(texts.kind)}</label><select id="kind" name="kind">${describeOptions([{ value: "", label: t(texts.any) }, ...HELD_KINDS.map((kind) => ({ value: kind, label: t(texts.kinds[kind]) }))], query.get("kind") ?? "")}</select></div><div><label for="scope">${t(texts.scope)}</label><select id="scope" name="scope">${describeOptions([{ value: "", label: t(texts.any) }, ...scopes.map((scope) => ({ value: scope, label: scope }))], query.get("scope") ?? "")}</select></div><div><label for="repository">${t(texts.repositoryFilter)}</label><input id="repository" name="repository" value="${formText(query, "repository", SEARCH_LENGTH_MAX)}" autocomplete="off"></div><div><label for="sort">${t(texts.sortedBy)}</label><select id="sort" name="sort">${describeOptions(
    [
      { value: "expiry", label: t(texts.byExpiry) },
      { value: "last-used", label: t(texts.byLastUse) },
    ],
    query.get("sort") ?? "expiry",
  )}</select></div><button>${t(listTexts.filter)}</button></form>`;
}

function rowOf(
  request: WorkspacePageRequest,
  found: ReachingToken,
  policy: TokenPolicy | undefined,
  { repositories, limits }: { readonly repositories: number; readonly limits: WrittenLimits },
) {
  const { t, now } = request;
  const { token, account } = found;
  const isUnused = (token.lastUsedAt ?? token.createdAt).getTime() < now.getTime() - UNUSED_DAYS * DAY_MS;
  const used = token.lastUsedAt === undefined ? t(texts.never) : timeAgo(request, token.lastUsedAt);
  const more = token.scopes.length - SCOPES_SHOWN;
  return [
    describeOwner(request, token, account),
    html`<bdi>${token.name}</bdi><span class="sub">${t(texts.kinds[token.kind])} <code>${token.uuid.slice(0, 8)}</code></span>`,
    html`${tagsOf(token, 0, SCOPES_SHOWN)}${more > 0 && html`<details><summary class="small">${t(texts.more, { n: more })}</summary>${tagsOf(token, SCOPES_SHOWN)}</details>`}${shortLimits(t, limits)}${describeRefusal(request, found, policy)}`,
    html`<span class="nowrap">${describeReach(request, token, account, repositories)}</span>`,
    describeEnd(request, token),
    html`${isUnused ? html`<span class="warn">${used}</span>` : used}${describeOrigin(found.lastUsedFrom)}`,
    describeAction(request, found),
  ];
}

function tagsOf(token: HeldCredential, first: number, end?: number): Html {
  return token.kind === "api-token"
    ? scopeTags(token.scopes.slice(first, end))
    : classicScopes(token.scopes.slice(first, end));
}

/** A person, or what acts by itself. */
function describeOwner({ t }: WorkspacePageRequest, token: HeldCredential, account: Account): Html {
  if (token.kind === "access-token")
    return html`<b>${token.resource.name}</b><span class="sub">${t(texts.resources[token.resource.kind])}</span>`;
  const { displayName, username, kind } = account;
  return html`<b><bdi>${displayName}</bdi></b><span class="sub">${kind === "user" ? username : t(texts.itself)}</span>`;
}

function describeReach(
  { t }: WorkspacePageRequest,
  token: HeldCredential,
  account: Account,
  repositories: number,
): Html {
  if (account.kind === "user")
    return repositories > 0 ? t(texts.repositories, { n: repositories }) : t(texts.workspaceOnly);
  const kind = token.kind === "access-token" ? token.resource.kind : "workspace";
  switch (kind) {
    case "repository":
      return t(texts.repositories, { n: 1 });
    case "project":
      return t(texts.wholeProject);
    case "workspace":
      return t(texts.allRepositories);
  }
}

function describeEnd(request: WorkspacePageRequest, { createdAt, expiresAt }: HeldCredential): Html {
  const { t, now } = request;
  if (expiresAt === undefined) return t(texts.noEnd);
  const life = { from: createdAt, until: expiresAt };
  const until = timeUntil(request, expiresAt);
  return html`<span class="nowrap">${lifeLevel(life, now)} ${isLow(life, now) ? html`<b class="warn">${until}</b>` : until}</span><span class="sub num nowrap">${exactTime(request, expiresAt)}</span>`;
}

function describeOrigin(from: TokenOrigin | undefined): Html {
  if (from === undefined) return NOTHING;
  const { address, client } = from;
  return html`<span class="sub">${address}${client !== undefined && html` · <bdi>${client}</bdi>`}</span>`;
}

function describeAction(request: WorkspacePageRequest, { token, account, blockedAt }: ReachingToken): Html {
  const { t, workspace } = request;
  const object = html`<span class="vh">${t(texts.object, {
    token: html`<bdi>${token.name}</bdi>`,
    owner: html`<bdi>${account.displayName}</bdi>`,
  })}</span>`;
  const act = workspacePath(workspace, "settings/tokens", token.uuid);
  if (blockedAt !== undefined) return html`<a class="btn plain" href="${act}">${t(texts.allow)}${object}</a>`;
  switch (token.kind) {
    case "api-token":
      return html`<a class="btn plain danger" href="${act}">${t(texts.revoke)}${object}</a>`;
    case "access-token":
      return html`<a class="btn plain danger" href="${revocationPath(workspace, token)}">${t(texts.revoke)}${object}</a>`;
    case "grant":
      if (token.consumer === undefined)
        return html`<a class="btn plain" href="${workspacePath(workspace, "settings/installed-apps")}">${t(texts.apps)}${object}</a>`;
      // What somebody has allowed to a consumer of another workspace is theirs to end.
      if (!token.consumer.isOwn) return NOTHING;
      return html`<a class="btn plain danger" href="${act}">${t(texts.end)}${object}</a>`;
  }
}

/** The page that asks whether to revoke an access token, where its resource is set. */
function revocationPath(
  workspace: Workspace,
  { uuid, resource: { kind, name } }: Extract<HeldCredential, { readonly kind: "access-token" }>,
): string {
  switch (kind) {
    case "repository":
      return `/${workspace.slug}/${name}/admin/access-tokens/${uuid}/revoke`;
    case "project":
      return workspacePath(workspace, "projects", name, "access-tokens", uuid, "revoke");
    case "workspace":
      return workspacePath(workspace, "settings/access-tokens", uuid, "revoke");
  }
}

/** Why the workspace refuses a token, and since when. */
function describeRefusal(
  request: WorkspacePageRequest,
  { token, refusedFrom, blockedAt }: ReachingToken,
  policy: TokenPolicy | undefined,
): Html {
  const { t, now, workspace } = request;
  const parts: Html[] = [];
  if (blockedAt !== undefined)
    parts.push(t(texts.blockedSince, { workspace: workspace.slug, date: exactDay(request, blockedAt) }));
  if (policy !== undefined && refusedFrom !== undefined) {
    const reasons = heldViolations(policy, token).map((violation) =>
      violation.kind === "lifetime"
        ? t(texts.longer, { n: violation.daysMax })
        : t(texts.notAllowed, { scopes: scopeNames(violation.scopes) }),
    );
    const date = exactDay(request, refusedFrom);
    const since = t(refusedFrom <= now ? texts.refusedSince : texts.refusedFrom, { date });
    parts.push(html`${joined(reasons, "; ")}. ${since}`);
  }
  return parts.length === 0 ? NOTHING : html`<span class="sub bad">${joined(parts, " ")}</span>`;
}

function describePager(
  { t, query, workspace }: WorkspacePageRequest,
  {
    shown,
    size,
    skipped,
    next,
  }: {
    readonly shown: number;
    readonly size: number;
    readonly skipped: number;
    readonly next: TokenCursor | undefined;
  },
): Html {
  const path = workspacePath(workspace, "settings/tokens");
  const kept = keptQuery(query, ["show", "q", "kind", "scope", "repository", "sort"]);
  const after = next && `${next.at}.${next.uuid}.${skipped + shown}`;
  return html`<nav class="pager" aria-label="${t(listTexts.pages)}"><span class="dim num">${t(texts.shown, { a: skipped + 1, b: skipped + shown, n: Math.max(size, skipped + shown) })}</span><span class="acts">${skipped > 0 && html`<a class="btn" href="${withQuery(path, kept)}">${t(texts.first)}</a>`}${after !== undefined && html`<a class="btn" rel="next" href="${withQuery(path, { ...kept, after })}">${t(listTexts.next)}</a>`}<a href="${withQuery(path, { ...kept, format: "csv" })}">${t(texts.export)}</a></span></nav>`;
}

async function exportTokens(
  ports: Pick<Ports, "database">,
  { workspace }: WorkspacePageRequest,
  viewer: Viewer,
  tokens: readonly ReachingToken[],
) {
  const head = [
    "owner",
    "token",
    "id",
    "scopes",
    "created",
    "expires",
    "last_used",
    "refused_from",
    "revoked_for_workspace",
    "kind",
    "of",
    "last_used_address",
    "last_used_client",
    "limits",
  ];
  const lines: string[] = [];
  for (let first = 0; first < tokens.length; first += DESCRIBED_AT_ONCE) {
    const some = tokens.slice(first, first + DESCRIBED_AT_ONCE);
    const limits = await describeLimits(
      ports,
      viewer,
      some.map(({ token }) => token),
    );
    lines.push(...some.map((each, index) => exportedLine(each, limits[index]!)));
  }
  return file(
    Buffer.from(csvLine(head) + lines.join("")),
    downloadHeaders(`${workspace.slug}-tokens.csv`, "text/csv"),
  );
}

function exportedLine(
  { token, account, refusedFrom, blockedAt, lastUsedFrom }: ReachingToken,
  limits: WrittenLimits,
): string {
  return csvLine([
    account.username,
    token.name,
    token.uuid,
    token.scopes.join(" "),
    token.createdAt.toISOString(),
    token.expiresAt?.toISOString(),
    token.lastUsedAt?.toISOString(),
    refusedFrom?.toISOString(),
    blockedAt?.toISOString(),
    token.kind,
    token.kind === "access-token" ? `${token.resource.kind} ${token.resource.name}` : undefined,
    lastUsedFrom?.address,
    lastUsedFrom?.client,
    LIMIT_FIELDS.flatMap((field) => {
      const values = limits[field];
      return values === undefined ? [] : [`${field}: ${values.join(" ")}`];
    }).join("; "),
  ]);
}
