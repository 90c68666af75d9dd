import type { Account } from "../model/account.ts";
import { parseEmailAddress, parseUsername } from "../model/account.ts";
import { Failure } from "../model/failure.ts";
import type { OneTimeLink } from "../model/one-time-link.ts";
import { Secret } from "../model/secret.ts";
import type { Workspace } from "../model/workspace.ts";
import { confirmEmailAddress, type EmailLink } from "../operations/accounts/email-addresses.ts";
import {
  acceptInvitation,
  type InvitationLink,
  isInvitedByOwner,
  linkEnded,
} from "../operations/accounts/invitations.ts";
import { findLinkBySecret } from "../operations/accounts/one-time-links.ts";
import {
  choosePassword,
  createFirstAccount,
  createInvitedAccount,
  getAccountOfLink,
  type PasswordLink,
} from "../operations/accounts/password-links.ts";
import type { Ports } from "../ports.ts";
import {
  findAccountByEmail,
  findAccountByUsername,
  findAccountByUuid,
  listEmails,
} from "../storage/sql/accounts/accounts.ts";
import { hasTwoStep } from "../storage/sql/accounts/two-step.ts";
import { findWorkspace } from "../storage/sql/workspaces/workspaces.ts";
import { accountTexts, linkTexts, signInTexts } from "./catalogue/sign-in.ts";
import { accountProblems, problemStatus } from "./forms/account-problems.ts";
import { askerOf } from "./forms/asker.ts";
import { newPasswordField } from "./forms/new-password-field.ts";
import { type Html, html, NOTHING } from "./html.ts";
import { errorSummary, input, type Problem } from "./layout/form.ts";
import { workspacePath } from "./links.ts";
import {
  type OpenPage,
  type PageAnswer,
  type PageContent,
  type PageRequest,
  page,
  redirect,
} from "./page.ts";
import { flash } from "./pipeline/flash.ts";
import { signInPath } from "./pipeline/sign-in-path.ts";
import { beside, signIn } from "./sign-in.ts";
import type { Entry } from "./translate.ts";

/** Links that work once. To look at one uses nothing: programs that read mail open every link in it. */
export const linkPage: OpenPage = {
  path: "/-/link/{secret}",
  subject: "open",
  async get(ports, request) {
    const link = await findOf(ports, request);
    if (link === undefined) return ended(request);
    return show(ports, request, link, []);
  },
  async post(ports, request) {
    const link = await findOf(ports, request);
    if (link === undefined) return ended(request);
    try {
      if (!request.isSecure && link.kind !== "email") return await show(ports, request, link, []);
      return await use(ports, request, link);
    } catch (error) {
      if (error instanceof Failure && error.kind === "gone") return ended(request);
      const problems = accountProblems(request, error, "password");
      return show(ports, request, link, problems, problemStatus(error));
    }
  },
};

function findOf(ports: Ports, { params }: PageRequest): Promise<OneTimeLink | undefined> {
  return findLinkBySecret(ports, new Secret(params.secret ?? ""));
}

function ended({ t }: PageRequest): PageAnswer {
  const texts = linkTexts.ended;
  return page({
    title: t(texts.title),
    status: 410,
    main: html`<h1>${t(texts.title)}</h1><p class="lead">${t(texts.lead)}</p>
<div class="acts"><a class="btn main" href="/-/cannot-sign-in">${t(texts.act)}</a><a href="/-/sign-in">${t(texts.signIn)}</a></div>`,
  });
}

async function use(ports: Ports, request: PageRequest, link: OneTimeLink): Promise<PageAnswer> {
  switch (link.kind) {
    case "password":
      return usePasswordLink(ports, request, link);
    case "first-account":
      return useFirstAccountLink(ports, request, link);
    case "invitation":
      return useInvitation(ports, request, link);
    case "email":
      return useEmailLink(ports, request, link);
  }
}

async function usePasswordLink(ports: Ports, request: PageRequest, link: PasswordLink): Promise<PageAnswer> {
  const texts = linkTexts.password;
  const account = await choosePassword(ports, request.by, askerOf(request), link, passwordIn(request));
  const toSignIn = (entry: Entry) =>
    redirect("/-/sign-in", flash(entry), [{ name: "session", value: undefined }]);
  // A link proves the address and not the second factor.
  if (await hasTwoStep(ports.database.kysely, account.uuid)) return toSignIn(texts.doneCode);
  // With the old password, the session from which it was sent has ended: nothing more can be done by it.
  if (request.account?.uuid === account.uuid) return toSignIn(texts.doneHere);
  return signIn(ports, request, account, "/", flash(texts.done));
}

