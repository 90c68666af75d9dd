import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../model/secret.ts";
import { readCommonPasswords } from "./common-passwords.ts";
import { DUMMY_HASH, hashPassword, isPassword } from "./hash-password.ts";
import { findPasswordProblem } from "./password-rules.ts";

const CONTEXT = ["ada", "ada.lovelace@wonderful.example", "git.example.com"];

for (const [text, problem] of [
  ["correct horse battery", undefined],
  ["a".repeat(11), "too-short"],
  ["elevenchars", "too-short"],
  ["twelve chars", undefined],
  // Characters, and not the units of JavaScript's strings.
  ["🐴🐴🐴🐴🐴🐴🐴🐴🐴🐴🐴", "too-short"],
  ["🐴🔋📎🪣🐴🔋📎🪣🌊🌊🌊🌊", undefined],
  [`x${"yz1234567".repeat(113)}abcdef`, undefined],
  ["é".repeat(512), "common"],
  ["é".repeat(513), "too-long"],
  ["aaaaaaaaaaaa", "common"],
  ["password1234", "common"],
  ["PassWord2026!", "common"],
  ["123password!!!", "common"],
  ["qwertyuiopqwertyuiop", "common"],
  ["1234567890123", "common"],
  ["abcdefghijklmnop", "common"],
  ["12345678901234567890", "common"],
  ["monkeymonkey99", "common"],
  ["Lovelace2026", "context"],
  ["wonderful-ada1", "context"],
  ["pail-bitbucket", "context"],
  ["git.example.com", "context"],
  ["lovelace keeps 3 otters", undefined],
] as const)
  test(`${JSON.stringify(text.slice(0, 24))} as a password: ${problem ?? "taken"}`, async () => {
    assert.equal(await findPasswordProblem(new Secret(text), CONTEXT), problem);
  });

test("the list has more than the 10,000 entries that are asked for", async () => {
  const list = await readCommonPasswords();
  assert.equal(list.size, 30_000);
  assert.ok([...list].every((each) => each === each.toLowerCase()));
});

test("a password is stored as argon2id, each time with another salt, and compared byte by byte", async () => {
  const password = new Secret("Ünïcode ﬁsh 123");
  const [first, second] = [await hashPassword(password), await hashPassword(password)];
  assert.match(first, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.notEqual(first, second);
  assert.equal(await isPassword(password, first), true);
  for (const other of ["ünïcode ﬁsh 123", "Ünïcode ﬁsh 123".normalize("NFKC"), "Ünïcode ﬁsh 12", ""])
    assert.equal(await isPassword(new Secret(other), first), false);
  assert.equal(await isPassword(password, "nonsense"), false);
});

test("what is checked without an account costs the same work, and nothing fits it", async () => {
  const parameters = (hash: string) => hash.split("$").slice(0, 4).join("$");
  assert.equal(parameters(DUMMY_HASH), parameters(await hashPassword(new Secret("x"))));
  assert.equal(DUMMY_HASH.length, (await hashPassword(new Secret("x"))).length);
  assert.equal(await isPassword(new Secret(""), DUMMY_HASH), false);
});
