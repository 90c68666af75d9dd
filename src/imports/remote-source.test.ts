import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingHttpHeaders, RequestListener, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { basic } from "../../tests/support/clients/http-request.ts";
import { CERTIFICATE, KEY } from "../../tests/support/remote-servers/self-signed.ts";
import { openSourceServer } from "../../tests/support/remote-servers/source-server.ts";
import { SOURCE_REMEDIES } from "../cli/repository/source-remedies.ts";
import { dataPacket, FLUSH_PACKET, sidebandPackets } from "../git/wire/packet.ts";
import { Secret } from "../model/secret.ts";
import { openRemoteSource, type RemoteOptions } from "./remote-source.ts";

const ID = "a".repeat(40);
const OPTIONS: RemoteOptions = {
  mayReachPrivateAddresses: true,
  stallMsMax: 60_000,
  credentials: undefined,
  remedies: SOURCE_REMEDIES,
};
const CREDENTIALS = new Secret("ann:hidden");
const SERVICE = dataPacket("# service=git-upload-pack\n");
const CAPABILITIES = "side-band-64k ofs-delta no-progress symref=HEAD:refs/heads/dev";

function advertise(response: ServerResponse, ...lines: readonly (string | Buffer)[]): void {
  response.setHeader("content-type", "application/x-git-upload-pack-advertisement");
  response.end(Buffer.concat([SERVICE, FLUSH_PACKET, ...lines.map(dataPacket), FLUSH_PACKET]));
}

function open(origin: string, options: Partial<RemoteOptions> = {}) {
  return openRemoteSource(new URL(`${origin}/a.git`), { ...OPTIONS, ...options });
}

async function readPack(listener: (response: ServerResponse) => void, stallMsMax = 60_000) {
  const origin = await openSourceServer((request, response) => {
    if (request.method === "GET") advertise(response, `${ID} refs/heads/dev\0${CAPABILITIES}\n`);
    else listener(response);
  });
  const source = await open(origin, { stallMsMax });
  const progress: string[] = [];
  const onProgress = (text: Buffer) => progress.push(text.toString());
  const pack = source.openPack({ signal: new AbortController().signal, onProgress });
  const pieces: Buffer[] = [];
  for await (const piece of pack.read()) pieces.push(piece);
  return { pack: Buffer.concat(pieces).toString(), progress: progress.join("") };
}

test("reads refs, the branch of HEAD, and a pack without what else stands in the response", async () => {
  let body = "";
  const origin = await openSourceServer((request, response) => {
    if (request.method === "GET") {
      return advertise(
        response,
        `${ID} HEAD\0${CAPABILITIES}\n`,
        `${ID} refs/heads/dev\n`,
        Buffer.from(`${ID} refs/heads/caf\xe9\n`, "latin1"),
        `${ID} refs/pull/1/head\n`,
        `${ID} refs/tags/v1`,
        `${ID} refs/tags/v1^{}\n`,
      );
    }
    request.on("data", (bytes: Buffer) => {
      body += bytes.toString();
    });
    request.on("end", () => {
      response.write(dataPacket("NAK\n"));
      response.write(sidebandPackets(2, Buffer.from("\u001b[31mCounting\r")));
      response.write(Buffer.from("0005\x01", "latin1"));
      response.end(Buffer.concat([sidebandPackets(1, Buffer.from("PACK")), FLUSH_PACKET]));
    });
  });
  const source = await open(origin);
  assert.deepEqual(
    source.refs.map(({ name }) => name),
    ["refs/heads/dev", "refs/tags/v1"],
  );
  assert.equal(source.headBranch, "dev");
  assert.deepEqual(source.warnings, [
    'left out "refs/heads/caf\\351": the ref name is not UTF-8',
    "left out 1 refs that are no branch, tag or note",
  ]);
  const pieces: Buffer[] = [];
  for await (const piece of source.openPack({ signal: new AbortController().signal }).read())
    pieces.push(piece);
  assert.equal(Buffer.concat(pieces).toString(), "PACK");
  assert.equal(body, `0056want ${ID} side-band-64k ofs-delta no-progress\n00000009done\n`);
});

