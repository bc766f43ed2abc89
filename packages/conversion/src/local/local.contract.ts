import { fileURLToPath } from "node:url";
import { describe } from "vitest";
import { documentConverterContract } from "../contract/index.ts";
import { createLocalConverter } from "./index.ts";

describe("local converter", () => {
  documentConverterContract(() =>
    createLocalConverter({
      childEntry: fileURLToPath(new URL("./child.ts", import.meta.url)),
      execArgv: ["--import", "tsx"],
    }),
  );
});
