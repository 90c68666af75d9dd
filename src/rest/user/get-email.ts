import { NO_ACCESS_TOKENS } from "../../authorization/no-access-tokens.ts";
import type { AccountRoute } from "../../http/routes/subjects/account.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { Failure } from "../../model/failure.ts";
import { representEmail } from "../../representations/email.ts";
import { listEmails } from "../../storage/sql/accounts/accounts.ts";

export const getEmailRoute: AccountRoute = {
  subject: "account",
  method: "GET",
  path: "/2.0/user/emails/{email}",
  apiTokenScopes: ["read:user:bitbucket"],
  oauthScopes: ["email"],
  credentialKinds: NO_ACCESS_TOKENS,
  async handle({ database }, { account, baseUrls, params }) {
    const address = params.email!.toLowerCase();
    const emails = await listEmails(database.kysely, account.uuid);
    const email = emails.find((candidate) => candidate.address.toLowerCase() === address);
    if (email === undefined) throw new Failure("not-found", "The account has no such e-mail address");
    return jsonAnswer(200, representEmail(email, baseUrls));
  },
};
