import { AppError } from "@aurora/kernel";
import type { Reader } from "../reader.ts";

export const docxReader: Reader = {
  format: "docx",
  async read() {
    throw new AppError("document_type_unsupported", "This kind of file cannot be read.");
  },
};
