import { AppError } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { guardUrl } from "./guarded-address.ts";

const rules = { privateHosts: ["ollama.lan:11434", "127.0.0.1:8000", "10.0.0.5:443"], ownPorts: [8000, 5432] };
const reason = (url: string): unknown => {
  try {
    return guardUrl(url, rules).url.href;
  } catch (error) {
    return AppError.is(error) && error.internal;
  }
};

describe("guardUrl", () => {
  it.each([
    "https://api.openai.com/v1",
    "http://ollama.lan:11434/v1",
    "https://10.0.0.5/v1",
    "https://8.8.8.8:8443/v1",
  ])("lets %s through", (url) => expect(reason(url)).toBe(url));

  it.each([
    ["http://api.openai.com/v1", "scheme"],
    ["ftp://ollama.lan:11434/", "scheme"],
    ["file:///etc/passwd", "scheme"],
    ["https://user:pw@api.openai.com", "url"],
    ["not a url", "url"],
    ["https://127.0.0.1/v1", "private_address"],
    ["https://localhost/v1", "private_address"],
    ["https://minio.localhost/v1", "private_address"],
    ["https://127.1/v1", "private_address"],
    ["https://0x7f000001/v1", "private_address"],
    ["https://[::1]/v1", "private_address"],
    ["https://[::ffff:10.0.0.1]/v1", "private_address"],
    ["https://169.254.169.254/latest", "private_address"],
    ["https://10.0.0.5:8443/v1", "private_address"],
    ["http://127.0.0.1:8000/v1", "own_port"],
  ])("refuses %s: %s", (url, expected) => expect(reason(url)).toEqual({ reason: expected }));

  it("refuses a name that leads to a private address at the moment of connecting", async () => {
    const { lookup } = guardUrl("https://api.example/v1", rules);
    const error = await new Promise((resolve) => lookup("localhost", {}, (found) => resolve(found)));
    expect(error).toMatchObject({ code: "EGRESS_REFUSED" });
  });
});
