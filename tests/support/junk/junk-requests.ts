import type { Route } from "../../../src/http/routes/route.ts";
import { exampleOf } from "../examples/route-examples.ts";
import { fc } from "../fuzzing/seeded-properties.ts";

/** A request for a route, with all or parts of it spoilt. `segments` are as they are sent, one for each parameter. */
export type JunkRequest = {
  readonly method: string;
  /** Absent: the good one. */
  readonly segments: Readonly<Record<string, string>>;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
};

/** In place of one part of a path, or at its end if that takes several. All that Node's client lets through. */
const SEGMENTS: readonly string[] = [
  ..."|.|..|...|%2e%2e|%2F|..%2F..%2Fetc|..%5C..%5C|%00|a%00b|%|%zz|%C3%28|%ED%A0%80|%FF%FE".split("|"),
  ..."%F0%9F%98%80|%E2%80%AE|%EF%BB%BF|e%CC%81|%0A|a%0D%0AX-Evil:1|%09|%5C|%22|%27|%3F|%23|%20|+|*|%252F|%2500".split(
    "|",
  ),
  ..."-x|--all|--output=x|@|~|!|;|,|a;b|a,b|:|:(exclude)x|:/|main:docs|main~1|main%5E|main%5E%7B%7D|main..|..main".split(
    "|",
  ),
  ..."main...side|HEAD|FETCH_HEAD|refs|refs/heads/main|refs%2Fheads%2Fmain|heads/main|%40%7Bu%7D|stash@%7B0%7D".split(
    "|",
  ),
  ..."__proto__|constructor|toString|hasOwnProperty|null|undefined|NaN|Infinity|true|[object%20Object]".split(
    "|",
  ),
  ..."0|-0|-1|1|1.5|1e9|0x10|00|2147483647|2147483648|4294967296|9007199254740993|99999999999999999999".split(
    "|",
  ),
  ..."%7B%7D|%7B|%7B00000000-0000-0000-0000-000000000000%7D|%7Bnot-a-uuid%7D|{}|Acme|ACME|JUNK_1|Team".split(
    "|",
  ),
  ..."a/b/c|/|//|./x|../x|.git|.git/config|CON|%24(id)|%60id%60|1'or'1'='1|%25s%25n|<script>".split("|"),
  "0".repeat(40),
  "f".repeat(40),
  "a".repeat(64),
  "g".repeat(40),
  "0000",
  "x".repeat(300),
  "x".repeat(9000),
  "%F0%9F%98%80".repeat(60),
  "a/".repeat(2000),
];

/** In place of any value in a body, as it stands in the text: JSON can say more than JavaScript. */
const VALUES: readonly string[] = [
  ..."null|true|false|0|-0|-1|1|1.5|1e400|-1e400|1e308|5e-324|2147483647|2147483648|9007199254740993|1e21".split(
    "|",
  ),
  ...'""|" "|"x"|"0"|"-1"|"null"|"NaN"|"Infinity"|"\\ud800"|"x\\udc00"|"\\udfff\\ud800"|"\\u0000"|"a\\u0000b"'.split(
    "|",
  ),
  ...'"\\ud83d\\ude00"|"\\udbff\\udfff"|"\\u202e\\u2066x"|"\\ufeff"|"\\uffff"|"e\\u0301"|"\\n"|"a\\r\\nb"|"\\t"|"\\u001b[2J"'.split(
    "|",
  ),
  ...'"__proto__"|"constructor"|"toString"|"main"|"HEAD"|"refs/heads/main"|"../../x"|"-x"|"--all"|"%2F"|"\\\\"'.split(
    "|",
  ),
  ...'"main..side"|"a b"|"*"|"[["|"javascript:alert(1)"|"http://"|"http://[::"|"http://x:99999/"|"file:///etc/passwd"'.split(
    "|",
  ),
  ...'"{00000000-0000-0000-0000-000000000000}"|"{}"|"<script>"|"\' or 1=1 --"|"2026-13-45T99:99:99Z"|"+275760-09-14"'.split(
    "|",
  ),
  ...'[]|{}|[null]|[[]]|[{}]|[1,"x",null]|{"":{}}|{"__proto__":{"x":1}}|{"constructor":{"prototype":{"x":1}}}'.split(
    "|",
  ),
  ...'{"toString":1}|{"length":-1}|{"raw":null}|{"hash":{}}|{"name":[]}|{"then":1}|{"toJSON":"x"}|{"a":1,"a":2}'.split(
    "|",
  ),
  JSON.stringify("x".repeat(300)),
  JSON.stringify("x".repeat(70_000)),
  JSON.stringify("\u{1f600}".repeat(255)),
  JSON.stringify("a/".repeat(3000)),
  JSON.stringify("*".repeat(200)),
  JSON.stringify("#".repeat(20_000)),
  JSON.stringify(Array.from({ length: 1000 }, (_, index) => `x${index}`)),
  JSON.stringify(Array.from({ length: 300 }, () => ({}))),
  "9".repeat(400),
  `-0.${"0".repeat(400)}1`,
  "[".repeat(60) + "]".repeat(60),
  "[".repeat(3000) + "]".repeat(3000),
  `${'{"a":'.repeat(3000)}1${"}".repeat(3000)}`,
];

