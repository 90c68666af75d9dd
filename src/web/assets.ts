import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { projectFile } from "../project-files.ts";

const FOLDER = fileURLToPath(projectFile("src/web/assets"));
const PREFIX = "/-/assets/";

/** One stylesheet, one script, one mark. */
type Asset = "pail.css" | "pail.js" | "pail.svg";

const paths = new Map<Asset, string>();

/** Of an asset, with a digest of its bytes: browsers keep it for good, and get a new one when it changes. */
export function assetPath(name: Asset): string {
  const known = paths.get(name);
  if (known !== undefined) return known;
  const path = `${PREFIX}${name}?v=${hash("sha256", readFileSync(join(FOLDER, name)), "hex").slice(0, 12)}`;
  paths.set(name, path);
  return path;
}

export async function registerAssets(server: FastifyInstance): Promise<void> {
  await server.register(fastifyStatic, {
    root: FOLDER,
    prefix: PREFIX,
    index: false,
    decorateReply: false,
    immutable: true,
    maxAge: "365d",
    setHeaders(response) {
      response.header("cross-origin-resource-policy", "same-origin");
      response.header("content-security-policy", "default-src 'none'; sandbox");
    },
  });
}
