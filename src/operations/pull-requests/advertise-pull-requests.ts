import type { Repository } from "../../model/repository.ts";
import type { By } from "../../ports.ts";
import { setAdvertised } from "../../storage/sql/pull-requests/advertised-refs.ts";
import { type PreviewPorts, startMergePreviews } from "./start-merge-previews.ts";

/** Shows git the pull requests of a repository as refs from now on, or no longer. */
export async function advertisePullRequests(
  ports: PreviewPorts,
  by: By,
  repository: Repository,
  isAdvertised: boolean,
): Promise<void> {
  await by.transaction((tx) => setAdvertised(tx, repository.uuid, isAdvertised));
  startMergePreviews(ports, by, [repository.uuid]);
}
