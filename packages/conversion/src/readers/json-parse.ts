import { AppError } from "@aurora/kernel";

/** A value as the text writes it: numbers keep all their digits, objects their order and repeated names. */
export type JsonValue = string | JsonLiteral | readonly JsonValue[] | JsonObject;
/** A number, `true`, `false` or `null`. */
export interface JsonLiteral {
  readonly literal: string;
}
export interface JsonObject {
  readonly entries: readonly (readonly [name: string, value: JsonValue])[];
}

const maxDepth = 200;
const maxValues = 1_000_000;

const tooComplex = (limit: number) =>
  new AppError("document_too_complex", "The document's structure is too large.", { params: { limit } });

const isArray = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
export const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === "object" && "entries" in value && !isArray(value);
export const isList = isArray;
export const isScalar = (value: JsonValue): value is string | JsonLiteral => !isArray(value) && !isObject(value);
export const scalarText = (value: string | JsonLiteral): string =>
  typeof value === "string" ? value : value.literal === "null" ? "" : value.literal;

/** All values of the text, one after another: one for JSON (RFC 8259), one a line for JSON Lines. */
export function parseJsonValues(text: string): JsonValue[] {
  const token = /[\s]*(?:("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([[\]{},:]))/y;
  let values = 0;
  let next = read();

  function read(): RegExpExecArray | null {
    const found = token.exec(text);
    if (found === null && text.slice(token.lastIndex).trim() !== "") throw corrupt();
    return found;
  }
  const corrupt = () =>
    new AppError("document_corrupt", "The file is damaged or incomplete.", { internal: { offset: token.lastIndex } });
  const take = (): RegExpExecArray => {
    if (next === null) throw corrupt();
    const taken = next;
    const at = token.lastIndex;
    next = token.exec(text);
    if (next === null) {
      if (text.slice(at).trim() !== "") {
        token.lastIndex = at;
        throw corrupt();
      }
      token.lastIndex = text.length;
    }
    return taken;
  };
  const mark = () => next?.[3];
  const string = (literal: string): string => {
    try {
      return JSON.parse(literal) as string;
    } catch {
      throw corrupt();
    }
  };

  const value = (depth: number): JsonValue => {
    if (++values > maxValues) throw tooComplex(maxValues);
    if (depth > maxDepth) throw tooComplex(maxDepth);
    const [, quoted, literal, opener] = take();
    if (quoted !== undefined) return string(quoted);
    if (literal !== undefined) return { literal };
    if (opener === "[") {
      const items: JsonValue[] = [];
      while (mark() !== "]") {
        items.push(value(depth + 1));
        if (mark() === ",") take();
        else if (mark() !== "]") throw corrupt();
      }
      take();
      return items;
    }
    if (opener !== "{") throw corrupt();
    const entries: [string, JsonValue][] = [];
    while (mark() !== "}") {
      const name = take()[1];
      if (name === undefined || take()[3] !== ":") throw corrupt();
      entries.push([string(name), value(depth + 1)]);
      if (mark() === ",") take();
      else if (mark() !== "}") throw corrupt();
    }
    take();
    return { entries };
  };

  const all: JsonValue[] = [];
  while (next !== null) all.push(value(0));
  return all;
}
