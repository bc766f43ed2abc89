import { describe, expect, it } from "vitest";
import { createScreening, forwardedHeaders } from "./forwarding.ts";

const claimed = {
  "x-forwarded-for": "203.0.113.9",
  "x-forwarded-host": "evil.example",
  "x-forwarded-proto": "https",
  "x-forwarded-port": "1",
  "x-real-ip": "203.0.113.9",
  forwarded: "for=203.0.113.9",
  accept: "*/*",
};
function screened(trustedProxies: readonly string[], peer: string): Record<string, string> {
  const headers: Record<string, string> = { ...claimed };
  createScreening(trustedProxies)(headers, peer);
  return headers;
}

describe("screening", () => {
  it.each([
    { trusted: [], peer: "198.51.100.7" },
    { trusted: ["10.0.0.0/8", "::1"], peer: "198.51.100.7" },
    { trusted: ["10.0.0.0/8"], peer: "::ffff:198.51.100.7" },
  ])("names the peer alone when $peer is none of $trusted", ({ trusted, peer }) => {
    const { "x-aurora-screened": seal, ...headers } = screened(trusted, peer);
    expect(headers).toEqual({ "x-forwarded-for": "198.51.100.7", accept: "*/*" });
    expect(seal).toBeTruthy();
  });

  it.each(["10.1.2.3", "::ffff:10.1.2.3"])("believes a trusted proxy at %s and adds it to the list", (peer) => {
    expect(screened(["10.0.0.0/8"], peer)).toMatchObject({
      "x-forwarded-for": "203.0.113.9, 10.1.2.3",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "https",
    });
    expect(screened(["10.0.0.0/8"], peer)).not.toHaveProperty("x-real-ip");
  });

  it("refuses a list it cannot read", () => {
    expect(() => createScreening(["proxy.example"])).toThrow();
  });

  it("passes nothing on of a request that was not screened, whatever seal it brings", () => {
    expect(forwardedHeaders(new Headers(screened([], "198.51.100.7")))).toEqual({ "x-forwarded-for": "198.51.100.7" });
    expect(forwardedHeaders(new Headers({ ...claimed, "x-aurora-screened": "guess" }))).toEqual({});
    expect(forwardedHeaders(new Headers(claimed))).toEqual({});
  });
});
