import { jsonAnswer } from "../../http/answer.ts";
import { parsePage, representPage } from "../../http/paging.ts";
import type { OpenRoute } from "../../http/route.ts";
import { Failure } from "../../model/failure.ts";
import { HOOK_SUBJECTS, hookEventsOf, parseHookSubject } from "./hook-events.ts";

/** The default is the reference's example. */
const PAGELEN = { pagelenDefault: 30, pagelenMax: 100 };

export const listHookEventsRoute: OpenRoute = {
  subject: "open",
  method: "GET",
  path: "/2.0/hook_events/{subject_type}",
  scopes: [],
  oauthScopes: [],
  async handle(_ports, { params, query, url }) {
    const { page, pagelen } = parsePage(query, PAGELEN);
    const subject = parseHookSubject(params.subject_type!);
    if (subject === undefined)
      throw new Failure("not-found", `subject_type: is none of ${HOOK_SUBJECTS.join(", ")}`);
    const events = hookEventsOf(subject);
    const values = events.slice((page - 1) * pagelen, page * pagelen);
    return jsonAnswer(200, representPage({ page, pagelen, size: events.length, values }, url));
  },
};
