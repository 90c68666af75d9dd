import { fullName, type RepositoryReference } from "../model/repository.ts";
import { bracedUuid } from "../model/uuid.ts";
import { type Bases, repositoryApiUrl, repositoryHtmlUrl } from "./links.ts";

/** A `repository` inside another object. */
export function representCondensedRepository(repository: RepositoryReference, bases: Bases) {
  const html = repositoryHtmlUrl(bases, repository);
  return {
    type: "repository",
    full_name: fullName(repository),
    links: {
      self: { href: repositoryApiUrl(bases, repository) },
      html: { href: html },
      avatar: { href: `${html}/avatar/` },
    },
    name: repository.name,
    uuid: bracedUuid(repository.uuid),
  };
}
