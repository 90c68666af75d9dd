import { isInNetwork, parseNetworkOrAddress } from "../../../authorization/network.ts";
import { parseAnyScope } from "../../../model/any-scope.ts";
import { Failure } from "../../../model/failure.ts";
import { heldViolations } from "../../../model/held-credential.ts";
import { OAUTH_SCOPES } from "../../../model/oauth-scope.ts";
import { PAIL_SCOPES, SCOPES } from "../../../model/scope.ts";
import type { AnyScope, TokenPolicy } from "../../../model/token-policy.ts";
import {
  GRACE_DAYS_MAX,
  LIFETIME_DAYS_MAX,
  NETWORKS_MAX,
  setTokenPolicy,
  type WantedTokenPolicy,
} from "../../../operations/tokens/token-policies.ts";
import type { Ports } from "../../../ports.ts";
import { listPeopleWithoutTwoStep } from "../../../storage/sql/tokens/list-people-without-two-step.ts";
import {
  countReachingTokens,
  listReachingTokens,
  type ReachingToken,
} from "../../../storage/sql/tokens/reaching-tokens.ts";
import { findTokenPolicy } from "../../../storage/sql/tokens/token-policies.ts";
import { tokenPolicyTexts as texts } from "../../catalogue/token-policies.ts";
import { type Html, html, joined, NOTHING } from "../../html.ts";
import { checkbox, errorSummary, input, type Problem, select, textarea } from "../../layout/form.ts";
import { workspacePlace } from "../../layout/place.ts";
import { exactDay, exactTime } from "../../layout/time.ts";
import { withQuery, workspacePath } from "../../links.ts";
import { page, redirect, type WorkspacePage, type WorkspacePageRequest } from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";
import { withWorkspaceSide } from "./with-workspace-side.ts";

const DAY_MS = 86_400_000;
const ALL_SCOPES: readonly AnyScope[] = [...SCOPES, ...PAIL_SCOPES, ...OAUTH_SCOPES];
const USUAL_DAYS = [90, 180, 365];
/** Tokens that a policy is tried on, and those that are named. */
const TRIED_MAX = 10_000;
const NAMED_MAX = 20;

/** What a form of the page says, as it was sent. */
type PolicyForm = {
  readonly lifetime: string;
  readonly lifetimeDays: string;
  readonly scopes: readonly AnyScope[];
  /** One in a line. */
  readonly addresses: string;
  readonly twoStep: boolean;
  readonly from: string;
};

export const policiesPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/policies",
  subject: "workspace",
  permission: "own",
  isStepUp: "post",
  async get(ports, request) {
    const { query, workspace } = request;
    const policy = await findTokenPolicy(ports.database.kysely, workspace.uuid);
    // "Back" from the review has what was chosen.
    const form = query.has("lifetime") ? readForm(query) : formOf(policy, request.now);
    if (!query.has("review")) return formPage(ports, request, policy, form, []);
    const { wanted, problems } = parseForm(form, request);
    if (problems.length > 0) return formPage(ports, request, policy, form, problems);
    return reviewPage(ports, request, form, wanted);
  },
  async post(ports, request) {
    const { workspace, by, form: sent } = request;
    const form = readForm(sent);
    const { wanted, problems } = parseForm(form, request);
    const policy = await findTokenPolicy(ports.database.kysely, workspace.uuid);
    if (problems.length > 0) return formPage(ports, request, policy, form, problems);
    let set: TokenPolicy | undefined;
    try {
      set = await setTokenPolicy(ports, by, workspace, wanted);
    } catch (error) {
      const own = error instanceof Failure ? ownProblems(request, error) : [];
      if (own.length === 0) throw error;
      return formPage(ports, request, policy, form, own);
    }
    const told = flash(set === undefined ? texts.removed : texts.done, { workspace: workspace.slug });
    return redirect(workspacePath(workspace, "settings/policies"), told);
  },
};

/** Who sets a policy must comply with it. */
function ownProblems({ t }: Pick<WorkspacePageRequest, "t">, { details }: Failure): readonly Problem[] {
  return (["two_step", "addresses"] as const).flatMap((field) =>
    details.fields?.[field] === undefined ? [] : [{ field, message: t(texts.problems.own[field]) }],
  );
}

