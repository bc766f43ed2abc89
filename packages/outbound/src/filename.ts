const maxLength = 200;
/** Types that settle what the file is, where its address ends in something else (`/report.php`, `/`). */
const extensions: Readonly<Record<string, readonly [string, RegExp]>> = {
  "text/html": [".html", /\.x?html?$/i],
  "application/xhtml+xml": [".html", /\.x?html?$/i],
  "application/pdf": [".pdf", /\.pdf$/i],
};

/** A name for the file: what the server calls it (RFC 6266), else the last part of its path, else its host. */
export function filenameOf(disposition: string | undefined, url: URL, contentType: string | null): string {
  const last = decoded(url.pathname.split("/").findLast((part) => part !== "") ?? "");
  const name = clean(namedBy(disposition ?? "")) || clean(last) || url.hostname;
  const rule = extensions[contentType ?? ""];
  return rule && !rule[1].test(name) ? `${name}${rule[0]}` : name;
}

function namedBy(disposition: string): string {
  const extended = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(disposition)?.[1];
  if (extended !== undefined) return decoded(extended);
  const plain = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition);
  const text = plain?.[1]?.replace(/\\(.)/g, "$1") ?? plain?.[2] ?? "";
  // header bytes may arrive as latin1 although servers send UTF-8
  const bytes = Buffer.from(text, "latin1");
  const utf8 = bytes.toString("utf8");
  return bytes.toString("latin1") !== text || utf8.includes("\ufffd") ? text : utf8;
}

/** No path, no control or direction character, not hidden. Cut first: a header may be a hundred times as long as a name. */
const clean = (name: string): string =>
  (name.split(/[/\\]/).at(-1) ?? "")
    .slice(-maxLength)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, "") // a half of the pair that was cut too
    .replace(/^[\s.]+|[\s.]+$/g, "");

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
