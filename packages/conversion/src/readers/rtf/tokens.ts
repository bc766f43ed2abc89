/** One piece of an RTF file (Microsoft RTF 1.9.1): a brace, a control word with its number, bytes of text. */
export type RtfToken =
  | { readonly kind: "open" }
  | { readonly kind: "close" }
  | { readonly kind: "word"; readonly name: string; readonly value: number | null }
  /** Bytes as Latin-1 characters, in the code page that holds where they stand. */
  | { readonly kind: "bytes"; readonly bytes: string };

const controlWord = /\\([a-zA-Z]{1,32})(-?\d{1,10})? ?/y;
const plainRun = /[^\\{}\r\n]+/y;

/** Cuts a file, given as Latin-1, into tokens; pictures' binary stretches are skipped over. */
export function* tokensOf(source: string): Generator<RtfToken> {
  let at = 0;
  while (at < source.length) {
    const mark = source[at];
    if (mark === "{" || mark === "}") {
      yield mark === "{" ? { kind: "open" } : { kind: "close" };
      at++;
    } else if (mark === "\r" || mark === "\n") at++;
    else if (mark === "\\") {
      controlWord.lastIndex = at;
      const match = controlWord.exec(source);
      if (match) {
        at = controlWord.lastIndex;
        const value = match[2] === undefined ? null : Number(match[2]);
        if (match[1] === "bin") at += Math.max(0, value ?? 0);
        else yield { kind: "word", name: match[1] ?? "", value };
        continue;
      }
      const symbol = source[at + 1] ?? "";
      at += 2;
      if (symbol === "'") {
        const code = Number.parseInt(source.slice(at, at + 2), 16);
        at += 2;
        if (!Number.isNaN(code)) yield { kind: "bytes", bytes: String.fromCharCode(code) };
      } else if (symbol === "\r" || symbol === "\n") yield { kind: "word", name: "par", value: null };
      else if (symbol === "\t") yield { kind: "word", name: "tab", value: null };
      else if (/[\\{}]/.test(symbol)) yield { kind: "bytes", bytes: symbol };
      else yield { kind: "word", name: symbol, value: null };
    } else {
      plainRun.lastIndex = at;
      const run = plainRun.exec(source)?.[0] ?? source[at] ?? "";
      at += run.length;
      yield { kind: "bytes", bytes: run };
    }
  }
}

/** Code pages of font character sets (`\fcharset`); those not named here are the document's own. */
const codePages: Readonly<Record<number, string>> = {
  77: "macintosh",
  128: "shift_jis",
  129: "euc-kr",
  134: "gbk",
  136: "big5",
  161: "windows-1253",
  162: "windows-1254",
  163: "windows-1258",
  177: "windows-1255",
  178: "windows-1256",
  186: "windows-1257",
  204: "windows-1251",
  222: "windows-874",
  238: "windows-1250",
};

export const charsetEncoding = (charset: number): string | null => codePages[charset] ?? null;

/** The encoding `\ansicpg` names; Windows-1252 for one we do not know. */
export function codePageEncoding(page: number): string {
  const names: Readonly<Record<number, string>> = {
    932: "shift_jis",
    936: "gbk",
    949: "euc-kr",
    950: "big5",
    10000: "macintosh",
    65001: "utf-8",
    866: "ibm866",
  };
  const name = names[page] ?? `windows-${page}`;
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return "windows-1252";
  }
}

const decoders = new Map<string, InstanceType<typeof TextDecoder>>();

export function decodeBytes(bytes: string, encoding: string): string {
  const known = decoders.get(encoding) ?? new TextDecoder(encoding);
  decoders.set(encoding, known);
  return known.decode(Buffer.from(bytes, "latin1"));
}

/** Control words that stand for one character. */
export const characters: Readonly<Record<string, string>> = {
  "~": "\u00a0",
  _: "\u2011",
  "-": "",
  emdash: "—",
  endash: "–",
  lquote: "‘",
  rquote: "’",
  ldblquote: "“",
  rdblquote: "”",
  bullet: "•",
  emspace: "\u2003",
  enspace: "\u2002",
  qmspace: "\u2005",
  zwj: "\u200d",
  zwnj: "\u200c",
};
