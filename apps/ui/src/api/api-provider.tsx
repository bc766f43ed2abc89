"use client";
import { useLocale } from "next-intl";
import { createContext, type ReactNode, useContext, useMemo } from "react";
import { type Api, createApi } from "./client.ts";

const ApiContext = createContext<Api | null>(null);

/** `baseUrl` "" = this page's own origin. */
export function ApiProvider({ baseUrl, children }: { baseUrl: string; children: ReactNode }) {
  const locale = useLocale();
  const api = useMemo(() => createApi({ baseUrl, locale }), [baseUrl, locale]);
  return <ApiContext value={api}>{children}</ApiContext>;
}

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (!api) throw new Error("useApi outside of ApiProvider");
  return api;
}
