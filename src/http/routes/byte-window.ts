/** A look into bytes as they arrive: what has come and is not yet taken. */
export class ByteWindow {
  readonly #pieces: AsyncIterator<Buffer>;
  #isEnded = false;
  held: Buffer;

  /** @param before what is taken to stand before the first byte. */
  constructor(source: AsyncIterable<Buffer>, before: Buffer = Buffer.alloc(0)) {
    this.#pieces = source[Symbol.asyncIterator]();
    this.held = before;
  }

  /** Waits for more: one byte at least. False at the end. */
  async grow(): Promise<boolean> {
    while (!this.#isEnded) {
      const piece = await this.#pieces.next();
      if (piece.done === true) {
        this.#isEnded = true;
      } else if (piece.value.length > 0) {
        this.held = this.held.length === 0 ? piece.value : Buffer.concat([this.held, piece.value]);
        return true;
      }
    }
    return false;
  }

  /** Takes the first bytes out. */
  take(length: number): Buffer {
    const taken = this.held.subarray(0, length);
    this.held = this.held.subarray(length);
    return taken;
  }

  /** Lets go of the source, which may not have ended. */
  async close(): Promise<void> {
    this.#isEnded = true;
    await this.#pieces.return?.();
  }
}
