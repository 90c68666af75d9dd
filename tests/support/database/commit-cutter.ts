import { connect, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Secret } from "../../../src/model/secret.ts";
import type { DatabaseSettings } from "../../../src/storage/sql/open-database.ts";

type PostgresSettings = Extract<DatabaseSettings, { kind: "postgres" }>;

/** What happens to the next commit. `lost`: it never arrives. `late`: it arrives after its client has been cut off. */
export type Cut = "unanswered" | "late" | "lost";

export type CommitCutter = {
  /** Leads to the same database by way of the cutter. */
  readonly settings: PostgresSettings;
  /** Undefined: no more. */
  cutNext(cut: Cut | undefined): void;
  /** How many commits were cut. */
  readonly count: () => number;
  close(): void;
};

const COMMIT = Buffer.from("commit\0");
/** The tag of the message CommandComplete. */
const COMMITTED = Buffer.from("COMMIT\0");
const LATE_MS = 300;

/** A relay in front of PostgreSQL that loses a connection at a commit. */
export async function openCommitCutter(settings: PostgresSettings): Promise<CommitCutter> {
  const url = new URL(settings.url.reveal());
  const path = `${url.searchParams.get("host")}/.s.PGSQL.5432`;
  let next: Cut | undefined;
  let count = 0;
  const sockets = new Set<Socket>();
  const relay = createServer((client) => {
    const server = connect(path);
    let cut: Cut | undefined;
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    }
    client.on("data", async (bytes: Buffer) => {
      if (next === undefined || !bytes.includes(COMMIT)) {
        if (cut === undefined) server.write(bytes);
        return;
      }
      cut = next;
      next = undefined;
      count += 1;
      if (cut === "unanswered") server.write(bytes);
      if (cut === "late") {
        client.destroy();
        await delay(LATE_MS);
        server.end(bytes);
      }
      if (cut === "lost") {
        client.destroy();
        server.destroy();
      }
    });
    server.on("data", (bytes: Buffer) => {
      // Once the database has answered the commit it is done, and nobody hears of it, nor of what was sent with it.
      if (cut === "unanswered" && bytes.includes(COMMITTED)) client.destroy();
      else if (cut === undefined) client.write(bytes);
    });
    client.on("end", () => {
      if (cut !== "late") server.end();
    });
    server.on("end", () => client.end());
    // A database that has gone, or an end that has crashed.
    server.on("close", () => client.destroy());
    client.on("close", () => {
      if (cut !== "late") server.destroy();
    });
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  const address = relay.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  url.searchParams.set("host", "127.0.0.1");
  url.searchParams.set("port", String(address.port));
  return {
    settings: { ...settings, url: new Secret(url.href) },
    cutNext(cut) {
      next = cut;
    },
    count: () => count,
    close() {
      for (const socket of sockets) socket.destroy();
      relay.close();
    },
  };
}
