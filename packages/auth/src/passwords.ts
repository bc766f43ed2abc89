import { type Algorithm, hash, verify } from "@node-rs/argon2";

/** OWASP Password Storage Cheat Sheet, second recommended set: argon2id, 19 MiB, 2 passes, 1 lane. About 25 ms a hash. */
const parameters = {
  algorithm: 2 satisfies Algorithm.Argon2id, // a const enum, which isolated modules cannot read
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
};

/** @returns a PHC string with its own random salt. */
export const hashPassword = (password: string): Promise<string> => hash(password.normalize("NFKC"), parameters);

export async function verifyPassword(phc: string, password: string): Promise<boolean> {
  try {
    return await verify(phc, password.normalize("NFKC"));
  } catch {
    return false; // a hash this library cannot read opens no account
  }
}

let decoy: Promise<string> | undefined;
/** Spends the time of a real check on an account that does not exist, so that timing does not tell which ones do. */
export async function verifyNobody(password: string): Promise<false> {
  decoy ??= hashPassword("no account has this password");
  await verifyPassword(await decoy, password);
  return false;
}
