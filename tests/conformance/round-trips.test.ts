import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { infoRefsRequest, lsRefsRequest } from "../../bench/measure/git-request.ts";
import { Secret } from "../../src/model/secret.ts";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import { startPostgres } from "../support/database/postgres.ts";
import { countRoundTrips } from "../support/database/round-trips.ts";
import { startFilledApp } from "../support/server/filled-app.ts";
import { TEST_OBJECT_STORE } from "../support/server/test-app.ts";

type Asked = {
  readonly url: string;
  readonly headers?: object;
  readonly body?: Buffer;
  readonly method?: string;
};

// With an object store, maintenance looks at the rows of packs after each change, for which nobody waits; and the first read
// after somebody else's change asks whether packs have come.
for (const { where, objectStore, most } of [
  { where: "folders", objectStore: undefined, most: { push: 9, branch: 7, branchAtEarlier: 8, status: 5 } },
  {
    where: "an object store",
    objectStore: TEST_OBJECT_STORE,
    most: { push: 10, branch: 11, branchAtEarlier: 11, status: 6 },
  },
])
  describe(`with ${where}`, async () => {
    // A server of its own: what is cached is as old as the last transaction of the whole server, and that of the test run has many.
    const postgres = await startPostgres();
    const database = { kind: "postgres", url: new Secret(postgres.url) } as const;
    const filled = await startFilledApp({ database, objectStore });
    after(() => postgres.stop());
    const { app } = filled;
    const token = await app.token();
    const authorization = basic("owner@example.com", token);
    const gitRequest = {
      url: `${app.url}/acme/demo.git`,
      authorization: basic("x-bitbucket-api-token-auth", token),
    };

    const rest = (path: string): Asked => ({ url: `${app.url}/2.0${path}`, headers: { authorization } });

    async function send({ url, ...question }: Asked): Promise<void> {
      const { pathname, search } = new URL(url);
      const answer = await sendRequest(
        app.url,
        pathname + search,
        question as Parameters<typeof sendRequest>[2],
      );
      assert.equal(answer.status, 200, answer.text);
      await app.ports.auditNotes.idle();
    }

    /** As others do all the time: all that is known is asked for anew. */
    const change = () =>
      app.ports.transactions.transaction((tx) => tx.updateTable("account").set({ nickname: "x" }).execute());

    for (const [what, asked, knownMost, anewMost] of [
      ["GET user", rest("/user"), 1, 1],
      ["GET repository", rest("/repositories/acme/demo"), 1, 2],
      ["info/refs", infoRefsRequest(gitRequest), 1, 1],
      // Its body may come late, so what lets it in is asked for once more.
      ["ls-refs", lsRefsRequest(gitRequest, []), 2, 2],
    ] as const) {
      test(`${what}: ${knownMost} to PostgreSQL and back, ${anewMost} when something has changed`, async () => {
        // The first use of a token is written down.
        for (let time = 0; time < 3; time += 1) await send(asked);
        const known = await countRoundTrips(() => send(asked));
        await change();
        const anew = await countRoundTrips(() => send(asked));
        assert.ok(known <= knownMost, `${known} where nothing has changed`);
        assert.ok(anew <= anewMost, `${anew} after a change`);
      });
    }

    async function push(): Promise<void> {
      await filled.commit({}, "Pushed");
      await filled.git.out(["push", "--quiet", "origin", "HEAD:main"], { folder: filled.folder });
      await app.ports.auditNotes.idle();
    }

    let earlier = "";

    const posted = async (path: string, body: unknown) => {
      const answer = await filled.rest("POST", path, body);
      assert.equal(answer.status, 201, answer.text);
    };

    for (const [what, work, workMost] of [
      // git asks for `info/refs` without and with its credential: that takes three of them.
      ["a push of one commit", push, most.push],
      [
        "POST of a branch at another",
        async (name: string) => posted("/refs/branches", { name, target: { hash: "main" } }),
        most.branch,
      ],
      [
        "POST of a branch at an earlier commit",
        async (name: string) => posted("/refs/branches", { name: `at-${name}`, target: { hash: earlier } }),
        most.branchAtEarlier,
      ],
      [
        "POST of a build status",
        async (key: string) => {
          const status = { key, state: "SUCCESSFUL", url: "https://ci.example.com/" };
          await posted(`/commit/${earlier}/statuses/build`, status);
        },
        most.status,
      ],
    ] as const) {
      test(`${what}: ${workMost} to PostgreSQL and back`, async () => {
        earlier = await filled.commit({}, "Earlier");
        await push();
        for (const name of ["first", "second"]) await work(name);
        await app.ports.auditNotes.idle();
        // What the server does every few seconds may fall into one of them.
        const counts: number[] = [];
        for (const name of ["third", "fourth", "fifth"]) {
          counts.push(await countRoundTrips(() => work(name)));
          await app.ports.auditNotes.idle();
        }
        assert.ok(Math.min(...counts) <= workMost, counts.join(", "));
      });
    }
  });
