import { rotateConsumerSecret } from "../../../../operations/oauth/consumers.ts";
import { consumerTexts } from "../../../catalogue/oauth.ts";
import { html } from "../../../html.ts";
import { workspacePlace } from "../../../layout/place.ts";
import { page, type WorkspacePage } from "../../../page.ts";
import { withWorkspaceSide } from "../with-workspace-side.ts";
import { consumerPath, namedConsumer } from "./named-consumer.ts";
import { shownSecretPage } from "./shown-secret.ts";

const texts = consumerTexts.rotation;

/** Asks before a consumer gets another secret; the answer has it, this once. */
export const consumerSecretPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/oauth-consumers/{consumer_key}/secret",
  subject: "workspace",
  permission: "own",
  isStepUp: true,
  async get(ports, request) {
    const { t, csrf, workspace } = request;
    const consumer = await namedConsumer(ports, request);
    const title = t(texts.title, { name: html`<bdi>${consumer.name}</bdi>` });
    return page({
      title: html`${title} · ${workspace.slug}`,
      place: workspacePlace(request, "settings"),
      main: withWorkspaceSide(
        request,
        html`<h1>${title}</h1><p class="lead">${t(texts.lead)}</p>
<form method="post" class="acts">${csrf}<button class="main">${t(texts.submit)}</button><a class="btn" href="${consumerPath(request, consumer)}">${t(texts.keep)}</a></form>`,
      ),
    });
  },
  async post(ports, request) {
    const { uuid } = await namedConsumer(ports, request);
    const { consumer, secret } = await rotateConsumerSecret(ports, request.by, uuid);
    return shownSecretPage(request, consumer, secret);
  },
};
