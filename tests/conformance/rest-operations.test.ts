import assert from "node:assert/strict";
import { test } from "node:test";
import { basic } from "../support/clients/http-request.ts";
import {
  assertKeys,
  type Json,
  objectAt,
  openDemoRestClient,
  openRestClient,
  valueAt,
  valuesOf,
} from "../support/clients/rest-client.ts";
import { addEmail, createAccount } from "../support/examples/accounts.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const { credentials } = pail;
const rest = openDemoRestClient(pail);
const readOnly = openRestClient(pail, basic(credentials.email, credentials.token_read));
const anonymous = openRestClient(pail, undefined);

const UUID = /^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/;
const MICROSECONDS_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/;
const ACCOUNT_ID = /^((557058|712020):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24})$/;
const ACCOUNT_KEYS = ["type", "uuid", "account_id", "display_name", "nickname", "links"];

function encodeBraces(uuid: string): string {
  return uuid.replace("{", "%7B").replace("}", "%7D");
}

function assertHref(json: Json, path: string, suffix: string): void {
  assert.equal(valueAt(json, `${path}.href`), credentials.api_url + suffix, path);
}

test("GET /user shows the caller, with the user name that git needs", async () => {
  const answer = await rest("/user");
  assert.equal(answer.status, 200, answer.text);
  const user = answer.json();
  assertKeys(user, [
    ...ACCOUNT_KEYS,
    "username",
    "created_on",
    "account_status",
    "has_2fa_enabled",
    "is_staff",
    "location",
  ]);
  assertKeys(objectAt(user, "links"), ["self", "html", "avatar", "repositories"]);
  assert.equal(user.type, "user");
  assert.equal(user.username, credentials.username);
  assert.equal(user.uuid, credentials.account_uuid);
  assert.equal(user.account_status, "active");
  assert.match(String(user.uuid), UUID);
  assert.match(String(user.account_id), ACCOUNT_ID);
  assert.match(String(user.created_on), MICROSECONDS_UTC);
  assertHref(user, "links.self", `/users/${encodeBraces(credentials.account_uuid)}`);
});

