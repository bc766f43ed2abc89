import { Problem } from "@aurora/contracts";
import type { OpenAPIV3_1 } from "openapi-types";
import { z } from "zod";
import { isSchema, type Route } from "./define-route.ts";

type Schema = OpenAPIV3_1.SchemaObject;

const jsonSchema = (schema: z.ZodType, io: "input" | "output"): Schema => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest as Schema;
};

/** The OpenAPI 3.1 document of a route table: same table, same text, wherever it is made. */
export function buildOpenApi(routes: readonly Route[], version: string): OpenAPIV3_1.Document {
  const paths: Record<string, Record<string, OpenAPIV3_1.OperationObject>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:([a-zA-Z_]+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Aurora Nexus API",
      version,
      description: "Questions answered from your own documents only, with citations that open the page.",
    },
    security: [{ bearer: [] }, { cookie: [] }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "An API key (`nxk_…`) or a session token." },
        cookie: { type: "apiKey", in: "cookie", name: "aurora_token" },
      },
      schemas: { Problem: jsonSchema(Problem, "output") },
      responses: {
        Problem: {
          description: "Any failure (RFC 9457); `code` is stable.",
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      },
    },
  };
}

function operationOf(route: Route): OpenAPIV3_1.OperationObject {
  const parameters = [...parametersOf(route.params, "path"), ...parametersOf(route.query, "query")];
  return {
    operationId: operationId(route),
    summary: route.summary,
    tags: [route.tag],
    ...(route.needs === "public" && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...bodyOf(route),
    responses: { [String(route.status)]: successOf(route), default: { $ref: "#/components/responses/Problem" } },
    "x-needs": typeof route.needs === "string" ? route.needs : route.needs.permission,
  } as OpenAPIV3_1.OperationObject;
}

/** `GET /api/documents/:id/chunks` → `get_documents_id_chunks`. */
const operationId = ({ method, path }: Route): string =>
  `${method.toLowerCase()}_${path
    .slice("/api/".length)
    .replace(/[^a-zA-Z0-9]+/g, "_")
    .replace(/_$/, "")}`;

function parametersOf(schema: z.ZodType, place: "path" | "query"): OpenAPIV3_1.ParameterObject[] {
  const { properties = {}, required = [] } = jsonSchema(schema, "input");
  return Object.entries(properties).map(
    ([name, property]) =>
      ({
        name,
        in: place,
        required: place === "path" || required.includes(name),
        schema: property,
      }) as OpenAPIV3_1.ParameterObject,
  );
}

function bodyOf(route: Route): Pick<OpenAPIV3_1.OperationObject, "requestBody"> {
  if (route.multipart)
    return {
      requestBody: {
        required: true,
        content: { "multipart/form-data": { schema: jsonSchema(route.multipart, "input") } },
      },
    };
  if (!route.body || route.body.safeParse(undefined).success) return {};
  return {
    requestBody: { required: true, content: { "application/json": { schema: jsonSchema(route.body, "input") } } },
  };
}

function successOf({ reply, summary }: Route): OpenAPIV3_1.ResponseObject {
  if (isSchema(reply))
    return { description: summary, content: { "application/json": { schema: jsonSchema(reply, "output") } } };
  if (reply.kind === "empty") return { description: summary };
  if (reply.kind === "file") {
    const binary = { schema: { type: "string", format: "binary" } as Schema };
    return { description: summary, content: Object.fromEntries(reply.mediaTypes.map((type) => [type, binary])) };
  }
  const events = Object.entries(reply.events).map(([event, data]) => ({ title: event, ...jsonSchema(data, "output") }));
  return {
    description: summary,
    content: {
      ...(reply.json && { "application/json": { schema: jsonSchema(reply.json, "output") } }),
      "text/event-stream": { schema: { description: "Data of the events, by event name.", oneOf: events } },
    },
  };
}
