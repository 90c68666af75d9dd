import { fullName, type RepositoryReference } from "../model/repository.ts";
import { bracedUuid } from "../model/uuid.ts";
import { type BaseUrls, repositoryApiUrl, repositoryHtmlUrl } from "./links.ts";

/** A `repository` inside another object. */
export function representCondensedRepository(repository: RepositoryReference, baseUrls: BaseUrls) {
  const html = repositoryHtmlUrl(baseUrls, repository);
  return {
    type: "repository",
    full_name: fullName(repository),
    links: {
      self: { href: repositoryApiUrl(baseUrls, repository) },
      html: { href: html },
      avatar: { href: `${html}/avatar/` },
    },
    name: repository.name,
    uuid: bracedUuid(repository.uuid),
  };
}
