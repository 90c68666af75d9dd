import type { AccountRoute } from "../../../http/routes/subjects/account.ts";
import { getSelectedAccount } from "../../../operations/accounts/named-accounts.ts";
import { answerProperty, PROPERTY_PATH } from "../../property-body.ts";

export const getUserPropertyRoute: AccountRoute = {
  subject: "account",
  method: "GET",
  path: `/2.0/users/{selected_user}${PROPERTY_PATH}`,
  apiTokenScopes: ["admin:workspace:bitbucket", "read:user:bitbucket"],
  oauthScopes: ["account"],
  readsFilter: true,
  async handle(ports, request) {
    const { uuid } = await getSelectedAccount(ports, request.params.selected_user!);
    return answerProperty(ports, request, { kind: "account", accountUuid: uuid });
  },
};
