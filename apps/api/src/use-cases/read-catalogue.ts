import type { ModelCapabilities, ModelPrices } from "@aurora/contracts";
import { isBrokenText, lineOf } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";

/** One entry of a provider's catalogue. */
export interface CatalogueEntry {
  readonly name: string;
  readonly prices: ModelPrices;
  readonly contextWindow: number | null;
  readonly maxOutputTokens: number | null;
  readonly capabilities: ModelCapabilities;
}
export interface Catalogue {
  readonly entries: readonly CatalogueEntry[];
  /** Entries that could not be read. */
  readonly skipped: number;
}

const maxEntries = 5_000;
const maxNameChars = 200;

/**
 * The answer of a `/models` endpoint: OpenRouter's, whose prices are decimal strings in US dollars a token, or one that
 * holds no more than ids (OpenAI, Anthropic, Ollama, vLLM). Nothing but known numbers and the names is taken over.
 * @throws AppError `invalid_input` on `pointer` for what is no such answer.
 */
export function readModelCatalogue(value: unknown, pointer: string): Catalogue {
  const list = isObject(value) ? value.data : value;
  if (!Array.isArray(list))
    throw new AppError("invalid_input", "That is no catalogue of models.", {
      errors: [{ pointer, code: "invalid_catalogue" }],
    });
  const entries = new Map<string, CatalogueEntry>();
  let skipped = Math.max(0, list.length - maxEntries);
  for (const item of list.slice(0, maxEntries)) {
    const entry = isObject(item) ? entryOf(item) : null;
    if (entry === null || entries.has(entry.name)) skipped += 1;
    else entries.set(entry.name, entry);
  }
  return { entries: [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), skipped };
}

function entryOf(item: Record<string, unknown>): CatalogueEntry | null {
  const { id } = item;
  if (typeof id !== "string" || id.length > maxNameChars || isBrokenText(id) || id === "" || lineOf(id) !== id)
    return null;
  const pricing = isObject(item.pricing) ? item.pricing : {};
  const top = isObject(item.top_provider) ? item.top_provider : {};
  const architecture = isObject(item.architecture) ? item.architecture : {};
  const parameters = item.supported_parameters;
  const inputs = architecture.input_modalities;
  const completion = usdDecimal(pricing.completion);
  const reasoning = usdDecimal(pricing.internal_reasoning);
  return {
    name: id,
    prices: {
      prompt: usdDecimal(pricing.prompt),
      completion,
      cached_read: usdDecimal(pricing.input_cache_read),
      cache_write: usdDecimal(pricing.input_cache_write),
      request: usdDecimal(pricing.request),
      image: usdDecimal(pricing.image),
      // OpenRouter writes 0 where thinking is charged as the rest of the completion, not where it is free.
      reasoning: reasoning === "0" && completion !== "0" ? null : reasoning,
    },
    contextWindow: tokens(item.context_length) ?? tokens(top.context_length) ?? tokens(item.max_model_len),
    maxOutputTokens: tokens(top.max_completion_tokens),
    capabilities: {
      tools: Array.isArray(parameters) ? parameters.includes("tools") : null,
      vision: Array.isArray(inputs) ? inputs.includes("image") : null,
      json_schema: Array.isArray(parameters) ? parameters.includes("structured_outputs") : null,
      streaming: null,
      embedding_dimensions: null,
    },
  };
}

const maxWholeDigits = 8;
const maxDecimals = 12;

/**
 * A price as decimal text with at most 12 decimals, the 13th rounding half up; digits are moved and never computed with.
 * @returns null for what is no price: absent, negative (OpenRouter's word for "it depends") or beyond 8 digits.
 */
export function usdDecimal(value: unknown): string | null {
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : "";
  const [, whole, fraction = "", exponent = "0"] =
    /^(\d{1,30})(?:\.(\d{1,40}))?(?:e([+-]?\d{1,2}))?$/i.exec(text) ?? [];
  if (whole === undefined) return null;
  const shift = maxDecimals + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  const pico = shift >= 0 ? digits * 10n ** BigInt(shift) : roundedShift(digits, -shift);
  const padded = pico.toString().padStart(maxDecimals + 1, "0");
  const dollars = padded.slice(0, -maxDecimals);
  if (dollars.length > maxWholeDigits) return null;
  const decimals = padded.slice(-maxDecimals).replace(/0+$/, "");
  return decimals === "" ? dollars : `${dollars}.${decimals}`;
}

function roundedShift(digits: bigint, places: number): bigint {
  const unit = 10n ** BigInt(places);
  return (digits + unit / 2n) / unit;
}

const tokens = (value: unknown): number | null =>
  typeof value === "number" && Number.isInteger(value) && value > 0 && value <= 100_000_000 ? value : null;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
