import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type ErrorParams, errorStatus } from "@aurora/contracts";
import { formatMessage } from "@aurora/i18n";
import { expect } from "vitest";

/** A server that nothing may ask: `asked` must stay empty. */
export async function startTrap() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end();
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => new Promise((closed) => server.close(closed)),
  };
}

/** The code is one of the catalogue, and its sentences are whole in both languages. */
export function expectSentences(code: string, params: ErrorParams): void {
  expect(Object.keys(errorStatus)).toContain(code);
  for (const language of ["fr", "en"] as const) {
    const sentence = formatMessage(language, `errors.${code as keyof typeof errorStatus}`, params);
    expect(sentence).toMatch(/^\S.{9,}[.!)]$/su);
    expect(sentence).not.toMatch(/errors\.|\{\w+\}|undefined/);
  }
}

const ticksOfSecond = 100; // sysconf(_SC_CLK_TCK) of every Linux

/** Seconds of processor that the ended children of this process took; null where the system does not tell. */
export function childrenSeconds(): number | null {
  try {
    const [, after = ""] = readFileSync("/proc/self/stat", "utf8").split(/\) (?=\S \d)/);
    const fields = after.split(" ");
    return (Number(fields[13]) + Number(fields[14])) / ticksOfSecond; // cutime and cstime, numbered from the state
  } catch {
    return null;
  }
}
