import { type Kysely, type KyselyPlugin, type RootOperationNode, TableNode } from "kysely";
import { actorOf } from "../model/who-acts.ts";
import type { By, Ports } from "../ports.ts";
import type { Schema } from "../storage/sql/schema.ts";
import { openWriteTransaction } from "../storage/sql/write-transaction.ts";
import { type Admission, readmit, readmitToRead } from "./readmit.ts";

/** The ports for the handler of a request, with a final check of its admission. */
export type AdmittedPorts = {
  readonly ports: Ports;
  readonly by: By;
  /**
   * Checks the admission of the request again, unless a transaction has done so. For a request whose body took some
   * time to arrive: to be called before the answer reveals anything.
   */
  readmitUnlessDone(): Promise<void>;
};

/**
 * Ports with which a request changes something. Each of its transactions begins by checking again everything that
 * admitted the request, so that nothing is written after a revocation or the removal of a permission was answered.
 * Nothing can be written outside of these transactions.
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

/**
 * The rows that `readmit` locks exclusively: requests for the same rows wait for each other without occupying a
 * connection.
 */
function subjectOf({ requirements }: Admission): { readonly subject?: string } {
  for (const requirement of requirements) {
    switch (requirement.kind) {
      case "repository":
        return { subject: requirement.repository.uuid };
      case "snippet":
        return { subject: requirement.snippet.uuid };
      case "project":
        return { subject: requirement.project.uuid };
      case "workspace":
        if (requirement.permission === "own") return { subject: requirement.workspace.uuid };
    }
  }
  return {};
}

/**
 * What is written beside transactions: the cursor of a list, the number of downloads of a file, how long a merge is
 * waited for, how far an import has come, and what a watched token is used for. No access depends on these.
 */
const TRACES: Readonly<Record<string, readonly string[]>> = {
  InsertQueryNode: ["commits_cursor", "token_recorded_use"],
  UpdateQueryNode: ["download", "pull_request_merge_task", "repository_import"],
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
