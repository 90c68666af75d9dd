import type { Kysely } from "kysely";
import {
  type Admission,
  type AdmissionKeys,
  admissionQuery,
  POSTGRES_VERSION,
  toAdmission,
} from "../lookups/admission.ts";
import { cacheLookups } from "../lookups/cached-lookups.ts";
import type { DatabaseMoment } from "../lookups/database-moment.ts";
import { bind, type Lookups, type Prepare } from "../lookups/lookups.ts";
import type { Schema } from "../schema.ts";
import { openVersionQuestion } from "./version-question.ts";

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
): {
  readonly lookups: Lookups;
  moment(keys: AdmissionKeys | undefined): Promise<DatabaseMoment>;
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
  const cached = cacheLookups(prepared, () => version);
  // One question after another, so that a version never follows a newer one.
  const askVersion = openVersionQuestion(async () => {
    const [row] = await versionStatement([]);
    version = row!.version;
    return version;
  });

  async function readAdmission({ digest, names }: AdmissionKeys): Promise<Admission> {
    const rows = await admissionStatement([
      digest ?? null,
      names?.workspace ?? null,
      names?.repository ?? null,
    ]);
    return toAdmission(rows[0]!);
  }

  return {
    lookups: prepared,
    async moment(keys) {
      if (keys === undefined) return { version: await askVersion(), lookups: cached };
      let known = cached.holdsAdmission(keys);
      const [asked, together] = await Promise.all([askVersion(), known ? undefined : readAdmission(keys)]);
      if (together !== undefined) cached.keepAdmission(keys, together);
      // The whole cache is dropped if something has been committed meanwhile.
      else {
        known = cached.holdsAdmission(keys);
        if (!known) cached.keepAdmission(keys, await readAdmission(keys));
      }
      return { version: asked, lookups: cached };
    },
  };
}
