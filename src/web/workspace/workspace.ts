import { findNamedWorkspace } from "../../http/routes/named-subjects.ts";
import { Failure } from "../../model/failure.ts";
import { parseBracedUuid } from "../../model/uuid.ts";
import { findAccountByUuid } from "../../storage/sql/accounts/accounts.ts";
import { accountTexts } from "../catalogue/accounts.ts";
import { html } from "../html.ts";
import { workspacePath } from "../links.ts";
import { type OpenPage, page, redirect } from "../page.ts";

/** What the API's links name by one part: a workspace, whose first page is its repositories, or an account by its UUID. */
export const workspacePage: OpenPage = {
  path: "/{workspace}",
  subject: "open",
  async get(ports, { t, params, admission, account }) {
    const uuid = parseBracedUuid(params.workspace ?? "");
    const workspace = await findNamedWorkspace(ports, params);
    // Accounts are shown to people who have one themselves.
    const person =
      workspace === undefined && uuid !== undefined && account !== undefined
        ? await findAccountByUuid(ports.database.kysely, uuid)
        : undefined;
    if (person === undefined) {
      const seen = await admission.admitToWorkspace(workspace, params.workspace ?? "", "see");
      return redirect(workspacePath(seen, "repositories"));
    }
    if (person.isDisabled) throw new Failure("not-found", "There is no such account");
    const title = html`<bdi>${person.displayName}</bdi>`;
    return page({
      title,
      main: html`<h1>${title}</h1><dl class="facts"><dt>${t(accountTexts.username)}</dt><dd class="m">${person.username}</dd>${person.kind !== "user" && html`<dt>${t(accountTexts.kind)}</dt><dd>${t(accountTexts.kinds[person.kind])}</dd>`}</dl>`,
    });
  },
};
