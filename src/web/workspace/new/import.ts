import { nameOfUrl, readSourceUrl } from "../../../imports/source-url.ts";
import type { RepositoryImport } from "../../../model/repository-import.ts";
import { Secret } from "../../../model/secret.ts";
import { slugifyRepositoryName } from "../../../model/slug.ts";
import { parseUuid } from "../../../model/uuid.ts";
import { startImport } from "../../../operations/imports/start-import.ts";
import type { Ports } from "../../../ports.ts";
import { findImport, listImports } from "../../../storage/sql/imports/repository-imports.ts";
import { createTexts } from "../../catalogue/create.ts";
import { importTexts } from "../../catalogue/imports.ts";
import { formText, isTicked } from "../../forms/form-text.ts";
import { problemsOf } from "../../forms/problems-of.ts";
import { type Html, html } from "../../html.ts";
import { checkbox, errorSummary, input, type Problem } from "../../layout/form.ts";
import { importState } from "../../layout/import-state.ts";
import { ledger } from "../../layout/ledger.ts";
import { workspacePlace } from "../../layout/place.ts";
import { projectSelect, readTargetProject } from "../../layout/project-select.ts";
import { timeAgo } from "../../layout/time.ts";
import { workspacePath } from "../../links.ts";
import {
  type PageAnswer,
  page,
  redirect,
  type WorkspacePage,
  type WorkspacePageRequest,
} from "../../page.ts";

const texts = importTexts;
const SHOWN_MAX = 20;
const NAME_LENGTH_MAX = 255;
const URL_LENGTH_MAX = 2_048;

type Values = {
  readonly url: string;
  readonly name: string;
  readonly user: string;
  readonly projectUuid: string;
  readonly isPrivate: boolean;
};

/** Begins the import of a repository from another server. */
export const importPage: WorkspacePage = {
  path: "/{workspace}/workspace/new/import",
  subject: "workspace",
  permission: "create-repository",
  async get(ports, request) {
    const from = await findEarlier(ports, request);
    return describe(ports, request, {
      url: from?.source ?? "",
      name: from?.name ?? "",
      user: "",
      projectUuid: from?.projectUuid ?? request.query.get("project") ?? "",
      isPrivate: from?.isPrivate ?? true,
    });
  },
  async post(ports, request) {
    const { form, t, workspace, by } = request;
    const values: Values = {
      url: formText(form, "url", URL_LENGTH_MAX),
      name: formText(form, "name"),
      user: formText(form, "user"),
      projectUuid: formText(form, "project"),
      isPrivate: isTicked(form, "private"),
    };
    const problems: Problem[] = [];
    const complain = (field: string, message: Html) => void problems.push({ field, message });
    const url = readSourceUrl(values.url);
    if (url === "malformed") complain("url", t(texts.urlMalformed));
    else if (url === "has-credentials") complain("url", t(texts.urlHasCredentials));
    else if (url === "has-query") complain("url", t(texts.urlHasQuery));
    const name = values.name === "" && url instanceof URL ? nameOfUrl(url) : values.name;
    const slug = slugifyRepositoryName(name);
    if (name.length > NAME_LENGTH_MAX) complain("name", t(createTexts.nameLength, { n: NAME_LENGTH_MAX }));
    else if (slug === undefined && url instanceof URL) complain("name", t(createTexts.noSlug));
    const credentials = readCredentials(request, values, complain);
    const project = await readTargetProject(ports, request, values.projectUuid);
    if ("problem" in project) complain("project", t(project.problem));
    // An address with a password in it does not come back either.
    const shown = url === "has-credentials" ? { ...values, url: "" } : values;
    if (problems.length > 0 || !(url instanceof URL) || slug === undefined || "problem" in project)
      return describe(ports, request, shown, problems);
    try {
      const repository = { workspace, project, slug, name, isPrivate: values.isPrivate };
      const uuid = await startImport(ports, by, { url, credentials, repository });
      return redirect(workspacePath(workspace, "imports", uuid));
    } catch (error) {
      return describe(ports, request, values, problemsOf(error, { name: "name" }, "url"));
    }
  },
};

