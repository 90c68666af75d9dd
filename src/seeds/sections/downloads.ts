import type { Repository } from "../../model/repository.ts";
import { storeDownloads } from "../../operations/downloads/downloads.ts";
import { accountName, CLOSED, ENTRIES_MAX, name, text } from "../schema-parts.ts";
import { section } from "../section.ts";

/** Files that a repository offers beside its history. */
export const downloadsSection = section({
  key: "downloads",
  schema: (type) =>
    type.Array(
      type.Object(
        {
          name: name(type, "Of the file"),
          content: type.Optional(text(type, "Its text", 1_000_000)),
          base64: type.Optional(text(type, "Its bytes", 8_000_000)),
          uploader: accountName(type, "Who has put it there"),
        },
        CLOSED,
      ),
      { maxItems: ENTRIES_MAX },
    ),
  check(checker, files, path) {
    for (const [index, { content, base64, uploader }] of files.entries()) {
      if ((content === undefined) === (base64 === undefined))
        checker.problem([...path, index], "needs either content or base64");
      checker.require("account", uploader, [...path, index, "uploader"]);
    }
  },
  async apply(context, repository: Repository, files, path) {
    for (const [index, file] of files.entries())
      await context.make(
        {
          path: [...path, index],
          name: `download ${repository.uuid} ${file.name}`,
          at: context.time,
          fields: { files: "name" },
        },
        (ports, by) => {
          const bytes =
            file.base64 === undefined ? Buffer.from(file.content ?? "") : Buffer.from(file.base64, "base64");
          return storeDownloads(
            ports,
            by,
            repository,
            context.find("account", file.uploader),
            one(file.name, bytes),
          );
        },
      );
  },
});

async function* one(fileName: string, bytes: Buffer) {
  yield { name: fileName, source: pieces(bytes) };
}

async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
