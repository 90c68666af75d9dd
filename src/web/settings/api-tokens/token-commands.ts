import { STATIC_USERNAME } from "../../../authentication/identity-name.ts";
import { fullName, type Repository } from "../../../model/repository.ts";
import { viewerOf } from "../../../model/who-acts.ts";
import type { Ports } from "../../../ports.ts";
import { listRepositories } from "../../../storage/sql/repositories/repositories.ts";
import { tokenTexts } from "../../catalogue/tokens.ts";
import { type Html, html } from "../../html.ts";
import { command } from "../../layout/command.ts";
import { describeOptions } from "../../layout/form.ts";
import { warningMark } from "../../layout/warning-mark.ts";
import type { AccountPageRequest } from "../../page.ts";

/** Repositories that are offered: those that changed last. Any other one can be written in the address. */
const OFFERED_MAX = 100;
/** For who has no repository yet. */
const EXAMPLE = "WORKSPACE/REPOSITORY";

export type Commands = {
  /** The one that the commands name. */
  readonly chosen: string;
  readonly offered: readonly string[];
  readonly email: string;
};

/** What ready-made commands need: the repositories of who asks, and the address that goes with a token. */
export async function findCommands(
  { database }: Pick<Ports, "database">,
  { account, caller }: AccountPageRequest,
  asked: string | null,
): Promise<Commands> {
  const [{ values }, emails] = await Promise.all([
    listRepositories(database.kysely, {
      isEverywhere: true,
      viewer: viewerOf(caller),
      role: "member",
      sort: { field: "updated_on", direction: "desc" },
      page: 1,
      pagelen: OFFERED_MAX,
    }),
    database.lookups.listEmails(account.uuid),
  ]);
  const offered = values.map((repository: Repository) => fullName(repository));
  return {
    offered,
    // Only one of the list, so that no text of an address becomes a part of a command.
    chosen: offered.find((name) => name === asked) ?? offered[0] ?? EXAMPLE,
    email: emails.find(({ isPrimary }) => isPrimary)?.address ?? "EMAIL",
  };
}

/** A choice among one's repositories. */
export function repositorySelect({ offered, chosen }: Commands, id = "repository"): Html {
  const options = offered.map((name) => ({ value: name, label: name }));
  return html`<select id="${id}" name="repository">${describeOptions(options, chosen)}</select>`;
}

/**
 * How a token is used with a repository: the commands of Bitbucket's page "Using API tokens" for this server. The token is in
 * none of them: it is read into a variable, or pasted where git asks for a password.
 */
export function tokenCommands(request: AccountPageRequest, { chosen, email, offered }: Commands): Html {
  const { t, account, baseUrls } = request;
  const texts = tokenTexts.use;
  const url = (userinfo: string) => `${baseUrls.html.replace("://", `://${userinfo}@`)}/${chosen}.git`;
  const clone = (userinfo: string) => command(t, `git clone ${url(userinfo)}`, "git clone");
  const setUrl = (userinfo: string) =>
    command(t, `git remote set-url origin ${url(userinfo)}`, "git remote set-url");
  return html`${offered.length === 0 && html`<p class="small dim">${t(texts.noRepository)}</p>`}
<h3>${t(texts.variable.title)}</h3>
${command(t, "read -rs TOKEN", t(texts.variable.label))}
<h3>${t(texts.clone.title)}</h3>
${clone(STATIC_USERNAME)}
<p class="small dim">${t(texts.clone.withName)}</p>
${clone(account.username)}
<p class="small dim">${t(texts.clone.again)}</p>
${setUrl(STATIC_USERNAME)}
<h3>${t(texts.rest.title)}</h3>
${command(t, curlCommand(`${baseUrls.api}/repositories/${chosen}/commits`, `--user ${inQuotes(email)}`), "curl")}
<p class="small dim">${t(texts.rest.header)}</p>
${command(t, headerCommand(`${baseUrls.api}/repositories/${chosen}/commits`, email), "curl")}
${inUrl(request, url)}`;
}

/** An address with the token after it, as one word: an address may have signs that mean something to a shell. */
function inQuotes(email: string): string {
  return /^[\w.+@-]+$/.test(email) ? `"${email}:$TOKEN"` : `'${email.replaceAll("'", "'\\''")}':"$TOKEN"`;
}

function curlCommand(url: string, authentication: string): string {
  return `curl --request POST \\
  --url '${url}' \\
  ${authentication} \\
  --header 'Accept: application/json'`;
}

function headerCommand(url: string, email: string): string {
  return `my_credentials_after_base64_encoding=$(printf '%s' ${inQuotes(email)} | base64 | tr -d '\\n')
${curlCommand(url, '--header "Authorization: Basic $my_credentials_after_base64_encoding"')}`;
}

/** Folded, with its warning: git stores such a URL. */
function inUrl({ t, account }: AccountPageRequest, url: (userinfo: string) => string): Html {
  const texts = tokenTexts.use.url;
  const clone = (name: string) => command(t, `git clone "${url(`${name}:$TOKEN`)}"`, "git clone");
  return html`<details class="grp fold"><summary>${t(texts.title)}</summary>
<p class="note warnish">${warningMark()} ${t(texts.warning)}</p>
${clone(STATIC_USERNAME)}
${clone(account.username)}
${command(t, `git remote set-url origin "${url(`${STATIC_USERNAME}:$TOKEN`)}"`, "git remote set-url")}</details>`;
}
