import {
  type AdvertisementOptions,
  fetchAdvertisement,
  type GitService,
  pushAdvertisement,
  v2Advertisement,
} from "../../git/wire/advertisement.ts";
import type { Repository } from "../../model/repository.ts";
import { answerFromRefs, type RefAnswerPorts } from "./answer-from-refs.ts";

/**
 * What a service sends first: its capabilities, and before protocol 2 every ref. It is made from the rows, without a
 * process.
 *
 * @param options the protocol that the client asked for. Only a fetch has a protocol 2; a push is answered in protocol
 * 0, as git does.
 */
export async function advertiseRefs(
  ports: RefAnswerPorts,
  repository: Repository,
  service: GitService,
  options: AdvertisementOptions,
): Promise<Buffer> {
  if (service === "git-upload-pack" && options.version === 2) return v2Advertisement(options);
  const version = options.version === 1 ? 1 : 0;
  const { announcesService } = options;
  const { lookups } = ports.database;
  return answerFromRefs(ports, repository, `${service} ${version} ${announcesService}`, async () =>
    service === "git-receive-pack"
      ? pushAdvertisement(await lookups.listRefLines(repository.uuid), { version, announcesService })
      : fetchAdvertisement(await lookups.listRefs(repository.uuid), repository.mainBranch, {
          version,
          announcesService,
        }),
  );
}
