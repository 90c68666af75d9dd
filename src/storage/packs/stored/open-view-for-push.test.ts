import assert from "node:assert/strict";
import { test } from "node:test";
import { newUuid } from "../../../../tests/support/examples/sample-model.ts";
import { openViewForPush } from "./open-view-for-push.ts";

const WAIT_MS = 600;

for (const [what, counts, opens] of [
  ["opens at once what has few packs", [500], 1],
  ["waits until packs are joined", [501, 501, 30], 3],
  ["does not wait for ever", Array(100).fill(501), undefined],
] as const)
  test(`a push ${what}`, async () => {
    let opened = 0;
    let open = 0;
    const views = {
      async open() {
        const count = counts[opened]!;
        opened += 1;
        open += 1;
        return {
          gitDir: `${opened}`,
          packCount: () => count,
          async refresh() {},
          isIntact: async () => true,
          close() {
            open -= 1;
          },
        };
      },
    };
    const since = performance.now();
    const view = await openViewForPush(views, newUuid(), WAIT_MS);
    assert.equal(view.gitDir, `${opened}`);
    assert.equal(open, 1, "the others are closed");
    if (opens === undefined) assert.ok(performance.now() - since >= WAIT_MS);
    else assert.equal(opened, opens);
  });