test("shows progress without the sequences that move a terminal's cursor", async () => {
  const { pack, progress } = await readPack((response) => {
    response.write(sidebandPackets(2, Buffer.from("\u001b[2JCounting: 1\r")));
    response.end(Buffer.concat([sidebandPackets(1, Buffer.from("PACK")), FLUSH_PACKET]));
  });
  assert.equal(pack, "PACK");
  assert.equal(progress, "?[2JCounting: 1\r");
});

for (const [what, listener, reason] of [
  ["no repository", answer(404), /there is no such repository, or not without credentials \(404\)/],
  ["a private one", answer(401), /it asks for credentials \(401\): give them by --credentials-stdin/],
  ["a forbidden one", answer(403), /it refuses access \(403\)/],
  ["a server that fails", answer(503), /it answers with status 503/],
  ["a page", answer(200, { "content-type": "text/html" }, "<h1>"), /not that of Git's smart HTTP protocol/],
  ["files alone", answer(200, { "content-type": "text/plain" }, `${ID}\trefs/heads/a\n`), /smart HTTP/],
  [
    "another host",
    answer(302, { location: "http://localhost:1/a.git/info/refs" }),
    toOther("http://localhost:1/a.git"),
  ],
  [
    "another port",
    answer(302, { location: "http://127.0.0.1:1/a.git/info/refs" }),
    toOther("http://127.0.0.1:1/a.git"),
  ],
  [
    "a secret place",
    answer(302, { location: "https://u:hidden@[::1]/?hidden" }),
    toOther("https://\\[::1\\]/"),
  ],
  [
    "another scheme",
    answer(302, { location: "file:///etc/passwd" }),
    /redirects to something that is not an http/,
  ],
  ["a login page", answer(302, { location: "/login" }), /redirects to \S+\/login, which is not the URL of/],
  [
    "a circle",
    answer(307, { location: "/a.git/info/refs?service=git-upload-pack" }),
    /it redirects too often/,
  ],
  ["its refusal", refs("ERR \u001b[1mnö\r\npail\n"), /it says: \?\[1mnö\?\?pail$/],
  [
    "a shallow clone",
    refs(`${ID} refs/heads/dev\0${CAPABILITIES}`, `shallow ${ID}`),
    /it is a shallow clone/,
  ],
  ["SHA-256", refs(`${ID}${ID} refs/heads/a\0object-format=sha256`), /its object format is sha256/],
  ["no sideband", refs(`${ID} refs/heads/a\0ofs-delta`), /its server lacks side-band-64k/],
  ["no packets", advertised("<html>"), /its answer is not in Git's protocol/],
  ["half a packet", advertised("00"), /its answer is not in Git's protocol/],
  ["half a list", advertised(`${SERVICE}0000${dataPacket(`${ID} refs/heads/a\0`)}`), /smart HTTP/],
] as const) {
  test(`says why it takes nothing from ${what}`, async () => {
    const origin = await openSourceServer(listener);
    await assert.rejects(open(origin), (error: Error) => {
      assert.match(error.message, new RegExp(`^Cannot import ${origin}/a.git: `));
      assert.match(error.message, reason);
      assert.doesNotMatch(error.message, /hidden/);
      return true;
    });
  });
}

for (const [what, listener, reason] of [
  ["a refusal", (to: ServerResponse) => to.writeHead(403).end(), /it refuses access/],
  [
    "an error",
    (to: ServerResponse) => to.end(sidebandPackets(3, Buffer.from("too busy\n"))),
    /it says: too busy/,
  ],
  [
    "no end",
    (to: ServerResponse) => to.end(sidebandPackets(1, Buffer.from("PA"))),
    /ends before the pack does/,
  ],
  [
    "a connection that breaks off",
    (to: ServerResponse) => to.write(sidebandPackets(1, Buffer.from("PA")), () => to.destroy()),
    /the connection broke off/,
  ],
] as const) {
  test(`says that the pack ended with ${what}`, async () => {
    await assert.rejects(
      readPack((response) => void listener(response)),
      reason,
    );
  });
}

test("does not wait for a source that stalls, before its answer or within it", async () => {
  const silent = await openSourceServer(() => {});
  await assert.rejects(open(silent, { stallMsMax: 50 }), /it has sent nothing for 0.05 seconds/);
  const stopping = await openSourceServer((_, response) => {
    response.setHeader("content-type", "application/x-git-upload-pack-advertisement");
    response.write(SERVICE);
  });
  await assert.rejects(open(stopping, { stallMsMax: 50 }), /it has sent nothing for 0.05 seconds/);
});

test("reaches no private address unless it may, also not by a name", async () => {
  const origin = await openSourceServer(() => assert.fail("it was reached"));
  const { port } = new URL(origin);
  const isPrivate = /has a private, loopback or link-local address \(--private-source/;
  for (const host of ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "localhost"]) {
    await assert.rejects(open(`http://${host}:${port}`, { mayReachPrivateAddresses: false }), isPrivate);
  }
  const resolveName = async () => [
    { address: "1.1.1.1", family: 4 },
    { address: "127.0.0.1", family: 4 },
  ];
  await assert.rejects(
    open(`http://example.com:${port}`, { mayReachPrivateAddresses: false, resolveName }),
    isPrivate,
  );
});

test("connects to the address that was judged, whatever the name's next answer is", async () => {
  const origin = await openSourceServer((_, response) =>
    advertise(response, `${ID} refs/heads/dev\0${CAPABILITIES}\n`),
  );
  let asked = 0;
  const resolveName = async () => {
    asked += 1;
    return [{ address: "127.0.0.1", family: 4 }];
  };
  await open(`http://example.com:${new URL(origin).port}`, { resolveName });
  assert.equal(asked, 1);
});

test("sends the credentials only once they are asked for, and to a redirect of the same place", async () => {
  const seen: (readonly [string | undefined, IncomingHttpHeaders["authorization"]])[] = [];
  const origin = await openSourceServer((request, response) => {
    seen.push([request.url, request.headers.authorization]);
    if (request.url?.startsWith("/a.git") === true)
      return void response.writeHead(301, { location: request.url.replace("/a", "/b") }).end();
    if (request.headers.authorization === undefined) return void response.writeHead(401).end();
    advertise(response, `${ID} refs/heads/dev\0${CAPABILITIES}\n`);
  });
  const source = await open(origin, { credentials: CREDENTIALS });
  const query = "info/refs?service=git-upload-pack";
  assert.deepEqual(seen, [
    [`/a.git/${query}`, undefined],
    [`/b.git/${query}`, undefined],
    [`/b.git/${query}`, basic("ann", "hidden")],
  ]);
  assert.deepEqual(source.warnings, ["the credentials were sent unencrypted, by http://"]);
});

test("asks for the same whether the URL ends with a slash or not, also at the root of a host", async () => {
  const asked: (string | undefined)[] = [];
  const origin = await openSourceServer((request, response) => {
    asked.push(request.url);
    advertise(response);
  });
  for (const path of ["", "/", "/a", "/a/"]) await openRemoteSource(new URL(origin + path), OPTIONS);
  const query = "info/refs?service=git-upload-pack";
  assert.deepEqual(asked, [`/${query}`, `/${query}`, `/a/${query}`, `/a/${query}`]);
});

test("takes nothing from a server whose certificate nobody vouches for", async () => {
  const server = createServer({ cert: CERTIFICATE, key: KEY }, () => assert.fail("it was asked"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await assert.rejects(open(origin), /: DEPTH_ZERO_SELF_SIGNED_CERT \(for a private certificate authority/);
  } finally {
    server.close();
  }
});

test("says that credentials are refused, and does not show them", async () => {
  const origin = await openSourceServer(answer(401));
  await assert.rejects(open(origin, { credentials: CREDENTIALS }), /it refuses the credentials \(401\)$/);
});

function answer(status: number, headers: Readonly<Record<string, string>> = {}, body = ""): RequestListener {
  return (_, response) => void response.writeHead(status, headers).end(body);
}

function advertised(body: string): RequestListener {
  return answer(200, { "content-type": "application/x-git-upload-pack-advertisement" }, body);
}

function refs(...lines: readonly string[]): RequestListener {
  return (_, response) => advertise(response, ...lines);
}

function toOther(shown: string): RegExp {
  return new RegExp(`redirects to ${shown}, and redirects to other hosts are not followed`);
}
