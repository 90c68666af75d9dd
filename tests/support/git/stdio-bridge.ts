// What git starts in place of ssh: joins its stdin and stdout to the Unix socket that a test serves git on.
import { connect } from "node:net";
import { pipeline } from "node:stream/promises";

const command = process.argv.at(-1)!;
const socket = connect({ path: process.env.STDIO_BRIDGE_SOCKET!, allowHalfOpen: true });
socket.write(`${JSON.stringify({ command, protocol: process.env.GIT_PROTOCOL })}\n`);
// The end of what git sends is passed on by itself, as ssh does, while the answer is still to come.
pipeline(process.stdin, socket).catch(() => {});
await pipeline(socket, process.stdout);
process.exit();