/** The import that is tried again: its form is filled with what it was, but for the credentials. */
async function findEarlier(
  { database }: Ports,
  { query, workspace, account }: WorkspacePageRequest,
): Promise<RepositoryImport | undefined> {
  const uuid = parseUuid(query.get("from") ?? "");
  if (uuid === undefined || account === undefined) return undefined;
  return findImport(database.kysely, { workspaceUuid: workspace.uuid, accountUuid: account.uuid }, uuid);
}

/** RFC 7617, section 2: the user-id has no colon, and neither has control characters. */
function readCredentials(
  { form, t }: WorkspacePageRequest,
  { user }: Values,
  complain: (field: string, message: Html) => void,
): Secret | undefined {
  const password = form.get("password") ?? "";
  if (user === "" && password === "") return undefined;
  if (user === "") complain("user", t(texts.userNeeded));
  if (/[:\p{Cc}]/u.test(user)) complain("user", t(texts.userWrong));
  if (/\p{Cc}/u.test(password)) complain("password", t(texts.passwordWrong));
  return new Secret(`${user}:${password}`);
}

async function describe(
  ports: Ports,
  request: WorkspacePageRequest,
  values: Values,
  problems: readonly Problem[] = [],
): Promise<PageAnswer> {
  const { t, workspace, csrf, account } = request;
  const owner = { workspaceUuid: workspace.uuid, accountUuid: account!.uuid };
  const earlier = await listImports(ports.database.kysely, owner, SHOWN_MAX);
  return page({
    title: html`${t(texts.title)} · ${workspace.slug}`,
    place: workspacePlace(request, "repositories"),
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
    main: html`<h1>${t(texts.title)}</h1>${errorSummary(t, problems)}<p class="lead">${t(texts.lead)}</p>
<div class="flow"><form method="post" autocomplete="off">${csrf}
${input(t, { name: "url", label: t(texts.url), hint: t(texts.urlHint), problems, value: values.url, autocomplete: "off", isLong: true })}
${input(t, { name: "user", label: t(texts.user), hint: t(texts.credentialsHint), problems, value: values.user, autocomplete: "off", isOptional: true })}
${input(t, { name: "password", label: t(texts.password), hint: t(texts.passwordHint), problems, type: "password", autocomplete: "off", isOptional: true })}
${input(t, { name: "name", label: t(texts.name), hint: t(texts.nameHint), problems, value: values.name, autocomplete: "off", isOptional: true })}
${await projectSelect(ports, request, values.projectUuid, problems)}
<div class="field">${checkbox({ name: "private", label: t(createTexts.isPrivate), hint: t(createTexts.repositoryPrivateHint) }, values.isPrivate)}</div>
<div class="acts"><button class="main">${t(texts.submit)}</button></div></form>
${earlier.length > 0 && describeEarlier(request, earlier)}</div>`,
  });
}

function describeEarlier(request: WorkspacePageRequest, earlier: readonly RepositoryImport[]): Html {
  const { t, workspace } = request;
  const columns = [
    { label: t(texts.repository) },
    { label: t(texts.source) },
    { label: t(texts.state) },
    { label: t(texts.begun), isEnd: true },
  ];
  const rows = earlier.map((one) => [
    html`<a href="${workspacePath(workspace, "imports", one.uuid)}"><bdi>${one.name}</bdi></a>`,
    html`<span class="m">${one.source}</span>`,
    importState(request, one),
    timeAgo(request, one.createdAt),
  ]);
  return html`<section class="block" aria-labelledby="yours"><h2 id="yours">${t(texts.yours)}</h2><p class="hint">${t(texts.yoursHint)}</p>${ledger(columns, rows)}</section>`;
}
