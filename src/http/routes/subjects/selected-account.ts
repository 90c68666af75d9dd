import type { Account } from "../../../model/account.ts";
import { Failure } from "../../../model/failure.ts";
import { requireAccount } from "../../../model/who-acts.ts";
import { getSelectedAccount } from "../../../operations/accounts/named-accounts.ts";
import type { Ports } from "../../../ports.ts";
import type { Answer } from "../../server/answer.ts";
import type { BodyOf, BodySchema } from "../body-schema.ts";
import type { Declared, RestRequest, WithBody } from "../declaration.ts";
import type { Found, Subject } from "./subject.ts";

/** About the account that `{selected_user}` in the path selects, which must be the caller's own. */
export type SelectedAccountRoute<Body extends BodySchema = BodySchema> = Declared &
  Partial<WithBody<Body>> & {
    readonly subject: "selected-account";
    handle(
      ports: Ports,
      request: RestRequest & { readonly account: Account; readonly body: BodyOf<Body> },
    ): Promise<Answer>;
  };

export const selectedAccountSubject: Subject<SelectedAccountRoute, Found & { readonly account: Account }> = {
  async admit(ports, _route, { admission, params }) {
    const own = requireAccount(admission.caller);
    const account = await getSelectedAccount(ports, params.selected_user!);
    if (account.uuid !== own.uuid)
      throw new Failure("permission-missing", "This is for the account itself: you are another one");
    return { account };
  },
  call: (ports, route, { account }, request, body) => route.handle(ports, { ...request, account, body }),
  describe: () => "own account, which the path names",
};
