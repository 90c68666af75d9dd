import { jsonAnswer } from "../../http/answer.ts";
import { parsePage, representPage } from "../../http/paging.ts";
import { representWebhook } from "../../representations/webhook.ts";
import { listWebhooks } from "../../storage/sql/webhooks.ts";
import { hookRoutes } from "./hook-routes.ts";

const PAGES = { pagelenDefault: 10, pagelenMax: 100 };

export const listHooksRoutes = hookRoutes({
  method: "GET",
  below: "",
  scopes: ["read:webhook:bitbucket"],
  async handle({ database }, { subject, shownSubject, bases, query, url }) {
    const page = parsePage(query, PAGES);
    const { values, size } = await listWebhooks(database.kysely, subject, page);
    const shown = values.map((webhook) => representWebhook(webhook, shownSubject, bases));
    return jsonAnswer(200, representPage({ ...page, size, values: shown }, url));
  },
});
