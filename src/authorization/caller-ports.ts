import { type Kysely, type KyselyPlugin, type RootOperationNode, TableNode } from "kysely";
import { actorOf } from "../model/who-acts.ts";
import type { By, Ports } from "../ports.ts";
import type { Schema } from "../storage/sql/schema.ts";
import { openWriteTransaction } from "../storage/sql/write-transaction.ts";
import { type Admission, readmit, readmitToRead } from "./readmit.ts";

/** What the handler of a request is given to work with, and whether that was admitted until the end. */
export type AdmittedPorts = {
  readonly ports: Ports;
  readonly by: By;
  /**
   * Asks again for what admitted the request, unless a transaction has. For what was sent over some time: before an answer
   * tells anything that its caller may not know any more.
   */
  readmitUnlessDone(): Promise<void>;
};

/**
 * Ports by which a request changes something. Each of its transactions begins by asking again for all that admitted it, so
 * that nothing is written after a revocation or a removed permission was answered; beside transactions nothing can be written.
 */
export function callerPorts(
  ports: Ports,
  admission: Admission,
  { address, ...rest }: Pick<By, "baseUrls" | "signal"> & { readonly address: string },
): AdmittedPorts {
  let isReadmitted = false;
  const database = { ...ports.database, kysely: withoutWrites(ports.database.kysely) };
  const { caller } = admission;
  const actor = actorOf(caller, address);
  const transaction = openWriteTransaction(ports, actor);
  const by: By = {
    ...rest,
    caller,
    actor,
    transaction: (work, options) =>
      transaction(
        async (tx, record) => {
          await readmit(tx, ports, admission);
          isReadmitted = true;
          return work(tx, record);
        },
        { ...subjectOf(admission), ...options },
      ),
  };
  return {
    ports: { ...ports, database },
    by,
    async readmitUnlessDone() {
      if (!isReadmitted) await readmitToRead(ports, admission);
    },
  };
}

/** What `readmit` locks for the request alone: those who want the same wait for one another without a connection. */
function subjectOf({ requirements }: Admission): { readonly subject?: string } {
  for (const requirement of requirements) {
    switch (requirement.kind) {
      case "repository":
        return { subject: requirement.repository.uuid };
      case "project":
        return { subject: requirement.project.uuid };
      case "workspace":
        if (requirement.permission === "own") return { subject: requirement.workspace.uuid };
    }
  }
  return {};
}

/** What reading leaves behind: a page's cursor, and how often a file was fetched. No access hangs on it. */
const TRACES: Readonly<Record<string, readonly string[]>> = {
  InsertQueryNode: ["commits_cursor"],
  UpdateQueryNode: ["download"],
  DeleteQueryNode: [],
};

const REFUSE_WRITES: KyselyPlugin = {
  transformQuery({ node }) {
    const allowed = TRACES[node.kind];
    if (allowed !== undefined && !allowed.some((table) => isOn(node, table)))
      throw new Error("A write beside the transactions of a request: nothing would ask whether it may still");
    return node;
  },
  transformResult: async ({ result }) => result,
};

function isOn(node: RootOperationNode, table: string): boolean {
  const target =
    node.kind === "InsertQueryNode" ? node.into : node.kind === "UpdateQueryNode" ? node.table : undefined;
  return target !== undefined && TableNode.is(target) && target.table.identifier.name === table;
}

const readers = new WeakMap<Kysely<Schema>, Kysely<Schema>>();

function withoutWrites(kysely: Kysely<Schema>): Kysely<Schema> {
  const known = readers.get(kysely) ?? kysely.withPlugin(REFUSE_WRITES);
  readers.set(kysely, known);
  return known;
}
