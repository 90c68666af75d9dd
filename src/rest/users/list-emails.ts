import { jsonAnswer } from "../../http/answer.ts";
import { parsePage, representPage } from "../../http/paging.ts";
import type { AccountRoute } from "../../http/route.ts";
import { representEmail } from "../../representations/email.ts";
import { listEmails } from "../../storage/sql/accounts.ts";

export const listEmailsRoute: AccountRoute = {
  subject: "account",
  method: "GET",
  path: "/2.0/user/emails",
  scopes: ["read:user:bitbucket"],
  oauthScopes: ["email"],
  async handle({ database }, { account, bases, query, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const emails = await listEmails(database.kysely, account.uuid);
    const values = emails
      .slice((page - 1) * pagelen, page * pagelen)
      .map((email) => representEmail(email, bases));
    return jsonAnswer(200, representPage({ page, pagelen, size: emails.length, values }, url));
  },
};
