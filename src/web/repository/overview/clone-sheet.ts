import { fullName } from "../../../model/repository.ts";
import type { GrantedScope } from "../../../model/scope.ts";
import type { ApiToken } from "../../../model/token.ts";
import { overviewTexts } from "../../catalogue/overview.ts";
import { flag, type Html, html, joined, NOTHING } from "../../html.ts";
import { command } from "../../layout/command.ts";
import { mark } from "../../layout/mark.ts";
import { scopeTag } from "../../layout/scope-tag.ts";
import { withQuery } from "../../links.ts";
import type { RepositoryPageRequest } from "../../page.ts";
import { cloneAddress, cloneAddressWithToken, STATIC_USERNAME } from "./clone-addresses.ts";

/** Named one by one up to so many. */
const NAMED_TOKENS_MAX = 3;

/** Every way to clone, the safe ones first. Opened by the address too: `?clone`. */
export function cloneSheet(request: RepositoryPageRequest, tokens: readonly ApiToken[]): Html {
  const { t, repository, query, account } = request;
  const texts = overviewTexts.clone;
  const html_ = request.baseUrls.html;
  const fixed = cloneAddress(html_, repository, STATIC_USERNAME);
  const own = account && cloneAddress(html_, repository, account.username);
  const named = (title: Html, ...commands: readonly Html[]) => html`<div><h3>${title}</h3>${commands}</div>`;
  return html`<details class="pop"${flag("open", query.has("clone"))}><summary class="btn main">${t(texts.button)}</summary><div class="sheet flow">
<h2>${t(texts.title, { path: fullName(repository) })}</h2>
${
  !repository.isPrivate &&
  named(
    t(texts.anonymous),
    command(t, `git clone ${cloneAddress(html_, repository)}`, "git clone"),
    html`<p class="small dim">${t(texts.anonymousText)}</p>`,
  )
}
${named(t(texts.static), command(t, `git clone ${fixed}`, "git clone"), html`<p class="small dim">${t(texts.paste, { scope: scopeTag("read:repository:bitbucket"), write: scopeTag("write:repository:bitbucket") })} ${yourTokens(request, tokens)}</p>`)}
${own !== undefined && named(t(texts.username), command(t, `git clone ${own}`, t(texts.what.username)))}
${named(t(texts.cloned), command(t, `git remote set-url origin ${fixed}`, "git remote set-url"), own === undefined ? NOTHING : command(t, `git remote set-url origin ${own}`, t(texts.what.setUrlUsername)))}
${withToken(request)}
<p class="small dim">${t(texts.ssh)}</p>
</div></details>`;
}

function withToken({ t, repository, account, baseUrls }: RepositoryPageRequest): Html {
  const texts = overviewTexts.clone;
  const fixed = cloneAddressWithToken(baseUrls.html, repository, STATIC_USERNAME);
  const own = account && cloneAddressWithToken(baseUrls.html, repository, account.username);
  return html`<details class="grp fold"><summary>${t(texts.inUrl)}</summary><p class="note warnish">${mark("warning", t(texts.careful))} ${t(texts.inUrlWarning)}</p>${command(t, `git clone ${fixed}`, t(texts.what.inUrl))}${own !== undefined && command(t, `git clone ${own}`, t(texts.what.inUrlUsername))}${command(t, `git remote set-url origin ${own ?? fixed}`, t(texts.what.setUrlInUrl))}</details>`;
}

function yourTokens({ t, account }: RepositoryPageRequest, tokens: readonly ApiToken[]): Html {
  const texts = overviewTexts.clone;
  if (account === undefined) return NOTHING;
  const list = (label: Html) => html`<a href="${TOKENS_PATH}">${label}</a>`;
  if (tokens.length === 0)
    return t(texts.yoursNone, {
      create: html`<a href="${newTokenPath("read:repository:bitbucket")}">${t(texts.create)}</a>`,
    });
  if (tokens.length > NAMED_TOKENS_MAX) return t(texts.yoursMore, { n: list(html`${tokens.length}`) });
  return t(texts.yours, {
    tokens: joined(
      tokens.map(({ name }) => list(html`<bdi>${name}</bdi>`)),
      ", ",
    ),
  });
}

export const TOKENS_PATH = "/-/settings/api-tokens";

/** The form for a new token, with these scopes ticked. */
export function newTokenPath(...scopes: readonly GrantedScope[]): string {
  return withQuery(`${TOKENS_PATH}/new`, { scopes: scopes.join(",") });
}
