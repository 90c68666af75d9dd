import assert from "node:assert/strict";
import { test } from "node:test";
import { CONFIGURATIONS } from "../../many-nodes/model/configurations.ts";
import { explore } from "../../many-nodes/model/explorer.ts";
import { LARGE_CONFIGURATIONS } from "../../many-nodes/model/large-configurations.ts";
import { type Configuration, openSystem } from "../../many-nodes/model/system.ts";

/*
 * What tests/many-nodes/model/model.test.ts explores, with more processes at once; and its own configurations once more in the finest
 * steps: packs are brought one by one, and an upload is two steps.
 */

/** With some 70 bytes for each, less than two gigabytes. */
const STATES_MAX = 20_000_000;

const FINE = Object.entries<Configuration>(CONFIGURATIONS).map(([name, { about, options, cast }]) => {
  const fine = { ...options, bringsOneByOne: true, isUploadSplit: true };
  return [`${name}, in the finest steps`, { about, options: fine, cast }] as const;
});

for (const [name, configuration] of [...Object.entries<Configuration>(LARGE_CONFIGURATIONS), ...FINE])
  test(`all invariants hold in "${name}": ${configuration.about}`, (t) => {
    const { violation, isCutOff, states, steps, depth } = explore(openSystem(configuration), STATES_MAX);
    assert.equal(violation, undefined, [violation?.invariant, ...(violation?.trace ?? [])].join("\n"));
    assert.ok(!isCutOff, "there are more states than are looked at");
    t.diagnostic(`${states} states, ${steps} steps, each state within ${depth} steps`);
  });
