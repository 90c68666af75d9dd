/** gitformat-pack(5), "Deltified representation". */
const COPY = 0x80;
const COPY_BYTES_DEFAULT = 0x10000;

/** @returns undefined if the delta is not one of this base, or makes more than `bytesMax` bytes. */
export function applyDelta(base: Buffer, delta: Buffer, bytesMax: number): Buffer | undefined {
  let at = 0;

  function readSize(): number {
    let size = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = delta[at++] ?? 0;
      size += (byte & 0x7f) * unit;
      if (byte < 0x80) return size;
    }
  }

  /** The bytes of a number that the command has bits for, the lowest first. */
  function readGiven(bits: number, bytes: number): number {
    let value = 0;
    for (let index = 0; index < bytes; index += 1)
      if ((bits >>> index) & 1) value += (delta[at++] ?? 0) * 2 ** (8 * index);
    return value;
  }

  if (readSize() !== base.length) return undefined;
  const size = readSize();
  if (size > bytesMax) return undefined;
  const result = Buffer.allocUnsafe(size);
  let made = 0;
  while (at < delta.length) {
    const command = delta[at++]!;
    const [source, start, bytes] =
      (command & COPY) !== 0
        ? ([base, readGiven(command, 4), readGiven(command >>> 4, 3) || COPY_BYTES_DEFAULT] as const)
        : ([delta, at, command] as const);
    // A command of no bytes is reserved.
    if (bytes === 0 || start + bytes > source.length || made + bytes > size) return undefined;
    source.copy(result, made, start, start + bytes);
    made += bytes;
    if (source === delta) at += bytes;
  }
  return made === size ? result : undefined;
}
