import { expect, it } from "vitest";
import { checksumOfHeader, createSummer } from "./checksum.ts";

const check = Buffer.from("123456789"); // the check input of the CRC catalogues

it.each([
  ["crc32", "cbf43926"],
  ["crc32c", "e3069283"],
  ["crc64nvme", "ae8b14860a799888"],
  ["sha1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"],
  ["sha256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"],
] as const)("%s has its published value, however the bytes are cut", (name, hex) => {
  for (let cut = 0; cut <= check.length; cut++) {
    const summer = createSummer(name);
    summer.update(check.subarray(0, cut));
    summer.update(check.subarray(cut));
    expect(Buffer.from(summer.digest(), "base64").toString("hex")).toBe(hex);
  }
});

it("refuses a checksum it would not verify", () => {
  expect(() => checksumOfHeader("x-amz-checksum-md5")).toThrow(/not supported/);
});
