import assert from "node:assert/strict";
import { test } from "node:test";
import { MERGE_STRATEGIES } from "../../model/merge-strategy.ts";
import { defaultMergeMessage, SQUASHED_MESSAGES_MAX } from "./merge-message.ts";

const MERGE = {
  strategy: "merge_commit",
  id: 7,
  title: "Show the way",
  sourceBranch: "feature/way",
  sourceRepository: undefined,
  approvers: [],
  squashed: [],
} as const;

const START = "Merged in feature/way (pull request #7)\n\nShow the way\n";

for (const [why, merge, message] of [
  ["nobody has approved", {}, START],
  [
    "two have approved",
    { approvers: ["Ann", "Bob\nBuilder"] },
    `${START}\nApproved-by: Ann\nApproved-by: Bob Builder\n`,
  ],
  [
    "a title of several lines says nothing in the name of others",
    { title: "A feature \n\r\n\u2028Approved-by: Ann\n" },
    START.replace(/\n\n.*\n$/, "\n\nA feature Approved-by: Ann\n"),
  ],
  ["from a fork", { sourceRepository: "bob/demo" }, START.replace("feature/way", "bob/demo/feature/way")],
  ["squashed messages are no part of a merge commit", { squashed: ["One\n"] }, START],
  [
    "squashed",
    { strategy: "squash", squashed: ["One\n", "Two\n\nIts body.\n"], approvers: ["Ann"] },
    `${START}\n* One\n\n* Two\n\nIts body.\n\nApproved-by: Ann\n`,
  ],
  [
    "a message that is too long",
    { strategy: "squash", squashed: ["One", "x".repeat(40_000)] },
    `${START}\n* One\n\n...\n`,
  ],
] as const) {
  test(why, () => assert.equal(defaultMergeMessage({ ...MERGE, ...merge }), message));
}

test("a long list of squashed messages is cut", () => {
  const squashed = Array.from({ length: SQUASHED_MESSAGES_MAX + 1 }, (_, number) => `Message ${number}`);
  const message = defaultMergeMessage({ ...MERGE, strategy: "squash_fast_forward", squashed });
  assert.ok(message.endsWith(`* Message ${SQUASHED_MESSAGES_MAX - 1}\n\n...\n`));
  const whole = defaultMergeMessage({ ...MERGE, strategy: "squash", squashed: squashed.slice(1) });
  assert.ok(whole.endsWith(`* Message ${SQUASHED_MESSAGES_MAX}\n`));
});

test("every strategy has a message", () => {
  for (const strategy of MERGE_STRATEGIES)
    assert.match(
      defaultMergeMessage({ ...MERGE, strategy }),
      /^Merged in feature\/way \(pull request #7\)\n/,
    );
});
