/** A language that can be highlighted. `id` is what highlight.js calls it, `title` what people do. */
export type Language = { readonly id: string; readonly title: string };

/** By id: the title, and by which files it is known, in small letters: those with an ending, or with a whole name, which has a slash in front. */
const LANGUAGES: Readonly<Record<string, readonly [title: string, endings: string]>> = {
  ada: ["Ada", "adb ads"],
  apache: ["Apache configuration", "/.htaccess"],
  armasm: ["ARM assembly", "s"],
  asciidoc: ["AsciiDoc", "adoc asciidoc"],
  awk: ["Awk", "awk"],
  bash: ["Shell", "sh bash zsh ksh bats /.bashrc /.bash_profile /.profile /.zshrc"],
  c: ["C", "c h"],
  clojure: ["Clojure", "clj cljs cljc edn"],
  cmake: ["CMake", "cmake /cmakelists.txt"],
  coffeescript: ["CoffeeScript", "coffee"],
  cpp: ["C++", "cpp cc cxx hpp hh hxx ino"],
  csharp: ["C#", "cs csx"],
  css: ["CSS", "css"],
  d: ["D", "d"],
  dart: ["Dart", "dart"],
  delphi: ["Pascal", "pas dpr"],
  diff: ["Diff", "diff patch"],
  django: ["Django template", "jinja jinja2 j2"],
  dockerfile: ["Dockerfile", "/dockerfile /containerfile"],
  dos: ["Batch", "bat cmd"],
  elixir: ["Elixir", "ex exs"],
  elm: ["Elm", "elm"],
  erb: ["ERB", "erb"],
  erlang: ["Erlang", "erl hrl"],
  fortran: ["Fortran", "f f90 f95 f03"],
  fsharp: ["F#", "fs fsi fsx"],
  gherkin: ["Gherkin", "feature"],
  glsl: ["GLSL", "glsl vert frag"],
  go: ["Go", "go"],
  gradle: ["Gradle", "gradle"],
  graphql: ["GraphQL", "graphql gql graphqls"],
  groovy: ["Groovy", "groovy /jenkinsfile"],
  haml: ["Haml", "haml"],
  handlebars: ["Handlebars", "hbs handlebars"],
  haskell: ["Haskell", "hs lhs"],
  ini: ["INI", "ini cfg conf toml /.editorconfig /.gitconfig /.gitmodules /.npmrc"],
  java: ["Java", "java jsp"],
  javascript: ["JavaScript", "js mjs cjs jsx"],
  json: ["JSON", "json jsonc json5 geojson webmanifest ipynb /composer.lock /flake.lock"],
  julia: ["Julia", "jl"],
  kotlin: ["Kotlin", "kt kts"],
  latex: ["LaTeX", "tex sty cls"],
  less: ["Less", "less"],
  lisp: ["Lisp", "lisp cl el"],
  lua: ["Lua", "lua"],
  makefile: ["Makefile", "mk mak /makefile /gnumakefile"],
  markdown: ["Markdown", "md markdown mkd mkdn mdx"],
  matlab: ["MATLAB", "matlab"],
  nginx: ["nginx configuration", "nginx /nginx.conf"],
  nim: ["Nim", "nim"],
  nix: ["Nix", "nix"],
  objectivec: ["Objective-C", "m mm"],
  ocaml: ["OCaml", "ml mli"],
  perl: ["Perl", "pl pm t"],
  pgsql: ["PostgreSQL", "pgsql"],
  php: ["PHP", "php phtml"],
  powershell: ["PowerShell", "ps1 psm1 psd1"],
  properties: ["Properties", "properties"],
  protobuf: ["Protocol Buffers", "proto"],
  puppet: ["Puppet", "pp"],
  python: ["Python", "py pyw pyi /sconstruct /wscript /build.bazel"],
  r: ["R", "r"],
  ruby: ["Ruby", "rb rake gemspec /gemfile /rakefile /vagrantfile /podfile /fastfile /brewfile"],
  rust: ["Rust", "rs"],
  scala: ["Scala", "scala sc sbt"],
  scheme: ["Scheme", "scm ss rkt"],
  scss: ["SCSS", "scss sass"],
  smalltalk: ["Smalltalk", "st"],
  sql: ["SQL", "sql ddl"],
  swift: ["Swift", "swift"],
  tcl: ["Tcl", "tcl"],
  twig: ["Twig", "twig"],
  typescript: ["TypeScript", "ts mts cts tsx"],
  vbnet: ["Visual Basic", "vb"],
  verilog: ["Verilog", "v sv svh"],
  vhdl: ["VHDL", "vhd vhdl"],
  vim: ["Vim script", "vim /.vimrc"],
  wasm: ["WebAssembly", "wat wast"],
  x86asm: ["x86 assembly", "asm nasm"],
  xml: ["XML", "xml xsd xsl xslt svg rss atom plist csproj vbproj fsproj props targets resx wsdl"],
  yaml: ["YAML", "yml yaml /.clang-format /.clang-tidy"],
};

export const LANGUAGE_IDS: readonly string[] = Object.keys(LANGUAGES);

/** HTML is no language of its own for highlight.js, but is one for people. */
const HTML: Language = { id: "xml", title: "HTML" };
const HTML_ENDINGS = ["html", "htm", "xhtml", "vue", "svelte"];

let byEnding: ReadonlyMap<string, Language> | undefined;

/** The language of a file by its name or path alone. Undefined: it is shown without colours. */
export function findLanguage(path: string): Language | undefined {
  byEnding ??= listEndings();
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const ending = name.lastIndexOf(".") + 1;
  // `Dockerfile.release` too: what stands in front of the point says more than what follows it.
  const first = /^(?:dockerfile|makefile|jenkinsfile)(?=\.)/.exec(name)?.[0] ?? name;
  return (
    byEnding.get(`/${name}`) ??
    byEnding.get(`/${first}`) ??
    byEnding.get(ending > 0 ? name.slice(ending) : "")
  );
}

function listEndings(): ReadonlyMap<string, Language> {
  const found = new Map<string, Language>();
  for (const [id, [title, endings]] of Object.entries(LANGUAGES))
    for (const ending of endings.split(" ")) found.set(ending, { id, title });
  for (const ending of HTML_ENDINGS) found.set(ending, HTML);
  return found;
}
