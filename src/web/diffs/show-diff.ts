import type { Repository } from "../../model/repository.ts";
import { findDiffColours } from "../../operations/source/diff-colours.ts";
import type { ComparedCommits, DiffSides } from "../../operations/source/diffs.ts";
import { type ChangedFile, type DiffPage, readDiffPage } from "../../operations/source/file-diffs.ts";
import type { Ports } from "../../ports.ts";
import type { Html } from "../html.ts";
import { type DiffSlots, diffView } from "../layout/diff.ts";
import { sourcePath } from "../links.ts";
import type { PageRequest } from "../page.ts";
import { diffAddress, readDiffQuery } from "./diff-query.ts";

export type ShownDiff = {
  /** Whose files links lead to: the repository of the new side. */
  readonly repository: Repository;
  readonly compared: ComparedCommits;
  readonly sides: DiffSides;
  readonly slots?: DiffSlots;
  /** Elements of the page that are the diff's. */
  readonly nodesMax?: number;
};

/**
 * The diff of a page, as its address asks for it.
 *
 * @throws Failure invalid-input, or not-found for a file that does not differ.
 */
export async function showDiff(
  ports: Ports,
  { t, query: parameters, path, signal }: Pick<PageRequest, "t" | "query" | "path" | "signal">,
  { repository, compared, sides, slots, nodesMax }: ShownDiff,
): Promise<{ readonly page: DiffPage; readonly main: Html }> {
  const query = readDiffQuery(parameters);
  const page = await readDiffPage(ports, compared, sides, { ...query, signal });
  const colours = await findDiffColours(ports, compared, page, signal);
  const [own = "/"] = path.split("?", 1);
  const main = diffView(page, {
    t,
    query,
    colours,
    address: (changes) => diffAddress(own, parameters, changes),
    fileAddress: ({ newPath, isSubmodule }: ChangedFile) =>
      newPath === undefined || isSubmodule ? undefined : sourcePath(repository, "src", sides.new, newPath),
    ...(slots === undefined ? {} : { slots }),
    ...(nodesMax === undefined ? {} : { nodesMax }),
  });
  return { page, main };
}
