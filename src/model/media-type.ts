/** By extension, lower case. The common ones: formats that browsers and build tools know by a registered name. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  "7z": "application/x-7z-compressed",
  avif: "image/avif",
  bat: "application/x-msdos-program",
  bmp: "image/bmp",
  bz2: "application/x-bzip2",
  css: "text/css",
  csv: "text/csv",
  gif: "image/gif",
  gz: "application/gzip",
  htm: "text/html",
  html: "text/html",
  ico: "image/vnd.microsoft.icon",
  jar: "application/java-archive",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "text/javascript",
  json: "application/json",
  mjs: "text/javascript",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  ogg: "audio/ogg",
  otf: "font/otf",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  tar: "application/x-tar",
  tif: "image/tiff",
  tiff: "image/tiff",
  ttf: "font/ttf",
  txt: "text/plain",
  wasm: "application/wasm",
  wav: "audio/wav",
  webm: "video/webm",
  webp: "image/webp",
  woff: "font/woff",
  woff2: "font/woff2",
  xhtml: "application/xhtml+xml",
  xml: "application/xml",
  yaml: "application/yaml",
  yml: "application/yaml",
  zip: "application/zip",
};

/** Text without a registered type of its own, or with one that only browsers would misuse. */
const TEXT_EXTENSIONS: ReadonlySet<string> = new Set(
  (
    "adoc asm awk bash bat bzl c cc cfg clj cmake cmd conf cpp cs cxx d dart diff dockerfile el env erl ex exs f90 " +
    "fish fs go gradle graphql groovy h hcl hh hpp hs htm html ini java jl js json5 jsonc jsx kt kts less lisp lock lua m " +
    "markdown md mdown mjs mk mkd mkdn ml mm nim nix pas patch php pl pm properties proto ps1 py pyi r rb rs rst s " +
    "sass scala scm scss sh sql svelte swift tcl tex text textile tf toml ts tsv tsx txt v vb vhd vim vue zig zsh css csv"
  ).split(" "),
);

/** Files without an extension that are text wherever they are found. */
const TEXT_NAMES: ReadonlySet<string> = new Set(
  (
    "authors changelog changes codeowners contributing contributors copying dockerfile gemfile gnumakefile install " +
    "jenkinsfile license makefile news notice procfile rakefile readme todo vagrantfile .dockerignore .editorconfig " +
    ".gitattributes .gitignore .gitmodules .mailmap .npmignore"
  ).split(" "),
);

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).toLowerCase();
}

/** What is behind the last dot. `.gitignore` has none: its dot is its first letter. */
function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot + 1);
}

/** The registered type for a file's name, without charset, or undefined. Never looks at the content. */
export function mediaTypeOf(path: string): string | undefined {
  const extension = extensionOf(nameOf(path));
  // An own property: a file may be called "x.constructor".
  return Object.hasOwn(MEDIA_TYPES, extension) ? MEDIA_TYPES[extension] : undefined;
}

/**
 * The `Content-Type` under which a file's bytes are served, without a charset, which is unknown. Source code is
 * text/plain, as recorded; scripts and pages too (our choice), so that no browser runs them.
 */
export function servedTypeOf(path: string): string {
  const name = nameOf(path);
  if (TEXT_NAMES.has(name) || TEXT_EXTENSIONS.has(extensionOf(name))) return "text/plain";
  return mediaTypeOf(name) ?? "application/octet-stream";
}
