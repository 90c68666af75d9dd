import { deleteConsumer } from "../../../../operations/oauth/consumers.ts";
import { consumerTexts } from "../../../catalogue/oauth.ts";
import { html } from "../../../html.ts";
import { workspacePlace } from "../../../layout/place.ts";
import { page, redirect, type WorkspacePage } from "../../../page.ts";
import { flash } from "../../../pipeline/flash.ts";
import { withWorkspaceSide } from "../with-workspace-side.ts";
import { consumerPath, consumersPath, namedConsumer } from "./named-consumer.ts";

const texts = consumerTexts.ask;

/** Asks whether to delete a consumer, and deletes it. */
export const deleteConsumerPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/oauth-consumers/{consumer_key}/delete",
  subject: "workspace",
  permission: "own",
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
<form method="post" class="acts">${csrf}<button class="danger">${t(texts.confirm)}</button><a class="btn" href="${consumerPath(request, consumer)}">${t(texts.keep)}</a></form>`,
      ),
    });
  },
  async post(ports, request) {
    const { uuid, name } = await namedConsumer(ports, request);
    await deleteConsumer(ports, request.by, uuid);
    return redirect(consumersPath(request), flash(texts.done, { name }));
  },
};
