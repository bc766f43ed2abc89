/** Docling's names of programming languages (`CodeLanguageLabel`). */
const labels = [
  ...["Ada", "Awk", "Bash", "bc", "C", "C#", "C++", "CMake", "COBOL", "CSS", "Ceylon", "Clojure", "Crystal", "Cuda"],
  ...["Cython", "D", "Dart", "dc", "Dockerfile", "Elixir", "Erlang", "FORTRAN", "Forth", "Go", "HTML", "Haskell"],
  ...["Haxe", "Java", "JavaScript", "JSON", "Julia", "Kotlin", "Latex", "Lisp", "Lua", "Matlab", "MoonScript", "Nim"],
  ...["OCaml", "ObjectiveC", "Octave", "PHP", "Pascal", "Perl", "Prolog", "Python", "Racket", "Ruby", "Rust", "SML"],
  ...["SQL", "Scala", "Scheme", "Swift", "Tikz", "TypeScript", "VisualBasic", "XML", "YAML"],
];

const byName = new Map(labels.map((label) => [label.toLowerCase(), label]));
for (const [alias, label] of [
  ...([
    ["sh", "Bash"],
    ["shell", "Bash"],
    ["console", "Bash"],
    ["zsh", "Bash"],
    ["js", "JavaScript"],
  ] as const),
  ...([
    ["jsx", "JavaScript"],
    ["ts", "TypeScript"],
    ["tsx", "TypeScript"],
    ["py", "Python"],
    ["rb", "Ruby"],
  ] as const),
  ...([
    ["rs", "Rust"],
    ["cs", "C#"],
    ["csharp", "C#"],
    ["cpp", "C++"],
    ["yml", "YAML"],
    ["tex", "Latex"],
  ] as const),
  ...([
    ["golang", "Go"],
    ["kt", "Kotlin"],
    ["objc", "ObjectiveC"],
    ["hs", "Haskell"],
    ["vb", "VisualBasic"],
  ] as const),
])
  byName.set(alias, label);

/** The label of a language named in a code fence or a class (`python`, `js`, `language-sql`); `unknown` for any other. */
export const codeLanguage = (name: string | null | undefined): string =>
  byName.get(
    (name ?? "")
      .trim()
      .replace(/^lang(?:uage)?-/, "")
      .toLowerCase(),
  ) ?? "unknown";
