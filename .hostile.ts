import { readFileSync } from "node:fs";
import { convertFile } from "./packages/conversion/src/convert.ts";
const f = process.argv[2]!;
const t = performance.now(); let note = "ok";
try { const r = await convertFile({ filename: f.split("/").pop()!, bytes: new Uint8Array(readFileSync(f)) }, { maxPages: 500, pageImageDpi: 0 }, async () => {}); note += " cov " + r.conservation.coverage + " " + r.markdown.length; }
catch (e) { note = String((e as {code?:string}).code) + " " + (e as Error).message.slice(0,80); if (!(e as {code?:string}).code) note += (e as Error).stack?.split("\n").slice(1,4).join("|"); }
console.log(f.split("/").pop()!.padEnd(16), ((performance.now()-t)/1000).toFixed(1)+"s", note);
