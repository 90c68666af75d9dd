import type { Account } from "../../../src/model/account.ts";
import type { Repository } from "../../../src/model/repository.ts";
import { SCOPES } from "../../../src/model/scope.ts";
import type { RepositorySlug } from "../../../src/model/slug.ts";
import type { Uuid } from "../../../src/model/uuid.ts";
import { createAccount } from "../../../src/operations/accounts/accounts.ts";
import { setPermission } from "../../../src/operations/permissions/explicit-permissions.ts";
import { createApiToken } from "../../../src/operations/tokens/api-tokens.ts";
import { createWorkspace, setMember } from "../../../src/operations/workspaces/workspaces.ts";
import { findRepository } from "../../../src/storage/sql/repositories/repositories.ts";
import { basic } from "../clients/http-request.ts";
import { type CallRest, createCaller, ownerOf, type RestCaller, restAs } from "../clients/rest-callers.ts";
import type { TestApp } from "../server/test-app.ts";

/** The persons of all trials. */
export type Cast = { readonly owner: RestCaller; readonly outsider: RestCaller; readonly member: Account };

/** A repository of its own with something of each kind in it, and a member with a token of its own. */
export type Trial = {
  readonly app: TestApp;
  readonly cast: Cast;
  readonly repository: Repository;
  readonly tokenUuid: Uuid;
  readonly asMember: CallRest;
  /** Posts a form as the member. */
  readonly post: (below: string, fields: Readonly<Record<string, string | File>>) => Promise<number>;
  /** Behind `/2.0`. */
  readonly path: string;
  readonly project: string;
  readonly tip: string;
  readonly hook: string;
  readonly rule: string;
  readonly comment: string;
  /** From `topic` into `main`. */
  readonly pullRequest: string;
};

export async function openCast(app: TestApp): Promise<Cast> {
  const outsider = await createCaller(app, "outsider");
  await createWorkspace(app.ports, app.by, { slug: "outside", owner: outsider.account });
  const member = await createAccount(app.ports, app.by, { email: "member@example.com", username: "member" });
  await setMember(app.ports, app.by, app.workspace, member, "member", "none");
  return { owner: await ownerOf(app), outsider, member };
}

export async function openTrial(app: TestApp, cast: Cast, number: number): Promise<Trial> {
  const slug = `trial-${number}`;
  const project = `TRIAL_${number}`;
  const path = `/repositories/acme/${slug}`;
  const { owner, member } = cast;
  const ask = async (method: string, at: string, body?: unknown) => {
    const answer = await owner.rest(method, at, body);
    if (answer.status >= 300) throw new Error(`${method} ${at}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  await ask("POST", "/workspaces/acme/projects", { key: project, name: project });
  await ask("POST", path, { project: { key: project } });
  const repository = (await findRepository(
    app.ports.database.kysely,
    { uuid: app.workspace.uuid },
    { slug: slug as RepositorySlug },
  ))!;
  const { uuid } = repository;
  const target = { kind: "repository", uuid, name: `acme/${slug}` } as const;
  await setPermission(app.by, target, { kind: "account", uuid: member.uuid }, "admin");
  const wanted = { accountUuid: member.uuid, name: "trial", scopes: SCOPES, ageDays: 1 };
  const { text, token } = await createApiToken(app.ports, app.by, wanted);
  const authorization = basic("member@example.com", text.reveal());
  const post: Trial["post"] = async (below, fields) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    const answer = await fetch(`${app.url}/2.0${path}${below}`, {
      method: "POST",
      headers: { authorization },
      body,
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  if ((await post("/src", { "a.txt": "a" })) !== 201) throw new Error("no first commit");
  const tip = (await ask("GET", `${path}/commits`)).values[0].hash;
  await ask("POST", `${path}/refs/branches`, { name: "dev", target: { hash: tip } });
  await ask("POST", `${path}/refs/branches`, { name: "topic", target: { hash: tip } });
  if ((await post("/src", { "topic.txt": "t", branch: "topic" })) !== 201) throw new Error("no topic");
  const source = { branch: { name: "topic" } };
  const { id } = await ask("POST", `${path}/pullrequests`, { title: "topic", source });
  const file = new File(["first"], "file.txt");
  if ((await post("/downloads", { files: file })) !== 201) throw new Error("no first download");
  const hook = await ask("POST", `${path}/hooks`, {
    url: "http://hooks.invalid/",
    description: "old",
    active: true,
    events: ["repo:updated"],
  });
  const users = [{ uuid: `{${member.uuid}}` }];
  const rule = await ask("POST", `${path}/branch-restrictions`, {
    kind: "push",
    pattern: "old",
    users,
    groups: [],
  });
  const asMember = restAs(app, authorization);
  const comments = `${path}/commit/${tip}/comments`;
  const comment = (await asMember("POST", comments, { content: { raw: "text" } })).json;
  return {
    app,
    cast,
    repository,
    tokenUuid: token.uuid,
    asMember,
    post,
    path,
    project: `/workspaces/acme/projects/${project}`,
    tip,
    hook: `${path}/hooks/${encodeURIComponent(hook.uuid)}`,
    rule: `${path}/branch-restrictions/${rule.id}`,
    comment: `${comments}/${comment.id}`,
    pullRequest: `${path}/pullrequests/${id}`,
  };
}
