import type { Account } from "../../../model/account.ts";
import { requireAccount } from "../../../model/who-acts.ts";
import type { Ports } from "../../../ports.ts";
import type { Answer } from "../../server/answer.ts";
import type { Declared, RestRequest } from "../declaration.ts";
import type { Found, Subject } from "./subject.ts";

/** About the caller's own account: needs a credential. */
export type AccountRoute = Declared & {
  readonly subject: "account";
  handle(ports: Ports, request: RestRequest & { readonly account: Account }): Promise<Answer>;
};

export const accountSubject: Subject<AccountRoute, Found & { readonly account: Account }> = {
  admit: async (_ports, _route, { admission }) => ({ account: requireAccount(admission.caller) }),
  call: (ports, route, { account }, request) => route.handle(ports, { ...request, account }),
  describe: () => "own account",
};
