import { repositoryFolder } from "../../../src/config/repository-folder.ts";
import type { Uuid } from "../../../src/model/uuid.ts";
import type { Ports } from "../../../src/ports.ts";
import { gitDirIn } from "../../../src/storage/packs/repository-folders.ts";

/** Where the server keeps a repository on its disk, for tests that look into it. */
export function gitDirOf({ config }: Pick<Ports, "config">, repository: Uuid): string {
  return gitDirIn(repositoryFolder(config), repository);
}
