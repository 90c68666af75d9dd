const NUL = 0;

/** What git prints with `-z`. Paths are no longer than what a tree holds, so what is carried over between chunks is small. */
export async function* splitAtNul(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let nul = text.indexOf(NUL); nul !== -1; nul = text.indexOf(NUL)) {
      yield text.subarray(0, nul);
      text = text.subarray(nul + 1);
    }
    rest = Buffer.from(text);
  }
}
