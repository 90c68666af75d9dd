import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Dialect } from "../../../src/storage/sql/migrations/migration.ts";
import { createMigratedDatabaseSettings } from "../database/test-database.ts";
import { ALL_ROUTES } from "../examples/all-routes.ts";
import { openExampleWorkspace } from "../examples/example-workspace.ts";
import { exampleOf, routeName } from "../examples/route-examples.ts";
import { startTestApp } from "../server/test-app.ts";
import { askWell, type JunkRun, startJunkRun, throwJunkAt } from "./junk-run.ts";

/** Junk for every route of the list, over one of the databases: they do not choke on the same. */
export function describeJunk(
  dialect: Dialect,
  cases: Pick<JunkRun, "seed" | "casesPerRoute">,
  routes = /^/,
): void {
  describe(`every route over ${dialect}, ${cases.casesPerRoute} cases each, seed ${cases.seed}`, () => {
    let run: JunkRun;
    let close = async () => {};

    before(async () => {
      const testDatabase = await createMigratedDatabaseSettings(dialect);
      const app = await startTestApp({ database: testDatabase.settings });
      close = async () => {
        await app.close();
        await testDatabase.remove();
      };
      run = await startJunkRun(app, await openExampleWorkspace(app), cases);
    });
    after(() => close());

    for (const route of ALL_ROUTES.filter((one) => routes.test(routeName(one)))) {
      test(`${routeName(route)} takes what is good, so that junk gets as far`, async () => {
        const answer = await askWell(route, run);
        const isGone = route.subject === "open" && answer.status === 410;
        const { outcomes } = exampleOf(route);
        const isExpected = answer.status < 400 || isGone || answer.status === outcomes?.owner;
        assert.ok(isExpected, `${answer.status} ${answer.text}`);
      });

      test(`${routeName(route)} refuses junk in documented ways`, () => throwJunkAt(route, run));
    }
  });
}
