import type { AccountRoute } from "../../../http/routes/subjects/account.ts";
import { getSelectedAccount } from "../../../operations/accounts/named-accounts.ts";
import { PROPERTY_PATH, PropertyBody, storeProperty } from "../../property-body.ts";

export const putUserPropertyRoute: AccountRoute<typeof PropertyBody> = {
  subject: "account",
  method: "PUT",
  path: `/2.0/users/{selected_user}${PROPERTY_PATH}`,
  successStatuses: [204],
  apiTokenScopes: [],
  oauthScopes: [],
  credentialKinds: ["app"],
  body: PropertyBody,
  async handle(ports, request) {
    const { uuid } = await getSelectedAccount(ports, request.params.selected_user!);
    return storeProperty(ports, request, { kind: "account", accountUuid: uuid });
  },
};
