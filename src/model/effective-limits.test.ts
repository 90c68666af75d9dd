import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bound, Network } from "./bound.ts";
import { effectiveLimits } from "./effective-limits.ts";
import type { Hours } from "./hours.ts";
import type { Uuid } from "./uuid.ts";

const [one, two] = ["one", "two"] as readonly string[] as readonly Uuid[];
const hours = (from: string): Hours => ({ days: [1], from, to: "20:00", timeZone: "UTC" });

for (const [what, bound, expected] of [
  ["nothing", undefined, {}],
  ["what it has itself", { repositories: [one!], refs: [] }, { repositories: [one!], refs: [] }],
  ["what its parent has", { outer: { projects: [one!] } }, { projects: [one!] }],
  [
    "the innermost places as a whole",
    { repositories: [one!], outer: { repositories: [one!, two!], workspaces: [two!] } },
    { repositories: [one!] },
  ],
  [
    "each part from the innermost that has it",
    {
      refs: ["refs/heads/a"],
      outer: {
        refs: ["refs/heads/*"],
        outer: { addresses: ["192.0.2.0/24" as Network], workspaces: [one!] },
      },
    },
    { refs: ["refs/heads/a"], addresses: ["192.0.2.0/24" as Network], workspaces: [one!] },
  ],
  [
    "the hours of all",
    { readOnlyHours: [hours("08:00")], outer: { outer: { readOnlyHours: [hours("12:00")] } } },
    { readOnlyHours: [hours("08:00"), hours("12:00")] },
  ],
] as readonly (readonly [string, Bound | undefined, Bound])[]) {
  test(`the limits of a token are ${what}`, () => assert.deepEqual(effectiveLimits(bound), expected));
}
