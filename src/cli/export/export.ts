import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import type { Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { createCommand, examples } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { printNote } from "../terminal/print.ts";

export function createExportCommand(): Command {
  const command = createCommand("export")
    .description(
      "Writes a seed of what is in a data folder, for pail demo --seed and pail run --seed. A server may be running.\n" +
        "Repositories become bundles in a folder beside the file; without a file, their commits are written out.\n" +
        "Secrets are left out.",
    )
    .option(
      "--output <file>",
      "the seed to write, such as team.yaml (default: standard output, with --inline)",
    )
    .option("--inline", "write the commits of small repositories into the seed, in place of bundles")
    .addHelpText(
      "after",
      examples("pail export --data ./data --output ./team.yaml", "pail export --data ./data > team.yaml"),
    );
  type ExportOptions = { readonly output?: string; readonly inline?: true };
  return addSettings(command).action(async ({ output, inline }: ExportOptions) => {
    await withPorts(command, (ports) =>
      output === undefined || inline === true
        ? writeInline(ports, output === undefined ? undefined : resolve(output))
        : writeExport(ports, resolve(output)),
    );
  });
}

async function writeInline(ports: Ports, file: string | undefined): Promise<void> {
  const [{ default: yaml }, { exportSeed }, { inlineHistory }] = await Promise.all([
    import("yaml"),
    import("../../seeds/export/export-seed.ts"),
    import("../../seeds/export/inline-history.ts"),
  ]);
  const { seed, warnings } = await exportSeed(
    ports,
    async (repository) => (await inlineHistory(ports, repository)).fields,
  );
  const text = yaml.stringify(seed, { lineWidth: 0 });
  if (file === undefined) process.stdout.write(text);
  else await writeFile(file, text);
  for (const warning of warnings) printNote(`pail: ${warning}`);
  if (file !== undefined) printNote(`Wrote ${file}`);
}

async function writeExport(ports: Ports, file: string): Promise<void> {
  const [{ default: yaml }, { exportSeed }, { writeBundle }] = await Promise.all([
    import("yaml"),
    import("../../seeds/export/export-seed.ts"),
    import("../../seeds/export/write-bundle.ts"),
  ]);
  const folder = `${basename(file).replace(/\.[^.]*$/, "")}.bundles`;
  let bundles = 0;
  const writeContent = async (repository: Repository) => {
    const path = `${folder}/${repository.workspace.slug}/${repository.slug}.bundle`;
    await mkdir(dirname(join(dirname(file), path)), { recursive: true });
    if (!(await writeBundle(ports, repository, join(dirname(file), path)))) return {};
    bundles += 1;
    return { from: `./${path}` };
  };
  const { seed, warnings } = await exportSeed(ports, writeContent);
  await writeFile(file, yaml.stringify(seed, { lineWidth: 0 }));
  for (const warning of warnings) printNote(`pail: ${warning}`);
  printNote(
    `Wrote ${file}${bundles === 0 ? "" : `, and ${bundles} bundles to ${join(dirname(file), folder)}`}`,
  );
}
