import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOfSource, parseSourceLocation } from "./open-import-source.ts";

for (const [text, path] of [
  ["/srv/git/a.git", "/srv/git/a.git"],
  ["a:b/c".replace(":", "/"), "a/b/c"],
  ["./a:b", "./a:b"],
  ["file:///srv/git/a.git", "/srv/git/a.git"],
  ["FILE://localhost/srv/a%20b%23.git", "/srv/a b#.git"],
  ["file:///srv/a?b#c", "/srv/a?b#c"],
] as const) {
  test(`takes ${text} for a folder`, () =>
    assert.deepEqual(parseSourceLocation(text), { kind: "folder", path }));
}

for (const [text, reason] of [
  ["ssh://git:hidden@example.com/a.git", /only folders and URLs of https/],
  ["git@example.com:team/a.git", /only folders and URLs of https/],
  ["example.com:a.git", /only folders and URLs of https/],
  ["git://example.com/a.git", /only folders and URLs of https/],
  ["ext::sh -c touch% /tmp/hidden", /only folders and URLs of https/],
  ["ftp://example.com/a.git", /only folders and URLs of https/],
  ["file://elsewhere/a.git", /names a folder here/],
  ["file:///srv/%FF", /percent-encoding/],
  ["https://user:hidden@example.com/a.git", /credentials in a URL are seen by all who list processes/],
  ["https://hidden@example.com/a.git", /credentials in a URL are seen/],
  ["https://user:hidden@exa mple.com/a.git", /it is not a URL/],
  ["https://user:hidden@[::1/a.git", /it is not a URL/],
  ["https://example.com/a.git?token=hidden", /has no \? and no #/],
  ["https://example.com/a.git#hidden", /has no \? and no #/],
] as const) {
  test(`refuses ${text}, and shows no secret of it`, () => {
    assert.throws(
      () => parseSourceLocation(text),
      (error: Error) => {
        assert.match(error.message, reason);
        if (!text.startsWith("ext::")) assert.doesNotMatch(error.message, /hidden/);
        return true;
      },
    );
  });
}

for (const [text, name] of [
  ["https://example.com/team/app.git", "app"],
  ["https://example.com/team/app/", "app"],
  ["https://example.com/team/gr%C3%BC%C3%9Fe.git", "grüße"],
  ["https://example.com/team/100%", "100%"],
  ["file:///srv/work/.git", "work"],
] as const) {
  test(`calls ${text} ${name}`, () => assert.equal(nameOfSource(parseSourceLocation(text)), name));
}
