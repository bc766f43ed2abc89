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
  readonly keyId: string;
  seal(owner: CredentialOwner, secret: string): SealedCredential;
  /** @throws AppError `unavailable` when it was sealed by another key, for another owner, or changed since. */
  open(owner: CredentialOwner, sealed: SealedCredential): string;
}

const tagBytes = 16;

/**
 * @param masterKey `LLM_CREDENTIALS_ENC_KEY`: 32 bytes, base64url. The AES-256-GCM key is derived by HKDF-SHA-256 (RFC 5869).
 * @throws Error when the key is not 32 bytes; its value is never printed.
 */
export function createCredentialCipher(masterKey: string): CredentialCipher {
  const master = Buffer.from(masterKey, "base64url");
  if (master.length !== 32) throw new Error("LLM_CREDENTIALS_ENC_KEY must be 32 bytes in base64url");
  const keyId = createHash("sha256").update("aurora-credential-key-id:").update(master).digest("hex").slice(0, 16);
  const key = Buffer.from(hkdfSync("sha256", master, "", "aurora llm_credentials aes-256-gcm v1", 32));
  const additionalData = (owner: CredentialOwner) => Buffer.from(`${owner.tenantId}:${owner.providerId}`);
  return {
    keyId,
    seal(owner, secret) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(additionalData(owner));
      const ciphertext = Buffer.concat([cipher.update(secret, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return { keyId, nonce, ciphertext };
    },
    open(owner, sealed) {
      if (sealed.keyId !== keyId) throw cannotOpen("key_id");
      const split = sealed.ciphertext.length - tagBytes;
      if (split < 0) throw cannotOpen("too_short");
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, sealed.nonce)
          .setAAD(additionalData(owner))
          .setAuthTag(sealed.ciphertext.subarray(split));
        return decipher.update(sealed.ciphertext.subarray(0, split), undefined, "utf8") + decipher.final("utf8");
      } catch {
        throw cannotOpen("tag");
      }
    },
  };
}

const cannotOpen = (reason: string): AppError =>
  new AppError("unavailable", "The provider's credential cannot be read; enter it again.", { internal: { reason } });
