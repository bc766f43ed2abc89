import { resolve } from "node:path";
import { describeEmbedder } from "../contract/index.ts";
import { loadStaticModel } from "./index.ts";

const folder = resolve(import.meta.dirname, "../../../../models/static-fr-en-192");
describeEmbedder("static-fr-en-192", async () => (await loadStaticModel({ folder })).embedder);
