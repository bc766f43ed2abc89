import { expect, it } from "vitest";
import { randomFrom } from "../contract/random.ts";
import { readCompleteXml } from "./multipart-xml.ts";
import { S3Error } from "./s3-error.ts";
import { readDeleteXml } from "./xml.ts";

const deletion =
  '<?xml version="1.0"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a &amp; b</Key></Object><Object><Key>é/2</Key></Object><Quiet>true</Quiet></Delete>';
const completion =
  '<CompleteMultipartUpload><Part><ETag>"aa"</ETag><PartNumber>1</PartNumber><ChecksumSHA256>x=</ChecksumSHA256></Part><Part><PartNumber>3</PartNumber><ETag>bb</ETag></Part></CompleteMultipartUpload>';

it("reads the bodies that the SDK writes", () => {
  expect(readDeleteXml(deletion)).toEqual({ keys: ["a & b", "é/2"], isQuiet: true });
  expect(readCompleteXml(completion)).toEqual([
    { number: 1, etag: "aa", checksums: { sha256: "x=" } },
    { number: 3, etag: "bb", checksums: {} },
  ]);
});

it.each([
  ["an entity of its own", '<!DOCTYPE d [<!ENTITY e "x">]><Delete><Object><Key>&e;</Key></Object></Delete>'],
  ["an external entity", '<!DOCTYPE d SYSTEM "file:///etc/passwd"><Delete><Object><Key>a</Key></Object></Delete>'],
  ["an unknown entity", "<Delete><Object><Key>&e;</Key></Object></Delete>"],
  ["no key", "<Delete/>"],
  ["too many keys", `<Delete>${"<Object><Key>a</Key></Object>".repeat(1_001)}</Delete>`],
  ["no XML", "delete all"],
])("refuses a deletion with %s", (_case, body) => {
  expect(() => readDeleteXml(body)).toThrow(expect.objectContaining({ code: "MalformedXML" }));
});

it("refuses what is damaged with an S3 error, and takes no part or key that is none", () => {
  const random = randomFrom(5);
  const junk = ["<", "&", "]]>", "<!--", "</Part>", "<Part>", "\0", "\u{1f600}", "<?x", "&#0;", "9".repeat(30)];
  for (let round = 0; round < 4_000; round++) {
    const [body, read] = round % 2 === 0 ? [deletion, readDeleteXml] : [completion, readCompleteXml];
    const [from, to] = [random(body.length), random(body.length)].sort((a, b) => a - b) as [number, number];
    const middle = [body.slice(from, to).repeat(2), "", junk[random(junk.length)] ?? ""][random(3)];
    try {
      const outcome = read(body.slice(0, from) + middle + body.slice(to));
      if (Array.isArray(outcome)) {
        expect(outcome.every(({ number, etag }) => Number.isInteger(number) && etag !== "")).toBe(true);
      } else expect(outcome.keys.length).toBeGreaterThan(0);
    } catch (error) {
      expect(error).toBeInstanceOf(S3Error);
    }
  }
});
