import type { OauthConsumer } from "../../../../model/oauth-consumer.ts";
import { updateConsumer, type WantedConsumer } from "../../../../operations/oauth/consumers.ts";
import type { Ports } from "../../../../ports.ts";
import { countUse } from "../../../../storage/sql/oauth/grants.ts";
import { consumerTexts as texts } from "../../../catalogue/oauth.ts";
import { problemsOf } from "../../../forms/problems-of.ts";
import { html } from "../../../html.ts";
import { errorSummary, type Problem } from "../../../layout/form.ts";
import { workspacePlace } from "../../../layout/place.ts";
import { exactTime, timeAgo } from "../../../layout/time.ts";
import {
  type PageAnswer,
  page,
  redirect,
  type WorkspacePage,
  type WorkspacePageRequest,
} from "../../../page.ts";
import { flash } from "../../../pipeline/flash.ts";
import { withWorkspaceSide } from "../with-workspace-side.ts";
import { describeConsumerFields, readConsumerForm } from "./consumer-form.ts";
import { consumerPath, consumersPath, namedConsumer } from "./named-consumer.ts";

/** A consumer: how it is used, and what may be changed of it. */
export const consumerPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/oauth-consumers/{consumer_key}",
  subject: "workspace",
  permission: "own",
  isStepUp: "post",
  async get(ports, request) {
    const consumer = await namedConsumer(ports, request);
    return formPage(ports, request, consumer, consumer, []);
  },
  async post(ports, request) {
    const consumer = await namedConsumer(ports, request);
    const { values, problems } = readConsumerForm(request);
    if (problems.length > 0) return formPage(ports, request, consumer, values, problems);
    try {
      const { endedGrants: n } = await updateConsumer(ports, request.by, consumer.uuid, values);
      const { name } = values;
      return redirect(
        consumersPath(request),
        n === 0 ? flash(texts.saved, { name }) : flash(texts.savedAndEnded, { name, n }, "warning"),
      );
    } catch (error) {
      return formPage(ports, request, consumer, values, problemsOf(error, { scope: "scopes" }, "name"));
    }
  },
};

async function formPage(
  ports: Ports,
  request: WorkspacePageRequest,
  consumer: OauthConsumer,
  values: WantedConsumer,
  problems: readonly Problem[],
): Promise<PageAnswer> {
  const { t, csrf, workspace, now } = request;
  const { accounts, tokens } = await countUse(ports.database.kysely, consumer.uuid, now);
  const { lastUsedAt } = consumer;
  return page({
    title: html`${consumer.name} · ${t(texts.title)} · ${workspace.slug}`,
    place: workspacePlace(request, "settings"),
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
    main: withWorkspaceSide(
      request,
      html`<h1><bdi>${consumer.name}</bdi></h1>${errorSummary(t, problems)}
<dl class="facts rimmed"><dt>${t(texts.key)}</dt><dd><code>${consumer.key}</code></dd>
<dt>${t(texts.created)}</dt><dd>${exactTime(request, consumer.createdAt)}</dd>
<dt>${t(texts.used)}</dt><dd>${lastUsedAt === undefined ? t(texts.never) : timeAgo(request, lastUsedAt)}</dd>
<dt>${t(texts.use)}</dt><dd>${t(texts.accounts, { n: accounts })}<span class="sub">${t(texts.tokens, { n: tokens })}</span></dd></dl>
<div class="acts"><a class="btn" href="${consumerPath(request, consumer, "secret")}">${t(texts.rotate)}</a><a class="btn plain danger" href="${consumerPath(request, consumer, "delete")}">${t(texts.delete)}</a></div>
<form method="post" autocomplete="off">${csrf}<h2>${t(texts.edit)}</h2><p class="dim">${t(texts.changeWarning)}</p>${describeConsumerFields(request, values, problems)}
<div class="acts"><button class="main">${t(texts.save)}</button></div></form>`,
    ),
  });
}
