import assert from "node:assert/strict";
import { PassThrough, Readable } from "node:stream";
import { test } from "node:test";
import { CREDENTIALS_VARIABLE, readSourceCredentials } from "./source-credentials.ts";

for (const [given, expected] of [
  ["ann:secret", "ann:secret"],
  ["ann:se:cr et\n", "ann:se:cr et"],
  ["ann\nsecret\n", "ann:secret"],
  ["ann\r\nse:cret\r\n", "ann:se:cret"],
  ["ann@example.com\ngrüße", "ann@example.com:grüße"],
] as const) {
  test(`reads ${JSON.stringify(given)} from stdin`, async () => {
    const bytes = Buffer.from(given);
    for (const pieces of [[bytes], [...bytes].map((byte) => Buffer.from([byte]))]) {
      const read = await readSourceCredentials(true, Readable.from(pieces, { objectMode: false }), {});
      assert.equal(read?.reveal(), expected);
    }
  });
}

for (const given of ["", "\n", "secret", "secret\n", ":secret", "ann:\n", "ann:se\u0001cret", "\nsecret"]) {
  test(`refuses ${JSON.stringify(given)}, and shows nothing of it`, async () => {
    await assert.rejects(readSourceCredentials(true, Readable.from([given]), {}), (error: Error) => {
      assert.match(error.message, /^--credentials-stdin: needs user:password/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });
}

test("does not wait for the end of what is kept open", async () => {
  const input = new PassThrough();
  input.write("ann:secret\n");
  assert.equal((await readSourceCredentials(true, input, {}))?.reveal(), "ann:secret");
});

test("does not read a password from a terminal, which would show it", async () => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true });
  await assert.rejects(readSourceCredentials(true, terminal, {}), /a terminal would show the password/);
});

test("takes them out of the environment", async () => {
  const environment = { [CREDENTIALS_VARIABLE]: "ann:secret" };
  const read = await readSourceCredentials(false, new PassThrough(), environment);
  assert.equal(read?.reveal(), "ann:secret");
  assert.deepEqual(environment, {});
  assert.equal(await readSourceCredentials(false, new PassThrough(), environment), undefined);
});
