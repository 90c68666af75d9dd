import { STATIC_USERNAME } from "../../authentication/identity-name.ts";
import { MISSING_LENGTH_MAX } from "../../model/help-answer.ts";
import { fullName } from "../../model/repository.ts";
import { parseRepositorySlug, parseWorkspaceSlug } from "../../model/slug.ts";
import { textLength } from "../../model/text-length.ts";
import { answerHelp } from "../../operations/help/help-answers.ts";
import type { Ports } from "../../ports.ts";
import { listEmails } from "../../storage/sql/accounts/accounts.ts";
import { helpTexts } from "../catalogue/help.ts";
import { flag, type Html, html } from "../html.ts";
import { command } from "../layout/command.ts";
import { errorSummary, type Problem, textarea } from "../layout/form.ts";
import { type OpenPage, type PageAnswer, type PageRequest, page, redirect } from "../page.ts";
import { flash } from "../pipeline/flash.ts";
import type { Entry } from "../translate.ts";

const PATH = "/-/help/api-tokens";

/** How tokens are used: with git, with REST, in builds; for a repository of one's choice. */
export const apiTokensHelpPage: OpenPage = {
  path: PATH,
  subject: "open",
  get: (ports, request) => describe(ports, request, []),
  async post(ports, request) {
    const { t, form, by, language } = request;
    const helpful = form.get("helpful");
    const missing = form.get("missing") ?? "";
    const problems: Problem[] = [];
    const texts = helpTexts.feedback;
    if (helpful !== "yes" && helpful !== "no")
      problems.push({ field: "helpful-yes", message: t(texts.choose) });
    const length = textLength(missing);
    if (length > MISSING_LENGTH_MAX)
      problems.push({ field: "missing", message: t(texts.tooLong, { max: MISSING_LENGTH_MAX, n: length }) });
    if (problems.length > 0) return describe(ports, request, problems);
    await answerHelp(ports, by, { topic: "api-tokens", language, isHelpful: helpful === "yes", missing });
    return redirect(PATH, flash(texts.thanks));
  },
};

/** The names in the commands: of who reads, or words in capitals. */
type Names = {
  readonly username: string;
  readonly address: string;
  /** `workspace/repository`. */
  readonly repository: string;
};

async function describe(
  { database }: Pick<Ports, "database">,
  request: PageRequest,
  problems: readonly Problem[],
): Promise<PageAnswer> {
  const { t, account, query } = request;
  const [primary] = account === undefined ? [] : await listEmails(database.kysely, account.uuid);
  const names: Names = {
    username: account?.username ?? "USER_NAME",
    address: primary?.address ?? "EMAIL",
    repository: readRepository(query) ?? "WORKSPACE/REPOSITORY",
  };
  const texts = helpTexts;
  return page({
    title: t(texts.title),
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
    main: html`<div class="head"><h1>${t(texts.title)}</h1>${account && html`<a class="btn main" href="/-/settings/api-tokens">${t(texts.yours)}</a>`}</div>
${errorSummary(t, problems)}<p class="lead">${t(texts.lead)}</p>
<form class="filters" method="get"><div class="grow"><label for="repository">${t(texts.example)}</label><span class="hint" id="repository-hint">${t(texts.exampleHint)}</span><input id="repository" name="repository" class="m" value="${query.get("repository") ?? ""}" autocomplete="off" aria-describedby="repository-hint"></div><button>${t(texts.show)}</button></form>
<div class="prose flow">${describeSections(request, names)}</div>
${describeFeedback(request, problems)}`,
  });
}

function readRepository(query: URLSearchParams): string | undefined {
  const [workspaceText = "", slugText = "", ...rest] = (query.get("repository") ?? "").trim().split("/");
  const [workspace, slug] = [parseWorkspaceSlug(workspaceText), parseRepositorySlug(slugText)];
  return workspace === undefined || slug === undefined || rest.length > 0
    ? undefined
    : fullName({ workspace: { slug: workspace }, slug });
}

function section({ t }: PageRequest, id: string, title: Entry, content: Html): Html {
  return html`<section class="block flow" aria-labelledby="${id}"><h2 id="${id}">${t(title)}</h2>${content}</section>`;
}

