import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { type MatchFields, selectRows } from "../../../model/match-filter.ts";
import type { Webhook } from "../../../model/webhook.ts";
import { WEBHOOKS_MAX } from "../../../operations/webhooks/webhooks.ts";
import { representWebhook } from "../../../representations/webhook.ts";
import { listWebhooks } from "../../../storage/sql/webhooks/webhooks.ts";
import { type HookOperation, makeRepositoryHookRoute } from "./hook-routes.ts";

const PAGES = { pagelenDefault: 10, pagelenMax: 100 };

const FIELDS: MatchFields<Webhook> = {
  uuid: { type: "uuid", read: ({ uuid }) => uuid },
  url: { type: "text", read: ({ url }) => url },
  description: { type: "text", read: ({ description }) => description },
  active: { type: "boolean", read: ({ isActive }) => isActive },
  events: { type: "text-list", read: ({ events }) => events },
  created_at: { type: "instant", read: ({ createdAt }) => createdAt },
};

export const listHooksOperation: HookOperation = {
  method: "GET",
  below: "",
  apiTokenScopes: ["read:webhook:bitbucket"],
  readsFilter: true,
  async handle({ database }, { subject, shownSubject, baseUrls, query, url }) {
    const { page, pagelen } = parsePage(query, PAGES);
    const all = await listWebhooks(database.kysely, subject, { page: 1, pagelen: WEBHOOKS_MAX });
    const selected = selectRows(all.values, FIELDS, readFilterAndSort(query));
    const values = selected
      .slice((page - 1) * pagelen, page * pagelen)
      .map((webhook) => representWebhook(webhook, shownSubject, baseUrls));
    return jsonAnswer(200, representPage({ page, pagelen, size: selected.length, values }, url));
  },
};

export const listRepositoryHooksRoute = makeRepositoryHookRoute(listHooksOperation);
