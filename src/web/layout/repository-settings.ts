import type { Repository } from "../../model/repository.ts";
import { accessTokenTexts } from "../catalogue/access-tokens.ts";
import { repositorySettingsTexts } from "../catalogue/repository-settings.ts";
import type { Html } from "../html.ts";
import { repositoryPath } from "../links.ts";
import type { PageRequest } from "../page.ts";
import { withSide } from "./side.ts";

/** A page of a repository's settings, with the list of all of them at its side. */
export function repositorySettings(
  { t, path, repository }: Pick<PageRequest, "t" | "path"> & { readonly repository: Repository },
  main: Html,
): Html {
  const { side } = repositorySettingsTexts;
  const link = (name: string) => repositoryPath(repository, "admin", ...(name === "" ? [] : [name]));
  const groups = [
    {
      title: side.repository,
      links: [
        { href: link(""), label: side.general },
        { href: link("permissions"), label: side.permissions },
        { href: link("webhooks"), label: side.webhooks },
        { href: link("access-tokens"), label: accessTokenTexts.title },
      ],
    },
    {
      title: side.branches,
      links: [
        { href: link("branch-restrictions"), label: side.branchRestrictions },
        { href: link("branching-model"), label: side.branchingModel },
        { href: link("default-reviewers"), label: side.defaultReviewers },
      ],
    },
  ];
  return withSide(t, { label: side.label, groups, path }, main);
}
