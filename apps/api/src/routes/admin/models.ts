import {
  CatalogueModel,
  CatalogueModelList,
  ImportModelsForm,
  ImportModelsRequest,
  ImportModelsResult,
  UpdateModelRequest,
  Uuid,
} from "@aurora/contracts";
import { z } from "zod";
import { defineRoute } from "../../http/define-route.ts";
import { catalogueFormLimits } from "../../use-cases/manage-models.ts";

const tag = "models";
const params = z.strictObject({ model_id: Uuid });

export const modelRoutes = [
  defineRoute({
    method: "GET",
    path: "/api/admin/models",
    summary: "Models of every provider, with their prices and what they can do.",
    tag,
    reply: CatalogueModelList,
    needs: "admin",
    handle: async ({ deps, scope }) => ({ items: await deps.models.list(scope), next_cursor: null }),
  }),
  defineRoute({
    method: "GET",
    path: "/api/admin/models/:model_id",
    summary: "One model.",
    tag,
    params,
    reply: CatalogueModel,
    needs: "admin",
    handle: ({ deps, params, scope }) => deps.models.get(scope, params.model_id),
  }),
  defineRoute({
    method: "PUT",
    path: "/api/admin/models/:model_id",
    summary: "Changes the fields given; imports leave this model alone from then on.",
    tag,
    params,
    body: UpdateModelRequest,
    reply: CatalogueModel,
    needs: "admin",
    handle: ({ body, deps, params, scope }) => deps.models.update(scope, params.model_id, body),
  }),
  defineRoute({
    method: "POST",
    path: "/api/admin/models/import",
    summary: "Takes prices and capabilities over from the provider's own list of models.",
    tag,
    body: ImportModelsRequest,
    reply: ImportModelsResult,
    needs: "admin",
    handle: ({ body, deps, scope, signal }) => deps.models.importFromProvider(scope, body, signal),
  }),
  defineRoute({
    method: "POST",
    path: "/api/admin/models/import-file",
    summary: "The same from a file in OpenRouter's format.",
    tag,
    multipart: ImportModelsForm.extend({ file: z.string().describe("The JSON of a /models answer.") }),
    reply: ImportModelsResult,
    needs: "admin",
    handle: ({ deps, form, scope }) => deps.models.importFromForm(scope, form(catalogueFormLimits)),
  }),
];
