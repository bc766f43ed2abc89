import type { Ids } from "@aurora/kernel";
import { describeApiKey, type NewApiKey } from "./api-keys.ts";

const virtualKey = /^nxv_[A-Za-z0-9_-]{43}$/;

/** A key of the Gateway's `/v1/*`: `nxv_` and 256 random bits. */
export const makeVirtualKey = (ids: Ids): NewApiKey => describeApiKey(`nxv_${ids.secret(32)}`);

/** Whether a text has the form of a virtual key. Says nothing about its being valid. */
export const isVirtualKey = (credential: string): boolean => virtualKey.test(credential);
