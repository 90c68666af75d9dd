import { basename, dirname, resolve } from "node:path";
import type { Command } from "commander";
import type { EventOrigin } from "../model/event.ts";
import { invalidField } from "../model/failure.ts";
import { fullName, type Repository } from "../model/repository.ts";
import { slugifyRepositoryName } from "../model/slug.ts";
import type { Workspace } from "../model/workspace.ts";
import { createRepository, deleteRepository } from "../operations/repositories.ts";
import { getProject } from "../operations/workspaces.ts";
import type { WritePorts } from "../ports.ts";
import { findRepository } from "../storage/sql/repositories.ts";
import { getNamedWorkspace } from "./find-workspace.ts";
import { type ImportOutcome, importRepository } from "./import-repository.ts";
import { type ImportSource, openImportSource } from "./import-source.ts";
import { operatorOrigin } from "./operator-origin.ts";
import { printLine, printNote } from "./print.ts";
import { examples } from "./program.ts";
import { addSettings } from "./settings-options.ts";
import { withPorts } from "./with-ports.ts";

/** 128 and the signal's number, as shells have it. */
const INTERRUPTED_STATUS = 130;

type ImportOptions = { readonly workspace: string; readonly name?: string; readonly public?: true };

export function addImport(repository: Command): void {
  const command = repository
    .command("import")
    .description(
      "Takes over a repository from this machine's disk, bare or not: its branches, tags and notes, and its HEAD as the\n" +
        "main branch. Into a new repository, or an empty one that is there.",
    )
    .argument("<path>", "the repository's folder")
    .requiredOption("--workspace <slug>", "the workspace that holds it")
    .option("--name <name>", "its name (default: that of the folder)")
    .option("--public", "everyone may read it, if it is a new one")
    .addHelpText(
      "after",
      examples(
        "pail repository import ~/src/website --workspace team",
        "pail repository import /srv/git/old.git --workspace team --name website --pack-bytes-max 20GiB",
      ),
    );
  addSettings(command, ["data", "packBytesMax"]).action(async (path: string, options: ImportOptions) => {
    await withPorts(command, async (ports) => {
      const source = await openImportSource(path);
      const workspace = await getNamedWorkspace(ports, options.workspace);
      // What has something in it is told as an import, once that is done; an empty one is no more than created.
      const origin = source.refs.length === 0 ? operatorOrigin(ports) : undefined;
      const name = options.name ?? nameOf(path);
      // From before a new repository is made, so that none is left behind.
      const interruption = listenForInterruption();
      try {
        const { repository: target, isNew } = await openTarget(ports, workspace, name, options, origin);
        const outcome = await importWhole(ports, target, source, isNew, interruption.signal);
        if (outcome !== undefined) report(target, source, outcome);
      } finally {
        interruption.close();
      }
    });
  });
}

function nameOf(path: string): string {
  const folder = resolve(path);
  return basename(basename(folder) === ".git" ? dirname(folder) : folder).replace(/\.git$/, "");
}

async function openTarget(
  ports: WritePorts,
  workspace: Workspace,
  name: string,
  options: ImportOptions,
  origin: EventOrigin | undefined,
) {
  const slug = slugifyRepositoryName(name);
  if (slug === undefined)
    throw invalidField("name", "must have a letter or a digit, and at most 62 characters");
  const found = await findRepository(ports.database.kysely, { uuid: workspace.uuid }, { slug });
  if (found !== undefined) return { repository: found, isNew: false };
  const project = await getProject(ports, workspace, undefined);
  const isPrivate = options.public !== true;
  return {
    repository: await createRepository(ports, { workspace, project, slug, name, isPrivate }, origin),
    isNew: true,
  };
}

/** All or nothing: a new repository goes again when the import fails. Undefined if it was interrupted. */
async function importWhole(
  ports: WritePorts,
  repository: Repository,
  source: ImportSource,
  isNew: boolean,
  signal: AbortSignal,
): Promise<ImportOutcome | undefined> {
  const onProgress = (text: Buffer) => process.stderr.write(text);
  try {
    signal.throwIfAborted();
    const outcome = await importRepository(ports, repository, source, {
      bases: operatorOrigin(ports).bases,
      signal,
      ...(process.stderr.isTTY ? { onProgress } : {}),
    });
    // A large history is read quickly only once it has a commit graph.
    await ports.maintenance.idle();
    return outcome;
  } catch (error) {
    if (isNew) await deleteRepository(ports, repository);
    if (!signal.aborted) throw error;
    printNote("pail: interrupted: nothing is imported");
    process.exitCode = INTERRUPTED_STATUS;
    return undefined;
  }
}

/** Takes Ctrl-C and the like for a wish to stop in place of an end at once. */
function listenForInterruption(): { readonly signal: AbortSignal; close(): void } {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.once(signal, interrupt);
  return {
    signal: interruption.signal,
    close() {
      for (const signal of signals) process.off(signal, interrupt);
    },
  };
}

function report(repository: Repository, source: ImportSource, { refs, refused }: ImportOutcome): void {
  for (const warning of source.warnings) printNote(`pail: ${warning}`);
  for (const ref of refused) printNote(`pail: left out ${JSON.stringify(ref.name)}: ${ref.refused}`);
  const count = (prefix: string) => refs.filter((name) => name.startsWith(prefix)).length;
  const [branches, tags, notes] = [count("refs/heads/"), count("refs/tags/"), count("refs/notes/")];
  printLine(`Imported ${fullName(repository)}: ${branches} branches, ${tags} tags, ${notes} notes`);
}
