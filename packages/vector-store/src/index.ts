export type * from "./port.ts";
export { checkDeletion, checkFilter, checkPoints, checkQuery, storeLimits } from "./validate.ts";
