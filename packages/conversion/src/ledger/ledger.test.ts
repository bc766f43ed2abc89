import { expect, it } from "vitest";
import { createDocumentBuilder } from "../document-builder.ts";
import { createLedger, type SourceLedger } from "./ledger.ts";

function settle(texts: readonly string[], tell: (ledger: SourceLedger) => void) {
  const builder = createDocumentBuilder("a");
  for (const text of texts) builder.addText("text", text);
  const ledger = createLedger();
  tell(ledger);
  return ledger.settle(builder.document);
}
const missing = (report: ReturnType<typeof settle>) =>
  report.losses.find((loss) => loss.reason === "missing")?.sample ?? "";

it("finds a word whose pieces stand apart in the output, once each", () => {
  expect(missing(settle(["H", "2", "O", "par", "don"], (ledger) => ledger.source("H2O pardon")))).toBe("");
  expect(missing(settle(["H", "2", "O"], (ledger) => ledger.source("H2O H2O")))).toBe("h2o");
  expect(missing(settle(["dona"], (ledger) => ledger.source("do na")))).toBe("");
});
it("lets a word left out stand in for the one it took from a longer word", () => {
  const report = settle(["docling", "depuis"], (ledger) => {
    ledger.source("doclingdepuis docling");
    ledger.drop("docling", "hidden");
  });
  expect([missing(report), report.coverage]).toEqual(["", 1]);
});
it("names what is neither in the output nor left out", () => {
  const report = settle(["un deux"], (ledger) => {
    ledger.source("un deux trois quatre");
    ledger.drop("quatre", "hidden");
  });
  expect(report).toMatchObject({ words: 4, missing: 1, coverage: 0.75 });
  expect(missing(report)).toBe("trois");
});

it("shows the beginning of a word without end", () => {
  const report = settle(["un"], (ledger) =>
    ledger.drop(`${"a".repeat(199)}${"\u{20000}".repeat(500_000)} b`, "hidden"),
  );
  expect(report.losses.map(({ sample, words }) => [sample, words])).toEqual([["a".repeat(199), 2]]);
});
