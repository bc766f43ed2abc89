export * from "./answer-markers.ts";
export * from "./answers-agree.ts";
export * from "./decision.ts";
export * from "./error-bound.ts";
export * from "./exact-key.ts";
export * from "./semantic-eligibility.ts";
export * from "./semantic-scope.ts";
export * from "./storability.ts";
