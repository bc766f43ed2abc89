import { bigint, customType, numeric, timestamp, uuid } from "drizzle-orm/pg-core";

/** Raw bytes. */
export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });
/** Microseconds in the database, milliseconds in JavaScript. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });
/** 64 bits in the database; counters and sizes stay far below 2^53, where JavaScript is exact. */
export const counter = (name: string) => bigint(name, { mode: "number" });
/** US dollars to 12 decimals, as a number. */
export const usd = (name: string) => numeric(name, { precision: 20, scale: 12, mode: "number" });
/** The same as the database's decimal text: what is added up without rounding. */
export const exactUsd = (name: string) => numeric(name, { precision: 20, scale: 12 });
export const tenantId = () => uuid("tenant_id").notNull();
