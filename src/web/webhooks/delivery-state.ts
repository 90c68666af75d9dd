import type { WebhookDelivery } from "../../model/webhook.ts";
import { webhookTexts } from "../catalogue/webhooks.ts";
import { type Html, html } from "../html.ts";
import type { Translate } from "../translate.ts";

const LOOKS: Record<WebhookDelivery["state"], string> = {
  pending: "tag warn",
  delivered: "tag ok",
  failed: "tag bad",
};

export function deliveryState(t: Translate, { state }: Pick<WebhookDelivery, "state">): Html {
  return html`<span class="${LOOKS[state]}">${t(webhookTexts.states[state])}</span>`;
}
