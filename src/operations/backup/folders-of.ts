import type { Ports } from "../../ports.ts";
import type { PackFolders } from "../../storage/packs/pack-store.ts";

/** The repositories of a data folder. With an object store there are none, and other operations are for that. */
export function foldersOf({ packFolders }: Pick<Ports, "packFolders">): PackFolders {
  if (packFolders === undefined) throw new Error("repositories are not in folders here");
  return packFolders;
}
