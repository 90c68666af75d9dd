import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { findProgramName, withProgramName } from "./program-name.ts";

const BIN = fileURLToPath(new URL("../../../bin", import.meta.url));

for (const [why, path, environment, name] of [
  ["in the checkout", "bin/pail", { PATH: "/usr/bin" }, "bin/pail"],
  ["from elsewhere", "../pail/bin/pail", { PATH: "/usr/bin" }, "../pail/bin/pail"],
  ["found on the PATH", `${BIN}/pail`, { PATH: `/nowhere:${BIN}` }, "pail"],
  ["by its whole path", `${BIN}/pail`, { PATH: "/usr/bin" }, `${BIN}/pail`],
  ["by npx", "/x/node_modules/.bin/pail", { npm_command: "exec" }, "npx pail"],
  [
    "by npx of a file",
    "/h/.npm/_npx/1f/node_modules/.bin/pail",
    { npm_command: "exec", PATH: "/usr/bin" },
    "/h/.npm/_npx/1f/node_modules/.bin/pail",
  ],
  ["by npm start", "bin/pail", { npm_command: "run-script", npm_lifecycle_event: "start" }, "bin/pail"],
  ["in a folder with a blank", "/my pail/bin/pail", {}, "'/my pail/bin/pail'"],
  ["without bin/pail", undefined, {}, "pail"],
] as const) {
  test(`started ${why}, it is called ${name}`, () => {
    assert.equal(findProgramName(path, environment), name);
  });
}

test("commands get the name, and neither paths, the prefix of messages nor the product do", () => {
  assert.equal(
    withProgramName(
      "Usage: pail [options]\n(pail token list)\n  PAIL_DATA=/srv/pail pail serve --data /srv/pail --port 1",
      "x",
    ),
    "Usage: x [options]\n(x token list)\n  PAIL_DATA=/srv/pail x serve --data /srv/pail --port 1",
  );
  assert.equal(
    withProgramName("pail: no such thing. Pail is a server", "x"),
    "pail: no such thing. Pail is a server",
  );
});
