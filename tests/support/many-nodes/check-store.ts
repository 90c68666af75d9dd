import assert from "node:assert/strict";
import pg from "pg";
import { type NodeCluster, STORE_PREFIX } from "./node-cluster.ts";
import { readStoreContent } from "./store-content.ts";

type ObjectRow = {
  readonly name: string;
  readonly state: string;
  readonly names: number;
  /** Rows of `pack` and `blob`. */
  readonly counted: number;
  readonly bytes: number | null;
  /** The length of its content in the database. */
  readonly inline_bytes: number | null;
};

const ROWS = `
  select stored_object.name, state, names, bytes::float8,
         octet_length(inline_object.content) as inline_bytes,
         ((select count(*) from pack where object_name = stored_object.name)
          + (select count(*) from blob where object_name = stored_object.name))::int as counted
    from stored_object left join inline_object using (name)`;

const PREFIX = `${STORE_PREFIX}/`;

/**
 * Holds the rows against what lies in the store, while nobody works: what a row names is in the store and as long as it says, what
 * is in the store has a row, and the counts are right.
 *
 * @param isSwept whether everything that nothing names has been swept: then there is nothing else.
 * @throws AssertionError
 */
export async function checkStore(cluster: NodeCluster, isSwept: boolean): Promise<void> {
  const { store } = cluster;
  if (store === undefined) return;
  // A listing comes before the rows.
  const { objects, uploads } = await readStoreContent(store);
  const rows = await readRows(cluster);
  const byKey = new Map(rows.map((row) => [`${PREFIX}o/${row.name.slice(0, 2)}/${row.name}`, row]));
  for (const [key, row] of byKey) {
    const what = `${key} ${JSON.stringify(row)}`;
    assert.equal(row.names, row.counted, `names of ${what}`);
    if (row.state !== "named") continue;
    const found = row.inline_bytes ?? objects.get(key);
    assert.equal(found, row.bytes, `what is named is there: ${what}`);
  }
  const own = [...objects.keys()].filter((key) => key.startsWith(`${PREFIX}o/`));
  assert.deepEqual(
    own.filter((key) => !byKey.has(key)),
    [],
    "what lies in the store has a row",
  );
  if (!isSwept) return;
  assert.deepEqual(
    rows.filter(({ state }) => state !== "named"),
    [],
    "only what is named is left",
  );
  const named = [...byKey].filter(([, row]) => row.inline_bytes === null).map(([key]) => key);
  assert.deepEqual(own.toSorted(), named.toSorted(), "the store has what rows name");
  assert.deepEqual(uploads, [], "no upload in parts is left");
}

async function readRows({ databaseUrl }: NodeCluster): Promise<readonly ObjectRow[]> {
  return withClient(databaseUrl, async (client) => (await client.query<ObjectRow>(ROWS)).rows);
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function countPacks({ databaseUrl }: NodeCluster): Promise<number> {
  const query = "select count(*)::int as number from pack";
  const { rows } = await withClient(databaseUrl, (client) => client.query<{ number: number }>(query));
  return rows[0]!.number;
}

/** How often objects of each repository have been dropped. */
export async function readDropNumbers({ databaseUrl }: NodeCluster): Promise<ReadonlyMap<string, number>> {
  const query = "select uuid, drop_number::int as number from repository";
  const { rows } = await withClient(databaseUrl, (client) =>
    client.query<{ uuid: string; number: number }>(query),
  );
  return new Map(rows.map(({ uuid, number }) => [uuid, number]));
}

/** How often since then. */
export async function countDropsSince(
  cluster: NodeCluster,
  before: ReadonlyMap<string, number>,
): Promise<number> {
  const now = await readDropNumbers(cluster);
  return [...now].reduce((sum, [uuid, number]) => sum + number - (before.get(uuid) ?? 0), 0);
}

/** As if the nodes that have them had been silent for a minute. */
export async function expireLeases({ databaseUrl }: NodeCluster): Promise<void> {
  await withClient(databaseUrl, (client) => client.query("update lease set expires_at = 0"));
}
