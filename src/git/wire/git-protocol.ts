/** The versions of the wire protocol that this server speaks. */
export type ProtocolVersion = 0 | 1 | 2;

/** What client and server speak, and the value by which git's own processes are told so. */
export type GitProtocol = { readonly version: ProtocolVersion; readonly text: string };

const NONE: GitProtocol = { version: 0, text: "version=0" };
/** What git sends since 2.26. */
const USUAL: GitProtocol = { version: 2, text: "version=2" };

/** Longer values are not sent by any git. */
const HEADER_LENGTH_MAX = 256;

/**
 * Reads the `Git-Protocol` header: gitprotocol-http(5). Keys and values separated by colons; unknown keys are ignored;
 * the highest known version wins.
 *
 * @returns undefined if the header has another form: such text never reaches git's environment.
 */
export function parseGitProtocol(header: string | undefined): GitProtocol | undefined {
  if (header === undefined) return NONE;
  if (header === USUAL.text) return USUAL;
  if (
    header.length > HEADER_LENGTH_MAX ||
    !/^[a-z0-9-]+(=[a-z0-9.-]+)?(:[a-z0-9-]+(=[a-z0-9.-]+)?)*$/i.test(header)
  ) {
    return undefined;
  }
  const versions = header.split(":").flatMap((entry) => /^version=([012])$/.exec(entry)?.[1] ?? []);
  const version = Math.max(0, ...versions.map(Number)) as ProtocolVersion;
  return { version, text: `version=${version}` };
}