const QUERY_NAMES: readonly string[] = [
  ..."q|sort|fields|page|pagelen|role|path|format|max_depth|include|exclude|ctx|context|ignore_whitespace".split(
    "|",
  ),
  ..."binary|merge|topic|renames|after|name|kind|pattern|refname|redirect_to|administrator|author|branch".split(
    "|",
  ),
  ..."message|parents|files|status|state|access_token|jwt|_method|callback|__proto__|constructor|a[b][c]|%00|%zz".split(
    "|",
  ),
];

const QUERY_VALUES: readonly string[] = [
  ...'name="x"|name~"%25"|name="x"+AND+(key!="y"+OR+name!~"z")|size>1e400|size=NaN|created_on>2026-13-45|id=99999999999999999999'.split(
    "|",
  ),
  ...'name+IN+("a","b")|name+NOT+IN+()|((((name="x"))))|links.self.href="x"|__proto__="x"|name="\\|name=\'x|is_private=7'.split(
    "|",
  ),
  ..."-created_on|created_on,name|+name|-|--name|values|*|-*|%2B*|-values.links|values.__proto__|a.b.c.d.e.f|%2B".split(
    "|",
  ),
  ..."0|-1|1|2|100|101|1.5|1e9|99999999999999999999|Infinity|0x10|%EF%BC%91|true|false|meta|rendered|raw".split(
    "|",
  ),
  ..."|=|%26|%3D|%00|%|%zz|%C3%28|%ED%A0%80|%F0%9F%98%80|%E2%80%AE|%0A|main|side|--all|%5Emain|../x|/etc/passwd".split(
    "|",
  ),
  ":(exclude)x",
  "f".repeat(32),
  "x".repeat(5000),
  "(".repeat(2000),
  "a.".repeat(1000),
];

const CONTENT_TYPES: readonly string[] = [
  "application/json",
  "application/json; charset=utf-16",
  "APPLICATION/JSON;x=y",
  "application/vnd.api+json",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "multipart/form-data; boundary=x",
  "text/plain",
  "text/xml",
  "application/octet-stream",
  "/",
  "application/json, text/plain",
  ";",
];

const BODIES: readonly string[] = [
  "{",
  "[",
  "nul",
  "{'a':1}",
  '{"a":1}}',
  "\ufeff{}",
  "\u0000",
  "a=b&c=d",
  "a=%ED%A0%80&__proto__=x&include=%00",
  "a".repeat(200_000),
  '--x\r\nContent-Disposition: form-data; name="../x"; filename="../../x"\r\n\r\ntext\r\n--x--\r\n',
  "--x\r\nContent-Disposition: form-data\r\n\r\n",
];

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"];

/** Text of any kind, well-formed or not, in percent-encoding. */
const encodedText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc
    .uint8Array({ minLength: 1, maxLength: 8 })
    .map((bytes) => [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("")),
);

const segment = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...SEGMENTS) }, encodedText);

const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...VALUES) },
  fc.json({ maxDepth: 3, stringUnit: "binary" }),
  fc.string({ unit: "binary", maxLength: 40 }).map((text) => JSON.stringify(text)),
  fc.double().map((number) => (Number.isFinite(number) ? String(number) : "1e999")),
);

function readable(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]|#/g, (each) => encodeURIComponent(each.toWellFormed()));
}

const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(...QUERY_NAMES),
      fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...QUERY_VALUES).map(readable) }, encodedText),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .chain((pairs) =>
    fc.boolean().map((isDoubled) => {
      const all = isDoubled ? [...pairs, pairs[0]!] : pairs;
      return `?${all.map(([name, text]) => `${name}=${text}`).join("&")}`;
    }),
  );

type JsonPath = readonly (string | number)[];

function jsonPathsOf(json: unknown, at: JsonPath = []): JsonPath[] {
  if (typeof json !== "object" || json === null) return [at];
  return [at, ...Object.entries(json).flatMap(([key, member]) => jsonPathsOf(member, [...at, key]))];
}

