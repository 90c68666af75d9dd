import type { Repository } from "../model/repository.ts";
import { type BaseUrls, repositoryApiUrl, repositoryHtmlUrl } from "./links.ts";

/** Recorded (a tag named `special-"$;><&#_=@!|.,/test`): these stay as they are, and `" < > # |` do not. */
const LITERAL = /%(?:2F|24|3B|26|3D|40|21|2C)/g;

/** A ref's name in the path of a link. */
export function encodeRefName(name: string): string {
  return encodeURIComponent(name).replace(LITERAL, (encoded) => decodeURIComponent(encoded));
}

export function representRefLinks(
  repository: Repository,
  baseUrls: BaseUrls,
  name: string,
  folders: { readonly api: "branches" | "tags"; readonly html: "branch" | "commits/tag" },
) {
  const [api, html] = [repositoryApiUrl(baseUrls, repository), repositoryHtmlUrl(baseUrls, repository)];
  const encoded = encodeRefName(name);
  return {
    self: { href: `${api}/refs/${folders.api}/${encoded}` },
    commits: { href: `${api}/commits/${encoded}` },
    html: { href: `${html}/${folders.html}/${encoded}` },
  };
}
