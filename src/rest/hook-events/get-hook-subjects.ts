import type { OpenRoute } from "../../http/routes/subjects/open.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { HOOK_SUBJECTS } from "./hook-events.ts";

export const getHookSubjectsRoute: OpenRoute = {
  subject: "open",
  method: "GET",
  path: "/2.0/hook_events",
  apiTokenScopes: [],
  oauthScopes: [],
  async handle(_ports, { baseUrls }) {
    const entries = HOOK_SUBJECTS.map((subject) => [
      subject,
      { links: { events: { href: `${baseUrls.api}/hook_events/${subject}` } } },
    ]);
    return jsonAnswer(200, Object.fromEntries(entries));
  },
};
