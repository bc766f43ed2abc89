import { expect, it } from "vitest";
import {
  canonicalRequest,
  createChunkSigner,
  type Pairs,
  sha256Hex,
  sign,
  signingKey,
  stringToSign,
  uriEncode,
} from "./signature.ts";

// The worked examples of AWS's S3 API reference ("Authenticating Requests"), with its published keys.
const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const timestamp = "20130524T000000Z";
const scope = { date: "20130524", region: "us-east-1", service: "s3" };
const key = signingKey(secret, scope);
const host = ["host", "examplebucket.s3.amazonaws.com"] as const;
const date = ["x-amz-date", timestamp] as const;
const empty = sha256Hex("");

function signatureOf(request: {
  method: string;
  path: string;
  query?: Pairs;
  headers: Pairs;
  payloadHash: string;
}): string {
  const signedHeaders = request.headers.map(([name]) => name).sort();
  return sign(key, stringToSign(timestamp, scope, canonicalRequest({ query: [], ...request, signedHeaders })));
}

it.each([
  {
    name: "GET object with a range",
    request: {
      method: "GET",
      path: "/test.txt",
      headers: [host, ["range", "bytes=0-9"], ["x-amz-content-sha256", empty], date] as Pairs,
      payloadHash: empty,
    },
    signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  },
  {
    name: "PUT object",
    request: {
      method: "PUT",
      path: "/test$file.text",
      headers: [
        ["date", "Fri, 24 May 2013 00:00:00 GMT"],
        host,
        ["x-amz-content-sha256", sha256Hex("Welcome to Amazon S3.")],
        date,
        ["x-amz-storage-class", "REDUCED_REDUNDANCY"],
      ] as Pairs,
      payloadHash: sha256Hex("Welcome to Amazon S3."),
    },
    signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  },
  {
    name: "GET bucket lifecycle (a parameter without value)",
    request: {
      method: "GET",
      path: "/",
      query: [["lifecycle", ""]] as Pairs,
      headers: [host, ["x-amz-content-sha256", empty], date] as Pairs,
      payloadHash: empty,
    },
    signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  },
  {
    name: "list objects",
    request: {
      method: "GET",
      path: "/",
      query: [
        ["prefix", "J"],
        ["max-keys", "2"],
      ] as Pairs,
      headers: [host, ["x-amz-content-sha256", empty], date] as Pairs,
      payloadHash: empty,
    },
    signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  },
  {
    name: "presigned GET",
    request: {
      method: "GET",
      path: "/test.txt",
      query: [
        ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
        ["X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"],
        ["X-Amz-Date", timestamp],
        ["X-Amz-Expires", "86400"],
        ["X-Amz-SignedHeaders", "host"],
      ] as Pairs,
      headers: [host] as Pairs,
      payloadHash: "UNSIGNED-PAYLOAD",
    },
    signature: "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  },
])("signs AWS's documented $name as AWS does", ({ request, signature }) => {
  expect(signatureOf(request)).toBe(signature);
});

it("signs AWS's documented chunks one after another", () => {
  const seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
  const signer = createChunkSigner(key, timestamp, scope, seed);
  expect([65_536, 1_024, 0].map((size) => signer.chunk(sha256Hex("a".repeat(size))))).toEqual([
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
  ]);
});

it("signs AWS's documented trailer after its chunks", () => {
  const seed = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";
  const signer = createChunkSigner(key, timestamp, scope, seed);
  expect([65_536, 1_024, 0].map((size) => signer.chunk(sha256Hex("a".repeat(size))))).toEqual([
    "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
    "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
    "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
  ]);
  expect(signer.trailer(sha256Hex("x-amz-checksum-crc32c:sOO8/Q==\n"))).toBe(
    "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435",
  );
});

it("encodes every byte but RFC 3986's unreserved ones, once", () => {
  expect(uriEncode("/a b/é+~!*'()%2F", true)).toBe("/a%20b/%C3%A9%2B~%21%2A%27%28%29%252F");
  expect(uriEncode("a/b")).toBe("a%2Fb");
});
