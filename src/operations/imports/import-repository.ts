import type { Kysely } from "kysely";
import { type ImportSource, type PackOptions, withRemedy } from "../../imports/import-source.ts";
import { Failure } from "../../model/failure.ts";
import type { RefName } from "../../model/ref-name.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import type { By } from "../../ports.ts";
import { listRefs } from "../../storage/sql/refs/refs.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import type { ImportedRepository } from "../refs/change-refs.ts";
import { type PushPorts, push } from "../refs/push.ts";
import {
  createRepositoryWith,
  type InsertRepository,
  type NewRepository,
} from "../repositories/repositories.ts";

export type ImportOptions = Pick<PackOptions, "onProgress"> & {
  /** Called in the transaction that stores everything. What it throws undoes the import. */
  readonly confirm?: (tx: Kysely<Schema>, repository: Repository) => Promise<void>;
};

export type ImportOutcome = {
  readonly refs: readonly RefName[];
  readonly refused: readonly { readonly name: string; readonly refused: string }[];
};

/**
 * Imports all refs of a source into an empty repository.
 *
 * @throws Failure conflict if the repository is not empty, invalid-input if the source is damaged or refused.
 */
export async function importInto(
  ports: PushPorts,
  by: By,
  repository: Repository,
  source: ImportSource,
  options: ImportOptions = {},
): Promise<ImportOutcome> {
  if ((await listRefs(ports.database.kysely, repository.uuid)).length > 0)
    throw new Failure("conflict", `${problemOf(repository)}: the repository is not empty`);
  return pushSource(ports, by, repository, source, undefined, options);
}

/**
 * Creates a repository with all refs of a source. It is visible once everything is stored, and not before.
 *
 * @throws Failure invalid-input if the source is damaged or refused, or the repository exists.
 */
export async function importNew(
  ports: Parameters<typeof createRepositoryWith>[0] & PushPorts,
  by: By,
  wanted: NewRepository,
  source: ImportSource,
  options: ImportOptions = {},
): Promise<ImportOutcome> {
  return createRepositoryWith(ports, wanted, async (repository, insert) => {
    const insertAndConfirm: InsertRepository = async (tx, record) => {
      await insert(tx, record);
      await options.confirm?.(tx, repository);
    };
    if (source.refs.length > 0) return pushSource(ports, by, repository, source, insertAndConfirm, options);
    // Webhooks hear of an empty one that it was created, and not that anything was imported.
    await by.transaction(async (tx, record) => {
      await insertAndConfirm(tx, record);
      record.event(repository, { kind: "repo:created", repository });
    });
    return { refs: [], refused: [] };
  });
}

/** By the way of any push. The pack goes from the source to git: it is never held in memory. */
async function pushSource(
  ports: PushPorts,
  by: By,
  repository: Repository,
  source: ImportSource,
  insert: ImportedRepository["insert"],
  options: ImportOptions = {},
): Promise<ImportOutcome> {
  if (source.refs.length === 0) return { refs: [], refused: [] };
  const refuse = (problem: string) =>
    new Failure("invalid-input", `${problemOf(repository)}: ${withRemedy(problem, source.hasGrafts)}`);
  const pack = source.openPack({ ...options, signal: by.signal });
  try {
    const commands = source.refs.map(({ name, target }) => ({ name, old: undefined, new: target }));
    const request = { commands, capabilities: new Set<string>(), options: [], pack: pack.read() };
    const report = await push(ports, by, repository, request, {
      ...options,
      imported: { mainBranch: source.headBranch, insert },
    });
    if (report.unpackProblem !== undefined) throw refuse(report.unpackProblem);
    const refused = report.refs.flatMap(({ name, refused: why }) =>
      why === undefined ? [] : [{ name: String(name), refused: why }],
    );
    if (refused.length === report.refs.length) throw refuse(`every ref is refused: ${refused[0]!.refused}`);
    const names = new Set(refused.map(({ name }) => name));
    return { refs: source.refs.map((ref) => ref.name).filter((name) => !names.has(name)), refused };
  } finally {
    pack.close();
  }
}

function problemOf(repository: Parameters<typeof fullName>[0]): string {
  return `Cannot import into ${fullName(repository)}`;
}
