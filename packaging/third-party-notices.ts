import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.ts";

type Manifest = { readonly name: string; readonly version: string; readonly license?: string };

/**
 * The licences of bundled packages, as they ask for.
 *
 * @param folders from the checkout's root.
 * @throws Error if a package says nothing of its licence.
 */
export function describeLicences(folders: readonly string[]): string {
  const parts = folders.map((folder) => describeLicence(join(ROOT, folder)));
  return `Pail's package contains the following packages.\n\n${parts.join("\n")}`;
}

function describeLicence(folder: string): string {
  const { name, version, license } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  ) as Manifest;
  const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  if (license === undefined && texts.length === 0) throw new Error(`${folder} has no licence`);
  const head = `${"=".repeat(80)}\n${name} ${version} (${license ?? "see below"})\n${"=".repeat(80)}\n`;
  return [head, ...texts.map((file) => readFileSync(join(folder, file), "utf8").trim()), ""].join("\n");
}
