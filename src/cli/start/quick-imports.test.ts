import assert from "node:assert/strict";
import { registerHooks } from "node:module";
import { test } from "node:test";
import { createQuickResolver } from "./quick-imports.ts";

test("finds what Node finds, for each import of the server, its packages, and what they load later", async () => {
  const resolveQuickly = createQuickResolver();
  const different: string[] = [];
  let compared = 0;
  const hooks = registerHooks({
    resolve(specifier, context, findAsNodeDoes) {
      const found = findAsNodeDoes(specifier, context);
      const quick = resolveQuickly(specifier, context, findAsNodeDoes);
      compared += 1;
      const isSame = quick.url === found.url && (quick.format ?? found.format) === found.format;
      if (!isSame) different.push(`${specifier} in ${context.parentURL}: ${quick.url}, ${quick.format}`);
      return found;
    },
  });
  try {
    await import("../serve/serve.ts");
    await Promise.all([
      import("typebox/compile"),
      import("pg"),
      import("markdown-it"),
      import("prom-client"),
    ]);
  } finally {
    hooks.deregister();
  }
  assert.deepEqual(different, []);
  assert.ok(compared > 2_000, `only ${compared} imports were seen`);
});
