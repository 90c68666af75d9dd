import type { Random } from "./random.ts";

/** What texts for a parser are made of. */
export type TextSource = {
  /** Valid ones, which are then damaged. */
  readonly samples: readonly string[];
  /** What the grammar is made of: tokens, and what nearly is one. */
  readonly words: readonly string[];
  /** In UTF-16 code units, and rarely reached. 16 Ki if not given. */
  readonly lengthMax?: number;
};

const LENGTH_MAX = 16 * 1024;
const WORDS_MAX = 12;
const MUTATIONS_MAX = 4;
/** One in so many cases is a long one. */
const LONG_EVERY = 500;

/** Letters that parsers trip over: ends, escapes, halves of pairs, what folds or is passed over. */
const ODD_LETTERS = [
  ..."\0\x01\t\n\r \x7f\x80\xff/\\.:%\"'<>[]{}()=,;&+-*~^@?#",
  ..."éßİıſK\u0301\u200c\u202e\ufeff\u{1f9a3}",
  "\ud800",
  "\udfff",
  "..",
  "%00",
  "%2e%2e%2f",
  "__proto__",
  "constructor",
];

/** A text for a parser: words in a row, or a sample, mostly damaged; rarely a very long one. */
export function makeText(random: Random, source: TextSource): string {
  let text = random.chance(0.5) ? wordsInARow(random, source) : random.pick(source.samples);
  if (random.chance(0.75)) {
    for (let left = 1 + random.below(MUTATIONS_MAX); left > 0; left -= 1) text = mutate(random, text, source);
  }
  if (random.below(LONG_EVERY) === 0) text = lengthen(random, text, source);
  return text.slice(0, source.lengthMax ?? LENGTH_MAX);
}

/** The same with bytes: each letter up to U+00FF is one, others lose what is above. */
export function makeBytes(random: Random, source: TextSource): Buffer {
  return Buffer.from(makeText(random, source), "latin1");
}

/** The text in pieces of random lengths, mostly short ones. */
export function cutAnywhere(random: Random, bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  // Of a long text, larger pieces: the borders count, not their number.
  const lengthMax = 1 + random.below(random.chance(0.3) ? 4 : 40) + (bytes.length >> 5);
  for (let start = 0; start < bytes.length; ) {
    const length = 1 + random.below(lengthMax);
    pieces.push(bytes.subarray(start, start + length));
    start += length;
  }
  return pieces;
}

export async function* stream<T>(pieces: Iterable<T>): AsyncGenerator<T> {
  yield* pieces;
}

function wordsInARow(random: Random, { words }: TextSource): string {
  let text = "";
  for (let left = random.below(WORDS_MAX); left > 0; left -= 1) text += random.pick(words);
  return text;
}

function mutate(random: Random, text: string, { words, samples }: TextSource): string {
  const at = random.below(text.length + 1);
  const end = at + random.below(Math.min(32, text.length - at + 1));
  switch (random.below(8)) {
    case 0:
      return text.slice(0, at) + flipBit(random, text.charCodeAt(at)) + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + text.slice(end);
    case 2:
      return text.slice(0, end) + text.slice(at);
    case 3:
      return text.slice(0, at) + random.pick(words) + text.slice(at);
    case 4:
      return text.slice(0, at) + random.pick(ODD_LETTERS) + text.slice(at);
    case 5:
      return text.slice(0, at);
    case 6: {
      const other = random.pick(samples);
      return text.slice(0, at) + other.slice(random.below(other.length + 1));
    }
    default:
      return text.slice(0, at) + text.slice(at, end).toUpperCase() + text.slice(end);
  }
}

function flipBit(random: Random, code: number): string {
  return String.fromCharCode((Number.isNaN(code) ? 0 : code) ^ (1 << random.below(8)));
}

/** Some of it, or a word, again and again: what takes the square of a length shows itself. */
function lengthen(random: Random, text: string, { words, lengthMax = LENGTH_MAX }: TextSource): string {
  const at = random.below(text.length + 1);
  const own = text.slice(at, at + 1 + random.below(8));
  const repeated = (random.chance(0.5) ? own : random.pick(random.chance(0.5) ? words : ODD_LETTERS)) || "a";
  const times = Math.floor(lengthMax / repeated.length / (1 + random.below(4)));
  return text.slice(0, at) + repeated.repeat(times) + text.slice(at);
}
