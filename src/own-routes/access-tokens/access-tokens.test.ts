import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createCaller, type RestCaller, restAs } from "../../../tests/support/clients/rest-callers.ts";
import { ALL_ROUTES } from "../../../tests/support/examples/all-routes.ts";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import { ACCESS_TOKEN_SCOPES, API_TOKEN_EQUIVALENTS } from "../../model/access-token.ts";
import { type OauthScope, withImplied } from "../../model/oauth-scope.ts";
import { PAIL_SCOPES, SCOPES, type Scope } from "../../model/scope.ts";
import { createApiToken } from "../../operations/tokens/api-tokens.ts";
import { setMember } from "../../operations/workspaces/workspaces.ts";

const DAY_SECONDS = 86_400;

let app: TestApp;
let other: RestCaller;

before(async () => {
  app = await startTestApp();
  other = await createCaller(app, "other");
});
after(() => app.close());

/** Calls as the owner with a token of these scopes. */
async function withScopes(scopes: readonly Scope[]) {
  const wanted = { accountUuid: app.owner.uuid, name: "maker", scopes, ageDays: 1 };
  const { text } = await createApiToken(app.ports, app.by, wanted);
  return restAs(app, `Bearer ${text.reveal()}`);
}

const RESOURCES = {
  repository: () => `${app.url}/-/access-tokens/repositories/acme/demo`,
  project: () => `${app.url}/-/access-tokens/projects/acme/${app.project.key}`,
  workspace: () => `${app.url}/-/access-tokens/workspaces/acme`,
} as const;
const KINDS = Object.keys(RESOURCES) as (keyof typeof RESOURCES)[];

let numbered = 0;
function wanted(more: object = {}) {
  numbered += 1;
  return { name: `bot ${numbered}`, scopes: ["repository"], expires_in: 30 * DAY_SECONDS, ...more };
}

for (const kind of KINDS) {
  describe(`access tokens of a ${kind}`, () => {
    const all = () => withScopes([...SCOPES, ...PAIL_SCOPES]);

    test("one is created, listed, shown, rotated and revoked", async () => {
      const rest = await all();
      const created = await rest("POST", RESOURCES[kind](), wanted({ name: "release" }));
      assert.equal(created.status, 201, created.text);
      const { token, ...shown } = created.json;
      assert.match(token, /^ATCTT3xFfGN0/);
      assert.equal(shown.kind, `${kind}_access_token`);
      assert.equal(shown.account.type, "app_user");
      const use = async (text: string) =>
        (await restAs(app, `Bearer ${text}`)("GET", "/repositories/acme/demo")).status;
      assert.equal(await use(token), 200);
      const listed = await rest("GET", `${RESOURCES[kind]()}?pagelen=100`);
      const mine = listed.json.values.find(({ id }: { readonly id: string }) => id === shown.id);
      assert.equal(mine.name, "release");
      assert.ok(!listed.text.includes(token.slice(20, 60)), "no list shows a token");
      const own = `${RESOURCES[kind]()}/${shown.id}`;
      assert.equal((await rest("GET", own)).json.state, "active");
      const rotated = await rest("POST", `${own}/rotate`, { overlap: 10 });
      assert.equal(rotated.status, 201, rotated.text);
      assert.equal(rotated.json.replaces, shown.id);
      assert.deepEqual(rotated.json.account, shown.account);
      assert.deepEqual([await use(token), await use(rotated.json.token)], [200, 200]);
      assert.equal((await rest("GET", own)).json.state, "rotated");
      const again = await rest("POST", `${own}/rotate`, {});
      assert.equal(again.json.token, rotated.json.token);
      assert.equal((await rest("DELETE", `${RESOURCES[kind]()}/${rotated.json.id}`)).status, 204);
      assert.deepEqual([await use(token), await use(rotated.json.token)], [401, 401]);
      assert.equal((await rest("DELETE", `${RESOURCES[kind]()}/${rotated.json.id}`)).status, 204);
      assert.equal((await rest("POST", `${RESOURCES[kind]()}/${rotated.json.id}/rotate`, {})).status, 409);
    });

    test("who may see the resource and not manage it gets 403, and who may not see it 404", async () => {
      const { text } = await createApiToken(app.ports, app.by, {
        accountUuid: other.account.uuid,
        name: "other",
        scopes: [...SCOPES, ...PAIL_SCOPES],
        ageDays: 1,
      });
      const rest = restAs(app, `Bearer ${text.reveal()}`);
      for (const method of ["GET", "POST"])
        assert.equal(
          (await rest(method, RESOURCES[kind](), method === "POST" ? wanted() : undefined)).status,
          404,
        );
      await setMember(app.ports, app.by, app.workspace, other.account, "member", "write");
      for (const method of ["GET", "POST"])
        assert.equal(
          (await rest(method, RESOURCES[kind](), method === "POST" ? wanted() : undefined)).status,
          403,
        );
      await app.by.transaction(async (tx) => {
        await tx.deleteFrom("workspace_member").where("account_uuid", "=", other.account.uuid).execute();
      });
    });

    test("neither scope of Bitbucket's opens it, nor an access token", async () => {
      const rest = await withScopes(SCOPES);
      assert.equal((await rest("GET", RESOURCES[kind]())).status, 403);
      const maker = await all();
      const { json } = await maker("POST", RESOURCES[kind](), wanted({ scopes: ["repository:admin"] }));
      const bot = restAs(app, `Bearer ${json.token}`);
      for (const method of ["GET", "POST"]) {
        const answer = await bot(method, RESOURCES[kind](), method === "POST" ? wanted() : undefined);
        assert.equal(answer.status, 403, answer.text);
        assert.match(answer.text, /not accessible by this authentication mechanism/);
      }
    });
  });
}

