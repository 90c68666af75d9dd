import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { connect } from "node:tls";
import pino from "pino";
import { waitUntil } from "../../../../tests/support/processes/process-table.ts";
import {
  EXPIRED_CERTIFICATE,
  FUTURE_CERTIFICATE,
  LOCKED_KEY,
  RENEWED_CERTIFICATE,
  RENEWED_KEY,
} from "../../../../tests/support/remote-servers/dated-certificates.ts";
import {
  AUTHORITY,
  SERVER_CERTIFICATE,
  SERVER_KEY,
} from "../../../../tests/support/remote-servers/self-signed.ts";
import { dateProblemOf, type LoadedCertificate, readCertificateFiles } from "./read-certificate-files.ts";
import { watchCertificate } from "./watch-certificate.ts";

const folder = mkdtempSync(join(tmpdir(), "pail-certificates-"));
after(() => rmSync(folder, { recursive: true }));
const NOW = new Date("2026-12-01T00:00:00Z");

let files = 0;
function write(text: string): string {
  files += 1;
  const file = join(folder, `${files}.pem`);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

function load(cert: string, key: string): LoadedCertificate {
  const outcome = readCertificateFiles({ certFile: write(cert), keyFile: write(key) });
  assert.equal(outcome.kind, "loaded", JSON.stringify(outcome));
  return (outcome as { certificate: LoadedCertificate }).certificate;
}

test("a certificate with its chain and key is read, with its names and dates", () => {
  const certificate = load(`${SERVER_CERTIFICATE}\n${AUTHORITY}\n`, SERVER_KEY);
  assert.deepEqual(certificate.names, ["127.0.0.1", "localhost"]);
  assert.equal(certificate.chain.length, 2);
  assert.equal(certificate.isKeyExposed, false);
  assert.deepEqual(
    ["localhost", "127.0.0.1", "git.example", "127.0.0.2", "[::1]"].map((host) => certificate.isFor(host)),
    [true, true, false, false, false],
  );
  assert.equal(dateProblemOf(certificate, NOW), undefined);
});

test("a key that others can read is noticed, and one that its group can read is not", () => {
  for (const [mode, isExposed] of [
    [0o600, false],
    [0o640, false],
    [0o644, true],
    [0o660, true],
  ] as const) {
    const keyFile = write(SERVER_KEY);
    chmodSync(keyFile, mode);
    const outcome = readCertificateFiles({ certFile: write(SERVER_CERTIFICATE), keyFile });
    assert.equal(outcome.kind === "loaded" && outcome.certificate.isKeyExposed, isExposed, mode.toString(8));
  }
});

const CUT = SERVER_CERTIFICATE.slice(0, 300);
const DAMAGED = SERVER_CERTIFICATE.replace("MIIB", "AAAA");

for (const [why, cert, key, problem] of [
  [
    "no certificate file",
    join(folder, "none.pem"),
    write(SERVER_KEY),
    /none\.pem: cannot be read \(ENOENT\)$/,
  ],
  [
    "no key file",
    write(SERVER_CERTIFICATE),
    join(folder, "none.pem"),
    /none\.pem: cannot be read \(ENOENT\)$/,
  ],
  ["a folder", folder, write(SERVER_KEY), /: is not a file$/],
  ["a device without an end", "/dev/zero", write(SERVER_KEY), /zero: is not a file$/],
  ["an empty file", write(""), write(SERVER_KEY), /has no certificate in PEM/],
  ["half a file", write(CUT), write(SERVER_KEY), /has no certificate in PEM/],
  [
    "a damaged certificate",
    write(DAMAGED),
    write(SERVER_KEY),
    /has no certificate in PEM, or a damaged one$/,
  ],
  ["a damaged chain", write(`${SERVER_CERTIFICATE}\n${DAMAGED}`), write(SERVER_KEY), /or a damaged one$/],
  ["a key where the certificate belongs", write(SERVER_KEY), write(SERVER_KEY), /has no certificate in PEM/],
  [
    "a certificate where the key belongs",
    write(SERVER_CERTIFICATE),
    write(SERVER_CERTIFICATE),
    /has no private key in PEM$/,
  ],
  ["half a key", write(SERVER_CERTIFICATE), write(SERVER_KEY.slice(0, 80)), /has no private key in PEM$/],
  ["a key with a passphrase", write(RENEWED_CERTIFICATE), write(LOCKED_KEY), /the key has a passphrase/],
  [
    "another key",
    write(SERVER_CERTIFICATE),
    write(RENEWED_KEY),
    /is not the key of the first certificate in /,
  ],
  [
    "the authority first",
    write(`${AUTHORITY}\n${SERVER_CERTIFICATE}`),
    write(SERVER_KEY),
    /is not the key of the first certificate/,
  ],
  ["a huge file", write("x".repeat(1024 * 1024 + 1)), write(SERVER_KEY), /is larger than 1048576 bytes$/],
] as const) {
  test(`is told of ${why}, without what is in the files`, () => {
    const outcome = readCertificateFiles({ certFile: cert, keyFile: key });
    assert.equal(outcome.kind, "wrong");
    const { problem: told } = outcome as { problem: string };
    assert.match(told, problem);
    assert.doesNotMatch(told, /MII|BEGIN/);
  });
}

for (const [cert, problem] of [
  [EXPIRED_CERTIFICATE, "expired on 2026-01-02T00:00:00.000Z"],
  [FUTURE_CERTIFICATE, "is not valid before 2120-01-01T00:00:00.000Z"],
  [RENEWED_CERTIFICATE, undefined],
] as const) {
  test(`the dates of a certificate: ${problem ?? "good"}`, () => {
    assert.equal(dateProblemOf(load(cert, RENEWED_KEY), NOW), problem);
  });
}

/** A server whose certificate lies in a folder of its own, looked at every few milliseconds. */
async function serveFrom(place: string) {
  const paths = { certFile: join(place, "cert.pem"), keyFile: join(place, "key.pem") };
  const outcome = readCertificateFiles(paths);
  assert.ok(outcome.kind === "loaded");
  const { certificate } = outcome;
  const server = createServer({ cert: certificate.cert, key: certificate.key }, (_request, response) =>
    response.end(),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const watch = watchCertificate(paths, certificate, {
    log,
    clock: () => NOW,
    onReplaced: ({ cert, key }) => server.setSecureContext({ cert, key }),
    lookMs: 5,
  });
  return {
    lines,
    paths,
    async served(): Promise<string> {
      const socket = connect((server.address() as AddressInfo).port, "127.0.0.1", {
        rejectUnauthorized: false,
      });
      await once(socket, "secureConnect");
      const { raw } = socket.getPeerCertificate();
      socket.destroy();
      return raw.toString("base64");
    },
    async told(count: number) {
      await waitUntil("the log tells", () => lines.length >= count);
      return lines.at(-1)!;
    },
    close() {
      watch.close();
      server.close();
    },
  };
}

const raw = (pem: string) => pem.replaceAll(/-----[^-]+-----|\s/g, "");

function place(cert: string, key: string): string {
  files += 1;
  const at = join(folder, `place-${files}`);
  mkdirSync(at);
  writeFileSync(join(at, "cert.pem"), cert);
  writeFileSync(join(at, "key.pem"), key, { mode: 0o600 });
  return at;
}

test("a replacement that is written in place is served, and told once", async () => {
  const at = place(SERVER_CERTIFICATE, SERVER_KEY);
  const server = await serveFrom(at);
  assert.equal(await server.served(), raw(SERVER_CERTIFICATE));
  writeFileSync(server.paths.certFile, RENEWED_CERTIFICATE);
  writeFileSync(server.paths.keyFile, RENEWED_KEY);
  const line = await waitForReplacement(server);
  assert.deepEqual(line["tls.names"], ["localhost", "127.0.0.1"]);
  assert.equal(await server.served(), raw(RENEWED_CERTIFICATE));
  server.close();
});

async function waitForReplacement(server: Awaited<ReturnType<typeof serveFrom>>) {
  const isIt = ({ msg }: Record<string, unknown>) => msg === "the TLS certificate was replaced";
  await waitUntil("it is replaced", () => server.lines.some(isIt));
  return server.lines.find(isIt)!;
}

test("links that are swapped are followed, as Kubernetes and certbot swap them", async () => {
  const [old, renewed] = [place(SERVER_CERTIFICATE, SERVER_KEY), place(RENEWED_CERTIFICATE, RENEWED_KEY)];
  const at = join(folder, "mounted");
  mkdirSync(at);
  symlinkSync(old, join(at, "..data"));
  for (const name of ["cert.pem", "key.pem"]) symlinkSync(join("..data", name), join(at, name));
  const server = await serveFrom(at);
  symlinkSync(renewed, join(at, "..data-next"));
  renameSync(join(at, "..data-next"), join(at, "..data"));
  await waitForReplacement(server);
  assert.equal(await server.served(), raw(RENEWED_CERTIFICATE));
  server.close();
});

for (const [why, replace, problem] of [
  ["broken", ({ certFile }) => writeFileSync(certFile, CUT), /has no certificate in PEM/],
  ["gone", ({ certFile }) => rmSync(certFile), /cannot be read \(ENOENT\)/],
  [
    "expired",
    ({ certFile, keyFile }) => {
      writeFileSync(keyFile, RENEWED_KEY);
      writeFileSync(certFile, EXPIRED_CERTIFICATE);
    },
    /expired on 2026-01-02/,
  ],
  [
    "not valid yet",
    ({ certFile, keyFile }) => {
      writeFileSync(keyFile, RENEWED_KEY);
      writeFileSync(certFile, FUTURE_CERTIFICATE);
    },
    /is not valid before 2120/,
  ],
  ["of another key", ({ certFile }) => writeFileSync(certFile, RENEWED_CERTIFICATE), /is not the key of/],
  [
    "unreadable",
    ({ keyFile }) => {
      rmSync(keyFile);
      mkdirSync(keyFile);
    },
    /is not a file/,
  ],
] as const satisfies readonly (readonly [
  string,
  (files: { certFile: string; keyFile: string }) => void,
  RegExp,
])[]) {
  test(`a replacement that is ${why} is refused, the old one stays, and a good one is taken later`, async () => {
    const server = await serveFrom(place(SERVER_CERTIFICATE, SERVER_KEY));
    replace(server.paths);
    await waitUntil("it is refused", () =>
      server.lines.some((line) => problem.test(String(line["tls.problem"]))),
    );
    const line = server.lines.find((each) => problem.test(String(each["tls.problem"])))!;
    assert.equal(line.level, 50);
    assert.equal(line.msg, "the new TLS certificate is refused, the old one stays");
    assert.equal(await server.served(), raw(SERVER_CERTIFICATE));
    rmSync(server.paths.keyFile, { recursive: true });
    writeFileSync(server.paths.keyFile, RENEWED_KEY);
    writeFileSync(server.paths.certFile, RENEWED_CERTIFICATE);
    await waitForReplacement(server);
    assert.equal(await server.served(), raw(RENEWED_CERTIFICATE));
    server.close();
  });
}
