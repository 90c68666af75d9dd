// Builds what the package has beside the checkout's own files: the folder `dist`. `npm pack` runs it.
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeOpenapi } from "../src/cli/openapi/openapi.ts";
import { bundleProgram } from "./bundle-program.ts";
import { DIST, ROOT } from "./paths.ts";
import { readHelp } from "./read-help.ts";
import { describeLicences } from "./third-party-notices.ts";
import { writeTypes } from "./write-types.ts";

rmSync(DIST, { recursive: true, force: true });
const { packages } = await bundleProgram();
writeFileSync(`${DIST}/THIRD-PARTY-NOTICES.txt`, describeLicences(packages));
writeFileSync(`${DIST}/help.txt`, readHelp());
writeTypes("testing/start-pail.ts");
writeFileSync(`${DIST}/openapi.json`, `${await writeOpenapi()}\n`);
execFileSync(join(ROOT, "bin", "pail"), ["man", "--output", `${DIST}/man`], { stdio: "ignore" });
