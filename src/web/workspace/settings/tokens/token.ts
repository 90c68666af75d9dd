import { Failure } from "../../../../model/failure.ts";
import type { HeldGrant } from "../../../../model/held-credential.ts";
import { parseUuid, type Uuid } from "../../../../model/uuid.ts";
import { endAuthorization } from "../../../../operations/oauth/end-grants.ts";
import { blockToken, unblockToken } from "../../../../operations/tokens/token-policies.ts";
import type { Ports } from "../../../../ports.ts";
import {
  countReachedRepositories,
  findReachingToken,
  type ReachingToken,
} from "../../../../storage/sql/tokens/reaching-tokens.ts";
import { workspaceTokenTexts as texts } from "../../../catalogue/workspace-tokens.ts";
import { html } from "../../../html.ts";
import { workspacePlace } from "../../../layout/place.ts";
import { timeAgo } from "../../../layout/time.ts";
import { workspacePath } from "../../../links.ts";
import {
  type PageAnswer,
  page,
  redirect,
  type WorkspacePage,
  type WorkspacePageRequest,
} from "../../../page.ts";
import { flash } from "../../../pipeline/flash.ts";

/** The question whether a token is to be revoked for the workspace, or allowed again. */
export const workspaceTokenPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/tokens/{token_id}",
  subject: "workspace",
  permission: "own",
  // It opens the workspace again. To revoke asks for nothing, so that nobody who fears for a token has to wait.
  isStepUp: ["allow"],
  async get(ports, request) {
    const { t, workspace, csrf } = request;
    const found = await getToken(ports, request);
    if (found.token.kind === "grant") return askToEnd(request, found);
    const { token, account, blockedAt } = found;
    const owner = html`<b><bdi>${account.displayName}</bdi></b>`;
    const holes = { token: html`<bdi>${token.name}</bdi>`, workspace: html`<bdi>${workspace.slug}</bdi>` };
    const list = workspacePath(workspace, "settings/tokens");
    const reached = await countReachedRepositories(ports.database.kysely, workspace.uuid, [account.uuid]);
    const used = token.lastUsedAt === undefined ? t(texts.never) : timeAgo(request, token.lastUsedAt);
    const isBlocked = blockedAt !== undefined;
    const title = t(isBlocked ? texts.allowQuestion : texts.question, holes);
    return page({
      title: html`${title} · ${workspace.slug}`,
      place: workspacePlace(request, "settings"),
      main: html`<h1>${title}</h1>
<div class="flow"><p>${isBlocked ? t(texts.allowLead, { owner }) : t(texts.questionLead, { owner, used, workspace: workspace.slug, n: reached.get(account.uuid) ?? 0 })}</p>
${!isBlocked && html`<p>${t(texts.elsewhere)}</p>`}
<form method="post">${csrf}<input type="hidden" name="action" value="${isBlocked ? "allow" : "revoke"}"><p class="acts"><button class="${isBlocked ? "main" : "danger"}">${isBlocked ? t(texts.allow) : t(texts.revokeFor, { workspace: workspace.slug })}</button><a class="btn" href="${list}">${t(isBlocked ? texts.back : texts.keep)}</a></p></form></div>`,
    });
  },
  async post(ports, request) {
    const { workspace, by, form } = request;
    const { token, account } = await getToken(ports, request);
    const list = workspacePath(workspace, "settings/tokens");
    if (token.kind === "grant") {
      await endAuthorization(ports, by, account, getOwnConsumer(token));
      return redirect(list, flash(texts.ended, { token: token.name, owner: account.displayName }));
    }
    const isAllowing = form.get("action") === "allow";
    if (isAllowing) await unblockToken(by, workspace, token.uuid);
    else await blockToken(ports, by, workspace, token.uuid);
    const told = flash(isAllowing ? texts.unblocked : texts.blocked, {
      token: token.name,
      workspace: workspace.slug,
    });
    return redirect(list, told);
  },
};

function askToEnd(request: WorkspacePageRequest, { token, account }: ReachingToken): PageAnswer {
  const { t, workspace, csrf } = request;
  if (token.kind === "grant") getOwnConsumer(token);
  const title = t(texts.endQuestion, {
    token: html`<bdi>${token.name}</bdi>`,
    owner: html`<bdi>${account.displayName}</bdi>`,
  });
  return page({
    title: html`${title} · ${workspace.slug}`,
    place: workspacePlace(request, "settings"),
    main: html`<h1>${title}</h1>
<div class="flow"><p>${t(texts.endLead)}</p>
<form method="post">${csrf}<input type="hidden" name="action" value="end"><p class="acts"><button class="danger">${t(texts.end)}</button><a class="btn" href="${workspacePath(workspace, "settings/tokens")}">${t(texts.keep)}</a></p></form></div>`,
  });
}

/** What somebody has allowed to a consumer of another workspace, or to an app, is not ended here. */
function getOwnConsumer({ consumer }: HeldGrant): Uuid {
  if (consumer?.isOwn !== true)
    throw new Failure("not-found", "The grant is not of a consumer of the workspace");
  return consumer.uuid;
}

async function getToken(
  { database }: Pick<Ports, "database">,
  { workspace, params, now }: WorkspacePageRequest,
): Promise<ReachingToken> {
  const uuid = parseUuid(params.token_id ?? "");
  const found = uuid && (await findReachingToken(database.kysely, workspace.uuid, uuid, now));
  if (found === undefined) throw new Failure("not-found", "No such token reaches the workspace");
  return found;
}
