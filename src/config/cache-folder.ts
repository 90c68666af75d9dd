import { join } from "node:path";
import type { Config } from "./config.ts";

export function cacheFolder({ dataFolder }: Pick<Config, "dataFolder">): string {
  return join(dataFolder, "cache");
}