test("GET /user without a credential is 401 and asks for Basic", async () => {
  const answer = await anonymous("/user");
  assert.equal(answer.status, 401);
  assert.match(answer.headers["www-authenticate"] ?? "", /^Basic realm="/);
  assert.doesNotMatch(answer.headers["www-authenticate"] ?? "", /Atlassian Bitbucket/);
});

test("GET /user/emails lists the addresses, and an added one appears", async () => {
  const before = (await rest("/user/emails")).json();
  assertKeys(before, ["pagelen", "page", "size", "values"]);
  assert.deepEqual([before.pagelen, before.page, before.size], [10, 1, 1]);
  const alias = "alias@example.test";
  await addEmail(pail, credentials.email, alias);
  const after = (await rest("/user/emails")).json();
  assert.equal(after.size, 2);
  for (const email of valuesOf(after)) {
    assertKeys(email, ["type", "email", "is_primary", "is_confirmed", "links"]);
    assert.equal(email.type, "email");
    assert.equal(email.is_primary, email.email === credentials.email);
    assert.equal(typeof email.is_confirmed, "boolean");
  }
  const emails = valuesOf(after).map(({ email }) => email);
  assert.deepEqual(new Set(emails), new Set([credentials.email, alias]));
});

test("GET /user/emails/{email} shows one address, with its @ raw or encoded", async () => {
  for (const path of [credentials.email, encodeURIComponent(credentials.email)]) {
    const email = (await rest(`/user/emails/${path}`)).json();
    assert.deepEqual([email.type, email.email, email.is_primary], ["email", credentials.email, true]);
    assertHref(email, "links.self", `/user/emails/${credentials.email}`);
  }
  const unknown = await rest("/user/emails/nobody@example.test");
  assert.equal(unknown.status, 404);
  assert.equal(unknown.json().type, "error");
});

test("GET /user/workspaces lists the caller's workspaces, 25 to a page", async () => {
  const page = (await rest("/user/workspaces")).json();
  assertKeys(page, ["pagelen", "values"]);
  assert.equal(page.pagelen, 25);
  const access = valuesOf(page).find((value) => valueAt(value, "workspace.slug") === credentials.workspace);
  assert.ok(access);
  assertKeys(access, ["type", "administrator", "workspace"]);
  assert.equal(access.type, "workspace_access");
  assert.equal(access.administrator, true);
  const workspace = objectAt(access, "workspace");
  assertKeys(workspace, ["type", "uuid", "slug", "links"]);
  assert.equal(workspace.type, "workspace_base");
  assertKeys(objectAt(workspace, "links"), ["avatar", "self"]);
});

test("GET /user/workspaces?administrator= takes the words in any case, as Python writes them", async () => {
  const sizes = await Promise.all(
    ["true", "True", "TRUE", "False"].map(
      async (word) => (await rest(`/user/workspaces?administrator=${word}`)).json().size,
    ),
  );
  assert.deepEqual(sizes, [sizes[0], sizes[0], sizes[0], 0]);
  assert.equal((await rest("/user/workspaces?administrator=1")).status, 400);
});

test("GET /users/{selected_user} finds an account by uuid and by account_id, and hides its user name", async () => {
  const other = await createAccount(pail, "other-person");
  const user = (await rest("/user")).json();
  assert.notEqual(other.username, credentials.username);
  const forms = [
    credentials.account_uuid,
    encodeBraces(credentials.account_uuid),
    String(user.account_id),
    encodeURIComponent(String(user.account_id)),
  ];
  for (const form of forms) {
    const answer = await rest(`/users/${form}`);
    assert.equal(answer.status, 200, `${form}: ${answer.text}`);
    const found = answer.json();
    assertKeys(found, ACCOUNT_KEYS);
    assert.equal(found.type, "user");
    assert.equal(found.uuid, credentials.account_uuid);
    assert.ok(!("username" in found), "user names are private since 2019");
    assert.ok(!answer.text.includes(credentials.email), "so are e-mail addresses");
  }
});

for (const selected of [
  "{00000000-0000-4000-8000-000000000000}",
  "557058:00000000-0000-4000-8000-000000000000",
  "demo",
]) {
  test(`GET /users/${selected} is 404`, async () => {
    const answer = await rest(`/users/${selected}`);
    assert.equal(answer.status, 404, answer.text);
    assert.equal(answer.json().type, "error");
  });
}

test("GET /workspaces/{workspace} answers to the slug in any case and to the uuid", async () => {
  const workspace = (await rest(`/workspaces/${credentials.workspace}`)).json();
  assertKeys(workspace, [
    "type",
    "uuid",
    "name",
    "slug",
    "is_private",
    "is_privacy_enforced",
    "is_personal",
    "forking_mode",
    "created_on",
    "links",
  ]);
  assertKeys(objectAt(workspace, "links"), ["avatar", "html", "repositories", "self", "members", "projects"]);
  assert.equal(workspace.type, "workspace");
  assert.equal(workspace.slug, credentials.workspace);
  assert.match(String(workspace.uuid), UUID);
  const uuid = String(workspace.uuid);
  for (const form of [
    credentials.workspace.toUpperCase(),
    uuid,
    encodeBraces(uuid),
    `${credentials.workspace}/`,
  ]) {
    const answer = await rest(`/workspaces/${form}`);
    assert.deepEqual([answer.status, answer.json().slug], [200, credentials.workspace], form);
  }
});

test("an unknown workspace is named in the 404", async () => {
  for (const path of ["/workspaces/nowhere", "/repositories/nowhere"]) {
    const answer = await rest(path);
    assert.equal(answer.status, 404);
    assert.deepEqual(answer.json(), {
      type: "error",
      error: { message: "No workspace with identifier 'nowhere'." },
    });
  }
});

for (const path of [
  "/repositories",
  "/workspaces",
  "/user/permissions/workspaces",
  "/user/permissions/repositories",
]) {
  test(`GET ${path}, which worked across workspaces, is 410 and tells where to read why`, async () => {
    const announcement = {
      announcement_url: "https://developer.atlassian.com/cloud/bitbucket/changelog#CHANGE-2770",
    };
    for (const form of [path, `${path}/`, `${path}?pagelen=100`]) {
      const answer = await rest(form);
      assert.equal(answer.status, 410, form);
      assert.deepEqual(answer.json(), {
        type: "error",
        error: {
          message: "CHANGE-2770 - Functionality has been deprecated",
          detail: "Please read the changelog entry for more details.",
          data: announcement,
        },
        data: announcement,
      });
    }
  });
}

test("every authenticated answer says what the token may and what the operation takes", async () => {
  const answer = await readOnly(`/repositories/${credentials.workspace}`);
  const granted = String(answer.headers["x-oauth-scopes"]).split(/, */);
  assert.deepEqual(new Set(granted), new Set(["read:repository:bitbucket", "read:user:bitbucket"]));
  assert.equal(answer.headers["x-accepted-oauth-scopes"], "repository");
  assert.equal(answer.headers["x-credential-type"], "api_token");
  assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
  assert.ok(answer.headers["x-request-id"]);
});

test("a missing scope is 403 with what was required and what was granted, and the same headers", async () => {
  const answer = await readOnly("/user/workspaces");
  assert.equal(answer.status, 403);
  const error = objectAt(answer.json(), "error");
  assert.equal(error.message, "Your credentials lack one or more required privilege scopes.");
  const detail = objectAt(error, "detail");
  assert.deepEqual(detail.required, ["read:workspace:bitbucket"]);
  assert.deepEqual(
    new Set(detail.granted as readonly string[]),
    new Set(["read:repository:bitbucket", "read:user:bitbucket"]),
  );
  assert.equal(answer.headers["x-credential-type"], "api_token");
  assert.match(String(answer.headers["x-oauth-scopes"]), /read:repository:bitbucket/);
});

test("each answer has a request id of its own, refusals too", async () => {
  const ids = new Set<string>();
  for (const path of ["/user", "/user", "/nothing/here", "/repositories"]) {
    ids.add(String((await rest(path)).headers["x-request-id"]));
  }
  ids.add(String((await anonymous("/user")).headers["x-request-id"]));
  assert.equal(ids.size, 5);
  assert.ok(!ids.has("undefined"));
});

test("an unknown URL says that there is no API there", async () => {
  for (const path of ["/nothing/here", "/repositories/acme/demo/nothing", "/"]) {
    const answer = await rest(path);
    if (path === "/" && answer.status === 302) continue;
    assert.equal(answer.status, 404, path);
    const error = objectAt(answer.json(), "error");
    assert.equal(error.message, "Resource not found");
    assert.match(String(error.detail), /There is no API hosted at this URL/);
  }
});

test("a method that an operation does not have is 405", async () => {
  for (const [path, method] of [
    ["/user", "DELETE"],
    ["/workspaces/acme", "PATCH"],
    [`/repositories/${credentials.workspace}/${credentials.repository}/commits`, "PUT"],
  ] as const) {
    const answer = await rest(path, { method });
    assert.equal(answer.status, 405, `${method} ${path}: ${answer.text}`);
  }
});
