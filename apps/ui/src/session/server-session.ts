import { cookies, headers } from "next/headers";
import { getLocale } from "next-intl/server";
import { cache } from "react";
import { ApiFailure, createApi } from "../api/client.ts";
import { readEnvironment } from "../environment.ts";
import { forwardedHeaders } from "../server/forwarding.ts";
import { loadSession, type Session } from "./load-session.ts";

/**
 * Who is signed in, asked of the API once a page; null = nobody.
 * `unknown`: the browser asks by itself, because it calls the API at an origin whose cookie this server does not see,
 * or because the API is away, which the browser then says.
 */
export const readSession = cache(async (): Promise<Session | "unknown" | null> => {
  const environment = readEnvironment();
  if (environment.publicApiUrl) return "unknown";
  const incoming = await headers();
  const api = createApi({
    baseUrl: environment.internalApiUrl,
    locale: await getLocale(),
    headers: { cookie: (await cookies()).toString(), ...forwardedHeaders(incoming) },
  });
  try {
    return await loadSession(api);
  } catch (error) {
    if (ApiFailure.is(error) && error.status === 401) return null;
    console.error("the session could not be read", error);
    return "unknown";
  }
});
