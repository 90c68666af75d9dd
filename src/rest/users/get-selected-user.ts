import { jsonAnswer } from "../../http/answer.ts";
import type { OpenRoute } from "../../http/route.ts";
import { Failure } from "../../model/failure.ts";
import { parseUuid } from "../../model/uuid.ts";
import { representAccount } from "../../representations/account.ts";
import { findAccountByAccountId, findAccountByUuid } from "../../storage/sql/accounts.ts";

export const getSelectedUserRoute: OpenRoute = {
  subject: "open",
  method: "GET",
  path: "/2.0/users/{selected_user}",
  scopes: ["read:user:bitbucket"],
  oauthScopes: [],
  async handle({ database }, { params, bases }) {
    const selected = params.selected_user!;
    const uuid = parseUuid(selected);
    // Never by user name: those went from URLs with the privacy changes of 2019.
    const account =
      uuid === undefined
        ? await findAccountByAccountId(database.kysely, selected)
        : await findAccountByUuid(database.kysely, uuid);
    if (account === undefined) throw new Failure("not-found", `${selected} is not a valid user`);
    return jsonAnswer(200, representAccount(account, bases));
  },
};
