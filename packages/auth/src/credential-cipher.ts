import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { AppError } from "@aurora/kernel";

/** What `llm_credentials` keeps of one secret. */
export interface SealedCredential {
  /** Which `LLM_CREDENTIALS_ENC_KEY` sealed it. */
  readonly keyId: string;
  /** 96 random bits. */
  readonly nonce: Uint8Array;
  /** AES-256-GCM ciphertext followed by its 16-byte tag. */
  readonly ciphertext: Uint8Array;
}
/** Whose secret it is: bound to the ciphertext, so that a row moved to another tenant or provider cannot be opened. */
export interface CredentialOwner {
  readonly tenantId: string;
  readonly providerId: string;
}
export interface CredentialCipher {
  /** Of the key that seals. */
  readonly keyId: string;
  seal(owner: CredentialOwner, secret: string): SealedCredential;
  /** @throws AppError `unavailable` when it was sealed by a key not at hand, for another owner, or changed since. */
  open(owner: CredentialOwner, sealed: SealedCredential): string;
}

/** Whose cached answer it is: bound to the ciphertext, so that a row given another key or tenant cannot be opened. */
export interface AnswerOwner {
  readonly tenantId: string;
  readonly keyHash: string;
}
export interface AnswerCipher {
  /** @returns base64. */
  seal(owner: AnswerOwner, text: string): string;
  /** null when it was sealed by another key, for another owner, or changed since: a miss. */
  open(owner: AnswerOwner, sealed: string): string | null;
}

const nonceBytes = 12;
const tagBytes = 16;

/**
 * @param masterKey `LLM_CREDENTIALS_ENC_KEY`: 32 bytes, base64url. The AES-256-GCM key is derived by HKDF-SHA-256 (RFC 5869).
 * @param otherKeys `LLM_CREDENTIALS_ENC_KEY_OLD`: they open what they sealed, and seal nothing. Which key a secret needs is
 *   said beside it, so that no key is tried in vain.
 * @throws Error when a key is not 32 bytes; its value is never printed.
 */
export function createCredentialCipher(masterKey: string, otherKeys: readonly string[] = []): CredentialCipher {
  const own = credentialKey(masterKey);
  const keys = new Map([...otherKeys.map(credentialKey), own].map(({ id, key }) => [id, key]));
  const { id: keyId, key } = own;
  const additionalData = (owner: CredentialOwner) => Buffer.from(`${owner.tenantId}:${owner.providerId}`);
  return {
    keyId,
    seal(owner, secret) {
      return { keyId, ...encrypt(key, additionalData(owner), secret) };
    },
    open(owner, sealed) {
      const sealingKey = keys.get(sealed.keyId);
      if (sealingKey === undefined) throw cannotOpen("key_id");
      if (sealed.ciphertext.length < tagBytes) throw cannotOpen("too_short");
      try {
        return decrypt(sealingKey, additionalData(owner), sealed.nonce, sealed.ciphertext);
      } catch {
        throw cannotOpen("tag");
      }
    },
  };
}

/**
 * For cached answers, whose text must not lie in the clear in a table: the same master key, and a key of its own by HKDF,
 * so that neither opens what the other sealed.
 * @throws Error when the master key is not 32 bytes.
 */
export function createAnswerCipher(masterKey: string): AnswerCipher {
  const key = derivedKey(masterBytes(masterKey), "aurora llm_cache aes-256-gcm v1");
  const additionalData = (owner: AnswerOwner) => Buffer.from(`${owner.tenantId}:${owner.keyHash}`);
  return {
    seal(owner, text) {
      const { nonce, ciphertext } = encrypt(key, additionalData(owner), text);
      return Buffer.concat([nonce, ciphertext]).toString("base64");
    },
    open(owner, sealed) {
      const bytes = Buffer.from(sealed, "base64");
      if (bytes.length < nonceBytes + tagBytes) return null;
      try {
        return decrypt(key, additionalData(owner), bytes.subarray(0, nonceBytes), bytes.subarray(nonceBytes));
      } catch {
        return null;
      }
    },
  };
}

function credentialKey(masterKey: string): { id: string; key: Buffer } {
  const master = masterBytes(masterKey);
  const id = createHash("sha256").update("aurora-credential-key-id:").update(master).digest("hex").slice(0, 16);
  return { id, key: derivedKey(master, "aurora llm_credentials aes-256-gcm v1") };
}

function masterBytes(masterKey: string): Buffer {
  const master = Buffer.from(masterKey, "base64url");
  if (master.length !== 32)
    throw new Error(
      "LLM_CREDENTIALS_ENC_KEY, and each key of LLM_CREDENTIALS_ENC_KEY_OLD, must be 32 bytes in base64url",
    );
  return master;
}
const derivedKey = (master: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync("sha256", master, "", purpose, 32));

function encrypt(key: Buffer, additionalData: Buffer, text: string): { nonce: Buffer; ciphertext: Buffer } {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(additionalData);
  return { nonce, ciphertext: Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]) };
}

/** @throws Error when the tag does not fit. */
function decrypt(key: Buffer, additionalData: Buffer, nonce: Uint8Array, ciphertext: Uint8Array): string {
  const split = ciphertext.length - tagBytes;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce)
    .setAAD(additionalData)
    .setAuthTag(ciphertext.subarray(split));
  return decipher.update(ciphertext.subarray(0, split), undefined, "utf8") + decipher.final("utf8");
}

const cannotOpen = (reason: string): AppError =>
  new AppError("unavailable", "The provider's credential cannot be read; enter it again.", { internal: { reason } });
