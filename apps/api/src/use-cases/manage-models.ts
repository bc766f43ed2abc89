import {
  type CatalogueModel,
  ImportModelsForm,
  type ImportModelsRequest,
  type ImportModelsResult,
  type ModelCapabilities,
  type ModelPrices,
  maxCatalogueBytes,
  type Provider,
  type UpdateModelRequest,
} from "@aurora/contracts";
import { AppError, type Clock, canonicalJson, type Ids, type TenantScope } from "@aurora/kernel";
import type { z } from "zod";
import { type Catalogue, type CatalogueEntry, readModelCatalogue } from "./read-catalogue.ts";

interface ModelFacts {
  readonly prices: ModelPrices;
  readonly contextWindow: number | null;
  readonly maxOutputTokens: number | null;
  readonly capabilities: ModelCapabilities;
  readonly source: "manual" | "import";
  readonly priceVersion: string;
  readonly pricedAt: Date;
}

export interface ManageModelsDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly models: {
    listModels(scope: TenantScope): Promise<CatalogueModel[]>;
    findModel(scope: TenantScope, id: string): Promise<CatalogueModel | null>;
    updateModel(scope: TenantScope, id: string, facts: ModelFacts): Promise<CatalogueModel | null>;
    saveModels(
      scope: TenantScope,
      providerId: string,
      models: readonly (ModelFacts & { readonly id: string; readonly name: string })[],
    ): Promise<boolean>;
  };
  readonly findProvider: (scope: TenantScope, id: string) => Promise<Provider>;
  /** The JSON of the provider's own `/models`, through the Gateway. @throws AppError. */
  readonly fetchCatalogue: (scope: TenantScope, provider: string, signal: AbortSignal) => Promise<unknown>;
}

/** Parts of the form an import may come in. */
type FormPart =
  | { readonly kind: "field"; readonly name: string; readonly value: string }
  | { readonly kind: "file"; readonly name: string; readonly bytes: AsyncIterable<Uint8Array> };

const notFound = () => new AppError("not_found", "Not found.");
const fetchLimitMs = 30_000;

/** The catalogue of the caller's tenant: what its models cost and can do. */
export function createManageModels(deps: ManageModelsDeps) {
  const { clock, ids, models } = deps;

  async function importable(scope: TenantScope, providerId: string): Promise<Provider> {
    const provider = await deps.findProvider(scope, providerId);
    if (provider.source === "database") return provider;
    throw new AppError(
      "conflict",
      "This provider is made of a key in the environment: add it here to keep a catalogue.",
      {
        errors: [{ pointer: "/provider_id", code: "from_environment" }],
      },
    );
  }

  async function apply(
    scope: TenantScope,
    provider: Provider,
    { entries, skipped }: Catalogue,
    input: ImportModelsRequest,
  ): Promise<ImportModelsResult> {
    const pricedAt = new Date(clock.nowMs());
    const priceVersion = `import ${pricedAt.toISOString()}`;
    const present = new Map(
      (await models.listModels(scope))
        .filter(({ provider_id }) => provider_id === provider.id)
        .map((model) => [model.name, model]),
    );
    const wanted = new Set(input.add);
    const names = new Set(entries.map(({ name }) => name));
    const missing = input.add.findIndex((name) => !names.has(name));
    if (missing !== -1)
      throw new AppError("invalid_input", "The catalogue does not have this model.", {
        errors: [{ pointer: `/add/${missing}`, code: "unknown_model" }],
      });
    const decided = entries.map((entry) => {
      const known = present.get(entry.name);
      return { entry, known, action: actionOf(entry, known, wanted.has(entry.name), input.overwrite_manual) };
    });
    const changes = decided
      .filter(({ action }) => action === "added" || action === "updated")
      .map(({ entry, known }) => {
        const isSamePrice = known !== undefined && canonicalJson(known.prices) === canonicalJson(entry.prices);
        const { name, ...facts } = entry;
        return {
          ...{ id: ids.uuid(), name, ...facts, source: "import" as const },
          // Calls charged at the same prices keep naming the version those came with.
          priceVersion: isSamePrice && known.price_version !== null ? known.price_version : priceVersion,
          pricedAt,
        };
      });
    if (!input.dry_run && changes.length > 0 && !(await models.saveModels(scope, provider.id, changes)))
      throw notFound();
    const count = (action: (typeof decided)[number]["action"]) => decided.filter((one) => one.action === action).length;
    return {
      provider_id: provider.id,
      is_dry_run: input.dry_run,
      price_version: priceVersion,
      imported_at: pricedAt.toISOString(),
      counts: {
        added: count("added"),
        updated: count("updated"),
        unchanged: count("unchanged"),
        kept_manual: count("kept_manual"),
        available: count("available"),
        skipped,
      },
      items: decided.map(({ action, entry }) => ({
        name: entry.name,
        action,
        prices: entry.prices,
        context_window: entry.contextWindow,
        max_output_tokens: entry.maxOutputTokens,
        capabilities: entry.capabilities,
      })),
    };
  }

  return {
    list: (scope: TenantScope) => models.listModels(scope),

    async get(scope: TenantScope, id: string): Promise<CatalogueModel> {
      const model = await models.findModel(scope, id);
      if (!model) throw notFound();
      return model;
    },

    /** What an administrator enters is theirs: an import leaves it alone unless told otherwise. */
    async update(scope: TenantScope, id: string, input: UpdateModelRequest): Promise<CatalogueModel> {
      const present = await models.findModel(scope, id);
      if (!present) throw notFound();
      const pricedAt = new Date(clock.nowMs());
      const prices = { ...present.prices, ...given(input.prices) };
      const isSamePrice = canonicalJson(prices) === canonicalJson(present.prices) && present.price_version !== null;
      const updated = await models.updateModel(scope, id, {
        prices,
        contextWindow: input.context_window === undefined ? present.context_window : input.context_window,
        maxOutputTokens: input.max_output_tokens === undefined ? present.max_output_tokens : input.max_output_tokens,
        capabilities: { ...present.capabilities, ...given(input.capabilities) },
        source: "manual",
        priceVersion: isSamePrice && present.price_version ? present.price_version : `manual ${pricedAt.toISOString()}`,
        pricedAt,
      });
      if (!updated) throw notFound();
      return updated;
    },

    /** @throws AppError what the Gateway says of the provider; what is known stays as it is. */
    async importFromProvider(
      scope: TenantScope,
      input: ImportModelsRequest,
      signal: AbortSignal,
    ): Promise<ImportModelsResult> {
      const provider = await importable(scope, input.provider_id);
      const limited = AbortSignal.any([signal, AbortSignal.timeout(fetchLimitMs)]);
      const answer = await deps.fetchCatalogue(scope, provider.name, limited);
      return apply(scope, provider, readModelCatalogue(answer, "/provider_id"), input);
    },

    /** @throws AppError `payload_too_large`, and `invalid_input` for a file that is no catalogue. */
    async importFromForm(scope: TenantScope, parts: AsyncIterable<FormPart>): Promise<ImportModelsResult> {
      const { fields, file } = await readParts(parts);
      const parsed = ImportModelsForm.safeParse(fields);
      if (!parsed.success) throw formFault(parsed.error);
      if (file === null) throw new AppError("invalid_input", "The form has no file.", { errors: [missingFile] });
      const { add, dry_run, overwrite_manual, provider_id } = parsed.data;
      const provider = await importable(scope, provider_id);
      const input = {
        provider_id,
        dry_run: dry_run === "true",
        overwrite_manual: overwrite_manual === "true",
        add: add.split(/\r?\n/).flatMap((line) => (line.trim() === "" ? [] : [line.trim()])),
      };
      return apply(scope, provider, readModelCatalogue(parseJson(file), "/file"), input);
    },
  };
}

