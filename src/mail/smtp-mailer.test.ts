import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { Secret } from "../model/secret.ts";
import { MAILS_TO_ADDRESS_MAX, openSmtpMailer } from "./smtp-mailer.ts";

/** A mail server that takes every mail, but for one address, and keeps what was said to it. */
const said: string[] = [];
const sockets = new Set<Socket>();
const server = createServer((socket) => {
  sockets.add(socket);
  let isMail = false;
  socket.setEncoding("utf8").write("220 mail.example ESMTP\r\n");
  socket.on("data", (text: string) => {
    for (const line of text.split("\r\n").slice(0, text.endsWith("\r\n") ? -1 : undefined)) {
      said.push(line);
      if (isMail) {
        if (line !== ".") continue;
        isMail = false;
        socket.write("250 taken\r\n");
      } else if (/^EHLO/.test(line)) socket.write("250-mail.example\r\n250 AUTH PLAIN\r\n");
      else if (/^AUTH/.test(line)) socket.write("235 welcome\r\n");
      else if (/^RCPT TO:<refused@/.test(line)) socket.write("550 refused@example.com is unknown\r\n");
      else if (line === "DATA") {
        isMail = true;
        socket.write("354 go on\r\n");
      } else socket.write("250 well\r\n");
    }
  });
});

before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
after(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

let now = new Date("2026-01-02T03:04:05Z");

function open() {
  const { port } = server.address() as AddressInfo;
  return openSmtpMailer(
    {
      url: new Secret(`smtp://pail:hunt%40er2@127.0.0.1:${port}`),
      from: "pail@git.example.com",
    },
    () => now,
  );
}

test("a mail goes to one address, with text in any language, after the user name and password of the URL", async () => {
  const mailer = open();
  await mailer.send({
    to: "ada@example.com",
    purpose: "invitation",
    subject: "「Acme」への招待",
    text: new Secret("Öffnen: https://git.example.com/-/link/x\n"),
  });
  mailer.close();
  const auth = /^AUTH PLAIN (.+)$/.exec(said.find((line) => line.startsWith("AUTH"))!)![1]!;
  assert.equal(Buffer.from(auth, "base64").toString(), "\0pail\0hunt@er2");
  assert.ok(said.includes("MAIL FROM:<pail@git.example.com>"), said.join("\n"));
  assert.deepEqual(
    said.filter((line) => line.startsWith("RCPT")),
    ["RCPT TO:<ada@example.com>"],
  );
  assert.ok(said.some((line) => /^Subject: =\?UTF-8\?/.test(line)));
  assert.ok(said.some((line) => line.includes("https://git.example.com/-/link/x")));
});

test("an address with a comma is one address, and nothing of it becomes a header", async () => {
  said.length = 0;
  const mailer = open();
  const strange = {
    purpose: "email",
    to: "a,b@example.com",
    subject: "One\r\nBcc: c@example.com",
    text: new Secret("x"),
  };
  await mailer.send(strange);
  mailer.close();
  const recipients = said.filter((line) => line.startsWith("RCPT"));
  assert.equal(recipients.length, 1);
  assert.ok(!said.some((line) => /^Bcc:/i.test(line)));
});

test("nobody's mailbox is filled: six an hour for one purpose, and no more", async () => {
  const mailer = open();
  const send = (purpose: string, to: string) =>
    mailer.send({ purpose, to, subject: "x", text: new Secret("x") });
  for (let i = 0; i < MAILS_TO_ADDRESS_MAX; i += 1) await send("invitation", "victim@example.com");
  await assert.rejects(send("invitation", "Victim@Example.com"), /too many/);
  await send("password", "victim@example.com");
  await send("invitation", "other@example.com");
  now = new Date(now.getTime() + 3_600_000);
  await send("invitation", "victim@example.com");
  mailer.close();
});

test("a refusal is an error for who sends", async () => {
  const mailer = open();
  await assert.rejects(
    mailer.send({ purpose: "x", to: "refused@example.com", subject: "x", text: new Secret("x") }),
  );
  mailer.close();
});
