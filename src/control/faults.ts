import type { BodyOf, TypeBuilder } from "../http/routes/body-schema.ts";
import { type Answer, jsonAnswer, noContentAnswer } from "../http/server/answer.ts";
import { parseAnyScope } from "../model/any-scope.ts";
import { Failure, invalidField } from "../model/failure.ts";
import { CREDENTIAL_KINDS, type Fault, type NewFault } from "../stand-in/faults/fault.ts";
import {
  PATTERN_LENGTH_MAX,
  parseRoutePattern,
  type RoutePattern,
} from "../stand-in/faults/route-pattern.ts";
import { parseDuration } from "../stand-in/parse-duration.ts";
import type { StandIn } from "../stand-in/stand-in.ts";
import { type ControlRoute, withBody } from "./control-route.ts";

const COUNT_MAX = 1_000_000;
const DELAY_MS_MAX = 600_000;
const TEXT_LENGTH_MAX = 256 * 1024;
const HEADERS_MAX = 50;
const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] as const;

const faultBody = (type: TypeBuilder) => {
  const count = type.Integer({ minimum: 1, maximum: COUNT_MAX });
  const text = type.String({ maxLength: 64 });
  return type.Object(
    {
      route: type.Optional(type.String({ maxLength: PATTERN_LENGTH_MAX })),
      method: type.Optional(type.Union(METHODS.map((each) => type.Literal(each)))),
      scope: type.Optional(text),
      credential: type.Optional(type.Union(CREDENTIAL_KINDS.map((each) => type.Literal(each)))),
      status: type.Optional(type.Integer({ minimum: 200, maximum: 599 })),
      headers: type.Optional(
        type.Record(type.String(), type.String({ maxLength: 1_000 }), { maxProperties: HEADERS_MAX }),
      ),
      body: type.Optional(type.String({ maxLength: TEXT_LENGTH_MAX })),
      retry_after: type.Optional(type.Integer({ minimum: 0, maximum: 86_400 })),
      delay: type.Optional(type.Union([type.Integer({ minimum: 0, maximum: DELAY_MS_MAX }), text])),
      cut_off: type.Optional(
        type.Union([
          type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
          type.Literal("headers"),
          type.Literal("connection"),
        ]),
      ),
      truncate: type.Optional(type.Boolean()),
      times: type.Optional(count),
      every: type.Optional(count),
      probability: type.Optional(type.Number({ minimum: 0, maximum: 1 })),
      seed: type.Optional(type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 })),
      force: type.Optional(type.Boolean()),
    },
    { additionalProperties: false },
  );
};

/** A fault in words and numbers, as the HTTP API takes it. */
export type FaultBody = BodyOf<typeof faultBody>;

export const FAULT_ROUTES: readonly ControlRoute[] = [
  {
    method: "GET",
    path: "/faults",
    summary: "list the faults, and how often each has happened",
    handle: async ({ faults }) => jsonAnswer(200, faults.list().map(representFault)),
  },
  withBody({
    method: "POST",
    path: "/faults",
    summary: "let something go wrong with requests",
    body: faultBody,
    handle: async ({ faults }, { body }) => answerAdded(faults, body),
  }),
  {
    method: "DELETE",
    path: "/faults",
    summary: "remove all faults",
    async handle({ faults }) {
      faults.clear();
      return noContentAnswer();
    },
  },
  {
    method: "DELETE",
    path: "/faults/{id}",
    summary: "remove a fault",
    async handle({ faults }, { params }) {
      if (!/^\d{1,9}$/.test(params.id!)) throw new Failure("not-found", `There is no fault ${params.id}`);
      faults.remove(Number(params.id));
      return noContentAnswer();
    },
  },
];

/** @throws Failure invalid-input, conflict. */
export function addFault(faults: StandIn["faults"], body: FaultBody): Fault {
  return faults.add(readFault(body), body.force === true);
}

function answerAdded(faults: StandIn["faults"], body: FaultBody): Answer {
  const fault = addFault(faults, body);
  const isNowhere = fault.pattern !== undefined && !faults.hasRoute(fault.pattern);
  const warning = isNowhere ? { warning: `no route of the server has such a path: ${body.route}` } : {};
  return jsonAnswer(201, { ...representFault(fault), ...warning });
}

function readFault(body: FaultBody): NewFault {
  const { route, method, scope, credential, cut_off, every = 1, probability = 1, seed = 1 } = body;
  if ([route, method, scope, credential].every((each) => each === undefined))
    throw invalidField(
      "route",
      "say for which requests: a route, a method, a scope or a kind of credential (** is all)",
    );
  const delayMs = readDelay(body.delay);
  const answer = readAnswer(body);
  if (answer === undefined && delayMs === 0 && cut_off === undefined && body.truncate !== true)
    throw invalidField("status", "say what happens: a status, a delay, a cut-off or a truncated body");
  const parsedScope = scope === undefined ? undefined : parseAnyScope(scope);
  if (scope !== undefined && parsedScope === undefined)
    throw invalidField("scope", `there is no scope ${JSON.stringify(scope)}`);
  return {
    pattern: route === undefined ? undefined : readPattern(route),
    method,
    scope: parsedScope,
    credential,
    delayMs,
    answer,
    cutOff: cut_off,
    isTruncated: body.truncate === true,
    timesMax: body.times,
    every,
    probability,
    seed,
  };
}

function readPattern(text: string): RoutePattern {
  const pattern = parseRoutePattern(text);
  if (typeof pattern === "string") throw invalidField("route", pattern);
  return pattern;
}

/** Milliseconds, or a duration. */
function readDelay(delay: string | number | undefined): number {
  if (delay === undefined || typeof delay === "number") return delay ?? 0;
  const ms = /^\d+$/.test(delay) ? Number(delay) : parseDuration(delay);
  if (ms === undefined || ms > DELAY_MS_MAX)
    throw invalidField("delay", "must be milliseconds, or a duration such as 2s, of 10 minutes at most");
  return ms;
}

function readAnswer({ status, headers = {}, body, retry_after }: FaultBody): NewFault["answer"] {
  if (status === undefined) {
    const needless = body !== undefined ? "body" : retry_after !== undefined ? "retry_after" : undefined;
    if (needless !== undefined || Object.keys(headers).length > 0)
      throw invalidField("status", `is needed with ${needless ?? "headers"}`);
    return undefined;
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\w!#$%&'*+.^`|~-]{1,100}$/.test(name) || !/^[\t\x20-\x7e]*$/.test(value))
      throw invalidField(
        "headers",
        `${JSON.stringify(name)} is no header, or its value has other than visible ASCII`,
      );
    // Node throws where they are written, outside of any handler.
    if (name.toLowerCase() === "trailer")
      throw invalidField("headers", "Trailer needs a body in chunks, and that of a fault has a length");
  }
  return {
    status,
    headers: {
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      ...(retry_after === undefined ? {} : { "retry-after": String(retry_after) }),
    },
    body,
  };
}

function representFault(fault: Fault) {
  const { id, pattern, method, scope, credential, answer, delayMs, cutOff, isTruncated } = fault;
  return {
    id,
    route: pattern?.text ?? null,
    method: method ?? null,
    scope: scope ?? null,
    credential: credential ?? null,
    status: answer?.status ?? null,
    headers: answer?.headers ?? {},
    body: answer?.body ?? null,
    delay_ms: delayMs,
    cut_off: cutOff ?? null,
    truncate: isTruncated,
    times: fault.timesMax ?? null,
    every: fault.every,
    probability: fault.probability,
    seed: fault.seed,
    seen: fault.seen,
    happened: fault.happened,
  };
}
