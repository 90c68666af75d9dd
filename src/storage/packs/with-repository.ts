import type { Readable } from "node:stream";
import { Failure } from "../../model/failure.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { OpenRepository, PackStore } from "./pack-store.ts";

type Packs = Pick<PackStore, "openRepository">;

/** Without `close`: the function that opens a repository also closes it. */
type Opened = Omit<OpenRepository, "close">;

/**
 * Opens a repository for as long as `work` takes. It takes a callback rather than returning a value for `using`: a
 * promise that is returned without `await` would go on reading after such a value had been closed.
 */
export async function withRepository<T>(
  packs: Packs,
  repository: Uuid,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const opened = await packs.openRepository(repository);
  try {
    return await work(opened);
  } catch (error) {
    throw await explainFailure(opened, error);
  } finally {
    opened.close();
  }
}

/**
 * Opens a repository for as long as the stream that `open` returns is read, or for `open` alone if it returns bytes.
 */
export async function streamRepository<T extends Readable | Buffer>(
  packs: Packs,
  repository: Uuid,
  open: (opened: Opened) => Promise<T>,
): Promise<T> {
  const opened = await packs.openRepository(repository);
  try {
    const content = await open(opened);
    if (Buffer.isBuffer(content) || content.closed) opened.close();
    else content.once("close", () => opened.close());
    return content;
  } catch (error) {
    const explained = await explainFailure(opened, error);
    opened.close();
    throw explained;
  }
}

/** What is not found, or cannot be read, may have been removed under the reader's hands: it is there at the next try. */
export async function explainFailure(
  { isIntact }: Pick<OpenRepository, "isIntact">,
  error: unknown,
): Promise<unknown> {
  if (error instanceof Failure && error.kind !== "not-found") return error;
  return (await isIntact()) ? error : cacheWiped();
}

export function cacheWiped(): Failure {
  return new Failure("unavailable", "the server's cache of this repository has just been removed: try again");
}
