import { join } from "node:path";
import type { Config } from "./config.ts";

export function repositoryFolder({ dataFolder }: Pick<Config, "dataFolder">): string {
  return join(dataFolder, "repositories");
}
