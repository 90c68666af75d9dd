import { NO_ACCESS_TOKENS } from "../../authorization/no-access-tokens.ts";
import { readFilterAndSort } from "../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../http/routes/paging.ts";
import type { AccountRoute } from "../../http/routes/subjects/account.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import type { EmailAlias } from "../../model/account.ts";
import { type MatchFields, selectRows } from "../../model/match-filter.ts";
import { representEmail } from "../../representations/email.ts";
import { listEmails } from "../../storage/sql/accounts/accounts.ts";

const FIELDS: MatchFields<EmailAlias> = {
  email: { type: "text", read: ({ address }) => address },
  is_primary: { type: "boolean", read: ({ isPrimary }) => isPrimary },
  is_confirmed: { type: "boolean", read: ({ isConfirmed }) => isConfirmed },
};

export const listEmailsRoute: AccountRoute = {
  subject: "account",
  method: "GET",
  path: "/2.0/user/emails",
  apiTokenScopes: ["read:user:bitbucket"],
  oauthScopes: ["email"],
  credentialKinds: NO_ACCESS_TOKENS,
  readsFilter: true,
  async handle({ database }, { account, baseUrls, query, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const all = await listEmails(database.kysely, account.uuid);
    const emails = selectRows(all, FIELDS, readFilterAndSort(query));
    const values = emails
      .slice((page - 1) * pagelen, page * pagelen)
      .map((email) => representEmail(email, baseUrls));
    return jsonAnswer(200, representPage({ page, pagelen, size: emails.length, values }, url));
  },
};
