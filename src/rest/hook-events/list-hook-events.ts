import { readFilterAndSort } from "../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../http/routes/paging.ts";
import type { OpenRoute } from "../../http/routes/subjects/open.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { Failure } from "../../model/failure.ts";
import { type MatchFields, selectRows } from "../../model/match-filter.ts";
import { HOOK_SUBJECTS, type HookEvent, hookEventsOf, parseHookSubject } from "./hook-events.ts";

/** The default is the reference's example. */
const PAGELEN = { pagelenDefault: 30, pagelenMax: 100 };

const FIELDS: MatchFields<HookEvent> = {
  event: { type: "text", read: ({ event }) => event },
  category: { type: "text", read: ({ category }) => category },
  label: { type: "text", read: ({ label }) => label },
  description: { type: "text", read: ({ description }) => description },
};

export const listHookEventsRoute: OpenRoute = {
  subject: "open",
  method: "GET",
  path: "/2.0/hook_events/{subject_type}",
  apiTokenScopes: [],
  oauthScopes: [],
  readsFilter: true,
  async handle(_ports, { params, query, url }) {
    const { page, pagelen } = parsePage(query, PAGELEN);
    const subject = parseHookSubject(params.subject_type!);
    if (subject === undefined)
      throw new Failure("not-found", `subject_type: is none of ${HOOK_SUBJECTS.join(", ")}`);
    const events = selectRows(hookEventsOf(subject), FIELDS, readFilterAndSort(query));
    const values = events.slice((page - 1) * pagelen, page * pagelen);
    return jsonAnswer(200, representPage({ page, pagelen, size: events.length, values }, url));
  },
};
