import { describe, expect, it } from "vitest";
import { formatBytes, formatDate, formatDateTime, formatDuration, formatMessage, formatPercent } from "./format.ts";
import { negotiateLocale, resolveLocale } from "./locales.ts";

const moment = new Date("2026-11-03T23:05:00Z");
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

describe("formatMessage", () => {
  it("fills a French message that holds a typographic apostrophe", () => {
    expect(formatMessage("fr", "errors.unknown_field", { field: "x" })).toContain("x");
  });
  it("chooses the plural of the language: nought is singular in French, plural in English", () => {
    expect(plain(formatMessage("fr", "documents.pages", { count: 0 }))).toBe("0 page");
    expect(formatMessage("en", "documents.pages", { count: 0 })).toBe("0 pages");
  });
  it("refuses to show a sentence with a hole", () => {
    expect(() => formatMessage("en", "documents.pages")).toThrow();
  });
});

describe("formats", () => {
  it("writes dates as DD/MM/YYYY in both languages, in the zone asked for", () => {
    expect(formatDate("fr", moment, "Europe/Paris")).toBe("04/11/2026");
    expect(formatDate("en", moment, "UTC")).toBe("03/11/2026");
    expect(formatDateTime("fr", moment, "Europe/Paris")).toBe("04/11/2026 00:05");
  });
  it("writes sizes, durations and shares in the language's units", () => {
    expect(plain(formatBytes("fr", 1_234_567))).toBe("1,2 Mo");
    expect(formatBytes("en", 1_234_567)).toBe("1.2 MB");
    expect(plain(formatBytes("fr", 12))).toBe("12 octets");
    expect(plain(formatDuration("fr", 12_400))).toBe("12,4 s");
    expect(plain(formatDuration("en", 840))).toBe("840 ms");
    expect(plain(formatPercent("fr", 0.081))).toBe("8,1 %");
  });
});

describe("languages", () => {
  it.each([
    ["en-US,en;q=0.9,fr;q=0.8", "en"],
    ["de, fr;q=0.5, en;q=0.7", "en"],
    ["en;q=0, fr;q=0.1", "fr"],
    ["ja", "fr"],
    [null, "fr"],
  ])("answers %s in %s", (header, locale) => expect(negotiateLocale(header)).toBe(locale));
  it("knows a language by its region's tag", () => expect(resolveLocale("en-GB")).toBe("en"));
});
