import type { BodyOf, TypeBuilder } from "../../../http/routes/body-schema.ts";
import { invalidField } from "../../../model/failure.ts";
import { Secret } from "../../../model/secret.ts";
import { parseWebhookEvent } from "../../../model/webhook.ts";
import type { WebhookInput } from "../../../operations/webhooks/webhooks.ts";

export const WebhookBody = (Type: TypeBuilder) =>
  Type.Object({
    url: Type.Optional(Type.String({ maxLength: 2048 })),
    description: Type.Optional(Type.Union([Type.String({ maxLength: 1024 }), Type.Null()])),
    active: Type.Optional(Type.Boolean()),
    skip_cert_verification: Type.Optional(Type.Boolean()),
    events: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 100 })),
    // Documented: at most 128 characters; null or "" takes it away.
    secret: Type.Optional(Type.Union([Type.String({ maxLength: 128 }), Type.Null()])),
  });

export function parseWebhookBody(body: BodyOf<typeof WebhookBody>): WebhookInput {
  return {
    ...(body.url === undefined ? {} : { url: body.url }),
    ...(body.description === undefined ? {} : { description: body.description ?? "" }),
    ...(body.active === undefined ? {} : { isActive: body.active }),
    ...(body.skip_cert_verification === undefined
      ? {}
      : { skipsCertificateCheck: body.skip_cert_verification }),
    ...(body.events === undefined ? {} : { events: body.events.map(requiredEvent) }),
    ...(body.secret === undefined ? {} : { secret: body.secret ? new Secret(body.secret) : null }),
  };
}

function requiredEvent(text: string) {
  const event = parseWebhookEvent(text);
  if (event === undefined) throw invalidField("events", `unknown event "${text.slice(0, 100)}"`);
  return event;
}
