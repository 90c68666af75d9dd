import { jsonAnswer } from "../http/server/answer.ts";
import { invalidField } from "../model/failure.ts";
import { parseDuration } from "../stand-in/parse-duration.ts";
import type { StandIn } from "../stand-in/stand-in.ts";
import { type ControlRoute, withBody } from "./control-route.ts";

const TEXT_LENGTH_MAX = 64;

const WENT_BACK =
  "the clock went back: what was made after this time keeps its later times, and what had expired may be valid again";

export const CLOCK_ROUTES: readonly ControlRoute[] = [
  {
    method: "GET",
    path: "/clock",
    summary: "what time it is for the server",
    handle: async ({ clock }) => jsonAnswer(200, representClock(clock)),
  },
  withBody({
    method: "PUT",
    path: "/clock",
    summary: "set the clock, also back",
    body: (type) =>
      type.Object({ at: type.String({ maxLength: TEXT_LENGTH_MAX }) }, { additionalProperties: false }),
    async handle({ clock }, { body }) {
      const at = parseInstant(body.at);
      const isBack = at < clock.now();
      await clock.set(at);
      return jsonAnswer(200, { ...representClock(clock), ...(isBack ? { warning: WENT_BACK } : {}) });
    },
  }),
  withBody({
    method: "POST",
    path: "/clock/advance",
    summary: "advance the clock",
    body: (type) =>
      type.Object({ by: type.String({ maxLength: TEXT_LENGTH_MAX }) }, { additionalProperties: false }),
    async handle({ clock }, { body }) {
      const ms = parseDuration(body.by);
      if (ms === undefined)
        throw invalidField("by", "must be a duration such as 40d, 90m, 1w2d or PT36H, not negative");
      await clock.advance(ms);
      return jsonAnswer(200, representClock(clock));
    },
  }),
  {
    method: "POST",
    path: "/clock/freeze",
    summary: "stop the clock",
    async handle({ clock }) {
      clock.freeze();
      return jsonAnswer(200, representClock(clock));
    },
  },
  {
    method: "POST",
    path: "/clock/resume",
    summary: "let a stopped clock go on from where it is",
    async handle({ clock }) {
      clock.resume();
      return jsonAnswer(200, representClock(clock));
    },
  },
];

function representClock(clock: StandIn["clock"]) {
  return { now: clock.now().toISOString(), is_frozen: clock.isFrozen };
}

/** RFC 3339, or a day. What has no offset is UTC, whatever the machine is set to. */
function parseInstant(text: string): Date {
  const [, day, time, offset = "Z"] =
    /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)([Zz]|[+-]\d{2}:\d{2})?)?$/.exec(
      text,
    ) ?? [];
  const at = new Date(day === undefined ? Number.NaN : `${day}T${time ?? "00:00"}${offset.toUpperCase()}`);
  if (Number.isNaN(at.getTime()) || (day !== undefined && !isDay(day)))
    throw invalidField("at", "must be a time such as 2027-01-31T12:00:00Z, or a day such as 2027-01-31");
  return at;
}

/** Not 30 February, which would be read as a day in March. */
function isDay(text: string): boolean {
  return new Date(`${text}T00:00Z`).toISOString().startsWith(text);
}
