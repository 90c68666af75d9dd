import type { OpenRoute } from "../../http/routes/subjects/open.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { getSelectedAccount } from "../../operations/accounts/named-accounts.ts";
import { representAccount } from "../../representations/account.ts";

export const getSelectedUserRoute: OpenRoute = {
  subject: "open",
  method: "GET",
  path: "/2.0/users/{selected_user}",
  apiTokenScopes: ["read:user:bitbucket"],
  oauthScopes: [],
  async handle(ports, { params, baseUrls }) {
    return jsonAnswer(
      200,
      representAccount(await getSelectedAccount(ports, params.selected_user!), baseUrls),
    );
  },
};