async function useFirstAccountLink(
  ports: Ports,
  request: PageRequest,
  link: Extract<OneTimeLink, { readonly kind: "first-account" }>,
): Promise<PageAnswer> {
  const fields = readAccountFields(request);
  const email = request.form.get("email")?.trim() ?? "";
  const problems = [
    ...(parseEmailAddress(email) === undefined
      ? [{ field: "email", message: request.t(accountTexts.emailWrong) }]
      : []),
    ...fields.problems,
  ];
  if (problems.length > 0) return show(ports, request, link, problems, 422);
  const account = await createFirstAccount(ports, request.by, askerOf(request), link, {
    ...fields.wanted,
    email,
  });
  return signIn(ports, request, account, "/", flash(linkTexts.first.done));
}

async function useInvitation(ports: Ports, request: PageRequest, link: InvitationLink): Promise<PageAnswer> {
  const { t, account, by, form } = request;
  if (form.get("act") === "join") {
    // Whoever was signed out meanwhile comes back here.
    if (account === undefined) return redirect(signInPath(request.path));
    const workspace = await acceptInvitation(ports, by, account, link);
    return redirect(workspacePath(workspace, "repositories"), joined(workspace));
  }
  const { problems, wanted } = readAccountFields(request);
  if (problems.length > 0) return show(ports, request, link, problems, 422);
  if ((await findAccountByUsername(ports.database.kysely, wanted.username)) !== undefined)
    return show(ports, request, link, [{ field: "username", message: t(accountTexts.usernameTaken) }], 422);
  const made = await createInvitedAccount(ports, by, askerOf(request), link, wanted);
  const workspace = await workspaceOf(ports, link);
  return signIn(ports, request, made, workspacePath(workspace, "repositories"), joined(workspace));
}

async function useEmailLink(ports: Ports, request: PageRequest, link: EmailLink): Promise<PageAnswer> {
  const texts = linkTexts.email;
  try {
    await confirmEmailAddress(ports, request.by, link);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "conflict") throw error;
    const problems = [{ field: "confirm", message: request.t(texts.taken) }];
    return show(ports, request, link, problems, 409);
  }
  const to = request.account === undefined ? "/-/sign-in" : "/-/settings/email-aliases";
  return redirect(to, flash(texts.done, { address: link.address }));
}

function joined({ name }: Workspace) {
  return flash(linkTexts.invitation.done, { workspace: name });
}

async function workspaceOf({ database }: Ports, link: InvitationLink): Promise<Workspace> {
  const workspace = await findWorkspace(database.kysely, { uuid: link.workspaceUuid });
  if (workspace === undefined || !(await isInvitedByOwner(database.kysely, link))) throw linkEnded();
  return workspace;
}

function passwordIn({ form }: PageRequest): Secret {
  return new Secret(form.get("password") ?? "");
}

function readAccountFields(request: PageRequest) {
  const { form, t } = request;
  const username = form.get("username")?.trim() ?? "";
  const name = form.get("name")?.trim() ?? "";
  const problems: readonly Problem[] =
    parseUsername(username) === undefined
      ? [{ field: "username", message: t(accountTexts.usernameWrong) }]
      : [];
  const wanted = {
    username,
    ...(name === "" ? {} : { displayName: name }),
    password: passwordIn(request),
  };
  return { problems, wanted };
}

async function show(
  ports: Ports,
  request: PageRequest,
  link: OneTimeLink,
  problems: readonly Problem[],
  status = 200,
): Promise<PageAnswer> {
  const about: About = { request, problems, host: new URL(request.baseUrls.html).host };
  try {
    const { title, main } = await describe(ports, about, link);
    const { t } = request;
    return page({
      title,
      status,
      hasProblems: problems.length > 0,
      main: beside(
        request,
        html`<h1>${title}</h1>${request.isSecure ? main : html`<p class="note warnish">${t(signInTexts.notSecure)}</p>`}`,
      ),
    });
  } catch (error) {
    // What it leads to is gone.
    if (error instanceof Failure && error.kind === "gone") return ended(request);
    throw error;
  }
}

type About = {
  readonly request: PageRequest;
  readonly problems: readonly Problem[];
  readonly host: string;
};

function describe(
  ports: Ports,
  about: About,
  link: OneTimeLink,
): Promise<Pick<PageContent, "title" | "main">> {
  switch (link.kind) {
    case "password":
      return describePassword(ports, about, link);
    case "first-account":
      return describeFirst(about);
    case "invitation":
      return describeInvitation(ports, about, link);
    case "email":
      return describeEmail(ports, about, link);
  }
}

