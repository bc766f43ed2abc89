import { expect, it } from "vitest";
import { deliverableSubject } from "./deliverable-subject.ts";

it.each([
  ["Résume le rapport annuel 2025", "fr", /annuel 2025/],
  ["Fais une synthèse du guide du télétravail", "fr", /télétravail/],
  ["Write a report on warranty claims", "en", /warranty claims/],
])("keeps the subject of “%s” and drops the request", (question, language, subject) => {
  const found = deliverableSubject(question, language);
  expect(found).toMatch(subject);
  expect(found).not.toMatch(/résume|synthèse|write/i);
});

it("is the whole request when it names no subject", () => {
  expect(deliverableSubject("Résume ce document", "fr")).toMatch(/Résume|ce document/);
});

it("is null for a question about one fact", () => {
  expect(deliverableSubject("Combien de jours de télétravail par semaine ?", "fr")).toBeNull();
});