/** The fields that were sent: `exactOptionalPropertyTypes` tells them from those sent as undefined, JSON cannot. */
const given = <Fields extends object>(
  fields: Fields | undefined,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } =>
  (fields ?? {}) as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

const missingFile = { pointer: "/file", code: "missing" };

async function readParts(
  parts: AsyncIterable<FormPart>,
): Promise<{ fields: Record<string, string>; file: Buffer | null }> {
  const fields: Record<string, string> = {};
  let file: Buffer | null = null;
  for await (const part of parts) {
    if (part.kind === "field") fields[part.name] = part.value;
    else {
      const pieces: Uint8Array[] = [];
      for await (const piece of part.bytes) pieces.push(piece); // at most maxCatalogueBytes: the form's limit
      if (part.name === "file") file = Buffer.concat(pieces);
      else fields[part.name] = "";
    }
  }
  return { fields, file };
}

function formFault({ issues }: z.ZodError): AppError {
  const [issue] = issues;
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  if (unknown !== undefined)
    return new AppError("unknown_field", "The form has an unknown field.", {
      params: { field: unknown },
      errors: [{ pointer: `/${unknown}`, code: "unknown_field" }],
    });
  const errors = issues.map(({ code, path }) => ({ pointer: `/${path.join("/")}`, code }));
  return new AppError("invalid_input", "The form is not valid.", { errors });
}

function parseJson(file: Buffer): unknown {
  try {
    return JSON.parse(file.toString("utf8"));
  } catch {
    throw new AppError("invalid_input", "The file is not JSON.", {
      errors: [{ pointer: "/file", code: "invalid_json" }],
    });
  }
}

function actionOf(
  entry: CatalogueEntry,
  known: CatalogueModel | undefined,
  isWanted: boolean,
  overwriteManual: boolean,
) {
  if (!known) return isWanted ? ("added" as const) : ("available" as const);
  if (known.source === "manual" && !overwriteManual) return "kept_manual" as const;
  const before = [known.prices, known.context_window, known.max_output_tokens, known.capabilities];
  const after = [entry.prices, entry.contextWindow, entry.maxOutputTokens, entry.capabilities];
  const isSame = known.source === "import" && canonicalJson(before) === canonicalJson(after);
  return isSame ? ("unchanged" as const) : ("updated" as const);
}

/** For the form's own limit. */
export const catalogueFormLimits = { maxFileBytes: maxCatalogueBytes };