async function describePassword(
  ports: Ports,
  { request, problems, host }: About,
  link: PasswordLink,
): Promise<Pick<PageContent, "title" | "main">> {
  const { t, csrf } = request;
  const texts = linkTexts.password;
  const account = await getAccountOfLink(ports, link);
  const [primary] = await listEmails(ports.database.kysely, account.uuid);
  return {
    title: t(texts.title),
    main: html`<p class="dim">${t(texts.lead, { name: named(account), host })}</p>${errorSummary(t, problems)}
<form method="post">${csrf}
<div class="field"><label for="email">${t(signInTexts.email)}</label><input id="email" type="email" value="${primary?.address ?? ""}" autocomplete="username" readonly></div>
${newPasswordField(request, problems)}
<div class="acts"><button class="main">${t(texts.act)}</button></div></form>`,
  };
}

async function describeFirst({
  request,
  problems,
  host,
}: About): Promise<Pick<PageContent, "title" | "main">> {
  const { t, csrf, form } = request;
  const texts = linkTexts.first;
  return {
    title: t(texts.title),
    main: html`<p class="dim">${t(texts.lead, { host })}</p>${errorSummary(t, problems)}
<form method="post">${csrf}
${input(t, { name: "email", label: t(signInTexts.email), type: "email", value: form.get("email") ?? "", autocomplete: "email", problems })}
${accountFields(request, problems)}
<div class="acts"><button class="main">${t(texts.act)}</button></div></form>`,
  };
}

async function describeInvitation(
  ports: Ports,
  { request, problems, host }: About,
  link: InvitationLink,
): Promise<Pick<PageContent, "title" | "main">> {
  const { t } = request;
  const texts = linkTexts.invitation;
  const { name } = await workspaceOf(ports, link);
  const workspace = html`<bdi>${name}</bdi>`;
  const isTaken = (await findAccountByEmail(ports.database.kysely, link.address)) !== undefined;
  return {
    title: t(texts.title, { workspace }),
    main: html`<p class="dim">${t(texts.lead, { workspace, host, address: html`<b>${link.address}</b>` })}</p>${errorSummary(t, problems)}
${
  request.account === undefined
    ? html`${isTaken ? NOTHING : newAccountForm(request, link, problems)}${signInFirst(request)}`
    : joinForm(request, request.account)
}`,
  };
}

function joinForm({ t, csrf }: PageRequest, account: Account): Html {
  const texts = linkTexts.invitation;
  return html`<p>${t(texts.joinText, { name: named(account) })}</p>
<form method="post">${csrf}<input type="hidden" name="act" value="join"><div class="acts"><button class="main">${t(texts.join)}</button></div></form>`;
}

function signInFirst({ t, path }: PageRequest): Html {
  const texts = linkTexts.invitation;
  return html`<h2>${t(texts.haveAccount)}</h2><p>${t(texts.signInText)}</p><div class="acts"><a class="btn" href="${signInPath(path)}">${t(texts.signIn)}</a></div>`;
}

function newAccountForm(
  request: PageRequest,
  { address }: InvitationLink,
  problems: readonly Problem[],
): Html {
  const { t, csrf } = request;
  const texts = linkTexts.invitation;
  return html`<h2>${t(texts.newAccount)}</h2>
<form method="post">${csrf}
<div class="field"><label for="email">${t(signInTexts.email)}</label><input id="email" type="email" value="${address}" autocomplete="username" readonly></div>
${accountFields(request, problems)}
<div class="acts"><button class="main">${t(texts.create)}</button></div></form>`;
}

function accountFields(request: PageRequest, problems: readonly Problem[]): Html {
  const { t, form } = request;
  return html`${input(t, { name: "username", label: t(accountTexts.username), hint: t(accountTexts.usernameHint), value: form.get("username") ?? "", autocomplete: "nickname", more: html` maxlength="62" spellcheck="false" autocapitalize="none"`, problems })}
${input(t, { name: "name", label: t(accountTexts.name), hint: t(accountTexts.nameHint), value: form.get("name") ?? "", autocomplete: "name", more: html` maxlength="100"`, problems })}
${newPasswordField(request, problems)}`;
}

async function describeEmail(
  { database }: Ports,
  { request, problems, host }: About,
  link: EmailLink,
): Promise<Pick<PageContent, "title" | "main">> {
  const { t, csrf } = request;
  const texts = linkTexts.email;
  const account = await findAccountByUuid(database.kysely, link.accountUuid);
  if (account === undefined || account.isDisabled) throw linkEnded();
  return {
    title: t(texts.title),
    main: html`<p class="dim">${t(texts.lead, { address: html`<b>${link.address}</b>`, name: named(account), host })}</p>${errorSummary(t, problems)}
<form method="post">${csrf}<div class="acts"><button class="main" id="confirm">${t(texts.act)}</button></div></form>`,
  };
}

function named({ displayName }: Account): Html {
  return html`<b><bdi>${displayName}</bdi></b>`;
}
