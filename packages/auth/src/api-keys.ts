import { type Ids, sha256Hex } from "@aurora/kernel";

const keyPrefix = "nxk_";
const shownCharacters = 12;

export interface NewApiKey {
  /** Given to its owner once and stored nowhere. */
  readonly key: string;
  /** First characters, to recognise a key by in a list. */
  readonly prefix: string;
  /** SHA-256 hex. 256 random bits need neither salt nor stretching. */
  readonly hash: string;
}

export const describeApiKey = (key: string): NewApiKey => ({
  key,
  prefix: key.slice(0, shownCharacters),
  hash: sha256Hex(key),
});

export const makeApiKey = (ids: Ids): NewApiKey => describeApiKey(`${keyPrefix}${ids.secret(32)}`);

/** Tells a key from a JWT in `Authorization: Bearer`. Says nothing about its being valid. */
export const looksLikeApiKey = (credential: string): boolean => credential.startsWith(keyPrefix);

/** A key an operator chose (`ADMIN_API_KEY`) must carry as much as a made one: `nxk_` and 40 base64url characters or more. */
export const isStrongApiKey = (key: string): boolean =>
  /^nxk_[A-Za-z0-9_-]{40,200}$/.test(key) && new Set(key).size >= 16;
