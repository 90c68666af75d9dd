import { execFileSync } from "node:child_process";
import { DIST } from "./paths.ts";

/** What `bin/pail` replaces by the name that it was started by. */
const NAME = "/PAIL";

/** The help text of the program that has been built. `bin/pail` shows it without starting Node. */
export function readHelp(): string {
  return execFileSync(process.execPath, [`${DIST}/start-built.js`, "--help"], {
    encoding: "utf8",
    env: { PAIL_STARTED_AS: NAME },
  });
}