function describeSections(request: PageRequest, names: Names): Html {
  const { t, baseUrls } = request;
  const { what, need, app, refused, leaked } = helpTexts;
  const revocation = `curl --data-urlencode "token=$TOKEN" ${baseUrls.html}/-/token-revocation`;
  return html`${section(request, "what", what.title, html`<p>${t(what.text)}</p><p>${t(what.scopes)}</p>`)}
${section(
  request,
  "need",
  need.title,
  html`<p>${t(need.text, { aliases: html`<a href="/-/settings/email-aliases">${t(need.aliases)}</a>` })}</p><dl class="facts"><dt>${t(need.username)}</dt><dd class="m">${names.username} / ${STATIC_USERNAME}</dd><dt>${t(need.address)}</dt><dd class="m">${names.address}</dd></dl>`,
)}
${describeGit(request, names)}
${describeBuild(request, names)}
${describeRest(request, names)}
${section(request, "app", app.title, html`<p>${t(app.text)}</p>`)}
${section(request, "refused", refused.title, html`<p>${t(refused.text, { link: html`<a href="/-/settings/refusals">${t(refused.link)}</a>` })}</p>`)}
${section(request, "leaked", leaked.title, html`<p>${t(leaked.text)}</p>${command(t, revocation, t(leaked.copy))}`)}`;
}

/** A clone address with what stands before the host. */
function addressOf({ baseUrls }: PageRequest, who: string, { repository }: Names): string {
  const [scheme, host] = baseUrls.html.split("://");
  return `${scheme}://${who}@${host}/${repository}.git`;
}

function describeGit(request: PageRequest, names: Names): Html {
  const { t } = request;
  const texts = helpTexts.git;
  const [own, fixed] = [names.username, STATIC_USERNAME].map((who) => addressOf(request, who, names));
  return section(
    request,
    "git",
    texts.title,
    html`<p>${t(texts.text)}</p><h3>${t(texts.names)}</h3>${command(t, `git clone ${own}`, t(texts.copyUsername))}${command(t, `git clone ${fixed}`, t(texts.copyFixed))}<h3>${t(texts.cloned)}</h3>${command(t, `git remote set-url origin ${own}`, t(texts.copySetUrl))}`,
  );
}

function describeBuild(request: PageRequest, names: Names): Html {
  const { t } = request;
  const texts = helpTexts.build;
  const [own, fixed] = [names.username, STATIC_USERNAME].map((who) =>
    addressOf(request, `${who}:$TOKEN`, names),
  );
  return section(
    request,
    "build",
    texts.title,
    html`<p>${t(texts.text)}</p><h3>${t(texts.against)}</h3><p class="note warnish">${t(texts.warning)}</p>${command(t, `git clone "${own}"`, t(texts.copyUsername))}${command(t, `git clone "${fixed}"`, t(texts.copyFixed))}${command(t, `git remote set-url origin "${own}"`, t(texts.copySetUrl))}`,
  );
}

function describeRest(request: PageRequest, names: Names): Html {
  const { t, baseUrls } = request;
  const texts = helpTexts.rest;
  const url = `${baseUrls.api}/repositories/${names.repository}/commits`;
  return section(
    request,
    "rest",
    texts.title,
    html`<p>${t(texts.text)}</p>${command(t, "read -rs TOKEN", t(texts.copyRead))}${command(t, `curl --user "${names.address}:$TOKEN" --header 'Accept: application/json' ${url}`, t(texts.copyCurl))}<h3>${t(texts.header)}</h3>${command(t, `curl --header "Authorization: Basic $(printf %s "${names.address}:$TOKEN" | base64 | tr -d '\\n')" --header 'Accept: application/json' ${url}`, t(texts.copyHeader))}`,
  );
}

function describeFeedback({ t, csrf, form }: PageRequest, problems: readonly Problem[]): Html {
  const texts = helpTexts.feedback;
  const answer = (value: "yes" | "no", label: Html) =>
    html`<label class="tick" for="helpful-${value}"><input type="radio" id="helpful-${value}" name="helpful" value="${value}"${flag("checked", form.get("helpful") === value)}> <span>${label}</span></label>`;
  return html`<section class="block rimmed after" aria-labelledby="feedback"><form method="post" action="${PATH}">${csrf}<fieldset class="flow"><legend id="feedback">${t(texts.title)}</legend><div class="acts">${answer("yes", t(texts.yes))}${answer("no", t(texts.no))}</div>
${textarea(t, { name: "missing", label: t(texts.missing), hint: t(texts.missingHint), problems, value: form.get("missing") ?? "", rows: 3, isOptional: true })}
<div class="acts"><button>${t(texts.send)}</button></div></fieldset></form></section>`;
}
