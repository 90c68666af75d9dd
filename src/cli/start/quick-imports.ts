import { type ResolveFnOutput, type ResolveHookSync, registerHooks } from "node:module";
import { extname } from "node:path";

/**
 * From here on finds what imports name without asking the disk. Node asks for links, for the kind of file and for its
 * package, for each of the many hundred files of a start: that takes as long as all else that is done with them.
 */
export function resolveImportsQuickly(): void {
  registerHooks({ resolve: createQuickResolver() });
}

/**
 * An ES module names a file next to it in full, so its URL is the two URLs joined; what kind of file it is, is known from the
 * first one of its folder with the same ending, since they belong to one package; and a package that two of Pail's files name
 * is the same one. All else is found as Node does it.
 */
export function createQuickResolver(): ResolveHookSync {
  const source = new URL("../..", import.meta.url).href;
  const packages = new Map<string, ResolveFnOutput>();
  const formats = new Map<string, ResolveFnOutput["format"]>();
  return (specifier, context, findAsNodeDoes) => {
    const { parentURL, conditions } = context;
    // `require` leaves out endings, and looks for more than one file.
    if (parentURL === undefined || !conditions.includes("import")) return findAsNodeDoes(specifier, context);
    const isOurs = parentURL.startsWith(source);
    if (specifier.startsWith(".")) {
      const { href } = new URL(specifier, parentURL);
      if (isOurs) return { url: href, shortCircuit: true, format: "module-typescript" };
      const kind = `${href.slice(0, href.lastIndexOf("/") + 1)}*${extname(href)}`;
      const format = formats.get(kind);
      // Without one Node looks into each file.
      if (format) return { url: href, shortCircuit: true, format };
      const found = findAsNodeDoes(specifier, context);
      formats.set(kind, found.format);
      return found;
    }
    if (!isOurs) return findAsNodeDoes(specifier, context);
    const known = packages.get(specifier);
    if (known !== undefined) return known;
    const found = { ...findAsNodeDoes(specifier, context), shortCircuit: true };
    packages.set(specifier, found);
    return found;
  };
}
