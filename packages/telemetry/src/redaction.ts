/**
 * Credentials by their form, wherever they stand: keys of ours (nxk_, nxv_) and of providers (sk-…), bearer tokens,
 * JWTs, and passwords inside URLs. The fields of a log line are redacted by name; this is for what a message, a stack
 * or a foreign object brings along.
 */
const secret =
  /\b(?:nx[kv]_|sk-|pk-lf-|gsk_|xai-|AIza|hf_|ghp_)[A-Za-z0-9_-]{12,}|\bBearer +[A-Za-z0-9._~+/=-]{12,}|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}|(?<=:\/\/[^\s:/@]{0,64}:)[^\s:/@]{1,256}(?=@)/g;

export const redacted = "[redacted]";

/** The text with every credential it can tell replaced by `[redacted]`. */
export const redactSecrets = (text: string): string => text.replace(secret, redacted);
