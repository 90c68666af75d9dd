import assert from "node:assert/strict";
import { test } from "node:test";
import { newGpgPublicKey, newSshPublicKey } from "../../../tests/support/examples/example-keys.ts";
import { startFilledApp } from "../../../tests/support/server/filled-app.ts";

const { app, rest } = await startFilledApp();
const own = `/../../../users/%7B${app.owner.uuid}%7D`;

test("an SSH key is added, shown, renamed and deleted", async () => {
  const key = newSshPublicKey("ada@home");
  const made = await rest("POST", `${own}/ssh-keys?expires_on=2099-01-31`, { key, label: "Home" });
  assert.equal(made.status, 201, made.text);
  const { uuid, fingerprint, links, ...shown } = made.json;
  assert.deepEqual(
    {
      key: shown.key,
      comment: shown.comment,
      label: shown.label,
      expires: shown.expires_on,
      used: shown.last_used,
    },
    {
      key: key.split(" ").slice(0, 2).join(" "),
      comment: "ada@home",
      label: "Home",
      expires: "2099-01-31T00:00:00.000000+00:00",
      used: null,
    },
  );
  assert.match(fingerprint, /^[A-Za-z0-9+/]{43}$/);
  assert.equal(made.headers.get("location"), links.self.href);
  assert.equal(shown.owner.uuid, `{${app.owner.uuid}}`);

  const path = `${own}/ssh-keys/${encodeURIComponent(uuid)}`;
  assert.equal((await rest("PUT", path, { label: "Work" })).json.label, "Work");
  assert.equal((await rest("PUT", path, { comment: "ada@work" })).json.comment, "ada@work");
  assert.equal((await rest("GET", path)).json.label, "Work");
  const listed = await rest("GET", `${own}/ssh-keys?q=${encodeURIComponent('label="Work"')}`);
  assert.deepEqual([listed.json.size, listed.json.values[0].uuid], [1, uuid]);

  const again = await rest("POST", `${own}/ssh-keys`, { key });
  assert.equal(again.status, 400);
  assert.equal(again.json.error.message, "Someone has already registered that SSH key");
  const asDeployKey = await rest("POST", "/deploy-keys", { key, label: "ci" });
  assert.equal(asDeployKey.status, 400, asDeployKey.text);

  assert.equal((await rest("DELETE", path)).status, 204);
  assert.equal((await rest("GET", path)).status, 404);
});

test("a GPG key shows its text and subkeys to who asks for them", async () => {
  const key = newGpgPublicKey("Ada <ada@example.com>");
  const made = await rest("POST", `${own}/gpg-keys`, { key });
  assert.equal(made.status, 201, made.text);
  assert.equal(made.json.name, "Ada <ada@example.com>");
  assert.equal(made.json.created_on, "2023-11-14T22:13:20.000000+00:00");
  assert.ok(!("key" in made.json) && !("subkeys" in made.json));
  const path = `${own}/gpg-keys/${made.json.fingerprint.toUpperCase()}`;
  const whole = await rest("GET", `${path}?fields=%2Bkey,%2Bsubkeys`);
  assert.deepEqual([whole.json.key, whole.json.subkeys], [key.trim(), []]);
  const listed = await rest("GET", `${own}/gpg-keys?fields=values.key`);
  assert.deepEqual(listed.json, { values: [{ key: key.trim() }] });
  assert.equal((await rest("POST", `${own}/gpg-keys`, { key })).status, 400);
  assert.equal((await rest("DELETE", path)).status, 204);
  assert.equal((await rest("DELETE", path)).status, 404);
});

test("what is no key is refused, and names the field", async () => {
  for (const [path, field, body] of [
    [`${own}/ssh-keys`, "key", { key: "ssh-ed25519 AAAA" }],
    [`${own}/ssh-keys`, "key", { label: "no key" }],
    [`${own}/ssh-keys?expires_on=soon`, "expires_on", { key: newSshPublicKey() }],
    [`${own}/ssh-keys?expires_on=2020-01-01`, "expires_on", { key: newSshPublicKey() }],
    [`${own}/gpg-keys`, "key", { key: "-----BEGIN PGP PUBLIC KEY BLOCK-----" }],
    ["/deploy-keys", "key", { key: "ssh-rsa AAAA", label: "ci" }],
  ] as const) {
    const answer = await rest("POST", path, body);
    assert.equal(answer.status, 400, answer.text);
    assert.ok(field in answer.json.error.fields, answer.text);
  }
});
