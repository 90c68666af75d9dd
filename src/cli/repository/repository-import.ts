import type { Command } from "commander";
import type { ImportSource } from "../../imports/import-source.ts";
import { invalidField } from "../../model/failure.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import { slugifyRepositoryName } from "../../model/slug.ts";
import type { Workspace } from "../../model/workspace.ts";
import { type ImportOutcome, importInto, importNew } from "../../operations/imports/import-repository.ts";
import { getProject } from "../../operations/projects/get-project.ts";
import type { NewRepository } from "../../operations/repositories/repositories.ts";
import type { By, Ports } from "../../ports.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import { examples } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { printLine, printNote } from "../terminal/print.ts";
import { UsageError } from "../terminal/problem.ts";
import { getNamedWorkspace } from "../workspace/named-subjects.ts";
import { nameOfSource, openImportSource, parseSourceLocation } from "./open-import-source.ts";
import { CREDENTIALS_VARIABLE, readSourceCredentials } from "./source-credentials.ts";
import { SOURCE_REMEDIES } from "./source-remedies.ts";

/** 128 and the signal's number, as shells have it. */
const INTERRUPTED_STATUS = 130;

const SOURCE_TIMEOUT_SECONDS = "60";
const SOURCE_TIMEOUT_SECONDS_MAX = 86_400;

type ImportOptions = {
  readonly workspace: string;
  readonly name?: string;
  readonly public?: true;
  readonly credentialsStdin?: true;
  readonly privateSource?: true;
  readonly sourceTimeout: string;
};

export function addRepositoryImport(repository: Command): void {
  const command = repository
    .command("import")
    .description(
      "Takes over a repository from this machine's disk, bare or not, or from another server: its branches, tags and\n" +
        "notes, and its HEAD as the main branch. Into a new repository, or an empty one that is there.",
    )
    .argument("<source>", "the repository's folder, or its URL: https://, http:// or file://")
    .requiredOption("--workspace <slug>", "the workspace that holds it")
    .option("--name <name>", "its name (default: that of the source)")
    .option("--public", "everyone may read it, if it is a new one")
    .option(
      "--credentials-stdin",
      `read user:password for a URL from stdin, on one line or two (or set ${CREDENTIALS_VARIABLE})`,
    )
    .option("--private-source", "let a URL lead to private, loopback and link-local addresses")
    .option("--source-timeout <seconds>", "how long a URL's server may send nothing", SOURCE_TIMEOUT_SECONDS)
    .addHelpText(
      "after",
      examples(
        "pail repository import ~/src/website --workspace team",
        "pail repository import /srv/git/old.git --workspace team --name website --pack-bytes-max 20GiB",
        "pail repository import https://git.example.com/team/app.git --workspace team --credentials-stdin < credentials",
      ),
    );
  addSettings(command, ["data", "packBytesMax"]).action(async (text: string, options: ImportOptions) => {
    const location = parseSourceLocation(text);
    if (options.credentialsStdin === true && location.kind === "folder")
      throw new UsageError("--credentials-stdin: a folder takes no credentials");
    const access = {
      mayReachPrivateAddresses: options.privateSource === true,
      stallMsMax: parseTimeoutMs(options.sourceTimeout),
      remedies: SOURCE_REMEDIES,
      credentials: await readSourceCredentials(options.credentialsStdin === true, process.stdin, process.env),
    };
    await withPorts(
      command,
      async (ports, by) => {
        const source = await openImportSource(location, access);
        const workspace = await getNamedWorkspace(ports, options.workspace);
        const target = await findTarget(ports, workspace, options.name ?? nameOfSource(location), options);
        const interruption = listenForInterruption();
        try {
          const outcome = await importWhole(ports, { ...by, signal: interruption.signal }, target, source);
          if (outcome !== undefined) report(target, source, outcome);
        } finally {
          interruption.close();
        }
      },
      // It would be told only after everything has been fetched.
      { needsStore: true },
    );
  });
}

function parseTimeoutMs(text: string): number {
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= SOURCE_TIMEOUT_SECONDS_MAX) return seconds * 1000;
  throw new UsageError(`--source-timeout: needs whole seconds, 1 to ${SOURCE_TIMEOUT_SECONDS_MAX}`);
}

type Target =
  | { readonly kind: "existing"; readonly repository: Repository }
  | { readonly kind: "new"; readonly wanted: NewRepository };

async function findTarget(
  ports: Ports,
  workspace: Workspace,
  name: string,
  options: ImportOptions,
): Promise<Target> {
  const slug = slugifyRepositoryName(name);
  if (slug === undefined)
    throw invalidField("name", "must have a letter or a digit, and at most 62 characters");
  const found = await findRepository(ports.database.kysely, { uuid: workspace.uuid }, { slug });
  if (found !== undefined) return { kind: "existing", repository: found };
  const project = await getProject(ports, workspace, undefined);
  const isPrivate = options.public !== true;
  return { kind: "new", wanted: { workspace, project, slug, name, isPrivate } };
}

/** Undefined if it was interrupted. */
async function importWhole(
  ports: Ports,
  by: By,
  target: Target,
  source: ImportSource,
): Promise<ImportOutcome | undefined> {
  const onProgress = (text: Buffer) => process.stderr.write(text);
  const options = process.stderr.isTTY ? { onProgress } : {};
  try {
    by.signal.throwIfAborted();
    const outcome = await importTo(ports, by, target, source, options);
    // A large history is read quickly only once it has a commit graph.
    await ports.maintenance.idle();
    return outcome;
  } catch (error) {
    if (!by.signal.aborted) throw error;
    printNote("pail: interrupted: nothing is imported");
    process.exitCode = INTERRUPTED_STATUS;
    return undefined;
  }
}

async function importTo(
  ports: Ports,
  by: By,
  target: Target,
  source: ImportSource,
  options: Parameters<typeof importInto>[4],
): Promise<ImportOutcome> {
  if (target.kind === "existing") return importInto(ports, by, target.repository, source, options);
  return importNew(ports, by, target.wanted, source, options);
}

/** Ctrl-C, and the end of the terminal, stop the import in an orderly way instead of killing the process. */
function listenForInterruption(): { readonly signal: AbortSignal; close(): void } {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.once(signal, interrupt);
  return {
    signal: interruption.signal,
    close() {
      for (const signal of signals) process.off(signal, interrupt);
    },
  };
}

function report(target: Target, source: ImportSource, { refs, refused }: ImportOutcome): void {
  for (const warning of source.warnings) printNote(`pail: ${warning}`);
  for (const ref of refused) printNote(`pail: left out ${JSON.stringify(ref.name)}: ${ref.refused}`);
  const count = (prefix: string) => refs.filter((name) => name.startsWith(prefix)).length;
  const [branches, tags, notes] = [count("refs/heads/"), count("refs/tags/"), count("refs/notes/")];
  const name = fullName(target.kind === "new" ? target.wanted : target.repository);
  printLine(`Imported ${name}: ${branches} branches, ${tags} tags, ${notes} notes`);
}
