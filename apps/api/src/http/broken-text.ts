import { isBrokenText } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";

/**
 * No text of a request, whatever field it is in, may hold what no store can keep.
 * @param root `""` for a body, `?` for a query string.
 * @throws AppError `invalid_input` naming the first such place.
 */
export function refuseBrokenText(value: unknown, root: "" | "?"): void {
  const at = findBroken(value, "");
  if (at === null) return;
  const pointer = root === "?" ? `?${at.slice(1)}` : at;
  throw new AppError("invalid_input", "A text holds characters that are none.", {
    errors: [{ pointer, code: "invalid_characters" }],
  });
}

/** Depth and size are bounded by the size of a body. */
function findBroken(value: unknown, pointer: string): string | null {
  if (typeof value === "string") return isBrokenText(value) ? pointer : null;
  if (typeof value !== "object" || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    if (isBrokenText(key)) return pointer;
    const found = findBroken(inner, `${pointer}/${key.slice(0, 100)}`);
    if (found !== null) return found;
  }
  return null;
}
