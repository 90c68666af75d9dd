import diagnostics from "node:diagnostics_channel";
import SqliteDatabase from "better-sqlite3";

export type Cost = {
  /** In their order. */
  readonly statements: readonly string[];
  /** Command lines of git processes that were started, without the readers of the pool, which are kept for later requests. */
  readonly spawns: readonly string[];
  /** Those of the readers. */
  readonly readers: readonly string[];
};

let statements: string[] | undefined;
let spawns: string[] | undefined;
let readers: string[] | undefined;

/** The job that delivers webhooks looks from time to time whether there are any: no request pays for that, and no list shows them. */
const BACKGROUND = /\bfrom "webhook_delivery"/;

/** Counts from within what this process asks of SQLite: every way of running a statement goes through one of these. */
function listenToStatements(): void {
  const sample = new SqliteDatabase(":memory:");
  const prototype = Object.getPrototypeOf(sample.prepare("select 1"));
  sample.close();
  for (const name of ["all", "get", "run", "iterate"]) {
    const run = prototype[name];
    prototype[name] = function (this: SqliteDatabase.Statement, ...values: unknown[]) {
      if (!BACKGROUND.test(this.source)) statements?.push(this.source);
      return run.apply(this, values);
    };
  }
}

function listenToSpawns(): void {
  // node:diagnostics_channel, "child_process.spawn": told before each process is started.
  diagnostics.subscribe("tracing:child_process.spawn:start", (message) => {
    const { options } = message as { readonly options: { readonly args: readonly string[] } };
    const command = options.args.join(" ");
    if (command.endsWith("cat-file --batch-command")) readers?.push(command);
    else spawns?.push(command);
  });
}

listenToStatements();
listenToSpawns();

/** What `work` costs, if nothing else goes on in this process. */
export async function measureCost(work: () => Promise<unknown>): Promise<Cost> {
  const cost = { statements: [] as string[], spawns: [] as string[], readers: [] as string[] };
  statements = cost.statements;
  spawns = cost.spawns;
  readers = cost.readers;
  try {
    await work();
  } finally {
    statements = undefined;
    spawns = undefined;
    readers = undefined;
  }
  return cost;
}
