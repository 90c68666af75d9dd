/** A commit or tag up to this size is not shortened. The longest one of Linux has less than half. */
export const OBJECT_TEXT_BYTES_MAX = 64 * 1024;

/** Of an identity's line the beginning, and the end with the date. */
const IDENTITY_START_BYTES = 4096;
const IDENTITY_END_BYTES = 128;
const OTHER_LINE_BYTES_MAX = 4096;
/** Some 800 parents. git itself makes no merge of more than it can take as arguments. */
const PARENTS_BYTES_MAX = 40 * 1024;
const MESSAGE_BYTES_MAX = OBJECT_TEXT_BYTES_MAX;
/** Signatures and whatever else stands in headers are left out. */
const HEADER = /^(?:tree|parent|object|type|tag|author|committer|tagger|encoding) /;
const IDENTITY = /^(?:author|committer|tagger) /;
const PARENT = /^parent /;
const NAME_BYTES_MAX = 10;

const LINE_END = 0x0a;
const BRACKET = 0x3e;

export type ShortenedObject = {
  /** A commit or tag of some 120 KiB at most. */
  readonly content: Buffer;
  readonly isMessageCut: boolean;
  readonly areParentsCut: boolean;
};

/**
 * A commit or tag without most of what is too much in it. A few bytes of a pack can make a message of gigabytes, and a
 * list has a hundred of them: what is not needed must not be decoded, let alone cached.
 *
 * @param isWhole whether `content` is all of the object, or its beginning alone.
 */
export function shortenObject(content: Buffer, isWhole: boolean): ShortenedObject {
  const parts: Buffer[] = [];
  let parentBytes = 0;
  let areParentsCut = false;
  let at = 0;
  while (at < content.length && content[at] !== LINE_END) {
    const found = content.indexOf(LINE_END, at);
    const end = found === -1 ? content.length : found;
    const line = content.subarray(at, end);
    at = end + 1;
    const start = line.toString("latin1", 0, NAME_BYTES_MAX);
    if (PARENT.test(start)) {
      parentBytes += line.length;
      areParentsCut ||= parentBytes > PARENTS_BYTES_MAX;
      if (areParentsCut) continue;
    }
    if (HEADER.test(start)) parts.push(...shortenLine(line, IDENTITY.test(start)), Buffer.of(LINE_END));
  }
  // Behind the empty line that ends the headers.
  const message = content.subarray(Math.min(at + 1, content.length));
  const isMessageCut = message.length > MESSAGE_BYTES_MAX || !isWhole;
  parts.push(Buffer.of(LINE_END), cutText(message, MESSAGE_BYTES_MAX));
  return { content: Buffer.concat(parts), isMessageCut, areParentsCut };
}

function shortenLine(line: Buffer, isIdentity: boolean): Buffer[] {
  if (!isIdentity) return [line.subarray(0, OTHER_LINE_BYTES_MAX)];
  if (line.length <= IDENTITY_START_BYTES + IDENTITY_END_BYTES) return [line];
  const tail = line.subarray(-IDENTITY_END_BYTES);
  const bracket = tail.lastIndexOf(BRACKET);
  return [cutText(line, IDENTITY_START_BYTES), bracket === -1 ? tail : tail.subarray(bracket)];
}

/** Not within a character of UTF-8: what follows its first byte begins with the bits 10. */
function cutText(bytes: Buffer, bytesMax: number): Buffer {
  if (bytes.length <= bytesMax) return bytes;
  let end = bytesMax;
  while (end > bytesMax - 4 && (bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}
