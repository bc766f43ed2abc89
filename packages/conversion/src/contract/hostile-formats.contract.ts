import { AppError } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { detectType } from "../detect-type.ts";
import { soundFiles } from "./hostile-formats.ts";
import { convertHere } from "./samples.ts";

const files = soundFiles();
const formatOf = (filename: string): string => filename.slice(2);
/** Kinds of plain text that only a name tells apart. */
const texts = ["html", "md", "adoc", "txt", "csv", "json", "xml", "eml"];
const isText = (format: string): boolean => texts.includes(format);

describe.each(files.map((file) => [formatOf(file.filename), file.bytes] as const))("a %s file", (format, bytes) => {
  it("is what it is by its own name and without one", () => {
    expect(detectType(bytes, `a.${format}`).format).toBe(format);
    if (!isText(format)) expect(detectType(bytes, "a").format).toBe(format);
  });

  it("is refused by the name of every other format, but that of another text", () => {
    for (const other of files.map(({ filename }) => formatOf(filename))) {
      if (other === format || (isText(format) && isText(other))) continue;
      const failure = (() => {
        try {
          return detectType(bytes, `a.${other}`);
        } catch (error) {
          return error;
        }
      })();
      expect(AppError.is(failure) ? [other, failure.code] : failure).toEqual([other, "document_type_mismatch"]);
    }
  });

  it("cut anywhere is read in part or refused with a code", { timeout: 60_000 }, async () => {
    for (let part = 1; part < 12; part++) {
      const cut = bytes.slice(0, Math.floor((bytes.length * part) / 12));
      const end = await convertHere({ filename: `a.${format}`, bytes: cut }).catch((error: unknown) => error);
      if (AppError.is(end)) expect(end.code).toMatch(/^document_/);
      else expect(end).not.toBeInstanceOf(Error);
    }
  });
});
