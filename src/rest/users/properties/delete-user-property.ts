import type { AccountRoute } from "../../../http/routes/subjects/account.ts";
import { getSelectedAccount } from "../../../operations/accounts/named-accounts.ts";
import { dropProperty, PROPERTY_PATH } from "../../property-body.ts";

export const deleteUserPropertyRoute: AccountRoute = {
  subject: "account",
  method: "DELETE",
  path: `/2.0/users/{selected_user}${PROPERTY_PATH}`,
  apiTokenScopes: [],
  oauthScopes: [],
  credentialKinds: ["app"],
  async handle(ports, request) {
    const { uuid } = await getSelectedAccount(ports, request.params.selected_user!);
    return dropProperty(request, { kind: "account", accountUuid: uuid });
  },
};
