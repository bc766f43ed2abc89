import { fileURLToPath } from "node:url";
import { afterAll, describe } from "vitest";
import { documentConverterContract } from "../contract/index.ts";
import { createLocalConverter } from "./index.ts";

describe("local converter", () => {
  const converter = createLocalConverter({
    childEntry: fileURLToPath(new URL("./child.ts", import.meta.url)),
    execArgv: ["--import", "tsx"],
  });
  afterAll(() => converter.close());
  documentConverterContract(() => converter);
});
