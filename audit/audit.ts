import { spawnSync } from "node:child_process";
import { judgeAudit } from "./judge-audit.ts";

/**
 * `npm run audit`: asks the registry for advisories about what is installed to run, build and test Pail. Most of what runs is
 * bundled, so npm takes it for tools. Fails on a finding only.
 */
const { stdout } = spawnSync("npm", ["audit", "--json", "--fetch-retries=0"], { encoding: "utf8" });
const verdict = judgeAudit(stdout ?? "");
switch (verdict.kind) {
  case "none-known":
    console.log("The registry knows of no vulnerability.");
    break;
  case "not-asked":
    console.log(`The registry's advisories could not be read, so nothing is known: ${verdict.why}`);
    break;
  case "vulnerable":
    console.error(`Vulnerable: ${verdict.packages.join(", ")}`);
    process.exitCode = 1;
}
