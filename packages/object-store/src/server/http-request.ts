import type { IncomingMessage } from "node:http";
import { S3Error } from "./s3-error.ts";
import type { Pairs } from "./signature.ts";

/** The head of one request, decoded once; everything below works on this and never on the raw URL. */
export interface RequestHead {
  readonly method: string;
  /** Decoded; always starts with `/`. */
  readonly path: string;
  readonly query: Pairs;
  /** Lower-case names, in order, duplicates kept. */
  readonly headers: Pairs;
  /** The only value of a header. @throws S3Error `InvalidRequest` when it is given twice. */
  header(name: string): string | undefined;
  /** The only value of a query parameter, by exact name. @throws S3Error `InvalidRequest` when it is given twice. */
  parameter(name: string): string | undefined;
}

export function readHead(request: IncomingMessage): RequestHead {
  const raw = request.url ?? "/";
  const mark = raw.indexOf("?");
  const headers: [string, string][] = [];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    // Node reads header bytes as latin1; clients sign and send UTF-8
    const value = Buffer.from(request.rawHeaders[index + 1] ?? "", "latin1").toString("utf8");
    headers.push([(request.rawHeaders[index] ?? "").toLowerCase(), value]);
  }
  const path = decode(mark < 0 ? raw : raw.slice(0, mark));
  if (!path.startsWith("/")) throw new S3Error("InvalidURI", "The request target must be a path.");
  const query = readQuery(mark < 0 ? "" : raw.slice(mark + 1));
  return {
    method: request.method ?? "GET",
    path,
    query,
    headers,
    header: (name) => only(headers, name, "header"),
    parameter: (name) => only(query, name, "query parameter"),
  };
}

function readQuery(text: string): Pairs {
  return text
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const equals = part.indexOf("=");
      return equals < 0 ? [decode(part), ""] : [decode(part.slice(0, equals)), decode(part.slice(equals + 1))];
    });
}

/** Percent-decoding as in RFC 3986: `+` is a plus. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error("InvalidURI", "Could not parse the specified URI.");
  }
}

function only(pairs: Pairs, name: string, kind: string): string | undefined {
  const values = pairs.filter(([candidate]) => candidate === name);
  if (values.length > 1) throw new S3Error("InvalidRequest", `The ${kind} ${name} is given more than once.`);
  return values[0]?.[1];
}
