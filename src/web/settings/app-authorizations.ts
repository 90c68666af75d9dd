import { parseUuid, type Uuid } from "../../model/uuid.ts";
import { endAuthorization } from "../../operations/oauth/end-grants.ts";
import type { Ports } from "../../ports.ts";
import { findConsumer } from "../../storage/sql/oauth/consumers.ts";
import { type GrantWithConsumer, listAllowedConsumers } from "../../storage/sql/oauth/grants.ts";
import { findWorkspace } from "../../storage/sql/workspaces/workspaces.ts";
import { authorizationTexts as texts } from "../catalogue/oauth.ts";
import { html } from "../html.ts";
import { empty } from "../layout/empty.ts";
import { ledger } from "../layout/ledger.ts";
import { exactDay, timeAgo } from "../layout/time.ts";
import { type AccountPage, type AccountPageRequest, page, redirect } from "../page.ts";
import { flash } from "../pipeline/flash.ts";
import { askedScopes } from "../site/oauth2/asked-scopes.ts";
import { withSettingsSide } from "./with-settings-side.ts";

const PATH = "/-/settings/app-authorizations";

/** What a person has allowed to programs, a row for each, and the way to take it back. */
export const appAuthorizationsPage: AccountPage = {
  path: PATH,
  subject: "account",
  async get(ports, request) {
    const { t, account } = request;
    const allowed = byConsumer(await listAllowedConsumers(ports.database.kysely, account.uuid));
    const columns = [
      { label: t(texts.program) },
      { label: t(texts.may) },
      { label: t(texts.allowed) },
      { label: t(texts.used) },
      { label: t(texts.actions), isEnd: true },
    ];
    const rows = await Promise.all(allowed.map((each) => describeRow(ports, request, each)));
    return page({
      title: t(texts.title),
      main: withSettingsSide(
        request,
        html`<h1>${t(texts.title)}</h1><p class="lead">${t(texts.lead)}</p>
${rows.length > 0 ? ledger(columns, rows) : empty(t(texts.none.title), t(texts.none.text))}`,
      ),
    });
  },
  async post(ports, { form, account, by }) {
    const uuid = parseUuid(form.get("consumer") ?? "") ?? ("" as Uuid);
    const consumer = await findConsumer(ports.database.kysely, uuid);
    await endAuthorization(ports, by, account, uuid);
    return redirect(PATH, flash(texts.revoked, { name: consumer?.name ?? "" }));
  },
};

type Allowed = GrantWithConsumer["consumer"] & { readonly grants: GrantWithConsumer["grant"][] };

function byConsumer(found: readonly GrantWithConsumer[]): readonly Allowed[] {
  const rows = new Map<Uuid, Allowed>();
  for (const { grant, consumer } of found) {
    const row = rows.get(consumer.uuid) ?? { ...consumer, grants: [] };
    row.grants.push(grant);
    rows.set(consumer.uuid, row);
  }
  return [...rows.values()];
}

async function describeRow({ database }: Ports, request: AccountPageRequest, allowed: Allowed) {
  const { t, csrf } = request;
  const workspace = await findWorkspace(database.kysely, { uuid: allowed.workspaceUuid });
  const times = allowed.grants.map(({ createdAt }) => createdAt.getTime());
  const used = allowed.grants.flatMap(({ lastUsedAt }) => lastUsedAt?.getTime() ?? []);
  const scopes = allowed.scopes.filter((scope) =>
    allowed.grants.some((grant) => grant.scopes.includes(scope)),
  );
  return [
    html`<b><bdi>${allowed.name}</bdi></b><span class="sub">${t(texts.of, { workspace: html`<bdi>${workspace?.slug ?? ""}</bdi>` })}</span>`,
    askedScopes(t, scopes),
    exactDay(request, new Date(Math.min(...times))),
    timeAgo(request, new Date(Math.max(...used, ...times))),
    html`<form method="post">${csrf}<input type="hidden" name="consumer" value="${allowed.uuid}"><button class="plain danger">${t(texts.revoke)}<span class="vh">${t(texts.object, { name: html`<bdi>${allowed.name}</bdi>` })}</span></button></form>`,
  ];
}
