import type { Permission, Problem, Role } from "@aurora/contracts";
import type { InjectOptions } from "fastify";
import type { TestApi } from "./start-test-api.ts";
import { uiOrigin } from "./start-test-api.ts";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  /** Parsed when the answer is JSON; the test says what it expects. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
  readonly text: string;
}

/** Sends one request through the server's own stack. */
export async function send(api: TestApi, options: InjectOptions): Promise<Reply> {
  const response = await api.app.inject({ ...options, headers: { host: "localhost:8000", ...options.headers } });
  const isJson = String(response.headers["content-type"] ?? "").includes("json");
  return {
    status: response.statusCode,
    headers: response.headers,
    body: isJson && response.body !== "" ? JSON.parse(response.body) : null,
    text: response.body,
  };
}

export const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` });

/** What a test states about a refusal. */
export const refusal = ({ body, status }: Reply): { status: number; code: Problem["code"] | undefined } => ({
  status,
  code: body?.code,
});

/** As the browser of the UI: cookie and origin. */
export const asBrowser = (token: string, origin = uiOrigin) => ({ cookie: `aurora_token=${token}`, origin });

/** Signs in and returns the session's token, taken from the cookie. */
export async function signIn(api: TestApi, email: string, password: string): Promise<string> {
  const reply = await send(api, { method: "POST", url: "/api/auth/login", payload: { email, password } });
  const token = /aurora_token=([^;]+)/.exec(String(reply.headers["set-cookie"]))?.[1];
  if (reply.status !== 200 || !token) throw new Error(`sign-in answered ${reply.status}: ${reply.text}`);
  return token;
}

export const userPassword = "a user's long password";

/** A user of the first tenant with the given permissions, signed in. */
export async function createSignedInUser(
  api: TestApi,
  email: string,
  permissions: Readonly<Record<string, readonly Permission[]>> = {},
  role: Role = "user",
): Promise<{ id: string; token: string }> {
  const headers = bearer(api.adminKey);
  const payload = { email, name: email, password: userPassword, role };
  const created = await send(api, { method: "POST", url: "/api/admin/users", headers, payload });
  if (created.status !== 201) throw new Error(created.text);
  const items = Object.entries(permissions).map(([source_app, granted]) => ({ source_app, permissions: granted }));
  const url = `/api/admin/users/${created.body.id}/permissions`;
  const granted = await send(api, { method: "PUT", url, headers, payload: { items } });
  if (granted.status !== 200) throw new Error(granted.text);
  return { id: created.body.id, token: await signIn(api, email, userPassword) };
}
