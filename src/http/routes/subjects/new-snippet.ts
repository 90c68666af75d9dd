import type { Account } from "../../../model/account.ts";
import { requireAccount } from "../../../model/who-acts.ts";
import type { Workspace } from "../../../model/workspace.ts";
import { findHomeWorkspace } from "../../../operations/workspaces/own-workspace.ts";
import type { Ports } from "../../../ports.ts";
import type { Answer } from "../../server/answer.ts";
import type { Declared, RestRequest } from "../declaration.ts";
import type { FormPart, FormParts } from "../form-parts.ts";
import type { Subject } from "./subject.ts";
import { admitToWorkspace, type FoundWorkspace } from "./workspace.ts";

/**
 * For routes that create a snippet in the workspace of the URL, or in the caller's own where it names none. The handler reads
 * the parts of the body as they arrive.
 */
export type NewSnippetRoute = Declared & {
  readonly subject: "new-snippet";
  readonly form: FormParts;
  handle(
    ports: Ports,
    request: RestRequest & {
      readonly workspace: Workspace;
      readonly account: Account;
      readonly form: AsyncIterable<FormPart>;
    },
  ): Promise<Answer>;
};

export const newSnippetSubject: Subject<NewSnippetRoute, FoundWorkspace & { readonly account: Account }> = {
  async admit(ports, route, asked) {
    const { admission } = asked;
    if (route.path.includes("{workspace}")) {
      const found = await admitToWorkspace(ports, asked, "belong");
      return { ...found, account: requireAccount(admission.caller) };
    }
    const account = requireAccount(admission.caller);
    const home = await findHomeWorkspace(ports, admission.caller);
    return { workspace: await admission.admitToWorkspace(home, account.username, "belong"), account };
  },
  call: (ports, route, { workspace, account }, request, body) =>
    route.handle(ports, { ...request, workspace, account, form: body as AsyncIterable<FormPart> }),
  describe: () => "belong to the workspace",
};
