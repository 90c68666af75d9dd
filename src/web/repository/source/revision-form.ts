import { parseObjectId } from "../../../model/object-id.ts";
import { BRANCH_PREFIX, TAG_PREFIX } from "../../../model/ref-name.ts";
import type { Repository } from "../../../model/repository.ts";
import type { Ports } from "../../../ports.ts";
import { sourceTexts } from "../../catalogue/source.ts";
import { flag, type Html, html, NOTHING, plainText } from "../../html.ts";
import { visibleText } from "../../layout/visible-text.ts";
import { repositoryPath } from "../../links.ts";
import type { RepositoryPageRequest } from "../../page.ts";
import type { FoundSource, SourceView } from "./find-source.ts";

/** Names of branches and tags, without their prefixes, in the order of their bytes. */
export type RefNames = { readonly branches: readonly string[]; readonly tags: readonly string[] };

/** More are on pages of their own. */
const BRANCHES_MAX = 100;
const TAGS_MAX = 50;
const SHORT_ID_LENGTH = 8;

export async function listRefNames(
  { database }: Pick<Ports, "database">,
  { uuid }: Pick<Repository, "uuid">,
): Promise<RefNames> {
  const refs = await database.lookups.listRefs(uuid);
  const under = (prefix: string) =>
    refs.flatMap(({ name }) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
  return { branches: under(BRANCH_PREFIX), tags: under(TAG_PREFIX) };
}

/** The choice of a branch or tag, which shows the same path there. */
export function revisionForm(
  { t, repository }: Pick<RepositoryPageRequest, "t" | "repository">,
  names: RefNames,
  { revision, path }: Pick<FoundSource, "revision" | "path">,
  view: SourceView,
): Html {
  const main = repository.mainBranch;
  const branches = [
    ...(main === undefined ? [] : [main]),
    ...names.branches.filter((name) => name !== main),
  ].slice(0, BRANCHES_MAX);
  // The last by name are mostly the newest.
  const tags = names.tags.toReversed().slice(0, TAGS_MAX);
  const isListed = branches.some((name) => name === revision) || tags.includes(revision);
  const option = (name: string) =>
    html`<option${flag("selected", name === revision)} value="${name}">${plainText(visibleText(name))}</option>`;
  const id = parseObjectId(revision.toLowerCase());
  const shown =
    id === undefined
      ? plainText(visibleText(revision))
      : t(sourceTexts.commit, { id: id.slice(0, SHORT_ID_LENGTH) });
  return html`<form class="acts" method="get" action="${repositoryPath(repository, "src")}"><label for="at" class="vh">${t(sourceTexts.revision)}</label><select id="at" name="at" data-submit>${!isListed && html`<option selected value="${revision}">${shown}</option>`}<optgroup label="${t(sourceTexts.branches)}">${branches.map(option)}</optgroup>${tags.length > 0 && html`<optgroup label="${t(sourceTexts.tags)}">${tags.map(option)}</optgroup>`}</select>${path === "" ? NOTHING : html`<input type="hidden" name="path" value="${path}">`}${view === "src" ? NOTHING : html`<input type="hidden" name="view" value="${view}">`}<button>${t(sourceTexts.go)}</button></form>`;
}
