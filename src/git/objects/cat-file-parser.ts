import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import { type ObjectType, parseObjectType } from "./object-type.ts";

export type CatFileCommand = "info" | "contents";

export type CatFileAnswer =
  | { readonly kind: "missing"; readonly id: ObjectId }
  | { readonly kind: "info"; readonly id: ObjectId; readonly type: ObjectType; readonly size: number }
  | { readonly kind: "contents"; readonly id: ObjectId; readonly type: ObjectType; readonly content: Buffer };

/** `<id> <type> <size>`: 40, 6 and at most 20 characters, and two spaces. */
const HEADER_BYTES_MAX = 68;

const LINE_END = 0x0a;

/** Output that is not what `git cat-file --batch-command` is documented to print. */
export class MalformedCatFileOutput extends Error {
  constructor(problem: string) {
    super(`git cat-file: ${problem}`);
    this.name = "MalformedCatFileOutput";
  }
}

type Header = { readonly id: ObjectId; readonly type: ObjectType; readonly size: number };

/** An object whose content is arriving. */
type Arriving = { readonly header: Header; readonly content: Buffer; received: number };

/** Reads a header line, git-cat-file(1), section "Batch output". An object that is not there is its id alone. */
function parseHeader(line: string): Header | ObjectId {
  const [idText = "", typeText = "", sizeText = ""] = line.split(" ");
  const id = parseObjectId(idText);
  if (id === undefined) throw new MalformedCatFileOutput("a header begins with no object id");
  if (line === `${id} missing`) return id;
  const type = parseObjectType(typeText);
  const size = Number(sizeText);
  if (type === undefined || !/^\d+$/.test(sizeText) || !Number.isSafeInteger(size)) {
    throw new MalformedCatFileOutput("a header has no type or no size");
  }
  return { id, type, size };
}

/** Cuts the output of `git cat-file --batch-command` into answers, wherever the borders of its chunks are. */
export class CatFileParser {
  readonly #asked: () => CatFileCommand | undefined;
  readonly #answer: (answer: CatFileAnswer) => void;
  readonly #contentBytesMax: number;
  #headerParts: Buffer[] = [];
  #headerBytes = 0;
  #arriving: Arriving | undefined;

  /**
   * `asked` tells which command the next header answers, since the output does not; undefined if none is open.
   * `answer` is called once for each answer, before the next `asked`.
   */
  constructor(
    contentBytesMax: number,
    asked: () => CatFileCommand | undefined,
    answer: (answer: CatFileAnswer) => void,
  ) {
    this.#contentBytesMax = contentBytesMax;
    this.#asked = asked;
    this.#answer = answer;
  }

  /** @throws MalformedCatFileOutput, after which the parser is of no more use. */
  push(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      offset =
        this.#arriving === undefined ? this.#readHeader(chunk, offset) : this.#readContent(chunk, offset);
    }
  }

  #readHeader(chunk: Buffer, offset: number): number {
    const lineEnd = chunk.indexOf(LINE_END, offset);
    const end = lineEnd === -1 ? chunk.length : lineEnd;
    this.#headerBytes += end - offset;
    if (this.#headerBytes > HEADER_BYTES_MAX) throw new MalformedCatFileOutput("a header is too long");
    this.#headerParts.push(chunk.subarray(offset, end));
    if (lineEnd === -1) return end;
    const line = Buffer.concat(this.#headerParts).toString("latin1");
    this.#headerParts = [];
    this.#headerBytes = 0;
    this.#takeHeader(parseHeader(line));
    return lineEnd + 1;
  }

  #takeHeader(header: Header | ObjectId): void {
    const command = this.#asked();
    if (command === undefined) throw new MalformedCatFileOutput("an answer to no command");
    if (typeof header === "string") {
      this.#answer({ kind: "missing", id: header });
    } else if (command === "info") {
      this.#answer({ kind: "info", ...header });
    } else if (header.size > this.#contentBytesMax) {
      throw new MalformedCatFileOutput(`a content of ${header.size} bytes, which nobody asked for`);
    } else {
      this.#arriving = { header, content: Buffer.allocUnsafe(header.size), received: 0 };
    }
  }

  /** The content is followed by one line end of git's own. */
  #readContent(chunk: Buffer, offset: number): number {
    const arriving = this.#arriving!;
    const { header, content } = arriving;
    const copied = chunk.copy(content, arriving.received, offset);
    arriving.received += copied;
    const end = offset + copied;
    if (arriving.received < content.length || end === chunk.length) return end;
    if (chunk[end] !== LINE_END) throw new MalformedCatFileOutput("a content is longer than its header says");
    this.#arriving = undefined;
    this.#answer({ kind: "contents", id: header.id, type: header.type, content });
    return end + 1;
  }
}
