import { jsonAnswer, noContentAnswer } from "../http/server/answer.ts";
import { Failure, invalidField } from "../model/failure.ts";
import { parseWebhookEvent } from "../model/webhook.ts";
import { parseDuration } from "../stand-in/parse-duration.ts";
import type { CaughtWebhook } from "../stand-in/webhooks/caught-webhooks.ts";
import type { SendOutcome } from "../webhooks/send-webhook.ts";
import { type ControlRoute, withBody } from "./control-route.ts";

const TEXT_LENGTH_MAX = 100;
const URL_LENGTH_MAX = 2_048;
const WAIT_MS_MAX = 600_000;
const WAIT_DEFAULT = "5s";

export const WEBHOOK_ROUTES: readonly ControlRoute[] = [
  {
    method: "GET",
    path: "/webhooks",
    summary: "list the webhooks that were sent or caught",
    handle: async ({ webhooks }) =>
      jsonAnswer(200, { caught: webhooks.isCatching, values: webhooks.list().map(representShort) }),
  },
  withBody({
    method: "PUT",
    path: "/webhooks",
    summary: "from now on catch them, which sends none, or send them",
    body: (type) => type.Object({ caught: type.Boolean() }, { additionalProperties: false }),
    async handle({ webhooks }, { body }) {
      webhooks.isCatching = body.caught;
      return jsonAnswer(200, { caught: webhooks.isCatching });
    },
  }),
  {
    method: "DELETE",
    path: "/webhooks",
    summary: "forget them",
    async handle({ webhooks }) {
      webhooks.clear();
      return noContentAnswer();
    },
  },
  withBody({
    method: "POST",
    path: "/webhooks/wait",
    summary: "wait for one",
    body: (type) =>
      type.Object(
        {
          event: type.Optional(type.String({ maxLength: TEXT_LENGTH_MAX })),
          after: type.Optional(type.Integer({ minimum: 0 })),
          timeout: type.Optional(type.String({ maxLength: TEXT_LENGTH_MAX })),
        },
        { additionalProperties: false },
      ),
    async handle({ webhooks }, { body, signal }) {
      const { event, after = 0, timeout = WAIT_DEFAULT } = body;
      const timeoutMs = parseDuration(timeout);
      if (timeoutMs === undefined || timeoutMs > WAIT_MS_MAX)
        throw invalidField("timeout", "must be a duration such as 5s, of 10 minutes at most");
      if (event !== undefined && parseWebhookEvent(event) === undefined)
        throw invalidField("event", `there is no event ${JSON.stringify(event)}`);
      return jsonAnswer(
        200,
        representWhole(await webhooks.waitFor({ event, afterId: after }, timeoutMs, signal)),
      );
    },
  }),
  {
    method: "GET",
    path: "/webhooks/{id}",
    summary: "show one, with its headers and its body",
    handle: async ({ webhooks }, { params }) =>
      jsonAnswer(200, representWhole(webhooks.get(readId(params.id!)))),
  },
  withBody({
    method: "POST",
    path: "/webhooks/{id}/replay",
    summary: "send one again, to its target or another URL",
    body: (type) =>
      type.Object(
        { url: type.Optional(type.String({ maxLength: URL_LENGTH_MAX })) },
        { additionalProperties: false },
      ),
    async handle({ webhooks }, { params, body }) {
      if (body.url !== undefined && !/^https?:\/\/./.test(body.url))
        throw invalidField("url", "must be a URL that begins with http:// or https://");
      return jsonAnswer(200, representOutcome(await webhooks.replay(readId(params.id!), body.url)));
    },
  }),
];

function readId(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Failure("not-found", `There is no webhook ${text}`);
  return Number(text);
}

function representShort({ id, sentAt, event, url, outcome }: CaughtWebhook) {
  return {
    id,
    sent_on: sentAt.toISOString(),
    event: event ?? null,
    url,
    ...(outcome === "caught"
      ? { caught: true, status: null, problem: null }
      : { caught: false, ...representOutcome(outcome) }),
  };
}

function representWhole(webhook: CaughtWebhook) {
  return { ...representShort(webhook), headers: webhook.headers, body: webhook.body };
}

function representOutcome(outcome: SendOutcome | undefined) {
  if (outcome === undefined) return { status: null, problem: null };
  return outcome.kind === "answered"
    ? { status: outcome.status, problem: null }
    : { status: null, problem: outcome.problem };
}
