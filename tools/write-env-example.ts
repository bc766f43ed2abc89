/** Writes `.env.example` from the schema: `npx tsx tools/write-env-example.ts`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { envExample } from "@aurora/config";

writeFileSync(join(import.meta.dirname, "../.env.example"), envExample());
