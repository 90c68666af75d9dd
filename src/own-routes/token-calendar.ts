import type { FastifyInstance } from "fastify";
import { baseUrlsOf } from "../http/server/public-urls.ts";
import { Failure } from "../model/failure.ts";
import { Secret } from "../model/secret.ts";
import { CALENDAR_PATH, openCalendarFeed } from "../operations/tokens/calendar-feeds.ts";
import type { Ports } from "../ports.ts";
import { writeTokenCalendar } from "../representations/token-calendar.ts";
import { listLivingTokens } from "../storage/sql/tokens/token-history.ts";

/** Each token may have a successor beside it: more than an account can have by its own hand. */
const TOKENS_MAX = 1_000;

export const TOKEN_CALENDAR_URL = `${CALENDAR_PATH}/:secret.ics`;

/**
 * `GET /-/calendars/{secret}.ics`: when the tokens of an account end, for a calendar, which can send no credential. The
 * secret in the address is the proof; credentials are not read.
 */
export function registerTokenCalendar(server: FastifyInstance, ports: Ports): void {
  server.route({
    method: "GET",
    url: TOKEN_CALENDAR_URL,
    async handler(request, reply) {
      const { secret } = request.params as { readonly secret: string };
      const feed = await openCalendarFeed(ports, new Secret(secret));
      if (feed === undefined) throw new Failure("not-found", "There is no such calendar");
      const now = ports.clock();
      const tokens = await listLivingTokens(ports.database.kysely, feed.accountUuid, {
        now,
        limit: TOKENS_MAX,
      });
      const { html } = baseUrlsOf(request.headers, ports);
      const calendar = writeTokenCalendar(tokens, {
        name: "Tokens",
        url: `${html}/-/settings/api-tokens`,
      });
      return reply
        .headers({
          "content-type": "text/calendar; charset=utf-8",
          "content-disposition": 'attachment; filename="tokens.ics"',
          "cache-control": "private, no-store",
          "referrer-policy": "no-referrer",
        })
        .send(calendar);
    },
  });
}