/** The JSON text of a value in which what a path leads to is replaced; undefined leaves it out. */
function spoil(json: unknown, path: JsonPath, replacement: string | undefined, extra: string): string {
  if (path.length === 0) return replacement ?? "";
  const [key, ...rest] = path;
  const members = Object.entries(json as object).flatMap(([name, member]) => {
    if (name !== String(key)) return [[name, JSON.stringify(member)] as const];
    if (rest.length === 0 && replacement === undefined) return [];
    return [[name, spoil(member, rest, replacement, "")] as const];
  });
  if (Array.isArray(json)) return `[${members.map(([, text]) => text).join(",")}]`;
  return `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}${extra}}`;
}

/** A good body with one to three values replaced, left out, or members added that nobody asked for. */
function spoiltBody(json: unknown): fc.Arbitrary<string> {
  const paths = jsonPathsOf(json);
  const extra = fc
    .tuple(fc.constantFrom("__proto__", "constructor", "id", "uuid", "type", "links", "\\ud800", ""), value)
    .map(([name, text]) => `,"${name}":${text}`);
  return fc
    .tuple(
      fc.nat(paths.length - 1),
      fc.option(value, { nil: undefined, freq: 8 }),
      fc.option(extra, { nil: "", freq: 3 }),
    )
    .map(([index, text, added]) => spoil(json, paths[index]!, text, added));
}

const JSON_TYPE = "application/json";

function bodyFor(route: Route): fc.Arbitrary<Pick<JunkRequest, "body" | "headers">> {
  const example = exampleOf(route).body;
  const asJson = (body: string) => ({ body, headers: { "content-type": JSON_TYPE } });
  const junk = fc.oneof(
    fc
      .tuple(fc.oneof(fc.constantFrom(...BODIES), value), fc.constantFrom(...CONTENT_TYPES))
      .map(([body, type]) => ({ body, headers: { "content-type": type } })),
    value.map(asJson),
    value.map((body) => ({ body, headers: {} })),
    value.map((body) => ({ body, headers: { "content-type": JSON_TYPE, "content-encoding": "gzip" } })),
  );
  if (example === undefined) {
    return fc.oneof({ weight: 4, arbitrary: fc.constant({ body: undefined, headers: {} }) }, junk);
  }
  const good = fc.constant({ body: example.text, headers: { "content-type": example.contentType } });
  const others = fc
    .constantFrom(...CONTENT_TYPES)
    .map((type) => ({ body: example.text, headers: { "content-type": type } }));
  return fc.oneof(
    ...(example.json === undefined ? [] : [{ weight: 8, arbitrary: spoiltBody(example.json).map(asJson) }]),
    { weight: 2, arbitrary: good },
    others,
    junk,
  );
}

const HEADERS: readonly Readonly<Record<string, string>>[] = [
  { range: "bytes=0-0,2-3,5-" },
  { range: "bytes=99999999999999999999-" },
  { range: "bytes=-0" },
  { "if-none-match": "*" },
  { "if-none-match": '"'.repeat(500) },
  { "if-range": "yesterday" },
  { accept: "text/html;q=0, */*" },
  { "accept-language": "\u00ff" },
  { "x-http-method-override": "DELETE" },
  { "x-long": "x".repeat(40_000) },
  { cookie: "__proto__=x; a" },
  { host: "evil.example:99999999" },
  { host: "a b" },
  { "x-forwarded-host": "evil.example", "x-forwarded-proto": "javascript" },
];

function parametersOf(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
}

/** Requests of which most reach the route's handler, each with something in it that no client means. */
export function junkRequests(route: Route): fc.Arbitrary<JunkRequest> {
  const names = parametersOf(route.path);
  const spoiltSegments =
    names.length === 0
      ? fc.constant({})
      : fc
          // The later ones more often: behind a workspace that is not there is nothing to try.
          .tuple(fc.nat(names.length - 1), fc.nat(names.length - 1), segment)
          .map(([one, two, text]) => ({ [names[Math.max(one, two)]!]: text }));
  return fc
    .record({
      method: fc.oneof({ weight: 24, arbitrary: fc.constant(route.method) }, fc.constantFrom(...METHODS)),
      segments: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, spoiltSegments),
      query: fc.oneof({ weight: 2, arbitrary: fc.constant("") }, query),
      content: bodyFor(route),
      extra: fc.option(fc.constantFrom(...HEADERS), { nil: {}, freq: 10 }),
    })
    .map(({ content, extra, ...rest }) => ({
      ...rest,
      body: content.body,
      headers: { ...content.headers, ...extra },
    }));
}
