// Builds what the package has beside the checkout's own files: the folder `dist`. `npm pack` runs it.
import { rmSync, writeFileSync } from "node:fs";
import { bundleProgram } from "./bundle-program.ts";
import { DIST } from "./paths.ts";
import { describeLicences } from "./third-party-notices.ts";
import { writeTypes } from "./write-types.ts";

rmSync(DIST, { recursive: true, force: true });
const { packages } = await bundleProgram();
writeFileSync(`${DIST}/THIRD-PARTY-NOTICES.txt`, describeLicences(packages));
writeTypes("testing/start-pail.ts");