test("nobody makes an access token that may do more than the token that they have", async () => {
  const rest = await withScopes([
    "write:token:pail",
    "admin:repository:bitbucket",
    "read:repository:bitbucket",
  ]);
  const refused = await rest("POST", RESOURCES.repository(), wanted({ scopes: ["repository:write"] }));
  assert.equal(refused.status, 403);
  assert.deepEqual(refused.json.error.detail.required, [
    "read:repository:bitbucket",
    "write:repository:bitbucket",
  ]);
  const made = await rest("POST", RESOURCES.repository(), wanted({ scopes: ["repository"] }));
  assert.equal(made.status, 201, made.text);
});

test("nobody gets the text of an access token that may do more than the token that they have", async () => {
  const maker = await withScopes([...SCOPES, ...PAIL_SCOPES]);
  const { json } = await maker("POST", RESOURCES.repository(), wanted({ scopes: ["repository:write"] }));
  const rotation = `${RESOURCES.repository()}/${json.id}/rotate`;
  const rest = await withScopes([
    "write:token:pail",
    "admin:repository:bitbucket",
    "read:repository:bitbucket",
  ]);
  assert.equal((await rest("POST", rotation, {})).status, 403);
  const { text } = await createApiToken(app.ports, app.by, {
    accountUuid: app.owner.uuid,
    name: "limited",
    scopes: [...SCOPES, ...PAIL_SCOPES],
    ageDays: 1,
    bound: { refs: ["refs/heads/bot/*"] },
  });
  assert.equal((await restAs(app, `Bearer ${text.reveal()}`)("POST", rotation, {})).status, 403);
  assert.equal((await maker("POST", rotation, {})).status, 201);
});

/** Routes that ask for no scope of the older vocabulary are open to every token of it, whatever it was given. */
test("what a scope of access tokens opens, the scopes that it takes to give it open too", () => {
  const table: Readonly<Partial<Record<OauthScope, readonly Scope[]>>> = API_TOKEN_EQUIVALENTS;
  const problems = ACCESS_TOKEN_SCOPES.workspace.flatMap((scope) => {
    const implied = withImplied([scope]);
    const mine = table[scope]!;
    return ALL_ROUTES.filter(
      ({ oauthScopes, credentialKinds }) =>
        oauthScopes.length > 0 &&
        oauthScopes.every((each) => implied.has(each)) &&
        (credentialKinds === undefined || credentialKinds.includes("access-token")),
    ).flatMap((route) =>
      route.apiTokenScopes
        .filter((each) => !mine.includes(each))
        // The reference asks this of API tokens that read what an app has stored, and of nothing else.
        .filter((each) => each !== "admin:workspace:bitbucket" || !route.path.includes("/properties/"))
        .map((each) => `${scope}: ${route.method} ${route.path} takes ${each}`),
    );
  });
  assert.deepEqual(problems, []);
});

for (const [why, body, problem] of [
  ["an unknown scope", { scopes: ["repository:everything"] }, /scopes/],
  ["a granular scope", { scopes: ["read:repository:bitbucket"] }, /scopes/],
  ["a scope that a repository's token cannot have", { scopes: ["project"] }, /cannot have project/],
  ["no scopes", { scopes: [] }, /at least one/],
  ["no name", { name: "" }, /name/],
  ["an hour", { expires_in: 3600 }, /1 to 365 days/],
  ["more than a year", { expires_in: 366 * DAY_SECONDS }, /1 to 365 days/],
] as const) {
  test(`answers 400 to ${why}`, async () => {
    const rest = await withScopes([...SCOPES, ...PAIL_SCOPES]);
    const answer = await rest("POST", RESOURCES.repository(), wanted(body));
    assert.equal(answer.status, 400, answer.text);
    assert.match(answer.text, problem);
  });
}

test("a token of another resource is answered like one that does not exist", async () => {
  const rest = await withScopes([...SCOPES, ...PAIL_SCOPES]);
  const { json } = await rest("POST", RESOURCES.workspace(), wanted());
  const answers = new Set<string>();
  for (const id of [json.id, "00000000-0000-4000-8000-000000000000", "nothing"])
    for (const [method, below] of [
      ["GET", ""],
      ["DELETE", ""],
      ["POST", "/rotate"],
    ] as const) {
      const answer = await rest(
        method,
        `${RESOURCES.repository()}/${id}${below}`,
        method === "POST" ? {} : undefined,
      );
      answers.add(`${answer.status} ${answer.text}`);
    }
  assert.deepEqual([...answers].length, 1, [...answers].join("\n"));
  assert.match([...answers][0]!, /^404/);
});
