import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { prepareMessages, renderMessage } from "./rendered-messages.ts";

const LONG = "*a* <b>\n".repeat(1000);
/** Takes a second. */
const SLOW = "> *a_\n".repeat(80_000);

test("short messages need no worker, and long ones are whole once they are prepared", async () => {
  const none = await prepareMessages(["*a*", "a\n".repeat(50_000)], { repositoryUuid: "one" });
  assert.ok(none.isComplete);
  assert.equal(none.htmlOf("*a*"), "<p><em>a</em></p>");
  assert.match(renderMessage(LONG), /^<p>\*a\* &lt;b&gt;<br>\n\*a\*/);
  const { htmlOf, isComplete } = await prepareMessages(["*a*", LONG, LONG], { repositoryUuid: "one" });
  assert.ok(isComplete);
  assert.equal(htmlOf("*a*"), "<p><em>a</em></p>");
  assert.ok(htmlOf(LONG) === `<p>${"<em>a</em> &lt;b&gt;<br>\n".repeat(1000).slice(0, -5)}</p>`);
});

test("what cannot be rendered in time is paragraphs, the thread is free meanwhile, and it is not tried again at once", async () => {
  const prepared = prepareMessages([SLOW], { repositoryUuid: "two", timeLimitMs: 200 });
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 1);
  const other = await prepareMessages([`${LONG}x`], { repositoryUuid: "three" });
  assert.ok(other.isComplete);
  const { htmlOf, isComplete } = await prepared;
  clearInterval(counting);
  assert.ok(turns > 10, `${turns}`);
  assert.ok(!isComplete);
  assert.ok(htmlOf(SLOW).startsWith("<p>&gt; *a_<br>\n&gt; *a_"));
  const again = await prepareMessages([SLOW], { repositoryUuid: "two" });
  assert.ok(!again.isComplete);
});

test("after the deadline nothing more is rendered", async () => {
  const { isComplete } = await prepareMessages([`${LONG}y`], {
    repositoryUuid: "one",
    deadline: performance.now(),
  });
  assert.ok(!isComplete);
});

test("many requests for one text take one rendering", async () => {
  const text = `${LONG}z`;
  const all = await Promise.all(
    Array.from({ length: 100 }, () => prepareMessages([text], { repositoryUuid: "one" })),
  );
  assert.ok(all.every(({ isComplete }) => isComplete));
});

test("a worker is started when it is first needed, and the process does not wait for its end", async () => {
  const script = `
    let workers = 0;
    let ended = 0;
    process.on("worker", (worker) => {
      workers += 1;
      worker.once("exit", () => { ended += 1; });
    });
    process.once("exit", () => console.log("ended before", ended));
    const { prepareMessages } = await import(${JSON.stringify(import.meta.resolve("./rendered-messages.ts"))});
    for (const text of ["*a*", "*a* ".repeat(1000), "*a* ".repeat(5000), "*b* ".repeat(5000)]) {
      const { isComplete } = await prepareMessages([text], { repositoryUuid: "one" });
      console.log(isComplete, workers);
    }`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
  assert.equal(stdout, "true 0\ntrue 0\ntrue 1\ntrue 1\nended before 0\n");
});
