import { listConsumers } from "../../../../storage/sql/oauth/consumers.ts";
import { consumerTexts as texts } from "../../../catalogue/oauth.ts";
import { html } from "../../../html.ts";
import { empty } from "../../../layout/empty.ts";
import { ledger } from "../../../layout/ledger.ts";
import { workspacePlace } from "../../../layout/place.ts";
import { timeAgo } from "../../../layout/time.ts";
import { page, type WorkspacePage } from "../../../page.ts";
import { withWorkspaceSide } from "../with-workspace-side.ts";
import { consumerPath, consumersPath } from "./named-consumer.ts";

/** The OAuth consumers of a workspace. */
export const oauthConsumersPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/oauth-consumers",
  subject: "workspace",
  permission: "own",
  async get({ database }, request) {
    const { t, workspace } = request;
    const consumers = await listConsumers(database.kysely, workspace.uuid);
    const create = html`<a class="btn main" href="${consumersPath(request)}/new">${t(texts.create)}</a>`;
    const columns = [
      { label: t(texts.name) },
      { label: t(texts.key) },
      { label: t(texts.permissions) },
      { label: t(texts.used) },
      { label: t(texts.actions), isEnd: true },
    ];
    const rows = consumers.map((consumer) => {
      const { name, key, isPrivate, scopes, lastUsedAt, callbackUrl } = consumer;
      const object = html`<span class="vh">${t(texts.object, { name: html`<bdi>${name}</bdi>` })}</span>`;
      return [
        html`<a href="${consumerPath(request, consumer)}"><bdi>${name}</bdi></a>${isPrivate && html` <span class="tag">${t(texts.privateTag)}</span>`}${callbackUrl !== undefined && html`<span class="sub m">${callbackUrl}</span>`}`,
        html`<code>${key}</code>`,
        html`<span class="m small">${scopes.join(" ")}</span>`,
        lastUsedAt === undefined
          ? html`<span class="dim">${t(texts.never)}</span>`
          : timeAgo(request, lastUsedAt),
        html`<a class="btn plain" href="${consumerPath(request, consumer)}">${t(texts.edit)}${object}</a> <a class="btn plain danger" href="${consumerPath(request, consumer, "delete")}">${t(texts.delete)}${object}</a>`,
      ];
    });
    return page({
      title: html`${t(texts.title)} · ${workspace.slug}`,
      place: workspacePlace(request, "settings"),
      main: withWorkspaceSide(
        request,
        html`<div class="head"><h1>${t(texts.title)}</h1>${rows.length > 0 && create}</div><p class="lead">${t(texts.lead)}</p>
${rows.length > 0 ? ledger(columns, rows) : empty(t(texts.none.title), t(texts.none.text), create)}`,
      ),
    });
  },
};
