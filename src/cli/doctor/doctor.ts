import type { Command } from "commander";
import type { Config } from "../../config/config.ts";
import { createCommand, examples } from "../program.ts";
import { ALL_SETTINGS, addSettings, configOf } from "../start/settings-options.ts";
import { printJson, printLine } from "../terminal/print.ts";
import { REFUSED_STATUS, WrongSettingsError } from "../terminal/problem.ts";
import { type Finding, failing, ok } from "./finding.ts";

export function createDoctorCommand(): Command {
  const command = createCommand("doctor")
    .description(
      "Looks at all that a server needs, and says what to do about what is wrong: settings, git, ports,\n" +
        "data folder, database, object store and keys, clock, certificate, public URL and proxy. The\n" +
        "server may run or not.",
    )
    .option("--json", "as JSON");
  return addSettings(command, ALL_SETTINGS)
    .addHelpText(
      "after",
      `${examples("pail doctor --config /etc/pail/pail.yaml", "pail doctor --json")}

The exit status is 1 if anything is an error.`,
    )
    .action(async ({ json }: { readonly json?: true }) => {
      const findings = await examine(command);
      if (findings.some(({ state }) => state === "error")) process.exitCode = REFUSED_STATUS;
      if (json) printJson({ findings });
      else for (const finding of findings) printFinding(finding);
    });
}

async function examine(command: Command): Promise<readonly Finding[]> {
  try {
    return [ok("settings", "all right"), ...(await examineConfig(await configOf(command)))];
  } catch (error) {
    if (!(error instanceof WrongSettingsError)) throw error;
    return error.problems.map((problem) =>
      failing("settings", problem, "pail config check tells when it is right"),
    );
  }
}

async function examineConfig(config: Config): Promise<readonly Finding[]> {
  const [
    { lookAtGit, lookAtPort },
    { lookAtDataFolder },
    database,
    { lookAtObjectStore },
    certificate,
    publicUrl,
  ] = await Promise.all([
    import("./look-at-machine.ts"),
    import("./look-at-data-folder.ts"),
    import("./look-at-database.ts"),
    import("./look-at-object-store.ts"),
    import("./look-at-certificate.ts"),
    import("./look-at-public-url.ts"),
  ]);
  const port = await lookAtPort(config);
  const stored = await database.lookAtDatabase(config);
  const reached = await publicUrl.lookAtPublicUrl(config, port.isServing);
  return [
    await lookAtGit(),
    port.finding,
    ...(await lookAtDataFolder(config.dataFolder)),
    ...stored.findings,
    ...(await lookAtObjectStore(config, { migrations: stored.migrations, clock: () => new Date() })),
    database.lookAtClock(new Date(), [
      ["the database", stored.now],
      ["the public URL", reached.now],
    ]),
    ...certificate.lookAtCertificate(config, new Date()),
    ...reached.findings,
  ];
}

const MARKS = { ok: "ok      ", warning: "warning ", error: "ERROR   " } as const;

function printFinding({ check, state, text, remedy }: Finding): void {
  printLine(`${MARKS[state]} ${check}: ${text}`);
  if (remedy !== undefined) printLine(`         → ${remedy}`);
}
