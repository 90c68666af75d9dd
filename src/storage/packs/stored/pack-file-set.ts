import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { ByteRange, UploadSource } from "../../object-store/object-store.ts";
import type { Sections } from "../../sql/stored-objects/stored-objects.ts";
import { SECTION_ENDINGS, sectionsInOrder } from "../../stored-objects/sections.ts";

/** A pack in a folder with all that belongs to it, as it is uploaded: one file behind the other. */
export type PackFileSet = {
  /** As git names it: `pack-<hash>`. */
  readonly base: string;
  /** Paths by their endings. */
  readonly files: ReadonlyMap<string, string>;
  readonly sections: Sections;
  readonly source: UploadSource;
  /** git objects in it. */
  readonly objects: number;
};

/** All packs of a folder. What git is still writing is not among them. */
export async function listPackFileSets(folder: string): Promise<readonly PackFileSet[]> {
  const names = await readdir(folder);
  const bases = names
    .filter((name) => /^pack-.*\.idx$/.test(name))
    .map((name) => name.slice(0, -".idx".length));
  return Promise.all(
    bases
      .filter((base) => names.includes(`${base}.pack`))
      .map((base) =>
        readFileSet(
          base,
          SECTION_ENDINGS.filter((ending) => names.includes(`${base}.${ending}`)),
          (ending) => join(folder, `${base}.${ending}`),
        ),
      ),
  );
}

/** A file that belongs to no pack, such as a commit graph. */
export async function readSingleFile(ending: string, path: string): Promise<PackFileSet> {
  return readFileSet(ending, [ending], () => path);
}

async function readFileSet(
  base: string,
  endings: readonly string[],
  pathOf: (ending: string) => string,
): Promise<PackFileSet> {
  return readPackFiles(base, new Map(endings.map((ending) => [ending, pathOf(ending)])));
}

/** @param files paths by the endings that `sectionsInOrder` knows. */
export async function readPackFiles(base: string, files: ReadonlyMap<string, string>): Promise<PackFileSet> {
  const sizes = await Promise.all(
    [...files].map(async ([ending, path]) => [ending, (await stat(path)).size] as const),
  );
  const sections: Sections = Object.fromEntries(sizes);
  const index = files.get("idx");
  return {
    base,
    files,
    sections,
    source: joinedSource(sections, files),
    objects: index === undefined ? 0 : await countObjects(index),
  };
}

function joinedSource(sections: Sections, files: ReadonlyMap<string, string>): UploadSource {
  const inOrder = sectionsInOrder(sections);
  const bytes = inOrder.reduce((sum, section) => sum + section.bytes, 0);
  async function* read({ first, last }: ByteRange) {
    for (const section of inOrder) {
      const start = Math.max(first, section.start) - section.start;
      const end = Math.min(last, section.start + section.bytes - 1) - section.start;
      if (start > end) continue;
      yield* createReadStream(files.get(section.ending)!, { start, end, highWaterMark: 256 * 1024 });
    }
  }
  return {
    bytes,
    open: (range = { first: 0, last: bytes - 1 }) => Readable.from(read(range), { objectMode: false }),
  };
}

/** gitformat-pack(5), version 2 of the index: the last entry of the fan-out table. */
const COUNT_OFFSET = 8 + 255 * 4;

async function countObjects(index: string): Promise<number> {
  const file = await open(index, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, COUNT_OFFSET);
    return bytesRead === 4 ? buffer.readUInt32BE() : 0;
  } finally {
    await file.close();
  }
}
