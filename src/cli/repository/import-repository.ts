import type { PublicBaseUrls } from "../../model/event.ts";
import { Failure } from "../../model/failure.ts";
import { BRANCH_PREFIX, type RefName } from "../../model/ref-name.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import { type PushPorts, push } from "../../operations/refs/push.ts";
import { changeRepository, type RepositoryPorts } from "../../operations/repositories/repositories.ts";
import { listRefs } from "../../storage/sql/refs/refs.ts";
import { type ImportSource, type PackOptions, withRemedy } from "./import-source.ts";

export type ImportOptions = PackOptions & {
  /** For the links in webhooks; undefined if none is to hear of it. */
  readonly baseUrls: PublicBaseUrls | undefined;
};

export type ImportOutcome = {
  readonly refs: readonly RefName[];
  readonly refused: readonly { readonly name: string; readonly refused: string }[];
};

/**
 * Pushes all refs of a source into an empty repository, by the way of any push. The pack goes from the source to
 * git: it is never held.
 *
 * @throws Failure conflict if the repository is not empty, invalid-input if the source is damaged or refused.
 */
export async function importRepository(
  ports: PushPorts & RepositoryPorts,
  repository: Repository,
  source: ImportSource,
  options: ImportOptions,
): Promise<ImportOutcome> {
  const what = `Cannot import into ${fullName(repository)}`;
  if ((await listRefs(ports.database.kysely, repository.uuid)).length > 0) {
    throw new Failure("conflict", `${what}: the repository is not empty`);
  }
  if (source.refs.length === 0) return { refs: [], refused: [] };
  const pack = source.openPack(options);
  try {
    const commands = source.refs.map(({ name, target }) => ({ name, old: undefined, new: target }));
    const request = { commands, capabilities: new Set<string>(), options: [], pack: pack.read() };
    const report = await push(ports, repository, request, {
      ...options,
      author: { kind: "operator" },
      isImport: true,
    });
    if (report.unpackProblem !== undefined)
      throw new Failure("invalid-input", `${what}: ${withRemedy(report.unpackProblem, source.hasGrafts)}`);
    const refused = report.refs.flatMap(({ name, refused: why }) =>
      why === undefined ? [] : [{ name: String(name), refused: why }],
    );
    if (refused.length === report.refs.length) {
      throw new Failure(
        "invalid-input",
        `${what}: every ref is refused: ${withRemedy(refused[0]!.refused, source.hasGrafts)}`,
      );
    }
    const names = new Set(refused.map(({ name }) => name));
    const refs = source.refs.map((ref) => ref.name).filter((name) => !names.has(name));
    await takeHead(ports, repository, source, refs);
    return { refs, refused };
  } finally {
    pack.close();
  }
}

async function takeHead(
  ports: RepositoryPorts,
  repository: Repository,
  { headBranch }: ImportSource,
  refs: readonly RefName[],
): Promise<void> {
  if (headBranch === undefined || !refs.some((name) => name === BRANCH_PREFIX + headBranch)) return;
  await changeRepository(ports, repository, { mainBranch: headBranch });
}
