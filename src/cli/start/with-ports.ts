import { existsSync } from "node:fs";
import type { Command } from "commander";
import { operatorBy } from "../../authorization/operator-by.ts";
import type { By, Ports } from "../../ports.ts";
import { holdsContent, requireRestored } from "../../storage/data-folder/data-folder.ts";
import { refusedOption } from "../terminal/problem.ts";
import { openLog } from "./open-log.ts";
import { configOf } from "./settings-options.ts";

export type WithPortsOptions = {
  /** Whether the command may begin a new data folder. Elsewhere a folder that is not there is a mistyped one. */
  readonly mayCreateData?: boolean;
  readonly isDatabaseChecked?: boolean;
  /** Whether the command is of no use without the object store. All others ask it only when they need it. */
  readonly needsStore?: boolean;
};

/** Opens what the command's flags and environment name, works with it, and closes it. A server may run beside it. */
export async function withPorts<T>(
  command: Command,
  work: (ports: Ports, by: By) => Promise<T>,
  { mayCreateData = false, isDatabaseChecked = true, needsStore = false }: WithPortsOptions = {},
): Promise<T> {
  const config = await configOf(command);
  const { database, dataFolder } = config;
  requireRestored(dataFolder);
  // With an object store the folder is a cache, which may be lost.
  const isThere =
    config.objectStore !== undefined || existsSync(database.kind === "sqlite" ? database.path : dataFolder);
  // If there are repositories but no database, opening the database reports that.
  if (!mayCreateData && !isThere && !(await holdsContent(config))) {
    throw refusedOption(
      "data",
      `no data in ${dataFolder} (pail serve, pail demo and pail account create begin it)`,
    );
  }
  // Loaded only here: a command that is refused before needs nothing of the server, and it takes longest to load.
  const { openPorts } = await import("../../open-ports.ts");
  const ports = await openPorts(config, openLog(config.logLevel), {
    isDatabaseChecked,
    isStoreLate: config.objectStore !== undefined && !needsStore,
  });
  try {
    return await work(ports, operatorBy(ports));
  } finally {
    await ports.close();
  }
}
