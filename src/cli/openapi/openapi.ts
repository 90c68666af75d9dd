import type { Command } from "commander";
import { describeServer } from "../../own-routes/openapi/openapi-document.ts";
import { createCommand, examples } from "../program.ts";

export function createOpenapiCommand(): Command {
  return createCommand("openapi")
    .description(
      "Prints the OpenAPI document of what a server of this version serves; a running one has it at /-/openapi.json.",
    )
    .addHelpText("after", examples("pail openapi > pail.openapi.json"))
    .action(async () => {
      process.stdout.write(`${await writeOpenapi()}\n`);
    });
}

/** For any server: its URLs are relative. */
export async function writeOpenapi(takesBearerApiTokens = true): Promise<string> {
  return JSON.stringify(await describeServer({ takesBearerApiTokens }, undefined), null, 2);
}
