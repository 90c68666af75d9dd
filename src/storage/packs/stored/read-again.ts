import type { ObjectReader } from "../../../git/objects/object-reader.ts";
import type { ObjectId } from "../../../model/object-id.ts";

/**
 * A reader that looks once more for what a view lacks. A view has what its repository had when it was opened; whoever reads refs
 * after that, another node having pushed meanwhile, finds ids that are not in it yet.
 *
 * @param refresh adds to the view what has come since. @returns whether anything has.
 */
export function readAgain(reader: ObjectReader, refresh: (gitDir: string) => Promise<boolean>): ObjectReader {
  const unlessFound =
    <Rest extends readonly unknown[], Found>(
      read: (gitDir: string, id: ObjectId, ...rest: Rest) => Promise<Found | undefined>,
    ) =>
    async (gitDir: string, id: ObjectId, ...rest: Rest): Promise<Found | undefined> => {
      const found = await read(gitDir, id, ...rest);
      return found === undefined && (await refresh(gitDir)) ? read(gitDir, id, ...rest) : found;
    };
  return {
    ...reader,
    readHeader: unlessFound(reader.readHeader),
    readObject: unlessFound(reader.readObject),
    readObjectUpTo: unlessFound(reader.readObjectUpTo),
    readCommit: unlessFound(reader.readCommit),
    readTag: unlessFound(reader.readTag),
    async isCommit(gitDir, id) {
      return (
        (await reader.isCommit(gitDir, id)) ||
        ((await refresh(gitDir)) && (await reader.isCommit(gitDir, id)))
      );
    },
    async readCommits(gitDir, ids) {
      const found = await reader.readCommits(gitDir, ids);
      return found.length < ids.length && (await refresh(gitDir)) ? reader.readCommits(gitDir, ids) : found;
    },
  };
}
