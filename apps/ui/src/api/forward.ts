import { forwardedHeaders, isForwardingClaim } from "../server/forwarding.ts";

/** RFC 9110, 7.6.1: fields that belong to one connection; the last three are set anew by whoever sends. */
const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "host",
  "content-length",
  "expect",
];
/** Says who a service is to another: never taken from a browser. */
const internalOnly = /^x-(?:internal-secret$|aurora-)/;

function requestHeaders(request: Request, url: URL): Headers {
  const named = (request.headers.get("connection") ?? "").split(",").map((name) => name.trim().toLowerCase());
  const headers = new Headers();
  for (const [name, value] of request.headers)
    if (!hopByHop.includes(name) && !named.includes(name) && !internalOnly.test(name) && !isForwardingClaim(name))
      headers.append(name, value);
  for (const [name, value] of Object.entries(forwardedHeaders(request.headers))) headers.set(name, value);
  headers.set("accept-encoding", "identity"); // a compressor would hold back the events of a stream
  if (!headers.has("x-forwarded-host")) headers.set("x-forwarded-host", request.headers.get("host") ?? url.host);
  if (!headers.has("x-forwarded-proto")) headers.set("x-forwarded-proto", url.protocol.replace(":", ""));
  return headers;
}

function responseHeaders(upstream: Response): Headers {
  const headers = new Headers(upstream.headers);
  for (const name of hopByHop) if (name !== "content-length") headers.delete(name);
  if (headers.get("content-type")?.startsWith("text/event-stream")) {
    headers.set("cache-control", "no-cache, no-transform");
    headers.set("x-accel-buffering", "no");
  }
  return headers;
}

/** What the reader sees when the API is not there; the same shape as every other failure (RFC 9457). */
const unreachable = () =>
  Response.json(
    {
      type: "about:blank",
      title: "Service unavailable",
      status: 503,
      detail: "The API does not answer.",
      code: "unavailable",
      params: {},
      errors: [],
      request_id: crypto.randomUUID(),
    },
    { status: 503, headers: { "content-type": "application/problem+json", "cache-control": "no-store" } },
  );

/**
 * Passes one browser call on to the API, both bodies as streams. A reader who leaves ends the call behind too.
 * Redirects are the browser's to follow; the API being away is a 503 problem.
 */
export async function forwardToApi(request: Request, apiUrl: string): Promise<Response> {
  const url = new URL(request.url);
  const hasBody = request.method !== "GET" && request.method !== "HEAD";
  try {
    const upstream = await fetch(`${apiUrl}${url.pathname}${url.search}`, {
      method: request.method,
      headers: requestHeaders(request, url),
      redirect: "manual",
      signal: request.signal,
      cache: "no-store",
      ...(hasBody && request.body ? { body: request.body, duplex: "half" as const } : {}),
    });
    return new Response(upstream.body, { status: upstream.status, headers: responseHeaders(upstream) });
  } catch (error) {
    if (request.signal.aborted) return new Response(null, { status: 499 });
    console.error("the API cannot be reached", error);
    return unreachable();
  }
}
