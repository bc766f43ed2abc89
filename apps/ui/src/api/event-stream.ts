export type ServerEvent = { readonly event: string; readonly id: string | null; readonly data: string };

/**
 * Reads `text/event-stream` (WHATWG HTML, 9.2.6) from a byte stream cut anywhere, also inside a character or a CRLF.
 * Comments and `retry` are skipped; an event without data, or cut off by the end of the stream, is not given.
 */
export async function* readEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent, void> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  let rest = "";
  let event = "";
  let id: string | null = null;
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += value;
      // A lone CR at the end may be the first half of a CRLF: it waits for the next bytes.
      for (let match = nextLine(rest); match; match = nextLine(rest)) {
        rest = rest.slice(match.consumed);
        if (match.line === "") {
          if (data.length > 0) yield { event: event || "message", id, data: data.join("\n") };
          event = "";
          data = [];
          continue;
        }
        const colon = match.line.indexOf(":");
        const field = colon === -1 ? match.line : match.line.slice(0, colon);
        const text = colon === -1 ? "" : match.line.slice(colon + 1).replace(/^ /, "");
        if (field === "event") event = text;
        else if (field === "data") data.push(text);
        else if (field === "id" && !text.includes("\0")) id = text;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function nextLine(text: string): { line: string; consumed: number } | null {
  const end = text.search(/[\r\n]/);
  if (end === -1 || (text[end] === "\r" && end === text.length - 1)) return null;
  return { line: text.slice(0, end), consumed: end + (text.startsWith("\r\n", end) ? 2 : 1) };
}
