// The attack: a request is let in, and sends its body when what let it in has long been taken away. A stolen token would live
// on that way after its revocation, and an outsider would get what was committed after a repository became private.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sql } from "kysely";
import type { Route } from "../../src/http/routes/route.ts";
import type { Account } from "../../src/model/account.ts";
import type { RepositorySlug } from "../../src/model/slug.ts";
import { parseProjectKey } from "../../src/model/slug.ts";
import type { Uuid } from "../../src/model/uuid.ts";
import {
  addEmail,
  changePrimaryEmail,
  createAccount,
  disableAccount,
  enableAccount,
} from "../../src/operations/accounts/accounts.ts";
import { addGpgKey } from "../../src/operations/keys/gpg-keys.ts";
import { addSshKey } from "../../src/operations/keys/ssh-keys.ts";
import { createApiToken, revokeApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { removeMember, setMember } from "../../src/operations/workspaces/workspaces.ts";
import { findProject } from "../../src/storage/sql/projects/projects.ts";
import { findRepository } from "../../src/storage/sql/repositories/repositories.ts";
import { basic } from "../support/clients/http-request.ts";
import { beginLate } from "../support/clients/late-request.ts";
import { listTables } from "../support/database/list-tables.ts";
import { createMigratedDatabaseSettings, DIALECTS } from "../support/database/test-database.ts";
import { ALL_ROUTES, ALL_SCOPES } from "../support/examples/all-routes.ts";
import { newGpgPublicKey, newSshPublicKey } from "../support/examples/example-keys.ts";
import { type ExampleWorkspace, openExampleWorkspace } from "../support/examples/example-workspace.ts";
import {
  type ExampleParameters,
  exampleOf,
  examplePath,
  routeName,
} from "../support/examples/route-examples.ts";
import { subjectIsWithin } from "../support/examples/subject-examples.ts";
import { rawPushBody } from "../support/git/raw-push.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

const EMAIL = "late@example.com";
const OTHER_EMAIL = "late-too@example.com";

/** Where not every row is a request's: refusals and the use of tokens are noted, and walks through commits are kept. */
const NOTES: readonly string[] = ["audit_event", "commits_cursor"];

type Late = {
  readonly account: Account;
  readonly tokenUuid: Uuid;
  readonly authorization: string;
  readonly gitAuthorization: string;
};

const PERMISSION = "its permission is taken away";

/** What an account does with its own things needs no permission anywhere. */
const isOfAccount = ({ subject, path }: Route) =>
  subject === "selected-account" || (subject === "account" && !path.includes("{workspace}"));

type Withdrawal = {
  readonly what: string;
  /** What the request is answered with. */
  readonly statuses: readonly number[];
  take(app: TestApp, late: Late): Promise<unknown>;
  giveBack(app: TestApp, late: Late): Promise<unknown>;
};

const nothing = async () => {};

const WITHDRAWALS: readonly Withdrawal[] = [
  {
    what: "its token is revoked",
    statuses: [401],
    take: (app, late) => revokeApiToken(app.ports, app.by, late.tokenUuid),
    giveBack: nothing,
  },
  {
    what: "its account is disabled",
    statuses: [401],
    take: (app, late) => disableAccount(app.ports, app.by, late.account),
    giveBack: (app, late) => enableAccount(app.by, late.account),
  },
  {
    what: "the address that came with the token is the primary one no more",
    statuses: [401],
    take: (app, late) => changePrimaryEmail(app.by, late.account, OTHER_EMAIL),
    giveBack: (app, late) => changePrimaryEmail(app.by, late.account, EMAIL),
  },
  {
    what: PERMISSION,
    statuses: [403, 404],
    // A member without any permission in repositories would still change snippets.
    take: (app, late) => removeMember(app.by, app.workspace, late.account),
    giveBack: (app, late) => setMember(app.ports, app.by, app.workspace, late.account, "owner", "admin"),
  },
];

/**
 * A search for nothing but the caller's own can be answered to whoever they are. Routes of apps take no API token: theirs are
 * in src/rest/addon.
 */
const WRITES = ALL_ROUTES.filter(
  ({ method, subject, credentialKinds }) =>
    method !== "GET" && subject !== "open" && credentialKinds?.includes("api-token") !== false,
);

for (const dialect of DIALECTS) {
  describe(`a body that comes late, on ${dialect}`, () => {
    let app: TestApp;
    let examples: ExampleWorkspace;
    let account: Account;
    /** Where there is something of its own. */
    let own: ExampleParameters;
    let tables: readonly string[] | undefined;
    let close = async () => {};

    before(async () => {
      const testDatabase = await createMigratedDatabaseSettings(dialect);
      app = await startTestApp({ database: testDatabase.settings });
      close = async () => {
        await app.close();
        await testDatabase.remove();
      };
      examples = await openExampleWorkspace(app);
      account = await createAccount(app.ports, app.by, { email: EMAIL, username: "late" });
      await addEmail(app.ports, app.by, account, {
        address: OTHER_EMAIL,
        isPrimary: false,
        isConfirmed: true,
      });
      await setMember(app.ports, app.by, app.workspace, account, "owner", "admin");
      const nothingMore = { label: undefined, comment: undefined, expiresAt: undefined };
      const sshKey = await addSshKey(app.ports, app.by, account, { key: newSshPublicKey(), ...nothingMore });
      const gpgKey = await addGpgKey(app.ports, app.by, account, { key: newGpgPublicKey(), name: undefined });
      own = {
        "users/selected_user": account.uuid,
        "ssh-keys/key_id": sshKey.uuid,
        "gpg-keys/fingerprint": gpgKey.fingerprint,
      };
    });
    after(() => close());

    async function newLate(): Promise<Late> {
      const wanted = { accountUuid: account.uuid, name: "late", scopes: ALL_SCOPES, ageDays: 1 };
      const { text, token } = await createApiToken(app.ports, app.by, wanted);
      const secret = text.reveal();
      return {
        account,
        tokenUuid: token.uuid,
        authorization: basic(EMAIL, secret),
        gitAuthorization: basic("late", secret),
      };
    }

    /** Of all tables: in one statement, since there are many. */
    async function countRows(): Promise<Record<string, number>> {
      const { kysely } = app.ports.database;
      tables ??= (await listTables(app.ports.database)).filter((name) => !NOTES.includes(name));
      const counts = tables.map(
        (table) => sql`select ${sql.lit(table)} as name, count(*) as count from ${sql.table(table)}`,
      );
      const { rows } = await sql<{
        name: string;
        count: number;
      }>`${sql.join(counts, sql` union all `)}`.execute(kysely);
      assert.equal(rows.length, tables.length);
      return Object.fromEntries(rows.map(({ name, count }) => [name, Number(count)]));
    }

    function begin(route: Route, late: Late) {
      const example = exampleOf(route).body ?? { contentType: "text/plain", text: "{}" };
      const parameters = { ...examples.parameters(), ...(route.subject === "selected-account" ? own : {}) };
      return beginLate(`${app.url}${examplePath(route, parameters)}`, {
        method: route.method,
        headers: { authorization: late.authorization, "content-type": example.contentType },
        body: example.text,
      });
    }

    for (const [index, route] of WRITES.entries()) {
      // One of them for each route, in turn: all go the same way.
      const possible = isOfAccount(route)
        ? WITHDRAWALS.filter(({ what }) => what !== PERMISSION)
        : WITHDRAWALS;
      for (const { what, statuses, take, giveBack } of [possible[index % possible.length]!]) {
        test(`${routeName(route)} does nothing once ${what}`, async () => {
          await examples.refill();
          const late = await newLate();
          const request = await begin(route, late);
          await take(app, late);
          try {
            const counts = await countRows();
            const answer = await request.finish();
            assert.ok(statuses.includes(answer.status), `${answer.status} ${answer.text}`);
            assert.deepEqual(await countRows(), counts);
          } finally {
            await giveBack(app, late);
          }
        });
      }

      const within = subjectIsWithin(route);
      if (within !== "project" && within !== "repository") continue;
      const isInProject = within === "project";
      test(`${routeName(route)} is 404 once its ${within} is deleted`, async () => {
        await examples.refill();
        const request = await begin(route, await newLate());
        const { repo_slug, project_key } = examples.parameters();
        examples.spoil();
        const path = isInProject
          ? `/workspaces/acme/projects/${project_key}`
          : `/repositories/acme/${repo_slug}`;
        assert.equal((await examples.owner.rest("DELETE", path)).status, 204);
        const counts = await countRows();
        const answer = await request.finish();
        assert.equal(answer.status, 404, answer.text);
        assert.deepEqual(await countRows(), counts);
        const found = isInProject
          ? await findProject(app.ports.database.kysely, app.workspace.uuid, {
              key: parseProjectKey(project_key!)!,
            })
          : await findRepository(
              app.ports.database.kysely,
              { uuid: app.workspace.uuid },
              { slug: repo_slug as RepositorySlug },
            );
        assert.equal(found, undefined);
      });
    }

    for (const { what, take, giveBack } of WITHDRAWALS) {
      // Git knows its caller by the user name.
      if (what.startsWith("the address")) continue;
      test(`a push changes no ref once ${what}`, async () => {
        await examples.refill();
        const late = await newLate();
        const { repo_slug, commit } = examples.parameters();
        const push = { before: "0".repeat(40), after: commit!, name: "refs/heads/late" };
        const emptyPack = Buffer.from(
          "5041434b0000000200000000029d08823bd8a8eab510ad6ac75c823cfd3ed31e",
          "hex",
        );
        const request = await beginLate(`${app.url}/acme/${repo_slug}.git/git-receive-pack`, {
          method: "POST",
          headers: {
            authorization: late.gitAuthorization,
            "content-type": "application/x-git-receive-pack-request",
          },
          body: rawPushBody([push], ["report-status"], emptyPack),
        });
        await take(app, late);
        try {
          const counts = await countRows();
          const answer = await request.finish();
          assert.match(answer.text, /ng refs\/heads\/late/);
          assert.deepEqual(await countRows(), counts);
        } finally {
          await giveBack(app, late);
        }
      });
    }

    /** What git sends to list refs, and to fetch a commit in each of the protocols. */
    function fetchBodies(commit: string): readonly { readonly protocol: string; readonly body: string }[] {
      const packet = (text: string) => (text.length + 4).toString(16).padStart(4, "0") + text;
      return [
        { protocol: "version=2", body: `${packet("command=ls-refs\n")}0000` },
        {
          protocol: "version=2",
          body: `${packet("command=fetch\n")}0001${packet(`want ${commit}\n`)}${packet("done\n")}0000`,
        },
        { protocol: "version=0", body: `${packet(`want ${commit}\n`)}0000${packet("done\n")}` },
      ];
    }

    function beginFetch(
      repository: string,
      protocol: string,
      body: string,
      authorization: string | undefined,
    ) {
      return beginLate(`${app.url}/acme/${repository}.git/git-upload-pack`, {
        method: "POST",
        headers: {
          ...(authorization === undefined ? {} : { authorization }),
          "content-type": "application/x-git-upload-pack-request",
          "git-protocol": protocol,
        },
        body,
      });
    }

    for (const { what, take, giveBack } of WITHDRAWALS) {
      if (what.startsWith("the address")) continue;
      test(`a fetch tells nothing once ${what}`, async () => {
        await examples.refill();
        const { repo_slug, commit } = examples.parameters();
        for (const { protocol, body } of fetchBodies(commit!)) {
          const late = await newLate();
          const early = await (await beginFetch(repo_slug!, protocol, body, late.gitAuthorization)).finish();
          assert.match(early.text, /PACK|refs\/heads\/main/);
          const request = await beginFetch(repo_slug!, protocol, body, late.gitAuthorization);
          await take(app, late);
          try {
            const answer = await request.finish();
            assert.ok([401, 403, 404].includes(answer.status), `${answer.status} ${answer.text}`);
            assert.doesNotMatch(answer.text, /PACK|refs\//);
          } finally {
            await giveBack(app, late);
          }
        }
      });
    }

    test("nobody is told by a fetch what was made private meanwhile", async () => {
      await examples.refill();
      const { repo_slug, commit } = examples.parameters();
      const path = `/repositories/acme/${repo_slug}`;
      for (const { protocol, body } of fetchBodies(commit!)) {
        assert.equal((await examples.owner.rest("PUT", path, { is_private: false })).status, 200);
        const request = await beginFetch(repo_slug!, protocol, body, undefined);
        assert.equal((await examples.owner.rest("PUT", path, { is_private: true })).status, 200);
        const answer = await request.finish();
        assert.equal(answer.status, 401, answer.text);
        assert.doesNotMatch(answer.text, /PACK|refs\//);
      }
    });

    test("nobody is told by POST commits what was made private meanwhile", async () => {
      await examples.refill();
      const { repo_slug } = examples.parameters();
      const path = `/repositories/acme/${repo_slug}`;
      assert.equal((await examples.owner.rest("PUT", path, { is_private: false })).status, 200);
      const request = await beginLate(`${app.url}/2.0${path}/commits`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: "include=main",
      });
      assert.equal((await examples.owner.rest("PUT", path, { is_private: true })).status, 200);
      const answer = await request.finish();
      assert.equal(answer.status, 404, answer.text);
    });
  });
}
