import type { PiiKind } from "@aurora/contracts";
import { type Detector, withoutOverlaps } from "../span.ts";
import { findCards } from "./card.ts";
import { findEmails } from "./email.ts";
import { findIbans } from "./iban.ts";
import { createNameDetector } from "./name.ts";
import { findNirs } from "./nir.ts";
import { findPhones } from "./phone.ts";

/** Personal data of the kinds given. Numbers with a check digit come first: their digits are nobody's telephone. */
export function createPiiDetector(kinds: readonly PiiKind[], names: readonly string[]): Detector {
  const all: readonly (readonly [PiiKind, Detector])[] = [
    ["email", findEmails],
    ["iban", findIbans],
    ["nir", findNirs],
    ["card", findCards],
    ["phone", findPhones],
    ["name", createNameDetector(names)],
  ];
  const chosen = all.filter(([kind]) => kinds.includes(kind)).map(([, detect]) => detect);
  return (text) => withoutOverlaps(chosen.map((detect) => detect(text)));
}
