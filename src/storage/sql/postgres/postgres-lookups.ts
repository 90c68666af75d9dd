import type { Kysely } from "kysely";
import {
  type AdmissionKeys,
  type AdmissionRows,
  admissionQuery,
  POSTGRES_VERSION,
  toAdmissionRows,
} from "../lookups/admission-rows.ts";
import { cacheLookups } from "../lookups/cached-lookups.ts";
import { bind, type Lookups, type Prepare } from "../lookups/lookups.ts";
import type { RequestLookups } from "../lookups/request-lookups.ts";
import type { Schema } from "../schema.ts";
import { openVersionReader } from "./version-reader.ts";

const MARKERS = [Buffer.alloc(0), "\0workspace", "\0repository"] as const;

/**
 * The look-ups of PostgreSQL, where reading the version costs a round trip. The version is read once for all requests
 * that have arrived meanwhile, together with what admits a request, if that is not cached yet: one round trip in either
 * case. Look-ups outside of requests are not cached.
 */
export function cachePostgresLookups(
  prepared: Lookups,
  kysely: Kysely<Schema>,
  prepare: Prepare,
  /** How often this process has committed: afterwards what is cached is out of date, and need not be asked about. */
  countCommits: () => number,
): {
  readonly lookups: Lookups;
  requestLookups(keys: AdmissionKeys | undefined): Promise<RequestLookups>;
} {
  const [versionStatement, admissionStatement] = [
    prepare<{ version: string }>("version", {
      ...admissionQuery(kysely, MARKERS),
      sql: `select ${POSTGRES_VERSION} as version`,
      parameters: [],
    }),
    bind(prepare, "admission", admissionQuery(kysely, MARKERS), MARKERS),
  ];
  let version = "";
  /** Those that the version has seen for certain. */
  let commits = 0;
  const cached = cacheLookups(prepared, () => version);
  // One question after another, so that a version never follows a newer one.
  const askVersion = openVersionReader(async () => {
    const seen = countCommits();
    const [row] = await versionStatement([]);
    version = row!.version;
    commits = seen;
    return version;
  });

  async function readAdmissionRows({ digest, names }: AdmissionKeys): Promise<AdmissionRows> {
    const rows = await admissionStatement([
      digest ?? null,
      names?.workspace ?? null,
      names?.repository ?? null,
    ]);
    return toAdmissionRows(rows[0]!);
  }

  return {
    lookups: prepared,
    async requestLookups(keys) {
      if (keys === undefined) return { version: await askVersion(), lookups: cached };
      const isKnown = commits === countCommits() && cached.hasAdmission(keys);
      const [asked, together] = await Promise.all([
        askVersion(),
        isKnown ? undefined : readAdmissionRows(keys),
      ]);
      if (together !== undefined) cached.putAdmission(keys, together);
      // Another process has committed meanwhile, and the whole cache is dropped.
      else if (!cached.hasAdmission(keys)) cached.putAdmission(keys, await readAdmissionRows(keys));
      return { version: asked, lookups: cached };
    },
  };
}
