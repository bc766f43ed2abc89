import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { routes } from "../routes/table.ts";
import { apiVersion } from "./docs.ts";
import { buildOpenApi } from "./openapi.ts";

/** Writes the committed copy of the OpenAPI document, which clients and reviewers read. */
const path = join(import.meta.dirname, "../../openapi.json");
writeFileSync(path, `${JSON.stringify(buildOpenApi(routes, apiVersion), null, 2)}\n`);
