import { jsonAnswer } from "../../http/answer.ts";
import type { OpenRoute } from "../../http/route.ts";
import { getSelectedAccount } from "../../operations/named-accounts.ts";
import { representAccount } from "../../representations/account.ts";

export const getSelectedUserRoute: OpenRoute = {
  subject: "open",
  method: "GET",
  path: "/2.0/users/{selected_user}",
  scopes: ["read:user:bitbucket"],
  oauthScopes: [],
  async handle(ports, { params, bases }) {
    return jsonAnswer(200, representAccount(await getSelectedAccount(ports, params.selected_user!), bases));
  },
};
