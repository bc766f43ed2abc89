import { AppError } from "@aurora/kernel";
import type { Condition, Filter, HybridQuery, Payload, Point, SparseVector } from "./port.ts";

/** What every adapter accepts at most; beyond it a call is refused, so that none can cost more than foreseen. */
export const storeLimits = { maxPointsPerCall: 1_000, maxQueryLimit: 1_000 } as const;
const maxConditions = 64;
const maxAnyValues = 1_000;
const maxSparseTerms = 4_096;
const maxPayloadChars = 8_192;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const refuse = (message: string): AppError => new AppError("invalid_input", message);

/** @throws AppError `invalid_input` for the first thing an adapter may not be given. */
export function checkPoints(points: readonly Point[], dimensions: number): void {
  if (points.length > storeLimits.maxPointsPerCall)
    throw refuse(`At most ${storeLimits.maxPointsPerCall} points can be written at once.`);
  for (const point of points) {
    if (!uuidPattern.test(point.id)) throw refuse("A point's id must be a lower-case uuid.");
    if (point.dense) checkDense(point.dense, dimensions);
    if (point.sparse) checkSparse(point.sparse);
    checkPayload(point.payload);
  }
}

export function checkQuery(query: HybridQuery, dimensions: number): void {
  if (!Number.isInteger(query.limit) || query.limit < 1 || query.limit > storeLimits.maxQueryLimit)
    throw refuse(`The limit must be a whole number from 1 to ${storeLimits.maxQueryLimit}.`);
  if (query.dense) checkDense(query.dense, dimensions);
  if (query.sparse) checkSparse(query.sparse);
  checkFilter(query.filter);
}

export function checkFilter(filter: Filter): void {
  const conditions = conditionsOf(filter);
  if (conditions.length > maxConditions) throw refuse(`A filter has at most ${maxConditions} conditions.`);
  for (const condition of conditions) {
    if (condition.key === "tenant_id") throw refuse("The tenant comes from the scope: a filter cannot name it.");
    if ("any" in condition && condition.any.length > maxAnyValues)
      throw refuse(`A condition lists at most ${maxAnyValues} values.`);
  }
}

/** A deletion says what it deletes. */
export function checkDeletion(filter: Filter): void {
  checkFilter(filter);
  if (conditionsOf(filter).length === 0) throw refuse("A deletion needs a filter.");
}

const conditionsOf = (filter: Filter): Condition[] => [
  ...(filter.must ?? []),
  ...(filter.should ?? []),
  ...(filter.must_not ?? []),
];

function checkDense(vector: Float32Array, dimensions: number): void {
  if (vector.length !== dimensions)
    throw new AppError("invalid_input", `A dense vector must have ${dimensions} numbers.`, {
      params: { dimensions, given: vector.length },
    });
  if (!vector.every(Number.isFinite)) throw refuse("A dense vector must hold finite numbers.");
}

function checkSparse({ ids, values }: SparseVector): void {
  if (ids.length !== values.length) throw refuse("A sparse vector needs one value for each id.");
  if (ids.length > maxSparseTerms) throw refuse(`A sparse vector has at most ${maxSparseTerms} terms.`);
  let previous = -1;
  for (const id of ids) {
    if (!Number.isInteger(id) || id <= previous || id > 0xffff_ffff)
      throw refuse("Sparse ids must be ascending unsigned 32-bit numbers.");
    previous = id;
  }
  if (!values.every((value) => Number.isFinite(value) && value > 0))
    throw refuse("Sparse values must be positive and finite.");
}

function checkPayload(payload: Payload): void {
  for (const [key, value] of Object.entries(payload)) {
    if (key === "tenant_id") throw refuse("The tenant comes from the scope: a payload cannot name it.");
    const isList = Array.isArray(value) && value.every((item) => typeof item === "string");
    if (!isList && value !== null && !["string", "number", "boolean"].includes(typeof value))
      throw refuse("A payload is flat: text, numbers, booleans, null and lists of text.");
    if (key === "document_id" && typeof value !== "string") throw refuse("A payload's document_id must be text.");
  }
  const text = JSON.stringify(payload);
  if (text.length > maxPayloadChars) throw refuse(`A payload has at most ${maxPayloadChars} characters.`);
  if (text.includes("\\u0000")) throw refuse("A payload cannot hold the character U+0000.");
}
