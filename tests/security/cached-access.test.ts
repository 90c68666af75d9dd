// The attack: who was let in once is let in again out of a cache, though the token has ended, the account is disabled or the
// permission is gone; or one gets what was written for another. Several servers serve one database, so what one of them has
// been told, the next request to any other must know. Held on both databases, with two servers on each.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { after, before, describe, test } from "node:test";
import pino from "pino";
import { type RunningApp, startApp } from "../../src/app.ts";
import { DELIMITER_PACKET, dataPacket, FLUSH_PACKET } from "../../src/git/wire/packet.ts";
import { openPorts } from "../../src/open-ports.ts";
import { disableAccount } from "../../src/operations/accounts/accounts.ts";
import { createApiToken, revokeApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { setMember } from "../../src/operations/workspaces/workspaces.ts";
import {
  basic,
  type HttpAnswer,
  type HttpQuestion,
  readAnswer,
  sendRequest,
} from "../support/clients/http-request.ts";
import { createCaller, ownerOf } from "../support/clients/rest-callers.ts";
import { createMigratedDatabaseSettings, DIALECTS } from "../support/database/test-database.ts";
import { startTestApp, type TestApp } from "../support/server/test-app.ts";

const REPOSITORY = "/2.0/repositories/acme/demo";
const INFO_REFS = "/acme/demo.git/info/refs?service=git-upload-pack";
const UPLOAD_PACK = "/acme/demo.git/git-upload-pack";

type Surface = { readonly name: string; readonly path: string; readonly refusedWhenHidden: number };
const SURFACES: readonly Surface[] = [
  { name: "REST", path: REPOSITORY, refusedWhenHidden: 404 },
  { name: "Git", path: INFO_REFS, refusedWhenHidden: 404 },
];

/** As often as is needed for an answer to be one out of a cache: the first use of a token is written down, which is a change. */
const TIMES = 3;

for (const dialect of DIALECTS) {
  describe(`with caches over ${dialect}`, () => {
    let app: TestApp;
    let other: RunningApp & { end(): Promise<void> };
    let cachedAnswers = 0;
    const endings: (() => Promise<void>)[] = [];
    after(async () => {
      for (const end of endings.reverse()) await end();
    });

    before(async () => {
      const testDatabase = dialect === "postgres" ? await createMigratedDatabaseSettings(dialect) : undefined;
      endings.push(async () => testDatabase?.remove());
      app = await startTestApp(testDatabase === undefined ? {} : { database: testDatabase.settings });
      endings.push(() => app.close());
      other = await startOther(app);
      endings.push(() => other.end());
      app.ports.metrics.countCachedAnswer = () => {
        cachedAnswers += 1;
      };
    });

    /** A member who reads, with the header of a token of theirs. */
    async function createReader(username: string) {
      const { account } = await createCaller(app, username);
      await setMember(app.ports, app.by, app.workspace, account, "member", "read");
      const made = await createApiToken(app.ports, app.by, {
        accountUuid: account.uuid,
        name: "cached",
        scopes: ["read:repository:bitbucket"],
        ageDays: 1,
      });
      const email = `${username}@example.com`;
      const inRest = basic(email, made.text.reveal());
      const inGit = basic("x-bitbucket-api-token-auth", made.text.reveal());
      return {
        account,
        token: made.token,
        headerFor: ({ name }: Surface) => (name === "REST" ? inRest : inGit),
      };
    }

    function get(path: string, authorization: string | undefined, url = app.url): Promise<HttpAnswer> {
      return sendRequest(url, path, { headers: authorization === undefined ? {} : { authorization } });
    }

    async function change(body: unknown): Promise<void> {
      const owner = await ownerOf(app);
      assert.equal((await owner.rest("PUT", "/repositories/acme/demo", body)).status, 200);
    }

    /** Asks both servers until all that can be cached is. */
    async function fillCaches(path: string, authorization: string): Promise<void> {
      for (let time = 0; time < TIMES; time += 1) {
        for (const url of [app.url, other.url])
          assert.equal((await get(path, authorization, url)).status, 200);
        await app.ports.auditNotes.idle();
      }
    }

    for (const surface of SURFACES) {
      const { name, path } = surface;
      const prefix = name.toLowerCase();

      test(`${name}: a token revoked, an account disabled, a repository hidden is so for the next request to any server`, async () => {
        for (const end of ["revoke", "disable", "hide"]) {
          const { account, token, headerFor } = await createReader(`${end}-${prefix}`);
          await fillCaches(path, headerFor(surface));
          if (end === "revoke") await revokeApiToken(app.ports, app.by, token.uuid);
          else if (end === "disable") await disableAccount(app.ports, app.by, account);
          else await setMember(app.ports, app.by, app.workspace, account, "member", "none");
          for (const url of [other.url, app.url]) {
            const { status } = await get(path, headerFor(surface), url);
            assert.equal(status, end === "hide" ? surface.refusedWhenHidden : 401, end);
          }
        }
      });

      test(`${name}: a permission that was given is had by the next request to any server`, async () => {
        const { account, headerFor } = await createReader(`given-${prefix}`);
        await setMember(app.ports, app.by, app.workspace, account, "member", "none");
        for (let time = 0; time < TIMES; time += 1)
          assert.equal((await get(path, headerFor(surface), other.url)).status, surface.refusedWhenHidden);
        await setMember(app.ports, app.by, app.workspace, account, "member", "read");
        assert.equal((await get(path, headerFor(surface), other.url)).status, 200);
      });

      test(`${name}: a token that runs out is refused though nothing has changed`, async () => {
        const { headerFor, token } = await createReader(`late-${prefix}`);
        const { clock } = app.ports;
        const lastMoment = token.expiresAt.getTime() - 1_000;
        Object.assign(app.ports, { clock: () => new Date(lastMoment) });
        try {
          await fillCaches(path, headerFor(surface));
          Object.assign(app.ports, { clock: () => new Date(token.expiresAt) });
          assert.equal((await get(path, headerFor(surface))).status, 401);
        } finally {
          Object.assign(app.ports, { clock });
        }
      });

      test(`${name}: another credential, none, and a wrong one are looked at`, async () => {
        const reader = await createReader(`reader-${prefix}`);
        const own = reader.headerFor(surface);
        const stranger = await createReader(`stranger-${prefix}`);
        await setMember(app.ports, app.by, app.workspace, stranger.account, "member", "none");
        await fillCaches(path, own);
        assert.equal((await get(path, stranger.headerFor(surface))).status, surface.refusedWhenHidden);
        assert.notEqual((await get(path, undefined)).status, 200);
        assert.equal((await get(path, own.replace(/.{4}$/, "AAAA"))).status, 401);
        const answer = await sendRequest(app.url, path, {
          method: "DELETE",
          headers: { authorization: own },
        });
        assert.notEqual(answer.status, 200);
      });
    }

    test("requests that come at once, around a revocation, are refused from its answer on", async () => {
      for (let round = 0; round < 10; round += 1) {
        const { token, headerFor } = await createReader(`race-${round}`);
        const header = headerFor(SURFACES[0]!);
        await fillCaches(REPOSITORY, header);
        const before = Array.from({ length: 5 }, () => get(REPOSITORY, header, other.url));
        await revokeApiToken(app.ports, app.by, token.uuid);
        const after = Array.from({ length: 5 }, () => get(REPOSITORY, header, other.url));
        assert.deepEqual(new Set((await Promise.all(after)).map(({ status }) => status)), new Set([401]));
        for (const { status } of await Promise.all(before)) assert.ok(status === 200 || status === 401);
      }
    });

    test("each caller reads what was written for them alone", async () => {
      const one = await createReader("one");
      const two = await createReader("two");
      for (const reader of [one, two, one, two]) {
        const { text } = await get(REPOSITORY, reader.headerFor(SURFACES[0]!));
        assert.match(text, new RegExp(`//${reader.account.username}@`));
      }
    });

    test("a change is seen by the next request to any server", async () => {
      const { headerFor } = await createReader("changes");
      const header = headerFor(SURFACES[0]!);
      await fillCaches(REPOSITORY, header);
      await change({ description: "changed meanwhile" });
      for (const url of [other.url, app.url])
        assert.match((await get(REPOSITORY, header, url)).text, /changed meanwhile/);
    });

    test("lists of refs: another body is looked at, whole", async () => {
      const { headerFor } = await createReader("lister");
      const header = headerFor(SURFACES[1]!);
      for (let time = 0; time < TIMES; time += 1)
        assert.equal((await sendRequest(app.url, ...lsRefs(header, "refs/heads/main"))).status, 200);
      const answer = await sendRequest(app.url, ...lsRefs(header, "refs/heads/othe"));
      assert.doesNotMatch(answer.text, /refs\/heads\/main/);
    });

    test("the log has a line for each request, with its caller and its token", async () => {
      const { headerFor, account, token } = await createReader("logged");
      const header = headerFor(SURFACES[0]!);
      await fillCaches(REPOSITORY, header);
      const { headers } = await get(REPOSITORY, header);
      const line = app.logLines.find((each) => each["request.id"] === headers["x-request-id"]);
      assert.equal(line?.["caller.account_id"], account.accountId);
      assert.equal(line?.["token.id"], token.uuid);
      assert.equal(line?.status, 200);
      assert.equal(line?.route, "/2.0/repositories/:workspace/:repo_slug");
    });

    test("an address that a token has not been used from is noted, though the answer is cached", async () => {
      const { headerFor, token } = await createReader("traveller");
      const header = headerFor(SURFACES[0]!);
      const noted: string[] = [];
      const { noteAddress } = app.ports.auditNotes;
      Object.assign(app.ports.auditNotes, {
        noteAddress(...values: Parameters<typeof noteAddress>) {
          if (values[0].credential.id === token.uuid) noted.push(values[2]);
          noteAddress(...values);
        },
      });
      await fillCaches(REPOSITORY, header);
      const { hostname, port } = new URL(app.url);
      // Another address of this machine.
      const elsewhere = request({
        ...{ hostname, port, path: REPOSITORY, localAddress: "127.0.0.2", agent: false },
        headers: { authorization: header },
      }).end();
      const [message] = (await once(elsewhere, "response")) as [IncomingMessage];
      assert.equal((await readAnswer(message)).status, 200);
      assert.equal(noted.at(-1), "127.0.0.2");
      Object.assign(app.ports.auditNotes, { noteAddress });
    });

    test("a 401 to nobody lasts until the repository is public", async () => {
      for (let time = 0; time < TIMES; time += 1) {
        const answer = await get(INFO_REFS, undefined);
        assert.equal(answer.status, 401);
        assert.match(answer.headers["www-authenticate"] ?? "", /^Basic realm=/);
      }
      await change({ is_private: false });
      for (const url of [other.url, app.url])
        assert.equal((await get(INFO_REFS, undefined, url)).status, 200);
      await change({ is_private: true });
      for (const url of [other.url, app.url])
        assert.equal((await get(INFO_REFS, undefined, url)).status, 401);
    });

    test("answers come out of a cache: all this would be held without one", () => {
      assert.ok(cachedAnswers > 0);
    });
  });
}

/** Another server of the same data, as another process would be. */
async function startOther(app: TestApp): Promise<RunningApp & { end(): Promise<void> }> {
  const ports = await openPorts(app.ports.config, pino({ level: "silent" }));
  const running = await startApp(ports, { sharesPort: false });
  return {
    ...running,
    async end() {
      await running.close();
      await ports.close();
    },
  };
}

function lsRefs(authorization: string, prefix: string): [string, HttpQuestion] {
  const body = Buffer.concat([
    dataPacket("command=ls-refs\n"),
    DELIMITER_PACKET,
    dataPacket(`ref-prefix ${prefix}\n`),
    FLUSH_PACKET,
  ]);
  const headers = {
    authorization,
    "git-protocol": "version=2",
    "content-type": "application/x-git-upload-pack-request",
  };
  return [UPLOAD_PACK, { method: "POST", headers, body }];
}