function formOf(policy: TokenPolicy | undefined, now: Date): PolicyForm {
  const days = policy?.lifetimeDaysMax;
  const isUsual = days !== undefined && USUAL_DAYS.includes(days);
  const isAhead = policy !== undefined && policy.enforcedFrom > now;
  return {
    lifetime: days === undefined ? "" : isUsual ? String(days) : "other",
    lifetimeDays: days === undefined || isUsual ? "" : String(days),
    scopes: ALL_SCOPES.filter((scope) => policy?.refusedScopes.includes(scope)),
    addresses: policy?.networks.join("\n") ?? "",
    twoStep: policy?.requiresTwoStep === true,
    from: isAhead ? policy.enforcedFrom.toISOString().slice(0, 10) : "",
  };
}

function readForm(sent: URLSearchParams): PolicyForm {
  const asked = sent.getAll("scope").map(parseAnyScope);
  return {
    lifetime: sent.get("lifetime") ?? "",
    lifetimeDays: (sent.get("lifetime_days") ?? "").trim(),
    scopes: ALL_SCOPES.filter((scope) => asked.includes(scope)),
    addresses: (sent.get("addresses") ?? "").trim().replaceAll(/[\s,]+/g, "\n"),
    twoStep: sent.has("two_step"),
    from: (sent.get("from") ?? "").trim(),
  };
}

function parseForm(
  { lifetime, lifetimeDays, scopes, addresses, twoStep, from }: PolicyForm,
  { t, now }: Pick<WorkspacePageRequest, "t" | "now">,
): { readonly wanted: WantedTokenPolicy; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const text = lifetime === "other" ? lifetimeDays : lifetime;
  const lifetimeDaysMax = text === "" && lifetime !== "other" ? undefined : Number(text);
  const isLifetime =
    lifetimeDaysMax === undefined ||
    (/^\d{1,3}$/.test(text) && lifetimeDaysMax >= 1 && lifetimeDaysMax <= LIFETIME_DAYS_MAX);
  if (!isLifetime) {
    const field = lifetime === "other" ? "lifetime_days" : "lifetime";
    problems.push({ field, message: t(texts.problems.lifetime) });
  }
  const enforcedFrom = from === "" ? undefined : new Date(`${from}T00:00:00Z`);
  const isDate =
    enforcedFrom === undefined ||
    (/^\d{4}-\d{2}-\d{2}$/.test(from) && enforcedFrom.getTime() <= now.getTime() + GRACE_DAYS_MAX * DAY_MS);
  if (!isDate) problems.push({ field: "from", message: t(texts.problems.from) });
  const lines = addresses === "" ? [] : addresses.split("\n");
  const networks = lines.flatMap((line) => parseNetworkOrAddress(line) ?? []);
  const wrong = lines.find((line) => parseNetworkOrAddress(line) === undefined);
  if (wrong !== undefined)
    problems.push({ field: "addresses", message: t(texts.problems.address, { address: wrong }) });
  if (lines.length > NETWORKS_MAX)
    problems.push({ field: "addresses", message: t(texts.problems.addresses, { n: NETWORKS_MAX }) });
  const wanted = {
    lifetimeDaysMax,
    refusedScopes: scopes,
    networks,
    requiresTwoStep: twoStep,
    enforcedFrom,
  };
  return { wanted, problems };
}

/** A policy in a few words: "at most 90 days; `admin:workspace` not allowed". Undefined: it asks nothing. */
export function describePolicy(
  t: WorkspacePageRequest["t"],
  {
    lifetimeDaysMax,
    refusedScopes,
    networks = [],
    requiresTwoStep = false,
  }: Pick<TokenPolicy, "lifetimeDaysMax" | "refusedScopes"> &
    Partial<Pick<TokenPolicy, "networks" | "requiresTwoStep">>,
): Html | undefined {
  const parts = [
    ...(lifetimeDaysMax === undefined ? [] : [t(texts.atMost, { n: lifetimeDaysMax })]),
    ...(refusedScopes.length === 0 ? [] : [t(texts.notAllowed, { scopes: scopeNames(refusedScopes) })]),
    ...(networks.length === 0
      ? []
      : [
          t(texts.onlyFrom, {
            addresses: joined(
              networks.map((network) => html`<code>${network}</code>`),
              ", ",
            ),
          }),
        ]),
    ...(requiresTwoStep ? [t(texts.onlyTwoStep)] : []),
  ];
  return parts.length === 0 ? undefined : joined(parts, "; ");
}

