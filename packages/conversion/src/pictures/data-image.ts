/** Bytes of a base64 text; null when they would be more than `maxBytes`, or are none. */
export function decodeBase64(text: string, maxBytes: number): Uint8Array | null {
  if (text.length > 2 * maxBytes) return null; // white space between the lines counted
  const bytes = Buffer.from(text, "base64");
  return bytes.length > 0 && bytes.length <= maxBytes ? bytes : null;
}

/** Bytes of an image that stands in its own address (RFC 2397); null for every other address: nothing is fetched. */
export function dataImage(address: string, maxBytes: number): Uint8Array | null {
  const [head] = /^\s*data:image\/[\w.+-]{1,40};base64,/i.exec(address.slice(0, 100)) ?? [];
  return head === undefined ? null : decodeBase64(address.slice(head.length), maxBytes);
}
