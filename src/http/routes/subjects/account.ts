import type { Account } from "../../../model/account.ts";
import { requireAccount } from "../../../model/who-acts.ts";
import type { Ports } from "../../../ports.ts";
import type { Answer } from "../../server/answer.ts";
import type { BodyOf, BodySchema } from "../body-schema.ts";
import type { Declared, RestRequest, WithBody } from "../declaration.ts";
import type { Found, Subject } from "./subject.ts";

/** About the caller's own account: needs a credential. */
export type AccountRoute<Body extends BodySchema = BodySchema> = Declared &
  Partial<WithBody<Body>> & {
    readonly subject: "account";
    handle(
      ports: Ports,
      request: RestRequest & { readonly account: Account; readonly body: BodyOf<Body> },
    ): Promise<Answer>;
  };

export const accountSubject: Subject<AccountRoute, Found & { readonly account: Account }> = {
  admit: async (_ports, _route, { admission }) => ({ account: requireAccount(admission.caller) }),
  call: (ports, route, { account }, request, body) => route.handle(ports, { ...request, account, body }),
  describe: () => "own account",
};