export function scopeNames(scopes: readonly string[]): Html {
  return joined(
    scopes.map((scope) => html`<code>${scope.replace(/:bitbucket$/, "")}</code>`),
    ", ",
  );
}

async function formPage(
  { database }: Pick<Ports, "database">,
  request: WorkspacePageRequest,
  policy: TokenPolicy | undefined,
  form: PolicyForm,
  problems: readonly Problem[],
) {
  const { t, workspace, now } = request;
  const asked = { workspaceUuid: workspace.uuid, now, group: "against" as const };
  const against = policy === undefined ? 0 : (await countReachingTokens(database.kysely, asked)).all;
  return page({
    title: html`${t(texts.title)} · ${workspace.slug}`,
    place: workspacePlace(request, "settings"),
    hasProblems: problems.length > 0,
    status: problems.length > 0 ? 422 : 200,
    main: withWorkspaceSide(
      request,
      html`<h1>${t(texts.title)}</h1>${errorSummary(t, problems)}
<p class="lead">${t(texts.lead, { workspace: html`<b>${workspace.slug}</b>` })}</p>
<div class="flow"><h2>${t(texts.now)}</h2>${describeNow(request, policy, against)}
<h2>${t(texts.change)}</h2>${describeForm(request, form, problems)}</div>`,
    ),
  });
}

function describeNow(request: WorkspacePageRequest, policy: TokenPolicy | undefined, against: number): Html {
  const { t, workspace, now } = request;
  if (policy === undefined) return html`<p>${t(texts.none)}</p>`;
  const list = withQuery(workspacePath(workspace, "settings/tokens"), { show: "against" });
  const isAhead = policy.enforcedFrom > now;
  return html`<p><b>${describePolicy(t, policy)}</b></p>
<p>${t(texts.changed, { date: exactTime(request, policy.changedAt) })}${isAhead && html` ${t(texts.fromDate, { date: exactDay(request, policy.enforcedFrom) })}`}</p>
${against > 0 && html`<p><a href="${list}">${t(texts.against, { n: against })}</a></p>`}`;
}

function describeForm({ t }: WorkspacePageRequest, form: PolicyForm, problems: readonly Problem[]): Html {
  const lifetimes = [
    { value: "", label: t(texts.noLimit) },
    ...USUAL_DAYS.map((days) => ({ value: String(days), label: t(texts.days, { n: days }) })),
    { value: "other", label: t(texts.other) },
  ];
  return html`<form method="get"><input type="hidden" name="review" value="yes">
${select(t, { name: "lifetime", label: t(texts.lifetime), hint: t(texts.lifetimeHint), problems, value: form.lifetime, options: lifetimes })}
${input(t, { name: "lifetime_days", label: t(texts.otherDays), hint: t(texts.otherHint), problems, type: "number", value: form.lifetimeDays, autocomplete: "off", isOptional: true, more: html` min="1" max="365"` })}
<fieldset class="field long"><legend>${t(texts.scopes)}</legend> <span class="hint">${t(texts.scopesHint)}</span><div class="presets">${SCOPES.map(
    (scope) => checkbox({ name: "scope", label: scopeNames([scope]) }, form.scopes.includes(scope), scope),
  )}</div></fieldset>
<fieldset class="field long"><legend>${t(texts.oauthScopes)}</legend> <span class="hint">${t(texts.oauthScopesHint)}</span><div class="presets">${OAUTH_SCOPES.map(
    (scope) => checkbox({ name: "scope", label: scopeNames([scope]) }, form.scopes.includes(scope), scope),
  )}</div></fieldset>
${textarea(t, { name: "addresses", label: t(texts.addresses), hint: t(texts.addressesHint), problems, value: form.addresses, rows: 3, isOptional: true })}
<div class="field">${checkbox({ name: "two_step", label: t(texts.twoStep), hint: t(texts.twoStepHint) }, form.twoStep, "yes")}</div>
${input(t, { name: "from", label: t(texts.from), hint: t(texts.fromHint), problems, type: "date", value: form.from, autocomplete: "off", isOptional: true })}
<p class="acts"><button class="main">${t(texts.review)}</button></p></form>`;
}

