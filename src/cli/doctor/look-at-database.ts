import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Config } from "../../config/config.ts";
import { type DatabaseReport, readDatabaseReport } from "../../storage/sql/database-state.ts";
import { type Finding, failing, ok, warning } from "./finding.ts";

const CHECK = "database";
const ANSWER_MS_MAX = 15_000;

export type Migrations = (DatabaseReport & { readonly kind: "answers" })["migrations"];

/** @returns the findings, what the database takes for the time if it has a clock, and its migrations if it answers. */
export async function lookAtDatabase({ database }: Pick<Config, "database">): Promise<{
  readonly findings: readonly Finding[];
  readonly now: Date | undefined;
  readonly migrations: Migrations | undefined;
}> {
  const unknown = { now: undefined, migrations: undefined };
  if (database.kind === "sqlite" && !existsSync(database.path))
    return { findings: [ok(CHECK, "there is no SQLite database yet: pail serve makes one")], ...unknown };
  const late: DatabaseReport = { kind: "fails", problem: `no answer in ${ANSWER_MS_MAX / 1000} seconds` };
  const report = await Promise.race([
    readDatabaseReport(database),
    delay(ANSWER_MS_MAX, late, { ref: false }),
  ]);
  if (report.kind === "fails") {
    const remedy =
      database.kind === "postgres"
        ? "check DATABASE_URL, and that the server of the database takes connections from here"
        : "pail fsck tells what is damaged; restore the last backup into a new folder if it is";
    return { findings: [failing(CHECK, report.problem, remedy)], ...unknown };
  }
  const name = `${report.dialect === "sqlite" ? "SQLite" : "PostgreSQL"} ${report.version}`;
  const { migrations, now } = report;
  return { findings: [migrationsFinding(name, migrations)], now, migrations };
}

function migrationsFinding(name: string, migrations: Migrations): Finding {
  switch (migrations) {
    case "all":
      return ok(CHECK, `${name} answers and has all migrations`);
    case "none":
      return ok(CHECK, `${name} answers and is empty: pail serve fills it`);
    case "lacks-some":
      return warning(
        CHECK,
        `${name} answers and lacks migrations: an older version has written it`,
        "take a backup; the next start of this version migrates it",
      );
    case "of-newer-version":
      return failing(
        CHECK,
        `${name} answers, and a newer version of Pail has written it`,
        "start that version, or restore a backup of before the upgrade",
      );
  }
}

const SKEW_MS_MAX = 30_000;

/** By clocks of others, whose answers may have taken a moment. */
export function lookAtClock(
  now: Date,
  others: readonly (readonly [name: string, time: Date | undefined])[],
): Finding {
  const known = others.flatMap(([name, time]) => (time === undefined ? [] : [{ name, time }]));
  const first = known[0];
  if (first === undefined) return ok("clock", `${now.toISOString()}, with no other clock to compare with`);
  const worst = known.reduce(
    (one, other) => (skewOf(now, other.time) > skewOf(now, one.time) ? other : one),
    first,
  );
  const skewMs = skewOf(now, worst.time);
  if (skewMs <= SKEW_MS_MAX)
    return ok(
      "clock",
      `as ${known.map(({ name }) => name).join(" and ")} ${known.length === 1 ? "has" : "have"} it`,
    );
  return warning(
    "clock",
    `${Math.round(skewMs / 1000)} seconds away from the clock of ${worst.name}`,
    "tokens, sessions and one-time codes end by this clock: turn on time synchronisation (systemd-timesyncd, chrony)",
  );
}

function skewOf(now: Date, time: Date): number {
  return Math.abs(now.getTime() - time.getTime());
}
