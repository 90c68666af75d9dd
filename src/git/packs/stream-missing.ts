import type { Readable } from "node:stream";
import type { ObjectId } from "../../model/object-id.ts";
import type { GitOptions } from "../process/git-process.ts";
import { openGitStream } from "../process/git-stream.ts";

export type MissingObjects = {
  readonly tips: readonly ObjectId[];
  /** Everything that these reach is left out. All of them must exist, here or in the alternate. */
  readonly known: readonly ObjectId[];
};

/**
 * A thin pack of what the tips reach and the known commits do not, as a push of them would send it.
 *
 * @throws as `openGitStream` does.
 */
export function streamMissing(
  { tips, known }: MissingObjects,
  options: GitOptions & { readonly signal: AbortSignal },
): Promise<Readable> {
  const lines = [...new Set(tips), ...[...new Set(known)].map((id) => `^${id}`)];
  const args = ["pack-objects", "--revs", "--thin", "--stdout", "--delta-base-offset", "--quiet"];
  return openGitStream(args, { ...options, input: Buffer.from(lines.map((line) => `${line}\n`).join("")) });
}