async function reviewPage(
  { database }: Pick<Ports, "database">,
  request: WorkspacePageRequest,
  form: PolicyForm,
  wanted: WantedTokenPolicy,
) {
  const { t, workspace, now, csrf } = request;
  const tokens = await listReachingTokens(database.kysely, {
    workspaceUuid: workspace.uuid,
    now,
    order: "expiry",
    limit: TRIED_MAX,
  });
  const against = tokens.filter(({ token }) => heldViolations(wanted, token).length > 0);
  const here = workspacePath(workspace, "settings/policies");
  const asked = new URLSearchParams(sentForm(form)).toString();
  const title = t(texts.question, { workspace: workspace.slug });
  return page({
    title: html`${title} · ${workspace.slug}`,
    place: workspacePlace(request, "settings"),
    main: withWorkspaceSide(
      request,
      html`<h1>${title}</h1>
<p class="lead"><b>${describePolicy(t, wanted) ?? t(texts.none)}</b></p>
<div class="flow">${
        against.length === 0
          ? html`<p>${t(texts.wouldRefuseNone)}</p>`
          : html`<p class="note warnish">${t(texts.wouldRefuse, { n: against.length })} ${wanted.enforcedFrom !== undefined && wanted.enforcedFrom > now ? t(texts.onDate, { date: exactDay(request, wanted.enforcedFrom) }) : t(texts.atOnce)}</p>
<ul>${against.slice(0, NAMED_MAX).map(({ token, account }) => html`<li><bdi>${token.name}</bdi> · <bdi>${account.displayName}</bdi> <span class="dim m">${account.username}</span></li>`)}</ul>
${against.length > NAMED_MAX && html`<p>${t(texts.more, { n: against.length - NAMED_MAX })}</p>`}`
      }
${await describeClosed(database, request, wanted, tokens)}
<form method="post" action="${here}">${csrf}${sentForm(form).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}<p class="acts"><button class="main">${t(texts.set)}</button><a class="btn" href="${here}${asked === "" ? NOTHING : html`?${asked}`}">${t(texts.back)}</a></p></form></div>`,
    ),
  });
}

/** To whom private content would be closed: people without a second step, and tokens that were last used from elsewhere. */
async function describeClosed(
  database: Ports["database"],
  { t, workspace }: WorkspacePageRequest,
  { networks = [], requiresTwoStep = false }: WantedTokenPolicy,
  tokens: readonly ReachingToken[],
): Promise<Html> {
  const lacking = requiresTwoStep
    ? await listPeopleWithoutTwoStep(database.kysely, workspace.uuid, NAMED_MAX)
    : { people: [], size: 0 };
  const outside =
    networks.length === 0
      ? []
      : tokens.filter(
          ({ lastUsedFrom }) =>
            lastUsedFrom !== undefined &&
            !networks.some((network) => isInNetwork(lastUsedFrom.address, network)),
        );
  return html`${
    lacking.size > 0 &&
    html`<p class="note warnish">${t(texts.wouldClose.people, { n: lacking.size })}</p>
<ul>${lacking.people.map(({ displayName, username }) => html`<li><bdi>${displayName}</bdi> <span class="dim m">${username}</span></li>`)}</ul>
${lacking.size > lacking.people.length && html`<p>${t(texts.more, { n: lacking.size - lacking.people.length })}</p>`}`
  }${
    outside.length > 0 &&
    html`<p class="note warnish">${t(texts.wouldClose.tokens, { n: outside.length })}</p>
<ul>${outside.slice(0, NAMED_MAX).map(({ token, account, lastUsedFrom }) => html`<li><bdi>${token.name}</bdi> · <bdi>${account.displayName}</bdi> <span class="dim m">${lastUsedFrom?.address}</span></li>`)}</ul>
${outside.length > NAMED_MAX && html`<p>${t(texts.more, { n: outside.length - NAMED_MAX })}</p>`}`
  }`;
}

function sentForm({
  lifetime,
  lifetimeDays,
  scopes,
  addresses,
  twoStep,
  from,
}: PolicyForm): [string, string][] {
  return [
    ["lifetime", lifetime],
    ["lifetime_days", lifetimeDays],
    ...scopes.map((scope): [string, string] => ["scope", scope]),
    ["addresses", addresses],
    ...(twoStep ? [["two_step", "yes"] satisfies [string, string]] : []),
    ["from", from],
  ];
}
