import { type Key, keys } from "./keys.ts";

/** The text of `.env.example`: every key once, grouped, with its meaning; standard values are written out but commented. */
export function envExample(): string {
  const lines = [
    "# Every setting of the infrastructure. Copy to .env and uncomment what you change; nothing here is needed for `./nexus up`.",
    "# Business settings live in the database and are changed in the dashboard.",
  ];
  let group = "";
  for (const [name, key] of Object.entries(keys) as [string, Key][]) {
    if (key.group !== group) {
      group = key.group;
      lines.push("", `# ── ${group} ──`);
    }
    const standard = key.type.safeParse(undefined);
    const value = standard.success && standard.data !== undefined ? String(standard.data) : "";
    lines.push(`# ${key.meaning}`, `#${name}=${value}`);
  }
  return `${lines.join("\n")}\n`;
}
