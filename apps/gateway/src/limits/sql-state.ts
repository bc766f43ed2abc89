/**
 * Whether a statement failed for the values it was given (SQLSTATE class 22, data exception, or 23, integrity constraint
 * violation; PostgreSQL, appendix A): the database answers, and the same values will fail again.
 */
export function isDataError(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if ("code" in cause && typeof cause.code === "string" && /^2[23][0-9A-Z]{3}$/.test(cause.code)) return true;
  return false;
}
