import { AppError } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { parseRedirect, parseTarget, resolveTarget, type TargetRules } from "./target.ts";

const rules: TargetRules = {
  allowedHosts: [
    "docs.example.org",
    "*.example.net",
    "mirror.example.com:8443",
    "8.8.8.8",
    "[2606:4700::1111]",
    "*.été.example",
    "",
  ],
  privateHosts: ["wiki.lan:8080", "10.0.0.5:9000", "10.0.0.5:443"],
  ownPorts: [9000, 5432],
};
const anyHost: TargetRules = { allowedHosts: ["*"], privateHosts: [], ownPorts: [] };
const outcome = (work: () => { url: URL }): unknown => {
  try {
    return work().url.href;
  } catch (error) {
    return AppError.is(error) ? `${error.code} ${error.params.reason}` : error;
  }
};

describe("an address that may be called", () => {
  it.each([
    ["https://docs.example.org/a?b=c#d", "https://docs.example.org/a?b=c"],
    ["http://DOCS.example.org./a", "http://docs.example.org./a"],
    ["https://deep.er.example.net/", "https://deep.er.example.net/"],
    ["https://mirror.example.com:8443/x", "https://mirror.example.com:8443/x"],
    ["http://wiki.lan:8080/page", "http://wiki.lan:8080/page"],
    ["https://10.0.0.5/", "https://10.0.0.5/"],
    ["http://8.8.8.8/", "http://8.8.8.8/"],
    ["https://[2606:4700:0::1111]/", "https://[2606:4700::1111]/"],
    ["https://www.été.example/", "https://www.xn--t-9fab.example/"],
  ])("%s", (url, href) => expect(outcome(() => parseTarget(url, rules))).toBe(href));
});

describe("an address that may not", () => {
  it.each([
    ["docs.example.org/a", "url"],
    ["ftp://docs.example.org/a", "scheme"],
    ["file:///etc/passwd", "scheme"],
    ["data:text/html,x", "scheme"],
    ["https://user@docs.example.org/", "credentials"],
    ["https://docs.example.org:pw@127.0.0.1/", "credentials"],
    ["https://elsewhere.example.org/", "host_not_allowed"],
    ["https://example.net/", "host_not_allowed"],
    ["https://evilexample.net/", "host_not_allowed"],
    ["https://docs.example.org:8443/", "host_not_allowed"],
    ["https://mirror.example.com/", "host_not_allowed"],
    ["http://wiki.lan/", "host_not_allowed"],
    ["https://xn--t-9fab.example/", "host_not_allowed"],
    ["http://10.0.0.5:9000/bucket", "own_port"],
    ["http://10.0.0.6:8080/", "private_address"],
  ])("%s: %s", (url, reason) => expect(outcome(() => parseTarget(url, rules))).toBe(`url_refused ${reason}`));

  it.each([
    "http://localhost/",
    "http://minio.localhost/",
    "http://LOCALHOST./",
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.0x1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://0.0.0.0/",
    "http://0/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://192.168.1.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fc00::1]/",
    "http://[fd12:3456::1]/",
    "http://[fe80::1]/",
    "http://[ff02::1]/",
    "http://１２７.０.０.１/", // full-width digits, which host parsing folds
  ])("%s leads inside, however it is written", (url) =>
    expect(outcome(() => parseTarget(url, anyHost))).toBe("url_refused private_address"),
  );

  it.each([
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://127.0.0.1.256/",
    "http:///",
    "",
    "http://a b/",
  ])("%s is no address", (url) => expect(outcome(() => parseTarget(url, anyHost))).toBe("url_refused url"));

  it("is every address while none is allowed", () =>
    expect(outcome(() => parseTarget("https://docs.example.org/", { ...anyHost, allowedHosts: [] }))).toBe(
      "url_refused host_not_allowed",
    ));
});

describe("a redirect", () => {
  const from = new URL("https://docs.example.org/a/b");
  it.each([
    ["../c", "https://docs.example.org/c"],
    ["//x.example.net/", "https://x.example.net/"],
    ["http://docs.example.org/c", "url_refused downgrade"],
    ["http://127.0.0.1/", "url_refused private_address"],
    ["https://elsewhere.org/", "url_refused host_not_allowed"],
    ["javascript:alert(1)", "url_refused scheme"],
    ["https://:@/", "url_failed redirects"],
    [undefined, "url_failed redirects"],
  ])("to %s is judged anew: %s", (location, expected) =>
    expect(outcome(() => parseRedirect(location, from, rules))).toBe(expected),
  );
});

describe("a name", () => {
  const target = parseTarget("https://docs.example.org/", rules);
  it("is called where it resolves to, when every address of it is public", async () => {
    expect(await resolveTarget(target, async () => ["8.8.8.8", "2606:4700::1111"])).toEqual([
      "8.8.8.8",
      "2606:4700::1111",
    ]);
  });
  it.each([[["8.8.8.8", "10.0.0.1"]], [["::1"]], [["fe80::1%eth0"]], [["nonsense"]]])(
    "that leads to %j is refused as a whole",
    async (addresses) => {
      await expect(resolveTarget(target, async () => addresses)).rejects.toMatchObject({
        code: "url_refused",
        params: { reason: "private_address" },
      });
    },
  );
  it.each([async () => [], () => Promise.reject(new Error("ENOTFOUND"))])(
    "without an address fails",
    async (resolver) => {
      await expect(resolveTarget(target, resolver)).rejects.toMatchObject({
        code: "url_failed",
        params: { reason: "dns" },
      });
    },
  );
});
